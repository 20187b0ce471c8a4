"""What needs attention, previews of mails, saved filters, the export."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from notifications.matrix import EVENTS
from notifications.models import OutgoingEmail
from orders.models import Checkout, Document, OfferRevision, Order, RefundRequest
from orders.payments import ledger
from orders.workflow.actors import customer, staff
from quoting.models import Measurement
from tests import factories
from tests.backoffice.helpers import signed_in
from tests.orders.pages import hooks

pytestmark = pytest.mark.django_db

NOW = factories.NOON
TODAY = NOW.date()


@pytest.fixture
def buyer() -> User:
    factories.make_shop()
    return factories.make_customer("buyer@example.org", name="=cmd|'/c calc'!A1")


def kinds() -> list[str]:
    return hooks(signed_in("sales").get(reverse("bo_attention")), "kind")


def test_nothing_needs_anybody(buyer: User) -> None:
    factories.make_order(buyer)
    assert kinds() == []


def _mail(order: Order) -> None:
    OutgoingEmail.objects.filter(audience="customer").update(state="refused", last_error="550 no such user")


def _queue(order: Order) -> None:
    OutgoingEmail.objects.filter(audience="customer").update(created_at=NOW - timedelta(minutes=6))


def _refund(order: Order) -> None:
    ledger.confirm(order.pk, amount=order.total + 5, key="k", method="transfer", now=NOW)


def _overdue(order: Order) -> None:
    Order.objects.update(payment_due=TODAY - timedelta(days=1))


def _late(order: Order) -> None:
    Order.objects.update(promised_date=TODAY - timedelta(days=1))


def _wrong(order: Order) -> None:
    Checkout.objects.create(
        order=order, provider="stripe", key="k", amount=1, currency="EUR", state="wrong", created_at=NOW
    )


def _paper(order: Order) -> None:
    Document.objects.update(state="refused")


def _slow(order: Order) -> None:
    Measurement.objects.update(state="waiting", created_at=NOW - timedelta(minutes=6))


@pytest.mark.parametrize(
    ("happens", "kind"),
    [
        (_mail, "mails"),
        (_queue, "mail_queue"),
        (_refund, "refunds"),
        (_overdue, "overdue"),
        (_late, "late"),
        (_wrong, "wrong"),
        (_paper, "papers"),
        (_slow, "measurement"),
    ],
)
def test_what_is_stuck_is_shown(buyer: User, happens: Any, kind: str) -> None:
    happens(factories.make_order(buyer))
    assert kinds() == [kind]


def test_offers_that_end_soon(buyer: User) -> None:
    draft = factories.make_draft(buyer)
    order = factories.do(draft, "submit_for_review", customer(buyer)).order
    factories.do(order, "send_firm_offer", staff(factories.make_staff("sales")), valid_until=TODAY + timedelta(days=9))
    assert kinds() == []
    OfferRevision.objects.filter(state="sent").update(valid_until=TODAY + timedelta(days=2))
    assert kinds() == ["ending"]


def test_a_full_page_takes_as_many_queries_as_an_empty_one(buyer: User) -> None:
    client, counts = signed_in("manager"), []
    client.get(reverse("bo_attention"))
    for many in (1, 8):
        for _ in range(many):
            order = factories.make_order(buyer)
            RefundRequest.objects.create(order=order, amount=1, because="surplus", created_at=NOW)
        _late(order)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(reverse("bo_attention"))
        counts.append(len(queries))
    assert counts[0] == counts[1]


# --- previews


def test_every_mail_can_be_looked_at_before_it_is_sent(buyer: User) -> None:
    order = factories.make_order(buyer)
    before = OutgoingEmail.objects.count()
    client = signed_in("sales")
    page = client.get(reverse("bo_previews"))
    assert len(page.context["mails"]) == sum(len(event.audiences) for event in EVENTS.values())
    for name, event in EVENTS.items():
        for audience in event.audiences:
            mail = client.get(reverse("bo_preview", args=[name, audience]))
            assert mail.status_code == 200
            assert f"{order.number}" in mail.content.decode()
            assert "sandbox" in mail["Content-Security-Policy"]
            assert "key=" not in mail.content.decode().replace("key=•••", "")
    assert client.get(reverse("bo_preview", args=["placed", "nobody"])).status_code == 404
    assert OutgoingEmail.objects.count() == before


def test_without_an_order_there_is_nothing_to_preview() -> None:
    factories.make_shop()
    assert signed_in("sales").get(reverse("bo_previews")).status_code == 200


# --- filters and export


def test_a_filter_is_kept_for_oneself(buyer: User) -> None:
    me, other = factories.make_staff("sales"), factories.make_staff("sales")
    client = signed_in(user=me)
    given = {"name": " Late  offers ", "group": "offer", "sort": "due", "q": "bracket"}
    for _ in range(2):
        response = client.post(reverse("bo_filter_save"), given)
        assert response.status_code == 303
    me.refresh_from_db()
    other.refresh_from_db()
    assert me.saved_filters == [["Late offers", "?q=bracket&group=offer&sort=due"]]
    assert other.saved_filters == []
    page = client.get(reverse("bo_orders")).content.decode()
    assert "?q=bracket&amp;group=offer&amp;sort=due" in page
    client.post(reverse("bo_filter_remove", args=[7]))
    client.post(reverse("bo_filter_remove", args=[0]))
    me.refresh_from_db()
    assert me.saved_filters == []
    assert client.post(reverse("bo_filter_save"), {"group": "offer"}).status_code == 303


def test_the_export_is_the_list_and_holds_no_formula(buyer: User) -> None:
    placed = factories.make_order(buyer)
    factories.do(factories.make_draft(buyer), "submit_for_review", customer(buyer))
    response = signed_in("sales").get(reverse("bo_orders_csv"), {"status": "placed"})
    rows = list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode())))
    assert [row["number"] for row in rows] == [str(placed.number)]
    assert rows[0]["total"] == str(placed.total)
    assert rows[0]["customer"].startswith("'=cmd")
