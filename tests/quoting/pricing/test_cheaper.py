"""Suggestions and curves: what is promised is what the order would cost."""

from decimal import Decimal as D

import pytest
from hypothesis import given, settings

from quoting.pricing.amounts import unit_price
from quoting.pricing.catalogue import Finish, LeadTime, QuantityBreak
from quoting.pricing.cheaper import MOST, suggestions
from quoting.pricing.contract import LineRequest, OrderTerms
from quoting.pricing.curve import curve
from quoting.pricing.engine import price_order
from quoting.pricing.machines import Extra, Tolerance
from tests.quoting.pricing.builders import ask, fdm, machine, material, resin, shape, shop
from tests.quoting.pricing.test_invariants import Case, orders

NO_TERMS = OrderTerms()


def offers(**fields: object) -> dict[str, object]:
    """Everything that can be chosen, dear first."""
    return {
        "materials": (material("m", price_per_cm3=3), material("n", price_per_cm3=2)),
        "finishes": (Finish(key="free", name="As made", free=True), Finish(key="painted", name="Painted", per_piece=7)),
        "lead_times": (
            LeadTime(key="standard", name="Standard", days=2, percent=50),
            LeadTime(key="slow", name="Slow", days=9),
        ),
        "tolerances": (Tolerance(key="usual", name="Usual"), Tolerance(key="fine", name="Fine", percent=40)),
        "extras": (Extra(key="m3", name="Thread", each=1),),
        "quantity_breaks": (QuantityBreak(quantity=10, percent=20),),
    } | fields


def told(lines: list[LineRequest], *processes: object) -> dict[str, tuple[str, str]]:
    """kind: key and saving"""
    found = suggestions(shop(*processes), lines, 1, NO_TERMS)  # type: ignore[arg-type]
    return {one.candidate.kind: (one.candidate.key, str(one.saving)) for one in found}


def test_the_three_that_save_most_of_different_kinds() -> None:
    """30 of material + 7 painted = 37; 40 % tolerance 14.80, 50 % lead time 18.50: 70.30.

    Material n: 20 + 7, 10.80, 13.50: 51.30. As made: 30 + 12 + 15 = 57. Usual tolerance: 37 + 18.50 = 55.50.
    In nine days: 37 + 14.80 = 51.80. From ten pieces 20 % less: 56.24 each.
    """
    process = fdm(**offers())
    line = ask(process, measured=shape(10.0), finish="painted", tolerance="fine")
    assert told([line], process) == {
        "material": ("n", "19.00"),
        "lead_time": ("slow", "18.50"),
        "tolerance": ("usual", "14.80"),
    }
    assert MOST == 3


@pytest.mark.parametrize(
    ("asked", "other", "expected"),
    [
        ({}, {}, "resin"),
        ({"finish": "painted"}, {}, None),  # the other process has no such finish
        ({"finish": "painted"}, {"finishes": offers()["finishes"]}, "resin"),
        ({"tolerance": "fine"}, {}, None),
        ({"tolerance": "fine"}, {"tolerances": (Tolerance(key="fine", name="Fine", percent=1),)}, "resin"),
        ({"extras": (("m3", 2),)}, {}, None),
        ({"extras": (("m3", 2),)}, {"extras": offers()["extras"]}, "resin"),
        ({}, {"machine": machine(layer_mm=1, seconds_per_layer=1, hourly_rate=1, minimum_order=200)}, None),
        ({}, {"instant": False}, None),
    ],
)
def test_another_process_drops_nothing_that_was_asked_for(
    asked: dict[str, object], other: dict[str, object], expected: str | None
) -> None:
    process, cheap = fdm(**offers()), resin(**{"materials": (material("resin", price_per_cm3=D("0.1")),)} | other)
    found = told([ask(process, measured=shape(10.0), **asked)], process, cheap).get("process")  # type: ignore[arg-type]
    assert (found[0] if found else None) == (f"sla/{expected}" if expected else None)


def test_a_price_set_by_hand_is_not_argued_with() -> None:
    process = fdm(**offers())
    line = ask(process, measured=shape(10.0)).model_copy(update={"by_hand": D(5)})
    assert told([line], process) == {} and curve(shop(process), [line], 1, NO_TERMS) is None


@settings(max_examples=40, deadline=None, derandomize=True)
@given(orders())
def test_every_suggestion_is_a_second_run(case: Case) -> None:
    catalogue, lines, terms = case
    before = price_order(catalogue, lines, terms)
    for place, line in enumerate(lines):
        for one in suggestions(catalogue, lines, line.line, terms):
            changed = line.model_copy(update={"selection": one.candidate.selection, "quantity": one.candidate.quantity})
            after = price_order(catalogue, [*lines[:place], changed, *lines[place + 1 :]], terms)
            told = [(found.gross if found.prices_gross else found.net) for found in (before, after)]
            assert one.difference == told[1] - told[0] and one.saving > 0
            assert (one.unit, one.days) == (
                unit_price(after.lines[place].net, changed.quantity),
                after.lines[place].days,
            )
            assert one.candidate.kind == "quantity" or one.saving == -one.difference


def test_the_cross_over_is_found_to_the_piece() -> None:
    """Printing costs 10 a piece; casting 0.50 a piece and 1,000 once: 10 n > 1000 + 0.5 n from 106 pieces on."""
    printing = fdm("printing", materials=(material(price_per_cm3=10),))
    casting = resin(
        machine=machine(layer_mm=D("0.05"), seconds_per_layer=15, hourly_rate=0),
        materials=(material(price_per_cm3=D("0.5"), startup=1000),),
    )
    found = curve(shop(printing, casting), [ask(printing, quantity=25)], 1, NO_TERMS)
    assert found is not None
    assert [(span.series, span.first, span.last) for span in found.spans] == [(0, 1, 105), (1, 106, 10_000)]
    units = [{point.quantity: str(point.unit) for point in series.points} for series in found.series]
    assert (units[0][25], units[1][1], units[1][100], units[1][10_000]) == ("10.0000", "1000.5000", "10.5000", "0.6000")


def test_what_other_lines_have_paid_is_not_paid_again() -> None:
    process = fdm(materials=(material("m", startup=20), material("n", startup=20)), programming_per_model=5)
    lines = [ask(process, 2, file="a"), ask(process, 1, file="a")]
    found = curve(shop(process), lines, 1, NO_TERMS)
    assert found is not None and found.series[0].points[0].net == D("1.00")
