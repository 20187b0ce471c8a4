"""How much of the making of a price is shown: to customers what the shop wants, to staff all of it."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import PriceDetail, User
from orders.models import Order
from tests import factories

pytestmark = pytest.mark.django_db

# detail: what a customer reads of a line of the demo's SLS catalogue (20 mm high at 18 mm/h)
SHOWN = {"none": (False, False), "amounts": (True, False), "formulas": (True, True)}
LABEL, FORMULA = "Machine time", " mm/h × "


def web(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def told(page: Any) -> tuple[bool, bool]:
    assert page.status_code == 200
    text = page.content.decode()
    return LABEL in text, FORMULA in text


@pytest.mark.parametrize("detail", PriceDetail.values)
def test_customers_see_as_much_as_the_shop_shows(detail: str) -> None:
    factories.make_shop(price_detail=detail)
    buyer = factories.make_customer()
    draft, order = factories.make_draft(buyer), factories.make_order(buyer)
    pages = [("quote", draft), ("review", draft), ("order", order)]
    assert {told(web(buyer).get(reverse(name, args=[of.public_id]))) for name, of in pages} == {SHOWN[detail]}


def test_staff_always_see_all() -> None:
    factories.make_shop(price_detail="none")
    order = factories.make_order()
    draft = factories.make_draft(factories.make_customer())
    Order.objects.filter(pk=draft.pk).update(from_quotation_tool=True)
    seller = web(factories.make_staff("sales"))
    pages = [
        reverse("bo_order", args=[order.number]),
        reverse("order", args=[order.public_id]),
        reverse("quote", args=[draft.public_id]),
    ]
    assert {told(seller.get(page)) for page in pages} == {(True, True)}
