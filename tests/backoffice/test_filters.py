"""The filters of the list, each alone and together, read whole and walked through; columns; and the CSV file."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from orders import pricing
from orders.models import Order
from orders.payments import ledger
from orders.workflow.actors import staff
from tests.backoffice.helpers import signed_in
from tests.factories import (
    add_line,
    advance,
    do,
    make_company,
    make_customer,
    make_draft,
    make_order,
    make_staff,
    place,
)

pytestmark = pytest.mark.django_db
URL = "/backoffice/orders/"


@pytest.fixture
def me() -> User:
    return make_staff("sales")


@pytest.fixture
def client(me: User) -> Client:
    return signed_in(user=me)


@pytest.fixture
def shop_of(me: User) -> dict[str, Order]:
    today = timezone.now().date()
    paid, canceled = make_order(), advance(make_order(), "cancel_by_admin")
    ledger.confirm(paid.pk, amount=paid.total, key="k", method="bank", actor=staff(make_staff("accounting")))
    fdm = make_draft(make_customer())
    add_line(fdm, 2, {"process": "mjf"})
    pricing.reprice(fdm)
    fdm.save()
    orders = {"paid": paid, "canceled": canceled, "two": place(fdm), "mine": make_order(), "old": make_order()}
    change: dict[str, dict[str, Any]] = {
        "mine": {"owner": me, "promised_date": today, "payment_due": today},
        "old": {"submitted_at": timezone.now() - timedelta(days=400), "promised_date": today - timedelta(days=1)},
        "two": {"payment_due": today - timedelta(days=1), "promised_date": today + timedelta(days=7)},
        "paid": {"payment_due": today - timedelta(days=1), "promised_date": today + timedelta(days=8)},
        "canceled": {"promised_date": today - timedelta(days=1)},
    }
    for name, values in change.items():
        Order.objects.filter(pk=orders[name].pk).update(**values)
    return orders


CASES = [
    ({"owner": "me"}, "mine"),
    ({"owner": "none"}, "old two canceled paid"),
    ({"payment": "unpaid"}, "mine old two"),
    ({"payment": "overdue"}, "two"),
    ({"due": "late"}, "old"),
    ({"due": "today"}, "mine old"),
    ({"due": "week"}, "mine old two"),
    ({"process": "mjf"}, "two"),
    ({"process": "sls"}, "mine old two canceled paid"),
    ({"process": "sls", "payment": "unpaid", "owner": "none"}, "old two"),
    ({"process": "nonsense"}, ""),
    ({"until": "{year_ago}"}, "old"),
    ({"since": "{year_ago}"}, "mine two canceled paid"),
    ({"since": "{year_ago}", "status": "canceled_by_admin"}, "canceled"),
    ({"q": "part", "process": "mjf"}, "two"),
    ({"q": "part", "group": "canceled"}, "canceled"),
    ({"q": "pa"}, "mine old two canceled paid"),
    ({"q": "müller part"}, "mine old two canceled paid"),
    ({"q": "müller partridge"}, ""),
    ({"owner": "x", "since": "2020-13-45", "payment": "never", "customer": "-1"}, "mine old two canceled paid"),
]


@pytest.mark.parametrize("few", [5_000, 0])
def test_filters(client: Client, shop_of: dict[str, Order], few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backoffice.finding.FEW", few)
    year_ago = (timezone.now() - timedelta(days=365)).date().isoformat()
    names = {order.number: name for name, order in shop_of.items()}
    wrong = []
    for query, expected in CASES:
        asked = {name: value.format(year_ago=year_ago) for name, value in query.items()}
        response: Any = client.get(URL, asked)
        got = {names[row.order.number] for row in response.context["rows"]}
        exported = b"".join(client.get(URL + "export.csv", asked)).decode().split("\r\n")[1:-1]  # type: ignore[arg-type]
        in_file = {names[int(line.split(",")[0])] for line in exported}
        if not got == in_file == set(expected.split()):
            wrong.append((query, got, in_file))
    assert not wrong


def test_orders_of_a_customer_and_of_a_company_also_by_their_new_names(client: Client) -> None:
    owner = make_customer(company=make_company(name="Alt GmbH"))
    order = make_order(owner)
    make_order()
    owner.company.name = "Neue Werft GmbH"
    owner.company.save()
    for query in ({"customer": owner.pk}, {"company": owner.company_id}, {"q": "werft"}, {"q": "alt gmbh"}):
        found: Any = client.get(URL, query)
        assert [row.order.number for row in found.context["rows"]] == [order.number], query


def test_search_follows_what_is_changed_later(client: Client) -> None:
    order = advance(make_order(), "start_manufacturing")
    do(order, "ship", staff(make_staff("production")), carrier="DHL", tracking="JJD-0099")
    found: Any = client.get(URL, {"q": "jjd-0099"})
    assert [row.order.number for row in found.context["rows"]] == [order.number]


def test_counts_end_where_counting_would_be_long(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backoffice.listing.MANY", 2)
    monkeypatch.setattr("backoffice.views.orders.MANY", 2)
    for _ in range(4):
        make_order()
    assert "2+" in client.get(URL).content.decode()


def test_columns_are_chosen_for_oneself(client: Client) -> None:
    make_order()
    assert client.post(URL + "columns/", {"column": ["total", "nonsense"], "q": "part"})["Location"] == URL + "?q=part"
    page: Any = client.get(URL)
    assert page.context["columns"] == ["total"]
    assert signed_in("sales").get(URL).context["columns"] != ["total"]  # type: ignore[attr-defined]


def test_a_saved_filter_keeps_all_of_it(client: Client, me: User) -> None:
    client.post(URL + "filters/", {"name": "Mine late", "owner": "me", "due": "late", "sort": "due"})
    me.refresh_from_db()
    assert me.saved_filters == [["Mine late", "?owner=me&due=late&sort=due"]]


FILTERS = [
    "", "?q=part", "?payment=unpaid", "?due=late", "?process=sls", "?since=2020-01-01", "?sort=due", "?owner=me",
]  # fmt: skip


def test_as_many_queries_for_30_rows_as_for_one(client: Client) -> None:
    def counted() -> dict[str, int]:
        counts = {}
        for query in FILTERS:
            client.get(URL + query)
            with CaptureQueriesContext(connection) as captured:
                assert client.get(URL + query).status_code == 200
            counts[query] = len(captured)
        return counts

    order = make_order()
    one = counted()
    for number in range(29):
        copy = Order.objects.get(pk=order.pk)
        copy.pk, copy.public_id, copy.number = None, f"copy-{number}", 5000 + number
        copy.total = Decimal(number)
        copy.save(force_insert=True)
        order.lines.model.objects.create(order=copy, position=1, part=order.lines.get().part, name="part")
    many = counted()
    assert many == one
    assert max(one.values()) <= 8
