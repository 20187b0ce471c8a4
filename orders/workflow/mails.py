"""The mails that an order owes: who gets them, and what they say (facts.py)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from accounts.models import Shop
from notifications import outbox
from notifications.outbox import Recipients
from orders.models import HistoryEntry, Order
from orders.workflow import facts
from orders.workflow.dates import local_day


def recipients(order: Order, shop: Shop) -> Recipients:
    """The person who placed it and whoever they added; the billing contact where the table says so."""
    assert order.customer is not None
    return Recipients(
        customer=order.customer.email,
        shop=shop.order_email,
        language=order.customer.language or shop.language,
        shop_language=shop.language,
        billing=order.company.billing_contact_email if order.company else "",
        others=tuple(order.also_notify),
    )


def tell(
    order: Order,
    event: str,
    *,
    deed: str,
    shop: Shop,
    now: datetime,
    before: str = "",
    skip: Iterable[str] = (),
    **more: Any,
) -> None:
    """Write the mails of an event, in the caller's transaction. `deed` names what happened: its mails are owed once."""
    outbox.enqueue(
        event=event,
        about=f"order:{order.pk}",
        deed=deed,
        to=recipients(order, shop),
        facts=lambda audience, language: facts.facts(
            order, audience, language, before=before or order.status, after=order.status, **more
        ),
        now=now,
        skip=skip,
    )


def tell_move(order: Order, entry: HistoryEntry, *, shop: Shop, again: bool) -> None:
    """The mails that the status entered owes, with the deed's note, comment and PO number."""
    details = entry.details or {}
    tell(
        order,
        order.status,
        deed=f"history:{entry.pk}",
        shop=shop,
        now=entry.at,
        before=entry.from_status,
        skip=() if entry.mailed_customer else ("customer",),
        again=again,
        from_quotation_tool=entry.name == "send_firm_offer" and entry.from_status == "draft",
        note=details.get("note", ""),
        comment=details.get("comment", ""),
        po_number=details.get("po_number", ""),
        offer_expired=_came_back_too_late(order, shop, entry),
    )


def _came_back_too_late(order: Order, shop: Shop, entry: HistoryEntry) -> bool:
    """Into an offer that ran out while the order was on hold or canceled."""
    if order.status != "firm_offer_sent":
        return False
    over = order.offers.filter(state="sent", valid_until__lt=local_day(shop, entry.at))
    return over.exists()
