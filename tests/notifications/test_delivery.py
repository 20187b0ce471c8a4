"""Against a real SMTP server: who gets what, what is tried again, what stops."""

import contextlib
import logging
import socket
import threading
import time
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from notifications import delivery, rendering, smtp
from notifications.models import OutgoingEmail
from notifications.sweep import sweep
from tests.notifications.samples import EVIL, facts, storable
from tests.notifications.servers import DROP, Post

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shop")]
CUSTOMER, BILLING = "ada@customer.example", "billing@customer.example"


def owed(event: str = "placed", **fields: Any) -> OutgoingEmail:
    now = timezone.now()
    values: dict[str, Any] = {
        "about": "order:17",
        "event": event,
        "audience": "customer",
        "key": f"history:{OutgoingEmail.objects.count()}",
        "to": [CUSTOMER],
        "facts": facts(event),
        "next_try": now,
        "message_id": f"<{OutgoingEmail.objects.count()}@shop.example>",
    }
    return OutgoingEmail.objects.create(**values | fields)


def deliver(row: OutgoingEmail, after: timedelta = timedelta(0)) -> OutgoingEmail:
    delivery.deliver(row.pk, timezone.now() + after)
    row.refresh_from_db()
    return row


def due_in(row: OutgoingEmail, now: datetime) -> float:
    assert row.next_try
    return (row.next_try - now).total_seconds()


def test_sent(post: Post) -> None:
    row = deliver(owed())
    assert (row.state, row.attempts, row.next_try, row.delivered_to) == ("sent", 1, None, [CUSTOMER])
    assert row.sent_at
    (mail,) = post.taken
    assert mail.message_id == row.message_id
    assert mail.message["To"] == CUSTOMER
    assert mail.message["Auto-Submitted"] == "auto-generated"
    body = mail.message.get_body(("plain",))
    assert body
    assert "#1017" in body.get_content()
    assert not delivery.deliver(row.pk, timezone.now() + timedelta(days=1)), "once is enough"
    assert len(post.taken) == 1


def test_the_copy_is_a_real_recipient(post: Post) -> None:
    row = deliver(owed(cc=[BILLING]))
    (mail,) = post.taken
    assert mail.recipients == [CUSTOMER, BILLING]
    assert mail.message["Cc"] == BILLING
    assert set(row.delivered_to) == {CUSTOMER, BILLING}


def test_the_copy_of_an_offer_cannot_accept(post: Post) -> None:
    row = deliver(owed("firm_offer_sent", cc=[BILLING]))
    first, copied = post.taken
    assert (first.recipients, copied.recipients) == ([CUSTOMER], [BILLING])
    assert b"key=3Daccept" in first.content.replace(b"=\r\n", b"")
    assert b"key=3Daccept" not in copied.content.replace(b"=\r\n", b"")
    assert b"key=3Dview" in copied.content.replace(b"=\r\n", b"")
    assert first.message_id == row.message_id != copied.message_id
    assert (row.state, set(row.delivered_to)) == ("sent", {CUSTOMER, BILLING})


def test_one_of_two_refused(post: Post) -> None:
    post.rcpt[BILLING] = ["550 5.1.1 no such mailbox"]
    row = deliver(owed(cc=[BILLING]))
    assert post.recipients == [CUSTOMER]
    assert (row.state, row.delivered_to, row.refused_recipients) == ("sent", [CUSTOMER], [BILLING])
    assert "550" in row.last_error


def test_one_of_two_not_now(post: Post) -> None:
    post.rcpt[CUSTOMER] = ["451 4.7.1 greylisted"]
    row = deliver(owed(cc=[BILLING]))
    assert (row.state, row.delivered_to, post.recipients) == ("waiting", [BILLING], [BILLING])
    row = deliver(row, timedelta(minutes=1))
    assert (row.state, post.recipients) == ("sent", [BILLING, CUSTOMER]), "nobody gets it twice"


