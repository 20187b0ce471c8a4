"""Papers: which are owed when, what stands on them, that numbers have no gaps and nothing issued ever changes."""

import hashlib
import io
import re
from datetime import timedelta
from decimal import Decimal as D
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import transaction
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from accounts.models import Shop, User
from orders import tasks
from orders.documents import einvoice, issuing, rendering
from orders.models import Counter, Document, Order
from orders.payments import ledger
from orders.sweep import sweep
from orders.workflow.actors import customer, staff
from orders.workflow.door import edit
from orders.workflow.papers import owe_credit_note
from quoting import deeds
from tests import factories

pytestmark = pytest.mark.django_db

NOW = factories.NOON
Kind = Document.Kind
EVIL = '<img src="file:///etc/passwd"><script>x</script> http://127.0.0.1:1/ & ümlaut'


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def buyer() -> User:
    factories.make_shop()
    Shop.objects.update(vat_id="DE136695976", address="Werkstraße 7\n04229 Leipzig", legal_name="Nordlicht GmbH")
    return factories.make_customer("buyer@example.org", company=None)


@pytest.fixture
def order(buyer: User) -> Order:
    return factories.make_order(buyer, lines=3)


def kinds(order: Order) -> list[str]:
    return [document.kind for document in order.documents.order_by("pk")]


def text(document: Document) -> str:
    """What a person reads in the PDF, with single blanks."""
    pages = PdfReader(io.BytesIO(rendering.render(document))).pages
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))


def issued(order: Order, kind: str) -> Document:
    return issuing.issue(order.documents.filter(kind=kind).latest("pk").pk, NOW)


# --- when


@pytest.mark.parametrize(
    ("moves", "expected"),
    [
        ((), ["confirmation"]),
        (("request_payment",), ["confirmation", "invoice"]),
        (("start_manufacturing",), ["confirmation"]),
        (("start_manufacturing", "ship"), ["confirmation", "invoice", "delivery_note"]),
        (("start_manufacturing", "ship", "deliver"), ["confirmation", "invoice", "delivery_note"]),
        (("start_manufacturing", "deliver"), ["confirmation", "invoice"]),
        (("cancel_by_admin",), ["confirmation"]),
        (("request_payment", "cancel_by_admin"), ["confirmation"]),
    ],
)
def test_what_each_move_owes(order: Order, moves: tuple[str, ...], expected: list[str]) -> None:
    """An invoice that was only owed and not issued yet is not owed any more once the order is canceled."""
    assert kinds(factories.advance(order, *moves)) == expected


def test_the_first_payment_brings_receipt_and_invoice(order: Order) -> None:
    for key in ("a", "b"):
        ledger.confirm(order.pk, amount=D(5), key=key, method="transfer", now=NOW)
    assert kinds(order) == ["confirmation", "invoice", "receipt", "receipt"]
    invoice = issued(order, "invoice")
    assert [one["amount"] for one in invoice.facts["payments"]] == ["5.00", "5.00"]  # type: ignore[index]
    assert D(invoice.facts["balance"]) == order.total - 10  # type: ignore[index]


def test_a_canceled_invoice_is_credited_and_after_the_undoing_there_is_a_new_one(order: Order) -> None:
    factories.advance(order, "request_payment")
    first = issued(order, "invoice")
    canceled = factories.advance(order, "cancel_by_admin")
    note = issued(order, "credit_note")
    assert note.facts["corrects"] == first.number  # type: ignore[index]
    assert note.facts["total"] == first.facts["total"]  # type: ignore[index]
    factories.advance(canceled, "undo_cancel")
    second = issued(order, "invoice")
    assert second.sequence == (first.sequence or 0) + 1
    first.refresh_from_db()
    assert first.facts_sha256 == Document.objects.get(pk=first.pk).facts_sha256


