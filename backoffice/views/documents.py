"""Papers of an order as staff read them, and the job card that customers never see."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.models import Role
from accounts.roles import staff_required
from backoffice.access import submitted_order
from orders.documents import issuing
from orders.models import Document
from orders.views.documents import paper
from quoting import deeds


@staff_required()
@require_safe
@never_cache
def bo_document(request: HttpRequest, number: int, document_id: int) -> HttpResponse:
    document = get_object_or_404(submitted_order(number).documents, pk=document_id)
    return paper(request, document, back=reverse("bo_order", args=[number]), frame="backoffice/base.html")


@staff_required()
@require_POST
def bo_job_card(request: HttpRequest, number: int) -> HttpResponse:
    document = issuing.job_card(submitted_order(number), timezone.now())
    return HttpResponseRedirect(reverse("bo_document", args=[number, document.pk]), status=303)


@staff_required(Role.ACCOUNTING, Role.SALES)
@require_POST
def bo_invoice(request: HttpRequest, number: int) -> HttpResponse:
    document = issuing.invoice_or_pro_forma(submitted_order(number), timezone.now())
    return HttpResponseRedirect(reverse("bo_document", args=[number, document.pk]), status=303)


@staff_required()
@require_POST
def bo_document_retry(request: HttpRequest, number: int, document_id: int) -> HttpResponse:
    """Once what was missing is there: the worker tries again."""
    document = get_object_or_404(submitted_order(number).documents, pk=document_id)
    again = {"state": Document.State.WAITING, "attempts": 0, "next_try": timezone.now()}
    if Document.objects.filter(pk=document.pk, state=Document.State.REFUSED).update(**again):
        deeds.wake(Document, [document.pk])
    return HttpResponseRedirect(reverse("bo_document", args=[number, document.pk]), status=303)
