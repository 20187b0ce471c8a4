"""Steps 1 to 5 for one line, with amounts worked out by hand."""

from decimal import Decimal as D

import pytest
from pydantic import ValidationError

from quoting.pricing.catalogue import Finish, LeadTime, QuantityBreak
from quoting.pricing.contract import LINE_COMPONENTS
from tests.quoting.pricing.builders import alone, amounts, ask, fdm, machine, material, powder, resin, shape

LEAD_TIMES = (
    LeadTime(key="standard", name="Standard", days=7),
    LeadTime(key="express", name="Express", days=2, percent=60),
    LeadTime(key="economy", name="Economy", days=20, percent=-10),
)


def test_all_steps_in_their_order() -> None:
    process = fdm(
        machine=machine(hourly_rate=4),
        materials=(material(price_per_cm3=D("0.50"), startup=6),),
        finishes=(Finish(key="painted", name="Painted", per_piece=3, bought_in=True),),
        lead_times=LEAD_TIMES,
        post_production_per_piece=1,
        programming_per_model=5,
        markup_percent=10,
        minimum_part_price=D("20"),
        quantity_breaks=(QuantityBreak(quantity=2, percent=10), QuantityBreak(quantity=9, percent=50)),
    )
    request = ask(process, quantity=2, finish="painted", lead_time="express", measured=shape(2.0, seconds=1800))
    price = alone(process, request, price_level_percent=D(20))
    expected = {
        "material": "2.00",  # 2 cm³ × 0.50 × 2
        "machine_time": "4.00",  # 0.5 h × 4 × 2
        "post_production": "2.00",
        "finish": "6.00",
        "programming": "5.00",
        "startup": "6.00",
        "markup": "1.90",  # 10 % of 19, the finish is bought in
        "lead_time": "15.00",  # 60 % of 25, not of the mark-up
        "quantity_discount": "-4.19",  # 10 % of 41.90
        "price_level": "-7.54",  # 20 % of 37.71
        "minimum_part": "9.83",  # 2 × 20 − 30.17
    }
    assert amounts(price) == expected
    assert list(expected) == sorted(expected, key=LINE_COMPONENTS.index)
    assert price.net == D("40.00")


def test_startup_can_be_left_out_of_the_markups() -> None:
    process = fdm(materials=(material(startup=20),), lead_times=LEAD_TIMES, markup_percent=10, markup_on_startup=False)
    price = alone(process, ask(process, lead_time="express", measured=shape(100.0)))
    expected = {
        "material": "100.00",
        "machine_time": "0.00",
        "startup": "20.00",
        "markup": "10.00",
        "lead_time": "60.00",
    }
    assert amounts(price) == expected


def test_an_economy_lead_time_makes_it_cheaper() -> None:
    process = fdm(lead_times=LEAD_TIMES)
    price = alone(process, ask(process, lead_time="economy", measured=shape(10.0)))
    assert amounts(price)["lead_time"] == "-1.00"
    assert price.net == D("9.00")


@pytest.mark.parametrize(
    ("finish", "quantity", "expected"),
    [
        ({"per_piece": 3}, 4, "12.00"),
        ({"per_cm2": D("0.5")}, 4, "12.00"),  # 6 cm²
        ({"per_cm3": 2}, 4, "8.00"),  # 1 cm³
        ({"per_piece": 3, "per_cm2": D("0.5"), "per_cm3": 2}, 2, "16.00"),
        ({"per_piece": 3, "lot_charge": 25}, 4, "25.00"),
        ({"per_piece": 3, "lot_charge": 25}, 9, "27.00"),
        ({"lot_charge": 25}, 4, "25.00"),
    ],
)
def test_finish(finish: dict[str, D], quantity: int, expected: str) -> None:
    process = fdm(finishes=(Finish(key="f", name="F", **finish),))
    assert amounts(alone(process, ask(process, finish="f", quantity=quantity)))["finish"] == expected


def test_a_free_finish_costs_nothing_and_no_finish_is_as_made() -> None:
    process = fdm()
    for finish in ("free", ""):
        assert list(amounts(alone(process, ask(process, finish=finish)))) == ["material", "machine_time"]


def test_days_include_the_finish() -> None:
    process = fdm(finishes=(Finish(key="f", name="F", per_piece=1, lead_days=5),))
    assert alone(process, ask(process, finish="f")).days == 12


def test_quantity_breaks_hold_from_their_quantity_on() -> None:
    process = fdm(quantity_breaks=(QuantityBreak(quantity=5, percent=5), QuantityBreak(quantity=10, percent=10)))
    found = [amounts(alone(process, ask(process, quantity=number))) for number in (4, 5, 9, 10, 100)]
    assert [item.get("quantity_discount") for item in found] == [None, "-0.25", "-0.45", "-1.00", "-10.00"]


def test_fdm_takes_figures_from_the_estimate_of_the_chosen_profile() -> None:
    process = fdm(machine=machine(hourly_rate=D("3.40")), materials=(material(price_per_cm3=D("0.08")),))
    cube = shape(8.0, seconds=1384, filament_cm3=3.3)
    price = alone(process, ask(process, measured=cube, quantity=10))
    assert amounts(price) == {"material": "2.64", "machine_time": "13.07"}
    assert price.components[1].inputs == {
        "basis": "estimate",
        "profile": "standard",
        "seconds": "1384",
        "hourly_rate": "3.4",
        "quantity": "10",
        "currency": "EUR",
    }


@pytest.mark.parametrize(("height", "layers"), [(20.0, "400"), (20.000000953674316, "400"), (20.001, "401")])
def test_resin_counts_layers_and_supports(height: float, layers: str) -> None:
    process = resin()
    price = alone(process, ask(process, measured=shape(8.0, size_mm=(20.0, 20.0, height)), quantity=2))
    assert price.components[1].inputs["layers"] == layers
    assert price.components[0].inputs["volume_cm3"] == "9.2"
    assert amounts(price)["material"] == "18.40"
    if layers == "400":
        assert amounts(price)["machine_time"] == "20.00"  # 6000 s × 6 per h × 2


def test_powder_stacked_takes_the_height_that_the_parts_fill() -> None:
    stacking = machine(
        build_mm=(200, 200, 300), growth_mm_per_h=10, packing_density=D("0.1"), hourly_rate=10, stacked=True
    )
    process = powder(machine=stacking)
    cube = shape(8.0, size_mm=(20.0, 20.0, 20.0))
    found = [alone(process, ask(process, measured=cube, quantity=number)).components[1] for number in (1, 10, 25)]
    # 8 cm³ a copy in a plate of 40 cm × 0.1 = 2 mm of height: one copy is 20 mm high, 25 copies fill 50 mm.
    assert [(item.inputs["height_mm"], str(item.amount)) for item in found] == [
        ("20", "20.00"),
        ("20", "20.00"),
        ("50", "50.00"),
    ]


@pytest.mark.parametrize("quantity", [0, -1, 100_001])
def test_quantities_out_of_bounds_are_refused(quantity: int) -> None:
    with pytest.raises(ValidationError):
        ask(fdm(), quantity=quantity)
