"""All that stands on a paper, as plain values: frozen when it is issued, so that it is the same for ever."""

from datetime import date
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import Shop
from orders import presenting_lines, tax_words
from orders.models import Document, LedgerEntry, Order, OrderLine
from orders.presenting_lines import LineView
from orders.workflow.facts import address_lines
from orders.workflow.snapshot import as_frozen

Kind = Document.Kind
WITHOUT_PRICES = {Kind.DELIVERY_NOTE, Kind.JOB_CARD}
INSIDE = {Kind.JOB_CARD}


def contents(document: Document, shop: Shop, today: date) -> dict[str, Any]:
    """The facts of a paper about to be issued. Offers and confirmations speak of their revision, others of the order."""
    order = document.order
    about = as_frozen(order, document.revision) if document.revision else order
    language = (order.customer.language if order.customer and document.kind not in INSIDE else "") or shop.language
    with translation.override(language):
        facts = {
            "kind": document.kind,
            "language": language,
            "date": today.isoformat(),
            "shop": _shop(shop),
            "order": order.number,
            "placed": _day(order.placed_at, shop),
            "reference": order.customer_reference,
            "customer": _customer(order),
            "currency": about.currency,
            "terms_version": document.revision.snapshot["terms_version"] if document.revision else shop.terms_version,
            **_delivery(about),
            "lines": [_line(line, view, document.kind) for line, view in _lines(about)],
        }
        if document.kind not in WITHOUT_PRICES:
            facts |= _sums(about)
        return facts | _of_kind(document, order, shop)


def _shop(shop: Shop) -> dict[str, str]:
    names = ("name", "legal_name", "address", "phone", "email", "vat_id", "bank_details", "logo", "country")
    return {name: getattr(shop, name) for name in names}


def _customer(order: Order) -> dict[str, Any]:
    company = order.company
    return {
        "name": order.contact.get("name", ""),
        "email": order.contact.get("email", ""),
        "billing": address_lines(order.billing_address),
        "billing_country": order.billing_address.get("country", ""),
        "vat_id": _vat_id(order) or (company.vat_id if company else ""),
    }


def _vat_id(order: Order) -> str:
    """The one under which no tax was charged, though the company may have another by now."""
    vat = order.price.vat if order.price else None
    return vat.vat_id if vat else ""


def _delivery(order: Order) -> dict[str, Any]:
    name, days, pickup = presenting_lines.delivery_words(order)
    address = [] if pickup else address_lines(order.shipping_address)
    return {"delivery": name, "delivery_days": days, "pickup": pickup, "shipping": address}


def _lines(order: Order) -> list[tuple[OrderLine, LineView]]:
    lines = order.offered_lines
    return list(zip(lines, presenting_lines.line_views(order), strict=True))


def _line(line: OrderLine, view: LineView, kind: str) -> dict[str, Any]:
    result = line.part.measurement.result if line.part else None
    thumbnail = getattr(line.part.measurement, "thumbnail", None) if line.part else None
    found: dict[str, Any] = {
        "position": line.position,
        "name": line.name,
        "options": [list(pair) for pair in view.options],
        "quantity": line.quantity,
        "size_mm": result["figures"]["size_mm"] if result else None,
        "thumbnail": thumbnail.name if thumbnail else "",
        "note": line.note,
        "alternative": line.alternative_group,
        "risks": [text for text, accepted in view.risks if accepted],
    }
    if kind in INSIDE:
        return found | {
            "staff_note": line.staff_note,
            "needs_adjusting": line.needs_adjusting,
            "file": line.part.file.sha256[:12] if line.part else "",
        }
    if kind in WITHOUT_PRICES:
        return found
    return found | {
        "net": None if view.net is None else str(view.net),
        "unit": view.unit,
        "counts": line.counts,
        "tax_class": line.tax_class,
    }


