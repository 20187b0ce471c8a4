"""The payment status follows from the ledger: the rows of the specification, the first that fits."""

from decimal import Decimal

import pytest

from orders.models import Order

# total, credited, paid, refunded, of which surplus, status of the order → payment status
CASES = [
    ("100", "0", "0", "0", "0", "placed", "unpaid"),
    ("0", "0", "0", "0", "0", "placed", "paid"),
    ("0", "0", "0", "0", "0", "draft", "unpaid"),
    ("100", "100", "0", "0", "0", "placed", "paid"),
    ("100", "0", "40", "0", "0", "placed", "partially_paid"),
    ("100", "0", "100", "0", "0", "placed", "paid"),
    ("100", "0", "120", "0", "0", "placed", "paid"),  # the surplus waits in the refund queue
    ("100", "0", "120", "20", "20", "placed", "paid"),  # giving it back leaves the order paid
    ("100", "0", "100", "100", "0", "placed", "unpaid"),  # a payment that bounced
    ("100", "0", "100", "100", "0", "canceled_by_admin", "refunded"),
    ("100", "0", "100", "40", "0", "placed", "partially_paid"),
    ("100", "40", "100", "40", "0", "placed", "partially_refunded"),  # goodwill, with its credit note
    ("100", "0", "100", "40", "0", "canceled_by_customer", "partially_refunded"),
    ("100", "0", "40", "0", "0", "canceled_by_customer", "partially_paid"),
    ("100", "0", "100", "0", "0", "canceled_by_customer", "paid"),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: "-".join(case))
def test_payment_status(case: tuple[str, ...]) -> None:
    *money, status, expected = case
    total, credited, paid, refunded, surplus = (Decimal(amount) for amount in money)
    order = Order(total=total, credited=credited, paid=paid, refunded=refunded, surplus_returned=surplus, status=status)
    assert order.payment_status == expected


@pytest.mark.parametrize(
    ("percent", "paid", "met"), [(0, "0", True), (50, "16.66", False), (50, "16.67", True), (100, "33.33", True)]
)
def test_prepayment_is_rounded_half_up(percent: int, paid: str, met: bool) -> None:
    assert Order(total=Decimal("33.33"), prepayment_percent=percent, paid=Decimal(paid)).prepayment_met is met
