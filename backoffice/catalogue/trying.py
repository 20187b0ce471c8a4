"""What the draft would make of recent orders: each priced by the list that holds and by the draft, on today's terms.

Both prices come from the engine that prices every order, from the figures and estimates that are there: nothing is
measured for it and nothing is saved.
"""

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Prefetch

from accounts.models import Shop
from orders import pricing
from orders.models import Order, OrderLine, Status
from quoting.models import PriceListVersion
from quoting.pricing.contract import LinePrice, OrderBreakdown
from quoting.pricing_words import say

CHOICES = (10, 20, 50)  # how many orders; the highest bounds the time that the page takes


@dataclass(frozen=True, slots=True)
class Amount:
    """One side of a comparison: an amount, or why there is none."""

    currency: str
    amount: Decimal | None
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Compared:
    name: str
    before: Amount
    after: Amount

    @property
    def difference(self) -> Decimal | None:
        if self.before.currency != self.after.currency or self.before.amount is None or self.after.amount is None:
            return None
        return self.after.amount - self.before.amount

    @property
    def percent(self) -> Decimal | None:
        if self.difference is None or not self.before.amount:
            return None
        return self.difference * 100 / self.before.amount

    @property
    def changes(self) -> bool:
        return self.before != self.after

    @property
    def rank(self) -> tuple[int, Decimal]:
        """Worst first: what loses its price, then what else cannot be compared, then the biggest differences."""
        if self.before.amount is not None and self.after.amount is None:
            return 0, Decimal(0)
        if self.difference is None:
            return (1 if self.changes else 3), Decimal(0)
        return (2 if self.changes else 3), -abs(self.percent if self.percent is not None else self.difference)


@dataclass(frozen=True, slots=True)
class Tried:
    order: Order
    total: Compared
    lines: list[Compared]

    @property
    def buyer(self) -> str:
        company = self.order.company
        return company.name if company and company.name else str(self.order.customer or "")

    @property
    def changes(self) -> bool:
        return self.total.changes or any(line.changes for line in self.lines)

    @property
    def rank(self) -> tuple[int, Decimal]:
        """An order is as bad as its worst line or its total."""
        return min([self.total.rank, *(line.rank for line in self.lines)])


def recent(most: int) -> list[Order]:
    """The newest orders that the shop has, with all that pricing reads."""
    lines = Prefetch("lines", pricing.with_shapes(OrderLine.objects.filter(left_out=False)), to_attr="tried_lines")
    found = Order.objects.exclude(status=Status.DRAFT).select_related("company", "customer").prefetch_related(lines)
    return list(found.order_by("-number")[:most])


def tried(orders: Sequence[Order], now: PriceListVersion, draft: PriceListVersion) -> list[Tried]:
    """Worst first."""
    shop = Shop.get()
    return sorted((_tried(order, now, draft, shop) for order in orders), key=lambda one: one.rank)


def _tried(order: Order, now: PriceListVersion, draft: PriceListVersion, shop: Shop) -> Tried:
    lines: list[OrderLine] = order.tried_lines  # type: ignore[attr-defined]
    before, after = _priced(order, lines, now, shop), _priced(order, lines, draft, shop)
    names = {line.pk: f"{line.position} {line.name}" for line in lines}
    pairs = zip(before.lines, after.lines, strict=True)
    compared = [
        Compared(names[was.line], _of_line(was, before.currency), _of_line(becomes, after.currency))
        for was, becomes in pairs
    ]
    total = Compared(str(order), _of_order(before), _of_order(after))
    return Tried(order, total, sorted(compared, key=lambda one: one.rank))


def _priced(order: Order, lines: Sequence[OrderLine], price_list: PriceListVersion, shop: Shop) -> OrderBreakdown:
    under = copy(order)
    under.price_list = price_list
    return pricing.worked_out(under, [copy(line) for line in lines], pricing.terms(under, shop))


def _of_line(price: LinePrice, currency: str) -> Amount:
    if price.state == "priced":
        return Amount(currency, price.net)
    return Amount(currency, None, tuple(say(reason) for reason in price.reasons))


def _of_order(price: OrderBreakdown) -> Amount:
    """The sum that is compared is the one the shop earns: without tax."""
    if price.state == "priced":
        return Amount(price.currency, price.net)
    return Amount(price.currency, None, tuple(say(reason) for reason in price.reasons))
