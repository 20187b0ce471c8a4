"""Every mail renders, says what it must, and nothing in it can be turned against its reader."""

import re
from html.parser import HTMLParser
from io import BytesIO
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image
from pytest_django import Settings

from accounts.models import Shop
from notifications import links
from notifications.letter import compose
from notifications.matrix import EVENTS, STATUS_EVENTS
from notifications.rendering import NotReady, preview, render, subject
from tests.notifications.samples import LABELS, row

pytestmark = pytest.mark.usefixtures("shop")
MAILS = [(event, audience) for event, rule in EVENTS.items() for audience in rule.audiences]
LITERAL = {"placed", "waiting_for_review", "firm_offer_sent", "po_provided", "waiting_for_payment", "po_payment_due"}


class Page(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def all(self, tag: str, name: str) -> list[str]:
        return [attrs.get(name) or "" for found, attrs in self.tags if found == tag]


def picture() -> bytes:
    file = BytesIO()
    Image.new("RGB", (8, 8), "teal").save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize(("event", "audience"), MAILS)
def test_everything_that_a_mail_carries(event: str, audience: str) -> None:
    mail = render(row(event, audience))
    page = Page(mail.html)
    for shown in (page.text, " ".join(mail.text.split())):
        for fact in ("#1017", "Unpaid", "Motorhalter_links_v3.step", "Selective laser sintering", "PA 12"):
            assert fact in shown
        for fact in ("Vapour smoothed", "Black", "25", "412.50", "DHL parcel", "6.90", "437.80", "83.18", "520.98"):
            assert fact in shown
        assert "We start on Monday." in shown
        assert LABELS[row(event, audience).facts["to"]] in shown
        if event in STATUS_EVENTS:
            assert "Waiting for review" in shown
    (button,) = [attrs for tag, attrs in page.tags if tag == "a" and "button" in str(attrs.get("class"))]
    assert str(button["href"]).startswith("http://127.0.0.1:8000/orders/Abc123/")
    assert page.all("a", "href").count(str(button["href"])) == 2, "the button and the plain link"
    assert str(button["href"]) in mail.text
    assert "1017" in mail.subject
    assert mail.subject == subject(row(event, audience))


@pytest.mark.parametrize(("event", "audience"), MAILS)
def test_minimal_facts(event: str, audience: str) -> None:
    mail = render(row(event, audience, "minimal"))
    assert "#1017" in mail.subject
    assert "None" not in mail.text
    assert '""' not in mail.text


@pytest.mark.parametrize(("event", "audience"), MAILS)
def test_hostile_facts(event: str, audience: str) -> None:
    mail = render(row(event, audience, "hostile"))
    page = Page(mail.html)
    assert "script" not in {tag for tag, _ in page.tags}
    assert all(source.startswith("cid:") for source in page.all("img", "src"))
    assert not any(name.startswith("on") for _, attrs in page.tags for name in attrs)
    assert "SECRET_KEY" in mail.text, "printed literally"
    for sign in "\r\x00\u202e":
        assert sign not in mail.text + mail.html + mail.subject
    assert "\n" not in mail.subject
    message = compose(row(event, audience, "hostile"), mail).message()
    assert message["Bcc"] is None
    assert not re.search(rb"^bcc:", message.as_bytes().partition(b"\n\n")[0], re.I | re.M)


def test_nothing_is_fetched_when_it_is_opened() -> None:
    html = render(row("placed")).html
    assert not re.search(r"""(src|background)=["']?https?:|url\(|@import|<link|<script""", html)


@pytest.mark.parametrize("event", sorted(STATUS_EVENTS - LITERAL))
@pytest.mark.parametrize("audience", ["customer", "shop"])
def test_a_change_names_both_statuses(event: str, audience: str) -> None:
    before = {"from": "ready_for_shipping", "from_label": "Ready for shipping"}
    if event == "ready_for_shipping":
        before = {"from": "manufacturing", "from_label": "Manufacturing"}
    mail = render(row(event, audience, **before))
    assert f'status changed from "{before["from_label"]}" to "{LABELS[event]}"' in mail.subject
    assert f'status changed from "{before["from_label"]}" to "{LABELS[event]}"' in mail.text


def test_the_shop_reads_the_real_previous_status() -> None:
    mail = render(row("firm_offer_sent", "shop"))
    assert 'status changed from "Waiting for review" to "Firm offer sent"' in mail.subject
    mail = render(row("waiting_for_payment", "shop", **{"from": "manufacturing", "from_label": "Manufacturing"}))
    assert 'status changed from "Manufacturing" to "Waiting for payment"' in mail.subject


@pytest.mark.parametrize("audience", ["customer", "shop"])
@pytest.mark.parametrize("event", sorted(LITERAL))
def test_a_status_entered_again_is_a_change(event: str, audience: str) -> None:
    again = {"again": True, "from": "on_hold", "from_label": "On hold"}
    mail = render(row(event, audience, **again))
    first = render(row(event, audience, **{**again, "again": False}))
    assert f'status changed from "On hold" to "{LABELS[event]}"' in mail.text
    if event in {"placed", "waiting_for_review"}:
        assert mail.subject != first.subject
    assert "We start on Monday." in mail.text
    assert "Could you make part two in black?" in mail.text


@pytest.mark.parametrize("audience", ["customer", "shop"])
@pytest.mark.parametrize("before", ["waiting_for_review", "firm_offer_sent"])
def test_a_revised_offer_says_what_it_replaces(audience: str, before: str) -> None:
    mail = render(row("firm_offer_sent", audience, again=True, **{"from": before, "from_label": LABELS[before]}))
    assert "Revision 2 replaces revision 1" in mail.text
    assert ("status changed" in mail.text) == (before == "waiting_for_review")


def test_a_resumed_offer_replaces_nothing() -> None:
    mail = render(row("firm_offer_sent", again=True, **{"from": "on_hold", "from_label": "On hold"}))
    assert "replaces" not in mail.text


@pytest.mark.parametrize("audience", ["customer", "shop"])
def test_from_the_quotation_tool_it_is_a_new_offer(audience: str) -> None:
    draft = {"from_quotation_tool": True, "from": "draft", "from_label": "Draft", "revision": 1, "replaces": 0}
    mail = render(row("firm_offer_sent", audience, **draft))
    assert "new offer" in mail.subject + mail.text
    assert "changed from" not in mail.subject + mail.text + mail.html
    assert "Draft" not in mail.text


@pytest.mark.parametrize("audience", ["customer", "shop"])
def test_reasons_stand_in_the_mail_about_the_review_alone(audience: str) -> None:
    assert "walls of 0.4 mm" in render(row("waiting_for_review", audience)).text
    assert "walls of 0.4 mm" not in render(row("placed", audience)).text


@pytest.mark.parametrize(("event", "audience"), MAILS)
def test_hidden_prices_are_nowhere(event: str, audience: str) -> None:
    mail = render(row(event, audience, price_hidden=True))
    assert "to be determined" in mail.text
    for amount in ("412.50", "38.40", "437.80", "83.18", "520.98", "6.90", "20.00", "260.49"):
        assert amount not in mail.text + mail.html + mail.subject


def test_one_hidden_line_hides_the_total() -> None:
    lines: list[dict[str, Any]] = row("placed").facts["lines"]
    lines[0]["price"] = None
    mail = render(row("placed", lines=lines))
    assert "38.40" in mail.text
    assert "520.98" not in mail.text + mail.html


@pytest.mark.parametrize("state", ["working", "to_be_quoted"])
def test_a_line_without_a_price_says_why(state: str) -> None:
    lines: list[dict[str, Any]] = row("placed").facts["lines"]
    lines[0] |= {"price": None, "state": state}
    mail = render(row("waiting_for_review", lines=lines))
    assert {"working": "being calculated", "to_be_quoted": "to be quoted"}[state] in mail.text
    assert "so far" in mail.text


def test_reminder_counts_the_days() -> None:
    def told(due: str) -> str:
        reminder = row("payment_due_reminder", due=due)
        reminder.created_at = reminder.created_at.replace(year=2026, month=12, day=28, hour=10)
        return render(reminder).subject

    assert "due in 2 days" in told("2026-12-30")
    assert "due in 1 day" in told("2026-12-29")
    assert "due today" in told("2026-12-28")


# --- pictures and attachments


def test_thumbnails_are_inside(settings: Settings, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}}
    }
    default_storage.save("thumbnails/one.png", ContentFile(picture()))
    mail = render(row("placed"))
    assert [found.content for found in mail.pictures] == [picture()]
    assert f'src="cid:{mail.pictures[0].cid}"' in mail.html
    parts = [part for part in compose(row("placed"), mail).message().walk() if part.get_content_maintype() == "image"]
    assert [part["Content-ID"] for part in parts] == [f"<{mail.pictures[0].cid}>"]
    assert parts[0].get_payload(decode=True) == picture()
    shown = preview(row("placed")).html
    assert "cid:" not in shown
    assert 'src="data:image/png;base64,' in shown


