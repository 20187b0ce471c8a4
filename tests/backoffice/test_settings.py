"""The shop's settings and its own words for e-mails."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import Activity, Shop
from backoffice.settings import SECTIONS
from notifications import overrides
from notifications.matrix import EVENTS
from notifications.models import OutgoingEmail, Wording
from notifications.rendering import render, subject
from tests import factories
from tests.backoffice.helpers import signed_in

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)


def typed(client: Client, section: str) -> dict[str, Any]:
    """What the page's form would send as it stands."""
    form = client.get(reverse("bo_settings", args=[section])).context["form"]
    values = {name: form[name].value() for name in form.fields if name != "upload"}
    return {name: value for name, value in values.items() if value is not None and value is not False}


def save(client: Client, section: str, **changes: Any) -> Any:
    return client.post(reverse("bo_settings", args=[section]), {**typed(client, section), **changes})


@pytest.mark.parametrize("section", SECTIONS)
def test_every_section_is_shown_and_saved_as_it_stands_without_a_trace(section: str, shop: Any) -> None:
    client = signed_in("manager")
    page = client.get(reverse("bo_settings", args=[section]))
    assert page.status_code == 200
    if page.context["form"]:
        assert save(client, section).status_code == 303
        assert not Activity.objects.exists()


SAVED = [
    ("identity", "name", "Werkstatt Süd"),
    ("review", "review_order_value", "1.500,50"),
    ("review", "holidays", "2027-12-24\n2027-01-01"),
    ("payment", "net_days", "21"),
    ("tax", "vat_id", "DE136695976"),
    ("numbers", "invoice_series", "INV"),
    ("notifications", "order_email", "orders@example.com"),
]


@pytest.mark.parametrize(("section", "field", "value"), SAVED)
def test_a_setting_is_saved_in_the_shops_row_and_recorded(section: str, field: str, value: str, shop: Any) -> None:
    assert save(signed_in("manager"), section, **{field: value}).status_code == 303
    kept = getattr(Shop.get(), field)
    wanted = {"1.500,50": "1500.50", "2027-12-24\n2027-01-01": "['2027-01-01', '2027-12-24']"}.get(value, value)
    assert str(kept) == wanted
    done = Activity.objects.get(code="settings_changed", about=f"settings:{section}")
    assert field in done.details["changes"] or field in done.details["fields"]


REFUSED = [
    ("identity", "name", ""),
    ("identity", "timezone", "Mars/Base"),
    ("review", "holidays", "24.12.2027"),
    ("review", "cutoff_hour", "24"),
    ("review", "offer_valid_days", "0"),
    ("payment", "prepayment_percent", "101"),
    ("tax", "vat_id", "DE1"),
    ("numbers", "next_order_number", "1"),
    ("numbers", "next_order_number", "99999999"),
    ("numbers", "invoice_series", "r 1"),
    ("numbers", "credit_note_series", "R"),
    ("numbers", "number_digits", "0"),
    ("notifications", "email", "nobody"),
]


@pytest.mark.parametrize(("section", "field", "value"), REFUSED)
def test_what_cannot_be_is_refused_beside_its_field(section: str, field: str, value: str, shop: Any) -> None:
    factories.make_order()
    answer = save(signed_in("manager"), section, **{field: value})
    assert answer.status_code == 422 and field in answer.context["form"].errors
    assert not Activity.objects.filter(code="settings_changed").exists()


def test_a_threshold_needs_something_to_exceed(shop: Any) -> None:
    assert save(signed_in("manager"), "review", review_mode="threshold").status_code == 422


def test_new_terms_need_a_new_version(shop: Any) -> None:
    factories.make_shop(terms_text="Old")
    client = signed_in("manager")
    assert save(client, "payment", terms_text="New").status_code == 422
    assert save(client, "payment", terms_text="New", terms_version="2").status_code == 303


def test_the_second_of_two_who_change_settings_is_told(shop: Any) -> None:
    client, path = signed_in("manager"), reverse("bo_settings", args=["identity"])
    late = {**typed(client, "identity"), "name": "Second"}
    save(signed_in("manager"), "identity", name="First")
    answer = client.post(path, late)
    assert answer.status_code == 409 and 'value="Second"' in answer.content.decode()
    assert Shop.get().name == "First"


