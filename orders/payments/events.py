"""What a provider says by itself. Stored first, judged after; the body is a hint, the provider's API has the truth."""

import logging
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import Shop
from orders.models import Checkout, LedgerEntry, Order, ProviderEvent
from orders.payments import checkouts, ledger
from orders.payments.providers import ProviderError, from_units
from orders.workflow.door import locked
from orders.workflow.mails import tell
from quoting import deeds

log = logging.getLogger("partwright.payments")

State = ProviderEvent.State
deeds.TASKS[ProviderEvent] = "orders.tasks.judge_event"


def store(provider: str, body: dict[str, Any], now: datetime) -> ProviderEvent:
    """The event, kept once; told twice it is the same row."""
    event, is_new = ProviderEvent.objects.get_or_create(
        provider=provider,
        event=str(body.get("id", ""))[:200],
        defaults={"kind": str(body.get("type", ""))[:80], "body": body, "received_at": now, "next_try": now},
    )
    if is_new:
        deeds.wake(ProviderEvent, [event.pk])
    return event


def judge(event_id: int, now: datetime) -> None:
    """What the worker does with an event. A provider that cannot be asked now is asked later."""
    row = deeds.claim(ProviderEvent, event_id, now)
    if row is None:
        return
    if row.attempts > deeds.MAX_ATTEMPTS:
        deeds.finish(row, State.REFUSED, outcome="given_up")
        return
    try:
        order, outcome = _judged(row, now)
    except ProviderError as error:
        log.info("event=%s: %s", row.pk, error)
        deeds.give_back(row, now + deeds.PATIENCE)
        return
    deeds.finish(row, State.DONE, outcome=outcome, order=order)


def _judged(row: ProviderEvent, now: datetime) -> tuple[Order | None, str]:
    thing = row.body.get("data", {}).get("object", {}) if isinstance(row.body.get("data"), dict) else {}
    if row.kind.startswith("checkout.session."):
        checkout = Checkout.objects.filter(provider=row.provider, session=str(thing.get("id", ""))).first()
        if checkout is None:
            return None, "unknown_checkout"
        return checkout.order, checkouts.settle(checkout.pk, now).state
    if row.kind in ("refund.created", "refund.updated", "charge.refunded"):
        return _refunded(row, thing, now)
    if row.kind.startswith("charge.dispute."):
        payment = _payment(row.provider, str(thing.get("payment_intent", "")))
        if payment is None:
            return None, "unknown_payment"
        if row.kind == "charge.dispute.created":
            _problem(payment.order, f"dispute:{row.event}", now)
        return payment.order, "disputed" if row.kind == "charge.dispute.created" else "dispute_closed"
    return None, "not_for_us"


def _payment(provider: str, payment: str) -> LedgerEntry | None:
    return LedgerEntry.objects.filter(key=f"{provider}:{payment}").select_related("order").first() if payment else None


def _refunded(row: ProviderEvent, thing: dict[str, Any], now: datetime) -> tuple[Order | None, str]:
    """Given back from the provider's own pages: booked like ours, once per refund."""
    payment = _payment(row.provider, str(thing.get("payment_intent", "")))
    if payment is None:
        return None, "unknown_payment"
    order = payment.order
    found = [thing] if row.kind.startswith("refund.") else (thing.get("refunds") or {}).get("data", [])
    booked = False
    for refund in found:
        if refund.get("status") not in (None, "succeeded"):
            continue
        amount = from_units(int(refund.get("amount", 0)), order.currency)
        key = f"{row.provider}:refund:{refund.get('id')}"
        booked |= ledger.refund(order.pk, amount=amount, key=key, method=row.provider, of=payment, now=now)
    return order, "refunded" if booked else "known"


def _problem(order: Order, deed: str, now: datetime) -> None:
    with transaction.atomic():
        tell(locked(order.pk), "payment_problem", deed=deed, shop=Shop.get(), now=now)
