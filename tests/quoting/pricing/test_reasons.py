"""Things without a price never cost zero: every reason that leaves a line without a firm price."""

from decimal import Decimal as D

import pytest

from quoting.geometry.values import REVIEWS, Measured, PrintEstimate, Reason
from quoting.pricing.catalogue import Finish, Process
from quoting.pricing.contract import TO_BE_QUOTED_REASONS, WORKING_REASONS, LineRequest, Selection
from tests.quoting.pricing.builders import (
    HOLE,
    HOLE_PRICES,
    ask,
    cutting,
    fdm,
    machine,
    material,
    milling,
    molding,
    order,
    powder,
    resin,
    shape,
    shop,
    solid,
    turning,
)

NO_PRICE = Finish(key="gold", name="Gold")


BLOCK = shape(beyond=solid())
ROUND = shape(beyond=solid(turned=(10.0, 20.0)))


def asked(process: Process, **fields: object) -> LineRequest:
    return ask(process).model_copy(update=fields)


def sized(*size_mm: float) -> Measured:
    return shape(size_mm=size_mm)  # type: ignore[arg-type]


def estimated(**figures: float | str) -> Measured:
    return shape().model_copy(update={"estimates": (PrintEstimate(profile="standard", **figures),)})


WORKING = [
    (fdm(), {"measured": None}, {"measuring": {}}),
    (fdm(), {"measured": None, "selection": Selection()}, {"measuring": {}}),
    (fdm(), {"measured": shape(profiles=())}, {"estimate_pending": {"profile": "standard"}}),
    (fdm(), {"measured": shape(profiles=("fine",))}, {"estimate_pending": {"profile": "standard"}}),
    (
        fdm(),
        {"measured": estimated(orientation="flat", seconds=9, filament_mm3=5)},
        {"estimate_pending": {"profile": "standard"}},
    ),
]
TO_BE_QUOTED = [
    (fdm(), {"measured": None, "refused": True}, {"not_measured": {}}),
    (fdm(), {"selection": Selection()}, {"choose_options": {"missing": "process"}}),
    (fdm(), {"selection": Selection(process="fdm")}, {"choose_options": {"missing": "material lead_time profile"}}),
    (fdm(), {"selection": Selection(process="x")}, {"no_longer_offered": {"field": "process", "key": "x"}}),
    (fdm(instant=False), {}, {"quoted_by_hand": {"process": "FDM"}}),
    (fdm(technology="milling"), {}, {"machine_incomplete": {"machine": "Machine", "missing": "cutting"}}),
    (fdm(technology="molding"), {}, {"machine_incomplete": {"machine": "Machine", "missing": "molding resin"}}),
    (milling(), {}, {"shape_unknown": {}}),
    (turning(), {}, {"shape_unknown": {}}),
    (molding(), {}, {"shape_unknown": {}}),
    (milling(), {"measured": shape(beyond=solid(unreachable=0.031))}, {"unreachable": {"percent": "3"}}),
    (milling(), {"measured": shape(beyond=solid(setups=7))}, {"too_many_setups": {"setups": "7", "most": "6"}}),
    (
        milling(machine=machine(cutting=cutting(holes=HOLE_PRICES))),
        {"measured": shape(beyond=solid(holes=(HOLE.model_copy(update={"depth_mm": 40.5}),)))},
        {"hole_too_deep": {"diameter_mm": "5", "depth_mm": "40.5"}},
    ),
    (milling(materials=(material(sections_mm=((9, 40),)),)), {"measured": BLOCK}, {"no_stock": {"material": "M"}}),
    (turning(), {"measured": BLOCK}, {"not_round": {}}),
    (turning(materials=(material(rods_mm=(9,)),)), {"measured": ROUND}, {"no_stock": {"material": "M"}}),
    (molding(), {"measured": shape(beyond=solid(projected_mm2=50_000))}, {"no_press": {"clamp_t": "200"}}),
    (molding(), {"measured": shape(size_mm=(9, 9, 401), beyond=solid())}, {"no_mold_base": {"longest_mm": "401"}}),
    (fdm(technology="molding", instant=False), {}, {"quoted_by_hand": {"process": "FDM"}}),
    (fdm(materials=(material(price_per_cm3=None),)), {}, {"material_without_price": {"material": "M"}}),
    (
        resin(machine=machine()),
        {},
        {"machine_incomplete": {"machine": "Machine", "missing": "layer_mm seconds_per_layer"}},
    ),
    (
        powder(machine=machine(growth_mm_per_h=9)),
        {},
        {"machine_incomplete": {"machine": "Machine", "missing": "packing_density"}},
    ),
    (fdm(), {"measured": shape(0.0)}, {"implausible_figures": {}}),
    (fdm(), {"measured": shape(-5.0)}, {"implausible_figures": {}}),
    (fdm(), {"measured": shape(float("nan"))}, {"implausible_figures": {}}),
    (fdm(), {"measured": sized(10, 10, 0)}, {"implausible_figures": {}}),
    (fdm(), {"measured": estimated(seconds=0, filament_mm3=5)}, {"estimate_empty": {"profile": "standard"}}),
    (fdm(), {"measured": estimated(seconds=9, filament_mm3=0)}, {"estimate_empty": {"profile": "standard"}}),
    (fdm(), {"measured": estimated(seconds=float("nan"), filament_mm3=5)}, {"estimate_empty": {"profile": "standard"}}),
    (fdm(), {"measured": shape(0.0001)}, {"price_is_zero": {}}),
    (
        fdm(machine=machine(build_mm=(250, 210, 200))),
        {"measured": sized(10, 251, 10)},
        {"too_big_for_machine": {"part_mm": "10 10 251", "machine_mm": "200 210 250"}},
    ),
]


