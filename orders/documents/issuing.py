"""From a paper that is owed to one that is issued and made: number and facts under a lock, then the PDF.

issue(row)  gives the number (gapless, as the counter's row is locked) and freezes the facts
make(id)    is what the worker does: issue, render, store
"""

import hashlib
import logging
from datetime import datetime

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from accounts.models import Shop
from orders.documents.contents import contents
from orders.models import Counter, Document, Order
from orders.workflow.dates import local_day
from orders.workflow.door import locked
from orders.workflow.history import canonical
from orders.workflow.papers import issued_invoice, owe, owe_invoice
from quoting import deeds

log = logging.getLogger("partwright.documents")

Kind = Document.Kind
# Papers with a number of their own: the prefix of their series, which begins anew every year.
# The shop's settings that hold the beginnings of the numbers; the year follows.
SERIES = {Kind.INVOICE: "invoice_series", Kind.CREDIT_NOTE: "credit_note_series", Kind.RECEIPT: "receipt_series"}


def issue(document_id: int, now: datetime) -> Document:
    """The paper with its number and facts, given once for ever. Locks: order, then paper, then counter."""
    with transaction.atomic():
        order_id = Document.objects.values_list("order_id", flat=True).get(pk=document_id)
        order = locked(order_id)
        document = (
            Document.objects.select_for_update(of=("self",)).select_related("revision", "corrects").get(pk=document_id)
        )
        if document.is_issued:
            return document
        document.order = order
        shop = Shop.get()
        today = local_day(shop, now)
        if setting := SERIES.get(Kind(document.kind)):
            _number(document, f"{getattr(shop, setting)}{today.year}", shop.number_digits)
        document.facts = {"number": document.number, **contents(document, shop, today)}
        document.facts_sha256 = hashlib.sha256(canonical(document.facts)).hexdigest()
        document.issued_at = now
        document.save()
        return document


def _number(document: Document, series: str, digits: int) -> None:
    Counter.objects.get_or_create(series=series)
    counter = Counter.objects.select_for_update().get(series=series)
    document.series, document.sequence = series, counter.next
    document.number = f"{series}-{counter.next:0{digits}d}"
    counter.next += 1
    counter.save(update_fields=["next"])


def make(document_id: int, now: datetime) -> None:
    """Issue a paper that is due, and make its PDF. A crash in between leaves an issued paper that is made later."""
    row = deeds.claim(Document, document_id, now)
    if row is None:
        return
    if row.attempts > deeds.MAX_ATTEMPTS:
        deeds.finish(row, deeds.State.REFUSED)
        return
    from orders.documents.rendering import render  # only workers load WeasyPrint

    issued = issue(row.pk, now)
    pdf = render(issued)
    name = default_storage.save(f"documents/{issued.kind}/{issued.pk}.pdf", ContentFile(pdf))
    if not deeds.finish(row, deeds.State.DONE, name=name, pdf_sha256=hashlib.sha256(pdf).hexdigest()):
        default_storage.delete(name)


# --- asked for


def invoice_or_pro_forma(order: Order, now: datetime) -> Document:
    """What the link "invoice" gives: once the order is placed the invoice, which is issued by that; before, a pro-forma."""
    with transaction.atomic():
        order = locked(order.pk)
        if order.placed_at and not order.is_canceled:
            return owe_invoice(order, now)
        if invoice := issued_invoice(order):
            return invoice
        return owe(order, Kind.PRO_FORMA, f"pro_forma:{order.pk}:{order.version}", now, revision=order.offers.last())


def job_card(order: Order, now: datetime) -> Document:
    """As the order stands; a later version has a card of its own."""
    with transaction.atomic():
        order = locked(order.pk)
        return owe(order, Kind.JOB_CARD, f"job_card:{order.pk}:{order.version}", now)
