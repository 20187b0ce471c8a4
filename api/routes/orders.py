"""Orders: read by those whose they are; moved by staff, through the workflow's door."""

from typing import Annotated, Any
from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Path, Query, Router
from pydantic import Field

from accounts.models import Shop
from api.asked import NO_NUL, TransitionIn
from api.auth import Key, user_of
from api.cursor import Paging, page
from api.idempotency import deed_key, once
from api.problems import FieldErrors, Problem
from api.routes.common import answers, extra, order_of
from api.schemas import ChoiceOut, ChoicesOut, OrderOut, OrderPage
from api.scopes import MOVE, READ
from api.shown import order_out, order_row
from backoffice.changing import ChangeForm, obstacle
from orders.access import orders_of
from orders.models import Order, Status
from orders.views.orders import rows
from orders.workflow.actors import Actor, acting_role, staff
from orders.workflow.choices import Choice, choice, choices
from orders.workflow.dates import local_day
from orders.workflow.deed import Refused
from orders.workflow.door import RULES, perform

router = Router(tags=["Orders"])

OrderId = Annotated[str, Field(max_length=48, pattern="^[A-Za-z0-9_-]+$"), Path()]
Name = Annotated[str, Field(max_length=40, pattern="^[a-z_]+$"), Path()]
SUBMITTED = [status for status in Status if status is not Status.DRAFT]
# What goes beside the details of a transition.
ENVELOPE = {"version", "mail_customer"}


class OrderFilter(Paging):
    status: str = Field("", pattern=f"^({'|'.join(SUBMITTED)})?$", description="Only those that stand here")
    number: int | None = Field(None, ge=1, le=2**31 - 1, description="Only the one with this number")
    reference: str = Field("", max_length=60, pattern=NO_NUL, description="Only those with this reference of yours")


@router.get(
    "/orders",
    auth=Key(READ),
    url_name="api_orders",
    response=answers(200, OrderPage, 422),
    openapi_extra=extra(READ),
    summary="List orders",
)
def orders(request: HttpRequest, asked: Query[OrderFilter]) -> OrderPage:
    """Your company's orders, newest first; with a key of staff those of all customers."""
    mine = orders_of(user_of(request)).exclude(status=Status.DRAFT)
    wanted = {"status": asked.status, "number": asked.number, "customer_reference": asked.reference}
    mine = mine.filter(**{name: value for name, value in wanted.items() if value})
    found, following = page(rows(mine), asked)
    return OrderPage(items=[order_row(row) for row in found], next=following)


@router.get(
    "/orders/{order_id}",
    auth=Key(READ),
    url_name="api_order",
    response=answers(200, OrderOut, 404),
    openapi_extra=extra(READ),
    summary="Read an order and its status",
)
def order(request: HttpRequest, order_id: OrderId) -> OrderOut:
    """With prices, payment, tracking, and what happened so far."""
    return order_out(order_of(request, order_id), Shop.get())


# --- for staff


@router.get(
    "/orders/{order_id}/transitions",
    auth=Key(MOVE),
    url_name="api_transitions",
    response=answers(200, ChoicesOut, 404),
    openapi_extra=extra(MOVE),
    summary="Which transitions are possible now",
)
def transitions(request: HttpRequest, order_id: OrderId) -> ChoicesOut:
    """For the roles of the key's owner, with the details that each needs."""
    found = order_of(request, order_id)
    return ChoicesOut(
        status=found.status,
        version=found.version,
        transitions=[
            ChoiceOut(name=one.name, to=one.target, needs=list(one.needs), takes=list(taken(one)))
            for one in choices(found, staff(user_of(request)))
        ],
    )


@router.post(
    "/orders/{order_id}/transitions/{name}",
    auth=Key(MOVE),
    url_name="api_transition",
    response=answers(200, OrderOut, 400, 404, 409, 413, 422),
    openapi_extra=extra(MOVE, post=True),
    summary="Move an order",
)
def move(request: HttpRequest, order_id: OrderId, name: Name, body: TransitionIn) -> HttpResponse:
    """One of the documented transitions, with the same guards, history and mails as in the back office."""
    found, actor, key = order_of(request, order_id), staff(user_of(request)), deed_key(request)
    if name not in RULES:
        raise Refused("no_such_transition")
    if not acting_role(actor, RULES[name].who):
        raise Refused("not_allowed")

    def do() -> OrderOut:
        if not found.history.filter(key=key).exists():
            _move(found, name, body, actor, key)
        return order_out(order_of(request, order_id), Shop.get())

    return once(request, 200, do)


def _move(order: Order, name: str, body: TransitionIn, actor: Actor, key: str) -> None:
    shop, now = Shop.get(), timezone.now()
    offered = choice(order, name, actor, shop=shop, now=now)
    if offered is None:
        reason = obstacle(order, name, actor, shop, now)
        if isinstance(reason, Refused):
            raise reason
        raise Refused(reason.code, **reason.params) if reason else Refused("wrong_status", status=order.status)
    form = _form(order, offered, body, shop)
    if not form.is_valid():
        raise FieldErrors(
            [
                {"field": field, "code": str(error.code or "invalid"), "message": " ".join(error.messages)}
                for field, errors in form.errors.as_data().items()
                for error in errors
            ]
        )
    perform(
        order.pk,
        name,
        actor=actor,
        key=key,
        mail_customer=body.mail_customer,
        expected_version=body.version,
        now=now,
        **form.details(),
    )


def taken(offered: Choice) -> tuple[str, ...]:
    """Its details, without the document that comes with a purchase order: that is uploaded on the pages."""
    return tuple(name for name in dict.fromkeys((*offered.fields, "note")) if name != "po_file")


def _form(order: Order, offered: Choice, body: TransitionIn, shop: Shop) -> ChangeForm:
    """The form of the back office, filled in."""
    given = {name: value for name, value in body.model_dump(exclude_unset=True).items() if name not in ENVELOPE}
    for name in given:
        if name not in taken(offered):
            raise Problem(422, "detail_not_taken", field=name, transition=offered.name)
    values: dict[str, Any] = {"key": str(uuid4()), "version": order.version, "mail_customer": body.mail_customer}
    chosen = given.pop("choices", {})
    values |= {name: value for name, value in given.items() if value is not None}
    today = local_day(shop, timezone.now())
    form = ChangeForm(order, offered, shop, today, data=values, files={})
    for number, group in enumerate(form.groups):
        values[f"choices_{number}"] = str(chosen.get(group, ""))
    return form
