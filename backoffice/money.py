"""The forms with which accounting books what moved outside of the portal, and gives money back."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.fields import LocalDecimalField
from accounts.templatetags.show import money
from backoffice.words import METHODS
from orders.forms.shop import VersionForm
from orders.models import LedgerEntry, Order
from orders.payments.refunds import refundable

BY_HAND = ("transfer", "cash", "card")


def amount_field(**more: Any) -> LocalDecimalField:
    return LocalDecimalField(min_value=Decimal("0.01"), max_digits=12, decimal_places=2, **more)


class PaymentForm(forms.Form):
    key = forms.UUIDField(widget=forms.HiddenInput)
    amount = amount_field(label=_("Amount received"))
    method = forms.ChoiceField(label=_("How"), choices=[(code, METHODS[code]) for code in BY_HAND])

    def __init__(self, order: Order, data: Any = None) -> None:
        super().__init__(data, initial={"key": uuid4(), "amount": f"{order.balance:.2f}" if order.balance else ""})


class DueDateForm(VersionForm):
    key = forms.UUIDField(widget=forms.HiddenInput)
    due = forms.DateField(label=_("Payment is due on"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    reason = forms.CharField(
        label=_("Reason"), max_length=200, help_text=_("Stays in the history; the customer does not see it.")
    )

    def __init__(self, order: Order, data: Any = None) -> None:
        super().__init__(data, initial={"key": uuid4(), "version": order.version, "due": order.payment_due})


class RefundForm(forms.Form):
    key = forms.UUIDField(widget=forms.HiddenInput)
    amount = amount_field(label=_("Amount to give back"))
    through = forms.ChoiceField(label=_("How"), required=False)
    reduces = forms.BooleanField(
        label=_("This also lowers the price (credit note)"),
        required=False,
        help_text=_("Untick where the order is canceled or was paid twice: then only money goes back."),
    )
    note = forms.CharField(
        label=_("Note for the customer"), required=False, max_length=150, widget=forms.Textarea({"rows": 2})
    )

    def __init__(self, order: Order, data: Any = None) -> None:
        first = order.surplus or order.received
        super().__init__(data, initial={"key": uuid4(), "amount": f"{first:.2f}"})
        self.payments: dict[str, LedgerEntry] = {}
        choices = []
        for payment, left in refundable(order):
            self.payments[str(payment.pk)] = payment
            told = {"method": METHODS.get(payment.method, payment.method), "amount": money(left, order.currency)}
            choices.append((str(payment.pk), gettext("Back by %(method)s, up to %(amount)s") % told))
        choices.append(("", gettext("By hand: I transfer it myself")))
        self.fields["through"].choices = choices  # type: ignore[attr-defined]
        self.fields["through"].initial = choices[0][0]
