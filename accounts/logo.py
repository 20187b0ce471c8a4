"""The shop's uploaded logo: kept under a name that its content gives it, so that papers which froze it always show the same."""

import hashlib
from typing import IO

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from accounts.models import Shop

MOST_BYTES = 200_000  # what mails carry
KINDS = {b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpeg"}


class NoPicture(Exception):
    pass


def store(upload: IO[bytes]) -> str:
    """Its name for the shop's row. Judged by its content alone."""
    content = upload.read(MOST_BYTES + 1)
    kind = next((kind for start, kind in KINDS.items() if content.startswith(start)), None)
    if kind is None or len(content) > MOST_BYTES:
        raise NoPicture
    name = f"logos/{hashlib.sha256(content).hexdigest()}.{kind}"
    if not default_storage.exists(name):
        default_storage.save(name, ContentFile(content))
    return Shop.STORED + name


@require_safe
def logo(request: HttpRequest, name: str) -> HttpResponse:
    if Shop.get().logo != f"{Shop.STORED}logos/{name}":
        raise Http404
    try:
        with default_storage.open(f"logos/{name}") as file:
            content = file.read()
    except FileNotFoundError:
        raise Http404 from None
    response = HttpResponse(content, content_type=f"image/{name.rpartition('.')[2]}")
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
