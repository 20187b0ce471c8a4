"""Who did what to the shop, and when."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts import staff
from accounts.context import shop_of
from accounts.models import Role
from accounts.roles import staff_required
from backoffice.activity import GROUPS, LogWish, rows_of
from backoffice.paging import stretch


@staff_required(Role.MANAGER)
@require_safe
def bo_activity(request: HttpRequest) -> HttpResponse:
    given = request.GET.dict()
    wish = LogWish.read(given)
    page = stretch(wish.entries(shop_of(request).timezone), given)
    context = {
        "wish": wish,
        "page": page,
        "rows": rows_of(page.rows),
        "people": staff.colleagues().order_by("name"),
        "groups": GROUPS.items(),
    }
    return render(request, "backoffice/activity.html", context)
