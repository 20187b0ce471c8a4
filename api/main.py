"""The API, put together of its rooms' routers."""

from typing import Any

from django.http import HttpRequest
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from api import problems
from api.routes import catalogue, orders, parts, quotes

DESCRIPTION = (
    "Upload models, make quotes, read prices, place orders and follow them. "
    "Every call carries a key: `Authorization: Bearer pw_…`. Amounts are strings, times are UTC."
)

api = NinjaAPI(title="Partwright", version="1", description=DESCRIPTION, docs_url=None, openapi_url=None)
problems.register(api)
for router in (catalogue.router, parts.router, quotes.router, orders.router):
    api.add_router("v1", router)

ROOT = "/api/"


def schema() -> dict[str, Any]:
    """The OpenAPI document. Problems have a content type of their own, which ninja does not know."""
    found: OpenAPISchema = api.get_openapi_schema(path_prefix=ROOT)
    for path in found["paths"].values():
        for operation in path.values():
            for status, response in operation["responses"].items():
                content = response.get("content", {})
                if int(status) >= 400 and "application/json" in content:
                    content[problems.CONTENT_TYPE] = content.pop("application/json")
    return dict(found)


def not_found(request: HttpRequest, rest: str = "") -> Any:
    """Whatever else is asked for below /api/."""
    return problems.of_code(request, 404, "not_found")
