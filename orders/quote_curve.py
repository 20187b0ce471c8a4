"""The price of a piece over the quantity as a drawing and as a table, with the quantities from which another process is
cheaper. Both axes are logarithmic: a doubling is as wide everywhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil, floor, log10

from django.utils.translation import gettext as _

from accounts.templatetags.show import SYMBOLS, money, number, unit_money
from orders import pricing
from orders.models import Order
from quoting.pricing.catalogue import Catalogue, by_key
from quoting.pricing.contract import Selection
from quoting.pricing.curve import SHOWN, Curve, Series, curve

# In units of the drawing: its size, and what is left free for the figures of the axes and the letters of the series.
WIDTH, HEIGHT = 480, 290
LEFT, RIGHT, TOP, BOTTOM = 58, 22, 22, 34
LETTERS = "ABCD"
TICKS = (1, 10, 100, 1000, 10_000, 100_000)


@dataclass(frozen=True, slots=True)
class Line:
    letter: str
    name: str
    chosen: bool
    points: str  # of a polyline
    end: tuple[float, float]
    cells: tuple[str, ...]  # of the table, by quantity


@dataclass(frozen=True, slots=True)
class Tick:
    at: float
    text: str


@dataclass(frozen=True, slots=True)
class PriceCurve:
    order: Order
    line_id: int
    title: str
    name: str
    summary: tuple[str, ...]  # which is cheapest from where to where
    lines: tuple[Line, ...]
    quantities: tuple[int, ...]
    asked: int
    crossings: tuple[Tick, ...]
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    asked_at: float

    size = (WIDTH, HEIGHT)
    frame = (LEFT, TOP, WIDTH - RIGHT, HEIGHT - BOTTOM)


class Scale:
    """Where a value is drawn between two places."""

    def __init__(self, values: tuple[float, float], places: tuple[float, float]) -> None:
        self.low, self.high = log10(values[0]), log10(values[1])
        self.places = places

    def __call__(self, value: float | Decimal) -> float:
        share = (log10(value) - self.low) / (self.high - self.low)
        return round(self.places[0] + share * (self.places[1] - self.places[0]), 1)


def price_curve(order: Order, line_id: int) -> PriceCurve | None:
    """None for a line that is not there, has no price, or whose price is hidden."""
    lines = [line for line in pricing.priced_lines(order) if line.counts]
    line = next((line for line in lines if line.pk == line_id), None)
    if line is None or line.part is None or order.price_hidden:
        return None
    catalogue = order.price_list.catalogue
    found = curve(catalogue, pricing.requests(order, lines), line_id, pricing.terms(order))
    if found is None:
        return None
    units = [point.unit for series in found.series for point in series.points if point.unit > 0]
    last = max(point.quantity for series in found.series for point in series.points)
    across = Scale((1, last), (LEFT, WIDTH - RIGHT))
    up = Scale(_range(units), (HEIGHT - BOTTOM, TOP))
    quantities = tuple(sorted({*SHOWN, line.quantity}))
    return PriceCurve(
        order=order,
        line_id=line_id,
        title=_("Price per piece over the quantity"),
        name=line.name,
        summary=_summary(found, catalogue),
        lines=_lines(found.series, catalogue, across, up, quantities),
        quantities=quantities,
        asked=line.quantity,
        crossings=tuple(Tick(across(span.first), number(span.first)) for span in found.spans[1:]),
        across=tuple(Tick(across(tick), number(tick)) for tick in TICKS if tick <= last),
        up=_rungs(units, up, order.currency),
        asked_at=across(line.quantity),
    )


def _range(units: Sequence[Decimal]) -> tuple[float, float]:
    """A range that holds all prices with some air."""
    low, high = float(min(units)) * 0.8, float(max(units)) * 1.25
    return low, high


def _rungs(units: Sequence[Decimal], up: Scale, currency: str) -> tuple[Tick, ...]:
    """The round prices 1, 2, 5, 10, … within the range; only the tens where there are many."""
    low, high = _range(units)
    powers = range(floor(log10(low)), ceil(log10(high)) + 1)
    steps = (1, 2, 5) if log10(high / low) < 2 else (1,)
    values = [Decimal(step).scaleb(power) for power in powers for step in steps]
    return tuple(Tick(up(value), _round_price(value, currency)) for value in values if low <= value <= high)


def _round_price(value: Decimal, currency: str) -> str:
    return money(value, currency) if value < 1 else f"{number(value)}\u00a0{SYMBOLS.get(currency, currency)}"


def _lines(
    series: Sequence[Series], catalogue: Catalogue, across: Scale, up: Scale, quantities: tuple[int, ...]
) -> tuple[Line, ...]:
    made = []
    for place, one in enumerate(series):
        drawn = [(across(point.quantity), up(point.unit)) for point in one.points if point.unit > 0]
        units = {point.quantity: point.unit for point in one.points}
        cells = tuple(unit_money(units[at], catalogue.currency) if at in units else "–" for at in quantities)
        points = " ".join(f"{x},{y}" for x, y in drawn)
        made.append(Line(LETTERS[place], series_name(catalogue, one.selection), place == 0, points, drawn[-1], cells))
    return tuple(made)


def series_name(catalogue: Catalogue, selection: Selection) -> str:
    process = by_key(catalogue.processes, selection.process)
    material = by_key(process.materials, selection.material) if process else None
    return f"{process.name}, {material.name}" if process and material else ""


def _summary(found: Curve, catalogue: Catalogue) -> tuple[str, ...]:
    names = [series_name(catalogue, series.selection) for series in found.series]
    if len(found.series) == 1:
        return ()
    if len(found.spans) == 1:
        return (_("%(name)s is the cheapest at every quantity shown.") % {"name": names[found.spans[0].series]},)
    said = []
    for place, span in enumerate(found.spans):
        told = {"name": names[span.series], "first": number(span.first), "last": number(span.last)}
        if place == 0:
            said.append(_("Up to %(last)s pieces: %(name)s is the cheapest.") % told)
        elif place < len(found.spans) - 1:
            said.append(_("From %(first)s to %(last)s pieces: %(name)s.") % told)
        else:
            said.append(_("From %(first)s pieces: %(name)s.") % told)
    return tuple(said)
