"""The quotation tool through HTTP, as sales use it: case 3 of the source text, button by button, and every refusal."""

from datetime import timedelta
from decimal import Decimal as D
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from notifications.models import OutgoingEmail
from orders.margins import Margin
from orders.models import Order
from orders.models.order import new_public_id
from quoting.models import Part
from tests import factories
from tests.backoffice.helpers import mails, signed_in
from tests.make_models import DATA
from tests.orders.pages import fields, hooks

pytestmark = pytest.mark.django_db

NEW = {
    "name": "Ida Brandt",
    "email": "Ida@Brandt.example",
    "phone": "",
    "is_business": "on",
    "company_name": "Brandt & Söhne",
    "vat_id": "",
    "billing_contact_name": "Buchhaltung",
    "billing_contact_email": "rechnung@brandt.example",
    "country": "DE",
}
UNTIL = (factories.NOON + timedelta(days=30)).date().isoformat()


@pytest.fixture
def seller() -> User:
    factories.make_shop()
    factories.make_price_list()
    return factories.make_staff("sales")


@pytest.fixture
def buyer(seller: User) -> User:
    user = factories.make_customer()
    user.company.addresses.create(**factories.ADDRESS, is_billing=True, is_shipping=True)  # type: ignore[union-attr]
    return user


@pytest.fixture
def client(seller: User) -> Client:
    return signed_in(user=seller)


def started(client: Client, buyer: User, lines: int = 1) -> Order:
    """A quote for the buyer with priced lines, by the buttons."""
    key = new_public_id()
    client.post(reverse("bo_quotation_new"), {"customer": buyer.pk, "key": key})
    order = Order.objects.get(public_id=key)
    for position in range(1, lines + 1):
        factories.add_line(order, position, factories.SELECTION, buyer)
    client.get(page(order))  # prices it
    return fresh(order)


def fresh(order: Order) -> Order:
    return Order.objects.get(pk=order.pk)


def page(order: Order) -> str:
    return reverse("quote", args=[order.public_id])


def press(client: Client, name: str, order: Order, /, *args: Any, htmx: bool = True, **data: Any) -> HttpResponse:
    """A form of the quote page, with the version that the page has."""
    data = {"version": fresh(order).version, **data}
    headers = {"HX-Request": "true"} if htmx else {}
    return client.post(reverse(name, args=[order.public_id, *args]), data, headers=headers)


def send(client: Client, order: Order, **more: Any) -> HttpResponse:
    data = {"key": str(uuid4()), "version": fresh(order).version, "valid_until": UNTIL, "mail_customer": "on", **more}
    return client.post(reverse("bo_quotation_send", args=[order.public_id]), data)


# --- for whom


def test_choosing_a_customer_starts_one_quote_however_often_it_is_pressed(client: Client, buyer: User) -> None:
    assert buyer.email in client.get(reverse("bo_quotation_new"), {"q": "müller gm"}).content.decode()
    key = new_public_id()
    answers = [client.post(reverse("bo_quotation_new"), {"customer": buyer.pk, "key": key}) for _ in range(2)]
    order = Order.objects.get()
    assert [answer["Location"] for answer in answers] == [page(order)] * 2
    assert (order.customer, order.company, order.from_quotation_tool, order.status) == (
        buyer,
        buyer.company,
        True,
        "draft",
    )
    assert order.shipping_address["city"] == order.billing_address["city"] == "Stuttgart"
    assert order.contact["email"] == buyer.email
    assert order.number is None
    assert not order.history.exists()


