"""Paying online against a server that behaves as Stripe documents it."""

import io
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal as D
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pypdf import PdfReader

from accounts.models import User
from notifications.models import OutgoingEmail
from orders import pricing
from orders.documents import issuing, rendering
from orders.models import Checkout, LedgerEntry, Order, ProviderEvent
from orders.payments import checkouts, events, stripe_checkout
from orders.payments.refunds import refundable
from tests import factories
from tests.fake_stripe import SECRET, FakeStripe, running, signed
from tests.orders.pages import Page, fields, hook, hooks
from tests.orders.test_links import follow, link

pytestmark = pytest.mark.django_db

NOW = factories.NOON


@pytest.fixture(scope="module")
def _server() -> Iterator[FakeStripe]:
    with running() as fake:
        yield fake


@pytest.fixture
def fake(_server: FakeStripe, settings: Any) -> FakeStripe:
    for kept in (_server.sessions, _server.refunds, _server.answers, _server.fails, _server.requests):
        kept.clear()
    settings.STRIPE_KEY, settings.STRIPE_WEBHOOK_SECRET, settings.STRIPE_API = "sk_test_x", SECRET, _server.url
    stripe_checkout.client.cache_clear()
    return _server


@pytest.fixture
def buyer(fake: FakeStripe) -> User:
    factories.make_shop()
    return factories.make_customer("buyer@example.org")


@pytest.fixture
def order(buyer: User) -> Order:
    return factories.make_order(buyer)


@pytest.fixture
def web(buyer: User) -> Client:
    client = Client()
    client.force_login(buyer)
    return client


def look(web: Client, order: Order) -> Page:
    return web.get(reverse("order", args=[order.public_id]))


def press(web: Client, order: Order, **values: Any) -> Page:
    data = {**fields(look(web, order), "pay_now"), **values}
    return web.post(reverse("order_pay", args=[order.public_id]), data)


def session_of(response: Page) -> str:
    return str(response["Location"]).rsplit("/", 1)[1]


def come_back(web: Client, order: Order) -> Page:
    checkout = Checkout.objects.latest("pk")
    return web.get(reverse("order_paid", args=[order.public_id, checkout.pk]))


def hear(body: bytes, signature: str) -> int:
    return (
        Client()
        .post(reverse("stripe_webhook"), body, content_type="application/json", headers={"Stripe-Signature": signature})
        .status_code
    )


def completed(fake: FakeStripe, session: str, name: str = "", kind: str = "checkout.session.completed") -> int:
    """The webhook comes, and the worker judges it."""
    status = hear(*fake.event(kind, {"id": session}, name))
    judge_all()
    return status


def judge_all() -> None:
    for event in ProviderEvent.objects.filter(state="waiting"):
        events.judge(event.pk, NOW + timedelta(seconds=1))


def fresh(order: Order) -> Order:
    return Order.objects.get(pk=order.pk)


def mails(order: Order, event: str) -> int:
    return OutgoingEmail.objects.filter(about=f"order:{order.pk}", event=event).count()


# --- the usual way


@pytest.mark.parametrize("first", ["webhook", "return"])
def test_paid_once_whoever_tells_it_first(fake: FakeStripe, web: Client, order: Order, first: str) -> None:
    response = press(web, order)
    session = session_of(response)
    assert response["Location"] == fake.sessions[session]["url"]
    assert fake.sessions[session]["amount_total"] == int(order.total * 100)
    fake.pay(session)
    for way in (first, "webhook", "return", "webhook"):
        completed(fake, session) if way == "webhook" else come_back(web, order)
    assert (fresh(order).paid, fresh(order).payment_status) == (order.total, "paid")
    assert LedgerEntry.objects.get().key == f"stripe:pi_{session}"
    assert mails(order, "paid") == 2
    assert hooks(look(web, order), "button") == ["download_invoice", "cancel_by_customer"]


def test_coming_back_pays_nothing_by_itself(fake: FakeStripe, web: Client, order: Order) -> None:
    press(web, order)
    assert come_back(web, order).status_code == 303
    assert fresh(order).paid == 0


