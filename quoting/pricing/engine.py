"""From lines and a catalogue to prices: pure functions, the same input gives the same cents for ever.

The order of the calculation is that of pricing.md: steps 1 to 5 per line in `line`, step 6 here, in `shipping` and
in `taxes`. What a line lacks for a price is found in `judge`; formulas per technology are listed in `technologies`.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal, localcontext

from quoting.geometry.values import Reason
from quoting.pricing.amounts import ARITHMETIC, component, rounded, total, unit_price
from quoting.pricing.by_hand import discount, fee, line_by_hand
from quoting.pricing.catalogue import Catalogue, by_key
from quoting.pricing.contract import (
    Component,
    GridCell,
    LinePrice,
    LineRequest,
    OneOffs,
    OrderBreakdown,
    OrderTerms,
    PriceState,
)
from quoting.pricing.job import Job
from quoting.pricing.judge import Reasons
from quoting.pricing.line import assess, price_job, unpriced
from quoting.pricing.shipping import shipping
from quoting.pricing.taxes import sums_by_class, taken_out, tax_lines, taxed_elsewhere

USUAL_QUANTITIES = (1, 2, 5, 10, 25, 50, 100)

NO_ONE_OFFS = OneOffs(startup=False, per_model=False)


def price_order(catalogue: Catalogue, lines: Sequence[LineRequest], terms: OrderTerms) -> OrderBreakdown:
    """The price of a whole order; the lines in the order of their positions.

    Raises ValueError when two lines have the same number.
    """
    if len({request.line for request in lines}) != len(lines):
        raise ValueError("two lines with the same number")
    with localcontext(ARITHMETIC):
        return _price_order(catalogue, lines, terms)


def price_line(catalogue: Catalogue, request: LineRequest, one_offs: OneOffs, terms: OrderTerms) -> LinePrice:
    """The price of one line, told which one-off charges fall on it (`allot` knows)."""
    with localcontext(ARITHMETIC):
        if request.fee:
            return fee(catalogue, request)
        verdict = assess(catalogue, request)
        if isinstance(verdict, Job):
            computed = price_job(request.line, verdict, one_offs, terms.price_level_percent)
        else:
            computed = unpriced(request.line, verdict, _tax_class(catalogue, request))
        return line_by_hand(catalogue, request, computed)


def allot(catalogue: Catalogue, lines: Sequence[LineRequest]) -> tuple[OneOffs, ...]:
    """Which one-off charges fall on which line (steps 2 and 3).

    Start-up falls on the first line by position that uses the material, programming on the first of a file and process.
    Lines without a price are passed over: else what falls on them would be charged to nobody.
    """
    used: set[tuple[str, ...]] = set()
    allotted = []
    with localcontext(ARITHMETIC):
        for request in lines:
            if not isinstance(assess(catalogue, request), Job):
                allotted.append(NO_ONE_OFFS)
                continue
            allotted.append(one_offs_after(used, request))
            used.update(_uses(request))
    return tuple(allotted)


def used_by(catalogue: Catalogue, lines: Sequence[LineRequest]) -> set[tuple[str, ...]]:
    """The materials and models of lines with a price: what a later line with the same need not pay again."""
    with localcontext(ARITHMETIC):
        return {use for line in lines if isinstance(assess(catalogue, line), Job) for use in _uses(line)}


def one_offs_after(used: set[tuple[str, ...]], request: LineRequest) -> OneOffs:
    """Which one-off charges fall on a line with a price, after lines that have used so much."""
    material, model = _uses(request)
    return OneOffs(startup=material not in used, per_model=model not in used)


def _uses(request: LineRequest) -> tuple[tuple[str, ...], tuple[str, ...]]:
    process = request.selection.process
    return ("material", process, request.selection.material), ("model", process, request.file)


def grid(
    catalogue: Catalogue,
    lines: Sequence[LineRequest],
    line_id: int,
    terms: OrderTerms,
    quantities: Iterable[int] = USUAL_QUANTITIES,
) -> tuple[GridCell, ...]:
    """One line's price for every lead time × the quantities and the asked one, the other lines held fixed.

    Lead times in the catalogue's order, quantities rising. Empty when the line has no price.
    Raises KeyError for a line that is not there and ValueError for a quantity out of bounds.
    """
    index = next((index for index, request in enumerate(lines) if request.line == line_id), None)
    if index is None:
        raise KeyError(line_id)
    asked = lines[index]
    process = by_key(catalogue.processes, asked.selection.process)
    lead_times = process.lead_times if process else ()
    amounts = sorted({*quantities, asked.quantity})
    cells = []
    for lead_time in lead_times:
        selection = asked.selection.model_copy(update={"lead_time": lead_time.key})
        timed = asked.model_copy(update={"selection": selection})
        one_offs = allot(catalogue, [*lines[:index], timed])[index]
        for quantity in amounts:
            request = LineRequest(**{**dict(timed), "quantity": quantity})  # validated, unlike model_copy
            price = price_line(catalogue, request, one_offs, terms)
            if price.state == "priced":
                cells.append(_cell(price, quantity, lead_time.key))
    return tuple(cells)


def _cell(price: LinePrice, quantity: int, lead_time: str) -> GridCell:
    unit = unit_price(price.net, quantity)
    return GridCell(quantity=quantity, lead_time=lead_time, days=price.days, net=price.net, unit=unit)


def _price_order(catalogue: Catalogue, lines: Sequence[LineRequest], terms: OrderTerms) -> OrderBreakdown:
    """Step 6: minimum order values, promo code, shipping, tax, total."""
    currency, zero = catalogue.currency, rounded(Decimal(0), catalogue.currency)
    allotted = zip(lines, allot(catalogue, lines), strict=True)
    priced = tuple(price_line(catalogue, request, one_offs, terms) for request, one_offs in allotted)
    minimums = _minimum_orders(catalogue, lines, priced)
    catalogue, priced, minimums = taxed_elsewhere(catalogue, priced, minimums, terms)
    goods = sum((line.net for line in priced), zero) + total([item for _, item in minimums], currency)
    charges = _promo(terms, goods, currency)
    charges += discount(terms, goods + total(charges, currency), currency)
    sent = shipping(catalogue, lines, priced, terms, goods + total(charges, currency))
    charges += (sent,) if isinstance(sent, Component) else ()
    sums = sums_by_class(catalogue, priced, minimums, charges)
    removed = taken_out(catalogue, sums) if terms.is_without_tax and catalogue.prices_gross else ()
    taxes = tax_lines(catalogue, sums, exempt=terms.is_without_tax)
    net, tax = sum((line.base for line in taxes), zero), sum((line.tax for line in taxes), zero)
    reasons = (sent,) if isinstance(sent, Reason) else ()
    return OrderBreakdown(
        state=_order_state(priced, reasons),
        currency=currency,
        prices_gross=catalogue.prices_gross,
        lines=priced,
        components=(*(item for _, item in minimums), *charges, *removed),
        net=net,
        taxes=taxes,
        tax=tax,
        gross=net + tax,
        days=max((line.days for line in priced), default=0),
        reasons=reasons,
        vat=terms.vat,
    )


def _minimum_orders(
    catalogue: Catalogue, lines: Sequence[LineRequest], priced: Sequence[LinePrice]
) -> tuple[tuple[str, Component], ...]:
    """Tax class and component max(0, minimum − its lines' sum) of each process, as each has its own machine.

    Only for machines with a priced line: the others are looked at by the shop anyway.
    """
    found = []
    for process in catalogue.processes:
        pairs = zip(lines, priced, strict=True)
        nets = [price.net for line, price in pairs if line.selection.process == process.key and price.state == "priced"]
        so_far, machine = sum(nets, Decimal(0)), process.machine
        if nets and so_far < machine.minimum_order:
            names = {"process": process.key, "name": process.name}
            told = {"minimum": machine.minimum_order, "sum": so_far}
            lacking = machine.minimum_order - so_far
            top_up = component("minimum_order", lacking, catalogue.currency, **names, **told)
            found.append((process.tax_class, top_up))
    return tuple(found)


def _promo(terms: OrderTerms, goods: Decimal, currency: str) -> tuple[Component, ...]:
    """The promo code's percent of lines and minimum order values, not of shipping."""
    if terms.promo is None or not goods:
        return ()
    percent = -terms.promo.percent
    return (component("promo", goods * percent / 100, currency, promo=terms.promo.code, percent=percent, base=goods),)


def _order_state(lines: Sequence[LinePrice], reasons: Reasons) -> PriceState:
    states = {line.state for line in lines}
    if reasons or "to_be_quoted" in states:
        return "to_be_quoted"
    return "working" if "working" in states else "priced"


def _tax_class(catalogue: Catalogue, request: LineRequest) -> str:
    process = by_key(catalogue.processes, request.selection.process)
    return process.tax_class if process else catalogue.taxes[0].tax_class
