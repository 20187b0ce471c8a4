"""My orders: whose they are, how they are found, and what the list costs."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Shop, User
from orders.models import Order
from orders.workflow.actors import customer
from tests import factories
from tests.orders.pages import Page, hooks, ids
from tests.orders.workflow import cells

pytestmark = pytest.mark.django_db


@pytest.fixture
def buyer(shop: Shop) -> User:
    return factories.make_customer("buyer@example.org")


@pytest.fixture
def web(client: Client, buyer: User) -> Client:
    client.force_login(buyer)
    return client


def look_at(web: Client, **query: Any) -> Page:
    return web.get(reverse("orders"), query)


def listed(web: Client, **query: Any) -> list[str]:
    return hooks(look_at(web, **query), "order")


def several(buyer: User, *statuses: str) -> list[Order]:
    """One order per status, oldest first."""
    orders = []
    for number, status in enumerate(statuses, start=2001):
        draft = factories.make_draft(buyer)
        orders.append(cells.put(draft, status, **({} if status == "draft" else {"number": number})))
    return orders


def test_one_signs_in_first(client: Client) -> None:
    assert client.get(reverse("orders"))["Location"] == f"{reverse('account_login')}?next={reverse('orders')}"


def test_without_orders_it_says_what_to_do(web: Client) -> None:
    look = look_at(web)
    assert look.status_code == 200
    assert "orders" not in ids(look) and not hooks(look, "group")


def test_a_search_for_nul_finds_nothing_and_breaks_nothing(web: Client) -> None:
    for query in ("\x00", "a\x00b", "#\x00"):
        assert look_at(web, q=query, group="\x00", page="\x00").status_code == 200


def test_the_orders_of_the_company_newest_first(web: Client, buyer: User) -> None:
    mine = factories.make_order(buyer)
    colleagues = factories.make_order(factories.make_customer(company=buyer.company))
    factories.make_order(factories.make_customer(company=factories.make_company(name="Other")))
    assert listed(web) == [colleagues.public_id, mine.public_id]


def test_quotes_in_progress_are_there_unless_they_are_empty_or_not_sent_yet(web: Client, buyer: User) -> None:
    draft = factories.make_draft(buyer)
    factories.make_draft(buyer, lines=0)
    building = factories.make_draft(buyer)
    Order.objects.filter(pk=building.pk).update(from_quotation_tool=True)
    look = look_at(web)
    assert hooks(look, "order") == [draft.public_id]
    assert reverse("quote", args=[draft.public_id]) in look.content.decode()


def test_a_user_without_a_company_shares_nothing(client: Client, shop: Shop) -> None:
    one, other = (factories.make_customer(name=name) for name in ("One", "Other"))
    User.objects.update(company=None)
    drafts = [factories.make_draft(User.objects.get(pk=user.pk)) for user in (one, other)]
    client.force_login(User.objects.get(pk=one.pk))
    assert listed(client) == [drafts[0].public_id]


def test_filter_by_group(web: Client, buyer: User) -> None:
    draft, offer, held, gone = several(buyer, "draft", "firm_offer_sent", "on_hold", "canceled_by_admin")
    look = look_at(web)
    assert hooks(look, "group") == ["draft", "offer", "hold", "canceled"]
    assert len(hooks(look, "order")) == 4
    for group, order in (("draft", draft), ("offer", offer), ("hold", held), ("canceled", gone)):
        assert listed(web, group=group) == [order.public_id]
    assert listed(web, group="production") == []
    assert len(listed(web, group="nonsense")) == 4


def test_search_by_number_part_reference_and_po_number(web: Client, buyer: User) -> None:
    first, second = several(buyer, "placed", "placed")
    first.lines.update(name="Motor mount.stl")
    Order.objects.filter(pk=first.pk).update(customer_reference="COST-77")
    cells.with_po(first)
    for search in ("2001", "#2001", "motor", "cost-77", "PO-1"):
        assert listed(web, q=search) == [first.public_id], search
    assert listed(web, q="part 1") == [second.public_id]
    assert listed(web, q="nothing of that name") == []
    assert listed(web, q="motor", group="offer") == []
    assert look_at(web, q="9" * 50).status_code == 200


def test_amounts_that_are_hidden_stay_hidden(web: Client, buyer: User) -> None:
    factories.make_shop(review_mode="tbd")
    order = factories.do(factories.make_draft(buyer), "submit_for_review", customer(buyer)).order
    look = look_at(web)
    assert hooks(look, "order") == [order.public_id]
    assert str(order.total) not in look.content.decode()


def test_pages_of_twenty(web: Client, buyer: User) -> None:
    price_list = factories.make_price_list()
    Order.objects.bulk_create(
        Order(customer=buyer, company=buyer.company, price_list=price_list, number=number, status="placed")
        for number in range(3001, 3024)
    )
    assert [len(listed(web, page=page)) for page in (1, 2, 3)] == [20, 3, 3]


def test_the_number_of_queries_does_not_grow(
    web: Client, buyer: User, django_assert_num_queries: Any, django_assert_max_num_queries: Any
) -> None:
    several(buyer, "placed")
    with django_assert_max_num_queries(12) as few:
        look_at(web)
    several_more = several(buyer, "draft", "on_hold", "draft")
    assert len(several_more) == 3
    with django_assert_num_queries(len(few.captured_queries)):
        look_at(web)