def test_a_new_customer_is_entered_on_the_spot(client: Client) -> None:
    key = new_public_id()
    for _ in range(2):
        assert client.post(reverse("bo_quotation_new"), {**NEW, "key": key}).status_code == 303
    order = Order.objects.get()
    user, company = order.customer, order.company
    assert user is not None and company is not None
    assert (user.email, user.has_usable_password(), user.has_verified_email) == ("ida@brandt.example", False, False)
    assert (company.name, company.is_business, company.billing_contact_email, company.net_days) == (
        "Brandt & Söhne",
        True,
        "rechnung@brandt.example",
        None,
    )
    assert order.billing_address == {}  # the customer gives it when confirming
    assert not OutgoingEmail.objects.exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"email": "no address"}, "email"),
        ({"email": "{buyer}"}, "email"),
        ({"company_name": ""}, "company_name"),
        ({"vat_id": "DE1"}, "vat_id"),
        ({"street": "Am Kai 4"}, "city"),
        ({"price_level_percent": "101"}, "price_level_percent"),
    ],
)
def test_a_new_customer_is_refused_beside_the_field(
    client: Client, buyer: User, change: dict[str, str], field: str
) -> None:
    data = {**NEW, **change, "key": new_public_id()}
    data["email"] = data["email"].replace("{buyer}", buyer.email)
    response = client.post(reverse("bo_quotation_new"), data)
    assert response.status_code == 422
    assert field in response.context["form"].errors  # type: ignore[attr-defined]
    assert not Order.objects.exists()


def test_only_accounting_grants_net_days(client: Client) -> None:
    terms = {"net_days": "30", "prepayment_percent": "0", "price_level_percent": "5"}
    client.post(reverse("bo_quotation_new"), {**NEW, **terms, "key": new_public_id()})
    both = signed_in("sales", "accounting")
    both.post(reverse("bo_quotation_new"), {**NEW, **terms, "email": "two@brandt.example", "key": new_public_id()})
    companies = [order.company for order in Order.objects.order_by("pk")]
    assert [(c.net_days, c.price_level_percent) for c in companies if c] == [(None, D(5)), (30, D(5))]


def test_staff_are_no_customers(client: Client, seller: User) -> None:
    response = client.post(reverse("bo_quotation_new"), {"customer": seller.pk, "key": new_public_id()})
    assert response.status_code == 404


def test_a_quote_passes_to_another_customer_with_copies_of_shared_models(client: Client, buyer: User) -> None:
    order, other = started(client, buyer), factories.make_customer()
    line = order.lines.get()
    factories.add_line(order, 2, factories.SELECTION, buyer, part=line.part)
    parts = Part.objects.count()
    earlier = factories.make_draft(buyer, lines=0)
    factories.add_line(earlier, 1, factories.SELECTION, buyer, part=line.part)
    response = client.post(reverse("bo_quotation_customer", args=[order.public_id]), {"customer": other.pk})
    assert response["Location"] == page(order)
    first, second = (one.part for one in fresh(order).lines.all())
    assert first is not None and first == second and first.company == other.company
    assert Part.objects.count() == parts + 1
    kept = earlier.lines.get().part
    assert kept is not None and kept.company == buyer.company
    assert fresh(order).customer == other


# --- building it


def test_models_are_uploaded_for_the_customer(client: Client, buyer: User, seller: User) -> None:
    order = started(client, buyer, lines=0)
    file = SimpleUploadedFile("bracket.stl", (DATA / "l_bracket.stl").read_bytes())
    client.post(reverse("quote_upload", args=[order.public_id]), {"files": file})
    part = fresh(order).lines.get().part
    assert part is not None and (part.company, part.uploaded_by) == (buyer.company, seller)


def test_price_by_hand_with_its_reason_shows_margin_to_staff_alone(client: Client, buyer: User) -> None:
    order = started(client, buyer)
    line = order.lines.get()
    cost = client.get(page(order)).context["quote"].lines[0].margin.cost
    assert 0 < cost < line.net
    powers = {"name": line.name, "override": "80", "staff_note": "secret note", "lead_days": "3"}
    refused = press(client, "line_shop", order, line.pk, **powers)
    assert refused.status_code == 422
    assert f"line-{line.pk}-shop-errors" in refused.content.decode()
    done = press(client, "line_shop", order, line.pk, **powers, override_reason="secret reason")
    assert "data-line-margin" in done.content.decode()
    line.refresh_from_db()
    assert (line.net, line.override_reason, line.lead_days, line.line_price.days) == (D(80), "secret reason", 3, 3)  # type: ignore[union-attr]
    shown = client.get(page(order)).context["quote"]
    assert shown.lines[0].margin == Margin(cost, D(80))
    assert shown.margin == (Margin(cost, D(80)), 0)


