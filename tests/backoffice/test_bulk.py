"""One change of status for many orders: what is done, what is left out, and that a second press changes nothing."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client

from orders.models import HistoryEntry, Order
from tests.backoffice.helpers import mails, signed_in, status_of
from tests.factories import advance, make_order

pytestmark = pytest.mark.django_db
URL = "/backoffice/orders/change/"


def ticked(*orders: Order) -> list[str]:
    versions = dict(Order.objects.values_list("pk", "version"))
    return [f"{order.number}:{versions[order.pk]}" for order in orders]


def press(client: Client, transition: str, chosen: list[str], **fields: Any) -> HttpResponse:
    data = {"key": str(uuid4()), "mail_customer": "on", "transition": transition, "order": chosen, **fields}
    return client.post(URL, data)


def result(client: Client, response: HttpResponse) -> tuple[list[int], dict[int, str]]:
    assert response.status_code == 303
    context: Any = client.get(response["Location"]).context
    return [order.number for order in context["done"]], {order.number: why for order, why in context["refused"]}


def test_each_order_is_its_own_deed_and_refusals_stop_no_other() -> None:
    placed, other = make_order(), make_order()
    made, done = advance(make_order(), "start_manufacturing"), advance(make_order(), "start_manufacturing", "deliver")
    canceled = advance(make_order(), "cancel_by_admin")
    client = signed_in("production")
    chosen = ticked(placed, made, done, canceled, other)
    changed, refused = result(client, press(client, "start_manufacturing", chosen))
    assert sorted(changed) == sorted([placed.number, other.number])
    assert set(refused) == {made.number, done.number, canceled.number}
    assert all(refused.values())
    assert [status_of(order) for order in (placed, made, done, canceled)] == [
        "manufacturing", "manufacturing", "delivered", "canceled_by_admin",
    ]  # fmt: skip
    assert mails(placed, "manufacturing") == ["customer", "shop"]


def test_pressed_twice_it_acts_once() -> None:
    order, client, key = make_order(), signed_in("production"), str(uuid4())
    chosen = ticked(order)
    first = press(client, "start_manufacturing", chosen, key=key)
    entries = HistoryEntry.objects.count()
    second = press(client, "start_manufacturing", chosen, key=key)
    assert HistoryEntry.objects.count() == entries
    assert result(client, first) == result(client, second) == ([order.number], {})


def test_an_order_that_changed_meanwhile_is_left_out() -> None:
    order, client = make_order(), signed_in("manager")
    chosen = ticked(order)
    advance(order, "start_manufacturing")
    assert list(result(client, press(client, "start_post_production", chosen))[1]) == [order.number]
    assert status_of(order) == "manufacturing"


@pytest.mark.parametrize(
    ("role", "transition", "fields", "expected"),
    [
        ("sales", "put_on_hold", {"reason": "no resin", "note": "We wait."}, 303),
        ("sales", "put_on_hold", {"reason": "no resin"}, 422),
        ("sales", "start_manufacturing", {}, 404),
        ("production", "cancel_by_admin", {"reason": "x", "note": "y"}, 404),
        ("manager", "send_firm_offer", {}, 404),
        ("manager", "__init__", {}, 404),
        ("manager", "start_manufacturing", {"key": "x"}, 422),
    ],
)
def test_who_may_what(role: str, transition: str, fields: dict[str, str], expected: int) -> None:
    order = make_order()
    assert press(signed_in(role), transition, ticked(order), **fields).status_code == expected
    assert status_of(order) == ("on_hold" if expected == 303 else "placed")


def test_the_list_leads_to_the_form_and_the_form_says_what_it_is_about() -> None:
    order, client = make_order(), signed_in("production")
    page = client.get("/backoffice/orders/").content.decode()
    value = re.findall(r'name="order" form="bulk" value="([^"]+)"', page)
    assert value == ticked(order)
    form = client.get(URL, {"transition": "start_manufacturing", "order": value}).content.decode()
    assert f'value="{value[0]}"' in form and f"#{order.number}" in form
    assert client.get(URL, {"transition": "start_manufacturing"}).status_code == 303
    assert client.get(URL, {"order": ["x", "1:", ":1", "1:1:1"], "transition": "ship"}).status_code == 303


def test_a_result_is_only_for_who_pressed() -> None:
    order, client = make_order(), signed_in("production")
    location = press(client, "start_manufacturing", ticked(order))["Location"]
    assert client.get(location).status_code == 200
    assert signed_in("production").get(location).status_code == 404