def _sums(order: Order) -> dict[str, Any]:
    price = order.price
    assert price is not None, "a paper with prices is made of priced orders"
    rows = [presenting_lines.row(component) for component in price.components]
    return {
        "prices_gross": price.prices_gross,
        "components": [{"text": row.text, "formula": row.formula, "amount": str(row.amount)} for row in rows],
        "taxes": [{"rate": str(tax.rate), "base": str(tax.base), "tax": str(tax.tax)} for tax in price.taxes],
        "net": str(order.net),
        "tax": str(order.tax),
        "total": str(order.total),
        "vat": price.vat.model_dump(mode="json") if price.vat else None,
        "tax_reason": tax_words.reason(price.vat),
        "tax_note": tax_words.note(price.vat),
    }


def _of_kind(document: Document, order: Order, shop: Shop) -> dict[str, Any]:
    """What only this kind of paper says."""
    kind = document.kind
    if kind == Kind.OFFER and document.revision:
        return {
            "revision": document.revision.revision,
            "valid_until": document.revision.snapshot["valid_until"],
            "offer_note": document.revision.snapshot.get("offer_note", ""),
        }
    if kind == Kind.CONFIRMATION and order.acceptance:
        promised = order.promised_date.isoformat() if order.promised_date else ""
        return {"accepted_by": order.acceptance.name, "accepted": _day(order.acceptance.at, shop), "promised": promised}
    if kind in (Kind.INVOICE, Kind.PRO_FORMA):
        return _payment(order)
    if kind == Kind.CREDIT_NOTE and document.corrects:
        return _credit(document, document.corrects)
    if kind == Kind.RECEIPT:
        return {"received": str(document.amount), **_payment(order)}
    if kind == Kind.JOB_CARD:
        promised = order.promised_date.isoformat() if order.promised_date else ""
        return {"promised": promised, "link": settings.SITE_URL + reverse("bo_order", args=[order.number])}
    return {"carrier": order.carrier, "tracking": order.tracking} if kind == Kind.DELIVERY_NOTE else {}


def _payment(order: Order) -> dict[str, Any]:
    """What was paid is set off, what is open and when it is due."""
    po = order.counting_po
    payments = order.ledger.filter(kind=LedgerEntry.Kind.PAYMENT)
    return {
        "po": po.number if po and po.state in ("provided", "accepted") else "",
        "payments": [{"date": timezone.localdate(one.at).isoformat(), "amount": str(one.amount)} for one in payments],
        "balance": str(order.balance),
        "due": order.payment_due.isoformat() if order.payment_due else "",
        "net_days": order.net_days,
    }


def _credit(document: Document, invoice: Document) -> dict[str, Any]:
    """All of an invoice, or a price reduction spread over its rates by value."""
    facts = invoice.facts or {}
    told = {"corrects": invoice.number, "corrects_date": facts.get("date", "")}
    told |= {name: facts[name] for name in ("customer", "vat", "tax_reason", "tax_note") if name in facts}
    if document.amount is None:
        names = ("lines", "components", "taxes", "net", "tax", "total", "prices_gross")
        return told | {name: facts[name] for name in names if name in facts}
    taxes, total = [], Decimal(facts["total"])
    left = document.amount
    for number, tax in enumerate(facts["taxes"], start=1):
        whole = Decimal(tax["base"]) + Decimal(tax["tax"])
        share = left if number == len(facts["taxes"]) else (document.amount * whole / total).quantize(Decimal("0.01"))
        left -= share
        part = (share * Decimal(tax["rate"]) / (100 + Decimal(tax["rate"]))).quantize(Decimal("0.01"))
        taxes.append({"rate": tax["rate"], "base": str(share - part), "tax": str(part)})
    tax_sum = sum((Decimal(one["tax"]) for one in taxes), Decimal(0))
    net = document.amount - tax_sum
    return told | {
        "lines": [],
        "components": [],
        "taxes": taxes,
        "net": str(net),
        "tax": str(tax_sum),
        "total": str(document.amount),
        "reduction": True,
    }


def _day(moment: Any, shop: Shop) -> str:
    return timezone.localtime(moment, ZoneInfo(shop.timezone)).date().isoformat() if moment else ""
