"""What the shop sets by hand: prices of lines, fees, discounts, shipping."""

from decimal import Decimal as D
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from quoting.pricing.contract import Discount, LineRequest, Promo, Selection
from tests.quoting.pricing.builders import amounts, ask, fdm, order, shape, shop

AMOUNTS = st.decimals(min_value=0, max_value=100_000, places=2)


def by_hand(price: str, line: int = 1, **fields: Any) -> LineRequest:
    return ask(fdm(), line).model_copy(update={"by_hand": D(price), **fields})


def fee(price: str, line: int = 9, **fields: Any) -> LineRequest:
    asked = {"line": line, "file": "", "measured": None, "selection": Selection(), "quantity": 1}
    return LineRequest(**asked | {"fee": True, "by_hand": D(price)} | fields)


def test_the_computed_price_stands_beside_the_one_set_by_hand() -> None:
    line = order(shop(), by_hand("12.345", days=3)).lines[0]
    assert (line.state, line.net, line.days, amounts(line)) == ("priced", D("12.35"), 3, {"by_hand": "12.35"})
    assert line.computed is not None
    assert (line.computed.net, line.computed.days) == (D("1.00"), 7)


def test_a_part_without_a_price_gets_one_by_hand() -> None:
    found = order(shop(), by_hand("80", refused=True, measured=None))
    assert (found.state, found.net) == ("priced", D("80.00"))
    assert found.lines[0].computed is not None
    assert found.lines[0].computed.state == "to_be_quoted"


def test_a_price_by_hand_is_neither_discounted_nor_raised() -> None:
    found = order(shop(), by_hand("80"), price_level_percent=D(10))
    assert found.net == D("80.00")


def test_one_off_charges_stay_where_they_fell() -> None:
    """Setting the price of one line by hand changes no other line."""
    process = fdm(programming_per_model=D(15))
    first, second = ask(process, 1, file="a"), ask(process, 2, file="a")
    before = order(shop(process), first, second)
    after = order(shop(process), first.model_copy(update={"by_hand": D(50)}), second)
    assert before.lines[1] == after.lines[1]


def test_a_fee_is_taxed_and_weighs_nothing() -> None:
    catalogue = shop()
    found = order(catalogue, ask(fdm(), 1, measured=shape(100.0)), fee("25"), shipping_method="parcel", country="DE")
    assert (amounts(found.lines[1]), found.lines[1].tax_class, found.days) == ({"fee": "25.00"}, "standard", 7)
    assert amounts(found) == {"shipping": "5.90"}
    assert found.net == D("130.90")
    assert order(catalogue, fee("25", tax_class="reduced")).taxes[0].rate == 7
    assert order(catalogue, fee("25", tax_class="gone")).taxes[0].rate == 19


def test_a_fee_needs_its_amount() -> None:
    with pytest.raises(ValueError, match="without an amount"):
        order(shop(), fee("1", by_hand=None))


@pytest.mark.parametrize(
    ("discount", "expected"),
    [
        (Discount(label="trial", percent=D(10)), "-9.00"),
        (Discount(label="trial", amount=D("15.50")), "-15.50"),
        (Discount(amount=D(500)), "-90.00"),
        (Discount(percent=D(0)), "0.00"),
    ],
)
def test_a_discount_follows_the_promo_code_and_spares_shipping(discount: Discount, expected: str) -> None:
    terms = {"promo": Promo(code="P", percent=10), "shipping_method": "parcel", "country": "DE"}
    found = order(shop(), ask(fdm(), measured=shape(100.0)), discount=discount, **terms)
    assert amounts(found) == {"promo": "-10.00", "discount": expected, "shipping": "5.90"}
    assert found.net == D("95.90") + D(expected)


@pytest.mark.parametrize("wrong", [{}, {"percent": D(5), "amount": D(5)}, {"percent": D(101)}, {"amount": D(-1)}])
def test_a_discount_is_one_of_two(wrong: dict[str, D]) -> None:
    with pytest.raises(ValidationError):
        Discount(**wrong)


def test_shipping_by_hand_counts_where_no_band_does() -> None:
    heavy = ask(fdm(), measured=shape(9000.0))
    assert order(shop(), heavy, shipping_method="parcel", country="DE").state == "to_be_quoted"
    found = order(shop(), heavy, shipping_method="parcel", country="DE", shipping_price=D(45))
    assert (found.state, amounts(found)) == ("priced", {"shipping": "45.00"})


@given(st.lists(AMOUNTS, min_size=1, max_size=6), st.lists(AMOUNTS, max_size=3), st.none() | AMOUNTS, st.booleans())
def test_the_sums_hold_whatever_is_set_by_hand(prices: list[D], fees: list[D], off: D | None, gross: bool) -> None:
    lines = [by_hand(str(price), number) for number, price in enumerate(prices)]
    lines += [fee(str(price), 100 + number) for number, price in enumerate(fees)]
    found = order(shop(prices_gross=gross), *lines, discount=None if off is None else Discount(amount=off))
    listed = sum((line.net for line in found.lines), D(0)) + sum((item.amount for item in found.components), D(0))
    assert listed == (found.gross if gross else found.net)
    assert found.gross == found.net + found.tax
    assert listed == max(D(0), sum(prices) + sum(fees) - (off or 0))
