"""One line per request in the log, with an id that error pages show too."""

import logging
import time
from collections.abc import Callable
from uuid import uuid4

from django.http import HttpRequest, HttpResponse

log = logging.getLogger("partwright.request")


class RequestLog:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.id = uuid4().hex[:12]  # type: ignore[attr-defined]
        started = time.perf_counter()
        response = self.get_response(request)
        user = getattr(request, "user", None)
        match = request.resolver_match  # the route, never the path: paths may hold tokens
        log.info(
            "request=%s %s %s %s %.0fms user=%s order=%s",
            request.id,  # type: ignore[attr-defined]
            request.method,
            match.view_name if match else "-",
            response.status_code,
            (time.perf_counter() - started) * 1000,
            user.pk if user is not None and user.is_authenticated else "-",
            match.kwargs.get("public_id", match.kwargs.get("number", "-")) if match else "-",
        )
        response["X-Request-ID"] = request.id  # type: ignore[attr-defined]
        return response


class PrivatePages:
    """What was made for one person is kept by nobody: not by a proxy, nor by the browser after signing out."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.session.accessed and not response.has_header("Cache-Control"):
            response["Cache-Control"] = "private, no-store"
        return response
