"""Invoices across borders: what stands on the page, and in its twin for machines."""

import io
from decimal import Decimal as D
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from accounts.models import Shop
from orders import pricing
from orders.documents import issuing, rendering
from orders.models import Document, Order
from quoting.pricing.catalogue import ShippingBand, ShippingMethod
from tests import factories

pytestmark = pytest.mark.django_db

OURS = "DE136695976"
# Where it goes, the buyer's VAT ID → what the page says, the category of the e-invoice (UNTDID 5305).
ABROAD = {
    "to a business in the EU": ("AT", "1150", "ATU13585627", ("everse charge", OURS, "ATU13585627"), "K"),
    "out of the EU": ("CH", "8001", "", ("xport",), "G"),
}

WORLD = ShippingMethod(key="world", name="Parcel", bands=(ShippingBand(up_to_kg=D(100), price=D(20)),))


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.mark.parametrize("case", ABROAD)
def test_an_invoice_without_tax_says_why(case: str) -> None:
    country, postcode, vat_id, words, category = ABROAD[case]
    factories.make_shop(vat_id=OURS, address="Werkstraße 7\n04229 Leipzig", legal_name="Nordlicht GmbH")
    buyer = factories.make_customer(company=factories.make_company(vat_id=vat_id))
    factories.make_price_list(shipping=(WORLD,))
    draft = factories.make_draft(buyer)
    draft.billing_address = draft.shipping_address = {**factories.ADDRESS, "country": country, "postcode": postcode}
    draft.shipping_method = "world"
    pricing.reprice(draft)
    draft.save()
    order = factories.place(draft)
    invoice = issuing.issue(issuing.invoice_or_pro_forma(order, factories.NOON).pk, factories.NOON)
    text, xml = read(invoice)
    assert Order.objects.get(pk=order.pk).tax == 0
    assert all(word in text for word in words), text
    assert f"<ram:CategoryCode>{category}</ram:CategoryCode>" in xml
    Shop.objects.update(vat_id="", country="FR")
    assert read(Document.objects.get(pk=invoice.pk)) == (text, xml), "what is issued stays"


def read(invoice: Document) -> tuple[str, str]:
    """What a person reads, with single blanks, and what a machine does."""
    pdf = PdfReader(io.BytesIO(rendering.render(invoice)))
    text = " ".join(" ".join(page.extract_text() for page in pdf.pages).split())
    return text, pdf.attachments["factur-x.xml"][0].decode()