@pytest.mark.parametrize(("process", "fields", "expected"), WORKING)
def test_working_while_a_figure_is_being_made(process: Process, fields: dict, expected: dict) -> None:
    check(process, fields, "working", expected)


@pytest.mark.parametrize(("process", "fields", "expected"), TO_BE_QUOTED)
def test_to_be_quoted(process: Process, fields: dict, expected: dict) -> None:
    check(process, fields, "to_be_quoted", expected)


def check(process: Process, fields: dict, state: str, expected: dict) -> None:
    found = order(shop(process), asked(process, **fields))
    line = found.lines[0]
    assert (line.state, found.state) == (state, state)
    assert {reason.code: reason.params for reason in line.reasons} == expected
    assert (line.components, line.net, line.days, found.gross) == ((), 0, 0, 0)


def test_every_reason_of_the_contract_is_tested() -> None:
    tested = {code for _, _, expected in WORKING + TO_BE_QUOTED for code in expected}
    assert tested | {"finish_without_price"} == {*WORKING_REASONS, *TO_BE_QUOTED_REASONS}


@pytest.mark.parametrize("field", ["material", "finish", "colour", "profile", "lead_time"])
def test_keys_that_are_not_in_the_catalogue(field: str) -> None:
    line = order(shop(), ask(fdm(), **{field: "gone"})).lines[0]
    assert line.reasons == (Reason(code="no_longer_offered", params={"field": field, "key": "gone"}),)
    assert line.state == "to_be_quoted"


@pytest.mark.parametrize("code", REVIEWS)
def test_doubtful_geometry_has_no_instant_price(code: str) -> None:
    doubt = Reason(code=code, params={"edges": "3", "bodies": "3"})
    line = order(shop(), ask(fdm(), measured=shape(needs_review=(doubt,)))).lines[0]
    assert (line.state, line.net, line.reasons) == ("to_be_quoted", 0, (doubt,))


def test_all_reasons_are_told_at_once() -> None:
    process = fdm(finishes=(NO_PRICE,), machine=machine(build_mm=(5, 5, 5)), materials=(material(price_per_cm3=None),))
    doubt = Reason(code="not_closed", params={"edges": "3"})
    line = order(shop(process), ask(process, finish="gold", measured=shape(needs_review=(doubt,), profiles=()))).lines[
        0
    ]
    assert [reason.code for reason in line.reasons] == [
        "not_closed",
        "material_without_price",
        "finish_without_price",
        "too_big_for_machine",
    ]


def test_a_part_may_be_turned_to_fit() -> None:
    process = fdm(machine=machine(build_mm=(250, 210, 200)))
    line = order(shop(process), ask(process, measured=sized(200.0000004, 250.0, 210.0))).lines[0]
    assert line.state == "priced"


@pytest.mark.parametrize(
    ("lines", "state"),
    [
        (["p"], "priced"),
        (["p", "w"], "working"),
        (["w", "q"], "to_be_quoted"),
        (["p", "w", "q"], "to_be_quoted"),
        ([], "priced"),
    ],
)
def test_the_orders_state_and_what_it_costs_so_far(lines: list[str], state: str) -> None:
    process = fdm()
    kinds = {
        "p": ask(process),
        "w": asked(process, measured=None),
        "q": asked(process, measured=None, refused=True),
    }
    requests = [kinds[kind].model_copy(update={"line": number}) for number, kind in enumerate(lines)]
    found = order(shop(process), *requests)
    assert (found.state, found.net) == (state, D(lines.count("p")))


def test_one_offs_pass_over_lines_without_a_price() -> None:
    process = fdm(materials=(material(startup=20),), programming_per_model=15)
    waiting = ask(process, 1, file="a").model_copy(update={"measured": None})
    found = order(shop(process), waiting, ask(process, 2, file="a"), ask(process, 3, file="a"))
    assert [line.net for line in found.lines] == [D(0), D("36.00"), D("1.00")]
