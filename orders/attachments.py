"""Files that somebody sent us: always a download, never shown as a page of ours."""

from django.http import Http404, HttpResponse
from django.utils.http import content_disposition_header

from orders.models import Attachment


def as_download(attachment: Attachment) -> HttpResponse:
    try:
        with attachment.file.open("rb") as file:
            content = file.read()
    except OSError as error:
        raise Http404 from error
    response = HttpResponse(content, content_type="application/octet-stream")
    response["Content-Disposition"] = content_disposition_header(True, attachment.name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "private, no-store"
    return response
