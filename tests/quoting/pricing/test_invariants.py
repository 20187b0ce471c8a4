"""What holds for every price, whatever the catalogue, lines and terms are."""

from collections.abc import Callable
from decimal import ROUND_HALF_UP
from decimal import Decimal as D

from hypothesis import given, settings
from hypothesis import strategies as st

from quoting.pricing.amounts import minor_unit
from quoting.pricing.catalogue import Catalogue, Finish, LeadTime, Process, QuantityBreak
from quoting.pricing.contract import (
    LINE_COMPONENTS,
    ORDER_COMPONENTS,
    Component,
    LineRequest,
    OrderBreakdown,
    OrderTerms,
    Promo,
)
from quoting.pricing.engine import grid, price_order
from quoting.pricing.machines import Extra, Tolerance
from quoting.pricing.taxes import line_taxes
from quoting.pricing.vat import Vat
from tests.quoting.pricing.builders import (
    HOLE,
    RESIN,
    ask,
    fdm,
    material,
    milling,
    molding,
    parcel,
    powder,
    resin,
    shape,
    shop,
    slm,
    solid,
    turning,
)

money = st.decimals(0, 500, places=2)
price = st.decimals("0.001", 20, places=3)
percent = st.decimals(0, 100, places=1)


solids = st.builds(
    solid,
    box_mm=st.tuples(*[st.floats(1, 300)] * 3),
    setups=st.integers(1, 7),
    features=st.integers(0, 60),
    holes=st.sampled_from([(), (HOLE,)]),
    turned=st.none() | st.tuples(st.floats(1, 200), st.floats(1, 500)),
    wall_mm=st.floats(0.3, 8),
    projected_mm2=st.floats(1, 30_000),
    undercut_mm2=st.floats(0, 500),
)


@st.composite
def processes(draw: st.DrawFn) -> tuple[Process, ...]:
    """Processes of a few of the formulas, with charges of every kind."""
    made = []
    formulas = st.sampled_from((fdm, resin, powder, slm, milling, turning, molding))
    for number, base in enumerate(draw(st.lists(formulas, min_size=1, max_size=3, unique=True))):
        plain = base()
        fields = {
            "machine": plain.machine.model_copy(update={"minimum_order": draw(money), "hourly_rate": draw(money)}),
            "materials": (
                material("m", price_per_cm3=draw(price), startup=draw(money), resin=RESIN),
                material("n", price_per_cm3=draw(price), size_exponent=D("0.9"), startup=draw(money)),
                material("without", price_per_cm3=None),
            ),
            "finishes": (
                Finish(key="free", name="Free", free=True),
                Finish(key="own", name="Own", per_piece=draw(price), per_cm2=draw(price), lot_charge=draw(money)),
                Finish(key="bought", name="Bought in", per_cm3=draw(price), bought_in=True),
                Finish(key="without", name="Without a price"),
            ),
            "lead_times": (
                LeadTime(key="standard", name="Standard", days=7),
                LeadTime(key="fast", name="Fast", days=2, percent=draw(st.decimals(-50, 100, places=1))),
            ),
            "post_production_per_piece": draw(money),
            "programming_per_model": draw(money),
            "markup_percent": draw(percent),
            "markup_on_startup": draw(st.booleans()),
            "minimum_part_price": draw(money),
            "quantity_breaks": (QuantityBreak(quantity=5, percent=draw(percent)),),
            "tax_class": ("standard", "reduced")[number % 2],
            "tolerances": (
                Tolerance(key="usual", name="Usual"),
                Tolerance(key="fine", name="Fine", percent=draw(percent)),
            ),
            "extras": (Extra(key="m3", name="Thread M3", each=draw(price), setup=draw(money)),),
        }
        made.append(base(**fields))
    return tuple(made)


VATS = [
    None,
    Vat(case="domestic"),
    Vat(case="destination", country="FI", percent=D("25.5")),
    Vat(case="reverse_charge"),
    Vat(case="export"),
]


@st.composite
def catalogues(draw: st.DrawFn) -> Catalogue:
    return shop(
        *draw(processes()),
        currency=draw(st.sampled_from(["EUR", "JPY", "KWD"])),
        prices_gross=draw(st.booleans()),
        shipping=(parcel(free_from=draw(st.none() | money)),),
    )


@st.composite
def requests(draw: st.DrawFn, catalogue: Catalogue) -> list[LineRequest]:
    lines = []
    for number in range(draw(st.integers(0, 5))):
        process = draw(st.sampled_from(catalogue.processes))
        measured = shape(
            draw(st.floats(0.01, 2000)),
            size_mm=draw(st.tuples(*[st.floats(0.5, 400)] * 3)),
            area_cm2=draw(st.floats(0.1, 3000)),
            seconds=draw(st.floats(1, 1e6)),
            filament_cm3=draw(st.floats(0.01, 2000)),
            profiles=draw(st.sampled_from([("standard",), ("standard",), ()])),
            beyond=draw(st.none() | solids),
        )
        line = ask(
            process,
            number,
            measured=measured,
            quantity=draw(st.integers(1, 500)),
            file=draw(st.sampled_from("abc")),
            material=draw(st.sampled_from(["m", "m", "n", "without", ""])),
            finish=draw(st.sampled_from(["", "free", "own", "bought", "without", "gone"])),
            lead_time=draw(st.sampled_from(["standard", "fast"])),
            tolerance=draw(st.sampled_from(["", "usual", "fine"])),
            extras=draw(st.sampled_from([(), (("m3", 4),)])),
        )
        lines.append(line.model_copy(update=draw(st.sampled_from([{}, {}, {}, {"measured": None}, {"refused": True}]))))
    return lines


