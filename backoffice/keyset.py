"""Pages cut out of a sorted list by the values of the row where they begin: the millionth row costs as much as the first.

A sorting is a row of segments, each with a condition and the fields that sort it. A cursor names a segment and the
values of those fields. Lists that were read whole are cut by the same rules in Python.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from django.db.models import F, OrderBy, Q, QuerySet

from orders.models import Order
from orders.models.status import OPEN

END = "end"  # as a cursor: behind the last row


class Hit(NamedTuple):
    """What sorts an order, read without the rest of it."""

    pk: int
    status: str
    position: int
    number: int
    total: Decimal
    promised_date: date | None
    submitted_at: datetime


@dataclass(frozen=True, slots=True)
class Segment:
    where: Q
    has: Callable[[Hit], bool]
    by: tuple[str, ...]  # fields, with "-" for the highest first

    def order_by(self, backward: bool) -> list[OrderBy]:
        return [
            F(name.lstrip("-")).desc() if name.startswith("-") != backward else F(name.lstrip("-")).asc()
            for name in self.by
        ]

    def beyond(self, values: Sequence[Any], backward: bool) -> Q:
        """Behind these values, or before them."""
        first, *rest = zip(self.by, values, strict=True)
        condition = Q(**{_compare(first[0], backward): first[1]})
        for name, value in rest:
            same = Q(**{first[0].lstrip("-"): first[1], _compare(name, backward): value})
            # The first bound alone once more: what an index can begin at.
            condition = (condition | same) & Q(**{_compare(first[0], backward) + "e": first[1]})
        return condition


def _compare(name: str, backward: bool) -> str:
    return f"{name.lstrip('-')}__{'lt' if name.startswith('-') != backward else 'gt'}"


Sorting = tuple[Segment, ...]
_OPEN, _FINISHED = Q(position__gte=OPEN), Q(position__gt=0, position__lt=OPEN)
_SUBMITTED = Q(position__gt=0)


def _is_finished(hit: Hit) -> bool:
    return hit.position < OPEN


FINISHED = Segment(_FINISHED, _is_finished, ("-position",))
_TO_DO = Segment(_OPEN, lambda hit: not _is_finished(hit), ("-position",))
SORTINGS: dict[str, Sorting] = {
    "actionable": (_TO_DO, FINISHED),
    "-number": (Segment(_SUBMITTED, lambda hit: True, ("-number",)),),
    "number": (Segment(_SUBMITTED, lambda hit: True, ("number",)),),
    "-total": (Segment(_SUBMITTED, lambda hit: True, ("-total", "-number")),),
    "total": (Segment(_SUBMITTED, lambda hit: True, ("total", "number")),),
    "due": (
        Segment(
            _OPEN & Q(promised_date__isnull=False),
            lambda hit: not _is_finished(hit) and hit.promised_date is not None,
            ("promised_date", "number"),
        ),
        Segment(
            _OPEN & Q(promised_date=None),
            lambda hit: not _is_finished(hit) and hit.promised_date is None,
            ("-position",),
        ),
        FINISHED,
    ),
}
# Between two days the same is read from the index of days: numbers are given in that order.
BY_DAY = ("-submitted_at", "-number")
SORTINGS_BY_DAY: dict[str, Sorting] = {
    "actionable": (_TO_DO, Segment(_FINISHED, _is_finished, BY_DAY)),
    "-number": (Segment(_SUBMITTED, lambda hit: True, BY_DAY),),
    "number": (Segment(_SUBMITTED, lambda hit: True, ("submitted_at", "number")),),
}


def sorting_of(name: str, *, between_days: bool) -> Sorting:
    return (SORTINGS_BY_DAY.get(name) if between_days else None) or SORTINGS[name]


@dataclass(frozen=True, slots=True)
class Cursor:
    segment: int
    values: tuple[Any, ...]


def read_cursor(text: str, sorting: Sorting) -> Cursor | None:
    """The cursor that a query string holds; None for nonsense."""
    head, *values = text.split("_")
    if not head.isascii() or not head.isdigit() or int(head) >= len(sorting):
        return None
    names = sorting[int(head)].by
    if len(values) != len(names):
        return None
    try:
        return Cursor(
            int(head), tuple(_value(name.lstrip("-"), text) for name, text in zip(names, values, strict=True))
        )
    except (ValueError, InvalidOperation):
        return None


def _value(name: str, text: str) -> Any:
    if name == "promised_date":
        return date.fromisoformat(text)
    if name == "submitted_at":
        moment = datetime.fromisoformat(text)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if name == "total":
        amount = Decimal(text)
        if not amount.is_finite() or abs(amount) > 10**12 or amount != amount.quantize(Decimal("0.01")):
            raise ValueError(text)
        return amount
    number = int(text)
    if not 0 <= number < (2**31 if name == "number" else 100 * OPEN):
        raise ValueError(text)
    return number


def cursor_of(row: "Order | Hit", sorting: Sorting) -> str:
    hit = row if isinstance(row, Hit) else hit_of(row)
    number = next(number for number, segment in enumerate(sorting) if segment.has(hit))
    return "_".join([str(number), *(str(getattr(hit, name.lstrip("-"))) for name in sorting[number].by)])


def hit_of(order: Order) -> Hit:
    return Hit(*(getattr(order, name) for name in Hit._fields))


# --- in the database

Fetch = Callable[["QuerySet[Order]", int], list[Any]]


def take(
    orders: "QuerySet[Order]", sorting: Sorting, cursor: Cursor | None, backward: bool, many: int, fetch: Fetch
) -> list[Any]:
    """Up to `many` rows behind the cursor (or before it, the nearest first), segment by segment."""
    numbers = range(len(sorting))
    rows: list[Any] = []
    for number in reversed(numbers) if backward else numbers:
        if cursor and (number > cursor.segment if backward else number < cursor.segment):
            continue
        segment = sorting[number]
        found = orders.filter(segment.where)
        if cursor and number == cursor.segment:
            found = found.filter(segment.beyond(cursor.values, backward))
        rows += fetch(found.order_by(*segment.order_by(backward)), many - len(rows))
        if len(rows) >= many:
            break
    return rows


# --- in Python


def sort_key(hit: Hit, sorting: Sorting) -> tuple[Any, ...]:
    number = next(number for number, segment in enumerate(sorting) if segment.has(hit))
    return number, *_signed(sorting[number], [getattr(hit, name.lstrip("-")) for name in sorting[number].by])


def _signed(segment: Segment, values: Sequence[Any]) -> list[Any]:
    plain = [value.timestamp() if isinstance(value, datetime) else value for value in values]
    return [-value if name.startswith("-") else value for name, value in zip(segment.by, plain, strict=True)]


def cut(hits: list[Hit], sorting: Sorting, cursor: Cursor | None, backward: bool, many: int) -> list[Hit]:
    """The same of a list that was read whole."""
    ordered = sorted(hits, key=lambda hit: sort_key(hit, sorting))
    if cursor:
        edge = (cursor.segment, *_signed(sorting[cursor.segment], cursor.values))
        ordered = [
            hit for hit in ordered if (sort_key(hit, sorting) < edge if backward else sort_key(hit, sorting) > edge)
        ]
    return ordered[::-1][:many] if backward else ordered[:many]