def test_pressed_twice_is_one_checkout(fake: FakeStripe, web: Client, order: Order) -> None:
    form = fields(look(web, order), "pay_now")
    addresses = {web.post(reverse("order_pay", args=[order.public_id]), form)["Location"] for _ in range(3)}
    assert len(addresses) == 1
    assert len(fake.sessions) == 1


def test_prepayment_first_and_then_the_balance(fake: FakeStripe, web: Client, order: Order) -> None:
    Order.objects.filter(pk=order.pk).update(prepayment_percent=30)
    part = fresh(order).prepayment
    session = session_of(press(web, order, what="asked"))
    assert fake.sessions[session]["amount_total"] == int(part * 100)
    fake.pay(session)
    completed(fake, session)
    assert fresh(order).payment_status == "partially_paid"
    session = session_of(press(web, order))
    fake.pay(session)
    completed(fake, session)
    assert fresh(order).payment_status == "paid"


# --- where it is not offered


@pytest.mark.parametrize("status", ["waiting_for_review", "firm_offer_sent", "on_hold", "canceled_by_admin"])
def test_where_nothing_is_to_be_paid_there_is_no_button(
    fake: FakeStripe, web: Client, order: Order, status: str
) -> None:
    form = fields(look(web, order), "pay_now")
    held = {"held_from": "placed"} if status == "on_hold" else {}
    gone = {"canceled_from": "placed"} if status.startswith("canceled") else {}
    Order.objects.filter(pk=order.pk).update(status=status, **held, **gone)
    assert "pay_now" not in hooks(look(web, order), "button")
    response = web.post(reverse("order_pay", args=[order.public_id]), form)
    assert response["Location"] == reverse("order", args=[order.public_id])
    assert fake.sessions == {}


def test_without_a_key_there_is_no_button(web: Client, order: Order, settings: Any) -> None:
    settings.STRIPE_KEY = ""
    assert "pay_now" not in hooks(look(web, order), "button")
    assert hear(b"{}", "") == 404


# --- slow, failed, closed


def test_a_slow_method_hides_the_button_until_it_is_through(fake: FakeStripe, web: Client, order: Order) -> None:
    session = session_of(press(web, order))
    fake.pay(session, later=True)
    come_back(web, order)
    page = look(web, order)
    assert "pay_now" not in hooks(page, "button")
    assert "payment_processing" in hooks(page, "fact")
    fake.pay(session)
    completed(fake, session, kind="checkout.session.async_payment_succeeded")
    assert fresh(order).payment_status == "paid"


def test_a_slow_method_that_fails_is_told_once(fake: FakeStripe, web: Client, order: Order) -> None:
    session = session_of(press(web, order))
    fake.pay(session, later=True)
    come_back(web, order)
    fake.bounce(session)
    for _ in range(2):
        completed(fake, session, kind="checkout.session.async_payment_failed")
    assert fresh(order).paid == 0
    assert mails(order, "payment_failed") == 1
    assert "pay_now" in hooks(look(web, order), "button")


def test_a_second_try_closes_the_first(fake: FakeStripe, web: Client, order: Order) -> None:
    first = session_of(press(web, order))
    second = session_of(press(web, order))
    assert (fake.sessions[first]["status"], fake.sessions[second]["status"]) == ("expired", "open")
    assert [one.state for one in order.checkouts.all()] == ["closed", "open"]


def test_two_that_are_paid_all_the_same_are_both_booked(fake: FakeStripe, web: Client, order: Order) -> None:
    """The customer was on the provider's page when the second was started, and it could not be closed any more."""
    first = session_of(press(web, order))
    fake.pay(first)
    second = session_of(press(web, order))
    fake.pay(second)
    for session in (second, first):
        completed(fake, session)
    paid = fresh(order)
    assert (paid.paid, paid.surplus) == (2 * order.total, order.total)
    request = paid.refund_requests.get()
    assert (request.because, request.amount, request.state) == ("surplus", order.total, "open")
    assert mails(order, "payment_problem") == 1


