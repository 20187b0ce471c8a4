"""The list of orders as a CSV file."""

import csv
from collections.abc import Iterator
from decimal import Decimal
from itertools import chain
from typing import Any

from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.models import Shop, User
from accounts.roles import staff_required
from backoffice.finding import Found, found
from backoffice.wish import Wish
from orders.models import Order
from orders.workflow.dates import local_day

AT_ONCE = 500
COLUMNS = (
    "number",
    "status",
    "submitted",
    "customer",
    "company",
    "e-mail",
    "net",
    "tax",
    "total",
    "currency",
    "paid",
    "due",
)


class Echo:
    """What csv writes to: hands each line on."""

    def write(self, value: str) -> str:
        return value


@staff_required()
@require_safe
def bo_orders_csv(request: HttpRequest) -> Any:
    """All orders of the list as it is filtered, line by line: no list is too long for it."""
    assert isinstance(request.user, User)
    writer, wish, shop = csv.writer(Echo()), Wish.read(request.GET.dict()), Shop.get()
    today = local_day(shop, timezone.now())
    rows = (cells(order) for order in exported(found(wish, request.user, shop, today), wish))
    lines = (writer.writerow([safe(cell) for cell in row]) for row in chain([COLUMNS], rows))
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="orders.csv"'
    return response


def exported(what: Found, wish: Wish) -> Iterator[Order]:
    """The newest first, some at a time, each batch beginning where the last one ended."""
    if what.hits is not None:
        wished = [hit for hit in what.hits if not wish.statuses or hit.status in wish.statuses]
        keys = [hit.pk for hit in sorted(wished, key=lambda hit: -hit.number)]
        for start in range(0, len(keys), AT_ONCE):
            yield from _wide(keys[start : start + AT_ONCE])
        return
    ordered = what.orders.filter(position__gt=0).order_by("-number")
    batch = _wide(what.keys(ordered, AT_ONCE))
    while batch:
        yield from batch
        batch = _wide(what.keys(ordered.filter(number__lt=batch[-1].number), AT_ONCE))


def _wide(keys: list[int]) -> list[Order]:
    by_key = Order.objects.select_related("customer", "company").defer("breakdown").in_bulk(keys)
    return [by_key[key] for key in keys if key in by_key]


def cells(order: Order) -> list[Any]:
    return [
        order.number,
        order.status,
        order.submitted_at.date().isoformat() if order.submitted_at else "",
        order.contact.get("name", ""),
        order.company.name if order.company else "",
        order.customer.email if order.customer else "",
        order.net,
        order.tax,
        order.total,
        order.currency,
        order.received,
        order.payment_due.isoformat() if order.payment_due else "",
    ]


def safe(cell: Any) -> str:
    """A cell that a spreadsheet does not take for a formula."""
    text = str(cell)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") and not isinstance(cell, (int, Decimal)) else text
