"""Who gets which mail of a real order, as a mail server hears it: every status, against the table in tests/data/emails.csv."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Shop, User
from notifications.models import OutgoingEmail
from notifications.sweep import sweep as deliver
from orders import sweep
from orders.models import OfferRevision, Order, Status
from orders.payments import ledger
from orders.workflow.actors import customer, staff
from tests import factories
from tests.notifications.servers import Post, running
from tests.orders.workflow import cells
from tests.orders.workflow.test_table import MAILS

pytestmark = pytest.mark.django_db

BUYER, BILLING, SHOP = "buyer@customer.example", "billing@customer.example", "orders@shop.example"
BY_CUSTOMER = {"submit_for_review", "place", "accept_offer", "request_changes", "cancel_by_customer"}
# Each transition with the status that it enters.
WALKS: dict[str, list[tuple[str, str]]] = {
    "by an offer and a purchase order": [
        ("submit_for_review", "waiting_for_review"),
        ("send_firm_offer", "firm_offer_sent"),
        ("request_changes", "waiting_for_review"),
        ("send_firm_offer", "firm_offer_sent"),
        ("accept_offer", "placed"),
        ("provide_po", "po_provided"),
        ("provide_po", "po_provided"),
        ("accept_po", "po_payment_due"),
        ("put_on_hold", "on_hold"),
        ("resume", "po_payment_due"),
        ("release_for_manufacturing", "free_for_manufacturing"),
        ("start_manufacturing", "manufacturing"),
        ("start_post_production", "post_production"),
        ("reprint", "re_printing"),
        ("make_ready_for_shipping", "ready_for_shipping"),
        ("ship", "shipped"),
        ("deliver", "delivered"),
    ],
    "at once, canceled by the customer": [
        ("place", "placed"),
        ("request_payment", "waiting_for_payment"),
        ("cancel_by_customer", "canceled_by_customer"),
    ],
    "picked up, canceled by the shop": [
        ("place", "placed"),
        ("start_manufacturing", "manufacturing"),
        ("make_ready_for_pickup", "ready_for_pickup"),
        ("cancel_by_admin", "canceled_by_admin"),
    ],
}


@pytest.fixture
def post(settings: Settings) -> Iterator[Post]:
    with running(Post()) as server:
        settings.SMTP_URL = server.url
        yield server


@pytest.fixture
def owner() -> User:
    factories.make_shop(order_email=SHOP)
    return factories.make_customer(BUYER, company=factories.make_company(billing_contact_email=BILLING))


def move(order: Order, name: str, owner: User) -> None:
    fresh = Order.objects.get(pk=order.pk)
    offer = fresh.offers.filter(state=OfferRevision.State.SENT).first()
    details: dict[str, Any] = {
        **cells.DETAILS,
        "seen_total": str(fresh.total),
        "terms": Shop.get().terms_version,
        "revision": offer.revision if offer else 0,
    }
    actor = customer(owner) if name in BY_CUSTOMER else staff(factories.make_staff("manager"))
    factories.do(fresh, name, actor, **details)


def delivered(post: Post, events: Iterable[str]) -> None:
    """Exactly the mails that the table owes for these events, each heard by the server once for each of its people."""
    deliver(timezone.now())
    expected = [(event, side) for event in events for side in ("customer", "shop") if (event, side) in MAILS]
    rows = list(OutgoingEmail.objects.order_by("pk"))
    assert [(row.event, row.audience) for row in rows] == expected
    heard: dict[str, list[str]] = {}
    for mail in post.taken:
        of = mail.message_id.replace("<copy.", "<", 1)  # the billing contact's, where its link is another
        heard.setdefault(of, []).extend(mail.recipients)
    for row in rows:
        copies = [BILLING] if MAILS[row.event, row.audience] else []
        people = [BUYER, *copies] if row.audience == "customer" else [SHOP]
        assert sorted(heard.pop(row.message_id)) == sorted(people), f"{row.event} to {row.audience}"
        assert row.state == "sent"
    assert not heard


def test_the_walks_enter_every_status() -> None:
    assert {status for walk in WALKS.values() for _, status in walk} == set(Status.values) - {"draft"}


@pytest.mark.parametrize("walk", WALKS)
def test_statuses(post: Post, owner: User, walk: str) -> None:
    order = factories.make_draft(owner)
    for name, status in WALKS[walk]:
        move(order, name, owner)
        assert Order.objects.get(pk=order.pk).status == status
    delivered(post, [status for _, status in WALKS[walk]])


def test_payments(post: Post, owner: User) -> None:
    order = factories.make_order(owner)
    total = order.total
    for number, amount in enumerate([Decimal(1), total - 1, Decimal(5)]):
        ledger.confirm(order.pk, amount=amount, key=f"transfer {number}", method="transfer")
    released = [Shop.get().post_payment_status] if Shop.get().post_payment_status else []
    delivered(post, ["placed", "part_payment", "paid", *released, "payment_problem"])


def test_what_the_clock_tells(post: Post, owner: User) -> None:
    now, today = cells.NOW, cells.TODAY
    due = {"net_days": 14, "payment_due": today + timedelta(days=2), "payment_due_set_on": today - timedelta(days=12)}
    cells.put(factories.make_draft(owner), "delivered", **due)
    offered = cells.put(factories.make_draft(owner), "firm_offer_sent", number=4712)
    cells.with_offer(offered)
    sweep.sweep(now)  # not yet
    offered.offers.update(valid_until=today - timedelta(days=1))
    sweep.sweep(now)
    sweep.sweep(now)  # once
    delivered(post, ["payment_due_reminder", "offer_expired"])
