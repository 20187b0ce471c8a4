"""VAT at checkout, through HTTP: it follows where the order goes and the VAT ID that is given. Rates: tests/data/vat.csv."""

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Activity, Company, User
from orders.models import Order
from tests import factories
from tests.orders.pages import errors, hook
from tests.orders.test_checkout import BILLING, checkout_url, fill, finish, review_url

pytestmark = pytest.mark.django_db

VIENNA = {
    **BILLING,
    "billing_street": "Gürtel 1",
    "billing_postcode": "1150",
    "billing_city": "Wien",
    "billing_country": "AT",
    "shipping_method": "parcel_eu",
}
AUSTRIAN = "ATU13585627"  # of the right form


@pytest.fixture
def buyer() -> User:
    factories.make_shop(vat_id="DE136695976")
    return factories.make_customer("buyer@example.org")


@pytest.fixture
def web(client: Client, buyer: User) -> Client:
    client.force_login(buyer)
    return client


def checked_out(web: Client, buyer: User, **values: str) -> Order:
    draft = factories.make_draft(buyer, complete=False)
    answer = fill(web, draft, **VIENNA, **values)
    assert answer.status_code == 303, errors(answer)
    return Order.objects.get(pk=draft.pk)


def test_a_business_abroad_owes_its_vat_itself(web: Client, buyer: User) -> None:
    order = checked_out(web, buyer, vat_id="ATU 1358 5627")
    assert (order.tax, order.total) == (0, order.net)
    assert Company.objects.get(pk=buyer.company_id).vat_id == AUSTRIAN
    assert "everse charge" in web.get(review_url(order)).content.decode()
    assert finish(web, order, accept_terms="on").status_code == 303
    placed = Order.objects.get(pk=order.pk)
    assert (placed.status, placed.tax) == ("placed", 0)


def test_without_a_vat_id_it_pays_ours(web: Client, buyer: User) -> None:
    order = checked_out(web, buyer)
    assert order.tax == (order.net * Decimal("0.19")).quantize(Decimal("0.01"))


def test_a_private_person_is_not_asked_and_pays_the_vat_that_the_shop_chose(web: Client, buyer: User) -> None:
    Company.objects.update(is_business=False)
    factories.make_shop(consumer_vat="destination")
    assert 'name="vat_id"' not in web.get(checkout_url(factories.make_draft(buyer))).content.decode()
    order = checked_out(web, buyer)
    assert order.tax == (order.net * Decimal("0.20")).quantize(Decimal("0.01"))


def test_a_wrong_vat_id_is_told_beside_its_field_and_nothing_is_kept(web: Client, buyer: User) -> None:
    answer = fill(web, factories.make_draft(buyer, complete=False), **VIENNA, vat_id="ATU13585626")
    assert (answer.status_code, errors(answer)) == (422, {"id_vat_id"})
    assert Company.objects.get(pk=buyer.company_id).vat_id == ""
    assert "ATU13585626" in answer.content.decode()


def test_a_new_vat_id_is_a_new_version_of_the_company_and_in_the_log(web: Client, buyer: User) -> None:
    checked_out(web, buyer, vat_id=AUSTRIAN)
    assert Company.objects.get(pk=buyer.company_id).version == 1
    entry = Activity.objects.get(code="company_edited")
    assert (entry.actor, entry.details) == (buyer, {"fields": ["vat_id"]})
    checked_out(web, buyer, vat_id=AUSTRIAN)
    assert Activity.objects.count() == 1


def test_the_sum_beside_the_form_follows_while_it_is_filled_in(web: Client, buyer: User) -> None:
    draft = factories.make_draft(buyer, complete=False)
    url = reverse("checkout_delivery", args=[draft.public_id])
    given = {**VIENNA, "version": str(draft.version)}
    with_tax, without = (
        web.post(url, {**given, "vat_id": vat_id}, headers={"HX-Request": "true"}) for vat_id in ("", AUSTRIAN)
    )
    assert hook(with_tax, "total") != hook(without, "total")
    assert Order.objects.get(pk=draft.pk).version == draft.version
