"""Offers: what is seen outside while the shop works on a revision, what changed, and what an acceptance is about."""

from datetime import timedelta
from decimal import Decimal as D
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from notifications.models import OutgoingEmail
from orders.models import OfferRevision, Order
from orders.offers import editing
from orders.offers.editing import LineTerms, Terms
from orders.workflow.actors import Actor, customer, staff
from orders.workflow.deed import Refused
from orders.workflow.snapshot import as_seen
from tests import factories
from tests.orders.pages import fields, hook, hooks, ids, send

pytestmark = pytest.mark.django_db

UNTIL = factories.NOON.date() + timedelta(days=10)


@pytest.fixture
def buyer() -> User:
    factories.make_shop()
    return factories.make_customer("buyer@example.org")


@pytest.fixture
def seller(buyer: User) -> Actor:
    return staff(factories.make_staff("sales"))


@pytest.fixture
def order(buyer: User) -> Order:
    draft = factories.make_draft(buyer, lines=2)
    return factories.do(draft, "submit_for_review", customer(buyer)).order


def set_price(order: Order, seller: Actor, price: str, *, line: int = 0, **terms: Any) -> None:
    one = order.lines.all()[line]
    given = {"name": one.name, "quantity": one.quantity, "note": one.note, "override": D(price), **terms}
    editing.change_line(order.pk, one.pk, LineTerms(override_reason="agreed", **given), choice=one.choice, actor=seller)


def send_offer(order: Order, seller: Actor) -> Order:
    return factories.do(order, "send_firm_offer", seller, valid_until=UNTIL).order


def fresh(order: Order) -> Order:
    return Order.objects.get(pk=order.pk)


def page(order: Order, user: User) -> Any:
    client = Client()
    client.force_login(user)
    return client.get(reverse("order", args=[order.public_id]))


def accept(order: Order, buyer: User, **more: Any) -> Any:
    client = Client()
    client.force_login(buyer)
    address = reverse("order", args=[order.public_id])
    return send(
        client,
        reverse("order_accept", args=[order.public_id]),
        client.get(address),
        "accept_offer",
        consent="on",
        **more,
    )


# --- what is seen outside


def test_the_budget_offer_stays_as_it_was_submitted(order: Order, buyer: User, seller: Actor) -> None:
    submitted = order.total
    set_price(order, seller, "500")
    assert fresh(order).total > 500
    shown = page(order, buyer)
    assert shown.context["order"].total == submitted
    assert shown.context["sums"].total == submitted
    client = Client()
    client.force_login(buyer)
    listed = client.get(reverse("orders")).context["page"][0]
    assert listed.total_outside == submitted


def test_nobody_outside_sees_the_working_copy_of_an_offer(order: Order, buyer: User, seller: Actor) -> None:
    set_price(order, seller, "500")
    offered = send_offer(order, seller).total
    set_price(order, seller, "777")
    editing.add_fee(order.pk, "Express", D(50), actor=seller)
    editing.remove_line(order.pk, order.lines.all()[1].pk, actor=seller)
    editing.change_terms(order.pk, Terms(order.shipping_method, discount_percent=D(5)), actor=seller)
    shown = page(order, buyer)
    assert [line.name for line in shown.context["lines"]] == ["part 1.stl", "part 2.stl"]
    assert (shown.context["order"].total, shown.context["lines"][0].net) == (offered, D(500))
    assert "Express" not in shown.content.decode()
    factories.do(fresh(order), "put_on_hold", seller, reason="r", note="n")
    mail = OutgoingEmail.objects.filter(event="on_hold", audience="customer").get()
    assert D(mail.facts["total"]) == offered
    assert [line["name"] for line in mail.facts["lines"]] == ["part 1.stl", "part 2.stl"]


def test_what_is_accepted_is_the_revision_and_not_the_working_copy(order: Order, buyer: User, seller: Actor) -> None:
    set_price(order, seller, "500")
    offered = send_offer(order, seller).total
    set_price(order, seller, "777", quantity=9)
    editing.add_fee(order.pk, "Express", D(50), actor=seller)
    assert accept(order, buyer).status_code == 303
    placed = fresh(order)
    assert (placed.status, placed.total) == ("placed", offered)
    assert [(line.name, line.net, line.quantity) for line in placed.offered_lines][0] == ("part 1.stl", D(500), 2)
    assert list(placed.lines.filter(left_out=True).values_list("name", flat=True)) == ["Express"]
    snap = placed.acceptance.offer.snapshot  # type: ignore[union-attr]
    assert D(snap["total"]) == placed.total


def test_working_on_a_revision_does_not_disturb_the_customer(order: Order, buyer: User, seller: Actor) -> None:
    """The page was opened before the shop edited its working copy: the offer on it still stands."""
    send_offer(order, seller)
    client = Client()
    client.force_login(buyer)
    shown = client.get(reverse("order", args=[order.public_id]))
    set_price(order, seller, "777")
    send(client, reverse("order_accept", args=[order.public_id]), shown, "accept_offer", consent="on")
    assert fresh(order).status == "placed"


def test_an_older_revision_is_not_accepted(order: Order, buyer: User, seller: Actor) -> None:
    send_offer(order, seller)
    client = Client()
    client.force_login(buyer)
    shown = client.get(reverse("order", args=[order.public_id]))
    set_price(order, seller, "777")
    send_offer(order, seller)
    response = send(client, reverse("order_accept", args=[order.public_id]), shown, "accept_offer", consent="on")
    assert (response.status_code, fresh(order).status) == (409, "firm_offer_sent")
    assert hook(response, "since") == "1"


# --- what changed


