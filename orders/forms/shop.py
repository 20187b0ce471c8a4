"""The forms with which the shop edits an order that is not agreed yet, and builds a quote."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.fields import LocalDecimalField
from accounts.templatetags.show import money
from orders.forms.quote import MAX_NOTE, LineForm
from orders.models import Order, OrderLine, Status
from orders.offers.editing import LineTerms, Terms
from orders.words import say
from orders.workflow.deed import Refused
from quoting.pricing.catalogue import Catalogue
from quoting.pricing.contract import MAX_QUANTITY

LONG = 4000
HUNDRED = Decimal(100)


def amount_field(**more: Any) -> LocalDecimalField:
    return LocalDecimalField(required=False, min_value=Decimal(0), max_digits=12, decimal_places=2, **more)


def note_field(label: Any, help_text: Any = "", rows: int = 2) -> forms.CharField:
    widget = forms.Textarea({"rows": rows})
    return forms.CharField(label=label, required=False, max_length=MAX_NOTE, widget=widget, help_text=help_text)


class VersionForm(forms.Form):
    """`version` is that of the order on which the form was filled in."""

    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def blame(self, refused: Refused) -> None:
        """Put a refusal beside the field that it is about, else above the form."""
        names = refused.params.get("fields", "").split(",")
        for name in names:
            self.add_error(name if name in self.fields else None, say(refused))

    def answer_to(self, order: Order) -> None:
        """Shown again beside the order as it now is: what is pressed then has seen it."""
        self.data = {**self.data.dict(), "version": str(order.version)}  # type: ignore[attr-defined]


class ShopLineForm(VersionForm):
    """What the shop says of any line."""

    name = forms.CharField(label=_("Name"), max_length=200)
    override = amount_field(label=_("Price for all pieces, set by hand"))
    override_reason = forms.CharField(
        label=_("Why"), required=False, max_length=200, help_text=_("Stays inside the shop.")
    )
    lead_days = forms.IntegerField(
        label=_("Business days"), required=False, min_value=0, max_value=365, help_text=_("Empty: as worked out.")
    )
    alternative_group = forms.CharField(
        label=_("Alternative of group"),
        required=False,
        max_length=20,
        help_text=_("Lines with the same word here are alternatives: the customer chooses one of them."),
    )
    staff_note = note_field(_("Internal note"), _("Customers do not see it."))
    left_out = forms.BooleanField(label=_("Leave this line out of the offer"), required=False)
    needs_adjusting = forms.BooleanField(
        label=_("The model needs adjusting before production"),
        required=False,
        help_text=_("Such an order is never released by itself."),
    )

    def terms(self, line: OrderLine) -> LineTerms:
        given = {name: self.cleaned_data[name] for name in ShopLineForm.base_fields if name != "version"}
        given["alternative_group"] = given["alternative_group"].strip().lower()
        more = {name: self.cleaned_data.get(name, getattr(line, name)) for name in ("quantity", "note")}
        return LineTerms(**given, **more, price_hidden=line.price_hidden)


class PartLineForm(ShopLineForm, LineForm):
    """A line with a model: also what the customer may choose."""

    note = note_field(_("Note, seen by both sides"))

    def __init__(self, data: Any, line: OrderLine, catalogue: Catalogue) -> None:
        super().__init__(data, catalogue)
        computed = line.line_price.computed if line.line_price and line.line_price.computed else line.line_price
        if computed and computed.state == "priced":
            told = {"amount": money(computed.net, catalogue.currency)}
            self.fields["override"].help_text = _("Worked out: %(amount)s. Empty: this price counts.") % told
        else:
            self.fields["override"].help_text = _("The formulas found no price for this line.")


class FeeLineForm(ShopLineForm):
    """A fee: its amount is its price."""

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        self.fields["override"].label, self.fields["override"].required = _("Amount"), True
        for name in ("override_reason", "lead_days", "needs_adjusting"):
            self.fields[name].widget = forms.HiddenInput()


class QuotePowers(ShopLineForm):
    """What the shop says of a line on the quote page, beside the customer's choices: sent by itself when it changes."""

    def __init__(self, data: Any, line: OrderLine) -> None:
        super().__init__(data, auto_id=f"line-{line.pk}-%s", initial=initial(line, [*self.base_fields]))
        del self.fields["version"]  # the page's own, which every request carries
        self.is_fee = line.is_fee
        if line.is_fee:
            self.fields["override"].label, self.fields["override"].required = _("Amount"), True
            for name in ("override_reason", "lead_days", "needs_adjusting", "alternative_group"):
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("override") is not None and not self.is_fee and not data.get("override_reason"):
            self.add_error("override_reason", _("Say why this price is set by hand."))
        return data

    def terms(self, line: OrderLine) -> LineTerms:
        kept = {name: getattr(line, name) for name in LineTerms.__slots__ if name not in self.fields}
        given = {name: self.cleaned_data[name] for name in self.fields}
        if "alternative_group" in given:
            given["alternative_group"] = given["alternative_group"].strip().lower()
        return LineTerms(**{**kept, **given})