@st.composite
def orders(draw: st.DrawFn) -> tuple[Catalogue, list[LineRequest], OrderTerms]:
    catalogue = draw(catalogues())
    terms = OrderTerms(
        price_level_percent=draw(percent),
        promo=draw(st.none() | st.builds(Promo, code=st.just("SPRING"), percent=percent)),
        shipping_method=draw(st.sampled_from(["", "parcel"])),
        country=draw(st.sampled_from(["", "DE", "US"])),
        tax_exempt=draw(st.booleans()),
        vat=draw(st.sampled_from(VATS)),
    )
    return catalogue, draw(requests(catalogue)), terms


Case = tuple[Catalogue, list[LineRequest], OrderTerms]


def invariant(test: Callable[[Case], None]) -> Callable[[], None]:
    """Tried on the same sixty orders on every run."""
    return settings(max_examples=60, deadline=None, derandomize=True)(given(orders())(test))


def amount_of(components: tuple[Component, ...]) -> D:
    return sum((item.amount for item in components), D(0))


@invariant
def test_everything_adds_up(case: Case) -> None:
    catalogue, lines, terms = case
    found = price_order(catalogue, lines, terms)
    for line in found.lines:
        assert amount_of(line.components) == line.net
    shown = sum((line.net for line in found.lines), D(0)) + amount_of(found.components)
    assert shown == (found.gross if catalogue.prices_gross else found.net)
    assert found.net + found.tax == found.gross
    assert found.net == sum(line.base for line in found.taxes)
    assert found.tax == sum(line.tax for line in found.taxes)


@invariant
def test_every_amount_is_a_whole_number_of_minor_units_and_never_negative_in_sum(case: Case) -> None:
    found = price_order(*case)
    step = minor_unit(found.currency)
    items = [item for line in found.lines for item in line.components] + list(found.components)
    amounts = [item.amount for item in items] + [found.net, found.tax, found.gross]
    assert all(amount % step == 0 and not (amount.is_signed() and amount == 0) for amount in amounts)
    assert all(line.net >= 0 for line in found.lines)
    assert found.net >= 0 and found.tax >= 0


@invariant
def test_tax_is_the_rate_on_the_sum(case: Case) -> None:
    found = price_order(*case)
    for line in found.taxes:
        if found.prices_gross:
            exact = (line.base + line.tax) * line.rate / (100 + line.rate)
        else:
            exact = line.base * line.rate / 100
        assert line.tax == exact.quantize(minor_unit(found.currency), ROUND_HALF_UP)
    assert len({line.rate for line in found.taxes}) == len(found.taxes) or case[2].is_without_tax


@invariant
def test_line_taxes_never_exceed_the_orders(case: Case) -> None:
    found = price_order(*case)
    shares = line_taxes(found)
    assert set(shares) == {line.line for line in found.lines}
    if not found.components:
        assert sum(shares.values()) == found.tax


@invariant
def test_without_a_price_nothing_is_counted_and_a_reason_is_given(case: Case) -> None:
    catalogue, lines, terms = case
    found = price_order(catalogue, lines, terms)
    for line in found.lines:
        assert (line.state == "priced") == (not line.reasons) == bool(line.components)
        assert line.state == "priced" or (line.net == 0 and line.days == 0)
    priced = [request for request, line in zip(lines, found.lines, strict=True) if line.state == "priced"]
    assert price_order(catalogue, priced, terms).lines == tuple(line for line in found.lines if line.state == "priced")


@invariant
def test_the_same_input_gives_the_same_price_and_stays_unchanged(case: Case) -> None:
    catalogue, lines, terms = case
    before = (catalogue.model_dump_json(), [line.model_dump_json() for line in lines], terms.model_dump_json())
    assert price_order(catalogue, lines, terms) == price_order(catalogue, tuple(lines), terms)
    assert before == (catalogue.model_dump_json(), [line.model_dump_json() for line in lines], terms.model_dump_json())


@invariant
def test_json_keeps_every_cent(case: Case) -> None:
    found = price_order(*case)
    again = OrderBreakdown.model_validate(found.model_dump(mode="json"))
    assert again == found
    assert again.model_dump_json() == found.model_dump_json()
    assert OrderBreakdown.model_validate_json(found.model_dump_json()) == found


@invariant
def test_equal_lines_may_be_permuted(case: Case) -> None:
    catalogue, lines, terms = case
    twins = [line.model_copy(update={"line": number}) for number, line in enumerate(lines[:1] * 4)]
    turned = twins[2:] + twins[:2]
    one, other = price_order(catalogue, twins, terms), price_order(catalogue, turned, terms)
    assert [line.components for line in one.lines] == [line.components for line in other.lines]
    assert (one.components, one.taxes, one.gross) == (other.components, other.taxes, other.gross)


