"""Editing an order under review: what each form does, what is refused, and two people at once."""

from decimal import Decimal as D
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.models import User
from orders.models import Order, OrderLine
from orders.workflow.actors import customer
from tests import factories
from tests.backoffice.helpers import change, signed_in, status_of
from tests.orders.pages import errors, ids, send

pytestmark = pytest.mark.django_db


@pytest.fixture
def buyer() -> User:
    factories.make_shop()
    return factories.make_customer("buyer@example.org")


@pytest.fixture
def order(buyer: User) -> Order:
    """Two lines waiting for review."""
    draft = factories.make_draft(buyer, lines=2)
    return factories.do(draft, "submit_for_review", customer(buyer)).order


def url(order: Order, name: str = "bo_edit", *args: Any) -> str:
    return reverse(name, args=[order.number, *args])


def open_line(client: Client, order: Order, line: OrderLine) -> HttpResponse:
    return client.get(url(order), {"line": line.pk})


def save_line(client: Client, order: Order, line: OrderLine, **values: Any) -> HttpResponse:
    page = open_line(client, order, line)
    address = url(order, "bo_edit_line", line.pk)
    fields = {"process": line.choice.process, "quantity": line.quantity}
    data = {**fields, **page.context["open"]["form"].initial, **line.selection, **values}  # type: ignore[attr-defined]
    return client.post(address, {name: value for name, value in data.items() if value not in (None, False)})


def fresh(order: Order) -> Order:
    return Order.objects.get(pk=order.pk)


def test_a_price_by_hand_stands_beside_the_computed_one(order: Order) -> None:
    line, client = order.lines.all()[0], signed_in("sales")
    computed = line.net
    response = save_line(client, order, line, override="80,00", override_reason="as agreed by phone")
    assert response.status_code == 303
    line.refresh_from_db()
    assert (line.net, line.override, line.line_price.computed.net) == (D(80), D(80), computed)  # type: ignore[union-attr]
    assert fresh(order).net > 80
    entry = fresh(order).history.last()
    assert entry is not None and entry.details["changed"]["override"] == [None, "80.00"]
    page = client.get(reverse("bo_order", args=[order.number])).content.decode()
    assert "as agreed by phone" in page


def test_a_price_by_hand_needs_a_reason(order: Order) -> None:
    response = save_line(signed_in("sales"), order, order.lines.all()[0], override="80")
    assert response.status_code == 422
    assert "id_override_reason" in errors(response)
    assert fresh(order).lines.filter(override=None).count() == 2


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("override", "-1"),
        ("override", "NaN"),
        ("override", "much"),
        ("lead_days", "-3"),
        ("quantity", "0"),
        ("quantity", "1e9"),
        ("name", ""),
    ],
)
def test_bad_values_are_refused_beside_their_field(order: Order, field: str, value: str) -> None:
    response = save_line(signed_in("sales"), order, order.lines.all()[0], **{field: value})
    assert response.status_code == 422
    assert field in response.context["open"]["form"].errors  # type: ignore[attr-defined]
    assert fresh(order).version == order.version


def test_fees_discount_and_delivery_by_hand(order: Order) -> None:
    client = signed_in("sales")
    client.post(url(order, "bo_edit_fee"), {"version": order.version, "name": "Inspection", "amount": "25"})
    fee = fresh(order).lines.get(part=None)
    assert (fee.name, fee.net, fee.position) == ("Inspection", D(25), 3)
    page = client.get(url(order))
    response = send(client, url(order, "bo_edit_terms"), page, "terms", discount_percent="10", shipping_price="4,50")
    assert response.status_code == 303
    price = fresh(order).price
    assert price is not None
    found = {item.code: item.amount for item in price.components}
    goods = sum(line.net for line in price.lines)
    assert found == {"discount": -(goods / 10).quantize(D("0.01")), "shipping": D("4.50")}
    save_line(client, order, fee, override="30")
    assert fresh(order).lines.get(part=None).net == D(30)


def test_a_discount_is_a_percentage_or_an_amount(order: Order) -> None:
    client = signed_in("sales")
    terms = {"discount_percent": "10", "discount_amount": "5"}
    response = send(client, url(order, "bo_edit_terms"), client.get(url(order)), "terms", **terms)
    assert response.status_code == 422
    assert "id_discount_amount" in errors(response)


def test_what_was_submitted_is_left_out_and_what_was_added_is_deleted(order: Order) -> None:
    client, line = signed_in("sales"), order.lines.all()[0]
    client.post(url(order, "bo_edit_fee"), {"version": order.version, "name": "Express", "amount": "9"})
    fee = fresh(order).lines.get(part=None)
    for one in (fee, line):
        client.post(url(order, "bo_edit_remove", one.pk), {"version": fresh(order).version})
    assert not fresh(order).lines.filter(pk=fee.pk).exists()
    assert fresh(order).lines.get(pk=line.pk).left_out
    assert [one.line for one in fresh(order).price.lines] == [order.lines.all()[1].pk]  # type: ignore[union-attr]


def test_the_second_of_two_sees_what_the_first_changed(order: Order) -> None:
    first, second, line = signed_in("sales"), signed_in("sales"), order.lines.all()[0]
    stale = order.version
    save_line(first, order, line, quantity=9)
    response = save_line(second, order, line, version=stale, quantity=4, staff_note="check the thread")
    assert response.status_code == 409
    assert "meanwhile" in ids(response)
    page = response.content.decode()
    assert "2 → 9" in page
    assert "check the thread" in page
    assert fresh(order).lines.get(pk=line.pk).quantity == 9
    again = response.context["open"]["form"]  # type: ignore[attr-defined]
    response = second.post(url(order, "bo_edit_line", line.pk), again.data)
    assert response.status_code == 303
    assert fresh(order).lines.get(pk=line.pk).quantity == 4


@pytest.mark.parametrize("role", ["production", "accounting"])
def test_only_sales_edits(order: Order, role: str) -> None:
    client = signed_in(role)
    assert client.get(url(order)).status_code == 403
    assert url(order) not in client.get(reverse("bo_order", args=[order.number])).content.decode()


def test_what_is_agreed_is_not_edited(buyer: User) -> None:
    placed, client = factories.make_order(buyer), signed_in("sales")
    response = client.get(url(placed))
    assert (response.status_code, response["Location"]) == (303, reverse("bo_order", args=[placed.number]))
    client.post(url(placed, "bo_edit_fee"), {"version": placed.version, "name": "late", "amount": "9"})
    assert not fresh(placed).lines.filter(part=None).exists()


def test_the_preview_shows_what_the_customer_will_see(order: Order, buyer: User) -> None:
    """The lines and sums of the preview are those of the customer's page once it is sent."""
    client = signed_in("sales")
    save_line(client, order, order.lines.all()[0], override="80", override_reason="secret reason", staff_note="secret")
    preview = client.get(reverse("bo_change", args=[order.number, "send_firm_offer"]))
    assert "preview" in ids(preview)
    assert change(client, order, "send_firm_offer", valid_until=factories.NOON.date().isoformat()).status_code == 303
    assert status_of(order) == "firm_offer_sent"
    page = Client()
    page.force_login(buyer)
    seen = page.get(reverse("order", args=[order.public_id]))
    assert seen.context["lines"] == preview.context["lines"]  # type: ignore[attr-defined]
    assert seen.context["sums"] == preview.context["sums"]  # type: ignore[attr-defined]
    assert "secret" not in seen.content.decode()
