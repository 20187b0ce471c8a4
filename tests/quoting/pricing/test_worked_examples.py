"""The worked examples of pricing.md, figures copied by hand."""

from decimal import Decimal as D

import pytest

from quoting.pricing.catalogue import LeadTime
from quoting.pricing.contract import OrderTerms
from quoting.pricing.engine import grid
from quoting.pricing.powder import builds, capacity
from tests.quoting.pricing.builders import alone, amounts, ask, fdm, machine, material, order, powder, shape, shop

# A cube of one inch, and a plate on which 83 of them find room: ⌊670² × 25.4 × 0.12 ÷ 16387.064⌋.
INCH_CUBE = shape(16.387064, size_mm=(25.4, 25.4, 25.4), area_cm2=38.7096)
PLATE = {"build_mm": (670, 670, 600), "hourly_rate": 10, "growth_mm_per_h": 10, "packing_density": D("0.12")}


@pytest.mark.parametrize(
    ("quantity", "machine_time", "each"),
    [
        (1, "25.40", "25.4000"),  # powder bed build: height 25.4 mm, growth 10 mm/h, 10 per h
        (10, "25.40", "2.5400"),  # 10 copies 2.54 each
        (83, "25.40", "0.3060"),
        (84, "50.80", "0.6048"),
        (100, "50.80", "0.5080"),  # more than one build: 2 builds
    ],
)
def test_powder_bed_build(quantity: int, machine_time: str, each: str) -> None:
    process = powder(
        machine=machine(**PLATE), materials=(material(price_per_cm3=D("0.00001"), size_exponent=D("0.1")),)
    )
    request = ask(process, measured=INCH_CUBE, quantity=quantity)
    price = alone(process, request)
    assert amounts(price) == {"material": "0.00", "machine_time": machine_time}
    cell = next(cell for cell in grid(shop(process), [request], 1, OrderTerms()) if cell.quantity == quantity)
    assert (str(cell.net), str(cell.unit)) == (machine_time, each)


def test_powder_capacity_and_builds() -> None:
    assert capacity(D(670 * 670), D("25.4"), D("0.12"), D("16387.064")) == 83
    assert [builds(quantity, 83) for quantity in (1, 83, 84, 166, 167)] == [1, 1, 2, 2, 3]


def test_powder_capacity_is_at_least_one() -> None:
    assert capacity(D(100), D(10), D("0.1"), D(900)) == 1


def test_size_exponent() -> None:
    process = fdm(materials=(material(price_per_cm3=1, size_exponent=D("0.9")),))
    price = alone(process, ask(process, measured=shape(1000.0, size_mm=(100.0, 100.0, 100.0))))
    assert amounts(price)["material"] == "501.19"


@pytest.mark.parametrize(
    ("files", "quantity", "expected"),
    [(("a", "b", "c"), 1, "45.00"), (("a",), 5, "15.00"), (("a", "a", "b"), 1, "30.00")],
)
def test_programming_per_model(files: tuple[str, ...], quantity: int, expected: str) -> None:
    process = fdm(programming_per_model=15)
    lines = [ask(process, number, file=file, quantity=quantity) for number, file in enumerate(files)]
    found = order(shop(process), *lines)
    programming = [item.amount for line in found.lines for item in line.components if item.code == "programming"]
    assert str(sum(programming)) == expected


def test_the_same_file_in_two_processes_is_two_models() -> None:
    one, other = fdm("one", programming_per_model=15), fdm("other", programming_per_model=15)
    found = order(shop(one, other), ask(one, 1, file="a"), ask(other, 2, file="a"))
    assert [amounts(line)["programming"] for line in found.lines] == ["15.00", "15.00"]


def test_startup_per_material_per_order() -> None:
    process = fdm(materials=(material("m", startup=20), material("n", startup=20)))
    lines = [ask(process, 1), ask(process, 2), ask(process, 3, material="n")]
    found = order(shop(process), *lines)
    assert [amounts(line).get("startup") for line in found.lines] == ["20.00", None, "20.00"]


def test_lead_time_is_the_machines_and_the_materials() -> None:
    process = fdm(materials=(material(lead_days=3),), lead_times=(LeadTime(key="standard", name="Standard", days=10),))
    assert alone(process, ask(process)).days == 13
    assert order(shop(process), ask(process)).days == 13
