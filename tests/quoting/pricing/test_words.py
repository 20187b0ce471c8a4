"""Every code has words, and formulas read like formulas."""

from decimal import Decimal as D

import pytest

from quoting import pricing_words
from quoting.geometry.values import REVIEWS, Reason
from quoting.pricing.catalogue import Finish, LeadTime, QuantityBreak
from quoting.pricing.contract import (
    BY_HAND_COMPONENTS,
    LINE_COMPONENTS,
    ORDER_COMPONENTS,
    ORDER_REASONS,
    RISKS,
    SHIPPING_CAUSES,
    TO_BE_QUOTED_REASONS,
    WORKING_REASONS,
    Component,
    Promo,
)
from quoting.pricing_words import component_formula, component_label, say
from tests.quoting.pricing.builders import alone, ask, fdm, machine, material, order, parcel, powder, resin, shape, shop

# Every parameter that a reason may have, see contract.py and geometry/values.py.
PARAMS = {
    "percent": "3",
    "setups": "7",
    "most": "6",
    "diameter_mm": "5",
    "depth_mm": "40.5",
    "clamp_t": "200",
    "longest_mm": "401",
    "missing": "material lead_time",
    "field": "colour",
    "key": "pink",
    "process": "FDM",
    "material": "PLA",
    "finish": "Sanded",
    "machine": "Prusa MK4",
    "part_mm": "10 20.04 300",
    "machine_mm": "210 210 250",
    "profile": "standard",
    "thinnest_mm": "0.42",
    "least_mm": "0.8",
    "length_mm": "569.3",
    "edges": "12",
    "bodies": "3",
}


def words(price: object) -> dict[str, tuple[str, str]]:
    return {item.code: (component_label(item), component_formula(item)) for item in price.components}


def test_every_code_has_words() -> None:
    components = {*LINE_COMPONENTS, *BY_HAND_COMPONENTS, *ORDER_COMPONENTS}
    assert set(pricing_words.LABELS) == set(pricing_words.FORMULAS) == components
    assert set(pricing_words.REASONS) == {*WORKING_REASONS, *TO_BE_QUOTED_REASONS, *RISKS}
    assert set(pricing_words.SHIPPING_REASONS) == set(SHIPPING_CAUSES)
    assert ORDER_REASONS == ("shipping_to_be_quoted",)


@pytest.mark.parametrize("code", [*WORKING_REASONS, *TO_BE_QUOTED_REASONS, *RISKS, *REVIEWS, "a code of the future"])
def test_every_reason_is_a_sentence(code: str) -> None:
    sentence = say(Reason(code=code, params=PARAMS))
    assert sentence.endswith(".")
    assert "%(" not in sentence


@pytest.mark.parametrize("cause", SHIPPING_CAUSES)
def test_every_cause_of_quoted_shipping_is_a_sentence(cause: str) -> None:
    sentence = say(Reason(code="shipping_to_be_quoted", params={"method": "Parcel", "cause": cause}))
    assert sentence.endswith(".")
    assert "%" not in sentence


def test_reasons_name_things_as_people_do() -> None:
    assert say(Reason(code="choose_options", params=PARAMS)) == "Please choose: material, lead time."
    assert say(Reason(code="too_big_for_machine", params=PARAMS)) == (
        "The part (10 × 20 × 300 mm) does not fit the machine (210 × 210 × 250 mm)."
    )


def test_formulas_of_a_line() -> None:
    process = fdm(
        machine=machine(hourly_rate=D("3.40")),
        materials=(material("pla", name="PLA", price_per_cm3=D("0.32"), startup=6),),
        finishes=(Finish(key="f", name="Painted", per_piece=3, per_cm2=D("0.05"), lot_charge=20),),
        lead_times=(LeadTime(key="standard", name="Express", days=2, percent=60),),
        post_production_per_piece=1,
        programming_per_model=5,
        markup_percent=D("12.5"),
        minimum_part_price=100,
        quantity_breaks=(QuantityBreak(quantity=5, percent=10),),
    )
    request = ask(process, quantity=5, material="pla", finish="f", measured=shape(12.4, seconds=1800))
    assert words(alone(process, request, price_level_percent=20)) == {
        "material": ("Material: PLA", "12.4 cm³ × 0.32 €/cm³ × 5 pieces"),
        "machine_time": ("Machine time", "0.5 h × 3.40 €/h × 5 pieces"),
        "post_production": ("Post-production", "1.00 € × 5 pieces"),
        "finish": ("Finish: Painted", "(3.00 € + 6 cm² × 0.05 €/cm²) × 5 pieces, at least 20.00 €"),
        "programming": ("Programming, once per model", "5.00 €"),
        "startup": ("Start-up PLA, once per order", "6.00 €"),
        "markup": ("Mark-up", "12.5 % of 64.34 €"),
        "lead_time": ("Lead time: Express", "60 % of 64.34 €"),
        "quantity_discount": ("Quantity discount from 5 pieces", "10 % of 110.98 €"),
        "price_level": ("Your price level", "20 % of 99.88 €"),
        "minimum_part": ("Up to the minimum price per part", "100.00 € × 5 pieces − 79.90 €"),
    }


