"""The links in mails: what each lets its reader do without a log-in, how often, and what it never gives away."""

import logging
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import User
from notifications import links
from notifications.models import OutgoingEmail
from orders.models import Order
from orders.workflow.actors import customer, staff
from tests import factories
from tests.orders.pages import Page, hook, hooks, ids, send

pytestmark = pytest.mark.django_db

UNTIL = factories.NOON.date() + timedelta(days=120)


@pytest.fixture
def buyer() -> User:
    factories.make_shop()
    return factories.make_customer("buyer@example.org")


@pytest.fixture
def order(buyer: User) -> Order:
    """With a firm offer."""
    draft = factories.make_draft(buyer)
    submitted = factories.do(draft, "submit_for_review", customer(buyer)).order
    return send_offer(submitted)


def send_offer(order: Order) -> Order:
    seller = staff(factories.make_staff("sales"))
    return factories.do(order, "send_firm_offer", seller, valid_until=UNTIL).order


def link(order: Order, event: str = "firm_offer_sent", *, copy: bool = False) -> str:
    """The address in the newest mail of an event to the customer."""
    mail = OutgoingEmail.objects.filter(about=f"order:{order.pk}", event=event, audience="customer").latest("pk")
    parts = urlsplit(links.url(mail, copy=copy))
    return f"{parts.path}?{parts.query}"


def follow(client: Client, address: str) -> Page:
    """Open a link as a browser does."""
    return client.get(address, follow=True)


def status_of(order: Order) -> str:
    return Order.objects.get(pk=order.pk).status


def accept(client: Client, order: Order, shown: Page, **values: Any) -> Page:
    address = reverse("order_accept", args=[order.public_id])
    return send(client, address, shown, "accept_offer", **{"consent": "on", "name": "Ada Löwe", **values})


def test_an_offer_is_accepted_by_its_link_once_and_by_post_only(order: Order, buyer: User) -> None:
    client, address = Client(), link(order)
    for _ in range(3):
        shown = follow(client, address)
        assert shown.status_code == 200
    assert status_of(order) == "firm_offer_sent"
    response = accept(client, order, shown)
    assert (response.status_code, status_of(order)) == (303, "placed")
    accepted = Order.objects.get(pk=order.pk).acceptance
    assert accepted
    assert (accepted.by, accepted.name, accepted.how, accepted.role) == (buyer, "Ada Löwe", "link", "customer")
    assert accept(client, order, shown).status_code in (303, 403)
    assert order.acceptances.count() == 1
    assert hook(follow(client, address), "status") == "placed"


def test_the_key_leaves_the_address_and_the_log(order: Order, caplog: pytest.LogCaptureFixture) -> None:
    client, address = Client(), link(order)
    with caplog.at_level(logging.INFO):
        response = client.get(address)
    assert response.status_code == 303
    assert response["Location"] == reverse("order", args=[order.public_id])
    assert address.split("key=")[1] not in caplog.text


def test_the_billing_contacts_copy_opens_the_page_without_the_right_to_accept(order: Order) -> None:
    client = Client()
    shown = follow(client, link(order, copy=True))
    assert shown.status_code == 200
    assert hooks(shown, "button") == []
    assert "confirm" not in ids(shown)
    own = Client()
    whole = follow(own, link(order))
    assert accept(client, order, whole).status_code == 403
    assert status_of(order) == "firm_offer_sent"


def test_the_link_of_a_replaced_offer_shows_the_new_one_and_accepts_nothing(order: Order) -> None:
    client, old = Client(), link(order)
    follow(client, old)
    send_offer(order)
    shown = follow(client, old)
    assert shown.status_code == 200
    assert hooks(shown, "button") == []
    newest = Client()
    whole = follow(newest, link(order))
    assert accept(client, order, whole).status_code == 403
    assert accept(newest, order, whole).status_code == 303


@pytest.mark.parametrize("action", ["order_cancel", "order_provide_po"])
def test_a_link_does_not_do_what_a_log_in_does(order: Order, action: str) -> None:
    client = Client()
    follow(client, link(order))
    response = client.post(reverse(action, args=[order.public_id]), {"reason": "r", "po_number": "1"})
    assert (response.status_code, status_of(order)) == (403, "firm_offer_sent")


def test_a_link_to_pay_opens_the_page_and_nothing_more(order: Order, buyer: User) -> None:
    factories.do(order, "accept_offer", customer(buyer), revision="1", consent=True)
    factories.advance(order, "request_payment")
    client = Client()
    shown = follow(client, link(order, "waiting_for_payment"))
    assert hook(shown, "payment-page") == "ready_for_payment"
    assert "provide_po" not in hooks(shown, "button")


def test_a_link_opens_its_order_and_no_other(order: Order, buyer: User) -> None:
    client = Client()
    follow(client, link(order))
    other = factories.make_order(buyer)
    response = client.get(reverse("order", args=[other.public_id]))
    assert response["Location"].startswith(reverse("account_login"))
    key = link(order).split("?")[1]
    response = client.get(f"{reverse('order', args=[other.public_id])}?{key}", follow=True)
    assert response.redirect_chain[-1][0].startswith(reverse("account_login"))


def test_pictures_of_the_order_are_shown_to_who_came_by_its_link(order: Order, buyer: User) -> None:
    part, client = order.lines.get().part, Client()
    address = reverse("part_download", args=[part.pk])  # type: ignore[union-attr]
    assert client.get(address).status_code == 404
    follow(client, link(order))
    strange = reverse("part_download", args=[factories.make_part(buyer).pk])
    assert client.get(strange).status_code == 404
    order.lines.update(part=None, override=1)
    assert client.get(address).status_code == 404


def test_a_link_expires_and_so_does_what_it_granted(order: Order) -> None:
    client, address = Client(), link(order)
    follow(client, address)
    with time_machine.travel(factories.NOON + timedelta(days=91), tick=False):
        again = Client().get(address, follow=True)
        assert again.redirect_chain[-1][0].startswith(reverse("account_login"))
        assert client.get(reverse("order", args=[order.public_id])).status_code == 302


@pytest.mark.parametrize("spoil", [lambda key: key[:-2], lambda key: key.replace("accept", "view"), lambda key: "x"])
def test_an_altered_link_is_none(order: Order, spoil: Any) -> None:
    address, key = link(order).split("key=")
    response = Client().get(address + "key=" + spoil(key), follow=True)
    assert response.redirect_chain[-1][0].startswith(reverse("account_login"))


def test_an_account_without_a_password_gets_one_by_the_first_link(order: Order, buyer: User) -> None:
    client = Client()
    assert hooks(follow(client, link(order)), "set-password") == []
    buyer.set_unusable_password()
    buyer.save()
    buyer.emailaddress_set.update(verified=False)
    shown = follow(client, link(order))
    assert hooks(shown, "set-password") == [""]
    form = client.post(reverse("order_set_password", args=[order.public_id]), follow=True)
    assert form.status_code == 200
    done = client.post(form.redirect_chain[-1][0], {"password1": "fräsmaschine-91", "password2": "fräsmaschine-91"})
    assert done.status_code == 302
    buyer.refresh_from_db()
    assert buyer.check_password("fräsmaschine-91")
    assert buyer.has_verified_email
    copied = Client()
    buyer.set_unusable_password()
    buyer.save()
    assert hooks(follow(copied, link(order, copy=True)), "set-password") == []
    assert copied.post(reverse("order_set_password", args=[order.public_id])).status_code == 404
