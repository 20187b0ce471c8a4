"""What a quote leaves to the shop: for staff only. Cost is what the formulas charge before anything is put on or taken off."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from orders.models import Order, OrderLine
from quoting.pricing.contract import LinePrice

# Put on or taken off to sell it; the rest is material, machine, work and what is bought in.
OF_SELLING = {"markup", "tolerance", "lead_time", "quantity_discount", "price_level", "minimum_part"}
TENTH = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Margin:
    cost: Decimal
    net: Decimal

    @property
    def amount(self) -> Decimal:
        return self.net - self.cost

    @property
    def percent(self) -> Decimal | None:
        """Of the price. None where nothing is charged."""
        if not self.net:
            return None
        return (100 * self.amount / self.net).quantize(TENTH, ROUND_HALF_UP)

    @property
    def is_loss(self) -> bool:
        return self.amount < 0


def cost_of(price: LinePrice | None) -> Decimal | None:
    """None where the formulas found none."""
    worked_out = price and (price.computed or price)
    if (
        not worked_out
        or worked_out.state != "priced"
        or any(c.code in ("fee", "by_hand") for c in worked_out.components)
    ):
        return None
    return sum((c.amount for c in worked_out.components if c.code not in OF_SELLING), Decimal(0))


def margin_of_line(line: OrderLine) -> Margin | None:
    cost = cost_of(line.line_price)
    return None if cost is None or line.net is None else Margin(cost, line.net)


def margin_of_order(order: Order, lines: Iterable[OrderLine]) -> tuple[Margin | None, int]:
    """Of all lines in the sums whose cost is known, after discounts; and how many parts there are without one."""
    known, unknown = [], 0
    for line in lines:
        if line.left_out or not line.counts or line.is_fee:
            continue
        margin = margin_of_line(line)
        if margin is None:
            unknown += 1
        else:
            known.append(margin)
    if not known:
        return None, unknown
    codes = ("minimum_order", "promo", "discount")
    off = sum((c.amount for c in order.price.components if c.code in codes), Decimal(0)) if order.price else Decimal(0)
    cost, net = sum((one.cost for one in known), Decimal(0)), sum((one.net for one in known), Decimal(0))
    return Margin(cost, net + off), unknown
