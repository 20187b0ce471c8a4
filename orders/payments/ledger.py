"""Money is booked here and nowhere else: append-only, once per key, under the order's lock.

Sits above the workflow: booking calls `perform` afterwards, in its own transaction, and a refusal there undoes nothing.
"""

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from accounts.models import Shop
from orders.models import HistoryEntry, LedgerEntry, Order, PaymentStatus, Status
from orders.workflow import dates
from orders.workflow.actors import SYSTEM, Actor
from orders.workflow.deed import Refused
from orders.workflow.door import locked, perform
from orders.workflow.history import record
from orders.workflow.mails import tell
from orders.workflow.papers import owe_receipt


def confirm(
    order_id: int,
    *,
    amount: Decimal,
    key: str,
    method: str,
    actor: Actor = SYSTEM,
    now: datetime | None = None,
) -> bool:
    """Book a payment that has come in, whatever the order's status. False when `key` was booked before."""
    now = now or timezone.now()
    booked = _book(order_id, amount, key, method, actor, now)
    move_on(order_id, key=key, now=now)  # also on a repeat: the first time may have died before it came to this
    return booked


def _book(order_id: int, amount: Decimal, key: str, method: str, actor: Actor, now: datetime) -> bool:
    with transaction.atomic():
        order = locked(order_id)
        if LedgerEntry.objects.filter(key=key).exists():
            return False
        payment = LedgerEntry.objects.create(
            order=order,
            kind=LedgerEntry.Kind.PAYMENT,
            amount=amount,
            method=method,
            key=key,
            at=now,
            actor_id=actor.user_id,
        )
        before, was_met = order.payment_status, order.prepayment_met
        order.paid += amount
        if order.placed_at and order.prepayment_met and not was_met:
            dates.promise(Shop.get(), order, now)
        entry = record(
            order,
            key=f"ledger:{key}",
            kind=HistoryEntry.Kind.PAYMENT,
            name="payment",
            before=order.status,
            actor=actor,
            role=actor.role,
            now=now,
            details={"amount": str(amount), "method": method},
        )
        order.version += 1
        order.save()
        _tell_both(order, entry, before, amount)
        owe_receipt(order, payment, now)
    return True


def _tell_both(order: Order, entry: HistoryEntry, before: PaymentStatus, amount: Decimal) -> None:
    """`paid` each time a payment makes the order paid; otherwise what is still open; a problem if it should not have come."""
    if order.customer is None:
        return
    shop, after = Shop.get(), order.payment_status
    events = []
    if after == PaymentStatus.PAID and before != PaymentStatus.PAID:
        events.append("paid")
    elif order.balance > 0:
        events.append("part_payment")
    if order.surplus > 0:
        events.append("payment_problem")
    for event in events:
        tell(order, event, deed=f"history:{entry.pk}", shop=shop, now=entry.at, amount=str(amount))


def move_on(order_id: int, *, key: str, now: datetime) -> None:
    """What a payment sets going: what was asked for is settled; paid in full, the shop's post-payment status."""
    order = Order.objects.get(pk=order_id)
    if order.status in (Status.WAITING_FOR_PAYMENT, Status.PO_PAYMENT_DUE):
        name = "payment_settled"
    elif order.status in (Status.PLACED, Status.PO_PROVIDED) and order.balance == 0 and order.post_payment_status:
        name = "release_for_manufacturing"
    else:
        return
    try:
        perform(order_id, name, actor=SYSTEM, key=f"ledger:{key}:{name}", now=now)
    except Refused:
        pass  # not covered yet, or staff were faster: the payment stands
