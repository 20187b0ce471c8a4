"""What went wrong, as application/problem+json (RFC 9457): a code for programs, a sentence for people."""

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from django.core.exceptions import BadRequest, PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.multipartparser import MultiPartParserError
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from api.words import PROBLEMS
from orders.forms.order import OVERTAKEN
from orders.words import say
from orders.workflow.deed import Refused

CONTENT_TYPE = "application/problem+json"
STATUS = {"not_allowed": 403, "no_such_transition": 404, "key_used": 409, "missing": 422}


class Problem(Exception):
    """A refusal of the API itself. `field`: what in the request it is about."""

    def __init__(
        self, status: int, code: str, *, field: str = "", headers: Mapping[str, str] | None = None, **params: str
    ):
        super().__init__(code)
        self.status, self.code, self.field, self.headers, self.params = status, code, field, headers or {}, params

    @property
    def sentence(self) -> str:
        return str(PROBLEMS[self.code]) % self.params


class FieldErrors(Exception):
    """What a form of the pages refuses: each field with its code and sentence."""

    def __init__(self, errors: Sequence[Mapping[str, str]]) -> None:
        super().__init__("invalid")
        self.errors = errors


def answer(
    request: HttpRequest,
    status: int,
    code: str,
    detail: str,
    *,
    errors: Sequence[Mapping[str, Any]] = (),
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    content = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
        "request_id": getattr(request, "id", ""),
    }
    if errors:
        content["errors"] = list(errors)
    return JsonResponse(content, status=status, content_type=CONTENT_TYPE, headers=headers)


def of_code(request: HttpRequest, status: int, code: str, **params: str) -> HttpResponse:
    return answer(request, status, code, str(PROBLEMS[code]) % params)


def _of_problem(request: HttpRequest, problem: Problem) -> HttpResponse:
    errors = [{"field": problem.field, "code": problem.code, "message": problem.sentence}] if problem.field else []
    return answer(request, problem.status, problem.code, problem.sentence, errors=errors, headers=problem.headers)


def _of_refusal(request: HttpRequest, refused: Refused) -> HttpResponse:
    """What a verb of the shop refuses, in the words that its pages use."""
    status = STATUS.get(refused.code, 409 if refused.code in OVERTAKEN else 422)
    fields = [field for field in refused.params.get("fields", "").split(",") if field]
    errors = [{"field": field, "code": "required", "message": say(refused)} for field in fields]
    return answer(request, status, refused.code, say(refused), errors=errors)


def _of_fields(request: HttpRequest, found: FieldErrors) -> HttpResponse:
    return answer(request, 422, "invalid", str(PROBLEMS["invalid"]), errors=found.errors)


def _of_authentication(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    sentence = str(PROBLEMS["not_authenticated"])
    return answer(request, 401, "not_authenticated", sentence, headers={"WWW-Authenticate": "Bearer"})


def _of_validation(request: HttpRequest, invalid: ValidationError) -> HttpResponse:
    if any(error["loc"][0] == "path" for error in invalid.errors):
        return of_code(request, 404, "not_found")  # no address of ours
    errors = [
        {"field": _place(error["loc"]), "code": error["type"], "message": error["msg"]} for error in invalid.errors
    ]
    return answer(request, 422, "invalid", str(PROBLEMS["invalid"]), errors=errors)


def _place(loc: Sequence[Any]) -> str:
    """lines.0.quantity, without the names of the code's own parameters."""
    parts = [str(part) for part in loc]
    if parts[:1] == ["body"]:
        parts = parts[2:] or ["body"]
    elif parts[:1] == ["query"]:
        parts = parts[-1:]
    return ".".join(parts)


def _of_http(request: HttpRequest, error: HttpError) -> HttpResponse:
    code = "not_json" if error.status_code == 400 else "invalid"
    return of_code(request, error.status_code, code)


def _of_bad_request(request: HttpRequest, error: Exception) -> HttpResponse:
    if isinstance(error, RequestDataTooBig):
        return of_code(request, 413, "too_large")
    return of_code(request, 400, "not_multipart" if isinstance(error, MultiPartParserError) else "invalid")


def register(api: NinjaAPI) -> None:
    handlers: dict[type[Exception], Callable[..., HttpResponse]] = {
        Problem: _of_problem,
        Refused: _of_refusal,
        FieldErrors: _of_fields,
        ValidationError: _of_validation,
        AuthenticationError: _of_authentication,
        HttpError: _of_http,
        Http404: lambda request, error: of_code(request, 404, "not_found"),
        PermissionDenied: lambda request, error: of_code(request, 403, "forbidden"),
        BadRequest: _of_bad_request,
        SuspiciousOperation: _of_bad_request,
        MultiPartParserError: _of_bad_request,
    }
    for kind, handler in handlers.items():
        api.add_exception_handler(kind, handler)
