"""The list of orders: which, in which order, found by what, and at what cost."""

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from orders.models import Order
from orders.workflow.actors import customer
from tests.backoffice.helpers import signed_in
from tests.factories import advance, do, make_company, make_customer, make_draft, make_order, make_shop, place

pytestmark = pytest.mark.django_db
URL = "/backoffice/orders/"


@pytest.fixture
def client() -> Client:
    return signed_in("production")


def numbers(client: Client, **query: Any) -> list[int]:
    return [row.order.number for row in page(client, **query).context["rows"]]


def page(client: Client, **query: Any) -> Any:
    response = client.get(URL, query)
    assert response.status_code == 200
    return response


def reviewed() -> Order:
    make_shop(review_mode="manual")
    owner = make_customer()
    order = do(make_draft(owner), "submit_for_review", customer(owner)).order
    make_shop(review_mode="instant")
    return order


def counts(response: HttpResponse) -> dict[str, int]:
    return {str(chip["label"]): chip["count"] for chip in response.context["groups"]}  # type: ignore[attr-defined]


# --- who


def test_the_back_office_begins_with_the_orders(client: Client) -> None:
    response = client.get("/backoffice/")
    assert response.status_code == 302
    assert response["Location"] == URL


@pytest.mark.parametrize("role", ["sales", "production", "accounting", "manager"])
def test_every_role_may_look(role: str) -> None:
    assert signed_in(role).get(URL).status_code == 200


def test_who_is_not_signed_in_is_asked_to() -> None:
    response = Client().get(URL)
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("account_login"))


def test_for_customers_there_is_no_back_office() -> None:
    assert signed_in(user=make_customer()).get(URL).status_code == 404


# --- which


def test_drafts_are_not_in_the_list(client: Client) -> None:
    make_draft(make_customer())
    order = make_order()
    assert numbers(client) == [order.number]


def test_an_empty_shop_says_so(client: Client) -> None:
    assert page(client).context["rows"] == []


def test_what_has_to_be_acted_upon_comes_first(client: Client) -> None:
    delivered = advance(make_order(), "start_manufacturing", "deliver")
    placed = make_order()
    newer = make_order()
    review = reviewed()
    held = advance(make_order(), "put_on_hold")
    newest = advance(make_order(), "start_manufacturing", "deliver")
    expected = [review, newer, placed, held, newest, delivered]
    assert numbers(client) == [order.number for order in expected]


def test_sorting(client: Client) -> None:
    small, big = make_order(), make_order(lines=3)
    late = make_order()
    Order.objects.filter(pk=late.pk).update(promised_date=timezone.now().date() - timedelta(days=1))
    assert numbers(client, sort="number") == [small.number, big.number, late.number]
    assert numbers(client, sort="-number") == [late.number, big.number, small.number]
    assert numbers(client, sort="-total")[0] == big.number
    assert numbers(client, sort="due")[0] == late.number
    assert len(numbers(client, sort="nonsense")) == 3


def test_filter_by_group_and_status_with_counts(client: Client) -> None:
    review, placed = reviewed(), make_order()
    made = advance(make_order(), "start_manufacturing")
    assert numbers(client, group="production") == [made.number]
    assert numbers(client, status="waiting_for_review") == [review.number]
    assert numbers(client, group="nonsense", status="draft") == numbers(client)
    found = page(client, status="placed")
    assert counts(found) == {
        "Offer": 1, "Agreed": 1, "In production": 1, "Fulfilment": 0, "On hold": 0, "Canceled": 0,
    }  # fmt: skip
    assert [row.order.number for row in found.context["rows"]] == [placed.number]


def test_filters_keep_search_and_sorting(client: Client) -> None:
    make_order()
    found = page(client, q="example", sort="-total", status="placed")
    chip = next(chip for chip in found.context["groups"] if chip["label"] == "Offer")
    assert parse_qs(chip["url"].removeprefix("?")) == {"q": ["example"], "group": ["offer"], "sort": ["-total"]}


def test_overdue_is_flagged_while_the_work_is_not_done(client: Client) -> None:
    late, held = make_order(), make_order()
    advance(make_order(), "start_manufacturing", "ship")
    advance(held, "put_on_hold")
    Order.objects.update(promised_date=timezone.now().date() - timedelta(days=2))
    flagged = [row.order.number for row in page(client).context["rows"] if row.is_late]
    assert flagged == [late.number]


def test_lines_and_pieces(client: Client) -> None:
    make_order(lines=3)
    row = page(client).context["rows"][0]
    assert (row.lines, row.pieces) == (3, 6)


