"""What changed between two revisions of an order: per line and field, in the customer's words, with the difference in money.

Both sides are copies of the order as they were frozen (`workflow.snapshot.as_frozen`), or the order as it stands.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext

from accounts.templatetags.show import mm, money
from orders import presenting_lines
from orders.models import Order, OrderLine
from orders.presenting_lines import LineView


@dataclass(frozen=True, slots=True)
class Change:
    code: str  # which field
    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class LineChanges:
    """One line: `kind` is added, removed or changed."""

    kind: str
    pk: int
    name: str
    changes: tuple[Change, ...]
    difference: Decimal | None  # in money; None where a price is hidden or missing on either side


@dataclass(frozen=True, slots=True)
class Diff:
    lines: tuple[LineChanges, ...]
    order: tuple[Change, ...]
    difference: Decimal | None  # of the totals

    def __bool__(self) -> bool:
        return bool(self.lines or self.order)


def compare(before: Order, after: Order) -> Diff:
    """From what was said before to what is said now."""
    old, new = _by_pk(before), _by_pk(after)
    found = [_added(view) for pk, (_line, view) in new.items() if pk not in old]
    found += [_removed(view) for pk, (_line, view) in old.items() if pk not in new]
    for pk in old.keys() & new.keys():
        if changed := _changed(old[pk], new[pk], after.currency):
            found.append(changed)
    places = {pk: number for number, pk in enumerate(dict.fromkeys([*new, *old]))}
    sums_before = presenting_lines.sums(before, [view for _line, view in old.values()])
    sums_after = presenting_lines.sums(after, [view for _line, view in new.values()])
    totals = (sums_before.total if sums_before.complete else None, sums_after.total if sums_after.complete else None)
    return Diff(
        lines=tuple(sorted(found, key=lambda one: places[one.pk])),
        order=tuple(_of_order(before, after, totals)),
        difference=_minus(*totals),
    )


def _by_pk(order: Order) -> dict[int, tuple[OrderLine, LineView]]:
    lines = order.offered_lines
    return {view.pk: (line, view) for line, view in zip(lines, presenting_lines.line_views(order), strict=True)}


def _minus(before: Decimal | None, after: Decimal | None) -> Decimal | None:
    return None if before is None or after is None else after - before


def _added(view: LineView) -> LineChanges:
    return LineChanges("added", view.pk, view.name, (), view.net)


def _removed(view: LineView) -> LineChanges:
    return LineChanges("removed", view.pk, view.name, (), None if view.net is None else -view.net)


def _changed(old: tuple[OrderLine, LineView], new: tuple[OrderLine, LineView], currency: str) -> LineChanges | None:
    (line_before, before), (line_after, after) = old, new
    changes = tuple(_of_line(line_before, before, line_after, after, currency))
    if not changes:
        return None
    return LineChanges("changed", after.pk, after.name, changes, _minus(before.net, after.net))


def _of_line(
    line_before: OrderLine, before: LineView, line_after: OrderLine, after: LineView, currency: str
) -> Iterable[Change]:
    if before.name != after.name:
        yield Change("name", gettext("Name"), before.name, after.name)
    if _file(line_before) != _file(line_after):
        yield Change("model", gettext("3D model"), _figures(line_before), _figures(line_after))
    if before.quantity != after.quantity:
        yield Change("quantity", gettext("Quantity"), str(before.quantity), str(after.quantity))
    chosen_before, chosen_after = dict(before.options), dict(after.options)
    for label in dict.fromkeys([*chosen_before, *chosen_after]):
        was, now = chosen_before.get(label, "–"), chosen_after.get(label, "–")
        if was != now:
            yield Change("option", label, was, now)
    if before.days != after.days:
        yield Change("days", gettext("Business days"), str(before.days), str(after.days))
    if before.note != after.note:
        yield Change("note", gettext("Note"), before.note or "–", after.note or "–")
    if before.alternative != after.alternative:
        yield Change("alternative", gettext("Alternative"), before.alternative or "–", after.alternative or "–")
    if (before.net, before.state, before.hidden) != (after.net, after.state, after.hidden):
        yield Change("price", gettext("Price"), _price(before, currency), _price(after, currency))


def _file(line: OrderLine) -> tuple[str, str]:
    """Which bytes, read how."""
    part = line.part
    return ("", "") if part is None else (part.file.sha256, part.measurement.unit)


def _figures(line: OrderLine) -> str:
    """How large the model is, where that is known: two versions of a part often have the same name."""
    result = line.part.measurement.result if line.part else None
    if not result:
        return line.name
    size = " × ".join(mm(extent) for extent in result["figures"]["size_mm"])
    return f"{line.name} ({size} mm)"


def _price(view: LineView, currency: str) -> str:
    if view.hidden:
        return gettext("to be determined")
    return gettext("to be quoted") if view.net is None else money(view.net, currency)


def _of_order(before: Order, after: Order, totals: tuple[Decimal | None, Decimal | None]) -> Iterable[Change]:
    ways = [presenting_lines.delivery_words(order)[0] for order in (before, after)]
    if ways[0] != ways[1]:
        yield Change("shipping_method", gettext("Delivery"), ways[0] or "–", ways[1] or "–")
    components = [_components(order) for order in (before, after)]
    for label in dict.fromkeys([*components[0], *components[1]]):
        was, now = components[0].get(label), components[1].get(label)
        if was != now and None not in totals:
            yield Change("component", label, _amount(was, before), _amount(now, after))
    if before.offer_note != after.offer_note and after.offer_note:
        yield Change("offer_note", gettext("The shop's note"), before.offer_note or "–", after.offer_note)
    if totals[0] != totals[1]:
        yield Change("total", gettext("Total"), _amount(totals[0], before), _amount(totals[1], after))


def _components(order: Order) -> dict[str, Decimal]:
    """Shipping, discounts and the like, by what they are called."""
    price = order.price
    rows = [presenting_lines.row(component) for component in price.components] if price else []
    return {row.text: row.amount for row in rows}


def _amount(value: Decimal | None, order: Order) -> str:
    return "–" if value is None else money(value, order.currency)
