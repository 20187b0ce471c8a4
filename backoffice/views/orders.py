"""The list of orders."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.context import shop_of
from accounts.models import User
from accounts.roles import staff_required
from backoffice import words
from backoffice.bulk import offered
from backoffice.columns import COLUMNS, columns_of
from backoffice.filters import filter_fields, narrowed
from backoffice.listing import MANY, Listing, listing
from backoffice.wish import Wish
from orders.models import Status
from orders.models.status import GROUP_LABELS, GROUPS
from orders.workflow.actors import staff


@staff_required()
@require_safe
def bo_orders(request: HttpRequest) -> HttpResponse:
    assert isinstance(request.user, User)
    now, shop, wish = timezone.now(), shop_of(request), Wish.read(request.GET.dict())
    found = listing(wish, request.user, shop, now)
    fields = filter_fields(wish) if "panel" in request.GET else []
    context = {
        "listing": found,
        "wish": found.wish,
        "rows": found.rows,
        "many": MANY,
        "filters": fields,
        "narrowed": narrowed(wish),
        "panel_url": wish.link(panel="1") + "#filters",
        "shop": shop,
        "columns": columns_of(request.user),
        "all_columns": COLUMNS,
        "bulk": [(name, words.verb(name)) for name in offered(staff(request.user))],
        "groups": _groups(found),
        "statuses": _statuses(found),
        "sorts": {"number": _toggled(found.wish, "number"), "total": _toggled(found.wish, "total")},
    }
    return render(request, "backoffice/orders.html", context)


MOST_FILTERS = 20


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


@staff_required()
@require_POST
def bo_columns(request: HttpRequest) -> HttpResponse:
    """Which columns the list shows, for oneself."""
    assert isinstance(request.user, User)
    chosen = request.POST.getlist("column")
    request.user.list_columns = [name for name in COLUMNS if name in chosen]
    request.user.save(update_fields=["list_columns"])
    return HttpResponseRedirect(reverse("bo_orders") + Wish.read(request.POST.dict()).link(), status=303)


def _toggled(wish: Wish, column: str) -> str:
    """Where a press on the head of a column leads: highest first, then lowest first."""
    return wish.link(sort=column if wish.sort == f"-{column}" else f"-{column}")


def _groups(found: Listing) -> list[dict[str, object]]:
    wish = found.wish
    groups = [name for name in GROUPS if name != "draft"]
    chips: list[dict[str, object]] = [
        {
            "label": GROUP_LABELS[name],
            "count": sum(found.counts.get(status, 0) for status in GROUPS[name])
            if found.counts or not found.is_many
            else None,
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
            "count": found.counts.get(status, 0) if found.counts or not found.is_many else None,
            "url": wish.link(group="", status=status.value),
            "is_current": wish.status == status,
        }
        for status in members
    ]
