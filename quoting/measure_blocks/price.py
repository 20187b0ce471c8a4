"""The price of the file: `manage.py measure FILE --process … --material … --quantity …`, on the demo catalogue or the shop's."""

from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from django.core.management.base import CommandError

from quoting import pricing_words
from quoting.geometry.values import Measured, Measurement
from quoting.pricing.amounts import unit_price
from quoting.pricing.catalogue import Catalogue, Process, by_key
from quoting.pricing.contract import MAX_QUANTITY, LineRequest, OrderTerms, Selection
from quoting.pricing.engine import price_order
from quoting.pricing.judge import first_selection
from quoting.pricing.load import demo_catalogue

CHOICES = ("material", "finish", "profile", "tolerance", "lead_time")


def add_arguments(parser: ArgumentParser) -> None:
    priced = parser.add_argument_group("price", "with --process, also what the part costs")
    priced.add_argument("--process", help="key in the catalogue, as fdm or sls")
    for name in CHOICES:
        priced.add_argument(f"--{name.replace('_', '-')}", default="", help="key; without it the first that is offered")
    priced.add_argument("--cavities", type=int, default=0, help="of a mold")
    priced.add_argument("--quantity", type=int, default=1)
    priced.add_argument("--price-list", choices=["demo", "current"], default="demo", help="current: the shop's own")


def as_json(measurement: Measurement, options: dict[str, Any]) -> dict[str, Any]:
    return {"price": _price(measurement.measured, options)}


def as_text(measurement: Measurement, options: dict[str, Any]) -> list[str]:
    block = _price(measurement.measured, options)
    return _told(block) if block else []


def _price(measured: Measured | None, asked: Mapping[str, Any]) -> dict[str, Any] | None:
    """None when no price was asked for or nothing was measured."""
    if not asked["process"]:
        return None
    catalogue = _catalogue(asked["price_list"])
    selection = _selection(catalogue, asked)
    if not 1 <= asked["quantity"] <= MAX_QUANTITY:
        raise CommandError(f"a quantity is between 1 and {MAX_QUANTITY}")
    if measured is None:
        return None
    request = LineRequest(
        line=1,
        file="",
        measured=_estimated(measured, catalogue, selection),
        selection=selection,
        quantity=asked["quantity"],
    )
    order = price_order(catalogue, [request], OrderTerms())
    [line] = order.lines
    priced = line.state == "priced"
    return {
        "state": line.state,
        "currency": order.currency,
        "selection": {name: value for name, value in selection.model_dump(mode="json").items() if value},
        "quantity": request.quantity,
        "components": [
            {
                "code": one.code,
                "label": pricing_words.component_label(one),
                "formula": pricing_words.component_formula(one),
                "inputs": one.inputs,
                "amount": str(one.amount),
            }
            for one in line.components
        ],
        "net": str(line.net) if priced else None,
        "unit": str(unit_price(line.net, request.quantity)) if priced else None,
        "days": line.days if priced else None,
        "reasons": [{"code": reason.code, "message": pricing_words.say(reason)} for reason in line.reasons],
        "order": {
            "components": [{"code": one.code, "amount": str(one.amount)} for one in order.components],
            "net": str(order.net),
            "tax": str(order.tax),
            "gross": str(order.gross),
        },
    }


def _told(block: dict[str, Any]) -> list[str]:
    if block["state"] != "priced":
        return [f"price  {block['state'].replace('_', ' ')}: {' '.join(one['message'] for one in block['reasons'])}"]
    rows = [f"  {one['amount']:>10}  {one['label']}: {one['formula']}" for one in block["components"]]
    each = f"{block['quantity']} × {block['unit']}, " if block["quantity"] > 1 else ""
    return [*rows, f"price  {block['net']} {block['currency']} without shipping ({each}{block['days']} business days)"]


def _catalogue(name: str) -> Catalogue:
    if name == "demo":
        return demo_catalogue()
    from quoting.pricelists import current_price_list  # the only one that needs a database

    return current_price_list().catalogue


def _selection(catalogue: Catalogue, asked: Mapping[str, Any]) -> Selection:
    process = by_key(catalogue.processes, asked["process"])
    if process is None:
        raise CommandError(f"no process {asked['process']!r}; there are {_keys(catalogue.processes)}")
    chosen = {name: asked[name] for name in CHOICES if asked[name]}
    for name, key in chosen.items():
        offered = _offered(process, name)
        if key not in [one.key for one in offered]:
            raise CommandError(f"{process.key} has no {name} {key!r}; there are {_keys(offered) or 'none'}")
    if asked["cavities"]:
        cavities = process.machine.molding.cavities if process.machine.molding else ()
        if asked["cavities"] not in cavities:
            raise CommandError(f"{process.key} has no {asked['cavities']} cavities; there are {cavities or 'none'}")
        chosen["cavities"] = asked["cavities"]
    return first_selection(process).model_copy(update=chosen | {"colour": ""})


def _offered(process: Process, name: str) -> tuple[Any, ...]:
    offered: tuple[Any, ...] = getattr(process, "finishes" if name == "finish" else f"{name}s")
    return offered


def _keys(offered: tuple[Any, ...]) -> str:
    return ", ".join(one.key for one in offered)


def _estimated(measured: Measured, catalogue: Catalogue, selection: Selection) -> Measured:
    """With the print estimate of the chosen profile, as a worker would make it."""
    process = by_key(catalogue.processes, selection.process)
    profile = by_key(process.profiles, selection.profile) if process else None
    if profile is None or measured.needs_review:
        return measured
    from quoting.geometry import fdm

    made = fdm.estimate(measured.figures, profile.key, profile.settings)
    return measured.model_copy(update={"estimates": (made,)})
