"""The page of an order: its label and buttons, what each button does, and what a customer never reads."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Shop, User
from orders.models import OfferRevision, Order, PurchaseOrder
from orders.payments import ledger
from orders.workflow.actors import customer, staff
from tests import factories
from tests.orders.pages import Page, errors, fields, hook, hooks, ids, send
from tests.orders.workflow import cells

pytestmark = pytest.mark.django_db

TODAY = timezone.now().date()
ACTIONS = {
    "accept_offer": "order_accept",
    "request_changes": "order_request_changes",
    "provide_po": "order_provide_po",
    "cancel_by_customer": "order_cancel",
}

# The table "What the customer sees once submitted" of the lifecycle, by hand: status, situation, label, buttons. Paying
# online comes later and has no button yet.
INVOICE, BUDGET, CHANGE, CONFIRM, PO, CANCEL = (
    "download_invoice",
    "review_budget_offer",
    "request_changes",
    "accept_offer",
    "provide_po",
    "cancel_by_customer",
)
TABLE: list[tuple[str, str, str, set[str]]] = [
    ("canceled_by_customer", "", "canceled", {"order_again"}),
    ("canceled_by_admin", "", "canceled", {"order_again"}),
    ("canceled_by_admin", "paid", "canceled", {"order_again"}),
    ("on_hold", "", "on_hold", {INVOICE, CANCEL}),
    ("on_hold", "paid", "on_hold", {INVOICE, CANCEL}),
    ("on_hold", "held in production", "on_hold", {INVOICE}),
    ("on_hold", "held firm offer", "on_hold", {CANCEL}),
    ("waiting_for_review", "", "budget_offer", {BUDGET, CANCEL}),
    ("waiting_for_review", "paid", "budget_offer", {BUDGET, CANCEL}),
    ("firm_offer_sent", "", "firm_offer_until", {CONFIRM, CHANGE, CANCEL}),
    ("firm_offer_sent", "expired", "offer_expired", {CHANGE, CANCEL}),
    ("placed", "", "ready_for_payment", {INVOICE, PO, CANCEL}),
    ("placed", "paid", "paid", {INVOICE, CANCEL}),
    ("placed", "with po", "ready_for_payment", {INVOICE, PO, CANCEL}),
    ("po_provided", "with po", "ready_for_payment", {INVOICE, PO, CANCEL}),
    ("po_provided", "paid", "paid", {INVOICE, CANCEL}),
    ("waiting_for_payment", "", "ready_for_payment", {INVOICE, PO, CANCEL}),
    ("waiting_for_payment", "released", "ready_for_payment", {INVOICE}),
    ("po_payment_due", "", "ready_for_payment", {INVOICE}),
    ("po_payment_due", "paid", "paid", {INVOICE}),
    *[
        (status, situation, label, {INVOICE})
        for status in (
            "free_for_manufacturing",
            "manufacturing",
            "post_production",
            "re_printing",
            "ready_for_shipping",
            "shipped",
            "ready_for_pickup",
            "delivered",
        )
        for situation, label in (("", "ready_for_payment"), ("paid", "paid"))
    ],
]


@pytest.fixture
def buyer(shop: Shop) -> User:
    return factories.make_customer("buyer@example.org")


@pytest.fixture
def web(client: Client, buyer: User) -> Client:
    client.force_login(buyer)
    return client


def look_at(web: Client, order: Order) -> Page:
    return web.get(reverse("order", args=[order.public_id]))


def press(web: Client, order: Order, transition: str, /, **values: Any) -> Page:
    url = reverse(ACTIONS[transition], args=[order.public_id])
    return send(web, url, look_at(web, order), transition, **values)


def offered(buyer: User, **draft: Any) -> Order:
    order = factories.make_draft(buyer, **draft)
    sales = staff(factories.make_staff("sales"))
    return factories.do(order, "send_firm_offer", sales, valid_until=TODAY + timedelta(days=30)).order


def arranged(order: Order, status: str, situation: str) -> Order:
    held = {"held in production": "manufacturing", "held firm offer": "firm_offer_sent"}.get(situation)
    more: dict[str, Any] = {"held_from": held, "held_at": timezone.now()} if held else {}
    if situation in ("released", "held in production"):
        more |= {"released_at": timezone.now(), "last_production": "manufacturing"}
    if status not in ("waiting_for_review", "firm_offer_sent") and situation != "held firm offer":
        more["placed_at"] = timezone.now()
    order = cells.put(order, status, **more)
    if status == "firm_offer_sent":
        cells.with_offer(order)
    if situation == "expired":
        OfferRevision.objects.update(valid_until=TODAY - timedelta(days=2))
    if situation == "with po":
        cells.with_po(order)
    if situation == "paid":
        cells.pay(order)
    return order


@pytest.mark.parametrize(("status", "situation", "label", "buttons"), TABLE)
def test_label_and_buttons(
    web: Client, buyer: User, status: str, situation: str, label: str, buttons: set[str]
) -> None:
    order = arranged(factories.make_draft(buyer), status, situation)
    look = look_at(web, order)
    assert (look.status_code, hook(look, "payment-page")) == (200, label)
    assert set(hooks(look, "button")) == buttons
    assert set(hooks(look, "form")) == buttons - {BUDGET}


@pytest.mark.parametrize(
    ("situation", "fields", "fact"),
    [
        ("with po", {"status": "po_provided"}, "po_checked"),
        ("", {"payment_target": "5.00"}, "amount_asked"),
        ("", {"prepayment_percent": 50}, "prepayment"),
        ("", {"paid": "1.00"}, "part_paid"),
        ("", {"net_days": 30}, "due_after_delivered"),
        ("", {"net_days": 30, "payment_due": TODAY + timedelta(days=9)}, "due_on"),
        ("", {"net_days": 30, "payment_due": TODAY - timedelta(days=9)}, "overdue"),
    ],
)
def test_what_stands_beside_the_label(
    web: Client, buyer: User, situation: str, fields: dict[str, Any], fact: str
) -> None:
    order = arranged(factories.make_draft(buyer), "placed", situation)
    Order.objects.filter(pk=order.pk).update(**fields)
    assert hooks(look_at(web, order), "fact") == [fact]


# --- who sees it


def test_what_belongs_to_others_does_not_exist(web: Client) -> None:
    other = factories.make_order(factories.make_customer(company=factories.make_company(name="Other")))
    assert look_at(web, other).status_code == 404
    for name in ACTIONS.values():
        assert web.post(reverse(name, args=[other.public_id])).status_code == 404


def test_colleagues_see_it_and_strangers_sign_in(client: Client, buyer: User) -> None:
    order = factories.make_order(buyer)
    url = reverse("order", args=[order.public_id])
    assert client.get(url)["Location"] == f"{reverse('account_login')}?next={url}"
    answer = client.post(reverse("order_cancel", args=[order.public_id]))
    assert answer["Location"] == f"{reverse('account_login')}?next={url}"
    client.force_login(factories.make_customer(company=buyer.company))
    assert client.get(url).status_code == 200


def test_a_draft_is_no_order(web: Client, buyer: User) -> None:
    assert look_at(web, factories.make_draft(buyer)).status_code == 404


@pytest.mark.parametrize("name", ACTIONS.values())
def test_buttons_are_pressed_not_looked_at(web: Client, buyer: User, name: str) -> None:
    assert web.get(reverse(name, args=[factories.make_order(buyer).public_id])).status_code == 405


def test_a_requester_has_only_what_a_requester_may(web: Client, buyer: User) -> None:
    User.objects.filter(pk=buyer.pk).update(company_role="requester")
    factories.make_customer(company=buyer.company, company_role="approver")
    order = offered(buyer)
    look = look_at(web, order)
    assert hooks(look, "button") == ["request_changes"]
    assert hook(look, "next") == "next_approver"
    for name in ("order_accept", "order_cancel"):
        data = {
            **fields(look, "request_changes"),
            "reason": "x",
            "name": "x",
            "consent": "on",
            "revision": 1,
            "seen_total": 1,
        }
        assert web.post(reverse(name, args=[order.public_id]), data).status_code == 422
    assert Order.objects.get(pk=order.pk).status == "firm_offer_sent"


def test_staff_only_look(client: Client, buyer: User) -> None:
    client.force_login(factories.make_staff("manager"))
    look = look_at(client, factories.make_order(buyer))
    assert (look.status_code, hooks(look, "button")) == (200, [INVOICE])


# --- the deeds

GOOD: dict[str, dict[str, str]] = {
    "accept_offer": {"consent": "on"},
    "request_changes": {"comment": "Please in black"},
    "provide_po": {"po_number": "PO-17"},
    "cancel_by_customer": {"reason": "No longer needed"},
}
ASKED = {
    "accept_offer": "accept_offer-consent",
    "request_changes": "request_changes-comment",
    "provide_po": "provide_po-po_number",
    "cancel_by_customer": "cancel_by_customer-reason",
}
AFTERWARDS = {
    "accept_offer": "placed",
    "request_changes": "waiting_for_review",
    "provide_po": "po_provided",
    "cancel_by_customer": "canceled_by_customer",
}


def start(buyer: User, name: str) -> Order:
    return factories.make_order(buyer) if name == "provide_po" else offered(buyer)


@pytest.mark.parametrize("name", ACTIONS)
def test_pressed_twice_it_happens_once(web: Client, buyer: User, name: str) -> None:
    order = start(buyer, name)
    before = order.history.count()
    url = reverse(ACTIONS[name], args=[order.public_id])
    data = {**fields(look_at(web, order), name), **GOOD[name]}
    first, second = web.post(url, data), web.post(url, data)
    assert (first.status_code, second.status_code) == (303, 303)
    assert first["Location"] == second["Location"]
    done = web.get(first["Location"])
    assert (hook(done, "done"), hook(done, "status")) == (name, AFTERWARDS[name])
    assert order.history.count() == before + 1


@pytest.mark.parametrize("name", ACTIONS)
def test_without_what_it_asks_for_the_form_comes_back_open(web: Client, buyer: User, name: str) -> None:
    order = start(buyer, name)
    answer = press(web, order, name)
    assert answer.status_code == 422
    assert ASKED[name] in errors(answer)
    assert Order.objects.get(pk=order.pk).status == order.status
    if name != "accept_offer":
        assert f'id="{name}" open' in answer.content.decode()


@pytest.mark.parametrize("name", ACTIONS)
def test_when_somebody_was_faster_one_is_told_what_it_has_become(web: Client, buyer: User, name: str) -> None:
    order = start(buyer, name)
    url = reverse(ACTIONS[name], args=[order.public_id])
    data = {**fields(look_at(web, order), name), **GOOD[name]}
    factories.advance(order, "cancel_by_admin")
    answer = web.post(url, data)
    assert answer.status_code == 409
    assert {"refusal"} <= ids(answer)
    assert (hook(answer, "status"), hook(answer, "payment-page")) == ("canceled_by_admin", "canceled")


def test_nothing_that_was_filled_in_is_lost(web: Client, buyer: User) -> None:
    order = offered(buyer)
    url = reverse("order_request_changes", args=[order.public_id])
    data = {**fields(look_at(web, order), "request_changes"), "comment": "Please in black"}
    seller = staff(factories.make_staff("sales"))
    factories.do(order, "send_firm_offer", seller, valid_until=TODAY + timedelta(days=9))
    answer = web.post(url, data)
    assert answer.status_code == 409
    again = fields(answer, "request_changes")
    assert again["comment"] == "Please in black"
    assert web.post(url, again).status_code == 303


# --- accepting an offer


def test_an_acceptance_names_the_person_and_the_revision(web: Client, buyer: User) -> None:
    order = offered(buyer)
    press(web, order, "accept_offer", consent="on", name="Dr. Ada Löwe")
    accepted = Order.objects.get(pk=order.pk).acceptance
    assert accepted
    assert (accepted.name, accepted.by, accepted.offer.revision, accepted.ip) == ("Dr. Ada Löwe", buyer, 1, "127.0.0.1")


def test_an_expired_offer_cannot_be_accepted(web: Client, buyer: User) -> None:
    order = offered(buyer)
    data = {**fields(look_at(web, order), "accept_offer"), "consent": "on"}
    OfferRevision.objects.update(valid_until=TODAY - timedelta(days=2))
    answer = web.post(reverse("order_accept", args=[order.public_id]), data)
    assert (answer.status_code, hook(answer, "payment-page")) == (409, "offer_expired")
    assert hook(answer, "next") == "next_ask_new"


def test_a_revision_that_was_replaced_cannot_be_accepted(web: Client, buyer: User) -> None:
    order = offered(buyer)
    data = {**fields(look_at(web, order), "accept_offer"), "consent": "on"}
    factories.do(order, "send_firm_offer", staff(factories.make_staff("sales")), valid_until=TODAY)
    url = reverse("order_accept", args=[order.public_id])
    current = Order.objects.get(pk=order.pk).version
    answer = web.post(url, {**data, "version": current})
    assert answer.status_code == 409
    again = fields(answer, "accept_offer")
    assert again["revision"] == "2"
    assert web.post(url, again).status_code == 303


def test_missing_details_are_asked_for_and_a_changed_total_is_shown(web: Client, buyer: User) -> None:
    order = offered(buyer, complete=False)
    look = look_at(web, order)
    assert "missing-details" in ids(look)
    answer = press(web, order, "accept_offer", consent="on")
    assert answer.status_code == 422
    assert {"id_billing_street", "id_shipping_method"} <= errors(answer)
    good = {
        "billing_street": "Werkstraße 7",
        "billing_postcode": "70173",
        "billing_city": "Stuttgart",
        "shipping_method": "parcel_de",
        "consent": "on",
    }
    answer = press(web, order, "accept_offer", **good)
    assert answer.status_code == 409
    assert Order.objects.get(pk=order.pk).billing_address == {}
    again = fields(answer, "accept_offer")
    assert float(again["seen_total"]) > float(order.total)
    assert again["billing_city"] == "Stuttgart"
    url = reverse("order_accept", args=[order.public_id])
    assert web.post(url, again).status_code == 303
    fresh = Order.objects.get(pk=order.pk)
    assert (fresh.status, str(fresh.total)) == ("placed", again["seen_total"])
    assert fresh.shipping_address["city"] == "Stuttgart"


def test_of_alternatives_one_is_chosen_at_its_own_total(web: Client, buyer: User) -> None:
    draft = factories.make_draft(buyer, lines=3)
    first, second, _ = draft.lines.all()
    draft.lines.filter(pk__in=[first.pk, second.pk]).update(alternative_group="A")
    sales = staff(factories.make_staff("sales"))
    order = factories.do(draft, "send_firm_offer", sales, valid_until=TODAY + timedelta(days=30)).order
    answer = press(web, order, "accept_offer", consent="on")
    assert "accept_offer-choice_A" in errors(answer)
    answer = press(web, order, "accept_offer", consent="on", choice_A=str(second.pk))
    assert answer.status_code == 409  # the total without the other one is shown first
    again = fields(answer, "accept_offer")
    assert again["choice_A"] == str(second.pk)
    assert web.post(reverse("order_accept", args=[order.public_id]), again).status_code == 303
    fresh = Order.objects.get(pk=order.pk)
    assert [line.pk for line in fresh.lines.filter(left_out=False)] == [second.pk, draft.lines.last().pk]  # type: ignore[union-attr]
    assert str(fresh.total) == again["seen_total"]


# --- purchase orders

PDF = b"%PDF-1.7 a purchase order"


@pytest.mark.parametrize(
    ("content", "ending"), [(PDF, ".pdf"), (b"\x89PNG\r\n\x1a\n....", ".png"), (b"\xff\xd8\xff\xe0....", ".jpg")]
)
def test_a_purchase_order_with_its_document(web: Client, buyer: User, content: bytes, ending: str) -> None:
    order = factories.make_order(buyer)
    file = SimpleUploadedFile("../PO <17>.exe", content)
    assert press(web, order, "provide_po", po_number="PO-17", po_file=file, po_total="1.234,50").status_code == 303
    po = PurchaseOrder.objects.get()
    assert (po.number, str(po.total), po.provided_by) == ("PO-17", "1234.50", buyer)
    assert re.fullmatch(rf"po/[0-9a-f]{{32}}\{ending}", str(po.file.name))
    look = look_at(web, order)
    assert (hook(look, "po"), hook(look, "next")) == ("provided", "next_po_provided")


@pytest.mark.parametrize(
    ("values", "where"),
    [
        ({"po_file": SimpleUploadedFile("po.pdf", b"MZ executable")}, "provide_po-po_file"),
        ({"po_file": SimpleUploadedFile("po.pdf", PDF + b" " * 10 * 1024 * 1024)}, "provide_po-po_file"),
        ({"po_total": "much"}, "provide_po-po_total"),
        ({"po_total": "-1"}, "provide_po-po_total"),
        ({"po_number": "x" * 61}, "provide_po-po_number"),
    ],
)
def test_a_wrong_purchase_order_is_refused(web: Client, buyer: User, values: dict[str, Any], where: str) -> None:
    order = factories.make_order(buyer)
    for value in values.values():
        if isinstance(value, SimpleUploadedFile):
            value.seek(0)
    answer = press(web, order, "provide_po", **{"po_number": "PO-17", **values})
    assert (answer.status_code, errors(answer)) == (422, {where})
    assert not PurchaseOrder.objects.exists()


def test_a_new_purchase_order_replaces_the_old_one(web: Client, buyer: User) -> None:
    order = factories.make_order(buyer)
    press(web, order, "provide_po", po_number="PO-1")
    press(web, order, "provide_po", po_number="PO-2")
    assert {po.number: po.state for po in PurchaseOrder.objects.all()} == {"PO-1": "replaced", "PO-2": "provided"}


# --- what a customer reads


def test_the_timeline_tells_notes_and_never_the_reasons_of_staff(web: Client, buyer: User) -> None:
    order = factories.make_order(buyer)
    secret = "they never pay"
    manager = staff(factories.make_staff("manager"))
    factories.do(order, "put_on_hold", manager, reason=secret, note="We wait for material.")
    look = look_at(web, order)
    text = look.content.decode()
    assert hooks(look, "event") == ["on_hold", "placed"]
    assert "We wait for material." in text and secret not in text
    factories.do(order, "cancel_by_customer", manager, reason=secret, on_behalf="Mr Müller, by phone")
    text = look_at(web, order).content.decode()
    assert secret not in text and "by phone" not in text


def test_ones_own_words_and_payments_are_told(web: Client, buyer: User) -> None:
    order = offered(buyer)
    factories.do(order, "request_changes", customer(buyer), comment="Please in black")
    ledger.confirm(order.pk, amount=order.total, key="bank 1", method="bank")
    look = look_at(web, order)
    assert hooks(look, "event") == ["payment", "waiting_for_review", "firm_offer_sent"]
    assert "Please in black" in look.content.decode()


def test_to_be_determined_shows_no_amount(web: Client, buyer: User) -> None:
    factories.make_shop(review_mode="tbd")
    order = factories.do(factories.make_draft(buyer), "submit_for_review", customer(buyer)).order
    look = look_at(web, order)
    assert len(hooks(look, "tbd")) == 2 and not hooks(look, "total")
    for amount in (order.total, order.net, order.lines.get().net):
        assert str(amount) not in look.content.decode()


@pytest.mark.parametrize(
    ("transitions", "states", "following"),
    [
        ((), ["done", "current", "ahead", "ahead"], "next_placed"),
        (("release_for_manufacturing",), ["done", "done", "current", "ahead"], "next_free_for_manufacturing"),
        (("start_manufacturing", "put_on_hold"), ["done", "done", "current", "ahead"], "next_on_hold"),
        (("start_manufacturing", "ship"), ["done", "done", "done", "current"], "next_shipped"),
        (("start_manufacturing", "deliver"), ["done"] * 4, "next_pay_open"),
        (("start_manufacturing", "request_payment"), ["done", "done", "current", "ahead"], "next_pay"),
    ],
)
def test_how_far_it_has_come(
    web: Client, buyer: User, transitions: tuple[str, ...], states: list[str], following: str
) -> None:
    look = look_at(web, factories.advance(factories.make_order(buyer), *transitions))
    assert (hooks(look, "state"), hook(look, "next")) == (states, following)


def test_every_status_has_something_that_comes_next(web: Client, buyer: User) -> None:
    order = factories.make_draft(buyer)
    for status, situation, _, _ in TABLE:
        if not status.startswith("canceled") and not situation:
            assert len(hooks(look_at(web, arranged(order, status, situation)), "next")) == 1, status


def test_the_number_of_queries_does_not_grow_with_the_lines(
    web: Client, buyer: User, django_assert_max_num_queries: Any
) -> None:
    order = factories.make_order(buyer, lines=12)
    with django_assert_max_num_queries(30):
        look_at(web, order)


def test_what_was_canceled_can_be_ordered_again(client: Client) -> None:
    factories.make_shop()
    owner = factories.make_customer()
    canceled = factories.advance(factories.make_order(owner, lines=2), "cancel_by_admin")
    client.force_login(owner)
    assert 'data-button="order_again"' in client.get(reverse("order", args=[canceled.public_id])).content.decode()
    response = client.post(reverse("order_again", args=[canceled.public_id]))
    draft = Order.objects.get(status="draft")
    assert response["Location"] == reverse("quote", args=[draft.public_id])
    assert (draft.customer, draft.total) == (owner, canceled.total)
    chosen = [list(order.lines.values_list("part", "selection", "quantity")) for order in (draft, canceled)]
    assert chosen[0] == chosen[1]
    assert draft.shipping_method == canceled.shipping_method
