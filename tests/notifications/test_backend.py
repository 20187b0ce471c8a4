"""Mails of the log-in go through the outbox, and what could sign somebody in does not stay."""

import pytest
from django.core.mail import EmailMessage, EmailMultiAlternatives, get_connection, send_mail
from django.utils import timezone
from pytest_django import Settings

from notifications import delivery
from notifications.models import OutgoingEmail
from tests.notifications.servers import Post

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shop")]
BACKEND = "notifications.backend.OutboxBackend"
BODY = "Hello,\n\nplease confirm:\n\nhttp://127.0.0.1:8000/account/confirm/TOKEN/\n\nbye"


@pytest.fixture(autouse=True)
def _outbox(settings: Settings) -> None:
    settings.EMAIL_BACKEND = BACKEND  # the test runner puts another one in its place


def written() -> OutgoingEmail:
    send_mail("Please confirm", BODY, None, ["ada@customer.example"])
    return OutgoingEmail.objects.get()


def test_a_row_like_any_other() -> None:
    row = written()
    assert (row.event, row.audience, row.state, row.to) == ("account", "account", "waiting", ["ada@customer.example"])
    assert row.facts["body"] == BODY


def test_the_body_is_erased_once_sent(post: Post) -> None:
    row = written()
    delivery.deliver(row.pk, timezone.now())
    row.refresh_from_db()
    assert (row.state, row.facts) == ("sent", {"subject": "Please confirm"})
    (mail,) = post.taken
    for kind in ("plain", "html"):
        part = mail.message.get_body((kind,))
        assert part
        assert "/account/confirm/TOKEN/" in part.get_content()


def test_the_body_is_kept_while_it_is_tried_again_and_erased_when_refused(post: Post) -> None:
    post.data = ["451 later", "550 never"]
    row = written()
    delivery.deliver(row.pk, timezone.now())
    row.refresh_from_db()
    assert row.facts["body"] == BODY
    delivery.deliver(row.pk, timezone.now() + timezone.timedelta(minutes=1))
    row.refresh_from_db()
    assert (row.state, row.facts) == ("refused", {"subject": "Please confirm"})
    assert not delivery.send_again(row.pk, timezone.now()), "there is nothing left to send"


@pytest.mark.parametrize("demo", [True, False])
def test_without_a_server_it_is_readable_on_the_demo_page_alone(settings: Settings, demo: bool) -> None:
    settings.DEMO = demo
    row = written()
    delivery.deliver(row.pk, timezone.now())
    row.refresh_from_db()
    assert row.state == "kept"
    assert ("body" in row.facts) == demo


def test_the_librarys_own_html_is_sent_as_it_is(post: Post) -> None:
    message = EmailMultiAlternatives("Hi", "text", None, ["ada@customer.example"])
    message.attach_alternative("<html><head></head><body><p>own</p></body></html>", "text/html")
    message.send()
    delivery.deliver(OutgoingEmail.objects.get().pk, timezone.now())
    part = post.taken[0].message.get_body(("html",))
    assert part
    assert "<p>own</p>" in part.get_content()


def test_what_it_cannot_carry_is_refused_aloud() -> None:
    with pytest.raises(ValueError, match="attachments"):
        EmailMessage("x", "y", None, ["a@x.example"], bcc=["b@x.example"]).send()
    assert get_connection().send_messages([EmailMessage("nobody", "y")]) == 0
