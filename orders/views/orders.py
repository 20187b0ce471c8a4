"""My orders: everything of the customer's company, quotes in progress among it."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from orders import drafts
from orders.access import GUEST_KEY
from orders.models import Order, OrderLine, PurchaseOrder, Status
from orders.models.status import GROUPS
from orders.presenting import group_chips
from orders.views.order import user_of

PER_PAGE = 20


@login_required
@require_safe
@never_cache
def orders(request: HttpRequest) -> HttpResponse:
    mine = of_the_company(request)
    search = request.GET.get("q", "").replace("\x00", " ").strip()[:100]  # PostgreSQL takes no NUL
    group = request.GET.get("group", "")
    found = searched(mine, search)
    counts: dict[str, int] = dict(found.order_by().values_list("status").annotate(Count("pk")))
    if group in GROUPS:
        found = found.filter(status__in=GROUPS[group])
    context: dict[str, Any] = {
        "page": Paginator(rows(found), PER_PAGE).get_page(request.GET.get("page")),
        "chips": [chip for chip in group_chips(counts) if chip[2] or chip[0] == group],
        "all": sum(counts.values()),
        "group": group if group in GROUPS else "",
        "q": search,
        "has_any": bool(counts) or mine.exists(),
    }
    return render(request, "portal/orders.html", context)


def of_the_company(request: HttpRequest) -> QuerySet[Order]:
    """What staff still build is not there yet; an empty basket is nothing to come back to."""
    user = user_of(request)
    if key := request.session.pop(GUEST_KEY, ""):
        drafts.claim(key, user)
    own = Q(customer=user) | Q(company_id=user.company_id) if user.company_id else Q(customer=user)
    lines = OrderLine.objects.filter(order=OuterRef("pk"))
    unseen = Q(status=Status.DRAFT) & (Q(from_quotation_tool=True) | ~Exists(lines))
    return Order.objects.filter(own).exclude(unseen)


def searched(mine: QuerySet[Order], search: str) -> QuerySet[Order]:
    """By order number, part, reference or PO number."""
    if not search:
        return mine
    lines = OrderLine.objects.filter(order=OuterRef("pk"), name__icontains=search)
    pos = PurchaseOrder.objects.filter(order=OuterRef("pk"), number__icontains=search)
    by = Exists(lines) | Exists(pos) | Q(customer_reference__icontains=search)
    number = search.lstrip("#")
    if number.isascii() and number.isdigit() and len(number) < 10:
        by |= Q(number=int(number))
    return mine.filter(by)


def rows(found: QuerySet[Order]) -> QuerySet[Order]:
    """Newest first, with what the list shows of the lines, in one query."""
    lines = OrderLine.objects.filter(order=OuterRef("pk"), left_out=False)
    counted = lines.order_by().values("order").annotate(count=Count("pk")).values("count")
    return (
        found.select_related("customer")
        .defer("breakdown", "billing_address", "shipping_address")
        .annotate(
            first_line=Subquery(lines.order_by("position").values("name")[:1]),
            line_count=Subquery(counted),
            more_lines=Subquery(counted) - 1,
            unpriced=Exists(lines.exclude(state="priced")),
            hides=Exists(lines.filter(price_hidden=True)),
        )
        .order_by("-pk")
    )
