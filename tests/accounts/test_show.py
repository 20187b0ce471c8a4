"""Filters, form fields and the pieces of pages."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.template import Context, Template

from accounts.fields import LocalDecimalField, VatIdField
from accounts.models import Shop
from accounts.templatetags import show

NBSP = "\xa0"
NO_PAGES = {"emails", "documents"}


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("1,5", "1.5"),
        ("1.5", "1.5"),
        (" 12 ", "12"),
        ("1.234,50", "1234.50"),
        ("1,234.50", "1234.50"),
        ("1 234,5", "1234.5"),
        ("1'234.50", "1234.50"),
        ("1.234.567,8", "1234567.8"),
        ("-0,25", "-0.25"),
    ],
)
def test_numbers_with_comma_and_point(typed: str, value: str) -> None:
    assert LocalDecimalField().clean(typed) == Decimal(value)


@pytest.mark.parametrize("typed", ["1,2,3", "one", "1.2.3", "1,23.4,5", "NaN"])
def test_what_is_no_number_is_refused(typed: str) -> None:
    with pytest.raises(ValidationError):
        LocalDecimalField().clean(typed)


@pytest.mark.parametrize(("typed", "kept"), [("de 136695976", "DE136695976"), ("ATU13585627", "ATU13585627"), ("", "")])
def test_vat_ids(typed: str, kept: str) -> None:
    assert VatIdField(required=False).clean(typed) == kept


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (show.money(Decimal("1234.5")), f"1,234.50{NBSP}€"),
        (show.money(Decimal("0.1"), "CHF"), f"0.10{NBSP}CHF"),
        (show.money(None), "–"),
        (show.number(1234), "1,234"),
        (show.number("1234.5", 2), "1,234.50"),
        (show.percent(19), f"19{NBSP}%"),
        (show.percent(Decimal("7.50")), f"7.5{NBSP}%"),
        (show.percent(Decimal("100")), f"100{NBSP}%"),
        (show.mm(9.876), "9.88"),
        (show.mm("1234.5"), "1,234.5"),
        (show.area(123456), f"1,235{NBSP}cm²"),
        (show.volume(12345), f"12.3{NBSP}cm³"),
        (show.filesize(999), f"999{NBSP}B"),
        (show.filesize(1400000), f"1.3{NBSP}MB"),
        (show.filesize(200 * 1024 * 1024), f"200{NBSP}MB"),
        (show.initials("Ada von Löwe"), "AL"),
        (show.initials("ada@example.org"), "AE"),
        (show.initials(""), ""),
        (show.country("DE"), "Germany"),
        (show.country("??"), "??"),
    ],
)
def test_filters(shown: str, expected: str) -> None:
    assert shown == expected


def test_times_are_the_shops() -> None:
    context = Context({"shop": Shop(timezone="Europe/Berlin"), "at": datetime(2026, 5, 2, 22, 30, tzinfo=UTC)})
    assert ">3 May 2026</time>" in Template("{% day at %}").render(context)
    assert ">3 May 2026, 00:30</time>" in Template("{% moment at %}").render(context)


def test_a_day_is_a_day_in_every_zone() -> None:
    context = Context({"shop": Shop(timezone="Pacific/Auckland"), "due": date(2026, 5, 3), "never": None})
    assert Template("{% day due %}{% day never %}").render(context) == '<time datetime="2026-05-03">3 May 2026</time>–'


class ExampleForm(forms.Form):
    amount = LocalDecimalField(help_text="In euros.")
    agree = forms.BooleanField(required=False)
    way = forms.ChoiceField(choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)


def test_a_field_has_label_help_and_error() -> None:
    page = ExampleForm({"amount": "x"})["amount"].as_field_group()
    assert '<label class="field-label" for="id_amount">' in page
    assert 'class="form-control"' in page and 'aria-invalid="true"' in page
    assert 'aria-describedby="id_amount_helptext id_amount_error"' in page
    assert 'id="id_amount_helptext"' in page and 'id="id_amount_error" role="alert"' in page


def test_a_group_of_radios_has_a_legend() -> None:
    page = ExampleForm()["way"].as_field_group()
    assert "<fieldset" in page and "<legend>Way" in page and page.count('type="radio"') == 2


def test_a_box_to_tick_stands_before_its_label() -> None:
    page = ExampleForm()["agree"].as_field_group()
    assert page.index("<input") < page.index("Agree")
    assert "optional" not in page


def pages() -> list[Path]:
    """All templates of pages; mails and documents are no pages and have their styles with them."""
    templates = settings.BASE_DIR / "templates"
    return sorted(page for page in templates.rglob("*.html") if page.relative_to(templates).parts[0] not in NO_PAGES)


def test_every_icon_of_the_pages_is_in_the_sprite() -> None:
    sprite = (settings.BASE_DIR / "static" / show.SPRITE).read_text()
    there = set(re.findall(r'<symbol id="([\w-]+)"', sprite))
    used = {
        name
        for page in pages()
        for name in re.findall(r'{% icon "([\w-]+)"|symbol="([\w-]+)"', page.read_text())
        for name in name
        if name
    }
    assert used <= there, f"manage.py icons {' '.join(sorted(used - there))}"


def test_no_page_has_what_the_content_policy_drops() -> None:
    forbidden = re.compile(r"\sstyle=|<style|\son[a-z]+=\"|<script(?![^>]* src=)|javascript:")
    found = [f"{page.name}: {match[0]}" for page in pages() if (match := forbidden.search(page.read_text()))]
    assert found == []


@pytest.mark.parametrize(
    ("amount", "shown"),
    [("17.4950", "17.495\u00a0€"), ("8", "8.00\u00a0€"), ("0.12344", "0.1234\u00a0€"), ("1234.5", "1,234.50\u00a0€")],
)
def test_the_price_of_one_piece_is_as_exact_as_it_is(amount: str, shown: str) -> None:
    assert show.unit_money(Decimal(amount)) == shown


@pytest.mark.parametrize(("length", "shown"), [(9.99999, "10.0"), (9.994, "9.99"), (0.5, "0.50"), (60, "60.0")])
def test_a_length_has_the_places_of_what_it_rounds_to(length: float, shown: str) -> None:
    assert show.mm(length) == shown
