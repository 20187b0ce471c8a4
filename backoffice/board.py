"""The work board: what is in production, a column for each status, the soonest promised first."""

from dataclasses import dataclass
from datetime import date

from django.db.models import F

from backoffice import words
from backoffice.finding import shown
from backoffice.listing import Row, rows_of
from orders.models import Order, Status
from orders.workflow.actors import Actor, acting_role
from orders.workflow.door import RULES

S = Status
SHOWN = 30  # of each column
COLUMNS: tuple[tuple[Status, tuple[str, ...]], ...] = (
    (S.FREE_FOR_MANUFACTURING, ("start_manufacturing",)),
    (S.MANUFACTURING, ("start_post_production", "make_ready_for_shipping", "reprint")),
    (S.POST_PRODUCTION, ("make_ready_for_shipping", "reprint")),
    (S.RE_PRINTING, ("start_manufacturing", "start_post_production")),
    (S.READY_FOR_SHIPPING, ("ship", "make_ready_for_pickup")),
    (S.READY_FOR_PICKUP, ("deliver",)),
)
# They ask for something: their button leads to the form.
ASKING = {"reprint", "ship"}
MOVES = {name for _status, names in COLUMNS for name in names} - ASKING


@dataclass(frozen=True, slots=True)
class Move:
    name: str
    verb: str
    asks: bool


@dataclass(frozen=True, slots=True)
class Column:
    status: Status
    rows: list[Row]
    moves: list[Move]
    more: bool


def board(actor: Actor, today: date) -> list[Column]:
    orders: dict[Status, list[Order]] = {}
    for status, _names in COLUMNS:
        by = (F("promised_date").asc(nulls_last=True), "number")
        orders[status] = list(shown(Order.objects.filter(status=status)).order_by(*by)[: SHOWN + 1])
    rows = {row.order.pk: row for row in rows_of([order for found in orders.values() for order in found], today)}
    return [
        Column(
            status,
            [rows[order.pk] for order in orders[status][:SHOWN]],
            [Move(name, words.verb(name), name in ASKING) for name in names if acting_role(actor, RULES[name].who)],
            len(orders[status]) > SHOWN,
        )
        for status, names in COLUMNS
    ]
