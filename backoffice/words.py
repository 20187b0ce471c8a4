"""Codes that only staff see, in words."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from notifications.matrix import AUDIENCE_LABELS
from orders.models import HistoryEntry, Status
from orders.words import FIELDS, VERBS

# Entries of the history that are no transitions.
DEEDS: dict[str, Promise] = {
    "lines": _("Lines or prices changed"),
    "details": _("Contact, billing or shipping changed"),
    "payment": _("Payment booked"),
    "refund": _("Refund booked"),
    "credit_note": _("Credit note"),
    "note": _("Note"),
    "message": _("Message"),
    "tended": _("Facts changed"),
    "due_date_moved": _("Due date moved"),
    "worked": _("Work noted"),
    "part_shipped": _("Part shipped"),
}
# Where staff do what customers call otherwise.
STAFF_VERBS: dict[str, Promise] = {
    "provide_po": _("Enter a PO for the customer"),
    "cancel_by_customer": _("Cancel for the customer"),
}
ROLES: dict[str, Promise | str] = {
    **{str(value): label for value, label in Role.choices},
    "customer": _("Customer"),
    "system": _("System"),
    "staff": _("Staff"),
}
DETAILS: dict[str, Promise] = {
    **FIELDS,
    "amount": _("Amount"),
    "method": _("By"),
    "po_total": _("Total on the PO"),
    "confirm_way": _("Another way of delivery confirmed"),
    "line": _("Line"),
    "quantity": _("Quantity"),
    "override": _("Price set by hand"),
    "override_reason": _("Why"),
    "lead_days": _("Business days"),
    "staff_note": _("Internal note"),
    "offer_note": _("Note on the offer"),
    "alternative_group": _("Alternative of group"),
    "left_out": _("Left out"),
    "needs_adjusting": _("Needs adjusting"),
    "discount_percent": _("Discount in %"),
    "discount_amount": _("Discount"),
    "discount_label": _("Discount for"),
    "shipping_method": _("Delivery"),
    "shipping_price": _("Price of delivery"),
    "model": _("3D model"),
    "owner": _("Owner"),
    "promised_date": _("Promised for"),
    "payment_due": _("Payment due"),
    "work": _("Work"),
    "work_note": _("Note for the shop"),
    "shipped": _("Sent"),
    "fee": _("Fee"),
}
EVENTS: dict[str, Promise | str] = {
    **{str(value): label for value, label in Status.choices},
    "payment_due_reminder": _("Payment reminder"),
    "paid": _("Paid"),
    "unpaid": _("Unpaid"),
    "part_payment": _("Part payment"),
    "refund": _("Refund"),
    "payment_failed": _("Payment failed"),
    "payment_problem": _("Payment problem"),
    "offer_expired": _("Offer expired"),
    "message": _("Message"),
    "part_shipped": _("Part shipped"),
    "account": _("Account"),
}
BECAUSE: dict[str, Promise] = {"canceled": _("Order canceled"), "surplus": _("Paid too much")}
METHODS: dict[str, Promise] = {
    "transfer": _("Bank transfer"),
    "bank": _("Bank transfer"),
    "card": _("Card"),
    "stripe": _("Online payment"),
    "demo": _("Demo payment"),
    "cash": _("Cash"),
}


def plain(code: str) -> str:
    """A code that has no words yet, readable all the same."""
    return code.replace("_", " ").capitalize()


def verb(name: str) -> str:
    return str(STAFF_VERBS.get(name) or VERBS[name])


def deed(entry: HistoryEntry) -> str:
    if entry.kind == HistoryEntry.Kind.STATUS and entry.name in VERBS:
        return str(VERBS[entry.name])
    return str(DEEDS.get(entry.name) or plain(entry.name))


def role(code: str) -> str:
    return str(ROLES.get(code, code))


def event(code: str) -> str:
    return str(EVENTS.get(code) or plain(code))


def detail(name: str) -> str:
    return str(DETAILS.get(name) or plain(name))


def audience(code: str) -> str:
    return str(AUDIENCE_LABELS.get(code) or plain(code))


def method(code: str) -> str:
    return str(METHODS.get(code) or plain(code))


def because(code: str) -> str:
    return str(BECAUSE.get(code) or plain(code))
