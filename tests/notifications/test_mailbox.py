"""The page on which a demo shop's mails are read: open on this machine alone, without rights inside the frame."""

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from notifications.models import OutgoingEmail
from tests.notifications.samples import row, storable

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shop")]


@pytest.fixture
def kept(settings: Settings) -> OutgoingEmail:
    settings.DEMO, settings.LOOPBACK_ONLY, settings.SMTP_URL = True, True, ""
    mail = row("firm_offer_sent", kind="hostile")
    mail.state, mail.facts = "kept", storable(mail.facts)
    mail.save()
    return mail


def pages(mail: OutgoingEmail) -> list[str]:
    return [reverse("mailbox"), reverse("mailbox_mail", args=[mail.pk]), reverse("mailbox_html", args=[mail.pk])]


def test_open(kept: OutgoingEmail, client: Client) -> None:
    for page in pages(kept):
        response = client.get(page)
        assert response.status_code == 200
        assert "no-store" in response["Cache-Control"]
        assert client.post(page).status_code == 405


@pytest.mark.parametrize(
    "closed", [{"DEMO": False}, {"LOOPBACK_ONLY": False}, {"SMTP_URL": "smtp://mail.example"}], ids=lambda it: [*it][0]
)
def test_elsewhere_it_does_not_exist(
    kept: OutgoingEmail, client: Client, settings: Settings, closed: dict[str, object]
) -> None:
    for name, value in closed.items():
        setattr(settings, name, value)
    for page in pages(kept):
        assert client.get(page).status_code == 404


def test_newest_first_and_by_recipient(kept: OutgoingEmail, client: Client) -> None:
    other = row("placed")
    other.key, other.state, other.to, other.cc = "other", "kept", ["eve@customer.example"], ["boss@customer.example"]
    other.save()
    page = client.get(reverse("mailbox")).content.decode()
    assert page.index(reverse("mailbox_mail", args=[other.pk])) < page.index(reverse("mailbox_mail", args=[kept.pk]))
    for person in ("eve@customer.example", "boss@customer.example"):
        page = client.get(reverse("mailbox"), {"to": person}).content.decode()
        assert reverse("mailbox_mail", args=[other.pk]) in page
        assert reverse("mailbox_mail", args=[kept.pk]) not in page


def test_only_kept_mails_are_shown(kept: OutgoingEmail, client: Client) -> None:
    OutgoingEmail.objects.update(state="sent")
    assert client.get(pages(kept)[1]).status_code == 404
    assert client.get(pages(kept)[2]).status_code == 404


def test_the_frame_has_no_rights(kept: OutgoingEmail, client: Client) -> None:
    around, inside = (client.get(page) for page in pages(kept)[1:])
    assert around["X-Frame-Options"] == "DENY"
    assert "frame-src 'self'" in around["Content-Security-Policy"]
    assert "sandbox" in around.content.decode()
    assert inside["X-Frame-Options"] == "SAMEORIGIN"
    policy = inside["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "allow-scripts" not in policy + around.content.decode()
    assert "allow-same-origin" not in policy + around.content.decode()
    assert "<script>alert" not in inside.content.decode() + around.content.decode()
