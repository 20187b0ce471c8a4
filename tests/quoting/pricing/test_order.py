"""Step 6: minimum order values, promo code, shipping, tax, total."""

from decimal import Decimal as D
from decimal import localcontext

import pytest

from quoting.pricing.catalogue import Catalogue, ShippingBand, TaxRate
from quoting.pricing.contract import LineRequest, OrderTerms, Promo
from quoting.pricing.engine import grid, price_order
from quoting.pricing.taxes import line_taxes
from tests.quoting.pricing.builders import amounts, ask, fdm, machine, material, order, parcel, shape, shop

PROMO = Promo(code="SPRING", percent=10)


def priced_at(*prices: str, gross: bool = False) -> tuple[Catalogue, list[LineRequest]]:
    """A shop and lines that cost just so much: a cm³ costs 1."""
    process = fdm()
    lines = [ask(process, number, measured=shape(float(price))) for number, price in enumerate(prices)]
    return shop(process, prices_gross=gross), lines


# --- taxes ------------------------------------------------------------------------------------------------------


def test_tax_is_worked_out_once_on_the_orders_sum() -> None:
    catalogue, lines = priced_at("0.33", "0.33", "0.33")
    found = order(catalogue, *lines)
    assert (found.net, found.tax, found.gross) == (D("0.99"), D("0.19"), D("1.18"))
    assert list(line_taxes(found).values()) == [D("0.07"), D("0.06"), D("0.06")]


def test_prices_with_tax_have_it_taken_out_of_the_sum() -> None:
    catalogue, lines = priced_at("0.33", "0.33", "0.33", gross=True)
    found = order(catalogue, *lines)
    assert (found.net, found.tax, found.gross) == (D("0.83"), D("0.16"), D("0.99"))
    assert found.taxes[0].model_dump() == {"tax_class": "standard", "rate": 19, "base": D("0.83"), "tax": D("0.16")}


@pytest.mark.parametrize(
    ("gross", "net", "parts"), [(False, "100.00", {}), (True, "84.03", {"tax_taken_out": "-15.97"})]
)
def test_exempt_orders_pay_the_price_without_tax(gross: bool, net: str, parts: dict[str, str]) -> None:
    catalogue, lines = priced_at("60", "40", gross=gross)
    found = order(catalogue, *lines, tax_exempt=True)
    assert (str(found.net), found.tax, found.gross) == (net, 0, D(net))
    assert amounts(found) == parts
    assert [(line.rate, line.tax) for line in found.taxes] == [(0, 0)]
    assert line_taxes(found) == {0: 0, 1: 0}


def test_discounts_and_shipping_are_spread_over_the_rates_by_value() -> None:
    full, low = fdm("full"), fdm("low", tax_class="reduced")
    lines = [ask(full, 1, measured=shape(200.0)), ask(low, 2, measured=shape(100.0))]
    found = order(shop(full, low), *lines, promo=PROMO, shipping_method="parcel", country="DE")
    assert amounts(found) == {"promo": "-30.00", "shipping": "5.90"}
    # 200 − 20 + 3.93 and 100 − 10 + 1.97
    assert [(line.rate, line.base, line.tax) for line in found.taxes] == [
        (19, D("183.93"), D("34.95")),
        (7, D("91.97"), D("6.44")),
    ]
    assert found.net == D("275.90")
    assert found.gross == D("317.29")


def test_two_rates_with_the_same_percent_are_refused() -> None:
    with pytest.raises(ValueError, match="tax rates"):
        shop(taxes=(TaxRate(percent=19), TaxRate(tax_class="other", percent=D("19.00"))))


def test_line_taxes_leave_their_share_to_shipping() -> None:
    catalogue, lines = priced_at("94.10")
    found = order(catalogue, *lines, shipping_method="parcel", country="DE")
    assert (found.tax, line_taxes(found)) == (D("19.00"), {0: D("17.88")})


def test_a_yen_has_no_places() -> None:
    found = order(shop(currency="JPY"), ask(fdm(), measured=shape(1234.5)))
    assert (str(found.net), str(found.tax), str(found.gross)) == ("1235", "235", "1470")


# --- minimum order value, promo code ----------------------------------------------------------------------------


def test_minimum_order_per_machine() -> None:
    one = fdm("one", machine=machine(minimum_order=15))
    other = fdm("other", machine=machine(minimum_order=40), tax_class="reduced")
    lines = [ask(one, 1, measured=shape(9.0)), ask(one, 2, measured=shape(7.0)), ask(other, 3, measured=shape(4.0))]
    found = order(shop(one, other), *lines)
    assert amounts(found) == {"minimum_order": "36.00"}
    assert found.components[0].inputs["name"] == "OTHER"
    assert [(line.tax_class, line.base) for line in found.taxes] == [("standard", 16), ("reduced", 40)]


def test_no_minimum_order_without_a_priced_line() -> None:
    process = fdm(machine=machine(minimum_order=15))
    assert order(shop(process), ask(process, material="gone")).components == ()


def test_the_promo_code_counts_for_lines_and_minimum_order_but_not_for_shipping() -> None:
    process = fdm(machine=machine(minimum_order=20))
    found = order(shop(process), ask(process), promo=PROMO, shipping_method="parcel", country="DE")
    assert amounts(found) == {"minimum_order": "19.00", "promo": "-2.00", "shipping": "5.90"}


def test_everything_given_away_costs_only_its_shipping() -> None:
    catalogue, lines = priced_at("10")
    terms = {"promo": Promo(code="GIFT", percent=100), "shipping_method": "parcel", "country": "DE"}
    found = order(catalogue, *lines, **terms)
    assert (found.state, found.net, found.gross) == ("priced", D("5.90"), D("7.02"))
    found = order(catalogue, *lines, price_level_percent=100, shipping_method="parcel", country="DE")
    assert (found.state, found.net, found.gross) == ("priced", D("5.90"), D("7.02"))


