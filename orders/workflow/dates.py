"""Dates that people mean: in the shop's time zone, on days on which it works."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from accounts.models import Shop, TermsTrigger
from orders.models import Order, Status
from orders.models.status import AGREED, PRODUCTION

# How far each status has come, for "that status or one after it"; pickup counts as shipping.
PROGRESS = dict.fromkeys(AGREED, 0) | {
    status: rank for rank, status in enumerate((s for s in PRODUCTION if s is not Status.READY_FOR_PICKUP), start=1)
}
PROGRESS[Status.READY_FOR_PICKUP] = PROGRESS[Status.SHIPPED]


def local_day(shop: Shop, now: datetime) -> date:
    return now.astimezone(ZoneInfo(shop.timezone)).date()


def is_workday(shop: Shop, day: date) -> bool:
    return day.weekday() < 5 and day.isoformat() not in shop.holidays


def add_business_days(shop: Shop, start: date, days: int) -> date:
    day = start
    while days > 0:
        day += timedelta(days=1)
        days -= is_workday(shop, day)
    return day


def first_day(shop: Shop, now: datetime) -> date:
    """The day on which work can begin: after the cut-off hour, or on a day off, the next one that the shop works."""
    local = now.astimezone(ZoneInfo(shop.timezone))
    day = local.date()
    if is_workday(shop, day) and local.hour < shop.cutoff_hour:
        return day
    return add_business_days(shop, day, 1)


def promise(shop: Shop, order: Order, start: datetime) -> None:
    """Date the promise from `start`: when the order was placed, or its prepayment met or PO accepted later.

    The longest lead time of the lines in business days. Work that has begun keeps its promise.
    """
    if not order.is_released:
        order.promised_date = promised(shop, start, order)


def promised(shop: Shop, start: datetime, order: Order) -> date | None:
    """The longest lead time of the lines in business days from `start`."""
    days = max((line.line_price.days for line in order.lines.all() if line.line_price and not line.left_out), default=0)
    return add_business_days(shop, first_day(shop, start), days)


def postponed(shop: Shop, order: Order, now: datetime) -> date | None:
    """The promised date moved on by the business days that the order was held."""
    if order.promised_date is None or order.held_at is None:
        return order.promised_date
    day, end, held = local_day(shop, order.held_at), local_day(shop, now), 0
    while day < end:
        day += timedelta(days=1)
        held += is_workday(shop, day)
    return add_business_days(shop, order.promised_date, held)


def terms_reached(shop: Shop, order: Order) -> bool:
    """Whether the order stands at the status from which net days count, or at one after it."""
    trigger = Status(TermsTrigger(shop.terms_trigger).value)
    return order.state in PROGRESS and PROGRESS[order.state] >= PROGRESS[trigger]


def due(reached: date, po_accepted: date | None, net_days: int) -> date:
    return max(reached, po_accepted or reached) + timedelta(days=net_days)
