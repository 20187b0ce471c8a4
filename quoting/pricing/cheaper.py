"""What would make a line cheaper: one thing changed, and the whole order priced again.

A suggestion drops nothing that was asked for: who wants a fine tolerance, threads or a painted surface is only sent to a
process that offers the same. Only the tolerance itself may be suggested looser, as a thing of its own.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Literal, get_args

from quoting.geometry.values import Frozen
from quoting.pricing.amounts import rounded, unit_price
from quoting.pricing.catalogue import Catalogue, Finish, Process, by_key
from quoting.pricing.contract import LinePrice, LineRequest, OrderBreakdown, OrderTerms, Selection
from quoting.pricing.engine import one_offs_after, price_line, price_order, used_by
from quoting.pricing.judge import first_selection

Kind = Literal["process", "material", "finish", "profile", "tolerance", "lead_time", "cavities", "quantity"]
KINDS: tuple[Kind, ...] = get_args(Kind)
MOST = 3


class Candidate(Frozen):
    """A line with one thing changed."""

    kind: Kind
    key: str  # of the catalogue, or a number; of a process: its key and that of the material
    selection: Selection
    quantity: int


class Suggestion(Frozen):
    """A candidate that was priced within its order, and costs less."""

    candidate: Candidate
    saving: Decimal  # of the whole order before tax; of a larger quantity: what the pieces asked for would cost less
    unit_before: Decimal
    unit: Decimal
    difference: Decimal  # of the whole order before tax: negative where it costs less
    days_before: int
    days: int


def candidates(catalogue: Catalogue, asked: LineRequest) -> list[Candidate]:
    """Everything that can be changed about a line by itself; most of it makes it dearer."""
    process = by_key(catalogue.processes, asked.selection.process)
    if process is None:
        return []
    changes: list[tuple[Kind, str, Selection]] = []
    changes += [("finish", key, _with(asked.selection, finish=key)) for key in _keys(process.finishes)]
    changes += [("profile", key, _with(asked.selection, profile=key)) for key in _keys(process.profiles)]
    changes += [("material", key, _of_material(process, asked.selection, key)) for key in _keys(process.materials)]
    changes += [("tolerance", key, _with(asked.selection, tolerance=key)) for key in _looser(process, asked.selection)]
    changes += [("lead_time", key, _with(asked.selection, lead_time=key)) for key in _later(process, asked.selection)]
    cavities = process.machine.molding.cavities if process.machine.molding else ()
    changes += [("cavities", str(count), _with(asked.selection, cavities=count)) for count in cavities]
    for other in catalogue.processes:
        if other.key != process.key and other.instant:
            changes += _of_process(process, other, asked.selection)
    made = [
        Candidate(kind=kind, key=key, selection=selection, quantity=asked.quantity)
        for kind, key, selection in changes
        if selection != asked.selection
    ]
    following = next((one.quantity for one in process.quantity_breaks if one.quantity > asked.quantity), None)
    if following:
        made.append(Candidate(kind="quantity", key=str(following), selection=asked.selection, quantity=following))
    return made


def suggestions(
    catalogue: Catalogue, lines: Sequence[LineRequest], line_id: int, terms: OrderTerms
) -> tuple[Suggestion, ...]:
    """The best of each kind, three at most, those that save most first; none for a line without a computed price.

    Raises KeyError for a line that is not there.
    """
    place = next((place for place, request in enumerate(lines) if request.line == line_id), None)
    if place is None:
        raise KeyError(line_id)
    asked, before = lines[place], price_order(catalogue, lines, terms)
    if asked.by_hand is not None or asked.fee or before.lines[place].state != "priced":
        return ()
    found = []
    for candidate in _promising(catalogue, lines, place, terms, before.lines[place]):
        changed = [*lines[:place], _asked(asked, candidate), *lines[place + 1 :]]
        after = price_order(catalogue, changed, terms)
        if (made := _suggestion(candidate, asked, place, before, after)) and made.saving > 0:
            found.append(made)
    best = sorted(found, key=lambda one: (-one.saving, KINDS.index(one.candidate.kind), one.candidate.key))
    kinds = {one.candidate.kind: one for one in reversed(best)}  # the best of each kind
    return tuple(one for one in best if kinds[one.candidate.kind] is one)[:MOST]


def _promising(
    catalogue: Catalogue, lines: Sequence[LineRequest], place: int, terms: OrderTerms, now: LinePrice
) -> Iterable[Candidate]:
    """Those whose line alone is cheaper: the cheapest of each kind, of processes the cheapest material of each.

    What an order adds (minimum order values, shipping) is seen when the whole order is priced.
    """
    used, asked = used_by(catalogue, lines[:place]), lines[place]
    cheapest: dict[tuple[str, str], tuple[Decimal, Candidate]] = {}
    for candidate in candidates(catalogue, asked):
        request = _asked(asked, candidate)
        price = price_line(catalogue, request, one_offs_after(used, request), terms)
        each = price.net / candidate.quantity
        if price.state != "priced" or each >= now.net / asked.quantity:
            continue
        group = (candidate.kind, candidate.selection.process)
        if group not in cheapest or each < cheapest[group][0]:
            cheapest[group] = (each, candidate)
    return [candidate for _each, candidate in cheapest.values()]


def _suggestion(
    candidate: Candidate, asked: LineRequest, place: int, before: OrderBreakdown, after: OrderBreakdown
) -> Suggestion | None:
    was, now = before.lines[place], after.lines[place]
    if len(after.reasons) > len(before.reasons):  # the shop would have to quote the shipping
        return None
    difference = _sum(after) - _sum(before)
    if candidate.kind == "quantity":
        saving = rounded(was.net - now.net * asked.quantity / candidate.quantity, after.currency)
    else:
        saving = -difference
    return Suggestion(
        candidate=candidate,
        saving=saving,
        unit_before=unit_price(was.net, asked.quantity),
        unit=unit_price(now.net, candidate.quantity),
        difference=difference,
        days_before=was.days,
        days=now.days,
    )


def _sum(breakdown: OrderBreakdown) -> Decimal:
    """What the amounts shown add up to: with tax where prices are."""
    return breakdown.gross if breakdown.prices_gross else breakdown.net


def _asked(request: LineRequest, candidate: Candidate) -> LineRequest:
    return request.model_copy(update={"selection": candidate.selection, "quantity": candidate.quantity})


def _with(selection: Selection, **changes: str | int) -> Selection:
    return selection.model_copy(update=changes)


def _keys(offered: Iterable[object]) -> list[str]:
    return [str(getattr(one, "key", "")) for one in offered]


def _of_material(process: Process, chosen: Selection, key: str) -> Selection:
    """Another material, in the chosen colour where it has that."""
    material = by_key(process.materials, key)
    colours = _keys(material.colours) if material else []
    colour = chosen.colour if chosen.colour in colours else next(iter(colours), "")
    return _with(chosen, material=key, colour=colour)


def _looser(process: Process, chosen: Selection) -> list[str]:
    now = by_key(process.tolerances, chosen.tolerance)
    return [one.key for one in process.tolerances if now and one.percent < now.percent]


def _later(process: Process, chosen: Selection) -> list[str]:
    now = by_key(process.lead_times, chosen.lead_time)
    return [one.key for one in process.lead_times if now and one.days > now.days]


def _of_process(now: Process, other: Process, chosen: Selection) -> list[tuple[Kind, str, Selection]]:
    """Another process with each of its materials, if it offers whatever was asked for beside what is usual."""
    selection = first_selection(other)
    finish = by_key(now.finishes, chosen.finish)
    if finish is not None and not finish.free:
        if not isinstance(by_key(other.finishes, finish.key), Finish):
            return []
        selection = _with(selection, finish=finish.key)
    if now.tolerances and chosen.tolerance not in ("", now.tolerances[0].key):
        if by_key(other.tolerances, chosen.tolerance) is None:
            return []
        selection = _with(selection, tolerance=chosen.tolerance)
    if any(by_key(other.extras, key) is None for key, _count in chosen.extras):
        return []
    selection = selection.model_copy(update={"extras": chosen.extras})
    return [("process", f"{other.key}/{key}", _of_material(other, selection, key)) for key in _keys(other.materials)]
