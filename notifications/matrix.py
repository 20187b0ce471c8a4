"""Who gets which mail for which event. tests/notifications holds the written table that this one is compared with."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Event:
    """`gist` is a code for the templates: what the mail says first."""

    name: str
    audiences: tuple[str, ...] = ("customer", "shop")
    billing_copy: bool = False
    link: str = "order"  # where the customer's button leads: the order page or, the same page, to pay


_STATUS = (
    Event("waiting_for_review"),
    Event("firm_offer_sent", billing_copy=True, link="offer"),
    Event("placed", billing_copy=True),
    Event("po_provided", billing_copy=True),
    Event("waiting_for_payment", link="payment"),
    Event("po_payment_due", billing_copy=True, link="payment"),
    Event("on_hold"),
    Event("free_for_manufacturing"),
    Event("manufacturing"),
    Event("post_production"),
    Event("re_printing"),
    Event("ready_for_shipping"),
    Event("shipped"),
    Event("ready_for_pickup"),
    Event("delivered"),
    Event("canceled_by_customer"),
    Event("canceled_by_admin"),
)
_OTHER = (
    Event("payment_due_reminder", audiences=("customer",), billing_copy=True, link="payment"),
    Event("paid"),
    Event("unpaid", audiences=()),
    Event("part_payment", link="payment"),
    Event("refund", audiences=("customer",), billing_copy=True),
    Event("payment_failed", audiences=("customer",), link="payment"),
    Event("payment_problem", audiences=("shop",)),
    Event("offer_expired"),
    Event("message"),
    Event("part_shipped", audiences=("customer",)),
)

STATUS_EVENTS = {event.name for event in _STATUS}
EVENTS = {event.name: event for event in (*_STATUS, *_OTHER)}

# Mails of the log-in (verification, reset, …) have no row in the table; they go to one person.
ACCOUNT_EVENT = "account"
AUDIENCE_LABELS = {"customer": _("Customer"), "shop": _("Shop"), "account": _("Account")}
