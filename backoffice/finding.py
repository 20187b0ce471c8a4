"""Which orders fit a search and filters: few are read whole, many are walked through page by page.

A million orders are no different: what is searched by is one text per order under one index, every filter that picks
few has an index of its own, and whatever fits more than FEW is common enough to be met on a walk through the list.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Company, Shop, User
from backoffice.keyset import Hit
from backoffice.wish import Wish
from orders.models import Order, OrderLine, OrderText, Status
from orders.models.order import UNPAID
from orders.models.status import OPEN

S = Status
FEW = 5_000  # hits of a search that are read whole, sorted and counted
SOME = 1_000  # the same of filters alone, whose walks are short
SHORTEST = 3  # letters that the index can look up
WINDOWS = (500, 8_000)  # orders that a walk looks at together: for fewer letters no more than these
# The promised date says nothing any more, or moves on with the hold.
NEVER_LATE = frozenset(
    {S.SHIPPED, S.READY_FOR_PICKUP, S.ON_HOLD, S.DELIVERED, *(s for s in S if s.group == "canceled")}
)

SHOWN = [
    "number",
    "status",
    "version",
    "position",
    "total",
    "currency",
    "paid",
    "refunded",
    "surplus_returned",
    "credited",
    "payment_due",
    "promised_date",
    "last_production",
    "submitted_at",
    "contact",
    "customer_reference",
    "customer__name",
    "customer__email",
    "company__name",
    "company__is_business",
    "owner__name",
    "owner__email",
]


def shown(orders: "QuerySet[Order]") -> "QuerySet[Order]":
    """With all that a row of the list shows."""
    return orders.select_related("customer", "company", "owner").only(*SHOWN)


@dataclass(frozen=True, slots=True)
class Found:
    orders: "QuerySet[Order]"  # what fits all that stands in the orders' own columns, the status included
    rare: Q | None  # what must be looked up elsewhere: texts and lines
    texts: "QuerySet[OrderText] | None" = None  # those with all words of the query
    hits: list[Hit] | None = None  # all of them whatever the status, where they are few
    is_exact: bool = False  # the query named an order or an address: nothing else was looked at
    is_plain: bool = False  # nothing but statuses was asked for
    is_cut: bool = False  # too few letters: only the newest orders were looked at

    def keys(self, ordered: "QuerySet[Order]", many: int) -> list[int]:
        """The first that fit. Where a condition stands outside of the orders, they are looked at by windows."""
        keys = ordered.values_list("pk", flat=True)
        if self.rare is None:
            return list(keys[:many])
        for size in WINDOWS:
            window = Order.objects.filter(self.rare, pk__in=ordered.values("pk")[:size])
            found = list(window.order_by(*ordered.query.order_by).values_list("pk", flat=True)[:many])
            if len(found) >= many:
                return found
        if self.is_cut:
            return found
        if self.texts is None:
            return list(keys.filter(self.rare)[:many])
        # Common, but not among the first: all that have the words, then sorted. The limit keeps them a set of their own.
        of_words = self.texts.values("order")[: 10**9]
        return list(keys.filter(self.rare, pk__in=of_words)[:many])


def found(wish: Wish, user: User, shop: Shop, today: date) -> Found:
    own, rare = _conditions(wish, user, shop, today)
    everything = Order.objects.filter(own) if own else Order.objects.all()
    orders = everything.filter(status__in=wish.statuses) if wish.statuses else everything
    if wish.query and not wish.everywhere and (exact := _exact(wish.query)):
        everything, orders = everything.filter(**exact), orders.filter(**exact)
        return Found(orders, rare, hits=_few(everything, rare), is_exact=True)
    words = wish.query.lower().split()
    if not words:
        by = "-submitted_at" if wish.since or wish.until else "-position"
        # In an order that an index has: without one the database would gather all of them before it gives the first.
        ordered = everything.order_by(by) if rare is None else everything
        if wish.is_bare:
            return Found(orders, None, is_plain=True)
        return Found(orders, rare, hits=_few(ordered, rare, SOME))
    text = Q(*(Q(words__text__contains=word) for word in words))
    both = text if rare is None else text & rare
    if max(map(len, words)) < SHORTEST:
        return Found(orders, both, is_cut=True)
    texts = OrderText.objects.filter(*(Q(text__contains=word) for word in words))
    keys = _keys(texts, words)
    hits = _few(everything.filter(pk__in=keys), rare) if len(keys) <= FEW else None
    return Found(orders, both, texts, hits)


def _few(orders: "QuerySet[Order]", rare: Q | None, most: int | None = None) -> list[Hit] | None:
    """The hits, or None where there are many."""
    most = FEW if most is None else min(most, FEW)
    orders = orders.filter(position__gt=0)
    if rare is None:  # keys first: an index alone knows whether they are few
        keys = list(orders.values_list("pk", flat=True)[: most + 1])
        if len(keys) > most:
            return None
        orders = Order.objects.filter(pk__in=keys)
    else:
        orders = orders.filter(rare)
    rows = orders.values_list(*Hit._fields)[: most + 1]
    return [Hit(*row) for row in rows] if len(rows) <= most else None


# --- search


def _exact(query: str) -> dict[str, int]:
    digits = query.removeprefix("#").strip()
    number = int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else 0
    if number and Order.objects.filter(number=number, position__gt=0).exists():
        return {"number": number}
    if "@" in query:
        user = User.objects.filter(email=query.lower()).values_list("pk", flat=True).first()
        return {"customer": user} if user else {}
    return {}


def _keys(texts: "QuerySet[OrderText]", words: list[str]) -> list[int]:
    """Orders whose text has all the words, or whose customer or company is called so by now."""
    companies = Company.objects.filter(*(Q(name__icontains=word) for word in words))
    named = (Q(name__icontains=word) | Q(email__icontains=word) for word in words)
    renamed = (
        Order.objects.order_by().filter(company__in=companies.values("pk")).values_list("pk"),
        Order.objects.order_by().filter(customer__in=User.objects.filter(*named).values("pk")).values_list("pk"),
    )
    parts: tuple[QuerySet[Any, Any], ...] = (texts.values_list("order"), *renamed)
    if connection.features.supports_slicing_ordering_in_compound:
        parts = tuple(part[: FEW + 1] for part in parts)
    return [key for (key,) in parts[0].union(*parts[1:])[: FEW + 1]]


# --- filters


def _conditions(wish: Wish, user: User, shop: Shop, today: date) -> tuple[Q, Q | None]:
    """Those on the orders' own columns, and those on their lines."""
    own = Q()
    for name, value in wish.filters.items():
        if name in OWN:
            own &= OWN[name](value, user)
        elif name in DATED:
            own &= DATED[name](value, shop, today)
    lines = {name: wish.filters[name] for name in ("process", "material") if name in wish.filters}
    if not lines:
        return own, None
    return own, Q(Exists(OrderLine.objects.filter(order=OuterRef("pk"), left_out=False, **lines)))


