"""Which papers a deed owes: rows written in its transaction; numbers and PDFs follow (orders.documents)."""

from datetime import datetime
from decimal import Decimal

from orders.models import Acceptance, Document, LedgerEntry, OfferRevision, Order
from quoting import deeds

Kind = Document.Kind
deeds.TASKS[Document] = "orders.tasks.make_document"
# The invoice is owed once one of these is done, whichever comes first.
INVOICED_BY = {"request_payment", "mark_payment_due", "ship", "make_ready_for_pickup", "deliver"}
DELIVERED_BY = {"ship", "make_ready_for_pickup"}
AGREED_BY = {"place", "accept_offer", "record_acceptance"}


def owe(order: Order, kind: Document.Kind, key: str, now: datetime, **fields: object) -> Document:
    """The paper of this key, to be made if it is not there yet."""
    document, is_new = Document.objects.get_or_create(
        key=key, defaults={"order": order, "kind": kind, "next_try": now, **fields}
    )
    if is_new:
        deeds.wake(Document, [document.pk])
    return document


def owe_for(order: Order, name: str, now: datetime) -> None:
    """What a transition that was just done owes."""
    if name == "send_firm_offer":
        offer = order.offers.get(state=OfferRevision.State.SENT)
        owe(order, Kind.OFFER, f"offer:{offer.pk}", now, revision=offer)
    if name in AGREED_BY and order.acceptance:
        owe_confirmation(order, order.acceptance, now)
        _correct_invoice(order, now)
    if name in INVOICED_BY and order.placed_at:
        owe_invoice(order, now)
    if name in DELIVERED_BY:
        owe(order, Kind.DELIVERY_NOTE, f"delivery_note:{order.pk}:{order.history.count()}", now)
    if order.is_canceled and (invoice := issued_invoice(order)):
        owe_credit_note(order, invoice, None, f"canceled:{invoice.pk}", now)
    if name == "undo_cancel" and order.placed_at and order.documents.filter(kind=Kind.INVOICE).exists():
        owe_invoice(order, now)


def owe_confirmation(order: Order, acceptance: Acceptance, now: datetime) -> Document:
    return owe(order, Kind.CONFIRMATION, f"confirmation:{acceptance.pk}", now, revision=acceptance.offer)


def owe_invoice(order: Order, now: datetime) -> Document:
    """The invoice that stands; a new one where there is none yet, or where all of the last one was credited."""
    if invoice := standing_invoice(order):
        return invoice
    before = order.documents.filter(kind=Kind.INVOICE).count()
    return owe(order, Kind.INVOICE, f"invoice:{order.pk}:{before + 1}", now)


def issued_invoice(order: Order) -> Document | None:
    """The one that stands and bears a number. One that was only owed so far is not owed any more."""
    order.documents.filter(kind=Kind.INVOICE, issued_at=None).delete()
    return standing_invoice(order)


def _correct_invoice(order: Order, now: datetime) -> None:
    """Agreed anew at another total: what was invoiced before is credited, and the new total invoiced."""
    invoice = issued_invoice(order)
    if invoice and invoice.facts and Decimal(invoice.facts["total"]) != order.total:
        owe_credit_note(order, invoice, None, f"replaced:{invoice.pk}", now)
        owe_invoice(order, now)


def standing_invoice(order: Order) -> Document | None:
    last = order.documents.filter(kind=Kind.INVOICE).last()
    return None if last is None or last.corrections.filter(amount=None).exists() else last


def owe_credit_note(order: Order, invoice: Document, amount: Decimal | None, cause: str, now: datetime) -> Document:
    """For a price reduction, or (no amount) for all of the invoice."""
    return owe(order, Kind.CREDIT_NOTE, f"credit_note:{cause}", now, corrects=invoice, amount=amount)


def owe_receipt(order: Order, payment: LedgerEntry, now: datetime) -> Document:
    """A payment on an agreed order also makes the invoice due: it is the first, or there is one already."""
    if order.placed_at:
        owe_invoice(order, now)
    return owe(order, Kind.RECEIPT, f"receipt:{payment.pk}", now, amount=payment.amount)
