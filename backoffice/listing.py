"""Which orders the list shows, in which order, and how many there are of each status.

Made for large tables: the status counts are the only count, search never multiplies rows by joins, and what is sorted
by "most actionable" are the open orders only; finished ones follow by number.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page
from django.db.models import Case, Count, F, IntegerField, Q, QuerySet, Sum, Value, When

from accounts.models import Company, User
from backoffice.paging import PER_PAGE, Counted, page_number
from orders.models import Order, OrderLine, PurchaseOrder, Status
from orders.models.status import CANCELED, GROUPS, SUBMITTED

S = Status
# What the shop has to act upon comes first, what waits for the customer last.
ACTIONABLE = (
    S.WAITING_FOR_REVIEW,
    S.PLACED,
    S.PO_PROVIDED,
    S.FREE_FOR_MANUFACTURING,
    S.RE_PRINTING,
    S.MANUFACTURING,
    S.POST_PRODUCTION,
    S.READY_FOR_SHIPPING,
    S.PO_PAYMENT_DUE,
    S.ON_HOLD,
    S.READY_FOR_PICKUP,
    S.WAITING_FOR_PAYMENT,
    S.FIRM_OFFER_SENT,
    S.SHIPPED,
)
FINISHED = (S.DELIVERED, *CANCELED)
FEW = 500  # hits of a search
# The promised date says nothing any more, or moves on with the hold.
NEVER_LATE = frozenset({S.SHIPPED, S.READY_FOR_PICKUP, S.ON_HOLD, *FINISHED})
SORTS = ("actionable", "-number", "number", "-total", "total", "due")
SHOWN = [
    "number",
    "status",
    "total",
    "currency",
    "paid",
    "refunded",
    "surplus_returned",
    "credited",
    "promised_date",
    "last_production",
    "submitted_at",
    "contact",
    "customer__name",
    "customer__email",
    "company__name",
    "company__is_business",
    "owner__name",
    "owner__email",
]


@dataclass(frozen=True, slots=True)
class Wish:
    """What a query string asks for; nonsense in it is ignored."""

    query: str = ""
    everywhere: bool = False  # also where the query is an order's number or somebody's address
    group: str = ""
    status: str = ""
    sort: str = SORTS[0]
    page: int = 1

    @classmethod
    def read(cls, given: Mapping[str, str]) -> "Wish":
        status = given.get("status", "")
        status = status if status in SUBMITTED else ""
        group = Status(status).group if status else given.get("group", "")
        sort = given.get("sort", "")
        return cls(
            query=" ".join(given.get("q", "").replace("\x00", " ").split())[:100],
            everywhere=given.get("all") == "1",
            group=group if group in GROUPS and group != "draft" else "",
            status=status,
            sort=sort if sort in SORTS else SORTS[0],
            page=page_number(given.get("page", "")),
        )

    @property
    def statuses(self) -> tuple[Status, ...]:
        if self.status:
            return (Status(self.status),)
        return GROUPS[self.group] if self.group else SUBMITTED

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What a form that changes the sorting sends along."""
        asked = {
            "q": self.query,
            "all": "1" if self.everywhere else "",
            "group": "" if self.status else self.group,
            "status": self.status,
        }
        return [(name, value) for name, value in asked.items() if value]

    def link(self, **changes: Any) -> str:
        """The query string of this wish with something changed; the page starts over unless it is what changes."""
        asked = {**dict(self.kept), "sort": "" if self.sort == SORTS[0] else self.sort, **changes}
        return "?" + urlencode({name: value for name, value in asked.items() if value})


@dataclass(frozen=True, slots=True)
class Row:
    order: Order
    lines: int
    pieces: int
    to_be_quoted: int
    is_late: bool


@dataclass(frozen=True, slots=True)
class Listing:
    wish: Wish
    page: "Page[Row]"
    counts: dict[str, int]  # by status, under the search alone
    is_exact: bool  # the query named an order or an address: nothing else was looked at

    @property
    def found(self) -> int:
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


