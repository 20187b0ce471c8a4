"""docs/pricing.md: one part per process worked out by hand. The page's arithmetic holds, and the engine gives its cents."""

import re
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP
from decimal import Decimal as D
from pathlib import Path

import pytest

from quoting.geometry.values import Hole, Measured
from quoting.pricing.catalogue import by_key
from quoting.pricing.contract import LineRequest, OrderTerms, Promo
from quoting.pricing.engine import price_order
from quoting.pricing.judge import first_selection
from quoting.pricing.load import demo_catalogue
from tests.quoting.pricing.builders import shape, solid

PAGE = (Path(__file__).parents[3] / "docs" / "pricing.md").read_text(encoding="utf-8")
DEMO = demo_catalogue()
PI = D("3.14159265358979323846")
Table = list[list[str]]


def tables(text: str, first: str) -> list[Table]:
    """The rows of the tables whose first column is called `first`."""
    found = re.findall(rf"^\| {first} \|.*\n\|[ -|]*\n((?:\|.*\n)+)", text, re.MULTILINE)
    return [[[cell.strip() for cell in row.strip("|").split(" | ")] for row in one.splitlines()] for one in found]


SECTIONS = {text.split("\n", 1)[0]: text for text in re.split(r"^##+ ", PAGE, flags=re.MULTILINE)}
PARTS = {name: text for name, text in SECTIONS.items() if "| given |" in text}


def worked_out(by_hand: str) -> D:
    """What the arithmetic of a cell comes to, in cents."""
    for sign, written in (("×", "*"), ("÷", "/"), ("−", "-"), ("⌈", "up("), ("⌊", "down("), ("⌉", ")"), ("⌋", ")")):
        by_hand = by_hand.replace(sign, written)
    by_hand = re.sub(r"\d+(\.\d+)?", r"D('\g<0>')", by_hand.replace("π", "PI"))
    known = {
        "D": D,
        "PI": PI,
        "max": max,
        "up": lambda value: value.to_integral_value(ROUND_CEILING),
        "down": lambda value: value.to_integral_value(ROUND_FLOOR),
    }
    result: D = eval(by_hand, {"__builtins__": {}}, known)
    return result.quantize(D("0.01"), ROUND_HALF_UP)


def amount(shown: str) -> D:
    return D(shown.replace("−", "-"))


def numbers(text: str) -> tuple[float, ...]:
    return tuple(map(float, re.findall(r"[\d.]+", text)))


def given(section: str) -> dict[str, str]:
    return {row[0]: row[1] for row in tables(PARTS[section], "given")[0]}


def figures(told: dict[str, str]) -> Measured:
    size = numbers(told["size mm"])
    count, diameter, depth = numbers(told.get("blind holes", "0 × 1 × 1"))
    holes = (Hole(diameter_mm=diameter, depth_mm=depth, through=False, count=int(count)),) if count else ()
    turned = numbers(told.get("turned mm", ""))
    beyond = solid(
        box_mm=size,  # type: ignore[arg-type]
        setups=int(told.get("set-ups", "1")),
        features=int(told.get("features", "0")),
        holes=holes,
        turned=(turned[0], turned[1]) if turned else None,
        wall_mm=float(told.get("wall mm", "2")),
        projected_mm2=float(told.get("projected mm²", "1")),
        undercut_mm2=float(told.get("undercut mm²", "0")),
    )
    return shape(
        float(told["volume cm³"]),
        size_mm=size,  # type: ignore[arg-type]
        area_cm2=float(told["surface cm²"]),
        seconds=float(told.get("print time s", "1")),
        filament_cm3=float(told.get("filament cm³", "1")),
        beyond=beyond,
    )


def request(section: str) -> LineRequest:
    told = given(section)
    process = by_key(DEMO.processes, told["process"])
    assert process is not None
    named = {name: told[name] for name in ("material", "finish", "tolerance") if name in told}
    count, _times, extra = told.get("extras", "").partition(" × ")
    more = {
        "lead_time": told.get("lead time", process.lead_times[0].key),
        "cavities": int(told.get("cavities", "0")),
        "extras": ((extra, int(count)),) if extra else (),
        "colour": "",
    }
    selection = first_selection(process).model_copy(update=named | more)
    return LineRequest(line=1, file="a", measured=figures(told), selection=selection, quantity=int(told["quantity"]))


def test_there_is_a_part_of_every_process() -> None:
    assert sorted(given(section)["process"] for section in PARTS) == sorted(process.key for process in DEMO.processes)


@pytest.mark.parametrize(
    "row", [row for name in ("component", "of the order") for t in tables(PAGE, name) for row in t]
)
def test_the_arithmetic_of_the_page_holds(row: list[str]) -> None:
    assert worked_out(row[1]) == amount(row[2]), row


@pytest.mark.parametrize("section", PARTS)
def test_the_engine_gives_the_cents_of_the_page(section: str) -> None:
    [table] = tables(PARTS[section], "component")
    by_hand = {row[0]: amount(row[2]) for row in table}
    line = price_order(DEMO, [request(section)], OrderTerms()).lines[0]
    assert {item.code: item.amount for item in line.components} | {"line": line.net} == by_hand, line.reasons


def test_the_order_of_the_page() -> None:
    [table] = tables(PAGE, "of the order")
    terms = OrderTerms(promo=Promo(code="X", percent=D(10)), shipping_method="parcel_de", country="DE")
    found = price_order(DEMO, [request("FDM")], terms)
    sums = {"net": found.net, "tax": found.tax, "total": found.gross}
    assert {item.code: item.amount for item in found.components} | sums == {row[0]: amount(row[2]) for row in table}
