"""Idempotency-Key: a POST that is sent again with the same key is answered as the first time, and nothing happens twice.

The answer is written in the transaction of what was done: both are there, or neither. Refusals are not kept, as nothing
was done: they may be sent again under the same key.
"""

import hashlib
import json
from collections.abc import Callable
from uuid import uuid4

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Schema
from ninja.responses import NinjaJSONEncoder

from api.auth import key_of
from api.models import Answered, ApiKey
from api.problems import Problem

HEADER = "Idempotency-Key"
MOST = 200
# How the OpenAPI document describes it.
PARAMETER = {
    "in": "header",
    "name": HEADER,
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": MOST, "pattern": "^[!-~]+$"},
    "description": "A word of yours for this deed, a UUID say: sent again, it is answered as the first time.",
}


def token_of(request: HttpRequest) -> str:
    token = request.headers.get(HEADER)
    if token is None:
        return ""
    if not 0 < len(token) <= MOST or not all("!" <= sign <= "~" for sign in token):
        raise Problem(422, "idempotency_key_invalid", field=HEADER)
    return token


def deed_key(request: HttpRequest) -> str:
    """For the door, which knows again what was done under a key."""
    token = token_of(request)
    named = hashlib.sha256(token.encode()).hexdigest()[:40] if token else uuid4().hex
    return f"api:{key_of(request).pk}:{named}"


def once(request: HttpRequest, status: int, what: Callable[[], Schema]) -> HttpResponse:
    """The answer to a POST: of `what`, done now, or of the first time."""
    token, key = token_of(request), key_of(request)
    if not token:
        return _response(status, _json(what()))
    fingerprint = _fingerprint(request)
    if before := _before(key, token, fingerprint):
        return before
    try:
        with transaction.atomic():
            row = Answered.objects.create(
                key=key, token=token, fingerprint=fingerprint, status=status, body="", at=timezone.now()
            )
            row.body = _json(what())
            row.save(update_fields=["body"])
    except IntegrityError:  # the same request was at it this moment
        if before := _before(key, token, fingerprint):
            return before
        raise
    return _response(status, row.body)


def remembered(request: HttpRequest, fingerprint: str) -> HttpResponse | None:
    """For what cannot be done inside a transaction: the answer of the first time, if there was one."""
    token = token_of(request)
    return _before(key_of(request), token, fingerprint) if token else None


def remember(request: HttpRequest, fingerprint: str, status: int, answer: Schema) -> HttpResponse:
    """Keep an answer. Raises IntegrityError when another request with the same key was faster."""
    body, token = _json(answer), token_of(request)
    if token:
        with transaction.atomic():
            Answered.objects.create(
                key=key_of(request), token=token, fingerprint=fingerprint, status=status, body=body, at=timezone.now()
            )
    return _response(status, body)


def _before(key: ApiKey, token: str, fingerprint: str) -> HttpResponse | None:
    row = Answered.objects.filter(key=key, token=token).first()
    if row is None:
        return None
    if row.fingerprint != fingerprint:
        raise Problem(422, "idempotency_key_reused", field=HEADER)
    response = _response(row.status, row.body)
    response["Idempotency-Replayed"] = "true"
    return response


def _fingerprint(request: HttpRequest) -> str:
    return hashlib.sha256(request.path.encode() + b"\n" + request.body).hexdigest()


def _json(answer: Schema) -> str:
    return json.dumps(answer.model_dump(), cls=NinjaJSONEncoder, ensure_ascii=False)


def _response(status: int, body: str) -> HttpResponse:
    return HttpResponse(body, status=status, content_type="application/json; charset=utf-8")