class AlternativesForm(forms.Form):
    """Other quantities to offer, as people write them: "10, 50 100". None: the part once more, to be chosen differently."""

    quantities = forms.CharField(label=_("Offer other quantities too"), required=False, max_length=100)

    def clean_quantities(self) -> list[int]:
        found = [word for word in re.split(r"[\s,;]+", self.cleaned_data["quantities"]) if word]
        if any(not (word.isascii() and word.isdigit() and 1 <= int(word) <= MAX_QUANTITY) for word in found):
            raise forms.ValidationError(_("Enter whole numbers, for example: 10, 50, 100."), code="invalid")
        return sorted({int(word) for word in found})


class FeeForm(VersionForm):
    """A new fee."""

    name = forms.CharField(label=_("What for"), max_length=200, widget=forms.TextInput({"list": "fee-names"}))
    amount = LocalDecimalField(label=_("Amount"), min_value=Decimal("0.01"), max_digits=12, decimal_places=2)


class TermsForm(VersionForm):
    """Delivery, discount and words of the whole offer."""

    shipping_method = forms.ChoiceField(label=_("Delivery"), required=False)
    shipping_price = amount_field(label=_("Price of delivery, set by hand"), help_text=_("Empty: as worked out."))
    discount_percent = LocalDecimalField(
        label=_("Discount in %"), required=False, min_value=Decimal(0), max_value=HUNDRED, decimal_places=2
    )
    discount_amount = amount_field(label=_("or as an amount"))
    discount_label = forms.CharField(
        label=_("What for"), required=False, max_length=60, help_text=_("The customer reads it beside the discount.")
    )
    offer_note = note_field(_("Note on the offer"), _("The customer reads it with the offer."), rows=3)
    staff_note = note_field(_("Internal note"), _("Customers do not see it."))

    def __init__(self, data: Any, order: Order) -> None:
        super().__init__(data, initial=initial(order, [*self.base_fields]))
        offered = [(method.key, method.name) for method in order.price_list.catalogue.shipping]
        method = self.fields["shipping_method"]
        method.choices = [("", _("Not chosen yet")), *offered]  # type: ignore[attr-defined]
        if order.status == Status.FIRM_OFFER_SENT:
            method.disabled = True
            method.help_text = _("While an offer is open the customer chooses the delivery.")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("discount_percent") is not None and data.get("discount_amount") is not None:
            self.add_error("discount_amount", _("Either a percentage or an amount, not both."))
        return data

    def terms(self) -> Terms:
        return Terms(**{name: value for name, value in self.cleaned_data.items() if name != "version"})


def initial(thing: Order | OrderLine, names: list[str]) -> dict[str, Any]:
    """The values of the fields that a form and a model have in common."""
    return {name: getattr(thing, name) for name in names if hasattr(thing, name)}


def line_form(order: Order, line: OrderLine, data: Mapping[str, Any] | None = None) -> ShopLineForm:
    """The form of a line, with what stands there when nothing was posted."""
    catalogue = order.price_list.catalogue
    form = FeeLineForm(data) if line.is_fee else PartLineForm(data, line, catalogue)
    form.initial = {**initial(line, [*form.fields]), "version": order.version}
    return form