def test_fees_terms_and_alternatives(client: Client, buyer: User) -> None:
    order = started(client, buyer)
    line = order.lines.get()
    for _ in range(2):  # the second press says there was none yet
        press(client, "quote_fee", order, name="Tooling", amount="120,50", fees=0)
    fee = fresh(order).lines.get(part=None)
    assert (fee.name, fee.net) == ("Tooling", D("120.50"))
    press(client, "line_shop", order, fee.pk, name="Tooling", override="130")
    press(client, "quote_terms", order, discount_percent="10", discount_label="first order", shipping_price="9")
    told = fresh(order)
    assert (told.discount_percent, told.discount_label, told.shipping_price) == (10, "first order", 9)
    for _ in range(2):  # what is offered already is not offered twice
        press(client, "line_alternatives", order, line.pk, quantities="10, 50")
    press(client, "line_alternatives", order, line.pk, quantities="")
    lines = list(fresh(order).lines.order_by("position"))
    assert [(one.quantity, one.alternative_group, one.counts) for one in lines] == [
        (2, "1", True),
        (2, "1", False),
        (10, "1", False),
        (50, "1", False),
        (1, "", True),
    ]
    assert all(one.net for one in lines)
    assert fresh(order).net == (told.net + D("0"))  # alternatives are not in the sums
    press(client, "fee_remove", order, fee.pk)
    assert not fresh(order).lines.filter(part=None).exists()
    assert press(client, "fee_remove", order, line.pk).status_code == 404


REFUSED = [
    ("line_shop", {"name": "", "override": ""}, "Name: "),
    ("line_shop", {"name": "x", "override": "-1"}, "Price for all pieces, set by hand: "),
    ("line_shop", {"name": "x", "lead_days": "999"}, "Business days: "),
    ("line_alternatives", {"quantities": "ten"}, "whole"),
    ("line_alternatives", {"quantities": "0"}, "whole"),
    ("quote_fee", {"name": "", "amount": "5", "fees": "0"}, "fee-errors"),
    ("quote_fee", {"name": "x", "amount": "0", "fees": "0"}, "fee-errors"),
    ("quote_terms", {"discount_percent": "101"}, "terms-errors"),
    ("quote_terms", {"discount_percent": "1", "discount_amount": "1"}, "terms-errors"),
    ("quote_terms", {"shipping_method": "pigeon"}, "terms-errors"),
]


@pytest.mark.parametrize("htmx", [True, False])
def test_bad_values_are_refused_and_change_nothing(client: Client, buyer: User, htmx: bool) -> None:
    order = started(client, buyer)
    line = order.lines.get()
    for name, data, word in REFUSED:
        response = press(client, name, order, *([line.pk] if name.startswith("line") else []), htmx=htmx, **data)
        assert response.status_code == 422, (name, data)
        assert not htmx or word in response.content.decode(), (name, data)
    assert fresh(order).version == order.version


def test_a_stale_page_is_told(client: Client, buyer: User) -> None:
    order = started(client, buyer)
    for name, args, data in (
        ("line_shop", [order.lines.get().pk], {"name": "x"}),
        ("quote_fee", [], {"name": "x", "amount": "5", "fees": "0"}),
        ("quote_terms", [], {"offer_note": "x"}),
        ("line_alternatives", [order.lines.get().pk], {"quantities": "5"}),
    ):
        assert press(client, name, order, *args, **data, version=order.version - 1).status_code == 409, name
    assert fresh(order).version == order.version


def test_parts_from_the_library_come_with_their_choices(client: Client, buyer: User) -> None:
    ordered = factories.make_order(buyer)
    was, order = ordered.lines.get(), started(client, buyer, lines=0)
    foreign = factories.make_order().lines.get()
    listed = client.get(reverse("quote_library", args=[order.public_id]), headers={"HX-Request": "true"})
    assert [one.part.pk for one in listed.context["known"]] == [was.part_id]  # type: ignore[attr-defined]
    assert f"#{ordered.number}" in listed.content.decode()
    client.post(reverse("quote_library_add", args=[order.public_id, was.part_id]))
    line = fresh(order).lines.get()
    assert (line.part, line.selection, line.quantity) == (was.part, was.selection, was.quantity)
    assert client.post(reverse("quote_library_add", args=[order.public_id, foreign.part_id])).status_code == 404


