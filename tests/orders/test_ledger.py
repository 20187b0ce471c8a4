"""Payments: booked once, whatever the status; what they set going, and whom they tell."""

from decimal import Decimal

import pytest

from notifications.models import OutgoingEmail
from orders.models import Order
from orders.payments.ledger import confirm
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def order() -> Order:
    factories.make_shop()
    return factories.make_order()


def pay(order: Order, amount: Decimal, key: str = "event 1") -> Order:
    confirm(order.pk, amount=amount, key=key, method="test")
    return Order.objects.get(pk=order.pk)


def events(audience: str) -> list[str]:
    mails = OutgoingEmail.objects.filter(audience=audience).order_by("id")
    return [event for event in mails.values_list("event", flat=True) if event != "placed"]


def test_paid_tells_both_sides_once(order: Order) -> None:
    assert pay(order, order.total).payment_status == "paid"
    assert confirm(order.pk, amount=order.total, key="event 1", method="test") is False
    assert events("customer") == events("shop") == ["paid"]
    assert Order.objects.get(pk=order.pk).paid == order.total


def test_a_part_says_what_is_open(order: Order) -> None:
    after = pay(order, Decimal("1.00"))
    assert after.payment_status == "partially_paid"
    mail = OutgoingEmail.objects.get(event="part_payment", audience="customer")
    assert (mail.facts["amount"], mail.facts["balance"]) == ("1.00", str(order.total - 1))


def test_too_much_is_a_problem_for_the_shop(order: Order) -> None:
    after = pay(order, order.total + 5)
    assert (after.payment_status, after.surplus) == ("paid", Decimal(5))
    assert events("shop") == ["paid", "payment_problem"]


def test_what_was_asked_for_is_settled(order: Order) -> None:
    order = factories.advance(order, "request_payment")
    assert pay(order, order.total).status == "placed"


def test_a_part_of_what_was_asked_for_settles_nothing(order: Order) -> None:
    order = factories.advance(order, "request_payment")
    assert pay(order, Decimal("1.00")).status == "waiting_for_payment"


def test_post_payment_status_releases() -> None:
    factories.make_shop(post_payment_status="free_for_manufacturing")
    order = pay(factories.make_order(), Decimal("1000"))
    assert order.status == "free_for_manufacturing" and order.is_released


def test_the_system_releases_nothing_that_needs_adjusting() -> None:
    factories.make_shop(post_payment_status="free_for_manufacturing")
    order = factories.make_order()
    order.lines.update(needs_adjusting=True)
    assert pay(order, order.total).status == "placed"


def test_a_payment_on_a_canceled_order_is_booked(order: Order) -> None:
    order = factories.advance(order, "cancel_by_admin")
    after = pay(order, Decimal("10.00"))
    assert (after.status, after.paid, after.surplus) == ("canceled_by_admin", Decimal("10.00"), Decimal("10.00"))
    assert events("shop")[-1] == "payment_problem"


def test_a_repeat_makes_up_for_what_the_first_time_did_not_come_to(order: Order) -> None:
    order = factories.advance(order, "request_payment")
    pay(order, order.total)
    Order.objects.filter(pk=order.pk).update(status="waiting_for_payment", payment_target=order.total)
    order.history.filter(name="payment_settled").update(key="lost")
    assert confirm(order.pk, amount=order.total, key="event 1", method="test") is False
    assert Order.objects.get(pk=order.pk).status == "placed"
