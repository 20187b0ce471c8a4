"""The shop's powers on the quote page: what staff of sales may do to a quote that they build for a customer.

Elsewhere these addresses do not exist. Answers are those of the quote page (orders/views/quote.py).
"""

from collections.abc import Callable
from functools import partial, wraps
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from orders import intake, quotation
from orders.access import actor_of, builds_quote, draft_for, part_for
from orders.forms.shop import AlternativesForm, FeeForm, QuotePowers, TermsForm
from orders.models import Order
from orders.offers import editing
from orders.uploads import FILES_FIELD, dropped_files, takes_models
from orders.views import quote, regions
from orders.views.quote import changed, conflict, do, is_htmx, on_draft, page, version_of
from orders.workflow.deed import Refused
from quoting.names import shown_name

View = Callable[..., HttpResponse]
TOLD = 10  # problems of an import, in words


def on_own_quote(view: View) -> View:
    """The view gets a draft that whoever asks builds for a customer."""

    @on_draft
    @wraps(view)
    def found(request: HttpRequest, order: Order, *args: Any, **kwargs: Any) -> HttpResponse:
        if not builds_quote(request, order):
            raise Http404
        return view(request, order, *args, **kwargs)

    return found


@require_POST
@on_own_quote
def line_shop(request: HttpRequest, order: Order, line_id: int) -> HttpResponse:
    """Price by hand, days, notes and the like; of a fee its name and amount."""
    line = order.lines.filter(pk=line_id).first()
    if line is None:
        raise Http404
    form = QuotePowers(request.POST, line)
    if not form.is_valid():
        return _refused(request, order, form, f"line-{line_id}-shop-errors", {f"line-{line_id}": form})

    def verb(order_id: int, pk: int, **how: Any) -> None:
        editing.change_line(order_id, pk, form.terms(line), **how)

    return do(request, order, line_id, verb, errors="shop-errors")


@require_POST
@on_own_quote
def line_alternatives(request: HttpRequest, order: Order, line_id: int) -> HttpResponse:
    form = AlternativesForm(request.POST)
    if not form.is_valid():
        return _refused(request, order, form, f"line-{line_id}-shop-errors", {})
    line = order.lines.filter(pk=line_id).first()
    if line is None or line.is_fee:
        raise Http404
    offered = {line.quantity}
    if line.alternative_group:
        same = order.lines.filter(alternative_group=line.alternative_group, selection=line.selection)
        offered |= set(same.values_list("quantity", flat=True))
    asked = form.cleaned_data["quantities"]
    quantities = [one for one in asked if one not in offered] if asked else [line.quantity]
    return do(request, order, line_id, partial(quotation.add_alternatives, quantities=quantities))


@require_POST
@on_own_quote
def fee_remove(request: HttpRequest, order: Order, line_id: int) -> HttpResponse:
    if not order.lines.filter(pk=line_id, part=None).exists():
        raise Http404
    return do(request, order, line_id, editing.remove_line)


@require_POST
@on_own_quote
def quote_fee(request: HttpRequest, order: Order) -> HttpResponse:
    """A new fee. The form says how many there were, so that pressed twice it adds one."""
    form = FeeForm(request.POST, auto_id="fee-%s")
    del form.fields["version"]
    if not form.is_valid():
        return _refused(request, order, form, "fee-errors", {"fee": form})
    if request.POST.get("fees") != str(order.lines.filter(part=None).count()):
        return _done(request, order, "fee-errors")
    given = form.cleaned_data
    add = partial(editing.add_fee, name=given["name"], amount=given["amount"])
    return _of_order(request, order, add, "fee-errors")


@require_POST
@on_own_quote
def quote_terms(request: HttpRequest, order: Order) -> HttpResponse:
    """Delivery, discount and notes of the whole quote."""
    form = TermsForm(request.POST, order)
    del form.fields["version"]
    if not form.is_valid():
        return _refused(request, order, form, "terms-errors", {"terms": form})
    return _of_order(request, order, partial(editing.change_terms, terms=form.terms()), "terms-errors")


@require_safe
@on_own_quote
def quote_library(request: HttpRequest, order: Order) -> HttpResponse:
    """Parts that this customer has had before."""
    search = request.GET.get("q", "").replace("\x00", " ").strip()[:100]
    context = {"order": order, "known": quotation.library(order, search), "q": search}
    name = "backoffice/quotation/library.html" if is_htmx(request) else "backoffice/quotation/library_page.html"
    return render(request, name, context)


@require_POST
@on_own_quote
def quote_library_add(request: HttpRequest, order: Order, part_id: int) -> HttpResponse:
    """Adds a part of the customer's own; pressed twice it is there twice, as if it were uploaded twice."""
    part = part_for(request, part_id)
    if part.company_id is None or part.company_id != order.company_id:
        raise Http404
    try:
        quotation.add_known_part(order.pk, part, actor=actor_of(request, order))
    except Refused as refused:
        quote.tell(request, refused)
    return redirect("quote", order.public_id)


@takes_models
@require_POST
@on_own_quote
def quote_import(request: HttpRequest, order: Order) -> HttpResponse:
    """Lines from a table, and models and drawings from a ZIP, paired by name. What cannot be used is told."""
    user = actor_of(request, order).user
    assert user is not None
    found = intake.take_in(request.FILES.getlist(FILES_FIELD), order, user)
    too_large, no_room = dropped_files(request)
    found.problems += [_("%(file)s: too large.") % {"file": shown_name(name)} for name in (*too_large, *no_room)]
    pairs = intake.paired(found, order)
    if pairs:
        try:
            found.problems += quotation.import_lines(order.pk, pairs, actor=actor_of(request, order))
        except Refused as refused:
            quote.tell(request, refused)
            return redirect("quote", order.public_id)
        told = ngettext("%(count)s line was added.", "%(count)s lines were added.", len(pairs)) % {"count": len(pairs)}
        messages.success(request, told)
    elif not found.problems:
        messages.error(request, _("Choose a file first."))
    for text in found.problems[:TOLD]:
        messages.warning(request, text)
    if more := found.problems[TOLD:]:
        messages.warning(request, _("And %(count)s more.") % {"count": len(more)})
    return redirect("quote", order.public_id)


def _of_order(request: HttpRequest, order: Order, verb: quote.Verb, settled: str) -> HttpResponse:
    try:
        verb(order.pk, actor=actor_of(request, order), version=version_of(request))
    except Refused as refused:
        quote.tell(request, refused)
        return conflict(request, draft_for(request, order.public_id))
    return _done(request, order, settled)


def _done(request: HttpRequest, order: Order, settled: str) -> HttpResponse:
    return changed(request, order, settled) if is_htmx(request) else redirect("quote", order.public_id)


def _refused(
    request: HttpRequest, order: Order, form: forms.Form, place: str, tried: dict[str, forms.Form]
) -> HttpResponse:
    """Beside its field without scripts, below the form with them."""
    if is_htmx(request):
        found = {name: [_beside(form, name, str(error)) for error in told] for name, told in form.errors.items()}
        return regions.errors(request, place, found)
    return page(request, order, status=422, tried=tried)


def _beside(form: forms.Form, name: str, error: str) -> str:
    return f"{form.fields[name].label}: {error}" if name in form.fields else error
