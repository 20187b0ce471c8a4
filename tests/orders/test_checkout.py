"""Checkout and review, through HTTP: what is asked, what is refused and where, and that placing happens once."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Address, Shop, User
from notifications.models import OutgoingEmail
from orders.models import Order
from tests import factories
from tests.orders.pages import Page, errors, fields, hook, hooks, ids, send

pytestmark = pytest.mark.django_db


@pytest.fixture
def buyer(shop: Shop) -> User:
    return factories.make_customer("buyer@example.org")


@pytest.fixture
def web(client: Client, buyer: User) -> Client:
    client.force_login(buyer)
    return client


def checkout_url(order: Order) -> str:
    return reverse("checkout", args=[order.public_id])


def review_url(order: Order) -> str:
    return reverse("review", args=[order.public_id])


def fill(web: Client, order: Order, **values: Any) -> Page:
    return send(web, checkout_url(order), web.get(checkout_url(order)), "checkout", **values)


def finish(web: Client, order: Order, name: str = "place", **values: Any) -> Page:
    return send(web, review_url(order), web.get(review_url(order)), "review", do=name, **values)


BILLING = {
    "billing_name": "Jörg Müller",
    "billing_street": "Werkstraße 7",
    "billing_postcode": "70173",
    "billing_city": "Stuttgart",
    "billing_country": "DE",
}
ELSEWHERE = {
    "ship_elsewhere": "on",
    "shipping_name": "Lager",
    "shipping_street": "Hauptplatz 1",
    "shipping_postcode": "4020",
    "shipping_city": "Linz",
    "shipping_country": "AT",
}


# --- who and where to


def test_a_guest_signs_in_first_and_keeps_the_draft(client: Client, buyer: User) -> None:
    draft = factories.make_draft(None)
    Order.objects.filter(pk=draft.pk).update(guest_key="guest")
    session = client.session
    session["guest_key"] = "guest"
    session.save()
    answer = client.get(checkout_url(draft))
    assert answer.status_code == 302
    assert answer["Location"] == f"{reverse('account_login')}?next={checkout_url(draft)}"
    client.post(reverse("account_login"), {"login": buyer.email, "password": factories.PASSWORD})
    assert client.get(checkout_url(draft)).status_code == 200
    draft = Order.objects.get(pk=draft.pk)
    assert (draft.customer, draft.company, draft.guest_key) == (buyer, buyer.company, "")


def test_it_is_filled_in_from_the_account_and_the_company(web: Client, buyer: User) -> None:
    assert buyer.company
    Address.objects.create(company=buyer.company, **{**factories.ADDRESS, "city": "Ulm"}, is_billing=True)
    draft = factories.make_draft(buyer, complete=False)
    sent = fields(web.get(checkout_url(draft)), "checkout")
    assert (sent["contact_name"], sent["contact_email"], sent["billing_city"]) == (buyer.name, buyer.email, "Ulm")
    assert "save_addresses" not in sent


def test_what_is_filled_in_is_kept_and_the_price_follows(web: Client, buyer: User) -> None:
    draft = factories.make_draft(buyer, complete=False)
    answer = fill(
        web,
        draft,
        **BILLING,
        shipping_method="parcel_de",
        customer_reference="PO 17",
        customer_note="Please in one box",
        also_notify="a@example.org, b@example.org; a@example.org",
    )
    assert (answer.status_code, answer["Location"]) == (303, review_url(draft))
    order = Order.objects.get(pk=draft.pk)
    assert order.contact == {"name": buyer.name, "email": buyer.email, "phone": ""}
    assert order.billing_address == order.shipping_address
    assert order.shipping_address["street"] == "Werkstraße 7"
    assert (order.customer_reference, order.customer_note) == ("PO 17", "Please in one box")
    assert order.also_notify == ["a@example.org", "b@example.org"]
    assert order.price and [c.code for c in order.price.components][-1] == "shipping"
    assert order.total > draft.total


def test_addresses_are_remembered_when_there_are_none_yet(web: Client, buyer: User) -> None:
    draft = factories.make_draft(buyer, complete=False)
    fill(web, draft, **BILLING, **ELSEWHERE, shipping_method="parcel_eu")
    saved = {(a.city, a.is_billing, a.is_shipping) for a in Address.objects.filter(company=buyer.company)}
    assert saved == {("Stuttgart", True, False), ("Linz", False, True)}
    again = factories.make_draft(buyer, complete=False)
    sent = fields(web.get(checkout_url(again)), "checkout")
    assert (sent["billing_city"], sent["shipping_city"], sent["ship_elsewhere"]) == ("Stuttgart", "Linz", "on")
    fill(web, again, shipping_method="parcel_eu", save_addresses="on")
    assert Address.objects.filter(company=buyer.company).count() == 2


def test_to_be_picked_up_it_needs_no_shipping_address(web: Client, buyer: User) -> None:
    draft = factories.make_draft(buyer, complete=False)
    answer = fill(web, draft, **BILLING, ship_elsewhere="on", shipping_method="pickup")
    assert answer.status_code == 303
    assert Order.objects.get(pk=draft.pk).shipping_address == {}


@pytest.mark.parametrize(
    ("values", "where"),
    [
        ({"contact_email": "nobody"}, {"id_contact_email"}),
        ({"billing_street": "", "billing_city": ""}, {"id_billing_street", "id_billing_city"}),
        ({"shipping_method": None}, {"id_shipping_method"}),
        ({"shipping_method": "teleport"}, {"id_shipping_method"}),
        ({**ELSEWHERE, "shipping_street": "", "shipping_method": "parcel_eu"}, {"id_shipping_street"}),
        ({**ELSEWHERE, "shipping_method": "parcel_de"}, {"id_shipping_method"}),
        ({"also_notify": "a@example.org, nobody"}, {"id_also_notify"}),
        ({"also_notify": ",".join(f"a{n}@example.org" for n in range(11))}, {"id_also_notify"}),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(
    web: Client, buyer: User, values: dict[str, str], where: set[str]
) -> None:
    draft = factories.make_draft(buyer, complete=False)
    good = {**BILLING, "shipping_method": "parcel_de", "customer_reference": "stays"}
    answer = fill(web, draft, **{**good, **values})
    assert answer.status_code == 422
    assert errors(answer) == where
    assert fields(answer, "checkout")["customer_reference"] == "stays"
    assert Order.objects.get(pk=draft.pk).customer_reference == ""


def test_a_stale_form_is_told_and_loses_nothing(web: Client, buyer: User) -> None:
    draft = factories.make_draft(buyer, complete=False)
    good = {**BILLING, "shipping_method": "parcel_de", "customer_reference": "stays"}
    answer = fill(web, draft, **good, version="99")
    assert answer.status_code == 409
    again = fields(answer, "checkout")
    assert again["customer_reference"] == "stays"
    assert web.post(checkout_url(draft), again).status_code == 303


@pytest.mark.parametrize("name", ["checkout", "review"])
def test_what_belongs_to_others_does_not_exist(web: Client, name: str) -> None:
    other = factories.make_draft(factories.make_customer(company=factories.make_company(name="Other")))
    url = reverse(name, args=[other.public_id])
    assert web.get(url).status_code == 404
    assert web.post(url, {"do": "place"}).status_code == 404
    assert web.post(reverse("checkout_delivery", args=[other.public_id])).status_code == 404


def test_ways_of_delivery_are_priced_for_the_country_chosen(web: Client, buyer: User) -> None:
    draft = factories.make_draft(buyer, complete=False)
    sent = fields(web.get(checkout_url(draft)), "checkout")
    url = reverse("checkout_delivery", args=[draft.public_id])
    home = web.post(url, {**sent, "billing_country": "DE"}).content.decode()
    abroad = web.post(url, {**sent, "billing_country": "AT"})
    assert "5.90" in home and "5.90" not in abroad.content.decode()
    assert hooks(abroad, "shipping") == ["pickup", "parcel_de", "parcel_eu", "courier_de", "express_world"]
    assert not errors(abroad)


def test_an_empty_draft_has_nothing_to_check_out(web: Client, buyer: User) -> None:
    draft = factories.make_draft(buyer, lines=0)
    for url in (checkout_url(draft), review_url(draft)):
        answer = web.get(url)
        assert (answer.status_code, answer["Location"]) == (302, reverse("quote", args=[draft.public_id]))


# --- everything on one page


def test_without_the_details_one_is_sent_back_to_them(web: Client, buyer: User) -> None:
    draft = factories.make_draft(buyer, complete=False)
    answer = web.get(review_url(draft))
    assert (answer.status_code, answer["Location"]) == (302, checkout_url(draft))


def test_placing_it(web: Client, buyer: User) -> None:
    draft = factories.make_draft(buyer, lines=2)
    Order.objects.filter(pk=draft.pk).update(also_notify=["a@example.org"])
    look = web.get(review_url(draft))
    assert hook(look, "total") == str(draft.total)
    assert hooks(look, "line") == ["1", "2"]
    assert hooks(look, "button") == ["place", "submit_for_review"]
    answer = finish(web, draft, accept_terms="on")
    assert answer.status_code == 303
    order = Order.objects.get(pk=draft.pk)
    assert (order.status, order.acceptance and order.acceptance.ip) == ("placed", "127.0.0.1")
    done = web.get(answer["Location"])
    assert (hook(done, "done"), hook(done, "status")) == ("place", "placed")
    assert "a@example.org" in done.content.decode()


def test_pressed_twice_it_is_placed_once(web: Client, buyer: User) -> None:
    draft = factories.make_draft(buyer)
    data = {**fields(web.get(review_url(draft)), "review"), "accept_terms": "on", "do": "place"}
    first, second = web.post(review_url(draft), data), web.post(review_url(draft), data)
    assert (first.status_code, second.status_code) == (303, 303)
    assert first["Location"] == second["Location"]
    assert draft.history.count() == 1
    assert OutgoingEmail.objects.count() == 2


def test_submitting_it_for_review_needs_no_terms(web: Client, buyer: User) -> None:
    draft = factories.make_draft(buyer)
    answer = finish(web, draft, "submit_for_review")
    assert hook(web.get(answer["Location"]), "done") == "submit_for_review"
    assert Order.objects.get(pk=draft.pk).status == "waiting_for_review"


@pytest.mark.parametrize(
    ("values", "status", "where"),
    [
        ({}, 422, {"id_accept_terms"}),
        ({"accept_terms": "on", "terms": "0"}, 422, {"id_accept_terms"}),
        ({"accept_terms": "on", "seen_total": "1.00"}, 409, set()),
        ({"accept_terms": "on", "version": "99"}, 409, set()),
    ],
)
def test_placing_refused(web: Client, buyer: User, values: dict[str, str], status: int, where: set[str]) -> None:
    draft = factories.make_draft(buyer)
    answer = finish(web, draft, **values)
    assert answer.status_code == status
    assert {name.replace("place-", "id_") for name in errors(answer)} == where
    assert ("refusal" in ids(answer)) == (not where)
    assert Order.objects.get(pk=draft.pk).status == "draft"
    again = fields(answer, "review")
    assert again["seen_total"] == str(draft.total) == hook(answer, "total")
    assert web.post(review_url(draft), {**again, "accept_terms": "on", "do": "place"}).status_code == 303


def test_a_new_price_list_is_shown_before_it_is_agreed_to(web: Client, buyer: User) -> None:
    draft = factories.make_draft(buyer)
    data = {**fields(web.get(review_url(draft)), "review"), "accept_terms": "on", "do": "place"}
    dearer = [
        p.model_copy(update={"markup_percent": p.markup_percent + 10}) for p in draft.price_list.catalogue.processes
    ]
    factories.make_price_list(processes=tuple(dearer))
    answer = web.post(review_url(draft), data)
    assert answer.status_code == 409
    order = Order.objects.get(pk=draft.pk)
    assert order.total > draft.total
    assert hook(answer, "total") == fields(answer, "review")["seen_total"] == str(order.total)


def test_no_other_deed_can_be_named(web: Client, buyer: User) -> None:
    draft = factories.make_draft(buyer)
    assert finish(web, draft, "send_firm_offer").status_code == 404


def test_without_a_verified_address_nothing_is_submitted(client: Client, shop: Shop) -> None:
    newcomer = factories.make_customer(verified=False)
    client.force_login(newcomer)
    draft = factories.make_draft(newcomer)
    look = client.get(review_url(draft))
    assert {"unverified", "resend"} <= ids(look)
    assert hooks(look, "button") == ["submit_for_review"]
    for name in ("place", "submit_for_review"):
        answer = finish(client, draft, name, accept_terms="on")
        assert answer.status_code == 422
        assert "refusal" in ids(answer)
    assert Order.objects.get(pk=draft.pk).status == "draft"


def test_what_leads_to_review_is_said_with_its_line(web: Client, buyer: User) -> None:
    factories.make_shop(review_mode="threshold", review_quantity=2)
    draft = factories.make_draft(buyer)
    look = web.get(review_url(draft))
    assert hooks(look, "button") == ["submit_for_review"]
    assert hooks(look, "obstacle") == ["review_quantity"]
    assert draft.lines.get().name in look.content.decode()
    assert finish(web, draft, accept_terms="on").status_code == 422
    assert finish(web, draft, "submit_for_review").status_code == 303


def test_a_part_without_a_price_says_why(web: Client, buyer: User) -> None:
    draft = factories.make_draft(buyer)
    part = factories.make_part(buyer, name="broken.stl", state="refused")
    factories.add_line(draft, 2, factories.SELECTION, buyer, part=part)
    look = web.get(review_url(draft))
    assert "file_refused" in hooks(look, "obstacle")
    assert finish(web, draft, "submit_for_review").status_code == 422


def test_to_be_determined_shows_no_amount(web: Client, buyer: User) -> None:
    factories.make_shop(review_mode="tbd")
    draft = factories.make_draft(buyer)
    for url in (checkout_url(draft), review_url(draft)):
        look = web.get(url)
        assert hooks(look, "tbd") and not hooks(look, "total")
        for amount in (draft.total, draft.net, draft.lines.get().net):
            assert str(amount) not in look.content.decode()
    assert finish(web, draft, "submit_for_review").status_code == 303


def test_a_requester_submits_and_an_approver_places(web: Client, buyer: User) -> None:
    User.objects.filter(pk=buyer.pk).update(company_role="requester")
    factories.make_customer(company=buyer.company, company_role="approver")
    draft = factories.make_draft(buyer)
    look = web.get(review_url(draft))
    assert hooks(look, "button") == ["submit_for_review"]
    assert hooks(look, "obstacle") == ["approver_places"]
    assert finish(web, draft, accept_terms="on").status_code == 422
    assert finish(web, draft, "submit_for_review").status_code == 303


@pytest.mark.parametrize("name", ["checkout", "review"])
def test_afterwards_the_pages_lead_to_the_order(web: Client, buyer: User, name: str) -> None:
    order = factories.make_order(buyer)
    answer = web.get(reverse(name, args=[order.public_id]))
    assert (answer.status_code, answer["Location"]) == (303, reverse("order", args=[order.public_id]))