def test_all_refused(post: Post) -> None:
    post.rcpt[CUSTOMER] = ["550 5.1.1 no such mailbox"]
    row = deliver(owed())
    assert (row.state, row.refused_recipients, row.next_try) == ("refused", [CUSTOMER], None)
    assert "no such mailbox" in row.last_error
    assert not delivery.deliver(row.pk, timezone.now() + timedelta(days=9))
    assert delivery.send_again(row.pk, timezone.now())
    assert not delivery.send_again(row.pk, timezone.now())
    assert (deliver(row).state, post.recipients) == ("sent", [CUSTOMER])


@pytest.mark.parametrize("reply", ["552 5.2.2 mailbox full", "554 5.7.1 spam"])
def test_refused_after_data(post: Post, reply: str) -> None:
    post.data = [reply]
    row = deliver(owed())
    assert (row.state, row.attempts) == ("refused", 1)
    assert reply in row.last_error


@pytest.mark.parametrize("reply", ["421 4.3.2 shutting down", "451 4.3.0 try later", "452 4.2.2 full just now"])
def test_not_now_then_ok(post: Post, reply: str) -> None:
    post.data = [reply]
    now = timezone.now()
    row = deliver(owed())
    assert row.state == "waiting"
    assert reply[:3] in row.last_error
    assert 25 < due_in(row, now) < 35
    assert deliver(row).attempts == 1, "not before its time"
    assert deliver(row, timedelta(seconds=60)).state == "sent"
    assert len(post.taken) == 1


def test_dropped_after_data_is_sent_again_with_the_same_message_id(post: Post) -> None:
    post.data = [DROP]
    row = deliver(owed())
    assert row.state == "waiting"
    assert deliver(row, timedelta(minutes=1)).state == "sent"
    assert [mail.message_id for mail in post.taken] == [row.message_id] * 2