def test_formulas_of_machine_time() -> None:
    stacked = machine(
        build_mm=(200, 200, 300), growth_mm_per_h=10, packing_density=D("0.1"), hourly_rate=9, stacked=True
    )
    found = [
        alone(process, ask(process, measured=shape(8.0, size_mm=(20.0, 20.0, 20.0)), quantity=quantity))
        for process, quantity in ((resin(), 2), (powder(), 1), (powder(), 1000), (powder(machine=stacked), 3))
    ]
    assert [component_formula(price.components[1]) for price in found] == [
        "400 layers × 15 s × 6.00 €/h × 2 pieces",
        "20 mm ÷ 10 mm/h × 10.00 €/h × 1 build (up to 250 pieces each)",
        "20 mm ÷ 10 mm/h × 10.00 €/h × 4 builds (up to 250 pieces each)",
        "20 mm ÷ 10 mm/h × 9.00 €/h, height of 3 pieces together",
    ]


def test_a_size_exponent_is_shown() -> None:
    process = fdm(materials=(material(size_exponent=D("0.9")),))
    assert words(alone(process, ask(process)))["material"][1] == "(1 cm³)^0.9 × 1.00 €/cm³ × 1 piece"


@pytest.mark.parametrize(
    ("finish", "expected"),
    [
        ({"per_piece": 3}, "3.00 € × 2 pieces"),
        ({"per_cm3": D("0.125")}, "1 cm³ × 0.125 €/cm³ × 2 pieces"),
        ({"lot_charge": 45}, "45.00 € for the lot"),
    ],
)
def test_formulas_of_finishes(finish: dict[str, D], expected: str) -> None:
    process = fdm(finishes=(Finish(key="f", name="F", **finish),))
    assert words(alone(process, ask(process, finish="f", quantity=2)))["finish"][1] == expected


def test_formulas_of_an_order() -> None:
    process = fdm(machine=machine(name="Prusa MK4", minimum_order=15))
    catalogue = shop(process, prices_gross=True, shipping=(parcel(free_from=50), parcel(key="pickup", pickup=True)))
    terms = {"promo": Promo(code="SPRING", percent=10), "shipping_method": "parcel", "country": "DE"}
    assert words(order(catalogue, ask(process), tax_exempt=True, **terms)) == {
        "minimum_order": ("Up to the minimum order value: FDM", "15.00 € − 1.00 €"),
        "promo": ("Promo code SPRING", "10 % of 15.00 €"),
        "shipping": ("Shipping: Parcel", "0.001 kg, up to 1 kg: 5.90 €"),
        "tax_taken_out": ("Without tax: tax taken out of the prices", "19 % contained in 19.40 €"),
    }
    dear = ask(process, measured=shape(60.0))
    assert words(order(catalogue, dear, **terms))["shipping"][1] == "free from 50.00 €"
    assert words(order(catalogue, dear, shipping_method="pickup"))["shipping"][1] == "5.90 €"


def test_currencies_and_their_places() -> None:
    startup = Component(code="startup", inputs={"startup": "20", "name": "PLA", "currency": "JPY"}, amount=D(20))
    assert component_formula(startup) == "20 ¥"
    kuwait = startup.model_copy(update={"inputs": startup.inputs | {"currency": "KWD"}})
    assert component_formula(kuwait) == "20.000 KWD"


def test_a_code_of_another_room_is_an_error() -> None:
    with pytest.raises(KeyError):
        component_label(Component(code="gratuity", amount=D(1)))
