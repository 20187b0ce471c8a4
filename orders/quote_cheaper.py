"""What would make a line of a quote cheaper, in words: each was priced within the whole order."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from accounts.templatetags.show import money, number, unit_money
from orders import pricing
from orders.models import Order, OrderLine
from orders.quote_page import business_days
from quoting.pricing.catalogue import by_key
from quoting.pricing.cheaper import Suggestion, suggestions
from quoting.pricing.contract import Selection


@dataclass(frozen=True, slots=True)
class Tip:
    kind: str
    key: str
    title: str
    notes: tuple[str, ...]
    saving: str
    net: Decimal  # of the whole order: what it costs more or less


@dataclass(frozen=True, slots=True)
class Cheaper:
    order: Order
    line_id: int
    title: str
    name: str
    tips: tuple[Tip, ...]
    priced: bool
    undo: bool  # the last change was one of this line, and can be taken back


def cheaper(order: Order, line_id: int) -> Cheaper | None:
    """None for a line that is not there or whose price is hidden."""
    lines = [line for line in pricing.priced_lines(order) if line.counts]
    line = next((line for line in lines if line.pk == line_id), None)
    if line is None or line.part is None or order.price_hidden:
        return None
    found = suggestions(order.price_list.catalogue, pricing.requests(order, lines), line_id, pricing.terms(order))
    return Cheaper(
        order=order,
        line_id=line_id,
        title=_("What would make it cheaper"),
        name=line.name,
        tips=tuple(_tip(one, order, line) for one in found),
        priced=line.is_priced,
        undo=list(order.undo or ()) == [str(line_id)],
    )


def _tip(one: Suggestion, order: Order, line: OrderLine) -> Tip:
    kind, chosen, now = one.candidate.kind, one.candidate.selection, line.choice
    notes = []
    if one.days != one.days_before:
        told = {"days": business_days(one.days), "before": business_days(one.days_before)}
        notes.append(_("ready in %(days)s instead of %(before)s") % told)
    if kind == "quantity":
        told = {"unit": unit_money(one.unit, order.currency), "before": unit_money(one.unit_before, order.currency)}
        notes.insert(0, _("%(unit)s each instead of %(before)s") % told)
        saving = _("saves %(amount)s a piece") % {"amount": unit_money(one.unit_before - one.unit, order.currency)}
        dearer, amount = one.difference > 0, money(abs(one.difference), order.currency)
        notes.append(
            (_("the order costs %(amount)s more") if dearer else _("the order costs %(amount)s less"))
            % {"amount": amount}
        )
    else:
        saving = _("saves %(amount)s") % {"amount": money(one.saving, order.currency)}
        notes += _also(order, now, chosen, kind)
    return Tip(kind, one.candidate.key, _title(one, order, now), tuple(notes), saving, one.difference)


def _title(one: Suggestion, order: Order, now: Selection) -> str:
    kind, chosen = one.candidate.kind, one.candidate.selection
    if kind == "quantity":
        return _("%(count)s pieces") % {"count": number(one.candidate.quantity)}
    if kind == "cavities":
        return _("%(count)s cavities instead of %(before)s") % {"count": chosen.cavities, "before": now.cavities}
    told = {"new": _name(order, chosen, kind), "before": _name(order, now, kind)}
    if kind == "process":
        told = {
            name: f"{text}, {_name(order, of, 'material')}"
            for (name, text), of in zip(told.items(), (chosen, now), strict=True)
        }
    return _("%(new)s instead of %(before)s") % told


def _also(order: Order, now: Selection, chosen: Selection, kind: str) -> list[str]:
    """What else becomes different with it."""
    if chosen.colour == now.colour or kind not in ("material", "process"):
        return []
    return [_("in %(colour)s") % {"colour": name}] if (name := _name(order, chosen, "colour")) else []


def _name(order: Order, selection: Selection, kind: str) -> str:
    process = by_key(order.price_list.catalogue.processes, selection.process)
    if process is None or kind == "process":
        return process.name if process else ""
    material = by_key(process.materials, selection.material)
    offered: dict[str, tuple[Any, ...]] = {
        "material": process.materials,
        "finish": process.finishes,
        "profile": process.profiles,
        "tolerance": process.tolerances,
        "lead_time": process.lead_times,
        "colour": material.colours if material else (),
    }
    found = next((one for one in offered[kind] if one.key == getattr(selection, kind)), None)
    return found.name if found else ""