def test_each_wait_is_longer_and_after_three_days_it_stops(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        settings.SMTP_URL = f"smtp://127.0.0.1:{nobody.getsockname()[1]}"
    row, now, waits = owed(), timezone.now(), []
    while row.state != "refused":
        assert delivery.deliver(row.pk, now)
        row.refresh_from_db()
        if row.state == "waiting":
            waits.append(due_in(row, now))
            now = row.next_try  # type: ignore[assignment]
    assert waits == sorted(waits)
    assert waits[0] == 30
    assert 2.5 * 86400 < sum(waits) < 3.5 * 86400
    assert "ConnectionRefusedError" in row.last_error
    assert row.refused_recipients == [CUSTOMER]


def test_a_server_that_hangs(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "TIMEOUT", 0.5)
    post.seconds = 5
    started = time.monotonic()
    row = deliver(owed())
    assert time.monotonic() - started < 2
    assert row.state == "waiting"
    assert "timed out" in row.last_error


@pytest.mark.parametrize(("timeout", "pauses"), [(1.0, [0.4] * 20), (2.0, [1.5, 10.0])])
def test_the_conversation_as_a_whole_is_bounded(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, timeout: float, pauses: list[float]
) -> None:
    """Each word comes in time."""
    monkeypatch.setattr(delivery, "TIMEOUT", timeout)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        settings.SMTP_URL = f"smtp://127.0.0.1:{listening.getsockname()[1]}"
        over = threading.Event()
        thread = threading.Thread(target=_slow_server, args=(listening, pauses, over))
        thread.start()
        started = time.monotonic()
        row = deliver(owed())
        assert time.monotonic() - started < timeout + 0.9
        over.set()
        thread.join(5)
    assert row.state == "waiting"


def _slow_server(listening: socket.socket, pauses: list[float], over: threading.Event) -> None:
    client, _ = listening.accept()
    with client, contextlib.suppress(OSError):
        for number, pause in enumerate(pauses):
            if over.wait(pause):
                return
            client.sendall(b"250 go on\r\n" if number else b"220 hello\r\n")
            client.recv(4096)


def test_others_flow_past_one_that_hangs(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "TIMEOUT", 0.5)
    post.waits, rows = [5], [owed() for _ in range(5)]
    sweep(timezone.now())
    states = [OutgoingEmail.objects.get(pk=row.pk).state for row in rows]
    assert states == ["waiting", "sent", "sent", "sent", "sent"]


@pytest.mark.parametrize("code", ["530", "535"])
def test_a_wrong_set_up_is_no_refusal(post: Post, code: str) -> None:
    post.rcpt[CUSTOMER] = [f"{code} authentication required"]
    assert deliver(owed()).state == "waiting"


def test_hostile_words_add_no_header_and_no_recipient(post: Post) -> None:
    deliver(owed(facts=storable(facts("placed", "hostile"))))
    (mail,) = post.taken
    assert mail.recipients == [CUSTOMER]
    assert mail.message["Bcc"] is None
    assert [name for name in mail.message if name.lower() in {"to", "cc", "bcc"}] == ["To"]


@pytest.mark.parametrize("address", ["ada@x.example\r\nBcc: victim@evil.example", storable(EVIL), "nobody", ""])
def test_an_address_that_is_none_is_refused_and_the_other_gets_the_mail(post: Post, address: str) -> None:
    row = deliver(owed(cc=[address]))
    assert (row.state, row.refused_recipients) == ("sent", [address])
    assert post.asked == [CUSTOMER]
    assert all(found.message["Bcc"] is None for found in post.taken)


def test_a_fault_of_ours_in_one_mail_does_not_stop_the_others(post: Post) -> None:
    broken = owed(facts=facts("placed") | {"total": "a lot", "net": "?"})
    fine = owed()
    assert sweep(timezone.now()) == 2
    assert OutgoingEmail.objects.get(pk=fine.pk).state == "sent"
    broken.refresh_from_db()
    assert (broken.state, broken.attempts) == ("waiting", 1)
    assert "InvalidOperation" in broken.last_error


def test_no_address_and_no_word_of_a_mail_is_logged(post: Post, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="partwright")
    post.rcpt[CUSTOMER] = [f"550 {CUSTOMER} unknown"]
    deliver(owed())
    post.data = ["451 later"]
    deliver(owed(cc=[BILLING]))
    assert "mail=" in caplog.text
    for word in ("@", "Müller", "Motorhalter"):
        assert word not in caplog.text


# --- without a server


def test_without_a_server_it_is_kept() -> None:
    row = deliver(owed())
    assert (row.state, row.sent_at, row.next_try) == ("kept", None, None)
    assert row.facts == facts("placed")


# --- claims


def test_a_claim_excludes_others_until_its_lease_is_over(post: Post) -> None:
    row, now = owed(), timezone.now()
    claimed = delivery._claim(row.pk, now)
    assert claimed
    assert (claimed.state, claimed.attempts) == ("sending", 1) or claimed.attempts == 1
    assert delivery._claim(row.pk, now + timedelta(seconds=29)) is None
    again = delivery._claim(row.pk, now + timedelta(seconds=31))
    assert again
    assert (again.attempts, again.message_id) == (2, row.message_id)
    delivery._mark(claimed, state="refused")  # it is not his any more
    row.refresh_from_db()
    assert row.state == "sending"


def test_the_conversation_ends_before_the_lease() -> None:
    assert timedelta(seconds=delivery.TIMEOUT + delivery.MARGIN) < delivery.LEASE
    assert timedelta(seconds=30) >= delivery.LEASE, "found by a sweep every 20 s, it is sent again within 60"


def test_a_mail_that_always_kills_its_worker_stops(post: Post) -> None:
    row, now = owed(), timezone.now()
    while delivery._claim(row.pk, now):
        now += timedelta(seconds=31)
    row.refresh_from_db()
    assert row.state == "refused"
    assert row.attempts < 20


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("shop")
def test_ten_workers_send_each_mail_once(post: Post) -> None:
    rows, now, ours = [owed() for _ in range(10)], timezone.now(), []
    start = threading.Barrier(10)

    def work() -> None:
        try:
            connection.ensure_connection()
            for row in rows:
                start.wait(30)
                ours.append(delivery.deliver(row.pk, now))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ours) == [False] * 90 + [True] * 10
    assert sorted(mail.message_id for mail in post.taken) == sorted(row.message_id for row in rows)


