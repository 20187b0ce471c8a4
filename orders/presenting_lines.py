"""The lines and sums of an order as its customer sees them: names instead of keys, and no figure that is hidden from them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from django.utils.translation import gettext

from accounts.models import PriceDetail
from accounts.templatetags.show import unit_money
from orders import pricing, tax_words
from orders.delivery import method_of
from orders.models import LineWarning, Order, OrderLine
from orders.words import say
from quoting import pricing_words
from quoting.geometry.values import Reason
from quoting.models import Part
from quoting.pricing.amounts import unit_price
from quoting.pricing.catalogue import Catalogue, by_key
from quoting.pricing.contract import Component

UNPRICED = {"working", "to_be_quoted"}


@dataclass(frozen=True, slots=True)
class Row:
    """A part of a price: what, from what, how much."""

    text: str
    formula: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class LineView:
    pk: int
    position: int
    name: str
    part: Part | None
    has_picture: bool
    options: tuple[tuple[str, str], ...]
    quantity: int
    state: str  # priced, working, to_be_quoted
    hidden: bool  # to be determined
    net: Decimal | None
    unit: str  # with all its places: times the quantity it is the line
    rows: tuple[Row, ...]
    days: int
    note: str
    alternative: str  # its group
    left_out: bool
    counts: bool  # False: an alternative that is not in the sums
    risks: tuple[tuple[str, bool], ...]  # what may go wrong with it, and whether that was accepted


@dataclass(frozen=True, slots=True)
class Sums:
    """What the lines come to. `hidden` and unknown sums are not there at all."""

    hidden: bool
    complete: bool  # every line has a price
    gross_prices: bool  # amounts of lines include tax
    goods: Decimal | None = None
    rows: tuple[Row, ...] = ()
    taxes: tuple[tuple[Decimal, Decimal], ...] = ()  # percent, amount
    net: Decimal | None = None
    total: Decimal | None = None
    days: int = 0
    tax_note: str = ""  # why none is charged
    tax_reason: str = ""  # beside the rate


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why an order cannot be placed at once, and because of which line."""

    code: str
    text: str
    line: str = ""


def line_views(order: Order, detail: PriceDetail = PriceDetail.NONE, *, everything: bool = False) -> list[LineView]:
    """The lines that count; `everything`: those left out of an offer as well. `detail`: how much of their prices."""
    found: Iterable[OrderLine] = order.offered_lines
    if everything:
        found = order.lines.select_related("part__measurement__thumbnail").order_by("position")
    lines, catalogue = list(found), order.price_list.catalogue
    risks = _risks(lines)
    return [_view(line, catalogue, order, detail, risks.get(line.pk, ())) for line in lines]


def _risks(lines: Sequence[OrderLine]) -> dict[int, tuple[tuple[str, bool], ...]]:
    """Those of a revision as it has them, else those of the lines, in one query."""
    told = {line.pk: line.frozen_risks for line in lines if line.frozen_risks is not None}
    found: dict[int, list[tuple[str, bool]]] = {}
    for pk, risks in told.items():
        found[pk] = [(say(_reason(one["reason"])), one["accepted_at"] is not None) for one in risks]
    if others := [line.pk for line in lines if line.pk not in told]:
        for warning in LineWarning.objects.filter(line__in=others).order_by("pk"):
            shown = (say(_reason(warning.reason)), warning.accepted_at is not None)
            found.setdefault(warning.line_id, []).append(shown)
    return {pk: tuple(risks) for pk, risks in found.items()}


def _view(
    line: OrderLine,
    catalogue: Catalogue,
    order: Order,
    detail: PriceDetail,
    risks: tuple[tuple[str, bool], ...],
) -> LineView:
    hidden = line.price_hidden or order.price_hidden
    net = None if hidden or line.net is None else line.net
    price = line.line_price
    shown = price.components if price and net is not None and line.override is None else ()
    picture = getattr(line.part.measurement, "thumbnail", None) if line.part else None
    return LineView(
        pk=line.pk,
        position=line.position,
        name=line.name,
        part=line.part,
        has_picture=bool(picture and picture.name),
        options=tuple(option_words(line, catalogue)),
        quantity=line.quantity,
        state=line.state,
        hidden=hidden,
        net=net,
        unit="" if net is None else _unit(net, line.quantity, order.currency),
        rows=rows(shown, detail),
        days=price.days if price else 0,
        note=line.note,
        alternative=line.alternative_group,
        left_out=line.left_out,
        counts=line.counts,
        risks=risks,
    )


