"""Taxes: once per rate on the order's sum; order discounts and charges spread over the rates by value."""

from collections.abc import Sequence
from decimal import Decimal, localcontext

from quoting.pricing.amounts import ARITHMETIC, component, rounded, spread
from quoting.pricing.catalogue import Catalogue, TaxRate
from quoting.pricing.contract import Component, LinePrice, OrderBreakdown, OrderTerms, TaxLine

Sums = dict[str, Decimal]  # of amounts by tax class


def sums_by_class(
    catalogue: Catalogue,
    lines: Sequence[LinePrice],
    minimums: Sequence[tuple[str, Component]],
    charges: Sequence[Component],
) -> Sums:
    """What is taxed at each rate; rates without an amount are left out.

    `minimums` are minimum order values with their tax classes. `charges` (promo code, shipping) follow the goods: they
    are split by the value of what is taxed at each rate; without any value they go to the catalogue's first class.
    """
    sums = {rate.tax_class: rounded(Decimal(0), catalogue.currency) for rate in catalogue.taxes}
    for line in lines:
        sums[line.tax_class] += line.net
    for tax_class, item in minimums:
        sums[tax_class] += item.amount
    weights = list(sums.values())
    for item in charges:
        for tax_class, share in zip(sums, spread(item.amount, weights, catalogue.currency), strict=True):
            sums[tax_class] += share
    return {tax_class: amount for tax_class, amount in sums.items() if amount}


def taxed_elsewhere(
    catalogue: Catalogue,
    lines: tuple[LinePrice, ...],
    minimums: tuple[tuple[str, Component], ...],
    terms: OrderTerms,
) -> tuple[Catalogue, tuple[LinePrice, ...], tuple[tuple[str, Component], ...]]:
    """The same where another country's standard rate holds: for all classes, as nobody here knows its reduced ones."""
    if terms.vat is None or terms.vat.percent is None:
        return catalogue, lines, minimums
    first = catalogue.taxes[0].tax_class
    rate = TaxRate(tax_class=first, percent=terms.vat.percent)
    return (
        catalogue.model_copy(update={"taxes": (rate,)}),
        tuple(line.model_copy(update={"tax_class": first}) for line in lines),
        tuple((first, item) for _, item in minimums),
    )


def tax_lines(catalogue: Catalogue, sums: Sums, *, exempt: bool) -> tuple[TaxLine, ...]:
    """One line per rate: tax added to prices without tax, or taken out of prices with it; 0 % for exempt orders."""
    made = []
    for rate in catalogue.taxes:
        if rate.tax_class not in sums:
            continue
        amount, tax = sums[rate.tax_class], _tax(catalogue, sums[rate.tax_class], rate)
        base = amount - tax if catalogue.prices_gross else amount
        charged, percent = (tax * 0, Decimal(0)) if exempt else (tax, rate.percent)
        made.append(TaxLine(tax_class=rate.tax_class, rate=percent, base=base, tax=charged))
    return tuple(made)


def taken_out(catalogue: Catalogue, sums: Sums) -> tuple[Component, ...]:
    """For an exempt order at prices with tax: the tax that the prices contain, as negative components, one per rate."""
    made = []
    for rate in catalogue.taxes:
        base = sums.get(rate.tax_class, Decimal(0))
        if tax := _tax(catalogue, base, rate):
            told = {"percent": rate.percent, "base": base}
            made.append(component("tax_taken_out", -tax, catalogue.currency, tax_class=rate.tax_class, **told))
    return tuple(made)


def line_taxes(breakdown: OrderBreakdown) -> dict[int, Decimal]:
    """Each line's share of the tax, by line: largest remainder within its rate.

    What the order's components add to a rate takes a share too, so the lines' shares and theirs make the order's tax.
    """
    with localcontext(ARITHMETIC):
        shares = {line.line: rounded(Decimal(0), breakdown.currency) for line in breakdown.lines}
        for tax_line in breakdown.taxes:
            lines = [line for line in breakdown.lines if line.tax_class == tax_line.tax_class]
            weights = [line.net for line in lines]
            taxed = tax_line.base + (tax_line.tax if breakdown.prices_gross else 0)
            rest = taxed - sum(weights, Decimal(0))
            found = spread(tax_line.tax, [*weights, rest], breakdown.currency)
            shares |= {line.line: share for line, share in zip(lines, found, strict=False)}
    return shares


def _tax(catalogue: Catalogue, amount: Decimal, rate: TaxRate) -> Decimal:
    """The tax on an amount without it, or the tax within an amount with it."""
    whole = 100 + rate.percent if catalogue.prices_gross else Decimal(100)
    return rounded(amount * rate.percent / whole, catalogue.currency)
