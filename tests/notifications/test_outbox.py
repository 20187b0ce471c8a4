import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from config.celery import app
from notifications import tasks
from notifications.matrix import EVENTS
from notifications.models import OutgoingEmail
from notifications.outbox import Recipients, enqueue
from tests.notifications.samples import facts

pytestmark = pytest.mark.django_db
TO = Recipients(customer="Ada@customer.example", shop="orders@shop.example", billing="billing@customer.example")


def owe(
    event: str, deed: str = "history:1", to: Recipients = TO, kind: str = "full", **more: tuple[str, ...]
) -> list[OutgoingEmail]:
    return enqueue(
        event=event,
        about="order:17",
        deed=deed,
        to=to,
        facts=lambda *_: facts(event, kind),
        now=timezone.now(),
        **more,
    )


@pytest.mark.parametrize("event", EVENTS)
def test_each_audience_gets_one_and_the_copy_goes_where_the_table_says(event: str) -> None:
    rows = {row.audience: row for row in owe(event)}
    assert set(rows) == set(EVENTS[event].audiences)
    if "customer" in rows:
        assert rows["customer"].to == [TO.customer]
        assert rows["customer"].cc == ([TO.billing] if EVENTS[event].billing_copy else [])
    if "shop" in rows:
        assert (rows["shop"].to, rows["shop"].cc) == ([TO.shop], [])


def test_no_copy_to_somebody_who_gets_it_anyway() -> None:
    for billing, others in (("ada@CUSTOMER.example", ()), ("Boss@customer.example", ("boss@customer.example",))):
        to = Recipients(customer=TO.customer, shop=TO.shop, billing=billing, others=others)
        assert owe("placed", f"history:{billing}", to)[0].cc == []


def test_skipped_audience() -> None:
    assert [row.audience for row in owe("placed", skip=("customer",))] == ["shop"]


def test_no_text_makes_the_deed_fail() -> None:
    assert owe("placed", kind="hostile")[0].pk


def test_the_same_deed_twice_is_impossible() -> None:
    owe("placed")
    with pytest.raises(IntegrityError), transaction.atomic():
        owe("placed")
    owe("placed", "history:2")
    assert OutgoingEmail.objects.count() == 4


def test_the_message_id_is_of_the_senders_domain(settings: Settings) -> None:
    settings.DEFAULT_FROM_EMAIL = "Shop <orders@shop.example>"
    ids = {row.message_id for row in owe("placed")}
    assert len(ids) == 2
    assert all(name.startswith("<") and name.endswith("@shop.example>") for name in ids)


def test_told_once_and_not_before_the_commit(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    told: list[tuple[str, object]] = []
    monkeypatch.setattr(app, "publish", lambda task, args: told.append((task, args)))
    with django_capture_on_commit_callbacks(execute=True):
        rows = owe("placed")
        assert told == []
    assert told == [(tasks.deliver.name, [rows[0].pk])]
