"""The work board: columns, its buttons, and figures."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from orders.models import HistoryEntry, Order
from tests.backoffice.helpers import mails, signed_in, status_of
from tests.factories import advance, make_order

pytestmark = pytest.mark.django_db
URL = "/backoffice/board/"


def columns(client: Client) -> dict[str, list[int]]:
    page: Any = client.get(URL)
    return {str(one.status): [row.order.number for row in one.rows] for one in page.context["columns"]}


def press(client: Client, order: Order, transition: str, **fields: Any) -> HttpResponse:
    version = Order.objects.values_list("version", flat=True).get(pk=order.pk)
    return client.post(f"{URL}{order.number}/{transition}/", {"key": str(uuid4()), "version": version, **fields})


def test_each_production_status_is_a_column_and_the_soonest_comes_first() -> None:
    later, sooner = (advance(make_order(), "start_manufacturing") for _ in range(2))
    Order.objects.filter(pk=sooner.pk).update(promised_date=timezone.now().date() - timedelta(days=1))
    free = advance(make_order(), "release_for_manufacturing")
    advance(make_order(), "start_manufacturing", "put_on_hold")
    make_order()
    found = columns(signed_in("sales"))
    assert found == {
        "free_for_manufacturing": [free.number],
        "manufacturing": [sooner.number, later.number],
        "post_production": [],
        "re_printing": [],
        "ready_for_shipping": [],
        "ready_for_pickup": [],
    }


@pytest.mark.parametrize(
    ("start", "transition", "expected"),
    [
        (["release_for_manufacturing"], "start_manufacturing", "manufacturing"),
        (["start_manufacturing"], "start_post_production", "post_production"),
        (["start_manufacturing"], "make_ready_for_shipping", "ready_for_shipping"),
        (["start_manufacturing", "reprint"], "start_post_production", "post_production"),
        (["start_manufacturing", "make_ready_for_pickup"], "deliver", "delivered"),
        # refused, with a sentence on the board
        (["start_manufacturing", "start_post_production"], "start_manufacturing", "post_production"),
        (["start_manufacturing", "make_ready_for_shipping"], "make_ready_for_pickup", "ready_for_shipping"),
        ([], "start_post_production", "placed"),
    ],
)
def test_buttons(start: list[str], transition: str, expected: str) -> None:
    order, client = make_order(), signed_in("production")
    for name in start:
        if name == "make_ready_for_pickup":
            Order.objects.filter(pk=order.pk).update(shipping_method="pickup")
        order = advance(order, name)
    response = press(client, order, transition)
    assert response.status_code == 303
    assert status_of(order) == expected
    if expected != order.status:
        assert mails(order, expected) == ["customer", "shop"]
    else:
        assert f"#{order.number}: " in client.get(URL).content.decode()


def test_pressed_twice_stale_and_by_whom() -> None:
    order, client, key = advance(make_order(), "release_for_manufacturing"), signed_in("production"), str(uuid4())
    for _ in range(2):
        press(client, order, "start_manufacturing", key=key, version=order.version)
    assert HistoryEntry.objects.filter(order=order, name="start_manufacturing").count() == 1
    press(client, order, "start_post_production", version=order.version)
    press(client, order, "start_post_production", version="x")
    assert status_of(order) == "manufacturing"
    assert press(signed_in("sales"), order, "start_post_production").status_code == 403
    assert press(client, order, "cancel_by_admin").status_code == 404


def test_without_the_role_there_are_no_buttons() -> None:
    advance(make_order(), "start_manufacturing")
    assert "start_post_production" not in signed_in("sales").get(URL).content.decode()
    assert "start_post_production" in signed_in("production").get(URL).content.decode()


def test_figures() -> None:
    client, today = signed_in("manager"), timezone.now().date()
    late, owing = advance(make_order(), "start_manufacturing"), make_order()
    advance(make_order(), "start_manufacturing", "deliver")
    Order.objects.filter(pk=late.pk).update(promised_date=today - timedelta(days=1))
    Order.objects.filter(pk=owing.pk).update(payment_due=today - timedelta(days=1))
    context: Any = client.get("/backoffice/figures/").context
    assert (context["late"], context["overdue"]["many"], context["due_soon"]["many"]) == (1, 1, 0)
    assert context["overdue"]["value"] == owing.total
    production = next(one for one in context["waiting"] if str(one.label) == "For production")
    assert (production.many, production.value) == (2, late.total + owing.total)


def test_as_many_queries_for_30_cards_as_for_one() -> None:
    client = signed_in("production")

    def cost(url: str) -> int:
        client.get(url)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url).status_code == 200
        return len(captured)

    order = advance(make_order(), "start_manufacturing")
    one = [cost(URL), cost("/backoffice/figures/")]
    for number in range(29):
        copy = Order.objects.get(pk=order.pk)
        copy.pk, copy.public_id, copy.number = None, f"copy-{number}", 5000 + number
        copy.save(force_insert=True)
    assert len(columns(client)["manufacturing"]) == 30
    assert [cost(URL), cost("/backoffice/figures/")] == one
