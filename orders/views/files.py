"""Pictures and models, through views that check whose they are. Nothing that was uploaded is ever shown as a page."""

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest
from django.views.decorators.http import require_GET

from orders.access import part_for

A_DAY = 24 * 3600


@require_GET
def part_thumbnail(request: HttpRequest, part_id: int) -> FileResponse:
    thumbnail = getattr(part_for(request, part_id).measurement, "thumbnail", None)
    if thumbnail is None or not thumbnail.name:
        raise Http404
    response = _stored(thumbnail.name, content_type="image/png")
    response["Cache-Control"] = f"private, max-age={A_DAY}"
    return response


@require_GET
def part_download(request: HttpRequest, part_id: int) -> FileResponse:
    """The model as it was uploaded: to be saved, not to be opened in the browser."""
    part = part_for(request, part_id)
    response = _stored(part.file.name, content_type="application/octet-stream", filename=part.name, as_attachment=True)
    response["Cache-Control"] = "private, no-store"
    return response


def _stored(name: str, *, content_type: str, filename: str = "", as_attachment: bool = False) -> FileResponse:
    try:
        file = default_storage.open(name)
    except FileNotFoundError:
        raise Http404 from None
    response = FileResponse(
        file, content_type=content_type, filename=filename or "picture.png", as_attachment=as_attachment
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
