"""Models: uploaded, and what was measured in them."""

import hashlib
from typing import Annotated

from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from ninja import Path, Router
from pydantic import Field

from api import idempotency
from api.auth import Key, customer_of, user_of
from api.problems import Problem, answer
from api.routes.common import answers, extra
from api.schemas import PartOut
from api.scopes import QUOTE, READ
from api.shown import part_out
from orders.access import Owner, parts_of
from orders.uploads import ModelUploads, dropped_files
from orders.views.uploads import take_in
from quoting.models import Part
from quoting.services import forget_part

router = Router(tags=["Parts"])

FIELD = "file"
BODY = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": [FIELD],
                "properties": {FIELD: {"type": "string", "format": "binary"}},
            }
        }
    },
}


@router.post(
    "/parts",
    auth=Key(QUOTE),
    url_name="api_parts",
    response=answers(201, PartOut, 400, 413, 422, 507),
    openapi_extra=extra(QUOTE, post=True, requestBody=BODY),
    summary="Upload a model",
)
def upload(request: HttpRequest) -> HttpResponse:
    """It is measured by a worker at once: read the part again until its state is no longer `measuring`.

    A quote can be made of it right away; its price follows.
    """
    actor = customer_of(request)
    if request.content_type != "multipart/form-data":
        raise Problem(400, "not_multipart")
    idempotency.token_of(request)
    request.upload_handlers = [ModelUploads(request)]
    files = request.FILES.getlist(FIELD)
    if len(files) != 1 and not any(dropped_files(request)):
        raise Problem(422, "no_file", field=FIELD)
    fingerprint = _fingerprint(request)
    if before := idempotency.remembered(request, fingerprint):
        return before
    assert actor.user is not None
    parts, problems = take_in(request, Owner(actor.user, actor.user.company, ""), FIELD)
    if problems:
        first = problems[0]
        code = {413: "too_large", 507: "storage_full"}.get(first.status, "file_refused")
        return answer(request, first.status, code, first.text)
    part = Part.objects.select_related("measurement").get(pk=parts[0].pk)
    try:
        return idempotency.remember(request, fingerprint, 201, part_out(part))
    except IntegrityError:  # the same request was at it this moment: one part is enough
        forget_part(part)
        before = idempotency.remembered(request, fingerprint)
        assert before is not None
        return before


def _fingerprint(request: HttpRequest) -> str:
    """The name and the bytes; a multipart body as such differs by its boundary."""
    seen = hashlib.sha256(request.path.encode())
    for file in request.FILES.getlist(FIELD):
        seen.update(b"\n" + (file.name or "").encode(errors="replace") + b"\n")
        for chunk in file.chunks():
            seen.update(chunk)
        file.seek(0)
    return seen.hexdigest()


@router.get(
    "/parts/{int:part_id}",
    auth=Key(READ),
    url_name="api_part",
    response=answers(200, PartOut, 404),
    openapi_extra=extra(READ),
    summary="Read a part",
)
def part(request: HttpRequest, part_id: Annotated[int, Field(ge=1), Path()]) -> PartOut:
    """What was measured in a model, or why it could not be."""
    found = parts_of(user_of(request)).prefetch_related("measurement__estimates").filter(pk=part_id).first()
    if found is None:
        raise Http404
    return part_out(found)