def _unit(net: Decimal, quantity: int, currency: str) -> str:
    return unit_money(unit_price(net, quantity), currency)


def option_words(line: OrderLine, catalogue: Catalogue) -> Iterable[tuple[str, str]]:
    """What was chosen, in words; keys that the price list does not have are left out."""
    choice = line.choice
    process = by_key(catalogue.processes, choice.process)
    if process is None:
        return
    material = by_key(process.materials, choice.material)
    chosen = (
        (gettext("Process"), process),
        (gettext("Material"), material),
        (gettext("Colour"), by_key(material.colours, choice.colour) if material else None),
        (gettext("Finish"), by_key(process.finishes, choice.finish)),
        (gettext("Print quality"), by_key(process.profiles, choice.profile)),
        (gettext("Tolerance"), by_key(process.tolerances, choice.tolerance)),
        (gettext("Lead time"), by_key(process.lead_times, choice.lead_time)),
    )
    for label, item in chosen:
        if item is not None:
            yield label, item.name
    for key, count in choice.extras:
        if extra := by_key(process.extras, key):
            yield gettext("Extras"), f"{count} × {extra.name}"
    if choice.cavities:
        yield gettext("Cavities of the mold"), str(choice.cavities)


def row(component: Component) -> Row:
    return Row(pricing_words.component_label(component), pricing_words.component_formula(component), component.amount)


def rows(components: Iterable[Component], detail: PriceDetail) -> tuple[Row, ...]:
    if detail == PriceDetail.NONE:
        return ()
    made = tuple(row(component) for component in components)
    return made if detail == PriceDetail.FORMULAS else tuple(replace(one, formula="") for one in made)


def sums(order: Order, lines: Sequence[LineView]) -> Sums:
    price, hidden = order.price, order.price_hidden or any(line.hidden for line in lines)
    if price is None or hidden:
        return Sums(hidden=hidden, complete=False, gross_prices=False)
    nets = [line.net for line in lines if line.net is not None and line.counts and not line.left_out]
    return Sums(
        hidden=False,
        complete=price.state == "priced",
        gross_prices=price.prices_gross,
        goods=sum(nets, Decimal(0)),
        rows=tuple(row(component) for component in price.components),
        taxes=tuple((tax.rate, tax.tax) for tax in price.taxes),
        net=order.net,
        total=order.total,
        days=price.days,
        tax_note=tax_words.note(price.vat),
        tax_reason=tax_words.reason(price.vat),
    )


def delivery_words(order: Order) -> tuple[str, str, bool]:
    """Name of the way of delivery, how long it takes, and whether it is picked up."""
    method = method_of(order)
    return (method.name, method.days, method.pickup) if method else ("", "", False)


# --- why it cannot be placed at once


def obstacles(order: Order) -> list[Obstacle]:
    """Everything in the lines and the price that keeps the order from being placed; which line, and why."""
    found: dict[tuple[str, str], Obstacle] = {}
    for one in (*_of_lines(order), *_of_order(order)):
        found.setdefault((one.code, one.line), one)
    return list(found.values())


def _of_lines(order: Order) -> Iterable[Obstacle]:
    for line in pricing.with_shapes(order.lines.filter(left_out=False)):
        measurement = line.part.measurement if line.part else None
        if measurement and measurement.is_refused:
            reason = measurement.refusal
            code = "quoted_by_hand" if line.quote_by_hand else "file_refused"
            yield Obstacle(code, say(reason) if reason else "", line.name)
        elif line.state in UNPRICED and line.line_price:
            for reason in line.line_price.reasons:
                yield Obstacle(reason.code, say(reason), line.name)
        for warning in line.warnings.all():
            if warning.level == LineWarning.Level.MUST_CHANGE or warning.accepted_at is None:
                yield Obstacle(warning.level, say(_reason(warning.reason)), line.name)


def _of_order(order: Order) -> Iterable[Obstacle]:
    """What the shop wants to look at. Reasons that name a line stand with it."""
    for data in order.review_reasons:
        reason = _reason(data)
        yield Obstacle(reason.code, say(reason), reason.params.get("line", ""))
    if order.price:
        for reason in order.price.reasons:
            yield Obstacle(reason.code, say(reason))


def _reason(data: dict[str, object]) -> Reason:
    return Reason.model_validate(data)
