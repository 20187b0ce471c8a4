"""What the quote page tells unasked: a unit that is probably wrong, a model that was ordered before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from orders.models import Order, OrderLine
from orders.presenting_lines import option_words
from quoting.geometry.values import UnitQuestion

# A euro coin: what everybody has held in a hand.
COIN_MM = 23.25


@dataclass(frozen=True, slots=True)
class UnitScale:
    """Two readings of a file without a unit, drawn to scale beside a coin. Widths and heights in the units of the drawing."""

    assumed: str
    assumed_size: tuple[float, float, float]
    unit: str
    size: tuple[float, float, float]

    @classmethod
    def of(cls, question: UnitQuestion) -> "UnitScale":
        return cls(question.assumed, question.assumed_size_mm, question.unit, question.size_mm)

    @property
    def drawings(self) -> list[dict[str, Any]]:
        return [_drawing(self.assumed, self.assumed_size), _drawing(self.unit, self.size)]


def _drawing(unit: str, size: tuple[float, float, float]) -> dict[str, Any]:
    """The box from the front beside a coin, the larger of the two 100 high."""
    width, height = max(size), sorted(size)[1]
    scale = 100 / max(width, height, COIN_MM)
    box, coin = (max(0.8, width * scale), max(0.8, height * scale)), COIN_MM * scale
    return {
        "unit": unit,
        "size": size,
        "width": round(box[0], 1),
        "height": round(box[1], 1),
        "top": round(100 - box[1], 1),
        "coin_x": round(box[0] + 6 + coin / 2, 1),
        "coin_y": round(100 - coin / 2, 1),
        "coin_r": round(max(0.4, coin / 2), 1),
        "whole": round(box[0] + 6 + coin, 1),
    }


@dataclass(frozen=True, slots=True)
class Earlier:
    """The same model, as this company ordered it before."""

    line_id: int
    number: int
    day: datetime
    options: str
    quantity: int


def ordered_before(order: Order, lines: Sequence[OrderLine]) -> dict[int, Earlier]:
    """For lines whose model this company has ordered before, by line: the newest time. Companies know only their own."""
    if order.company_id is None:
        return {}
    files = {line.part.file_id: line for line in lines if line.part}
    earlier = (
        OrderLine.objects.filter(part__file__in=files, order__company=order.company_id, left_out=False)
        .exclude(order__placed_at=None)  # what was only asked for or offered was not ordered
        .exclude(order=order)
        .select_related("order__price_list", "part")
        .order_by("order__submitted_at", "pk")
    )
    newest = {(line.part.file_id, line.part.body): line for line in earlier if line.part}
    found = {}
    for line in lines:
        was = newest.get((line.part.file_id, line.part.body)) if line.part else None
        if was and was.order.submitted_at:
            catalogue = was.order.price_list.catalogue
            words = " · ".join(name for _label, name in option_words(was, catalogue))
            found[line.pk] = Earlier(was.pk, was.order.number or 0, was.order.submitted_at, words, was.quantity)
    return found
