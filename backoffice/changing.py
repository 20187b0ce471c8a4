"""The form of a transition: exactly the fields that it needs or takes for this order and this member of staff."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils import translation
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.fields import LocalDecimalField
from accounts.models import Shop
from accounts.templatetags.show import money
from orders.forms.order import BEGINNINGS, MOST_BYTES
from orders.models import OfferRevision, Order, OrderLine, Status
from orders.models.status import CANCELED
from orders.presenting_lines import option_words
from orders.words import FIELDS, NEUTRAL_NOTES, say
from orders.workflow.actors import Actor
from orders.workflow.choices import Choice
from orders.workflow.deed import Refused
from orders.workflow.door import RULES, attempted
from orders.workflow.guards import ANSWERED_BY, GUARDS
from orders.workflow.snapshot import alternatives, as_seen
from quoting.geometry.values import Reason
from quoting.pricing.catalogue import Catalogue

# Refusals that say which field is wrong, beside those that a detail answers.
BLAMED = {**ANSWERED_BY, "amount_beyond_balance": "amount"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the makers of fields know."""

    order: Order
    choice: Choice
    shop: Shop
    today: date
    name: str

    @property
    def required(self) -> bool:
        return self.name in self.choice.needs

    def options(self, **more: Any) -> dict[str, Any]:
        return {"label": FIELDS[self.name], "required": self.required, **more}


# --- fields


def _line(limit: int, help_text: Any = "") -> Callable[[Asked], forms.Field]:
    def make(asked: Asked) -> forms.Field:
        return forms.CharField(max_length=limit, **asked.options(help_text=help_text))

    return make


def _text(limit: int, help_text: Any) -> Callable[[Asked], forms.Field]:
    def make(asked: Asked) -> forms.Field:
        widget = forms.Textarea(attrs={"rows": 3})
        return forms.CharField(max_length=limit, widget=widget, **asked.options(help_text=help_text))

    return make


def _note(asked: Asked) -> forms.Field:
    """Filled in with a neutral sentence, in the customer's language."""
    customer = asked.order.customer
    with translation.override((customer.language if customer else "") or asked.shop.language):
        initial = str(NEUTRAL_NOTES.get(asked.choice.name, ""))
    field = _text(1000, _("The customer reads this on the order's page and in the mail."))(asked)
    field.initial = initial
    return field


def _po_file(asked: Asked) -> forms.Field:
    widget = forms.FileInput({"accept": ".pdf,.png,.jpg,.jpeg"})
    return forms.FileField(widget=widget, **asked.options(help_text=_("PDF, PNG or JPEG, up to 10 MB.")))


def _money(asked: Asked, **more: Any) -> forms.Field:
    return LocalDecimalField(min_value=Decimal("0.01"), max_digits=12, decimal_places=2, **asked.options(**more))


def _po_total(asked: Asked) -> forms.Field:
    total = money(asked.order.total, asked.order.currency)
    return _money(asked, help_text=_("The order's total is %(total)s.") % {"total": total})


def _amount(asked: Asked) -> forms.Field:
    order = asked.order
    open_ = order.balance if order.prepayment_met else order.prepayment - order.received
    told = {"balance": money(order.balance, order.currency)}
    help_text = _("What is asked for now. The whole balance is %(balance)s.") % told
    return _money(asked, initial=f"{open_:.2f}", help_text=help_text)


def _valid_until(asked: Asked) -> forms.Field:
    day = asked.today + timedelta(days=asked.shop.offer_valid_days)
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "min": asked.today.isoformat()})
    help_text = _("The offer can be accepted to the end of this day.")
    return forms.DateField(widget=widget, **asked.options(initial=day, help_text=help_text))


def _confirm_way(asked: Asked) -> forms.Field | None:
    """Asked only where the way of delivery is not the ordered one."""
    if not asked.required:
        return None
    ordered = _("The customer ordered pickup.") if asked.order.is_pickup else _("The customer ordered shipping.")
    return forms.BooleanField(**asked.options(help_text=ordered))


def _revision(asked: Asked) -> forms.Field:
    offer = asked.order.offers.filter(state=OfferRevision.State.SENT).first()
    initial = offer.revision if offer else None
    return forms.IntegerField(widget=forms.HiddenInput, **asked.options(initial=initial))


MAKERS: dict[str, Callable[[Asked], forms.Field | None]] = {
    "revision": _revision,
    "po_number": _line(60),
    "po_total": _po_total,
    "po_file": _po_file,
    "amount": _amount,
    "valid_until": _valid_until,
    "carrier": _line(60),
    "tracking": _line(80),
    "confirm_way": _confirm_way,
    "on_behalf": _line(200, _("For example: Ms Weber, by phone on Tuesday. Stays in the history.")),
    "how": _text(1000, _("For example: signed offer by mail from Ms Weber. Stays with the acceptance.")),
    "reason": _text(500, _("Stays in the history. Customers do not see it.")),
    "note": _note,
}


