"""The list of orders: a page of it, and how many there are of each status.

Made for large tables: pages are cut by keyset (keyset.py), counts end at MANY, what is searched and filtered for is
found by index (finding.py), and a page costs the same few queries whatever it shows.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import Count, Q, Sum

from accounts.models import Shop, User
from backoffice.finding import NEVER_LATE, Found, found, shown
from backoffice.keyset import END, Cursor, Hit, Sorting, cursor_of, cut, read_cursor, sorting_of, take
from backoffice.paging import PER_PAGE
from backoffice.wish import Wish
from orders.models import Order, OrderLine, Status
from orders.models.status import SUBMITTED
from orders.workflow.dates import local_day

S = Status
MANY = 10_000  # counts end here


@dataclass(frozen=True, slots=True)
class Row:
    order: Order
    lines: int
    pieces: int
    to_be_quoted: int
    is_late: bool


@dataclass(frozen=True, slots=True)
class Pages:
    """Where the page lies in the list: cursors of its neighbours, empty where there is none."""

    rows: list[Row]
    after: str = ""
    before: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    wish: Wish
    pages: Pages
    counts: dict[str, int]  # by status, under search and filters; empty where that would be long to count
    found: Found
    is_many: bool = False  # more than were counted

    @property
    def rows(self) -> list[Row]:
        return self.pages.rows

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def all_url(self) -> str:
        return self.wish.link(group="", status="")

    @property
    def due_url(self) -> str:
        return self.wish.link(sort="due")

    @property
    def everywhere_url(self) -> str:
        return self.wish.link(all="1")

    @property
    def bare_url(self) -> str:
        return "?"

    @property
    def first_url(self) -> str:
        return self.wish.link() if self.pages.before else ""

    @property
    def previous_url(self) -> str:
        return self.wish.link(before=self.pages.before) if self.pages.before else ""

    @property
    def next_url(self) -> str:
        return self.wish.link(after=self.pages.after) if self.pages.after else ""

    @property
    def last_url(self) -> str:
        return self.wish.link(before=END) if self.pages.after else ""


def listing(wish: Wish, user: User, shop: Shop, now: datetime) -> Listing:
    today = local_day(shop, now)
    what = found(wish, user, shop, today)
    sorting = sorting_of(wish.sort, between_days=bool(wish.since or wish.until))
    pages = _page(what, wish, sorting, today)
    counts = _counted(what.hits) if what.hits is not None else _capped() if wish.is_bare else {}
    return Listing(wish, pages, counts, what, is_many=what.hits is None and not wish.is_bare)


# --- one page


def _page(what: Found, wish: Wish, sorting: Sorting, today: date) -> Pages:
    """One row more than is shown tells whether there is a next page."""
    backward = bool(wish.before)
    cursor = read_cursor(wish.before or wish.after, sorting)
    rows = _taken(what, wish, sorting, cursor, backward)
    is_more = len(rows) > PER_PAGE
    rows = rows[:PER_PAGE]
    if backward:
        rows.reverse()
    before = cursor_of(rows[0], sorting) if rows and (is_more if backward else cursor is not None) else ""
    after = cursor_of(rows[-1], sorting) if rows and (is_more if not backward else cursor is not None) else ""
    return Pages(rows_of(rows, today), after, before)


def _taken(what: Found, wish: Wish, sorting: Sorting, cursor: Cursor | None, backward: bool) -> list[Order]:
    many = PER_PAGE + 1
    if what.is_plain:
        return take(shown(what.orders), sorting, cursor, backward, many, lambda orders, count: list(orders[:count]))
    if what.hits is None:  # keys first: from indexes alone, where these have all that is asked for
        keys = take(what.orders, sorting, cursor, backward, many, what.keys)
    else:
        wished = [hit for hit in what.hits if not wish.statuses or hit.status in wish.statuses]
        keys = [hit.pk for hit in cut(wished, sorting, cursor, backward, many)]
    by_key = shown(Order.objects.all()).in_bulk(keys)
    return [by_key[key] for key in keys if key in by_key]


# --- how many


def _counted(hits: list[Hit]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for hit in hits:
        counts[hit.status] = counts.get(hit.status, 0) + 1
    return counts


def _capped() -> dict[str, int]:
    """All orders by status, each counted up to one more than MANY: all in one query."""
    one = f"(SELECT COUNT(*) FROM (SELECT 1 FROM {Order._meta.db_table} WHERE status = %s LIMIT {MANY + 1}) AS counted)"
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join([one] * len(SUBMITTED)), [status.value for status in SUBMITTED])
        row = cursor.fetchone()
    return dict(zip([status.value for status in SUBMITTED], row, strict=True))


# --- rows


def rows_of(orders: list[Order], today: date) -> list[Row]:
    counted = OrderLine.objects.filter(order__in=[order.pk for order in orders], left_out=False)
    sums = {
        sum_["order"]: sum_
        for sum_ in counted.order_by()
        .values("order")
        .annotate(
            lines=Count("pk"),
            pieces=Sum("quantity", filter=Q(part__isnull=False)),
            to_be_quoted=Count("pk", filter=~Q(state="priced")),
        )
    }
    return [_row(order, sums.get(order.pk, {}), today) for order in orders]


def _row(order: Order, sums: Mapping[str, Any], today: date) -> Row:
    return Row(
        order=order,
        lines=sums.get("lines", 0),
        pieces=sums.get("pieces") or 0,
        to_be_quoted=sums.get("to_be_quoted", 0),
        is_late=is_late(order, today),
    )


def is_late(order: Order, today: date) -> bool:
    """The promised date has passed, and the parts are neither there nor on hold or canceled."""
    if order.promised_date is None or order.last_production == S.DELIVERED:
        return False
    return order.promised_date < today and order.state not in NEVER_LATE