def test_a_change_of_the_order_closes_what_is_open(fake: FakeStripe, web: Client, order: Order) -> None:
    session = session_of(press(web, order))
    factories.advance(order, "put_on_hold")
    checkouts.reconcile(NOW)
    assert fake.sessions[session]["status"] == "expired"
    assert order.checkouts.get().state == "closed"


# --- what providers do


def test_another_amount_or_currency_is_for_people(fake: FakeStripe, web: Client, order: Order) -> None:
    for wrong in ({"amount_total": 1}, {"currency": "usd"}):
        session = session_of(press(web, order))
        fake.pay(session, **wrong)
        for _ in range(2):
            completed(fake, session)
    assert fresh(order).paid == 0
    assert [one.state for one in order.checkouts.all()] == ["wrong", "wrong"]
    assert mails(order, "payment_problem") == 2


def test_the_body_of_an_event_is_a_hint(fake: FakeStripe, web: Client, order: Order) -> None:
    session = session_of(press(web, order))
    body, signature = fake.event("checkout.session.completed", {"id": session, "payment_status": "paid"})
    assert hear(body, signature) == 200
    judge_all()
    assert fresh(order).paid == 0


def test_events_late_doubled_and_out_of_order_end_the_same(fake: FakeStripe, web: Client, order: Order) -> None:
    session = session_of(press(web, order))
    fake.pay(session)
    told = [
        ("checkout.session.completed", "evt_1"),
        ("payment_intent.succeeded", "evt_2"),
        ("charge.succeeded", "evt_3"),
    ]
    for kind, name in [*reversed(told), *told, told[0]]:
        assert completed(fake, session, name, kind) == 200
    assert ProviderEvent.objects.count() == 3
    assert fresh(order).paid == order.total


def test_what_is_not_signed_is_refused(fake: FakeStripe, web: Client, order: Order) -> None:
    session = session_of(press(web, order))
    fake.pay(session)
    body, good = fake.event("checkout.session.completed", {"id": session})
    old = signed(body, at=time.time() - 3600)
    for raw, signature in (
        (body, ""),
        (body, "t=1,v1=x"),
        (body, old),
        (body + b" ", good),
        (body, signed(body, secret="x")),
    ):
        assert hear(raw, signature) == 400
    assert hear(b"x" * 2_000_000, good) in (400, 413)
    assert hear(b"[]", signed(b"[]")) == 400
    assert not ProviderEvent.objects.exists()
    assert hear(body, good) == 200


def test_a_webhook_that_was_lost_is_found(fake: FakeStripe, web: Client, order: Order) -> None:
    session = session_of(press(web, order))
    fake.pay(session)
    assert checkouts.reconcile(NOW + timedelta(minutes=1)) == 0
    checkouts.reconcile(NOW + timedelta(minutes=6))
    assert fresh(order).payment_status == "paid"


def test_while_the_provider_is_away_nothing_is_lost(fake: FakeStripe, web: Client, order: Order) -> None:
    fake.fails += [500, 500, 500]
    response = press(web, order)
    assert response["Location"] == reverse("order", args=[order.public_id])
    fake.fails.clear()
    session = session_of(press(web, order))
    fake.pay(session)
    fake.fails += [500, 500, 500]
    completed(fake, session, "evt_1")
    event = ProviderEvent.objects.get()
    assert (event.state, fresh(order).paid) == ("waiting", 0)
    fake.fails.clear()
    events.judge(event.pk, NOW + timedelta(minutes=2))
    assert fresh(order).paid == order.total


def test_an_answer_that_is_lost_makes_no_second_session(fake: FakeStripe, web: Client, order: Order) -> None:
    fake.fails += ["timeout"]
    assert session_of(press(web, order)) == "cs_test_1"
    assert len(fake.sessions) == 1


# --- refunds


def paid(fake: FakeStripe, web: Client, order: Order) -> str:
    session = session_of(press(web, order))
    fake.pay(session)
    completed(fake, session)
    return session


