"""From what a program asks for to what the catalogue has: checked by the form of the quote page, and nothing replaced
silently."""

from typing import Any

from api.asked import LineIn
from api.problems import Problem
from orders.forms.quote import KEYS, LineForm
from orders.selection import valid
from quoting.pricing.catalogue import Catalogue, by_key
from quoting.pricing.contract import Selection


def chosen(catalogue: Catalogue, wanted: dict[str, Any], place: str) -> Selection:
    """The choice that was asked for, where all of it is offered; raises Problem. `place`: of the line in the request."""
    if by_key(catalogue.processes, wanted["process"]) is None:
        raise Problem(422, "unknown_option", field=f"{place}process", value=wanted["process"])
    extras = wanted["extras"]
    form = LineForm({**wanted, "quantity": 1, **{f"extra_{key}": count for key, count in extras.items()}}, catalogue)
    if unknown := sorted(set(extras) - {extra.key for extra in form.extras}):
        raise Problem(422, "unknown_option", field=f"{place}extras", value=unknown[0])
    if not form.is_valid():
        name = next(iter(form.errors)).removeprefix("extra_")
        raise Problem(422, "unknown_option", field=f"{place}{name}", value=str(wanted.get(name, extras.get(name, ""))))
    choice = valid(catalogue, form.choice)
    for name in (*KEYS, "cavities"):
        if wanted[name] and wanted[name] != getattr(choice, name):
            raise Problem(422, "unknown_option", field=f"{place}{name}", value=str(wanted[name]))
    return choice


def choice_of(catalogue: Catalogue, line: LineIn, place: str) -> Selection | None:
    """None: nothing was asked for, so the line starts with what gives a price at once."""
    wanted = line.model_dump(include={*KEYS, "extras", "cavities"})
    if not any(wanted.values()):
        return None
    if not line.process:
        raise Problem(422, "unknown_option", field=f"{place}process", value="")
    return chosen(catalogue, wanted, place)
