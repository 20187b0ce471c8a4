"""Form fields that several rooms use."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from stdnum.eu import vat
from stdnum.exceptions import ValidationError as StdnumError

from accounts import countries
from accounts.models import Shop

BOTH_MARKS = re.compile(r"^[+-]?\d{1,3}(?P<group>[.,  ' ])\d{3}((?P=group)\d{3})*(?P<mark>[.,])\d+$")


class LocalDecimalField(forms.DecimalField):
    """Takes "1,5" and "1.5", and "1.234,50" and "1,234.50" where both marks stand."""

    widget = forms.TextInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.widget.attrs.setdefault("inputmode", "decimal")
        self.widget.attrs.setdefault("autocomplete", "off")

    def to_python(self, value: Any) -> Any:
        return super().to_python(point_only(value) if isinstance(value, str) else value)


def point_only(text: str) -> str:
    text = text.strip()
    if (match := BOTH_MARKS.match(text)) and match["group"] != match["mark"]:
        text = text.replace(match["group"], "")
    return text.replace(",", ".")


class CountryField(forms.ChoiceField):
    """A select of all countries, the shop's first."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Country"))
        super().__init__(choices=lambda: countries.choices(Shop.get().country), **kwargs)
        self.widget.attrs["autocomplete"] = "country"


class VatIdField(forms.CharField):
    """A VAT number of the EU, checked for its form; kept without blanks. Whether it is alive is not asked."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("VAT ID"))
        kwargs.setdefault("help_text", _("With its country code, for example DE136695976."))
        super().__init__(max_length=20, **kwargs)

    def clean(self, value: Any) -> str:
        text = str(super().clean(value))
        if not text:
            return ""
        try:
            return str(vat.validate(text))
        except StdnumError:
            raise ValidationError(_("This is no VAT ID of an EU country. Please check it."), code="vat_id") from None
