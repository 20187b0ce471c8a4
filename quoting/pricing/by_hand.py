"""What the shop sets by hand: the price of a line in place of the computed one, fees, discounts, the price of shipping.

A price set by hand is the whole price of its line: mark-ups, discounts of quantity and price level, and minimums are
the formulas' business. Order discounts, minimum order values and taxes count it like any other.
"""

from decimal import Decimal

from quoting.pricing.amounts import component
from quoting.pricing.catalogue import Catalogue
from quoting.pricing.contract import Component, LinePrice, LineRequest, OrderTerms


def line_by_hand(catalogue: Catalogue, request: LineRequest, computed: LinePrice) -> LinePrice:
    """The line at the price set by hand, if there is one; the computed price stands beside it."""
    days = computed.days if request.days is None else request.days
    if request.by_hand is None:
        return computed.model_copy(update={"days": days}) if computed.state == "priced" else computed
    set_price = component("by_hand", request.by_hand, catalogue.currency)
    return LinePrice(
        line=request.line,
        state="priced",
        components=(set_price,),
        net=set_price.amount,
        tax_class=computed.tax_class,
        days=days,
        computed=computed,
    )


def fee(catalogue: Catalogue, request: LineRequest) -> LinePrice:
    """A charge of the shop without a model. Raises ValueError when it has no amount."""
    if request.by_hand is None:
        raise ValueError("a fee without an amount")
    amount = component("fee", request.by_hand, catalogue.currency)
    known = {rate.tax_class for rate in catalogue.taxes}
    tax_class = request.tax_class if request.tax_class in known else catalogue.taxes[0].tax_class
    return LinePrice(
        line=request.line, state="priced", components=(amount,), net=amount.amount, tax_class=tax_class, days=0
    )


def discount(terms: OrderTerms, goods: Decimal, currency: str) -> tuple[Component, ...]:
    """The shop's discount on lines, minimum order values and promo code, not on shipping; never more than these."""
    given = terms.discount
    if given is None or goods <= 0:
        return ()
    if given.percent is not None:
        told = {"percent": -given.percent, "base": goods}
        return (component("discount", -goods * given.percent / 100, currency, name=given.label, **told),)
    assert given.amount is not None, "validated by Discount"
    return (component("discount", -min(given.amount, goods), currency, name=given.label),)
