"""Giving money back: through the provider by whom it came, or by hand; either way booked once."""

from datetime import datetime
from decimal import Decimal

from orders.models import LedgerEntry, Order
from orders.payments import ledger
from orders.payments.providers import by_name
from orders.workflow.actors import Actor
from orders.workflow.deed import Refused


def refundable(order: Order) -> list[tuple[LedgerEntry, Decimal]]:
    """Payments that came by a provider still in use, each with what is left of it."""
    found = []
    for payment in order.ledger.filter(kind=LedgerEntry.Kind.PAYMENT):
        if by_name(payment.method):
            left = payment.amount - sum((one.amount for one in payment.given_back.all()), Decimal(0))
            if left > 0:
                found.append((payment, min(left, order.received)))
    return found


def give_back(
    order: Order,
    amount: Decimal,
    *,
    through: LedgerEntry | None,
    key: str,
    actor: Actor,
    now: datetime,
    reduces: bool = False,
    note: str = "",
) -> bool:
    """Refund. `through` is the payment to give back by its provider; None: somebody transfers it by hand.

    The provider is asked under the same key first: a crash in between is made good by pressing again, or by its event.
    Raises Refused, ProviderError.
    """
    if amount > order.received:
        raise Refused("refund_beyond_received", received=str(order.received))
    if through is None:
        return ledger.refund(
            order.pk, amount=amount, key=key, method="transfer", actor=actor, reduces=reduces, note=note, now=now
        )
    using = by_name(through.method)
    if using is None or through.order_id != order.pk:
        raise Refused("no_online_payment")
    _name, payment = through.key.split(":", 1)
    made = using.refund(payment, amount, order.currency, key)
    return ledger.refund(
        order.pk,
        amount=made.amount,
        key=f"{using.name}:refund:{made.refund}",
        method=using.name,
        of=through,
        actor=actor,
        reduces=reduces,
        note=note,
        now=now,
    )