def test_a_picture_that_is_not_there_or_none_leaves_a_box() -> None:
    default_storage.save("thumbnails/page.svg", ContentFile(b"<svg onload='alert(1)'/>"))
    lines: list[dict[str, Any]] = row("placed").facts["lines"]
    for name in ("missing.png", "../../etc/passwd", "thumbnails/page.svg"):
        lines[0]["thumbnail"] = name
        mail = render(row("placed", lines=lines))
        assert mail.pictures == ()
        assert "<img" not in mail.html


def test_an_attachment_is_waited_for_and_then_left_out() -> None:
    refund = row("refund", attachments=[{"filename": "credit-note.pdf", "storage": "documents/none.pdf"}])
    with pytest.raises(NotReady):
        render(refund, patient=True)
    assert "credit note" not in render(refund).text
    name = default_storage.save("documents/credit.pdf", ContentFile(b"%PDF-1.7"))
    refund.facts["attachments"][0]["storage"] = name
    mail = render(refund, patient=True)
    assert mail.attachments == (("credit-note.pdf", b"%PDF-1.7"),)
    assert "credit note is attached" in mail.text
    (part,) = [part for part in compose(refund, mail).message().walk() if part.get_content_type() == "application/pdf"]
    assert part.get_filename() == "credit-note.pdf"


