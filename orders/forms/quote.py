"""What a customer fills in on the quote page. Choices are checked against the shop's catalogue, never trusted."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from orders.drafts import UNITS
from quoting.pricing.catalogue import Catalogue, by_key
from quoting.pricing.contract import MAX_QUANTITY, Selection

KEYS = ("process", "material", "finish", "colour", "profile", "lead_time")
MAX_NOTE = 2000


class LineForm(forms.Form):
    """One line. What its process does not have is replaced by the draft's verb, so only the process must exist."""

    process = forms.CharField(max_length=60)
    material = forms.CharField(max_length=60, required=False)
    finish = forms.CharField(max_length=60, required=False)
    colour = forms.CharField(max_length=60, required=False)
    profile = forms.CharField(max_length=60, required=False)
    lead_time = forms.CharField(max_length=60, required=False)
    quantity = forms.IntegerField(
        min_value=1,
        max_value=MAX_QUANTITY,
        error_messages={
            "required": _("How many do you need?"),
            "invalid": _("Enter a whole number."),
            "min_value": _("At least one."),
            "max_value": _("At most %(limit_value)s at a time. Ask us for more."),
        },
    )
    note = forms.CharField(max_length=MAX_NOTE, required=False)

    def __init__(self, data: Any, catalogue: Catalogue) -> None:
        super().__init__(data)
        self.catalogue = catalogue

    def clean_process(self) -> str:
        key: str = self.cleaned_data["process"]
        if by_key(self.catalogue.processes, key) is None:
            raise forms.ValidationError(_("This process is not offered any more. Choose another one."), code="gone")
        return key

    @property
    def choice(self) -> Selection:
        return Selection(**{key: self.cleaned_data[key] for key in KEYS})


class UnitForm(forms.Form):
    unit = forms.ChoiceField(choices=[(unit, unit) for unit in UNITS])
