"""The forms of what stays editable on an order: facts, how far a line is, and a part of it that is sent."""

from typing import Any
from uuid import uuid4

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from orders.forms.shop import VersionForm
from orders.models import Order, OrderLine, Work


class TendForm(VersionForm):
    key = forms.UUIDField(widget=forms.HiddenInput)
    owner = forms.ModelChoiceField(
        label=_("Owner"), queryset=User.objects.none(), required=False, empty_label=_("Nobody")
    )
    promised_date = forms.DateField(
        label=_("Promised for"), required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    carrier = forms.CharField(label=_("Carrier"), max_length=60, required=False)
    tracking = forms.CharField(label=_("Tracking number"), max_length=80, required=False)
    staff_note = forms.CharField(
        label=_("Internal note"), max_length=4000, required=False, widget=forms.Textarea({"rows": 3})
    )

    def __init__(self, order: Order, **bound: Any) -> None:
        names = ("version", "owner", "promised_date", "carrier", "tracking", "staff_note")
        super().__init__(
            initial={"key": uuid4(), **{name: getattr(order, name) for name in names}}, auto_id="tend-%s", **bound
        )
        owners = self.fields["owner"]
        assert isinstance(owners, forms.ModelChoiceField)
        staff = User.objects.filter(~Q(roles=[]), is_active=True)
        owners.queryset = (staff | User.objects.filter(pk=order.owner_id or 0)).order_by("name")

    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name not in ("key", "version")}


class WorkForm(forms.Form):
    key = forms.UUIDField()
    work = forms.ChoiceField(choices=Work.choices, required=False)
    work_note = forms.CharField(max_length=200, required=False)


class ShipForm(VersionForm):
    """How many pieces of each line go now."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    carrier = forms.CharField(label=_("Carrier"), max_length=60, required=False)
    tracking = forms.CharField(label=_("Tracking number"), max_length=80, required=False)

    def __init__(self, order: Order, left: dict[OrderLine, int], **bound: Any) -> None:
        super().__init__(initial={"key": uuid4(), "version": order.version}, **bound)
        self.left = left
        for line, many in left.items():
            self.fields[f"line_{line.pk}"] = forms.IntegerField(
                label=line.name,
                min_value=0,
                max_value=many,
                required=False,
                help_text=_("%(many)s not sent yet") % {"many": many},
            )
        self.fields["mail_customer"] = forms.BooleanField(label=_("E-mail the customer"), required=False, initial=True)

    def quantities(self) -> dict[int, int]:
        return {line.pk: self.cleaned_data[f"line_{line.pk}"] or 0 for line in self.left}