def test_agreed_anew_at_another_total_the_invoice_is_corrected(order: Order, buyer: User) -> None:
    factories.advance(order, "request_payment")
    first = issued(order, "invoice")
    factories.advance(order, "take_back_to_review")
    order.lines.filter(position=1).update(quantity=9)
    seller = staff(factories.make_staff("sales"))
    with edit(order.pk, actor=seller):
        pass
    factories.do(order, "send_firm_offer", seller, valid_until=NOW.date())
    factories.do(order, "accept_offer", customer(buyer), revision="1", consent=True)
    credit, second = issued(order, "credit_note"), issued(order, "invoice")
    assert credit.corrects_id == first.pk
    assert second.pk != first.pk
    assert D(second.facts["total"]) == Order.objects.get(pk=order.pk).total != D(first.facts["total"])  # type: ignore[index]


def test_asking_for_the_invoice_issues_it_once(order: Order, buyer: User) -> None:
    client = Client()
    client.force_login(buyer)
    address = reverse("order_invoice", args=[order.public_id])
    first = client.post(address)
    assert client.post(address)["Location"] == first["Location"]
    assert kinds(order) == ["confirmation", "invoice"]
    assert client.get(first["Location"]).status_code == 202
    issuing.make(order.documents.get(kind="invoice").pk, NOW)
    pdf = client.get(first["Location"])
    assert (pdf.status_code, pdf["Content-Type"]) == (200, "application/pdf")
    assert b"".join(pdf.streaming_content).startswith(b"%PDF-")
    pdf.close()


def test_before_it_is_placed_there_is_a_pro_forma_without_a_number(buyer: User) -> None:
    draft = factories.make_draft(buyer)
    order = factories.do(draft, "submit_for_review", customer(buyer)).order
    seller = staff(factories.make_staff("sales"))
    factories.do(order, "send_firm_offer", seller, valid_until=NOW.date())
    document = issuing.issue(issuing.invoice_or_pro_forma(order, NOW).pk, NOW)
    assert (document.kind, document.number, document.sequence) == ("pro_forma", "", None)
    assert not Counter.objects.exists()
    assert kinds(order) == ["offer", "pro_forma"]


def test_a_price_that_is_not_known_or_not_shown_gives_no_pro_forma(buyer: User) -> None:
    draft = factories.make_draft(buyer)
    Shop.objects.update(review_mode="tbd")
    order = factories.do(draft, "submit_for_review", customer(buyer)).order
    client = Client()
    client.force_login(buyer)
    assert client.post(reverse("order_invoice", args=[order.public_id])).status_code == 303
    assert kinds(order) == []


# --- what stands on them


def everything(order: Order) -> dict[str, Document]:
    """One of each kind, issued."""
    ledger.confirm(order.pk, amount=D(5), key="a", method="transfer", now=NOW)
    factories.advance(order, "start_manufacturing", "ship")
    invoice = issued(order, "invoice")
    with transaction.atomic():
        owe_credit_note(order, invoice, D("3.00"), "goodwill", NOW)
    issuing.job_card(order, NOW)
    return {kind: issued(order, kind) for kind in dict.fromkeys(kinds(order))}


def test_every_paper_says_what_it_has_to(buyer: User) -> None:
    draft = factories.make_draft(buyer, lines=3)
    draft.lines.filter(position=2).update(note=EVIL, name="Gehäuse <b>größer</b>.stl", staff_note="nur intern")
    order = factories.place(draft)
    papers = everything(order)
    assert set(papers) == {"confirmation", "invoice", "receipt", "delivery_note", "credit_note", "job_card"}
    total = f"{order.total:,.2f}"
    for kind, paper in papers.items():
        said = text(paper)
        assert "Nordlicht GmbH" in said, kind
        assert (total in said) == (kind in ("confirmation", "invoice", "receipt")), kind
        assert ("nur intern" in said) == (kind == "job_card"), kind
        if kind not in ("receipt", "credit_note"):
            assert "Gehäuse <b>größer</b>.stl" in said, kind
            assert "file:///etc/passwd" in said, kind
        if paper.number:
            assert paper.number in said, kind
    assert "−5.00" in text(papers["invoice"]).replace("\u2212 ", "\u2212")


