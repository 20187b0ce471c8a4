"""What would make a line cheaper, and its price over the quantity: looked at on demand, taken over by one press."""

from decimal import Decimal as D
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from orders.models import Order, OrderLine
from quoting.models import PrintEstimate
from tests import factories
from tests.orders.pages import elements, hooks
from tests.orders.test_quote_more import post
from tests.orders.test_quote_page import HTMX, page_of, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(client: Client) -> Order:
    """Two blocks of SLS in the dearer material, smoothed, in a hurry."""
    factories.make_shop()
    buyer = factories.make_customer()
    client.force_login(buyer)
    selection = {"process": "sls", "material": "pa12_gf", "finish": "vapour_smoothed", "lead_time": "fast"}
    return factories.make_draft(buyer, selection=selection)


def line_of(order: Order) -> OrderLine:
    return order.lines.get()


def fields_named(page: Any, name: str) -> str:
    return next(attrs["value"] for _tag, attrs in elements(page) if attrs.get("name") == name)


def look(client: Client, order: Order, name: str = "line_cheaper", **more: Any) -> Any:
    return client.get(reverse(name, args=[order.public_id, line_of(order).pk]), **more)


def test_a_suggestion_saves_what_it_says_and_is_undone(client: Client, order: Order) -> None:
    assert PrintEstimate.objects.count() == 0  # no process that needs one is suggested on a guess
    for number in range(3):
        page = look(client, order)
        tip = page.context["shown"].tips[number]
        before = Order.objects.get(pk=order.pk)
        line = line_of(order)
        answer = post(client, "line_cheaper", order, line.pk, kind=tip.kind, key=tip.key)
        assert answer.status_code == 303
        after = Order.objects.get(pk=order.pk)
        assert after.net - before.net == tip.net  # to the cent, minimum order values included
        assert tip.kind == "quantity" or tip.net < 0
        assert post(client, "quote_undo", order).status_code == 302
        assert (line_of(order).selection, line_of(order).quantity) == (line.selection, line.quantity)
        assert Order.objects.get(pk=order.pk).net == before.net
    assert len(page.context["shown"].tips) == len({tip.kind for tip in page.context["shown"].tips}) == 3


def test_what_saves_nothing_is_not_there(client: Client, order: Order) -> None:
    while tips := look(client, order).context["shown"].tips:
        before = Order.objects.get(pk=order.pk).net / line_of(order).quantity
        assert len(tips) <= 3
        post(client, "line_cheaper", order, line_of(order).pk, kind=tips[0].kind, key=tips[0].key)
        assert Order.objects.get(pk=order.pk).net / line_of(order).quantity < before
    assert hooks(look(client, order), "no-tips") == [""]


def test_in_the_page_what_is_shown_follows_and_can_be_taken_back(client: Client, order: Order) -> None:
    fragment = look(client, order, headers=HTMX)
    assert b"<html" not in fragment.content and hooks(fragment, "undo-line") == []
    kind, key = hooks(fragment, "tip")[0], hooks(fragment, "key")[0]
    url = reverse("line_cheaper", args=[order.public_id, line_of(order).pk])
    seen = fields_named(client.get(page_of(order)), "shown")
    data = {"version": order.version, "kind": kind, "key": key, "shown": seen}
    answer = client.post(url, data, headers=HTMX)
    assert answer.status_code == 200 and answer["HX-Trigger-After-Swap"] == "quote-changed"
    quantity = next(attrs for tag, attrs in elements(answer) if attrs.get("name") == "quantity")
    assert (quantity["value"], quantity["hx-swap-oob"]) == (str(line_of(order).quantity), "true")
    assert hooks(answer, "undo") == [""]  # the notice at the top of the page
    assert hooks(look(client, order, headers=HTMX), "undo-line") == [""]
    assert client.post(url, data, headers=HTMX).status_code == 409  # of a page that is not current any more
    client.get(page_of(order))


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"kind": "price", "key": "0"}, 404),
        ({"kind": "material", "key": ""}, 404),
        ({"kind": "material", "key": "gold"}, 409),
        ({"kind": "lead_time", "key": "express"}, 409),  # dearer, so not among them
        ({"kind": "quantity", "key": "100000"}, 409),
    ],
)
def test_only_what_is_offered_can_be_taken_over(
    client: Client, order: Order, wrong: dict[str, str], status: int
) -> None:
    line = line_of(order)
    assert post(client, "line_cheaper", order, line.pk, **wrong).status_code == status
    assert (line_of(order).selection, line_of(order).net) == (line.selection, line.net)


def test_the_curve_and_its_table_say_the_same(client: Client, order: Order) -> None:
    shown = look(client, order, "line_curve").context["shown"]
    line = line_of(order)
    assert shown.lines[0].chosen and len({one.letter for one in shown.lines}) == len(shown.lines) > 1
    unit = shown.lines[0].cells[shown.quantities.index(line.quantity)]
    assert D(unit.split()[0]) == (line.net / line.quantity).quantize(D("0.0001"))
    assert all(len(one.cells) == len(shown.quantities) for one in shown.lines)
    assert len(shown.crossings) == len(shown.summary) - 1
    fragment = look(client, order, "line_curve", headers=HTMX)
    assert "<svg" in fragment.content.decode() and shown.summary[0] in text(fragment)


def test_queries_do_not_grow_with_the_order(client: Client, order: Order) -> None:
    line = line_of(order).pk
    counts: dict[str, list[int]] = {"line_cheaper": [], "line_curve": []}
    for more in (range(0), range(2, 31)):
        for position in more:
            factories.add_line(order, position, factories.SELECTION, order.customer)
        client.get(page_of(order))
        for name, found in counts.items():
            with CaptureQueriesContext(connection) as queries:
                assert client.get(reverse(name, args=[order.public_id, line])).status_code == 200
            found.append(len(queries))
    assert all(one == many for one, many in counts.values()), counts


@pytest.mark.parametrize("name", ["line_cheaper", "line_curve"])
def test_hidden_prices_stay_hidden(client: Client, order: Order, name: str) -> None:
    Order.objects.filter(pk=order.pk).update(price_hidden=True)
    assert look(client, order, name).status_code == 404


def test_without_a_price_there_is_nothing_to_compare(client: Client, order: Order) -> None:
    line = line_of(order)
    line.part.measurement.__class__.objects.update(state="waiting", result=None)  # type: ignore[union-attr]
    assert hooks(look(client, order), "no-tips") == [""]
    assert look(client, order, "line_curve").status_code == 404