def listing(wish: Wish, today: date) -> Listing:
    orders, is_exact = searched(Order.objects.filter(status__in=SUBMITTED), wish)
    grouped = orders.order_by().values_list("status").annotate(many=Count("pk"))
    counts: dict[str, int] = dict(grouped)
    pages = Counted(sum(counts.get(status, 0) for status in wish.statuses))
    number = pages.nearest(wish.page)
    chosen = _slice(orders, wish, counts, (number - 1) * PER_PAGE)
    return Listing(wish, pages.of(_rows(chosen, today), number), counts, is_exact)


# --- search


def searched(orders: QuerySet[Order], wish: Wish) -> tuple[QuerySet[Order], bool]:
    """The orders that fit; True when the query was a number or an address that is known, found by index.

    Few hits are looked up once and from then on named by their keys; where there are many, each query ends early.
    """
    if not wish.query:
        return orders, False
    exact = {} if wish.everywhere else _exact(wish.query)
    fits = Q(**exact) if exact else _anywhere(wish.query)
    keys = list(Order.objects.filter(fits).order_by().values_list("pk", flat=True)[: FEW + 1])
    return orders.filter(pk__in=keys) if len(keys) <= FEW else orders.filter(fits), bool(exact)


def _exact(query: str) -> dict[str, int]:
    digits = query.removeprefix("#").strip()
    number = int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else 0
    if number and Order.objects.filter(number=number).exclude(status=Status.DRAFT).exists():
        return {"number": number}
    if "@" in query:
        user = User.objects.filter(email=query.lower()).values_list("pk", flat=True).first()
        return {"customer_id": user} if user else {}
    return {}


def _anywhere(query: str) -> Q:
    """Each place on its own, as a set of keys: no joins, so nothing is found twice."""
    people = User.objects.filter(Q(name__icontains=query) | Q(email__icontains=query))
    return (
        Q(customer_reference__icontains=query)
        | Q(contact__name__icontains=query)
        | Q(contact__email__icontains=query)
        | Q(customer__in=people.values("pk"))
        | Q(company__in=Company.objects.filter(name__icontains=query).values("pk"))
        | Q(pk__in=OrderLine.objects.filter(name__icontains=query).values("order"))
        | Q(pk__in=PurchaseOrder.objects.filter(number__icontains=query).values("order"))
    )


# --- order and page


def _slice(orders: QuerySet[Order], wish: Wish, counts: Mapping[str, int], start: int) -> list[Order]:
    """One page: its keys first, from narrow indexes, then the rows."""
    keys = _keys(orders, wish, counts, start)
    rows = Order.objects.select_related("customer", "company", "owner").only(*SHOWN).in_bulk(keys)
    return [rows[key] for key in keys if key in rows]


def _keys(orders: QuerySet[Order], wish: Wish, counts: Mapping[str, int], start: int) -> list[int]:
    """Where open orders come first, the page takes from them and then from the finished ones."""
    found = orders.values_list("pk", flat=True)
    if wish.sort not in ("actionable", "due"):
        field = F(wish.sort.removeprefix("-"))
        by = field.desc() if wish.sort.startswith("-") else field.asc()
        return list(found.filter(status__in=wish.statuses).order_by(by, "-number")[start : start + PER_PAGE])
    open_ = [status for status in wish.statuses if status not in FINISHED]
    many = sum(counts.get(status, 0) for status in open_)
    keys: list[int] = []
    if start < many:
        keys = list(_open_first(found, wish, open_)[start : start + PER_PAGE])
    rest, finished = PER_PAGE - len(keys), [status for status in wish.statuses if status in FINISHED]
    if rest and any(counts.get(status) for status in finished):
        skip = max(0, start - many)
        keys += found.filter(status__in=finished).order_by("-number")[skip : skip + rest]
    return keys


def _open_first(found: QuerySet[Any], wish: Wish, statuses: list[Status]) -> QuerySet[Any]:
    if wish.sort == "actionable":
        return found.filter(status__in=statuses).order_by(_rank(), "-number")
    # By key, so that the few open orders are read and not the whole table.
    open_ = Order.objects.filter(status__in=statuses).values("pk")
    return found.filter(pk__in=open_).order_by(F("promised_date").asc(nulls_last=True), "-number")


def _rank() -> Case:
    ranks = [When(status=status, then=Value(rank)) for rank, status in enumerate(ACTIONABLE)]
    return Case(*ranks, default=Value(len(ACTIONABLE)), output_field=IntegerField())


def _rows(orders: list[Order], today: date) -> list[Row]:
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
