"""Quotes: drafts of orders, priced by the same verbs as on the quote page."""

from typing import Annotated, Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Path, Query, Router
from pydantic import Field

from accounts.models import Shop
from api.asked import DeliveryIn, LineChange, LineIn, LinesIn, PlaceIn, QuoteIn, SubmitIn
from api.auth import Key, customer_of, user_of
from api.choosing import choice_of, chosen
from api.cursor import Paging, page
from api.idempotency import deed_key, once
from api.problems import Problem
from api.routes.common import answers, draft_of, extra, order_of
from api.routes.delivery import details_form, problems_of
from api.schemas import OrderOut, QuoteOut, QuotePage
from api.scopes import ORDER, QUOTE, READ
from api.shown import order_out, quote_out, quote_row
from orders import drafts, pricing
from orders.access import orders_of, parts_of
from orders.models import Order, Status
from orders.views.orders import rows
from orders.workflow.actors import Actor
from orders.workflow.door import edit, perform
from quoting.services import current_price_list

router = Router(tags=["Quotes"])

QuoteId = Annotated[str, Field(max_length=48, pattern="^[A-Za-z0-9_-]+$"), Path()]
LineId = Annotated[int, Field(ge=1), Path()]


def shown(order_id: int, actor: Actor) -> QuoteOut:
    """A draft after a change, with today's price."""
    order = Order.objects.select_related("price_list", "company").get(pk=order_id)
    return quote_out(order, actor, Shop.get())


def wanted_lines(request: HttpRequest, lines: list[LineIn]) -> list[drafts.Wanted]:
    catalogue = current_price_list().catalogue
    ids = {line.part for line in lines}
    parts = parts_of(user_of(request)).prefetch_related("measurement__estimates").in_bulk(ids)
    made = []
    for number, line in enumerate(lines):
        if line.part not in parts:
            raise Problem(422, "unknown_part", field=f"lines.{number}.part")
        choice = choice_of(catalogue, line, f"lines.{number}.")
        made.append(drafts.Wanted(parts[line.part], choice, line.quantity, line.note))
    return made


@router.get(
    "/quotes",
    auth=Key(READ),
    url_name="api_quotes",
    response=answers(200, QuotePage, 422),
    openapi_extra=extra(READ),
    summary="List quotes",
)
def quotes(request: HttpRequest, paging: Query[Paging]) -> QuotePage:
    """Your company's quotes in progress, newest first."""
    customer_of(request)
    mine = orders_of(user_of(request)).filter(status=Status.DRAFT)
    found, following = page(rows(mine), paging)
    return QuotePage(items=[quote_row(row) for row in found], next=following)


@router.post(
    "/quotes",
    auth=Key(QUOTE),
    url_name="api_quotes",
    response=answers(201, QuoteOut, 400, 409, 413, 422),
    openapi_extra=extra(QUOTE, post=True),
    summary="Make a quote",
)
def make_quote(request: HttpRequest, body: QuoteIn) -> HttpResponse:
    """Parts with what is to be made of them. The price is there at once, or follows when the models are measured."""
    actor = customer_of(request)

    def make() -> QuoteOut:
        wanted = wanted_lines(request, body.lines)
        assert actor.user is not None
        with transaction.atomic():
            order = drafts.start(company=actor.user.company, user=actor.user)
            drafts.add_lines(order.pk, wanted, actor=actor)
        return shown(order.pk, actor)

    return once(request, 201, make)


@router.get(
    "/quotes/{quote_id}",
    auth=Key(READ),
    url_name="api_quote",
    response=answers(200, QuoteOut, 404),
    openapi_extra=extra(READ),
    summary="Read a quote with its price",
)
def quote(request: HttpRequest, quote_id: QuoteId) -> QuoteOut:
    """The price with its breakdown. `working` somewhere: ask again in a second or two."""
    order, actor = draft_of(request, quote_id), customer_of(request)
    if pricing.is_stale(order, pricing.priced_lines(order)):
        drafts.refresh(order.pk, actor=actor)
    return shown(order.pk, actor)


@router.post(
    "/quotes/{quote_id}/lines",
    auth=Key(QUOTE),
    url_name="api_quote_lines",
    response=answers(200, QuoteOut, 400, 404, 409, 413, 422),
    openapi_extra=extra(QUOTE, post=True),
    summary="Add lines",
)
def add_lines(request: HttpRequest, quote_id: QuoteId, body: LinesIn) -> HttpResponse:
    """More parts for a quote, priced with the others."""
    order, actor = draft_of(request, quote_id), customer_of(request)

    def add() -> QuoteOut:
        drafts.add_lines(order.pk, wanted_lines(request, body.lines), actor=actor)
        return shown(order.pk, actor)

    return once(request, 200, add)