# --- links that act, and what staff see


def test_staff_see_no_key() -> None:
    for event in ("firm_offer_sent", "waiting_for_payment"):
        sent, shown = render(row(event)), preview(row(event))
        (key,) = set(re.findall(r"key=([\w.:-]+)", sent.text))
        assert key in sent.html
        assert key not in shown.html + shown.text
        assert links.MASK in shown.text


def test_a_mail_of_the_log_in_shows_staff_its_subject_alone() -> None:
    mail = row("paid")
    mail.event = mail.audience = "account"
    mail.facts = {"subject": "Set a new password", "body": "Hello,\n\nhttp://127.0.0.1:8000/reset/secret/\n\nbye"}
    assert "reset/secret" in render(mail).html
    shown = preview(mail)
    assert "secret" not in shown.html + shown.text
    assert shown.subject == "Set a new password"


def test_the_shop_is_the_sender_and_its_name_cannot_add_headers(shop: Shop) -> None:
    shop.name, shop.email = "Evil\r\nBcc: victim@evil.example", "hello@shop.example"
    shop.save()
    message = compose(row("placed"), render(row("placed"))).message()
    assert message["Bcc"] is None
    assert message["Reply-To"] == "hello@shop.example"
    assert "orders@localhost" in message["From"]
    assert compose(row("placed", "shop"), render(row("placed", "shop"))).reply_to == ["joerg@mueller.example"]
