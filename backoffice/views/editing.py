"""Edit an order that is not agreed yet: one page, one line open at a time, a form for each thing."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.models import PriceDetail, Role, User
from accounts.roles import staff_required
from backoffice.access import submitted_order
from backoffice.order_page import EntryView, entry_view, order_page
from orders import pricing, quote_page
from orders.forms.shop import FeeForm, TermsForm, VersionForm, line_form
from orders.models import HistoryEntry, Order, OrderLine
from orders.offers import editing
from orders.words import say
from orders.workflow.actors import Actor, staff
from orders.workflow.deed import Refused

NEWEST = 5


def on_open_order(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The view gets an order whose lines can still change. What has been agreed meanwhile is looked at on its page."""

    @staff_required(Role.SALES)
    @wraps(view)
    def found(request: HttpRequest, number: int, *args: Any, **kwargs: Any) -> HttpResponse:
        order = submitted_order(number)
        if order.lines_can_change:
            return view(request, order, *args, **kwargs)
        messages.error(request, say(Refused("lines_fixed", status=order.status)))
        return _see(reverse("bo_order", args=[number]))

    return found


@on_open_order
@require_safe
def bo_edit(request: HttpRequest, order: Order) -> HttpResponse:
    wanted = request.GET.get("line", "")
    return page(request, order, line=int(wanted) if wanted.isascii() and wanted.isdigit() else 0)


@on_open_order
@require_POST
def bo_edit_line(request: HttpRequest, order: Order, line_id: int) -> HttpResponse:
    line = order.lines.select_related("part__measurement").filter(pk=line_id).first()
    if line is None:
        raise Http404
    form = line_form(order, line, request.POST)
    return _save(
        request,
        order,
        form,
        lambda version: editing.change_line(
            order.pk,
            line.pk,
            form.terms(line),
            choice=None if line.is_fee else getattr(form, "choice", None),
            actor=_actor(request),
            version=version,
        ),
        line=line.pk,
        tried={"line_form": form},
    )


@on_open_order
@require_POST
def bo_edit_remove(request: HttpRequest, order: Order, line_id: int) -> HttpResponse:
    form = VersionForm(request.POST)
    return _save(
        request,
        order,
        form,
        lambda version: editing.remove_line(order.pk, line_id, actor=_actor(request), version=version),
        tried={},
    )


@on_open_order
@require_POST
def bo_edit_fee(request: HttpRequest, order: Order) -> HttpResponse:
    form = FeeForm(request.POST)
    return _save(
        request,
        order,
        form,
        lambda version: editing.add_fee(
            order.pk,
            form.cleaned_data["name"],
            form.cleaned_data["amount"],
            actor=_actor(request),
            version=version,
        ),
        tried={"fee_form": form},
    )


@on_open_order
@require_POST
def bo_edit_terms(request: HttpRequest, order: Order) -> HttpResponse:
    form = TermsForm(request.POST, order)
    return _save(
        request,
        order,
        form,
        lambda version: editing.change_terms(order.pk, form.terms(), actor=_actor(request), version=version),
        tried={"terms_form": form},
    )


def _save(
    request: HttpRequest,
    order: Order,
    form: VersionForm,
    deed: Callable[[int], None],
    *,
    tried: dict[str, Any],
    line: int = 0,
) -> HttpResponse:
    """Do it, or show the page again with what was typed: 422, or 409 and what the other one changed."""
    if not form.is_valid():
        return page(request, order, line=line, status=422, **tried)
    version = form.cleaned_data["version"]
    try:
        deed(version)
    except Refused as refused:
        fresh = submitted_order(order.number or 0)
        late = refused.code == "changed_meanwhile"
        if late:
            form.answer_to(fresh)
        form.blame(refused)
        newest = since(fresh, version) if late else []
        return page(request, fresh, line=line, status=409 if late else 422, newest=newest, **tried)
    messages.success(request, _("Saved. The customer sees it when you send the offer."))
    return _see(reverse("bo_edit", args=[order.number]) + (f"?line={line}#line-{line}" if line else ""))


def _actor(request: HttpRequest) -> Actor:
    assert isinstance(request.user, User)
    return staff(request.user)


def _see(url: str) -> HttpResponse:
    return HttpResponseRedirect(url, status=303)


def since(order: Order, version: int) -> list[EntryView]:
    """What happened to the order after it had this version."""
    entries = order.history.select_related("actor").order_by("-pk")[:NEWEST]
    edits = {f"edit:{number}" for number in range(version + 1, order.version + 1)}
    shown = [entry for entry in entries if entry.key in edits or entry.kind == HistoryEntry.Kind.STATUS]
    return [entry_view(entry, order.currency) for entry in shown]


def page(
    request: HttpRequest,
    order: Order,
    *,
    line: int = 0,
    status: int = 200,
    newest: list[EntryView] | None = None,
    line_form: Any = None,
    fee_form: Any = None,
    terms_form: Any = None,
) -> HttpResponse:
    version = {"version": order.version}
    context = {
        **order_page(order),
        "order": order,
        "open": opened(order, line, line_form),
        "fee_form": fee_form or FeeForm(initial=version),
        "fee_tried": fee_form is not None,
        "terms_form": terms_form or terms(order),
        "newest": newest or [],
    }
    return render(request, "backoffice/edit.html", context, status=status)


def terms(order: Order) -> TermsForm:
    form = TermsForm(None, order)
    form.initial["version"] = order.version
    return form


def opened(order: Order, line_id: int, tried: Any) -> dict[str, Any] | None:
    """The line whose form is open, with what can be chosen for it."""
    line: OrderLine | None = pricing.with_shapes(order.lines.all()).filter(pk=line_id).first()
    if line is None:
        return None
    form = tried or line_form(order, line)
    view = None if line.is_fee else quote_page.LineView(line, order.price_list.catalogue, True, PriceDetail.FORMULAS)
    return {"line": line, "form": form, "view": view}
