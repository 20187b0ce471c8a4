"""The work board, and the press of one of its buttons."""

from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.models import Role, Shop, User
from accounts.roles import staff_required
from backoffice.access import submitted_order
from backoffice.board import MOVES, board
from orders.words import say
from orders.workflow.actors import staff
from orders.workflow.dates import local_day
from orders.workflow.deed import Refused
from orders.workflow.door import perform


@staff_required()
@require_safe
@never_cache
def bo_board(request: HttpRequest) -> HttpResponse:
    assert isinstance(request.user, User)
    shop = Shop.get()
    columns = board(staff(request.user), local_day(shop, timezone.now()))
    context = {"columns": columns, "key": uuid4(), "shop": shop, "is_empty": not any(one.rows for one in columns)}
    return render(request, "backoffice/board.html", context)


@staff_required(Role.PRODUCTION)
@require_POST
def bo_board_move(request: HttpRequest, number: int, transition: str) -> HttpResponse:
    """One step, with the mails that it owes. Pressed twice it is one; what cannot be done is said on the board."""
    assert isinstance(request.user, User)
    if transition not in MOVES:
        raise Http404
    order = submitted_order(number)
    try:
        key, version = UUID(request.POST.get("key", "")), int(request.POST.get("version", ""))
        outcome = perform(
            order.pk, transition, actor=staff(request.user), key=f"board:{key}:{transition}", expected_version=version
        )
    except ValueError:
        messages.error(request, _("This page is too old. Try again."))
    except Refused as refused:
        messages.error(request, f"#{order.number}: {say(refused)}")
    else:
        told = {"number": order.number, "status": outcome.order.state.label}
        messages.success(request, _("Order #%(number)s is now “%(status)s”.") % told)
    return HttpResponseRedirect(reverse("bo_board") + f"#order-{order.number}", status=303)
