"""The page of one order, and the purchase orders that came with it."""

from pathlib import PurePosixPath
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.text import get_valid_filename
from django.views.decorators.http import require_safe

from accounts.models import Role, Shop, User
from accounts.roles import has_role, staff_required
from backoffice import words
from backoffice.access import submitted_order
from backoffice.changing import is_grave, sections
from backoffice.listing import is_late
from backoffice.order_page import order_page
from orders.models import Status
from orders.models.status import GROUP_LABELS
from orders.workflow.actors import staff
from orders.workflow.choices import Choice, choices
from orders.workflow.dates import local_day


@staff_required()
@require_safe
def bo_order(request: HttpRequest, number: int) -> HttpResponse:
    assert isinstance(request.user, User)
    order, now = submitted_order(number), timezone.now()
    today = local_day(Shop.get(), now)
    menu = [
        (GROUP_LABELS[group], [menu_item(choice) for choice in found])
        for group, found in sections(choices(order, staff(request.user), now))
    ]
    context = {
        **order_page(order),
        "order": order,
        "menu": menu,
        "may_book": has_role(request.user, Role.ACCOUNTING),
        "may_edit": order.lines_can_change and has_role(request.user, Role.SALES),
        "may_quote": has_role(request.user, Role.SALES),
        "is_late": is_late(order, today),
        "is_overdue": order.payment_due is not None and order.payment_due < today and order.balance > 0,
        "today": today,
    }
    return render(request, "backoffice/order.html", context)


def menu_item(choice: Choice) -> dict[str, Any]:
    target = Status(choice.target)
    return {"choice": choice, "verb": words.verb(choice.name), "target": target, "is_grave": is_grave(choice.target)}


@staff_required()
@require_safe
def bo_po_file(request: HttpRequest, number: int, po: int) -> HttpResponse:
    """A document that a customer sent: always a download, never shown as a page of ours."""
    document = get_object_or_404(submitted_order(number).purchase_orders, pk=po)
    if not document.file:
        raise Http404
    try:
        with document.file.open("rb") as file:
            content = file.read()
    except OSError as error:
        raise Http404 from error
    name = get_valid_filename(f"PO-{document.number}")[:80] + PurePosixPath(document.file.name or "").suffix.lower()
    response = HttpResponse(content, content_type="application/octet-stream")
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "private, no-store"
    return response
