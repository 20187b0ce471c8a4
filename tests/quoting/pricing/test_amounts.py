"""Rounding, measured figures and shares."""

from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quoting.pricing.amounts import measured, minor_unit, plain, rounded, spread, unit_price


@pytest.mark.parametrize(
    ("exact", "currency", "expected"),
    [
        ("0.005", "EUR", "0.01"),
        ("0.004999", "EUR", "0.00"),
        ("2.675", "EUR", "2.68"),
        ("2.665", "EUR", "2.67"),
        ("-0.005", "EUR", "-0.01"),
        ("-2.675", "EUR", "-2.68"),
        ("-0.004", "EUR", "0.00"),
        ("10", "EUR", "10.00"),
        ("0.5", "JPY", "1"),
        ("-0.5", "JPY", "-1"),
        ("1234.49", "JPY", "1234"),
        ("0.0005", "KWD", "0.001"),
    ],
)
def test_rounds_half_up_and_negative_halves_away_from_zero(exact: str, currency: str, expected: str) -> None:
    assert str(rounded(D(exact), currency)) == expected


def test_currencies_have_their_own_minor_unit() -> None:
    assert [minor_unit(code) for code in ("EUR", "USD", "JPY", "BHD")] == [D("0.01"), D("0.01"), D(1), D("0.001")]


@pytest.mark.parametrize(
    ("value", "expected"), [(20.000000953674316, "20.000"), (0.1 + 0.2, "0.300"), (8000.0, "8000.000"), (1e-9, "0.000")]
)
def test_measured_floats_lose_their_noise(value: float, expected: str) -> None:
    assert str(measured(value)) == expected


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_what_is_no_number_measures_nothing(value: float) -> None:
    assert measured(value) == 0


def test_plain_decimals_have_no_exponent_and_no_trailing_zeros() -> None:
    assert [plain(D("1E+3")), plain(D("1.500")), plain(D("0.0000001")), plain(7), plain("pla")] == [
        "1000",
        "1.5",
        "0.0000001",
        "7",
        "pla",
    ]


def test_unit_price_has_four_decimals() -> None:
    assert [str(unit_price(D(net), quantity)) for net, quantity in (("50.80", 100), ("1.00", 3), ("0.05", 1000))] == [
        "0.5080",
        "0.3333",
        "0.0001",
    ]


@pytest.mark.parametrize(
    ("amount", "weights", "expected"),
    [
        ("0.19", ["0.33", "0.33", "0.33"], ["0.07", "0.06", "0.06"]),
        ("1.00", ["1", "1", "1"], ["0.34", "0.33", "0.33"]),
        ("-1.00", ["1", "1", "1"], ["-0.33", "-0.33", "-0.34"]),
        ("5.00", ["0", "0"], ["5.00", "0.00"]),
        ("10.00", ["0", "3", "1"], ["0.00", "7.50", "2.50"]),
        ("0.00", ["2", "1"], ["0.00", "0.00"]),
    ],
)
def test_spread_by_largest_remainder(amount: str, weights: list[str], expected: list[str]) -> None:
    shares = spread(D(amount), [D(weight) for weight in weights], "EUR")
    assert sorted(map(str, shares)) == sorted(expected)
    assert sum(shares) == D(amount)


def test_spread_over_nothing_is_an_error() -> None:
    with pytest.raises(ValueError, match="nothing to spread over"):
        spread(D(1), [], "EUR")


@given(
    st.integers(-(10**9), 10**9),
    st.lists(st.integers(0, 10**7), min_size=1, max_size=12),
    st.sampled_from(["EUR", "JPY", "KWD"]),
)
def test_shares_add_up_and_are_off_by_less_than_one_unit(units: int, weights: list[int], currency: str) -> None:
    step = minor_unit(currency)
    amount, parts = units * step, [D(weight) / 100 for weight in weights]
    shares = spread(amount, parts, currency)
    assert sum(shares) == amount
    if any(weights):
        for share, weight in zip(shares, weights, strict=True):
            assert abs(share - amount * weight / sum(weights)) < step
            assert weight or share == 0