def refund(order: Order, **values: Any) -> Page:
    client = Client()
    client.force_login(factories.make_staff("accounting"))
    url = reverse("bo_refund", args=[order.number])
    form = client.get(url).context["form"]
    initial = {
        "key": str(form.initial["key"]),
        "amount": form.initial["amount"],
        "through": form.fields["through"].initial,
    }
    data = {**initial, **values}
    answers = [client.post(url, data) for _ in range(2)]
    assert {answer.status_code for answer in answers} <= {303, 422}
    return answers[0]


def test_a_refund_goes_back_by_the_way_it_came(fake: FakeStripe, web: Client, order: Order) -> None:
    paid(fake, web, order)
    assert refund(order, amount="5", note="sorry").status_code == 303
    assert [one["amount"] for one in fake.refunds.values()] == [500]
    after = fresh(order)
    assert (after.refunded, after.payment_status) == (D(5), "partially_paid")
    assert mails(order, "refund") == 1
    payment, back = order.ledger.all()
    assert (back.gives_back, back.note) == (payment, "sorry")
    page = web.get(reverse("order", args=[order.public_id])).content.decode()
    assert "Paid back: 5.00" in page
    assert page.count("Payment received") == 1
    body = {"payment_intent": f"pi_{order.checkouts.get().session}", **next(iter(fake.refunds.values()))}
    hear(*fake.event("refund.created", body))
    judge_all()
    assert fresh(order).refunded == D(5)


def test_a_goodwill_refund_lowers_the_price_in_the_same_deed(fake: FakeStripe, web: Client, order: Order) -> None:
    paid(fake, web, order)
    refund(order, amount="5", reduces="on")
    after = fresh(order)
    assert (after.credited, after.refunded, after.balance) == (D(5), D(5), D(0))
    assert after.payment_status == "partially_refunded"
    assert after.documents.filter(kind="credit_note", amount=D(5)).count() == 1


def test_more_than_was_received_is_not_given_back(fake: FakeStripe, web: Client, order: Order) -> None:
    paid(fake, web, order)
    assert refund(order, amount=str(order.total + 1)).status_code == 422
    assert fake.refunds == {}


def test_a_refund_from_the_providers_pages_is_booked_once(fake: FakeStripe, web: Client, order: Order) -> None:
    session = paid(fake, web, order)
    thing = {"id": "re_9", "amount": 700, "payment_intent": f"pi_{session}", "status": "succeeded"}
    for _ in range(2):
        hear(*fake.event("refund.created", thing))
        hear(*fake.event("charge.refunded", {"payment_intent": f"pi_{session}", "refunds": {"data": [thing]}}))
        judge_all()
    assert fresh(order).refunded == D(7)
    [(_payment, left)] = refundable(fresh(order))
    assert left == order.total - 7


def test_the_surplus_goes_back_and_leaves_the_order_paid(fake: FakeStripe, web: Client, order: Order) -> None:
    first = session_of(press(web, order))
    fake.pay(first)
    second = session_of(press(web, order))
    fake.pay(second)
    for session in (first, second):
        completed(fake, session)
    assert refund(order, amount=str(order.total)).status_code == 303
    after = fresh(order)
    assert (after.payment_status, after.surplus) == ("paid", D(0))
    assert after.refund_requests.get().state == "done"


def test_a_dispute_is_shown(fake: FakeStripe, web: Client, order: Order) -> None:
    session = paid(fake, web, order)
    hear(*fake.event("charge.dispute.created", {"payment_intent": f"pi_{session}"}))
    judge_all()
    assert mails(order, "payment_problem") == 1
    client = Client()
    client.force_login(factories.make_staff("accounting"))
    page = client.get(reverse("bo_order", args=[order.number]))
    assert page.context["disputes"].count() == 1