def test_a_price_reduction_is_a_credit_note_of_its_own(order: Order) -> None:
    papers = everything(order)
    facts = papers["credit_note"].facts or {}
    assert (facts["total"], D(facts["net"]) + D(facts["tax"])) == ("3.00", D(3))


def test_nothing_issued_changes_with_the_order(order: Order) -> None:
    factories.advance(order, "request_payment")
    invoice = issued(order, "invoice")
    order.lines.update(name="renamed")
    Order.objects.filter(pk=order.pk).update(billing_address={"name": "Somebody else"})
    again = issuing.issue(invoice.pk, NOW)
    assert (again.facts, again.number, again.facts_sha256) == (invoice.facts, invoice.number, invoice.facts_sha256)


def test_nothing_is_fetched(order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only our own bundle and data are read, whatever a picture's address says."""
    _sheet, _fonts, fetcher = rendering._styles()
    for url in ("http://127.0.0.1:1/x.png", "file:///etc/passwd", "ftp://127.0.0.1/x", "file:///dev/zero"):
        with pytest.raises(rendering.FetchRefusedError):
            fetcher.fetch(url)
    with pytest.raises(rendering.FetchRefusedError):
        fetcher.fetch((rendering.BUNDLE / ".." / ".." / "manage.py").as_uri())


def test_two_hundred_lines_go_over_many_pages(buyer: User) -> None:
    order = factories.make_order(buyer, lines=60)
    document = issued(order, "confirmation")
    document.facts["lines"] = (document.facts["lines"] * 4)[:200]  # type: ignore[index]
    pages = PdfReader(io.BytesIO(rendering.render(document))).pages
    assert len(pages) > 8
    assert f"{len(pages)} / {len(pages)}" in pages[-1].extract_text()


# --- the machine-readable twin


def test_an_invoice_carries_its_twin_in_the_standards_form(order: Order) -> None:
    factories.advance(order, "request_payment")
    invoice = issued(order, "invoice")
    assert einvoice.has_one(invoice.facts or {})
    pdf = rendering.render(invoice)
    reader = PdfReader(io.BytesIO(pdf))
    assert list(reader.attachments) == ["factur-x.xml"]
    xml = reader.attachments["factur-x.xml"][0].decode()
    for value in (invoice.number, str(order.total), str(order.net), "DE136695976"):
        assert f">{value}<" in xml


@pytest.mark.parametrize(("field", "value"), [("vat_id", ""), ("prices_gross", True)])
def test_where_the_form_does_not_fit_the_page_stands_alone(order: Order, field: str, value: Any) -> None:
    factories.advance(order, "request_payment")
    facts = issued(order, "invoice").facts or {}
    if field == "vat_id":
        facts["shop"]["vat_id"] = value
    else:
        facts[field] = value
    assert not einvoice.has_one(facts)


# --- made by the worker


def test_a_paper_is_made_once_and_kept_with_its_hash(order: Order) -> None:
    document = order.documents.get()
    issuing.make(document.pk, NOW)
    document.refresh_from_db()
    assert document.state == "done"
    with default_storage.open(document.name) as file:
        content = file.read()
    assert hashlib.sha256(content).hexdigest() == document.pdf_sha256
    issuing.make(document.pk, NOW)
    assert Document.objects.get(pk=document.pk).attempts == 1


def test_the_sweep_makes_what_was_missed(order: Order) -> None:
    sweep(NOW + timedelta(minutes=1), announce=False)
    assert order.documents.get().state == "done"


def test_what_cannot_be_made_is_shown_and_tried_again(order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    document = order.documents.get()
    Document.objects.update(attempts=9)
    issuing.make(document.pk, NOW)
    client = Client()
    client.force_login(factories.make_staff("sales"))
    page = reverse("bo_document", args=[order.number, document.pk])
    assert client.get(page).status_code == 503
    client.post(reverse("bo_document_retry", args=[order.number, document.pk]))
    issuing.make(document.pk, NOW)
    made = client.get(page)
    assert made.status_code == 200
    made.close()


def test_the_task_is_known_by_the_name_under_which_it_is_sent() -> None:
    assert deeds.TASKS[Document] == tasks.make_document.name
