"""Pictures and models, through views that check whose they are. Nothing that was uploaded is ever shown as a page."""

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from orders.access import part_for
from orders.words import say
from quoting.models import Deed
from quoting.services import ask_preview

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
def part_model(request: HttpRequest, part_id: int) -> HttpResponse | FileResponse:
    """A light model for the viewer, made when first asked for: 202 while it is, 410 when none can be made."""
    measurement = part_for(request, part_id).measurement
    if not measurement.is_done:
        raise Http404
    preview = ask_preview(measurement, timezone.now())
    if preview.state == Deed.State.REFUSED:
        return HttpResponse(status=410)
    if preview.state != Deed.State.DONE:
        return HttpResponse(status=202, headers={"Retry-After": "1", "Cache-Control": "no-store"})
    response = _stored(preview.name, content_type="model/gltf-binary", filename="model.glb")
    response["Cache-Control"] = f"private, max-age={A_DAY}"
    return response


@require_GET
def part_view(request: HttpRequest, part_id: int) -> HttpResponse:
    """The part's picture and figures: what the viewer shows, in words."""
    part = part_for(request, part_id)
    result, refusal = part.measurement.result, part.measurement.refusal
    thumbnail = getattr(part.measurement, "thumbnail", None)
    context = {
        "part": part,
        "figures": result["figures"] if result else None,
        "refusal": say(refusal) if refusal else "",
        "has_picture": bool(thumbnail and thumbnail.name),
    }
    return render(request, "portal/part.html", context)


@require_GET
def part_download(request: HttpRequest, part_id: int) -> FileResponse:
    """The model as it was uploaded: to be saved, not to be opened in the browser."""
    part = part_for(request, part_id)
    response = _stored(part.file.name, content_type="application/octet-stream", filename=part.name, as_attachment=True)
    response["Cache-Control"] = "private, no-store"
    return response


@require_GET
def part_drawing(request: HttpRequest, part_id: int) -> FileResponse:
    """To be saved, not to be opened in the browser: it came from somebody else."""
    part = part_for(request, part_id)
    if not part.drawing:
        raise Http404
    response = _stored(
        part.drawing, content_type="application/octet-stream", filename=part.drawing_name, as_attachment=True
    )
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