def test_prices_show_while_customers_prices_are_hidden(client: Client, buyer: User) -> None:
    factories.make_shop(review_mode="tbd")
    order = started(client, buyer)
    assert not order.price_hidden
    assert order.total > 0


# --- draft or offer


def test_it_is_saved_as_a_draft_and_listed_with_owner_and_age(client: Client, buyer: User, seller: User) -> None:
    order = started(client, buyer)
    response = client.get(reverse("bo_quotation_save", args=[order.public_id]), headers={"HX-Request": "true"})
    assert response["HX-Redirect"] == reverse("bo_quotations")
    listed = client.get(reverse("bo_quotations")).content.decode()
    assert f'data-draft="{order.public_id}"' in listed
    assert str(seller) in listed
    colleague = signed_in("sales")
    assert order.public_id not in colleague.get(reverse("bo_quotations"), {"mine": 1}).content.decode()
    assert order.public_id in colleague.get(reverse("bo_quotations"), {"q": "part 1"}).content.decode()
    assert colleague.get(page(order)).status_code == 200
    assert not OutgoingEmail.objects.exists()


def test_sending_makes_a_firm_offer_once_with_the_mails_of_the_table(client: Client, buyer: User, seller: User) -> None:
    buyer.company.billing_contact_email = "rechnung@mueller.example"  # type: ignore[union-attr]
    buyer.company.save()  # type: ignore[union-attr]
    order = started(client, buyer)
    preview = client.get(reverse("bo_quotation_send", args=[order.public_id]))
    assert 'id="preview"' in preview.content.decode()
    posted = {"key": str(uuid4()), "version": fresh(order).version}
    answers = [send(client, order, **posted)["Location"] for _ in range(2)]
    sent = fresh(order)
    assert answers == [reverse("bo_order", args=[sent.number])] * 2
    assert (sent.status, sent.offers.count()) == ("firm_offer_sent", 1)
    entry = sent.history.get()
    assert (entry.name, entry.from_status, entry.actor, entry.actor_role) == (
        "send_firm_offer",
        "draft",
        seller,
        "sales",
    )
    assert mails(sent, "firm_offer_sent") == ["customer", "shop"]
    told = {mail.audience: mail for mail in OutgoingEmail.objects.all()}
    assert told["customer"].to == [buyer.email]
    assert told["customer"].cc == ["rechnung@mueller.example"]
    assert all(mail.facts["from_quotation_tool"] for mail in told.values())
    assert order.public_id not in client.get(reverse("bo_quotations")).content.decode()


def test_the_customer_confirms_then_pays(client: Client, buyer: User, settings: Any) -> None:
    settings.DEMO = settings.LOOPBACK_ONLY = True  # online payment is set up
    order = started(client, buyer)
    press(client, "quote_terms", order, shipping_method=next(m.key for m in order.price_list.catalogue.shipping))
    press(client, "line_alternatives", order, order.lines.get().pk, quantities="10")
    own = Client()
    own.force_login(buyer)
    assert own.get(page(order)).status_code == 404  # what the shop is still building
    send(client, order)
    seen = own.get(reverse("order", args=[order.public_id]))
    assert "accept_offer" in hooks(seen, "button")
    assert "pay_now" not in hooks(seen, "button")
    picked = order.lines.get(quantity=10)
    sent = {**fields(seen, "accept_offer"), "consent": "on", "choice_1": picked.pk}
    asked = own.post(reverse("order_accept", args=[order.public_id]), sent)  # another choice, another total
    assert asked.status_code == 409
    own.post(reverse("order_accept", args=[order.public_id]), {**fields(asked, "accept_offer"), "consent": "on"})
    placed = fresh(order)
    assert (placed.status, placed.lines.get(left_out=False).pk) == ("placed", picked.pk)
    assert "pay_now" in hooks(own.get(reverse("order", args=[order.public_id])), "button")