# --- all at once


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_ten_times_the_same_at_once_is_booked_once(fake: FakeStripe, web: Client, order: Order) -> None:
    session = session_of(press(web, order))
    fake.pay(session)
    raw, signature = fake.event("checkout.session.completed", {"id": session}, "evt_same")
    checkout = Checkout.objects.get()
    ready = threading.Barrier(10)

    def one(number: int) -> None:
        try:
            ready.wait()
            if number % 2:
                hear(raw, signature)
            else:
                checkouts.settle(checkout.pk, NOW)
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=[number]) for number in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    judge_all()
    assert fresh(order).paid == order.total
    assert LedgerEntry.objects.filter(kind="payment").count() == 1
    assert mails(order, "paid") == 2


# --- the demo shop


@pytest.mark.parametrize(("choice", "status"), [("pay", "paid"), ("later", "unpaid"), ("fail", "unpaid")])
def test_the_demo_page_feeds_the_same_code(web: Client, order: Order, settings: Any, choice: str, status: str) -> None:
    settings.STRIPE_KEY, settings.DEMO, settings.LOOPBACK_ONLY = "", True, True
    address = press(web, order)["Location"]
    assert web.get(address).status_code == 200
    back = web.post(address, {"choice": choice})
    web.get(back["Location"])
    judge_all()
    assert fresh(order).payment_status == status
    settings.STRIPE_KEY = "sk_live"
    assert web.get(address).status_code == 404


def test_by_bank_transfer_accounting_books_it_once(order: Order) -> None:
    client = Client()
    client.force_login(factories.make_staff("accounting"))
    url = reverse("bo_payment", args=[order.number])
    data = {"key": str(uuid4()), "amount": "10,50", "method": "transfer"}
    for _ in range(2):
        assert client.post(url, data).status_code == 303
    assert fresh(order).paid == D("10.50")
    for wrong in ("0", "-1", "NaN", ""):
        assert client.post(url, data | {"amount": wrong}).status_code == 422


def test_who_pays_by_a_link_needs_no_log_in(fake: FakeStripe, buyer: User, order: Order) -> None:
    factories.advance(order, "request_payment")
    client = Client()
    page = follow(client, link(order, "waiting_for_payment"))
    assert hook(page, "payment-page") == "ready_for_payment"
    response = client.post(reverse("order_pay", args=[order.public_id]), fields(page, "pay_now"))
    assert session_of(response) in fake.sessions


# --- one amount everywhere


@given(
    quantities=st.lists(st.tuples(st.sampled_from(["sls", "mjf", "slm"]), st.integers(1, 40)), min_size=1, max_size=4),
    discount=st.sampled_from([None, "3", "12.5"]),
    gross=st.booleans(),
    exempt=st.booleans(),
)
@hypothesis_settings(
    max_examples=5, deadline=None, phases=(Phase.generate,), suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_lines_total_paper_provider_and_ledger_agree(
    fake: FakeStripe, quantities: list[tuple[str, int]], discount: str | None, *, gross: bool, exempt: bool
) -> None:
    factories.make_shop()
    factories.make_price_list(prices_gross=gross)
    buyer = factories.make_customer(company=factories.make_company(tax_exempt=exempt))
    draft = factories.make_draft(buyer, lines=0)
    for position, (process, quantity) in enumerate(quantities, start=1):
        factories.add_line(draft, position, {"process": process}, buyer, quantity=quantity)
    draft.discount_percent = D(discount) if discount else None
    pricing.reprice(draft)
    draft.save()
    order = factories.place(draft)
    price = order.price
    assert price is not None and order.total == order.net + order.tax
    summed = sum(line.net for line in order.lines.all()) + sum(one.amount for one in price.components)
    assert summed == (order.total if gross else order.net)
    assert order.tax == 0 if exempt else order.tax > 0

    web = Client()
    web.force_login(buyer)
    session = session_of(press(web, order))
    assert fake.sessions[session]["amount_total"] == int(order.total * 100)
    fake.pay(session)
    completed(fake, session)
    assert order.ledger.get().amount == order.total and fresh(order).payment_status == "paid"
    invoice = issuing.issue(issuing.invoice_or_pro_forma(order, NOW).pk, NOW)
    pages = PdfReader(io.BytesIO(rendering.render(invoice))).pages
    assert f"{order.total:,.2f}" in " ".join(page.extract_text() for page in pages)
