from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import timezone

from notifications import links
from tests.notifications.samples import row


def key_of(url: str) -> str:
    return parse_qs(urlsplit(url).query).get("key", [""])[0]


def test_what_a_key_says() -> None:
    mail = row("firm_offer_sent")
    key = links.read(key_of(links.url(mail)), timezone.now())
    assert key
    assert (key.purpose, key.about, key.revision) == (links.ACCEPT, "order:17", 2)
    copied = links.read(key_of(links.url(mail, copy=True)), timezone.now())
    assert copied
    assert copied.purpose == links.VIEW


@pytest.mark.parametrize("event", ["waiting_for_payment", "po_payment_due", "payment_due_reminder", "payment_failed"])
def test_payment_pages_open_to_pay(event: str) -> None:
    mail = row(event)
    mail.cc = ["billing@customer.example"]
    key = links.read(key_of(links.url(mail)), timezone.now())
    assert key
    assert key.purpose == links.PAY
    assert not links.copy_differs(mail)


def test_other_pages_need_a_log_in() -> None:
    assert "?" not in links.url(row("placed"))
    assert "?" not in links.url(row("firm_offer_sent", "shop"))


def test_a_key_expires_and_cannot_be_changed() -> None:
    key, now = key_of(links.url(row("firm_offer_sent"))), timezone.now()
    assert links.read(key, now + timedelta(days=89))
    assert links.read(key, now + timedelta(days=91)) is None
    for wrong in (key.replace("order:17", "order:18"), key[:-1], "", "a:b", key.replace("accept", "pay")):
        assert links.read(wrong, now) is None


def test_a_repeated_mail_carries_the_same_link() -> None:
    mail = row("firm_offer_sent")
    assert links.url(mail) == links.url(mail)


def test_the_path_stays_on_our_site() -> None:
    assert urlsplit(links.url(row("placed", path="//evil.example/x"))).netloc == "127.0.0.1:8000"
