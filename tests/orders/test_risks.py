"""Risks on the quote page: found with the price, accepted line by line, kept with the offer."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from orders.models import LineWarning, Order, OrderLine
from orders.workflow.actors import customer, staff
from orders.workflow.deed import Refused
from orders.workflow.door import edit
from quoting.models import Measurement
from tests import factories
from tests.orders.pages import hooks
from tests.orders.test_quote_more import post
from tests.orders.test_quote_page import page_of, text
from tests.quoting.pricing.builders import solid

pytestmark = pytest.mark.django_db

THIN = {"thinnest_mm": 0.7, "median_mm": 3.0, "p05_mm": 1.2}  # SLS: PA 12 needs 0.8 mm, PA 11 too, PA 12 GF 1.0 mm
HOPELESS = {"thinnest_mm": 0.2, "median_mm": 0.3, "p05_mm": 0.2}


def give_walls(line: OrderLine, walls: dict[str, float]) -> None:
    measurement = Measurement.objects.get(parts=line.part)
    shape = solid().model_dump(mode="json") | {"walls": walls}
    Measurement.objects.filter(pk=measurement.pk).update(result=measurement.result | {"shape": shape})


def drafted(walls: dict[str, float] = THIN, lines: int = 1) -> Order:
    factories.make_shop()
    draft = factories.make_draft(factories.make_customer(), lines=lines)
    for line in draft.lines.all():
        give_walls(line, walls)
    with edit(draft.pk, actor=customer(draft.customer)):
        pass
    return Order.objects.get(pk=draft.pk)


def web(order: Order) -> Client:
    client = Client()
    client.force_login(order.customer)
    return client


def warned(order: Order) -> LineWarning:
    return LineWarning.objects.get(line__order=order)


def answer(order: Order, **given: Any) -> Any:
    return post(web(order), "line_risk", order, warned(order).line_id, **given)


def test_a_risk_is_accepted_before_the_order_is_placed_and_stands_in_the_offer() -> None:
    order = drafted()
    page = web(order).get(page_of(order))
    assert hooks(page, "risk") == [str(warned(order).pk)] and "down to 0.7 mm thin" in text(page)
    with pytest.raises(Refused, match="warning_not_accepted"):
        factories.place(order)
    assert answer(order, accept=warned(order).pk).status_code == 303
    found = warned(order)
    assert (found.accepted_by, found.accepted_at is not None) == (order.customer, True)
    assert answer(order, take_back=found.pk).status_code == 303 and warned(order).accepted_at is None
    answer(order, accept=found.pk)
    submitted = factories.do(order, "submit_for_review", customer(order.customer)).order
    day = factories.NOON.date() + timedelta(days=20)
    offered = factories.do(submitted, "send_firm_offer", staff(factories.make_staff("sales")), valid_until=day).order
    [kept] = offered.offers.latest("revision").snapshot["lines"][0]["risks"]
    assert (kept["reason"]["code"], kept["accepted_at"] is not None) == ("thin_walls", True)
    assert hooks(web(order).get(reverse("order", args=[order.public_id])), "risk") == ["accepted"]


def test_what_cannot_be_made_is_not_accepted_but_may_be_submitted() -> None:
    order = drafted(HOPELESS)
    assert warned(order).level == LineWarning.Level.MUST_CHANGE
    assert answer(order, accept=warned(order).pk).status_code == 409
    with pytest.raises(Refused, match="must_change"):
        factories.place(order)
    assert factories.do(order, "submit_for_review", customer(order.customer)).order.number


def test_accepted_stays_accepted_until_it_is_another_risk() -> None:
    order = drafted()
    first = warned(order).pk
    answer(order, accept=first)
    line = order.lines.get()
    cell = {"quantity": 9, "lead_time": "fast"}
    post(web(order), "line_prices", order, line.pk, **cell)
    assert (warned(order).pk, warned(order).accepted_at is not None) == (first, True)
    post(web(order), "line_cheaper", order, line.pk, kind="material", key="pa12_gf")
    assert (warned(order).reason["params"]["least_mm"], warned(order).accepted_at) == ("1", None)
    give_walls(line, {"thinnest_mm": 3.0, "median_mm": 3.0})
    with edit(order.pk, actor=customer(order.customer)):
        pass
    assert not LineWarning.objects.exists()


@pytest.mark.parametrize("given", [{}, {"accept": "x"}, {"accept": 1, "take_back": 1}])
def test_nonsense_is_not_there(given: dict[str, Any]) -> None:
    assert answer(drafted(), **given).status_code == 404


def test_another_order_s_risk_cannot_be_answered() -> None:
    order, other = drafted(), drafted()
    assert answer(order, accept=warned(other).pk).status_code == 409
    assert warned(other).accepted_at is None


def test_queries_do_not_grow_with_risks() -> None:
    counts = []
    for lines in (1, 30):
        order = drafted(lines=lines)
        client = web(order)
        client.get(page_of(order))
        with CaptureQueriesContext(connection) as queries:
            assert len(hooks(client.get(page_of(order)), "risk")) == lines
        counts.append(len(queries))
    assert counts[0] == counts[1]
