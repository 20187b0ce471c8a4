"""SLM, milling, turning and molding: the worked examples of pricing.md, and one part of each worked out by hand."""

from decimal import Decimal as D

import pytest

from quoting.geometry.values import Hole
from quoting.pricing.catalogue import ShippingBand
from quoting.pricing.contract import OrderTerms
from quoting.pricing.cutting import complexity, roughing_minutes
from quoting.pricing.engine import grid
from quoting.pricing.machines import Cutting, Extra, HolePrice, RemovalBand, Resin, Tolerance
from quoting.pricing.milling import smallest_stock
from quoting.pricing.molding import clamp_t, cooling_s, press_for, slides
from quoting.pricing.turning import parts_per_bar, rod
from tests.quoting.pricing.builders import (
    HOLE,
    HOLE_PRICES,
    PRESSES,
    RESIN,
    alone,
    amounts,
    ask,
    cutting,
    fdm,
    machine,
    material,
    milling,
    mold,
    molding,
    order,
    parcel,
    shape,
    shop,
    slm,
    solid,
    turning,
)

# Published rules of thumb, see "Believable starting values" in pricing.md.
BANDS = tuple(
    RemovalBand(up_to_cm3=limit, cm3_per_min=D(rate))
    for limit, rate in ((16, "4.1"), (147, "8.2"), (262, "12.3"), (None, "16.4"))
)


# --- milling


def test_a_part_worked_out_by_hand() -> None:
    """A block of 100 × 50 × 20 mm, 60 cm³ left, 200 cm² of surface, three set-ups, eight features, one blind hole.

    Stock: 106.35 long in a section of 60 × 30 mm: 191.43 cm³. Removed: 131.43 cm³ at 8.2 cm³/min: 16.028 min, steel × 1.5:
    24.042 min. Finishing 200 ÷ 20 = 10 min. Complexity 1 + 0.25 × (200 ÷ 160 − 1) + 8 × 0.005 = 1.1025. Tools ⌈8 ÷ 4⌉ × 15 s.
    Set-ups 3 × 2 min. (24.042 + 10) × 1.1025 + 0.5 + 6 = 44.031 min at 60 an hour.
    """
    figures = Cutting(removal=BANDS, finishing_cm2_per_min=20, holes=(HolePrice(up_to_ratio=4, setup=5, each=2),))
    steel = material(price_per_cm3=D("0.02"), removal_factor=D("1.5"), sections_mm=((60, 30), (60, 60), (80, 20)))
    process = milling(machine=machine(hourly_rate=60, cutting=figures), materials=(steel,))
    blind = Hole(diameter_mm=6.0, depth_mm=12.0, through=False, count=2)
    beyond = solid(box_mm=(100.0, 50.0, 20.0), setups=3, features=8, holes=(blind,))
    part = shape(60.0, size_mm=(100.0, 50.0, 20.0), area_cm2=200.0, beyond=beyond)
    assert amounts(alone(process, ask(process, measured=part))) == {
        "material": "3.83",  # 191.43 × 0.02
        "machine_time": "44.03",
        "holes": "4.80",  # 2 holes × 2 × 1.2, blind
        "programming_time": "40.00",  # 8 × 5 min, more than half an hour
        "setups": "90.00",  # 3 × half an hour
        "holes_setup": "5.00",
    }


@pytest.mark.parametrize(
    ("removed", "factor", "minutes"),
    [("16", "1", "3.902"), ("147", "1", "17.927"), ("262", "1", "21.301"), ("328", "1", "20"), ("16.4", "2", "4")],
)
def test_roughing_goes_by_bands(removed: str, factor: str, minutes: str) -> None:
    figures = Cutting(removal=BANDS, finishing_cm2_per_min=1)
    assert round(roughing_minutes(figures, D(removed), D(factor)), 3) == D(minutes)


@pytest.mark.parametrize(
    ("sections", "expected"),
    [
        ((), ("106", "56", "26")),
        (((60, 60), (60, 30), (100, 26)), ("106", "60", "30")),
        (((26, 56),), ("106", "26", "56")),
        (((56, 25), (55, 26)), None),
    ],
)
def test_the_smallest_stock_that_holds_the_part(sections: tuple, expected: tuple | None) -> None:
    found = smallest_stock((D(100), D(50), D(20)), D(6), tuple((D(w), D(t)) for w, t in sections))
    assert found == (None if expected is None else tuple(map(D, expected)))