class ChangeForm(forms.Form):
    key = forms.UUIDField(widget=forms.HiddenInput)
    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def __init__(self, order: Order, choice: Choice, shop: Shop, today: date, **bound: Any) -> None:
        super().__init__(initial={"key": uuid4(), "version": order.version}, **bound)
        self.order = order
        # A note may go with every change: the customer reads it in the mail that the new status owes.
        self.taken = [name for name in MAKERS if name in (*choice.fields, "note")]
        for name in self.taken:
            if field := MAKERS[name](Asked(order, choice, shop, today, name)):
                self.fields[name] = field
        self.groups = priced_alternatives(order) if "choices" in choice.fields else {}
        for number, (group, lines) in enumerate(self.groups.items()):
            label = _("Alternative “%(group)s”") % {"group": group}
            widget = forms.RadioSelect
            self.fields[f"choices_{number}"] = forms.ChoiceField(label=label, choices=lines, widget=widget)
        address = order.customer.email if order.customer else ""
        self.fields["mail_customer"] = forms.BooleanField(
            label=_("E-mail the customer"),
            required=False,
            initial=True,
            help_text=format_html(gettext("The mail goes to {}."), ", ".join([address, *order.also_notify])),
        )

    def clean_po_file(self) -> UploadedFile | None:
        """Judged by its content, and kept under a name of ours, as where customers send it."""
        upload: UploadedFile | None = self.cleaned_data["po_file"]
        if not upload:
            return None
        if (upload.size or 0) > MOST_BYTES:
            raise forms.ValidationError(_("The file is larger than 10 MB."), code="too_large")
        head = upload.read(16)
        upload.seek(0)
        ending = next((ending for start, ending in BEGINNINGS.items() if head.startswith(start)), None)
        if ending is None:
            raise forms.ValidationError(_("This is not a PDF, PNG or JPEG file."), code="wrong_kind")
        upload.name = uuid4().hex + ending
        return upload

    def details(self) -> dict[str, Any]:
        """What the door is given beside key, version and mail."""
        cleaned = self.cleaned_data
        details = {name: cleaned[name] for name in self.taken if name in self.fields}
        if self.groups:
            details["choices"] = {group: cleaned[f"choices_{number}"] for number, group in enumerate(self.groups)}
        return details

    def blame(self, refused: Refused) -> None:
        """Put a refusal beside the field that answers it, else above the form."""
        names = refused.params.get("fields", "").split(",") if refused.code == "missing" else [BLAMED.get(refused.code)]
        for name in names:
            field = "choices_0" if name == "choices" else name
            hidden = field in self.fields and isinstance(self.fields[field].widget, forms.HiddenInput)
            self.add_error(field if field in self.fields and not hidden else None, say(refused))


def priced_alternatives(order: Order) -> dict[str, list[tuple[str, str]]]:
    """What is to be chosen from, as choices of a form field."""
    catalogue = as_seen(order).price_list.catalogue
    return {
        group: [(str(line.pk), _told(line, order, catalogue)) for line in lines]
        for group, lines in alternatives(order).items()
    }


def _told(line: OrderLine, order: Order, catalogue: Catalogue) -> str:
    options = [name for _label, name in option_words(line, catalogue)]
    return " · ".join([str(line), *options, money(line.net, order.currency)])


# --- what is offered


def sections(found: list[Choice]) -> list[tuple[str, list[Choice]]]:
    """The Change menu: by the group of the status entered, along the order's way; canceling last."""
    along = list(Status)
    groups: dict[str, list[Choice]] = {}
    for choice in sorted(found, key=lambda choice: (along.index(Status(choice.target)), choice.name)):
        groups.setdefault(Status(choice.target).group, []).append(choice)
    return list(groups.items())


def is_grave(target: str) -> bool:
    return target in CANCELED


def obstacle(order: Order, name: str, actor: Actor, shop: Shop, now: datetime) -> Reason | Refused | None:
    """Why this is not offered: the first reason that no field could answer."""
    try:
        deed = attempted(order, name, actor, now, {}, shop)
    except Refused as refused:
        return refused
    for guard in RULES[name].guards:
        reason = GUARDS[guard](order, deed)
        if reason and reason.code not in ANSWERED_BY:
            return reason
    return None


def initial_after(form: ChangeForm, posted: Mapping[str, Any]) -> dict[str, Any]:
    """What was typed into a form that came too late, without the key and version that it carried."""
    return {name: posted[name] for name in form.fields if name in posted and name not in ("key", "version", "revision")}
