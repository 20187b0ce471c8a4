"""The list of orders."""

import csv
from collections.abc import Iterator
from decimal import Decimal
from itertools import chain
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.models import Shop, User
from accounts.roles import staff_required
from backoffice.listing import Listing, Wish, listing, searched
from orders.models import Order, Status
from orders.models.status import GROUP_LABELS, GROUPS
from orders.workflow.dates import local_day


@staff_required()
@require_safe
def bo_orders(request: HttpRequest) -> HttpResponse:
    found = listing(Wish.read(request.GET.dict()), local_day(Shop.get(), timezone.now()))
    context = {
        "listing": found,
        "wish": found.wish,
        "page": found.page,
        "groups": _groups(found),
        "statuses": _statuses(found),
        "sorts": {"number": _toggled(found.wish, "number"), "total": _toggled(found.wish, "total")},
    }
    return render(request, "backoffice/orders.html", context)


MOST_FILTERS = 20
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


@staff_required()
@require_POST
def bo_filter_save(request: HttpRequest) -> HttpResponse:
    """Keep what the list shows now under a name, for oneself."""
    assert isinstance(request.user, User)
    wish = Wish.read(request.POST.dict())
    name = " ".join(request.POST.get("name", "").split())[:40]
    if not name:
        messages.error(request, _("Give the filter a name."))
    else:
        kept = [one for one in request.user.saved_filters if one[0] != name]
        request.user.saved_filters = [*kept, [name, wish.link()]][-MOST_FILTERS:]
        request.user.save(update_fields=["saved_filters"])
        messages.success(request, _("The filter “%(name)s” is saved.") % {"name": name})
    return HttpResponseRedirect(reverse("bo_orders") + wish.link(), status=303)


@staff_required()
@require_POST
def bo_filter_remove(request: HttpRequest, index: int) -> HttpResponse:
    assert isinstance(request.user, User)
    filters = list(request.user.saved_filters)
    if index < len(filters):
        filters.pop(index)
        request.user.saved_filters = filters
        request.user.save(update_fields=["saved_filters"])
    return HttpResponseRedirect(reverse("bo_orders"), status=303)


class Echo:
    """What csv writes to: hands each line on."""

    def write(self, value: str) -> str:
        return value


@staff_required()
@require_safe
def bo_orders_csv(request: HttpRequest) -> Any:
    """All orders of the list as it is filtered, line by line: no list is too long for it."""
    writer = csv.writer(Echo())
    rows = exported(Wish.read(request.GET.dict()))
    lines = (writer.writerow([safe(cell) for cell in row]) for row in chain([COLUMNS], rows))
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="orders.csv"'
    return response


def exported(wish: Wish) -> Iterator[list[Any]]:
    orders, _is_exact = searched(Order.objects.filter(status__in=wish.statuses), wish)
    for order in orders.select_related("customer", "company").defer("breakdown").order_by("-number").iterator(500):
        yield [
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


def _toggled(wish: Wish, column: str) -> str:
    """Where a press on the head of a column leads: highest first, then lowest first."""
    return wish.link(sort=column if wish.sort == f"-{column}" else f"-{column}")


def _groups(found: Listing) -> list[dict[str, object]]:
    wish = found.wish
    groups = [name for name in GROUPS if name != "draft"]
    chips: list[dict[str, object]] = [
        {
            "label": GROUP_LABELS[name],
            "count": sum(found.counts.get(status, 0) for status in GROUPS[name]),
            "url": wish.link(group=name, status=""),
            "is_current": wish.group == name,
        }
        for name in groups
    ]
    return chips


def _statuses(found: Listing) -> list[dict[str, object]]:
    """The statuses of the group that is chosen, where it has more than one."""
    wish = found.wish
    members: tuple[Status, ...] = GROUPS[wish.group] if wish.group else ()
    if len(members) < 2:
        return []
    return [
        {
            "label": status.label,
            "count": found.counts.get(status, 0),
            "url": wish.link(group="", status=status.value),
            "is_current": wish.status == status,
        }
        for status in members
    ]
