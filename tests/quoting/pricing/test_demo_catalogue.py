"""The catalogue that a new shop starts with: complete, and believable on the first upload."""

import re
from decimal import Decimal as D

import pytest

from quoting.pricing.catalogue import Catalogue, Process
from quoting.pricing.contract import LineRequest, OrderTerms
from quoting.pricing.engine import price_order
from quoting.pricing.judge import first_selection
from quoting.pricing.load import DEMO_CATALOGUE, catalogue_sha256, demo_catalogue, load_catalogue
from tests.quoting.pricing.builders import HOLE, shape, solid

DEMO = demo_catalogue()
INSTANT = [process for process in DEMO.processes if process.instant]
PROFILES = tuple(profile.key for process in DEMO.processes for profile in process.profiles)

# A cube of 20 mm, a bracket of 100 mm, a bolt: time and filament as PrusaSlicer finds them with 0.20 mm layers.
CUBE = shape(
    8.0,
    size_mm=(20.0, 20.0, 20.0),
    area_cm2=24.0,
    seconds=1384,
    filament_cm3=3.3,
    profiles=PROFILES,
    beyond=solid(box_mm=(20.0, 20.0, 20.0), setups=2, features=6, wall_mm=3.0, projected_mm2=400, turned=(28.3, 20.0)),
)
BRACKET = shape(
    60.0,
    size_mm=(98.0, 80.0, 60.0),
    area_cm2=350.0,
    seconds=17000,
    filament_cm3=38.0,
    profiles=PROFILES,
    beyond=solid(
        box_mm=(98.0, 80.0, 60.0),
        setups=3,
        features=14,
        holes=(HOLE,),
        wall_mm=4.0,
        projected_mm2=7000,
        undercut_mm2=400,
    ),
)


def price(process: Process, measured: object = CUBE, quantity: int = 1, **selection: str) -> object:
    chosen = first_selection(process).model_copy(update=selection)
    request = LineRequest(line=1, file="a", measured=measured, selection=chosen, quantity=quantity)
    return price_order(DEMO, [request], OrderTerms()).lines[0]


def test_it_covers_every_technology() -> None:
    offered = {process.technology for process in DEMO.processes}
    assert offered == {"fdm", "sla", "sls", "mjf", "slm", "milling", "turning", "molding"}
    assert len(INSTANT) == len(DEMO.processes) == 9
    assert sum(len(process.materials) for process in DEMO.processes) >= 25


@pytest.mark.parametrize("process", DEMO.processes, ids=lambda process: process.key)
def test_the_first_selection_of_every_process_has_a_price(process: Process) -> None:
    line = price(process)
    assert (line.state, line.reasons) == ("priced", ())


@pytest.mark.parametrize("process", INSTANT, ids=lambda process: process.key)
def test_every_option_of_the_instant_processes_has_a_price(process: Process) -> None:
    standard = price(process)
    options = {
        "material": process.materials,
        "finish": process.finishes,
        "lead_time": process.lead_times,
        "profile": process.profiles,
        "tolerance": process.tolerances,
    }
    for field, offered in options.items():
        for option in offered:
            line = price(process, colour="", **{field: option.key})
            assert line.state == "priced", (field, option.key, line.reasons)
            assert line.net >= standard.net or field in ("profile", "material")


@pytest.mark.parametrize(
    ("key", "cube", "bracket"),
    [
        ("fdm", (5, 12), (20, 45)),
        ("sla", (12, 28), (35, 80)),
        ("sls", (15, 35), (50, 110)),
        ("mjf", (18, 42), (55, 130)),
        ("slm", (250, 600), (700, 1600)),
        ("milling_3axis", (90, 220), (250, 700)),
        ("milling_5axis", (150, 350), (350, 1000)),
        ("turning", (60, 200), None),
        ("molding", (1500, 3000), (3500, 9000)),
    ],
)
def test_prices_are_believable(key: str, cube: tuple[int, int], bracket: tuple[int, int] | None) -> None:
    process = next(item for item in INSTANT if item.key == key)
    assert cube[0] <= price(process).net <= cube[1]
    if bracket is None:
        assert [reason.code for reason in price(process, BRACKET).reasons] == ["not_round"]
    else:
        assert bracket[0] <= price(process, BRACKET).net <= bracket[1]
    assert price(process, quantity=50).net / 50 < price(process).net * D("0.7")


def test_materials_are_real() -> None:
    for process in DEMO.processes:
        for material in process.materials:
            assert D("0.8") <= material.density_g_cm3 <= D(9)
            assert D("0.3") <= material.min_wall_mm <= D(3)


def test_the_same_catalogue_has_the_same_fingerprint() -> None:
    text = DEMO_CATALOGUE.read_text(encoding="utf-8")
    assert load_catalogue(text) == DEMO
    assert catalogue_sha256(load_catalogue(text)) == catalogue_sha256(DEMO)
    assert catalogue_sha256(Catalogue.model_validate(DEMO.model_dump(mode="json"))) == catalogue_sha256(DEMO)
    assert re.fullmatch("[0-9a-f]{64}", catalogue_sha256(DEMO))
    dearer = text.replace("price_per_cm3 = 0.08", "price_per_cm3 = 0.09", 1)
    assert catalogue_sha256(load_catalogue(dearer)) != catalogue_sha256(DEMO)


def test_numbers_are_read_as_they_are_written() -> None:
    assert DEMO.processes[0].materials[0].price_per_cm3 == D("0.08")
    assert DEMO.processes[0].profiles[0].settings.layer_height == 0.2


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('key = "petg"', 'key = "pla"', "materials of fdm: 'pla' is there twice"),
        ("min_wall_mm = 0.8", "min_wall_mm = 0", "greater than 0"),
        ("price_per_cm3 = 0.08", "price_per_cm3 = 0", "greater than 0"),
        ("free = true }", "free = true, per_piece = 1 }", "is free and has amounts"),
        ("{ quantity = 5, percent = 5 }", "{ quantity = 10, percent = 5 }", "quantity breaks of fdm must rise"),
        ('technology = "fdm"', 'technology = "fdm"\ntax_class = "gone"', "tax classes without a rate: gone"),
        ("up_to_kg = 5,", "up_to_kg = 2,", "weight bands of parcel_de must rise"),
        ("currency", "curency", "currency"),
        ("hourly_rate = 3.40", "hourly_rate = nan", "finite"),
        ('technology = "sla"', 'technology = "fdm"', "sla has no print profile"),
    ],
)
def test_mistakes_in_a_catalogue_are_refused(old: str, new: str, message: str) -> None:
    text = DEMO_CATALOGUE.read_text(encoding="utf-8")
    assert old in text
    with pytest.raises(ValueError, match=message):
        load_catalogue(text.replace(old, new, 1))