# --- shipping ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kilograms", "method", "country", "expected"),
    [
        (1.0, "parcel", "DE", "5.90"),
        (1.001, "parcel", "AT", "9.90"),
        (5.0, "parcel", "DE", "9.90"),
        (5.001, "parcel", "DE", "too_heavy"),
        (1.0, "parcel", "US", "country_not_served"),
        (1.0, "gone", "DE", "method_gone"),
        (1.0, "parcel", "", None),
        (1.0, "", "DE", None),
        (99.0, "pickup", "", "0.00"),
        (99.0, "world", "US", "80.00"),
    ],
)
def test_shipping_by_weight_band_and_country(kilograms: float, method: str, country: str, expected: str | None) -> None:
    pickup = parcel(key="pickup", pickup=True, bands=(ShippingBand(up_to_kg=1, price=0),))
    world = parcel(key="world", countries=(), bands=(ShippingBand(up_to_kg=100, price=80),))
    process = fdm(materials=(material(density_g_cm3=2),))
    catalogue = shop(process, shipping=(parcel(), pickup, world))
    heavy = ask(process, measured=shape(kilograms * 100), quantity=5)  # cm³ × 2 g × 5
    found = order(catalogue, heavy, shipping_method=method, country=country)
    causes = [reason.params["cause"] for reason in found.reasons]
    assert [*amounts(found).values(), *causes] == ([expected] if expected else [])
    assert found.state == ("to_be_quoted" if causes else "priced")


@pytest.mark.parametrize(("price", "expected"), [("49.99", "5.90"), ("50.00", "0.00")])
def test_shipping_is_free_from_a_value_on(price: str, expected: str) -> None:
    process = fdm()
    catalogue = shop(process, shipping=(parcel(free_from=50),))
    line = ask(process, measured=shape(float(price)))
    assert amounts(order(catalogue, line, shipping_method="parcel", country="DE"))["shipping"] == expected


def test_free_shipping_looks_at_the_value_after_the_promo_code() -> None:
    catalogue, lines = priced_at("55")
    catalogue = catalogue.model_copy(update={"shipping": (parcel(free_from=50),)})
    found = order(catalogue, *lines, promo=PROMO, shipping_method="parcel", country="DE")
    assert amounts(found) == {"promo": "-5.50", "shipping": "5.90"}


def test_shipping_waits_for_weights_and_is_quoted_with_unknown_ones() -> None:
    process = fdm()
    waiting = ask(process, 2).model_copy(update={"measured": None})
    for refused, state, reasons in ((False, "working", 0), (True, "to_be_quoted", 1)):
        lines = [ask(process, 1), waiting.model_copy(update={"refused": refused})]
        found = order(shop(process), *lines, shipping_method="parcel", country="DE")
        assert (found.state, found.components, len(found.reasons)) == (state, (), reasons)


def test_a_line_to_be_quoted_still_has_its_weight() -> None:
    process, by_hand = fdm(), fdm("hand", instant=False)
    lines = [ask(process, 1), ask(by_hand, 2, measured=shape(3000.0))]
    found = order(shop(process, by_hand), *lines, shipping_method="parcel", country="DE")
    assert amounts(found) == {"shipping": "9.90"}
    assert found.reasons == ()


# --- the grid ---------------------------------------------------------------------------------------------------


def test_grid_holds_the_other_lines_fixed() -> None:
    process = fdm(materials=(material(startup=20),))
    lines = [ask(process, 1), ask(process, 2, quantity=7)]
    first = grid(shop(process), lines, 1, OrderTerms())
    second = grid(shop(process), lines, 2, OrderTerms())
    assert [cell.quantity for cell in first] == [1, 2, 5, 10, 25, 50, 100]
    assert [(cell.quantity, cell.net) for cell in second] == [(n, n) for n in (1, 2, 5, 7, 10, 25, 50, 100)]
    assert [str(cell.unit) for cell in first[:3]] == ["21.0000", "11.0000", "5.0000"]


def test_grid_needs_no_lead_time_and_is_empty_without_a_price() -> None:
    process = fdm()
    assert len(grid(shop(process), [ask(process, lead_time="")], 1, OrderTerms(), quantities=(3,))) == 2
    assert grid(shop(process), [ask(process, material="gone")], 1, OrderTerms()) == ()
    assert grid(shop(process), [ask(fdm("gone"))], 1, OrderTerms()) == ()


def test_grid_of_what_is_not_there_is_an_error() -> None:
    with pytest.raises(KeyError):
        grid(shop(), [ask(fdm())], 99, OrderTerms())
    with pytest.raises(ValueError, match="quantity"):
        grid(shop(), [ask(fdm())], 1, OrderTerms(), quantities=(0,))


# --- purity -----------------------------------------------------------------------------------------------------


def test_the_callers_decimal_context_changes_nothing() -> None:
    catalogue, lines = priced_at("1234.565")
    expected = price_order(catalogue, lines, OrderTerms())
    cells = grid(catalogue, lines, 0, OrderTerms())
    with localcontext() as context:
        context.prec = 4
        assert price_order(catalogue, lines, OrderTerms()) == expected
        assert grid(catalogue, lines, 0, OrderTerms()) == cells


def test_two_lines_with_the_same_number_are_an_error() -> None:
    with pytest.raises(ValueError, match="same number"):
        order(shop(), ask(fdm(), 1), ask(fdm(), 1))
