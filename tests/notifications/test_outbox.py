import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from notifications import tasks, waking
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


def test_a_dead_broker_fails_nothing_and_is_then_left_alone(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    asked: list[int] = []

    def refuse(email_id: int) -> None:
        asked.append(email_id)
        raise ConnectionError("no broker")

    monkeypatch.setattr(waking, "_publish", refuse)
    monkeypatch.setattr(waking, "_silent_until", 0.0)
    for number in range(3):
        with django_capture_on_commit_callbacks(execute=True):
            owe("placed", f"history:{number}")
    assert len(asked) == 1
    assert OutgoingEmail.objects.filter(state="waiting").count() == 6
    monkeypatch.setattr(waking, "_silent_until", 0.0)
    with django_capture_on_commit_callbacks(execute=True):
        owe("placed", "history:later")
    assert len(asked) == 2


def test_told_once_and_not_before_the_commit(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    told: list[int] = []
    monkeypatch.setattr(waking, "announce", told.append)
    with django_capture_on_commit_callbacks(execute=True):
        rows = owe("placed")
        assert told == []
    assert told == [rows[0].pk]


def test_the_message_reaches_the_queue_for_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[tuple[object, ...]] = []
    monkeypatch.setattr(tasks.deliver, "apply_async", lambda args, **options: sent.append((args, options["retry"])))
    waking._publish(17)
    assert sent == [((17,), False)]