SORTS = ["actionable", "-number", "number", "-total", "total", "due"]


@pytest.mark.parametrize("few", [5_000, 1], ids=["read whole", "walked through"])
def test_pages_there_and_back(client: Client, monkeypatch: pytest.MonkeyPatch, few: int) -> None:
    monkeypatch.setattr("backoffice.listing.PER_PAGE", 2)
    monkeypatch.setattr("backoffice.finding.FEW", few)
    orders = [make_order(lines=1 + number % 2) for number in range(4)]
    orders.append(advance(make_order(), "start_manufacturing", "deliver"))
    Order.objects.filter(pk=orders[1].pk).update(promised_date=None)
    everything = sorted(order.number or 0 for order in orders)
    for sort in SORTS:
        for narrow in ({}, {"q": "part"}, {"since": "2020-01-01"}):
            there_and_back(client, {"sort": sort, **narrow}, everything)


def there_and_back(client: Client, query: dict[str, str], everything: list[int]) -> None:
    there = page(client, **query)
    pages = [there]
    while there.context["listing"].next_url:
        there = client.get(URL + there.context["listing"].next_url)
        pages.append(there)
    seen = [[row.order.number for row in one.context["rows"]] for one in pages]
    assert sorted(number for rows in seen for number in rows) == everything, query
    assert [len(rows) for rows in seen] == [2, 2, 1], query
    back = []
    while there.context["listing"].previous_url:
        there = client.get(URL + there.context["listing"].previous_url)
        back.append([row.order.number for row in there.context["rows"]])
    assert back == [seen[1], seen[0]], query
    last = client.get(URL + pages[0].context["listing"].last_url)
    assert [row.order.number for row in last.context["rows"]] == [seen[1][1], seen[2][0]], query


@pytest.mark.parametrize("cursor", ["x", "0", "9_1", "0_x", "0_-1", "0_1_2", "end", "0_99999999999999999999999"])
def test_nonsense_in_a_cursor_is_the_first_page(client: Client, cursor: str) -> None:
    order = make_order()
    assert numbers(client, after=cursor) == numbers(client, before=cursor) == [order.number]


# --- search


def searchable() -> Order:
    owner = make_customer("grace@ocean.example", name="Grace Hopper", company=make_company(name="Nautilus Werft"))
    order = make_draft(owner)
    order.customer_reference = "REF-778"
    order.save()
    order.lines.update(name="rudder blade.step")
    order = place(order)
    file = ContentFile(b"%PDF-1.7", name="po.pdf")
    return do(order, "provide_po", customer(owner), po_number="4500099", po_file=file).order


@pytest.mark.parametrize(
    "query",
    ["hopper", "nautilus", "grace@ocean.example", "OCEAN", "rudder", "4500099", "ref-778"],
)
def test_search_finds_by(client: Client, query: str) -> None:
    order = searchable()
    make_order()
    assert numbers(client, q=query) == [order.number]


def test_an_order_number_finds_that_order_alone(client: Client) -> None:
    first, second = make_order(), make_draft(make_customer())
    Order.objects.filter(pk=second.pk).update(customer_reference=f"like {first.number}")
    second = place(second)
    assert numbers(client, q=f"#{first.number}") == [first.number]
    assert numbers(client, q=first.number) == [first.number]
    assert numbers(client, q=first.number, all=1) == [second.number, first.number]


@pytest.mark.parametrize("query", ["nobody", "99999999999999999999", "%", "'", "\x00", "x" * 500])
def test_a_search_that_finds_nothing_says_so(client: Client, query: str) -> None:
    make_order()
    found = page(client, q=query)
    expected = 1 if query == "\x00" else 0  # nothing was searched for
    assert len(found.context["rows"]) == expected


def test_a_hit_in_many_lines_is_one_row(client: Client) -> None:
    order = make_order(lines=4)
    assert numbers(client, q="part") == [order.number]
    assert sum(counts(page(client, q="part")).values()) == 1


# --- cost


def queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


@pytest.mark.parametrize("query", ["", "?q=example", "?sort=due", "?group=agreed"])
def test_as_many_queries_for_many_rows_as_for_one(client: Client, query: str) -> None:
    make_order()
    client.get(URL)
    one = queries(client, URL + query)
    for _ in range(4):
        make_order(lines=2)
    assert len(numbers(client)) == 5
    assert queries(client, URL + query) == one
    assert one <= 10
