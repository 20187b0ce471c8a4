"""Money is booked here and nowhere else: append-only, once per key, under the order's lock.

Sits above the workflow: booking calls `perform` afterwards, in its own transaction, and a refusal there undoes nothing.
"""

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from accounts.models import Shop
from orders.models import HistoryEntry, LedgerEntry, Order, PaymentStatus, RefundRequest, Status
from orders.workflow import dates
from orders.workflow.actors import SYSTEM, Actor
from orders.workflow.deed import Refused
from orders.workflow.door import locked, perform
from orders.workflow.history import record
from orders.workflow.mails import tell
from orders.workflow.papers import owe_credit_note, owe_receipt, standing_invoice


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
        entry = _recorded(order, "payment", amount, key, method, actor, now)
        _ask_back_surplus(order, now)
        order.version += 1
        order.save()
        _tell_both(order, entry, before, amount)
        owe_receipt(order, payment, now)
    return True


def refund(
    order_id: int,
    *,
    amount: Decimal,
    key: str,
    method: str,
    of: LedgerEntry | None = None,
    actor: Actor = SYSTEM,
    reduces: bool = False,
    note: str = "",
    now: datetime | None = None,
) -> bool:
    """Book money that was given back, `of` a payment where that is known. False when `key` was booked before. Raises Refused for more than was received.

    `reduces`: a goodwill refund, whose price reduction is booked with its credit note in the same deed. What was received
    above what is owed is given back first; requests that this covers are done.
    """
    now = now or timezone.now()
    with transaction.atomic():
        order = locked(order_id)
        if LedgerEntry.objects.filter(key=key).exists():
            return False
        if amount > order.received:
            raise Refused("refund_beyond_received", received=str(order.received))
        _enter(order, amount, key, method, of, actor, now, note)
        if reduces:
            _reduce(order, amount, key, actor, now, note)
        entry = _recorded(order, "refund", amount, key, method, actor, now, note)
        _close_requests(order, amount, now)
        order.version += 1
        order.save()
        if order.customer is not None:
            shop = Shop.get()
            tell(order, "refund", deed=f"history:{entry.pk}", shop=shop, now=now, amount=str(amount), note=note)
    return True


def _enter(
    order: Order,
    amount: Decimal,
    key: str,
    method: str,
    of: LedgerEntry | None,
    actor: Actor,
    now: datetime,
    note: str,
) -> None:
    """A refund may be partly of a surplus: then it is two entries, and the payment status knows them apart."""
    surplus = min(amount, order.surplus)
    parts = [(surplus, True, f"{key}:surplus" if surplus < amount else key)] if surplus > 0 else []
    if surplus < amount:
        parts.append((amount - surplus, False, key))
    for part, of_surplus, own_key in parts:
        LedgerEntry.objects.create(
            order=order,
            kind=LedgerEntry.Kind.REFUND,
            amount=part,
            of_surplus=of_surplus,
            gives_back=of,
            method=method,
            key=own_key,
            at=now,
            actor_id=actor.user_id,
            note=note[:200],
        )
    order.refunded += amount
    order.surplus_returned += surplus


def _reduce(order: Order, amount: Decimal, key: str, actor: Actor, now: datetime, note: str) -> None:
    LedgerEntry.objects.create(
        order=order,
        kind=LedgerEntry.Kind.CREDIT_NOTE,
        amount=amount,
        key=f"{key}:credit",
        at=now,
        actor_id=actor.user_id,
        note=note[:200],
    )
    order.credited += amount
    if invoice := standing_invoice(order):
        owe_credit_note(order, invoice, amount, f"reduction:{key}", now)


def _close_requests(order: Order, amount: Decimal, now: datetime) -> None:
    """The oldest requests first; one that is covered in part stays open with the rest."""
    for request in order.refund_requests.filter(state=RefundRequest.State.OPEN).order_by("pk"):
        if amount <= 0:
            break
        covered = min(amount, request.amount)
        amount -= covered
        if covered == request.amount:
            request.state, request.closed_at = RefundRequest.State.DONE, now
        else:
            request.amount -= covered
        request.save()


def _ask_back_surplus(order: Order, now: datetime) -> None:
    """What was received above what is owed waits in the refund queue."""
    requests = order.refund_requests.filter(state=RefundRequest.State.OPEN)
    waiting = sum((one.amount for one in requests), Decimal(0))
    if order.surplus <= waiting:
        return
    request, is_new = order.refund_requests.get_or_create(
        because="surplus",
        state=RefundRequest.State.OPEN,
        defaults={"amount": order.surplus - waiting, "created_at": now},
    )
    if not is_new:
        request.amount += order.surplus - waiting
        request.save(update_fields=["amount"])


def _recorded(
    order: Order, name: str, amount: Decimal, key: str, method: str, actor: Actor, now: datetime, note: str = ""
) -> HistoryEntry:
    return record(
        order,
        key=f"ledger:{key}",
        kind=HistoryEntry.Kind.PAYMENT,
        name=name,
        before=order.status,
        actor=actor,
        role=actor.role,
        now=now,
        details={name: value for name, value in (("amount", str(amount)), ("method", method), ("note", note)) if value},
    )


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