def test_more_axes_reach_more_from_one_side() -> None:
    part = shape(beyond=solid(setups=5))
    for counted, setups in ((None, "50.00"), (2, "20.00")):
        figures = cutting(setup_hours=1, counted_setups=counted)
        process = milling(machine=machine(hourly_rate=10, cutting=figures))
        assert amounts(alone(process, ask(process, measured=part)))["setups"] == setups


def test_complexity_is_one_for_a_block_and_has_an_end() -> None:
    figures = Cutting(removal=BANDS, finishing_cm2_per_min=1)
    cube = (D(10), D(10), D(10))
    assert complexity(figures, D(600), cube, 0) == 1
    assert complexity(figures, D(1200), cube, 10) == D("1.3")
    assert complexity(figures, D(60_000), cube, 0) == 3


@pytest.mark.parametrize(("copies", "each", "whole"), [(1, "2.0000", "2.00"), (2, "1.5000", "3.00")])
def test_holes_have_a_setup_once_and_a_price_each(copies: int, each: str, whole: str) -> None:
    """The worked example: set-up 1, per hole and copy 1, one hole."""
    process = milling(
        machine=machine(cutting=cutting(holes=HOLE_PRICES)),
        materials=(material(price_per_cm3=D("0.0001"), size_exponent=D("0.1")),),
    )
    request = ask(process, measured=shape(beyond=solid(holes=(HOLE,))), quantity=copies)
    price = alone(process, request)
    assert (price.net, amounts(price)["holes_setup"]) == (D(whole), "1.00")
    cell = next(cell for cell in grid(shop(process), [request], 1, OrderTerms()) if cell.quantity == copies)
    assert str(cell.unit) == each


def test_deep_holes_cost_more() -> None:
    process = milling(machine=machine(cutting=cutting(holes=HOLE_PRICES)))
    deep = Hole(diameter_mm=5.0, depth_mm=40.0, through=True, count=3)
    price = amounts(alone(process, ask(process, measured=shape(beyond=solid(holes=(HOLE, deep))))))
    assert (price["holes"], price["holes_setup"]) == ("7.00", "4.00")


# --- turning


def test_sharing_a_bar() -> None:
    """The worked example: bar 2438.4 mm, end 76.2 mm, part 50 mm, cut-off 3.175 mm, facing 1 mm: 43 parts."""
    assert parts_per_bar(D("2438.4"), D("76.2"), D(50), D("3.175"), D(1)) == 43


def test_the_thinnest_rod() -> None:
    assert rod(D("10.2"), (D(20), D(10), D(12))) == 12
    assert rod(D("20.1"), (D(20), D(10))) is None
    assert rod(D("20.1"), ()) == D("20.1")


def test_a_turned_part_worked_out_by_hand() -> None:
    """⌀ 18.8 × 50 mm with 1.6 mm on the radius: ⌀ 22; the rod of 25 mm has 490.874 mm². 43 a bar: 490.874 × 2438.4 ÷ 43 =
    27,836 mm³. Blank 490.874 × 51 − 10,000 mm³ = 15.035 cm³ at 10 cm³/min: 1.5035 min, 30 cm² ÷ 100: 0.3 min; at 600 an hour.
    """
    figures = cutting(bar_mm=D("2438.4"), cutoff_mm=D("3.175"))
    process = turning(
        machine=machine(hourly_rate=600, cutting=figures),
        materials=(material(price_per_cm3=D("0.1"), rods_mm=(20, 25)),),
    )
    part = shape(10.0, area_cm2=30.0, beyond=solid(turned=(18.8, 50.0)))
    assert amounts(alone(process, ask(process, measured=part, quantity=10))) == {
        "material": "27.84",
        "machine_time": "180.35",
    }


# --- molding


def test_clamp_force() -> None:
    """The worked example: 260 cm², 40 MPa, one cavity; presses of 80, 120, 160 t: 104 t, the 120 t press."""
    force = clamp_t(D(260), 1, D(40))
    assert force == 104
    press = press_for(PRESSES, force)
    assert press is not None and press.clamp_t == 120
    assert press_for(PRESSES, D("160.1")) is None


def test_cooling() -> None:
    """2 mm, a = 0.1 mm²/s, 230 → 90 °C in a mold of 50 °C: 4 ÷ (π² 0.1) × ln(4/π × 180 ÷ 40) = 4.0528 × 1.7456 = 7.07 s."""
    assert cooling_s(D(2), RESIN) == D("7.07")
    assert cooling_s(D(4), RESIN) == D("28.30")
    with pytest.raises(ValueError, match="ejected cooler"):
        Resin(diffusivity_mm2_s=D("0.1"), melt_c=200, mold_c=90, ejection_c=80)