def test_orders_and_invoices_take_the_new_numbers(shop: Any) -> None:
    client = signed_in("manager")
    assert save(client, "numbers", next_order_number="5000", number_digits="3").status_code == 303
    assert factories.make_order().number == 5000
    assert Shop.get().next_order_number == 5001


def test_a_logo_is_shown_everywhere_and_judged_by_its_content(shop: Any) -> None:
    client = signed_in("manager")
    bad = save(client, "identity", upload=SimpleUploadedFile("logo.png", b"<svg onload=alert(1)>"))
    assert bad.status_code == 422
    assert save(client, "identity", upload=SimpleUploadedFile("logo.png", PNG)).status_code == 303
    url = Shop.get().logo_url
    assert url in Client().get(reverse("home")).content.decode()
    assert Client().get(url).content == PNG
    assert save(client, "identity", no_logo="on").status_code == 303
    assert Shop.get().logo == "" and Client().get(url).status_code == 404


# --- e-mail wording

WORDS = {
    "subject": "Thanks for #{number}",
    "heading": "Hello {customer}",
    "text": "We begin {number} soon.\n\n<b>{shop}</b>",
    "button": "Look",
}


def wording_url(name: str = "bo_wording") -> str:
    return reverse(name, args=["placed", "customer"])


def save_words(client: Client, **changes: Any) -> Any:
    version = Wording.objects.values_list("version", flat=True).first() or 0
    return client.post(wording_url(), {**WORDS, "version": version, "action": "save", **changes})


def test_own_words_go_into_the_mail_as_text_until_they_are_reset(shop: Any) -> None:
    client, order = signed_in("manager"), factories.make_order()
    mail = OutgoingEmail.objects.get(event="placed", audience="customer", about=f"order:{order.pk}")
    usual = render(mail).subject
    assert save_words(client).status_code == 303
    made = render(mail)
    assert made.subject == subject(mail) == f"Thanks for #{order.number}"
    assert "Hello Müller GmbH" in made.text and f"We begin {order.number} soon." in made.text
    assert "<b>" not in made.html and "&lt;b&gt;" in made.html
    assert client.post(wording_url("bo_wording_reset")).status_code == 303
    assert render(mail).subject == usual
    assert list(Activity.objects.order_by("pk").values_list("code", flat=True)) == ["wording_changed", "wording_reset"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("text", "{total}"),
        ("text", "a { b"),
        ("heading", "{0}"),
        ("subject", "Thanks"),
        ("text", ""),
        ("text", "{number!r}"),
    ],
)
def test_words_that_cannot_be_are_refused(field: str, value: str, shop: Any) -> None:
    answer = save_words(signed_in("manager"), **{field: value})
    assert answer.status_code == 422 and field in answer.context["form"].errors


def test_the_second_of_two_editors_of_words_is_told(shop: Any) -> None:
    client = signed_in("manager")
    save_words(client)
    answer = save_words(client, version=0, heading="Mine")
    assert answer.status_code == 409 and 'value="Mine"' in answer.content.decode()


def test_the_preview_shows_what_is_typed_on_the_order_asked_for(shop: Any) -> None:
    client, order = signed_in("manager"), factories.make_order()
    factories.make_order()
    page = client.get(wording_url("bo_wording_preview"), {**WORDS, "order": order.number}).content.decode()
    assert f"We begin {order.number} soon." in page and not Wording.objects.exists()
    assert client.get(wording_url("bo_wording_preview"), {**WORDS, "text": "{x}"}).status_code == 422


def test_a_test_mail_goes_to_oneself_and_saves_nothing(shop: Any, mailoutbox: Any) -> None:
    boss = factories.make_staff("manager")
    factories.make_order()
    assert save_words(signed_in(user=boss), action="test").status_code == 200
    (sent,) = mailoutbox
    assert sent.to == [boss.email] and "Thanks for" in sent.subject
    assert "We begin" in sent.body and "We begin" in sent.alternatives[0][0]
    assert not Wording.objects.exists()


def test_every_usual_wording_can_be_saved_as_it_is_prefilled(shop: Any) -> None:
    for event in EVENTS.values():
        for audience in event.audiences:
            usual = overrides.usual(event.name, audience)
            texts = (usual.subject, usual.heading, usual.text, usual.button)
            assert all(texts) and not any(overrides.unknown_in(text) for text in texts), (event.name, audience)
            assert "{number}" in usual.subject