@invariant
def test_each_one_off_is_charged_once_and_moves_when_its_line_goes(case: Case) -> None:
    catalogue, lines, terms = case
    while lines:
        found = price_order(catalogue, lines, terms)
        charged, due = [], set()
        for request, line in zip(lines, found.lines, strict=True):
            process = next(item for item in catalogue.processes if item.key == request.selection.process)
            used = next((item for item in process.materials if item.key == request.selection.material), None)
            if line.state == "priced" and used and used.startup:
                due.add((process.key, used.key))
                if any(item.code == "startup" for item in line.components):
                    charged.append((process.key, used.key))
        assert sorted(charged) == sorted(due)
        lines = lines[1:]


@invariant
def test_only_codes_of_the_contract_are_made(case: Case) -> None:
    found = price_order(*case)
    for line in found.lines:
        places = [LINE_COMPONENTS.index(item.code) for item in line.components]
        assert places == sorted(places)
    assert {item.code for item in found.components} <= set(ORDER_COMPONENTS)


@invariant
def test_a_cell_of_the_grid_is_what_the_order_would_cost(case: Case) -> None:
    catalogue, lines, terms = case
    for cell in grid(catalogue, lines, lines[-1].line, terms, quantities=(3,)) if lines else ():
        selection = lines[-1].selection.model_copy(update={"lead_time": cell.lead_time})
        changed = lines[-1].model_copy(update={"selection": selection, "quantity": cell.quantity})
        line = price_order(catalogue, [*lines[:-1], changed], terms).lines[-1]
        assert (line.net, line.days) == (cell.net, cell.days)
        assert abs(cell.unit * cell.quantity - cell.net) <= D("0.00005") * cell.quantity


def recomputed(item: Component) -> D:
    """The amount, from nothing but the inputs that are shown. Written down again, independently of the engine."""
    told = {name: D(value) for name, value in item.inputs.items() if name in NUMBERS}
    copies = told.get("quantity", D(1))
    if item.code == "material":
        return told["price_per_cm3"] * told["volume_cm3"] ** told["size_exponent"] * copies
    if item.code == "machine_time":
        if item.inputs["basis"] == "estimate":
            return told["seconds"] / 3600 * told["hourly_rate"] * copies
        if item.inputs["basis"] == "layers":
            return told["layers"] * told["seconds_per_layer"] / 3600 * told["hourly_rate"] * copies
        if item.inputs["basis"] in ("milling", "turning"):
            cutting = (told["roughing_min"] + told["finishing_min"]) * told["complexity"]
            return (cutting + told["tool_min"] + told["setup_min"]) / 60 * told["hourly_rate"] * copies
        if item.inputs["basis"] == "press":
            cycle = told["fill_s"] + told["cooling_s"] + told["ejection_s"]
            return cycle / told["cavities"] / 3600 * told["hourly_rate"] * copies
        return told["height_mm"] / told["growth_mm_per_h"] * told["hourly_rate"] * told["builds"]
    if item.code == "finish":
        piece = told.get("per_piece", D(0)) + told.get("per_cm2", D(0)) * told.get("area_cm2", D(0))
        return max(told["lot_charge"], copies * (piece + told.get("per_cm3", D(0)) * told.get("volume_cm3", D(0))))
    if item.code in {"minimum_part", "minimum_order"}:
        return told["minimum"] * copies - told["sum"]
    if item.code == "shipping":
        return D(0) if "free_from" in told else told["price"]
    if item.code in {"programming_time", "setups"}:
        return told["hours"] * told.get("setups", D(1)) * told["hourly_rate"]
    if item.code == "tool":
        return told["base"] + told["cavities"] * told["cavity"] + told["slides"] * told["slide"]
    if item.code in {"holes", "extras"}:
        return told["each"] * copies
    if item.code in {"holes_setup", "extras_setup"}:
        return told["setup"]
    if item.code == "tax_taken_out":
        return -told["base"] * told["percent"] / (100 + told["percent"])
    if "percent" in told:
        return told["base"] * told["percent"] / 100
    return told[{"post_production": "per_piece", "programming": "per_model", "startup": "startup"}[item.code]] * copies


NUMBERS = frozenset(
    "quantity price_per_cm3 volume_cm3 size_exponent seconds hourly_rate layers seconds_per_layer height_mm builds "
    "growth_mm_per_h per_piece per_cm2 per_cm3 area_cm2 lot_charge per_model startup percent base minimum sum price "
    "free_from roughing_min finishing_min complexity tool_min setup_min fill_s cooling_s ejection_s cavities hours setups "
    "base cavity slides slide each setup".split()
)


@invariant
def test_every_amount_can_be_worked_out_again_from_its_inputs(case: Case) -> None:
    found = price_order(*case)
    step = minor_unit(found.currency)
    for item in [part for line in found.lines for part in line.components] + list(found.components):
        assert item.inputs["currency"] == found.currency
        assert abs(recomputed(item) - item.amount) <= step * D("0.5000001"), item
