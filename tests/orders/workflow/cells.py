"""Orders arranged so that every guard of a transition is satisfied: the ground on which the table of transitions is tried.

An order is put into a status by the database, not by moves, so that each cell stands alone.
"""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from accounts.models import Shop, User
from orders.models import LedgerEntry, OfferRevision, Order, PurchaseOrder
from orders.models.status import PRODUCTION
from orders.workflow.actors import SYSTEM, Actor, customer, staff
from orders.workflow.snapshot import snapshot
from tests import factories

ROLES = ("customer", "sales", "production", "accounting", "manager", "system")
NOW = factories.NOON
TODAY = NOW.date()

# What every transition gets: more than any of them needs, so that no cell is refused for a missing detail.
DETAILS: dict[str, Any] = {
    "reason": "as agreed on the phone",
    "note": "A note for the customer",
    "comment": "Please in black",
    "on_behalf": "Mr Müller by phone",
    "how": "by e-mail of today",
    "terms": "1",
    "consent": True,
    "revision": "1",
    "valid_until": TODAY + timedelta(days=30),
    "po_number": "PO-17",
    "confirm_way": True,
}
STEPS = {
    "start_post_production",
    "reprint",
    "make_ready_for_shipping",
    "ship",
    "make_ready_for_pickup",
    "deliver",
}


def actors(owner: User) -> dict[str, Actor]:
    people = {role: staff(factories.make_staff(role)) for role in ROLES[1:5]}
    return {"customer": customer(owner), "system": SYSTEM, **people}


def put(order: Order, status: str, **fields: Any) -> Order:
    """Write a status behind the door's back."""
    values: dict[str, Any] = {"status": status, **fields}
    if status != "draft":
        values.setdefault("number", 4711)
    if status == "on_hold":
        values = {"held_from": "placed", "held_at": NOW, **values}
    if status.startswith("canceled"):
        values = {"canceled_from": "placed", "canceled_at": NOW, **values}
    if status in PRODUCTION:
        values = {"last_production": status, "released_at": NOW, **values}
    Order.objects.filter(pk=order.pk).update(**values)
    return Order.objects.get(pk=order.pk)


def with_offer(order: Order, state: str = "sent") -> None:
    valid_until = TODAY + timedelta(days=3)
    OfferRevision.objects.create(
        order=order,
        revision=1,
        state=state,
        snapshot=snapshot(Order.objects.get(pk=order.pk), Shop.get(), valid_until),
        sha256="0" * 64,
        valid_until=valid_until,
        created_at=NOW,
    )


def with_po(order: Order, state: str = "provided", total: Decimal | None = None) -> None:
    PurchaseOrder.objects.create(
        order=order, number="PO-1", state=state, total=order.total if total is None else total, provided_at=NOW
    )


def pay(order: Order, amount: Decimal | None = None) -> None:
    """Book a payment without what follows from it."""
    amount = order.total if amount is None else amount
    LedgerEntry.objects.create(order=order, kind="payment", amount=amount, key=f"pay {order.pk} {amount}", at=NOW)
    Order.objects.filter(pk=order.pk).update(paid=order.paid + amount)


def _due(order: Order) -> None:
    Order.objects.filter(pk=order.pk).update(net_days=14, payment_due=TODAY, due_marked_for=None)


def _released(order: Order) -> None:
    if order.status in ("waiting_for_payment", "po_payment_due"):
        Order.objects.filter(pk=order.pk).update(released_at=NOW, last_production="manufacturing")


# What else a transition's guards want, beside the order standing in its status.
GROUND: dict[str, Callable[[Order], None]] = {
    "accept_offer": with_offer,
    "record_acceptance": with_offer,
    "accept_po": with_po,
    "reject_po": with_po,
    "mark_payment_due": _due,
    "payment_settled": pay,
} | dict.fromkeys(STEPS, _released)


def ready(order: Order, name: str) -> dict[str, Any]:
    """Satisfy the guards of `name`; returns the details to give."""
    if name in GROUND:
        GROUND[name](order)
    fresh = Order.objects.get(pk=order.pk)
    return {**DETAILS, "seen_total": str(fresh.total), "terms": Shop.get().terms_version}
