"""Arithmetic of money and measured figures: the one place where anything is rounded."""

import math
from collections.abc import Sequence
from decimal import (
    ROUND_FLOOR,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    Context,
    Decimal,
    DivisionByZero,
    InvalidOperation,
    Overflow,
)

from quoting.pricing.contract import Component

# Prices are worked out in this context, so that a caller's own decimal context cannot change a cent.
ARITHMETIC = Context(prec=28, rounding=ROUND_HALF_EVEN, traps=[InvalidOperation, DivisionByZero, Overflow])

# ISO 4217: decimal places of the currencies that do not have two.
_NO_PLACES = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split()
_THREE_PLACES = "BHD IQD JOD KWD LYD OMR TND".split()
PLACES = dict.fromkeys(_NO_PLACES, 0) | dict.fromkeys(_THREE_PLACES, 3)

_MEASURED_STEP = Decimal("0.001")
_UNIT_PRICE_STEP = Decimal("0.0001")


def minor_unit(currency: str) -> Decimal:
    """The smallest amount of a currency: 0.01 for EUR, 1 for JPY."""
    return Decimal(1).scaleb(-PLACES.get(currency, 2))


def rounded(amount: Decimal, currency: str) -> Decimal:
    """Half-up to the minor unit; decimal's ROUND_HALF_UP takes a negative half away from zero, as the spec wants."""
    return amount.quantize(minor_unit(currency), ROUND_HALF_UP) + 0  # + 0: no negative zero


def measured(value: float) -> Decimal:
    """A measured float as a Decimal with three places: 1/1000 of a mm, mm², mm³ or second.

    Coordinates of an STL are 32-bit floats: without this a height of 20.000001 mm would need one layer more than 20 mm.
    NaN and infinity are 0: nothing was measured, and whoever asks refuses a 0.
    """
    if not math.isfinite(value):
        return Decimal(0)
    return Decimal(str(value)).quantize(_MEASURED_STEP, ROUND_HALF_UP)


def plain(value: Decimal | int | str) -> str:
    """How values are written into `Component.inputs`: no exponent, no trailing zeros."""
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return str(value)


def component(code: str, exact: Decimal, currency: str, **inputs: Decimal | int | str) -> Component:
    """A component with its amount rounded, here and nowhere else."""
    texts = {name: plain(value) for name, value in inputs.items()}
    return Component(code=code, inputs=texts | {"currency": currency}, amount=rounded(exact, currency))


def total(components: Sequence[Component], currency: str) -> Decimal:
    """The sum of rounded amounts, with the currency's places even if there are none."""
    return sum((item.amount for item in components), rounded(Decimal(0), currency))


def unit_price(net: Decimal, quantity: int) -> Decimal:
    """The derived price of one copy, to four decimals: to be shown, never to be multiplied back."""
    return ARITHMETIC.divide(net, Decimal(quantity)).quantize(_UNIT_PRICE_STEP, ROUND_HALF_UP, ARITHMETIC)


def spread(amount: Decimal, weights: Sequence[Decimal], currency: str) -> list[Decimal]:
    """Split `amount` (a whole number of minor units) by weight, by largest remainder: the shares add up to it exactly.

    Equal remainders are served in the order of the weights. Weights that add up to 0 give all to the first.
    Raises ValueError when there are no weights.
    """
    if not weights:
        raise ValueError("nothing to spread over")
    whole = sum(weights, Decimal(0))
    if whole == 0:
        return [amount] + [rounded(Decimal(0), currency)] * (len(weights) - 1)
    step = minor_unit(currency)
    exact = [amount * weight / whole for weight in weights]
    shares = [share.quantize(step, ROUND_FLOOR) + 0 for share in exact]
    missing = int((amount - sum(shares)) / step)
    by_remainder = sorted(range(len(weights)), key=lambda index: shares[index] - exact[index])
    for index in by_remainder[:missing]:
        shares[index] += step
    return shares
