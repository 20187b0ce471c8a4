"""The quote page: the front door, and a draft with its lines. Every page works without JavaScript.

With htmx a change is answered with the regions of the page that it changed (orders/views/regions.py).
"""

import logging
from collections.abc import Callable
from functools import partial, wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from orders import drafts, pricing
from orders.access import actor_of, asks_to_sign_in, builds_quote, draft_for, draft_or_order_for, price_detail
from orders.forms.quote import BulkForm, CellForm, CheaperForm, DrawingForm, LineForm, PromoForm, RiskForm, UnitForm
from orders.models import Order, OrderLine
from orders.quote_cheaper import cheaper
from orders.quote_curve import price_curve
from orders.quote_hints import ordered_before
from orders.quote_page import QuoteView, quote_view
from orders.quote_prices import price_table
from orders.quote_shop import shop_view
from orders.views import regions
from orders.views.uploads import upload_context
from orders.words import say
from orders.workflow.actors import Actor
from orders.workflow.deed import Refused

log = logging.getLogger("partwright.orders")

Verb = Callable[..., None]
View = Callable[..., HttpResponse]


def on_draft(view: View) -> View:
    """The view gets the draft. What has become an order meanwhile is looked at on the order's page."""

    @wraps(view)
    def found(request: HttpRequest, public_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            order = draft_or_order_for(request, public_id)
        except Http404:
            if asks_to_sign_in(request, public_id):
                return _sign_in(request, public_id)
            raise
        if order.is_draft:
            return view(request, order, *args, **kwargs)
        if request.method == "POST":
            messages.error(request, say(Refused("lines_fixed", status=order.status)))
        order_page = redirect("order", order.public_id)
        return HttpResponse(headers={"HX-Redirect": order_page.url}) if is_htmx(request) else order_page

    return found


def _sign_in(request: HttpRequest, public_id: str) -> HttpResponse:
    """The session of a member of staff has ended: after signing in they are back here."""
    answer = redirect_to_login(reverse("quote", args=[public_id]))
    return HttpResponse(status=401, headers={"HX-Redirect": answer.url}) if is_htmx(request) else answer


@require_safe
@never_cache
@on_draft
def quote(request: HttpRequest, order: Order) -> HttpResponse:
    return page(request, up_to_date(request, order))


@require_GET
@never_cache
@on_draft
def quote_lines(request: HttpRequest, order: Order) -> HttpResponse:
    """What changed since the page was sent: asked every second while something is worked out."""
    if not is_htmx(request):
        return redirect("quote", order.public_id)
    order = up_to_date(request, order)
    view = view_of(request, order)
    if request.GET.get("seen") == view.fingerprint:
        return HttpResponse(status=204)
    return regions.changes(request, view)


@require_POST
@on_draft
def line_change(request: HttpRequest, order: Order, line_id: int) -> HttpResponse:
    form = LineForm(request.POST, order.price_list.catalogue)
    if not form.is_valid():
        log.info("order=%s line=%s refused: %s", order.pk, line_id, ", ".join(form.errors))
        return refused_fields(request, order, line_id, form)
    change = partial(
        drafts.change_line, choice=form.choice, quantity=form.cleaned_data["quantity"], note=form.cleaned_data["note"]
    )
    return do(request, order, line_id, change)


@require_POST
@on_draft
def line_unit(request: HttpRequest, order: Order, line_id: int) -> HttpResponse:
    form = UnitForm(request.POST)
    if not form.is_valid():
        return refused_fields(request, order, line_id, form)
    return do(request, order, line_id, partial(drafts.set_unit, unit=form.cleaned_data["unit"], now=timezone.now()))


@require_POST
@on_draft
def line_remove(request: HttpRequest, order: Order, line_id: int) -> HttpResponse:
    return do(request, order, line_id, drafts.remove_line)


@require_POST
@on_draft
def line_duplicate(request: HttpRequest, order: Order, line_id: int) -> HttpResponse:
    return do(request, order, line_id, drafts.duplicate_line)


@require_POST
@on_draft
def line_keep(request: HttpRequest, order: Order, line_id: int) -> HttpResponse:
    return do(request, order, line_id, drafts.keep_unmeasured)


@require_POST
@on_draft
def line_split(request: HttpRequest, order: Order, line_id: int) -> HttpResponse:
    return do(request, order, line_id, partial(drafts.split, now=timezone.now()))


@require_POST
@on_draft
def line_drawing(request: HttpRequest, order: Order, line_id: int) -> HttpResponse:
    """A 2D drawing beside the model, or (`remove`) none any more."""
    if "remove" in request.POST:
        return do(
            request, order, line_id, lambda pk, line, *, actor, version: drafts.remove_drawing(pk, line, actor=actor)
        )
    form = DrawingForm(request.POST, request.FILES)
    if not form.is_valid():
        for found in form.errors.values():
            messages.error(request, " ".join(str(error) for error in found))
        return page(request, order, status=422)

    def keep(order_id: int, pk: int, *, actor: Actor, version: int) -> None:
        """Whatever version the page had: it takes nothing away that somebody else may have seen."""
        drafts.set_drawing(order_id, pk, form.cleaned_data["drawing"], form.shown_name, actor=actor)

    return do(request, order, line_id, keep)


@require_POST
@on_draft
def line_as_before(request: HttpRequest, order: Order, line_id: int) -> HttpResponse:
    """What was chosen for the same model when this company ordered it last."""
    lines = pricing.priced_lines(order)
    found = ordered_before(order, lines).get(line_id)
    if found is None:
        raise Http404
    earlier = OrderLine.objects.get(pk=found.line_id)

    def verb(order_id: int, line: int, **how: Any) -> None:
        drafts.as_before(order_id, line, earlier, **how)

    return do(request, order, line_id, verb, chosen=True)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@on_draft
def line_prices(request: HttpRequest, order: Order, line_id: int) -> HttpResponse:
    """The table of quantities and lead times; a cell of it chooses both."""
    if request.method == "POST":
        form = CellForm(request.POST)
        if not form.is_valid():
            raise Http404
        return do(request, order, line_id, partial(drafts.choose_cell, **form.cleaned_data), chosen=True)
    table = price_table(up_to_date(request, order), line_id)
    if table is None:
        raise Http404
    template = "portal/quote/prices.html" if is_htmx(request) else "portal/quote/prices_page.html"
    return render(request, template, {"order": order, "table": table})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@on_draft
def line_cheaper(request: HttpRequest, order: Order, line_id: int) -> HttpResponse:
    """What would make a line cheaper; one press takes it over."""
    if request.method == "POST":
        form = CheaperForm(request.POST)
        if not form.is_valid():
            raise Http404
        return do(request, order, line_id, partial(drafts.choose_cheaper, **form.cleaned_data), chosen=True)
    return _of_line(request, "cheaper", cheaper(up_to_date(request, order), line_id))


@require_safe
@never_cache
@on_draft
def line_curve(request: HttpRequest, order: Order, line_id: int) -> HttpResponse:
    """The price of a piece over the quantity."""
    return _of_line(request, "curve", price_curve(up_to_date(request, order), line_id))


@require_POST
@on_draft
def line_risk(request: HttpRequest, order: Order, line_id: int) -> HttpResponse:
    form = RiskForm(request.POST)
    if not form.is_valid():
        raise Http404
    accept, take_back = form.cleaned_data["accept"], form.cleaned_data["take_back"]
    risk = take_back if accept is None else accept
    answer = partial(drafts.answer_risk, risk=risk, accepted=accept is not None, now=timezone.now())
    return do(request, order, line_id, answer)


@require_POST
@on_draft
def quote_bulk(request: HttpRequest, order: Order) -> HttpResponse:
    """The same choice for the lines that are ticked."""
    ids = list(order.lines.values_list("pk", flat=True))
    form = BulkForm(request.POST, order.price_list.catalogue, ids)
    if not form.is_valid():
        for errors in form.errors.values():
            messages.error(request, " ".join(str(error) for error in errors))
        return page(request, order, status=422, bulk_form=form)
    try:
        changed, unfit = drafts.apply_to_many(
            order.pk,
            form.cleaned_data["lines"],
            form.bulk,
            actor=actor_of(request, order),
            version=version_of(request),
        )
    except Refused as refused:
        messages.error(request, say(refused))
        return page(request, draft_for(request, order.public_id), status=409)
    told = ngettext("%(count)s part was changed.", "%(count)s parts were changed.", changed) % {"count": changed}
    messages.success(request, told)
    if unfit:
        names = ", ".join(unfit)
        messages.warning(
            request, _("Left as they were, as their process does not offer this: %(names)s") % {"names": names}
        )
    return redirect("quote", order.public_id)


@require_POST
@on_draft
def quote_undo(request: HttpRequest, order: Order) -> HttpResponse:
    try:
        drafts.undo(order.pk, actor=actor_of(request, order), version=version_of(request))
    except Refused as refused:
        messages.error(request, say(refused))
        return page(request, draft_for(request, order.public_id), status=409)
    messages.success(request, _("The parts are as they were before."))
    return redirect("quote", order.public_id)


@require_POST
@on_draft
def quote_promo(request: HttpRequest, order: Order) -> HttpResponse:
    form = PromoForm(request.POST)
    if not form.is_valid():
        return page(request, order, status=422, promo_form=form)
    code = form.cleaned_data["promo_code"]
    try:
        drafts.use_promo_code(
            order.pk, code, actor=actor_of(request, order), now=timezone.now(), version=version_of(request)
        )
    except Refused as refused:
        if refused.code == "promo_code_unknown":
            form.add_error("promo_code", say(refused))
            return page(request, order, status=422, promo_form=form)
        messages.error(request, say(refused))
        return page(request, draft_for(request, order.public_id), status=409)
    return redirect("quote", order.public_id)


# --- answers


def _of_line(request: HttpRequest, name: str, shown: Any) -> HttpResponse:
    """What is looked at on demand: a fragment for the line's fold, or a page of its own."""
    if shown is None:
        raise Http404
    told = {"order": shown.order, "shown": shown, "fragment": f"portal/quote/{name}.html"}
    return render(request, told["fragment"] if is_htmx(request) else "portal/quote/of_line.html", told)


def tell(request: HttpRequest, refused: Refused) -> None:
    messages.error(request, say(refused))


def do(
    request: HttpRequest,
    order: Order,
    line_id: int,
    verb: Verb,
    *,
    errors: str = "errors",
    chosen: bool = False,
) -> HttpResponse:
    """Do one thing with a line and answer with what became of the page; 409 when somebody was faster.

    `errors`: where those of its form stand, which are settled. `chosen`: the quantity was, elsewhere than in its field.
    """
    try:
        verb(order.pk, line_id, actor=actor_of(request, order), version=version_of(request))
    except Refused as refused:
        messages.error(request, say(refused))
        return conflict(request, draft_for(request, order.public_id))
    if not is_htmx(request):
        return see_line(order, line_id)
    return changed(request, order, f"line-{line_id}-{errors}", chosen=line_id if chosen else 0)


def changed(request: HttpRequest, order: Order, settled: str, *, chosen: int = 0) -> HttpResponse:
    """The regions of the page that are different now."""
    return regions.changes(request, view_of(request, draft_for(request, order.public_id)), settled, chosen=chosen)


def conflict(request: HttpRequest, order: Order) -> HttpResponse:
    if is_htmx(request):
        response = regions.changes(request, view_of(request, order), anew=True, status=409)
        response["HX-Reswap"] = "none show:#messages:top"  # where it is said, which may be out of sight
        return response
    return page(request, order, status=409)


def refused_fields(request: HttpRequest, order: Order, line_id: int, form: LineForm | UnitForm) -> HttpResponse:
    errors = {name: [str(error) for error in found] for name, found in form.errors.items()}
    if is_htmx(request):
        return regions.errors(request, f"line-{line_id}-errors", errors)
    return page(request, order, status=422, refused_line=line_id, posted=request.POST.dict(), errors=errors)


def page(
    request: HttpRequest,
    order: Order,
    status: int = 200,
    bulk_form: BulkForm | None = None,
    promo_form: PromoForm | None = None,
    **refused: Any,
) -> HttpResponse:
    view = view_of(request, order, **refused)
    context = {
        "quote": view,
        "bulk_form": bulk_form or BulkForm(None, order.price_list.catalogue, [line.id for line in view.lines]),
        "bulk_tried": bulk_form is not None,
        "promo_form": promo_form or PromoForm(initial={"promo_code": order.promo_code}),
        **regions.context(view),
        **upload_context(reverse("quote_upload", args=[order.public_id])),
    }
    return render(request, view.template, context, status=status)


def view_of(request: HttpRequest, order: Order, **refused: Any) -> QuoteView:
    """The page of a draft for whoever asks: staff who build it for a customer see more."""
    if builds_quote(request, order):
        return shop_view(order, **refused)
    return quote_view(order, price_detail(request), **refused)


def see_line(order: Order, line_id: int) -> HttpResponse:
    return HttpResponseRedirect(reverse("quote", args=[order.public_id]) + f"#line-{line_id}", status=303)


def up_to_date(request: HttpRequest, order: Order) -> Order:
    """The draft with today's price: a model may have been measured since, or a price list published."""
    if not pricing.is_stale(order, pricing.priced_lines(order)):
        return order
    try:
        drafts.refresh(order.pk, actor=actor_of(request, order))
    except Refused:  # submitted this moment, so not a draft any more
        raise Http404 from None
    return draft_for(request, order.public_id)


def is_htmx(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"


def version_of(request: HttpRequest) -> int:
    """The version of the page (kept current by htmx), else that of the form; one that says none is as good as stale."""
    try:
        return int(request.POST.get("version") or request.POST.get("form_version") or "")
    except ValueError:
        return -1
