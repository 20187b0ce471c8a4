"""The draft tried on recent orders: what they would cost by it, beside what they cost by the list that holds."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from backoffice.catalogue.trying import Tried
from orders.models import Order
from quoting import drafts
from quoting.services import current_price_list
from tests.backoffice.helpers import signed_in
from tests.factories import make_customer, make_order, make_price_list, make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def user() -> User:
    make_price_list()
    found = make_staff("manager")
    drafts.start(found)
    return found


def edit(user: User, change: Any, process: str = "sls") -> None:
    """Change one process of the draft."""

    def edited(document: dict[str, Any]) -> dict[str, Any]:
        change(next(one for one in document["processes"] if one["key"] == process))
        return document

    drafts.change(user, edited)


def tried(client: Client, **query: Any) -> list[Tried]:
    found: list[Tried] = client.get(reverse("bo_draft_try"), query).context["tried"]
    return found


def test_no_orders_is_said(user: User) -> None:
    page = signed_in(user=user).get(reverse("bo_draft_try")).content.decode()
    assert "no orders yet" in page


def test_a_draft_like_the_list_that_holds_changes_nothing(user: User) -> None:
    make_order(make_customer(), lines=2)
    response = signed_in(user=user).get(reverse("bo_draft_try"))
    assert len(response.context["tried"]) == 1 and response.context["changed"] == []


def test_dearer_machine_hours_show_as_what_the_next_order_would_cost(user: User) -> None:
    order = make_order(make_customer(), lines=2)
    before = (order.total, Order.objects.get(pk=order.pk).breakdown)
    edit(user, lambda process: process["machine"].update(hourly_rate="40"))
    [one] = tried(signed_in(user=user))
    assert one.total.before.amount == order.net and one.total.percent and one.total.percent > 0
    drafts.publish_draft(user, drafts.draft().sha256)  # type: ignore[union-attr]
    again = make_order(order.customer, lines=2)
    assert again.price_list == current_price_list()
    assert one.total.after.amount == again.net
    assert sorted(line.after.amount or 0 for line in one.lines) == sorted(line.net or 0 for line in again.lines.all())
    assert (order.total, Order.objects.get(pk=order.pk).breakdown) == before


def test_what_loses_its_price_comes_first_with_the_reason(user: User) -> None:
    lost = make_order(make_customer(), selection={"process": "sls"})
    dearer = make_order(make_customer(), selection={"process": "sla"})
    edit(user, lambda process: process["materials"][0].update(price_per_cm3=None))
    edit(user, lambda process: process["machine"].update(hourly_rate="400"), "sla")
    client = signed_in(user=user)
    first, second = tried(client)
    assert (first.order, second.order) == (lost, dearer)
    assert first.lines[0].after.amount is None and first.lines[0].difference is None
    page = client.get(reverse("bo_draft_try")).content.decode()
    name = current_price_list().catalogue.processes[2].materials[0].name
    assert f"There is no price for {name} yet" in page
    assert re.findall(r'data-order="(\d+)"', page) == [str(lost.number), str(dearer.number)]


def test_another_currency_is_no_difference(user: User) -> None:
    make_order(make_customer())
    drafts.change(user, lambda document: {**document, "currency": "CHF"})
    [one] = tried(signed_in(user=user))
    assert one.changes and one.total.difference is None


def test_the_newest_are_tried_and_never_more_than_offered(user: User) -> None:
    customer = make_customer()
    numbers = [make_order(customer).number for _order in range(11)]
    client = signed_in(user=user)
    assert sorted(one.order.number or 0 for one in tried(client)) == numbers[1:]
    assert len(tried(client, orders=20)) == 11
    assert len(tried(client, orders=5000)) == 10


def test_ten_orders_take_no_more_queries_than_one(user: User) -> None:
    customer, client = make_customer(), signed_in(user=user)
    edit(user, lambda process: process["machine"].update(hourly_rate="40"))
    counts = []
    for many in (1, 9):
        for _order in range(many):
            make_order(customer, lines=3)
        tried(client)  # whatever is kept is kept now
        with CaptureQueriesContext(connection) as queries:
            tried(client)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 16
