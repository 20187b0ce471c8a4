"""Around every operation: nothing leaves as a page, the limit is told, and a line is kept of it."""

import logging
import time
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from api.keys import PER_MINUTE
from api.models import ApiCall, ApiKey
from api.problems import CONTENT_TYPE, of_code

log = logging.getLogger("partwright.api")

KEPT = timedelta(days=30)
View = Callable[..., HttpResponse]


def recorded(view: View) -> View:
    """A key in a header is what opens it, never a cookie: so no token against forged requests is asked for."""

    @csrf_exempt
    @wraps(view)
    def call(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        started = time.perf_counter()
        try:
            response = view(request, *args, **kwargs)
        except Exception:  # a program cannot read our error page: it gets a problem, and we the stack
            log.exception("request=%s failed", getattr(request, "id", "-"))
            response = of_code(request, 500, "internal")
        if response.status_code == 405 and response["Content-Type"] != CONTENT_TYPE:
            allowed = response["Allow"]
            response = of_code(request, 405, "method_not_allowed", method=request.method or "")
            response["Allow"] = allowed
        response["Cache-Control"] = "private, no-store"
        _keep(request, response, int((time.perf_counter() - started) * 1000))
        return response

    return call


def _keep(request: HttpRequest, response: HttpResponse, ms: int) -> None:
    key: ApiKey | None = getattr(request, "api_key", None)
    if key is None:
        return
    if allowance := getattr(request, "allowance", None):
        response["RateLimit-Limit"] = str(PER_MINUTE)
        response["RateLimit-Remaining"] = str(max(allowance.left, 0))
        response["RateLimit-Reset"] = str(allowance.seconds)
    match = request.resolver_match
    ApiCall.objects.create(
        key=key,
        at=timezone.now(),
        method=(request.method or "")[:8],
        operation=(match.url_name or "")[:60] if match else "",
        status=response.status_code,
        ms=ms,
        request_id=getattr(request, "id", ""),
    )
