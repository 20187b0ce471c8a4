"""The list of orders."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.models import Shop
from accounts.roles import staff_required
from backoffice.listing import Listing, Wish, listing
from orders.models import Status
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