def _owner(value: str, user: User) -> Q:
    return Q(owner=None) if value == "none" else Q(owner=user.pk if value == "me" else int(value))


def _payment(value: str, shop: Shop, today: date) -> Q:
    return UNPAID & Q(payment_due__lt=today) if value == "overdue" else UNPAID


def _due(value: str, shop: Shop, today: date) -> Q:
    """Promised, and not there yet."""
    first_after = {"late": today, "today": today + timedelta(days=1), "week": today + timedelta(days=8)}[value]
    waits = Q(position__gte=OPEN) & ~Q(status__in=sorted(NEVER_LATE)) & ~Q(last_production=S.DELIVERED)
    return waits & Q(promised_date__lt=first_after)


def _since(value: str, shop: Shop, today: date) -> Q:
    return Q(submitted_at__gte=datetime.combine(date.fromisoformat(value), time.min, ZoneInfo(shop.timezone)))


def _until(value: str, shop: Shop, today: date) -> Q:
    return Q(submitted_at__lte=datetime.combine(date.fromisoformat(value), time.max, ZoneInfo(shop.timezone)))


OWN: dict[str, Callable[[str, User], Q]] = {
    "owner": _owner,
    "customer": lambda value, user: Q(customer=int(value)),
    "company": lambda value, user: Q(company=int(value)),
}
DATED: dict[str, Callable[[str, Shop, date], Q]] = {
    "payment": _payment,
    "due": _due,
    "since": _since,
    "until": _until,
}