def test_an_offer_says_what_it_changes(order: Order, buyer: User, seller: Actor) -> None:
    before = order.total
    set_price(order, seller, "500", quantity=5)
    editing.add_fee(order.pk, "Inspection", D(25), actor=seller)
    editing.remove_line(order.pk, order.lines.all()[1].pk, actor=seller)
    send_offer(order, seller)
    shown = page(order, buyer)
    assert hook(shown, "since") == "0"
    assert hooks(shown, "changed") == ["changed", "added", "removed"]
    assert hooks(shown, "field")[:2] == ["quantity", "price"]
    assert hooks(shown, "field")[-1] == "total"
    changes = shown.context["changes"].diff
    assert changes.difference == fresh(order).total - before
    assert changes.lines[1].difference == D(25)


def test_a_second_revision_is_compared_with_the_first(order: Order, buyer: User, seller: Actor) -> None:
    set_price(order, seller, "500")
    send_offer(order, seller)
    send_offer(order, seller)
    shown = page(order, buyer)
    assert (hook(shown, "since"), hooks(shown, "changed")) == ("1", [])
    assert hooks(shown, "difference") == []


def test_another_model_of_the_same_name_is_told_by_its_size(order: Order, buyer: User, seller: Actor) -> None:
    line = order.lines.all()[0]
    editing.replace_model(order.pk, line.pk, factories.make_part(buyer, name=line.name), actor=seller)
    send_offer(order, seller)
    assert "model" in hooks(page(order, buyer), "field")


# --- alternatives


@pytest.fixture
def offered(order: Order, buyer: User, seller: Actor) -> Order:
    """Two alternatives, the first at 300 and the second at 500."""
    set_price(order, seller, "300", alternative_group="material")
    set_price(order, seller, "500", line=1, alternative_group="material")
    return send_offer(order, seller)


def test_the_sums_are_of_the_first_alternative(offered: Order) -> None:
    assert [line.counts for line in offered.lines.all()] == [True, False]
    assert [line.net for line in offered.price.lines] == [D(300)]  # type: ignore[union-attr]


def test_choosing_another_alternative_shows_its_total_before_it_binds(offered: Order, buyer: User) -> None:
    first, second = offered.lines.all()
    response = accept(offered, buyer, choice_material=str(second.pk))
    assert (response.status_code, fresh(offered).status) == (409, "firm_offer_sent")
    client = Client()
    client.force_login(buyer)
    address = reverse("order_accept", args=[offered.public_id])
    again = client.post(address, fields(response, "accept_offer"))
    assert again.status_code == 303
    placed = fresh(offered)
    assert placed.status == "placed"
    assert [line.pk for line in placed.offered_lines] == [second.pk]
    assert placed.acceptance.choices == {"material": str(second.pk)}  # type: ignore[union-attr]
    assert [line.net for line in placed.price.lines] == [D(500)]  # type: ignore[union-attr]


def test_one_of_a_group_has_to_be_chosen(offered: Order, buyer: User, seller: Actor) -> None:
    response = accept(offered, buyer, choice_material=None)
    assert response.status_code == 422
    with pytest.raises(Refused, match="choose_one_per_group"):
        factories.do(offered, "accept_offer", customer(buyer), revision="1", consent=True, choices={})


# --- asking for a change


def ask(order: Order, buyer: User, **values: Any) -> Any:
    client = Client()
    client.force_login(buyer)
    shown = client.get(reverse("order", args=[order.public_id]))
    return send(client, reverse("order_request_changes", args=[order.public_id]), shown, "request_changes", **values)


def test_a_comment_per_line_reaches_the_shop(order: Order, buyer: User, seller: Actor) -> None:
    send_offer(order, seller)
    line = order.lines.all()[1]
    response = ask(order, buyer, comment="Almost.", **{f"line_{line.pk}": "Black, please."})
    assert (response.status_code, fresh(order).status) == (303, "waiting_for_review")
    entry = fresh(order).history.last()
    assert entry is not None
    assert entry.details["comments"] == {str(line.pk): "Black, please."}
    mail = OutgoingEmail.objects.filter(event="waiting_for_review", audience="shop").latest("pk")
    assert mail.facts["comment"] == "Almost.\n2. part 2.stl: Black, please."


def test_a_change_needs_a_word(order: Order, buyer: User, seller: Actor) -> None:
    send_offer(order, seller)
    response = ask(order, buyer, comment=" ")
    assert (response.status_code, fresh(order).status) == (422, "firm_offer_sent")


def test_a_comment_on_a_replaced_offer_is_told_so(order: Order, buyer: User, seller: Actor) -> None:
    send_offer(order, seller)
    client = Client()
    client.force_login(buyer)
    shown = client.get(reverse("order", args=[order.public_id]))
    send_offer(order, seller)
    address = reverse("order_request_changes", args=[order.public_id])
    response = send(client, address, shown, "request_changes", comment="smaller")
    assert (response.status_code, fresh(order).status) == (409, "firm_offer_sent")
    assert fresh(order).offers.get(state=OfferRevision.State.SENT).revision == 2


def test_another_way_of_delivery_is_priced_on_the_offered_lines(order: Order, buyer: User, seller: Actor) -> None:
    """The customer completes the offer with pickup while the shop works on its next revision."""
    set_price(order, seller, "500")
    editing.change_terms(order.pk, Terms(order.shipping_method, shipping_price=D(99)), actor=seller)
    send_offer(order, seller)
    set_price(order, seller, "777")
    pickup = next(method.key for method in order.price_list.catalogue.shipping if method.pickup)
    Order.objects.filter(pk=order.pk).update(shipping_method=pickup)
    seen = as_seen(fresh(order))
    assert seen.shipping_price is None
    assert [line.net for line in seen.offered_lines][0] == D(500)
    assert accept(fresh(order), buyer).status_code == 303
    assert fresh(order).total == seen.total
    assert "confirm" not in ids(page(order, buyer))
