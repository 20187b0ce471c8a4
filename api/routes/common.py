"""What all operations share: how an order is found, and which answers the OpenAPI document foresees."""

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest

from api.auth import user_of
from api.idempotency import PARAMETER
from api.schemas import ProblemOut
from orders.access import orders_of
from orders.models import Order

REFUSALS = {400, 401, 403, 404, 409, 413, 422, 429}


def answers(status: int, schema: Any, *more: int) -> dict[Any, Any]:
    """Of an operation: what it gives, or a problem."""
    always = {401, 403, 429}
    return {status: schema, frozenset(always | set(more)): ProblemOut}


def extra(scope: str, *, post: bool = False, **more: Any) -> dict[str, Any]:
    """For the OpenAPI document: the scope, and what every POST takes."""
    found: dict[str, Any] = {"x-scope": scope, **more}
    if post:
        found["parameters"] = [PARAMETER]
    return found


def draft_of(request: HttpRequest, quote_id: str) -> Order:
    return _one(request, quote_id, status="draft")


def order_of(request: HttpRequest, order_id: str) -> Order:
    order = _one(request, order_id)
    if order.is_draft:
        raise Http404
    return order


def _one(request: HttpRequest, public_id: str, **more: str) -> Order:
    filters: Mapping[str, str] = {"public_id": public_id, **more}
    order = orders_of(user_of(request)).filter(**filters).first()
    if order is None:
        raise Http404
    return order
