"""The price of an order once more, from what it was made of: the stored cents, or a clear difference.

What went into a price is all kept: the numbered price list, the terms as they were, figures and print estimates, choices.
"""

from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass, field
from decimal import Decimal

from orders import pricing
from orders.models import Order, OrderLine
from quoting.geometry.values import Measured, PrintEstimate
from quoting.models import PriceListVersion
from quoting.pricing.contract import Component, LinePrice, OrderBreakdown, OrderTerms
from quoting.pricing.load import payload_sha256
from quoting.services import current_price_list


@dataclass(frozen=True, slots=True)
class Difference:
    where: str
    before: Decimal | str
    after: Decimal | str


@dataclass(frozen=True, slots=True)
class Again:
    """What came of pricing an order again."""

    stored: OrderBreakdown
    now: OrderBreakdown
    differences: list[Difference] = field(default_factory=list)


def as_stored(order: Order) -> Again | None:
    """On the order's own price list and terms; None for an order that has no price yet."""
    if order.breakdown is None or order.price is None:
        return None
    found = list(_of_list(order.price_list))
    lines = pricing.priced_lines(order)
    before = {line.pk: line.line_price for line in lines}
    given = OrderTerms.model_validate(order.priced_terms) if order.priced_terms else pricing.terms(order)
    now = pricing.worked_out(order, lines, given, _older_shapes(lines, order))
    for line in lines:
        found += _of_line(line, before[line.pk], line.line_price)
    found += _of_components("order", order.price.components, now.components)
    sums = (("net", order.net, now.net), ("tax", order.tax, now.tax), ("total", order.total, now.gross))
    found += [Difference(name, was, is_now) for name, was, is_now in sums if was != is_now]
    if not found and order.price != now:
        found.append(Difference("breakdown", "stored", "differs in more than amounts"))
    return Again(order.price, now, found)


def under_today(order: Order) -> Again | None:
    """On the price list and terms of today: what the order would cost if it were made now."""
    if order.price is None:
        return None
    today = copy(order)
    today.price_list = current_price_list()
    lines = pricing.priced_lines(order)
    before = {line.pk: line.line_price for line in lines}
    now = pricing.worked_out(today, lines, pricing.terms(order))
    nets = [(line, _net(before[line.pk]), _net(line.line_price)) for line in lines]
    found = [Difference(_name(line), was, is_now) for line, was, is_now in nets if was != is_now]
    return Again(order.price, now, found)


def _of_list(price_list: PriceListVersion) -> Iterator[Difference]:
    """A published price list never changes: its digest says so."""
    if (found := payload_sha256(price_list.payload)) != price_list.sha256:
        yield Difference(f"price list {price_list.number}", price_list.sha256[:12], found[:12])


def _of_line(line: OrderLine, before: LinePrice | None, now: LinePrice | None) -> Iterator[Difference]:
    if before is None or now is None or before.state != now.state:
        yield Difference(_name(line), _net(before), _net(now))
        return
    yield from _of_components(_name(line), before.components, now.components)
    if before.net != now.net or (line.net if line.is_priced else before.net) != now.net:
        yield Difference(_name(line), line.net if line.net is not None else before.net, now.net)


def _of_components(where: str, before: Sequence[Component], now: Sequence[Component]) -> Iterator[Difference]:
    was, is_now = ({one.code: one.amount for one in found} for found in (before, now))
    for code in dict.fromkeys([*was, *is_now]):
        if was.get(code) != is_now.get(code):
            yield Difference(f"{where}, {code}", was.get(code, "–"), is_now.get(code, "–"))


def _name(line: OrderLine) -> str:
    return f"{line.position} {line.name}"


def _net(price: LinePrice | None) -> Decimal | str:
    if price is None:
        return "no price"
    return price.net if price.state == "priced" else price.state.replace("_", " ")


def _older_shapes(lines: Sequence[OrderLine], order: Order) -> dict[int, Measured]:
    """Figures of lines whose print estimate an older version of the code made: it is taken from the price that names it."""
    older = {}
    for request, line in zip(pricing.requests(order, lines), lines, strict=True):
        made = _estimate_of(line.line_price)
        if made is None or request.measured is None:
            continue
        if all(known.profile != made.profile for known in request.measured.estimates):
            older[line.pk] = request.measured.model_copy(update={"estimates": (made,)})
    return older


def _estimate_of(price: LinePrice | None) -> PrintEstimate | None:
    computed = (price.computed or price) if price else None
    told = {one.code: one.inputs for one in computed.components} if computed else {}
    time, material = told.get("machine_time", {}), told.get("material", {})
    if time.get("basis") != "estimate":
        return None
    filament_mm3 = Decimal(material["volume_cm3"]) * 1000
    return PrintEstimate(profile=time["profile"], seconds=float(time["seconds"]), filament_mm3=float(filament_mm3))
