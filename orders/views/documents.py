"""Papers of an order: asked for by POST, as that may give an invoice its number; read by GET."""

from django.contrib import messages
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from orders import presenting_lines
from orders.documents import issuing
from orders.models import Document, Order
from orders.views.order import opened, see_other
from orders.workflow.snapshot import as_seen

INSIDE = (Document.Kind.JOB_CARD,)


@require_POST
@never_cache
@opened
def order_invoice(request: HttpRequest, order: Order) -> HttpResponse:
    """The invoice, which is issued by asking for it, or a pro-forma as long as nothing is agreed."""
    seen = as_seen(order)
    if not presenting_lines.sums(seen, presenting_lines.line_views(seen)).complete:
        messages.error(request, _("There is no invoice yet: the shop still has to name a price."))
        return see_other(reverse("order", args=[order.public_id]))
    document = issuing.invoice_or_pro_forma(order, timezone.now())
    return see_other(reverse("order_document", args=[order.public_id, document.pk]))


@require_safe
@never_cache
@opened
def order_document(request: HttpRequest, order: Order, document_id: int) -> HttpResponse:
    document = get_object_or_404(order.documents.exclude(kind__in=INSIDE), pk=document_id)
    return paper(request, document, back=reverse("order", args=[order.public_id]), frame="portal/base.html")


def paper(request: HttpRequest, document: Document, *, back: str, frame: str) -> HttpResponse:
    """The PDF; while the worker makes it a page that asks again, and says so when it could not be made."""
    if document.state != Document.State.DONE:
        status = 202 if document.state != Document.State.REFUSED else 503
        context = {"document": document, "back": back, "frame": frame}
        return render(request, "documents/being_made.html", context, status=status)
    try:
        file = default_storage.open(document.name)
    except FileNotFoundError:
        raise Http404 from None
    response: HttpResponse = FileResponse(file, content_type="application/pdf")  # type: ignore[assignment]
    response["Content-Disposition"] = content_disposition_header(False, filename(document)) or "inline"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def filename(document: Document) -> str:
    return f"{document.kind.replace('_', '-')}-{document.number or document.order.number}.pdf"