@pytest.mark.parametrize(("undercut", "expected"), [("4", 0), ("5", 1), ("100", 1), ("101", 2), ("450", 5)])
def test_slides_for_undercuts(undercut: str, expected: int) -> None:
    assert slides(D(undercut), D(1000)) == expected


def test_a_tool_and_its_pieces_worked_out_by_hand() -> None:
    """Tool: base 1,000 + 2 cavities × (10 × 20 cm³ + 1 × 80 cm²) + one slide of 500 = 2,060. Cycle 1.5 + 7.07 + 2 = 10.57 s;
    two cavities of 100 cm²: 80 t, the first press, 36 an hour: 1,000 pieces 10.57 ÷ 2 × 1,000 s = 52.85."""
    process = molding(materials=(material(price_per_cm3=D("0.005"), resin=RESIN),))
    beyond = solid(projected_mm2=10_000, undercut_mm2=100)
    request = ask(
        process,
        measured=shape(20.0, size_mm=(90.0, 50.0, 20.0), area_cm2=80.0, beyond=beyond),
        quantity=1000,
        cavities=2,
    )
    price = alone(process, request)
    assert amounts(price) == {"material": "100.00", "machine_time": "52.85", "tool": "2060.00"}
    cells = {cell.quantity: cell.unit for cell in grid(shop(process), [request], 1, OrderTerms())}
    assert cells[1000] == D("2.2129")  # the tool spread over the pieces
    assert cells[100] > cells[1000]


def test_scrap_and_the_first_number_of_cavities() -> None:
    process = molding(machine=machine(molding=mold(scrap=D("0.1"))))
    price = alone(process, ask(process, measured=shape(beyond=solid()), quantity=100))
    assert amounts(price)["material"] == "110.00"
    assert price.components[1].inputs["cavities"] == "1"


# --- metal powder


def test_supports_are_paid_in_metal_powder() -> None:
    process = slm()
    price = amounts(alone(process, ask(process, measured=shape(10.0, size_mm=(20.0, 20.0, 25.0)))))
    assert price == {"material": "12.00", "machine_time": "25.00"}


# --- tolerances, extras


def test_tolerance_is_added_and_not_compounded() -> None:
    process = fdm(
        tolerances=(Tolerance(key="usual", name="Usual"), Tolerance(key="fine", name="Fine", percent=20)),
        markup_percent=10,
    )
    part = shape(100.0)
    assert amounts(alone(process, ask(process, measured=part, tolerance="usual"))).get("tolerance") is None
    price = amounts(alone(process, ask(process, measured=part, tolerance="fine")))
    assert (price["markup"], price["tolerance"]) == ("10.00", "20.00")


def test_extras_are_counted_per_copy() -> None:
    process = fdm(extras=(Extra(key="m3", name="Thread M3", each=2, setup=5), Extra(key="m4", name="M4", each=3)))
    price = amounts(alone(process, ask(process, quantity=10, extras=(("m3", 4), ("m4", 1)))))
    assert (price["extras"], price["extras_setup"]) == ("110.00", "5.00")
    line = order(shop(process), ask(process, extras=(("m8", 1),))).lines[0]
    assert [(reason.code, reason.params["key"]) for reason in line.reasons] == [("no_longer_offered", "m8")]


# --- shipping by value


@pytest.mark.parametrize(("worth", "expected"), [("50", "4.00"), ("50.01", "9.00"), ("200.01", None)])
def test_shipping_by_value(worth: str, expected: str | None) -> None:
    bands = (ShippingBand(up_to_value=50, price=4), ShippingBand(up_to_value=200, price=9))
    catalogue = shop(shipping=(parcel(bands=bands),))
    found = order(catalogue, ask(fdm(), measured=shape(float(worth))), shipping_method="parcel", country="DE")
    assert amounts(found) == ({"shipping": expected} if expected else {})
    assert [reason.params["cause"] for reason in found.reasons] == ([] if expected else ["too_dear"])


def test_a_band_goes_by_weight_or_by_value() -> None:
    with pytest.raises(ValueError, match="by weight or by value"):
        ShippingBand(price=1)
    with pytest.raises(ValueError, match="not by both"):
        parcel(bands=(ShippingBand(up_to_kg=1, price=1), ShippingBand(up_to_value=9, price=1)))