def test_what_cannot_be_sent_says_why(client: Client, buyer: User) -> None:
    empty = started(client, buyer, lines=0)
    send_url = reverse("bo_quotation_send", args=[empty.public_id])
    assert client.get(send_url)["Location"] == page(empty)
    unpriced = started(client, buyer, lines=0)
    part = factories.make_part(buyer, state="refused")
    factories.add_line(unpriced, 1, factories.SELECTION, buyer, part=part, quote_by_hand=True)
    assert send(client, unpriced)["Location"] == page(unpriced)
    line = unpriced.lines.get()
    press(client, "line_shop", unpriced, line.pk, name="by hand", override="45", override_reason="as last year")
    assert send(client, unpriced, valid_until="2020-01-01").status_code == 422
    assert fresh(unpriced).status == "draft"
    assert send(client, unpriced)["Location"] == reverse("bo_order", args=[fresh(unpriced).number])


def test_sending_what_a_colleague_changed_shows_it_first(client: Client, buyer: User) -> None:
    order = started(client, buyer)
    response = send(client, order, version=order.version - 1, note="see you soon")
    assert response.status_code == 409
    assert "see you soon" in response.content.decode()
    send(client, order)
    late = send(client, order, version=1)
    assert late["Location"] == reverse("bo_order", args=[fresh(order).number])
    assert fresh(order).offers.count() == 1


def test_a_quote_or_an_order_is_the_start_of_another(client: Client, buyer: User) -> None:
    order = started(client, buyer, lines=2)
    line = order.lines.order_by("position")[0]
    press(client, "line_shop", order, line.pk, name="x", override="80", override_reason="y", alternative_group="A")
    press(client, "quote_fee", order, name="Tooling", amount="120", fees=0)
    key = new_public_id()
    for _ in range(2):
        answer = client.post(reverse("bo_quotation_copy", args=[order.public_id]), {"key": key})
        assert answer["Location"] == reverse("quote", args=[key])
    made = Order.objects.get(public_id=key)
    assert (made.customer, made.net, made.lines.count()) == (buyer, fresh(order).net, 3)
    placed = factories.make_order(buyer)
    again = new_public_id()
    client.post(reverse("bo_quotation_copy", args=[placed.public_id]), {"key": again})
    assert Order.objects.get(public_id=again).lines.get().part == placed.lines.get().part
    basket = factories.make_draft(buyer)  # a customer's own draft is nobody else's business
    answer = client.post(reverse("bo_quotation_copy", args=[basket.public_id]), {"key": new_public_id()})
    assert answer.status_code == 404


def test_discarding_is_for_drafts(client: Client, buyer: User) -> None:
    order, kept = started(client, buyer), started(client, buyer)
    assert client.post(reverse("bo_quotation_discard", args=[order.public_id]))["Location"] == reverse("bo_quotations")
    assert not Order.objects.filter(pk=order.pk).exists()
    send(client, kept)
    client.post(reverse("bo_quotation_discard", args=[kept.public_id]))
    assert fresh(kept).status == "firm_offer_sent"


# --- who may what


def test_drafts_of_the_tool_are_for_sales(client: Client, buyer: User) -> None:
    order = started(client, buyer)
    line = order.lines.get()
    own = Client()
    own.force_login(buyer)
    for who in (signed_in("production"), signed_in("accounting"), own):
        assert who.get(page(order)).status_code == 404
        assert press(who, "line_shop", order, line.pk, name="x").status_code == 404
        assert press(who, "line_remove", order, line.pk).status_code == 404
    assert signed_in("manager").get(page(order)).status_code == 200
    assert client.get(reverse("checkout", args=[order.public_id]))["Location"] == page(order)


def test_whose_session_ended_signs_in_and_is_back(client: Client, buyer: User) -> None:
    order = started(client, buyer)
    nobody = Client()
    login = f"{reverse('account_login')}?next={page(order)}"
    assert nobody.get(page(order))["Location"] == login
    answer = press(nobody, "line_shop", order, order.lines.get().pk, name="x")
    assert (answer.status_code, answer["HX-Redirect"]) == (401, login)


def test_the_queries_do_not_grow_with_the_quote(client: Client, buyer: User) -> None:
    small, large = started(client, buyer, lines=1), started(client, buyer, lines=12)
    assert queries(client, page(small)) == queries(client, page(large))
    few = queries(client, reverse("bo_quotations"))
    for _ in range(6):
        started(client, factories.make_customer())
    assert queries(client, reverse("bo_quotations")) == few


def queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(url).status_code == 200
        return len(asked)