# --- the sweep


def test_the_sweep_finds_what_nobody_was_told_of(post: Post) -> None:
    unannounced = owed()
    now = timezone.now()
    left_behind = owed(
        state="sending", claimed_at=now - timedelta(seconds=31), next_try=now - timedelta(seconds=1), attempts=1
    )
    being_sent = owed(state="sending", claimed_at=now, next_try=now + timedelta(seconds=30), attempts=1)
    backing_off = owed(next_try=now + timedelta(minutes=2), attempts=2)
    timeless = owed(next_try=None)
    assert sweep(now) == 3
    for row, state in ((unannounced, "sent"), (left_behind, "sent"), (timeless, "sent"), (being_sent, "sending")):
        row.refresh_from_db()
        assert row.state == state
    backing_off.refresh_from_db()
    assert backing_off.state == "waiting"
    assert sweep(now) == 0


def test_what_is_due_is_found_by_an_index() -> None:
    if connection.vendor == "postgresql":  # which reads a small table as a whole, unless told otherwise
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
    plan = OutgoingEmail.objects.filter(delivery._is_due(timezone.now())).explain()
    assert "email_due" in plan


def test_in_the_order_written_with_troublesome_ones_last(post: Post) -> None:
    troublesome = owed(attempts=3)
    rows = [owed() for _ in range(3)]
    sweep(timezone.now())
    assert [mail.message_id for mail in post.taken] == [row.message_id for row in (*rows, troublesome)]


def test_a_sweep_is_bounded(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("notifications.sweep.SECONDS", 0.3)
    post.seconds = 0.2
    for _ in range(10):
        owed()
    assert 1 <= sweep(timezone.now()) <= 3


# --- the server's address


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.example", ("mail.example", 25, "", "", "")),
        ("smtp://u:p%40ss@mail.example:2525", ("mail.example", 2525, "u", "p@ss", "")),
        ("smtp://u:p@mail.example?tls=starttls", ("mail.example", 587, "u", "p", "starttls")),
        ("smtp+tls://u:p@mail.example:587", ("mail.example", 587, "u", "p", "starttls")),
        ("smtps://mail.example", ("mail.example", 465, "", "", "ssl")),
    ],
)
def test_server_address(url: str, expected: tuple[object, ...]) -> None:
    found = smtp.server(url)
    assert (found.host, found.port, found.username, found.password, found.tls) == expected
    assert "p@ss" not in repr(found)


@pytest.mark.parametrize("url", ["http://mail.example", "smtp://", "mail.example", "smtp://m.example?tls=yes"])
def test_a_wrong_address_is_told_at_the_start(url: str, settings: Settings) -> None:
    from django.core.checks import run_checks

    settings.SMTP_URL = url
    assert "notifications.E001" in {message.id for message in run_checks()}
    assert deliver(owed()).state == "waiting", "and loses no mail"


def test_an_attachment_is_waited_for(post: Post) -> None:
    row = owed("refund", facts=facts("refund") | {"attachments": [{"filename": "c.pdf", "storage": "none.pdf"}]})
    assert deliver(row).state == "waiting"
    row.attempts = delivery.WAITS_FOR_ATTACHMENT
    row.save()
    assert deliver(row, timedelta(hours=9)).state == "sent"
    assert rendering.render(row).attachments == ()