@router.patch(
    "/quotes/{quote_id}/lines/{int:line_id}",
    auth=Key(QUOTE),
    url_name="api_quote_line",
    response=answers(200, QuoteOut, 400, 404, 409, 413, 422),
    openapi_extra=extra(QUOTE),
    summary="Change a line",
)
def change_line(request: HttpRequest, quote_id: QuoteId, line_id: LineId, body: LineChange) -> QuoteOut:
    """Another material or quantity. Options that a new process does not have are replaced by its first,
    unless you name them."""
    order, actor = draft_of(request, quote_id), customer_of(request)
    line = order.lines.filter(pk=line_id, part__isnull=False).first()
    if line is None:
        raise Http404
    asked = {name: value for name, value in body.model_dump(exclude_unset=True).items() if value is not None}
    quantity, note = asked.pop("quantity", line.quantity), asked.pop("note", line.note)
    catalogue, choice = current_price_list().catalogue, line.choice
    if asked:
        kept = {} if "process" in asked and asked["process"] != choice.process else choice.model_dump()
        kept["extras"] = dict(kept.get("extras", ()))
        blank = dict.fromkeys(("material", "finish", "colour", "profile", "lead_time", "tolerance"), "")
        loose = {"colour": ""} if "material" in asked and "colour" not in asked else {}
        whole = {**blank, "process": choice.process, "cavities": 0, **kept, **loose, **asked}
        choice = chosen(catalogue, whole, "")
    drafts.change_line(order.pk, line_id, choice=choice, quantity=quantity, note=note, actor=actor)
    return shown(order.pk, actor)


@router.delete(
    "/quotes/{quote_id}/lines/{int:line_id}",
    auth=Key(QUOTE),
    url_name="api_quote_line",
    response=answers(200, QuoteOut, 404, 409),
    openapi_extra=extra(QUOTE),
    summary="Remove a line",
)
def remove_line(request: HttpRequest, quote_id: QuoteId, line_id: LineId) -> QuoteOut:
    """The part stays among your parts."""
    order, actor = draft_of(request, quote_id), customer_of(request)
    if not order.lines.filter(pk=line_id, part__isnull=False).exists():
        raise Http404
    drafts.remove_line(order.pk, line_id, actor=actor)
    return shown(order.pk, actor)


@router.put(
    "/quotes/{quote_id}/delivery",
    auth=Key(QUOTE),
    url_name="api_quote_delivery",
    response=answers(200, QuoteOut, 400, 404, 409, 413, 422),
    openapi_extra=extra(QUOTE),
    summary="Say who gets it, where and how",
)
def set_delivery(request: HttpRequest, quote_id: QuoteId, body: DeliveryIn) -> QuoteOut:
    """Needed before a quote is placed or submitted; shipping and tax follow."""
    order, actor = draft_of(request, quote_id), customer_of(request)
    form = details_form(order, user_of(request), Shop.get(), body)
    if not form.is_valid():
        raise problems_of(form)
    with edit(order.pk, actor=actor, what="details") as locked:
        form.apply(locked)
    return shown(order.pk, actor)


# --- from quote to order


@router.post(
    "/quotes/{quote_id}/place",
    auth=Key(ORDER),
    url_name="api_quote_place",
    response=answers(201, OrderOut, 400, 404, 409, 413, 422),
    openapi_extra=extra(ORDER, post=True),
    summary="Place the order",
)
def place(request: HttpRequest, quote_id: QuoteId, body: PlaceIn) -> HttpResponse:
    """Binding: you agree to the total that you read and to the terms. A quote that the shop has to look at first is
    refused: submit it for review."""
    details = {"seen_total": body.total, "terms": body.terms}
    return _end(request, quote_id, "place", body.version, details)


@router.post(
    "/quotes/{quote_id}/submit",
    auth=Key(ORDER),
    url_name="api_quote_submit",
    response=answers(201, OrderOut, 400, 404, 409, 413, 422),
    openapi_extra=extra(ORDER, post=True),
    summary="Submit for review",
)
def submit(request: HttpRequest, quote_id: QuoteId, body: SubmitIn) -> HttpResponse:
    """The shop looks at it and sends a firm offer. Not binding."""
    return _end(request, quote_id, "submit_for_review", body.version, {})


def _end(request: HttpRequest, quote_id: str, name: str, version: int | None, details: dict[str, Any]) -> HttpResponse:
    actor, key = customer_of(request), deed_key(request)

    def do() -> OrderOut:
        order = draft_of(request, quote_id)
        perform(order.pk, name, actor=actor, key=key, expected_version=version, now=timezone.now(), **details)
        return order_out(order_of(request, quote_id), Shop.get())

    return once(request, 201, do)
