"""What a buyer may rely on: more pieces never cost less before discounts, a discount never makes dearer, minimums hold."""

from decimal import Decimal as D

from hypothesis import given
from hypothesis import settings as tried
from hypothesis import strategies as st

from quoting.pricing.amounts import minor_unit, unit_price
from quoting.pricing.catalogue import Catalogue, Process
from quoting.pricing.contract import LineRequest, OneOffs, OrderBreakdown, OrderTerms, Promo
from quoting.pricing.engine import price_line, price_order
from tests.quoting.pricing.test_invariants import Case, invariant, orders, percent

ALONE = OneOffs(startup=True, per_model=True)
GIVEN_AWAY = {"quantity_discount", "price_level", "minimum_part"}


def process_of(catalogue: Catalogue, line: LineRequest) -> Process:
    return next(process for process in catalogue.processes if process.key == line.selection.process)


def goods(found: OrderBreakdown) -> D:
    """Without shipping, which may cost more where the goods fall below what is sent free."""
    charges = [item.amount for item in found.components if item.code not in ("shipping", "tax_taken_out")]
    return sum([line.net for line in found.lines] + charges, D(0))


def with_quantity(line: LineRequest, quantity: int) -> LineRequest:
    return line.model_copy(update={"quantity": quantity})


@tried(max_examples=40, deadline=None, derandomize=True)
@given(orders(), st.integers(1, 400))
def test_more_pieces_never_cost_less_before_discounts(case: Case, more: int) -> None:
    catalogue, lines, terms = case
    for line in lines:
        few, many = (
            price_line(catalogue, asked, ALONE, terms) for asked in (line, with_quantity(line, line.quantity + more))
        )
        if few.state == many.state == "priced":
            before, after = (
                sum(item.amount for item in price.components if item.code not in GIVEN_AWAY) for price in (few, many)
            )
            assert after >= before
            codes = [{item.code: item.amount for item in price.components} for price in (few, many)]
            for code in set(codes[0]) & set(codes[1]) - GIVEN_AWAY:
                # an economy lead time takes off the more, the more there is
                assert abs(codes[1][code]) >= abs(codes[0][code])


@tried(max_examples=40, deadline=None, derandomize=True)
@given(orders(), st.integers(2, 9))
def test_a_piece_never_costs_more_in_a_larger_lot(case: Case, times: int) -> None:
    """At whole multiples of a lot: half a build is never paid. Each component may be rounded by half a cent."""
    catalogue, lines, terms = case
    for line in lines:
        few, many = (
            price_line(catalogue, asked, ALONE, terms) for asked in (line, with_quantity(line, line.quantity * times))
        )
        if few.state == many.state == "priced":
            slack = minor_unit(catalogue.currency) * (len(few.components) + len(many.components) + 2) * times
            assert many.net <= few.net * times + slack
            assert unit_price(many.net, line.quantity * times) <= unit_price(few.net + slack, line.quantity)


@invariant
def test_no_line_is_below_its_minimum_and_no_machine_below_its_own(case: Case) -> None:
    catalogue, lines, terms = case
    found = price_order(catalogue, lines, terms)
    of_machine: dict[str, D] = {}
    for line, price in zip(lines, found.lines, strict=True):
        if price.state == "priced":
            process = process_of(catalogue, line)
            step = minor_unit(catalogue.currency)
            assert price.net >= (process.minimum_part_price * line.quantity).quantize(step) - step / 2
            of_machine[process.key] = of_machine.get(process.key, D(0)) + price.net
    for item in found.components:
        if item.code == "minimum_order":
            of_machine[item.inputs["process"]] += item.amount
    for key, together in of_machine.items():
        machine = next(process.machine for process in catalogue.processes if process.key == key)
        assert together >= machine.minimum_order.quantize(minor_unit(catalogue.currency)) - minor_unit(
            catalogue.currency
        )


@tried(max_examples=40, deadline=None, derandomize=True)
@given(orders(), percent, percent)
def test_a_better_level_and_a_promo_code_never_make_dearer(case: Case, one: D, other: D) -> None:
    catalogue, lines, terms = case
    lower, higher = sorted((one, other))
    dear, cheap, with_code = (
        price_order(catalogue, lines, OrderTerms(**{**dict(terms), "promo": None} | more))
        for more in (
            {"price_level_percent": lower},
            {"price_level_percent": higher},
            {"price_level_percent": lower, "promo": Promo(code="X", percent=higher)},
        )
    )
    for before, after in zip(dear.lines, cheap.lines, strict=True):
        assert after.net <= before.net
    assert goods(cheap) <= goods(dear) and goods(with_code) <= goods(dear)


@invariant
def test_a_price_level_takes_its_percent_of_what_is_left(case: Case) -> None:
    catalogue, lines, terms = case
    for price in price_order(catalogue, lines, terms).lines:
        amounts = {item.code: item for item in price.components}
        if level := amounts.get("price_level"):
            left = sum(item.amount for item in price.components if item.code not in ("price_level", "minimum_part"))
            assert abs(level.amount + left * terms.price_level_percent / 100) <= minor_unit(catalogue.currency) / 2
            assert D(level.inputs["base"]) == left
