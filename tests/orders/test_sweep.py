"""What the clock does: an idempotent scan that also makes up for days without one."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Shop
from notifications.models import OutgoingEmail
from orders import sweep as clock
from orders.models import Order
from orders.sweep import sweep
from orders.workflow import door
from orders.workflow.actors import customer, staff
from orders.workflow.deed import Refused
from orders.workflow.history import first_fault
from tests import factories

pytestmark = pytest.mark.django_db

NOW = factories.NOON
TODAY = NOW.date()


def due_order(*, due_in: int, set_ago: int = 14, status: str = "delivered") -> Order:
    """An order with net terms, its payment due in some days."""
    factories.make_shop()
    order = factories.make_order()
    Order.objects.filter(pk=order.pk).update(
        status=status,
        held_from="placed",
        net_days=14,
        payment_due=TODAY + timedelta(due_in),
        payment_due_set_on=TODAY + timedelta(due_in - set_ago),
    )
    return Order.objects.get(pk=order.pk)


def mails(event: str) -> list[str]:
    return sorted(OutgoingEmail.objects.filter(event=event).values_list("audience", flat=True))


@pytest.mark.parametrize(("due_in", "reminded"), [(3, False), (2, True), (1, True), (0, True), (-1, False)])
def test_one_reminder_from_two_days_before(due_in: int, reminded: bool) -> None:
    due_order(due_in=due_in)
    for _ in range(2):
        sweep(NOW)
    assert mails("payment_due_reminder") == (["customer"] if reminded else [])


def test_no_reminder_for_a_date_set_shortly_before() -> None:
    due_order(due_in=2, set_ago=2)
    sweep(NOW)
    assert mails("payment_due_reminder") == []


@pytest.mark.parametrize("status", ["on_hold", "delivered"])
def test_no_reminder_on_hold_or_paid(status: str) -> None:
    order = due_order(due_in=2, status=status)
    if status == "delivered":
        Order.objects.filter(pk=order.pk).update(paid=order.total)
    sweep(NOW)
    assert mails("payment_due_reminder") == []


def test_a_clock_that_stood_for_three_days_reminds_once() -> None:
    due_order(due_in=5)
    for days in (0, 4, 4):  # the reminder's own day is among those missed
        sweep(NOW + timedelta(days))
    assert mails("payment_due_reminder") == ["customer"]
    sweep(NOW + timedelta(5))
    assert mails("payment_due_reminder") == ["customer"] and mails("po_payment_due") == ["customer", "shop"]


@pytest.mark.parametrize(
    ("zone", "reminded"), [("America/Los_Angeles", False), ("Europe/Berlin", False), ("Pacific/Kiritimati", True)]
)
def test_days_are_counted_where_the_shop_is(zone: str, *, reminded: bool) -> None:
    """At noon in Greenwich it is tomorrow on Kiritimati: three days before the due date are two there."""
    due_order(due_in=3)
    factories.make_shop(timezone=zone)
    sweep(NOW)
    assert mails("payment_due_reminder") == (["customer"] if reminded else [])


def test_no_reminder_when_it_was_paid_just_before(monkeypatch: pytest.MonkeyPatch) -> None:
    order = due_order(due_in=2)

    def paid_meanwhile(order_id: int) -> Order:
        Order.objects.filter(pk=order.pk).update(paid=order.total)
        return door.locked(order_id)

    monkeypatch.setattr(clock, "locked", paid_meanwhile)
    assert sweep(NOW) == 0
    assert mails("payment_due_reminder") == []
    assert Order.objects.get(pk=order.pk).due_reminded_for is None


def test_another_due_date_another_reminder() -> None:
    order = due_order(due_in=2)
    sweep(NOW)
    later = TODAY + timedelta(20)
    Order.objects.filter(pk=order.pk).update(payment_due=later, payment_due_set_on=TODAY)
    sweep(NOW + timedelta(18))
    assert mails("payment_due_reminder") == ["customer", "customer"]


def test_due_is_marked_once_also_days_later() -> None:
    order = due_order(due_in=-3)
    for _ in range(2):
        sweep(NOW)
    assert Order.objects.get(pk=order.pk).status == "po_payment_due"
    assert mails("po_payment_due") == ["customer", "shop"]


def test_in_production_it_waits_until_the_order_gets_there() -> None:
    order = due_order(due_in=-3, status="manufacturing")
    sweep(NOW)
    assert Order.objects.get(pk=order.pk).status == "manufacturing"


def test_an_expired_offer_is_told_once_to_both() -> None:
    factories.make_shop()
    owner = factories.make_customer()
    order = factories.make_draft(owner)
    factories.do(order, "submit_for_review", customer(owner))
    sales = staff(factories.make_staff("sales"))
    factories.do(order, "send_firm_offer", sales, valid_until=TODAY + timedelta(30))
    sweep(NOW + timedelta(29))
    assert mails("offer_expired") == []
    for _ in range(2):
        sweep(NOW + timedelta(32))
    assert mails("offer_expired") == ["customer", "shop"]
    assert Order.objects.get(pk=order.pk).status == "firm_offer_sent"


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/Los_Angeles", "Pacific/Kiritimati"])
def test_an_offer_is_valid_to_the_end_of_its_day_at_the_shop(zone: str) -> None:
    factories.make_shop(timezone=zone)
    owner = factories.make_customer()
    order = factories.make_draft(owner)
    factories.do(order, "submit_for_review", customer(owner))
    until = TODAY + timedelta(30)
    factories.do(order, "send_firm_offer", staff(factories.make_staff("sales")), valid_until=until)
    midnight = datetime.combine(until + timedelta(1), time(0), ZoneInfo(zone)).astimezone(UTC)
    sweep(midnight - timedelta(minutes=1))
    assert mails("offer_expired") == []
    total = str(Order.objects.get(pk=order.pk).total)
    agreed: dict[str, Any] = {"revision": 1, "consent": True, "seen_total": total, "terms": Shop.get().terms_version}
    with pytest.raises(Refused, match="offer_expired"):
        factories.do(order, "accept_offer", customer(owner), now=midnight, **agreed)
    sweep(midnight)
    assert mails("offer_expired") == ["customer", "shop"]
    factories.do(order, "accept_offer", customer(owner), now=midnight - timedelta(minutes=1), **agreed)


def test_guests_drafts_go_after_thirty_days() -> None:
    factories.make_shop()
    draft = factories.make_draft()
    Order.objects.filter(pk=draft.pk).update(guest_key="somebody", created_at=NOW - timedelta(31))
    kept = factories.make_draft(factories.make_customer())
    Order.objects.filter(pk=kept.pk).update(created_at=NOW - timedelta(31))
    sweep(NOW)
    assert list(Order.objects.values_list("pk", flat=True)) == [kept.pk]


def test_accounting_moves_the_due_date_once_and_with_a_reason() -> None:
    order = due_order(due_in=2)
    client, url = Client(), reverse("bo_due_date", args=[order.number])
    data = {"key": str(uuid4()), "version": order.version, "due": "2099-03-01", "reason": "asked by telephone"}
    client.force_login(factories.make_staff("production"))
    assert client.post(url, data).status_code == 403
    client.force_login(factories.make_staff("accounting"))
    for wrong in ({"reason": ""}, {"due": "2020-01-01"}, {"due": "soon"}, {"version": order.version + 1}):
        page = client.post(url, data | wrong)
        assert page.status_code == 422 and str(wrong.get("due", "2099-03-01")) in page.content.decode()
    late = client.post(url, data | {"version": order.version - 1})
    assert f'name="version" value="{order.version}"' in late.content.decode()  # seen now: it can be pressed again
    for _ in range(2):
        assert client.post(url, data).status_code == 303
    moved = Order.objects.get(pk=order.pk)
    assert moved.payment_due is not None and moved.payment_due.isoformat() == "2099-03-01"
    entry = order.history.get(name="due_date_moved")
    assert (entry.reason, entry.key) == ("asked by telephone", f"due_date:{data['key']}")
    sweep(NOW)
    assert mails("payment_due_reminder") == [] and first_fault(moved) is None
