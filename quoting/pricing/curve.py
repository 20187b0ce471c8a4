"""What one piece costs over the quantity, by the chosen process and by others, and which is the cheapest from where on.

The other lines of the order are held fixed, as in the grid.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import cache
from itertools import pairwise

from quoting.geometry.values import Frozen
from quoting.pricing.amounts import unit_price
from quoting.pricing.catalogue import Catalogue, by_key
from quoting.pricing.cheaper import candidates
from quoting.pricing.contract import MAX_QUANTITY, LineRequest, OrderTerms, Selection
from quoting.pricing.engine import one_offs_after, price_line, used_by

SHOWN = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000)
BETWEEN = (3, 4, 7, 15, 30, 40, 70, 150, 300, 400, 700, 1500, 3000, 4000, 7000)
MOST = 4  # series, the chosen one among them


NO_PRICE = Decimal("Infinity")
Net = Callable[[Selection, int], Decimal]  # of a line, or NO_PRICE


class Point(Frozen):
    quantity: int
    net: Decimal  # of the line
    unit: Decimal  # to four decimals, see GridCell.unit


class Series(Frozen):
    selection: Selection
    points: tuple[Point, ...]


class Span(Frozen):
    """From `first` to `last` piece, the series with this number is the cheapest."""

    series: int
    first: int
    last: int


class Curve(Frozen):
    series: tuple[Series, ...]  # the chosen one first
    spans: tuple[Span, ...]


def curve(catalogue: Catalogue, lines: Sequence[LineRequest], line_id: int, terms: OrderTerms) -> Curve | None:
    """None for a line without a computed price. Raises KeyError for a line that is not there."""
    place = next((place for place, request in enumerate(lines) if request.line == line_id), None)
    if place is None:
        raise KeyError(line_id)
    asked = lines[place]
    used = used_by(catalogue, lines[:place])

    @cache
    def net(selection: Selection, quantity: int) -> Decimal:
        request = asked.model_copy(update={"selection": selection, "quantity": quantity})
        price = price_line(catalogue, request, one_offs_after(used, request), terms)
        return price.net if price.state == "priced" else NO_PRICE

    if asked.fee or asked.by_hand is not None or net(asked.selection, asked.quantity) == NO_PRICE:
        return None
    quantities = _quantities(catalogue, asked)
    others = [one.selection for one in candidates(catalogue, asked) if one.kind == "process"]
    compared = _compared(asked, others, quantities, net)
    series = tuple(Series(selection=one, points=_points(one, quantities, net)) for one in compared)
    return Curve(series=series, spans=tuple(_spans(compared, quantities, net)))


def _quantities(catalogue: Catalogue, asked: LineRequest) -> list[int]:
    """The usual ones, the one that is asked for, and both sides of every quantity break."""
    process = by_key(catalogue.processes, asked.selection.process)
    breaks = [one.quantity for one in process.quantity_breaks] if process else []
    beside = [quantity for one in breaks for quantity in (one - 1, one) if quantity <= MAX_QUANTITY]
    return sorted({*SHOWN, *BETWEEN, *beside, asked.quantity})


def _compared(asked: LineRequest, others: list[Selection], quantities: list[int], net: Net) -> list[Selection]:
    """The chosen one and of other processes those worth looking at: the cheapest somewhere, then the cheapest here."""
    of_process: dict[str, Selection] = {}
    for one in sorted(others, key=lambda one: net(one, asked.quantity)):
        if net(one, asked.quantity) != NO_PRICE:
            of_process.setdefault(one.process, one)
    found = list(of_process.values())
    lowest = [min([asked.selection, *found], key=lambda one: net(one, at)) for at in quantities]
    somewhere = [one for one in found if one in lowest]
    return [asked.selection, *somewhere, *(one for one in found if one not in somewhere)][:MOST]


def _points(selection: Selection, quantities: list[int], net: Net) -> tuple[Point, ...]:
    found = [(quantity, net(selection, quantity)) for quantity in quantities]
    return tuple(
        Point(quantity=quantity, net=amount, unit=unit_price(amount, quantity))
        for quantity, amount in found
        if amount != NO_PRICE
    )


def _spans(compared: list[Selection], quantities: list[int], net: Net) -> list[Span]:
    """Where the cheapest changes, to the piece. Prices have steps: what begins and ends between two of the quantities
    that are looked at is not found."""

    def cheapest(quantity: int) -> int:
        return min(range(len(compared)), key=lambda number: net(compared[number], quantity))

    spans: list[Span] = []
    first, now = quantities[0], cheapest(quantities[0])
    for before, quantity in pairwise(quantities):
        while cheapest(quantity) != now:
            known, other = max(before, first), quantity  # `now` is the cheapest at the one and not at the other
            while other - known > 1:
                middle = (known + other) // 2
                known, other = (middle, other) if cheapest(middle) == now else (known, middle)
            spans.append(Span(series=now, first=first, last=known))
            first, now = other, cheapest(other)
    return [*spans, Span(series=now, first=first, last=quantities[-1])]
