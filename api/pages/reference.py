"""What the API can do: for programs as OpenAPI, for people as a page made of the same document."""

from functools import lru_cache
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from ninja.responses import NinjaJSONEncoder

from api.keys import PER_MINUTE
from api.main import schema
from api.scopes import SCOPES, in_words

METHODS = ("get", "post", "put", "patch", "delete")


@lru_cache(maxsize=1)
def document() -> dict[str, Any]:
    """Made once per process: the code does not change while it runs."""
    return schema()


@require_safe
def api_openapi(request: HttpRequest) -> HttpResponse:
    response = JsonResponse(document(), encoder=NinjaJSONEncoder)
    response["Cache-Control"] = "public, max-age=300"
    return response


@require_safe
def api_reference(request: HttpRequest) -> HttpResponse:
    context = {
        "groups": groups(),
        "schemas": [(name, fields(found)) for name, found in sorted(document()["components"]["schemas"].items())],
        "scopes": in_words(SCOPES),
        "per_minute": PER_MINUTE,
    }
    return render(request, "api/reference.html", context)


def groups() -> list[tuple[str, list[dict[str, Any]]]]:
    """The operations under their tags, in the order of the code."""
    found: dict[str, list[dict[str, Any]]] = {}
    for path, operations in document()["paths"].items():
        for method in METHODS:
            if operation := operations.get(method):
                found.setdefault(operation["tags"][0], []).append(_operation(path, method, operation))
    return list(found.items())


def _operation(path: str, method: str, operation: dict[str, Any]) -> dict[str, Any]:
    takes: dict[str, Any] = operation.get("requestBody", {}).get("content", {})
    gives: dict[str, Any] = next((r for status, r in operation["responses"].items() if int(status) < 300), {})
    return {
        "id": f"{method}-{operation['operationId']}",
        "method": method.upper(),
        "path": path,
        "summary": operation["summary"],
        "description": operation.get("description", ""),
        "scope": operation.get("x-scope", ""),
        "parameters": operation.get("parameters", []),
        "takes": _schema_name(takes),
        "takes_file": "multipart/form-data" in takes,
        "gives": _schema_name(gives.get("content", {})),
        "refusals": [status for status in operation["responses"] if int(status) >= 400],
    }


def fields(found: dict[str, Any]) -> list[dict[str, Any]]:
    required = found.get("required", [])
    return [
        {
            "name": name,
            "type": _type(field),
            "required": name in required,
            "description": field.get("description", ""),
        }
        for name, field in found.get("properties", {}).items()
    ]


def _schema_name(content: dict[str, Any]) -> str:
    return next((_name(one.get("schema", {})) for one in content.values()), "")


def _name(schema: dict[str, Any]) -> str:
    return str(schema.get("$ref", "")).rpartition("/")[2]


def _type(field: dict[str, Any]) -> str:
    if "$ref" in field:
        return _name(field)
    if options := field.get("anyOf") or field.get("allOf"):
        return " | ".join(dict.fromkeys(_type(option) for option in options))
    if field.get("type") == "array":
        return f"[{_type(field.get('items', {}))}]"
    return str(field.get("format") or field.get("type", ""))
