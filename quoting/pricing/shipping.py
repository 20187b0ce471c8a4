"""Shipping by weight or value bands and country (step 6 of pricing.md)."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from quoting.geometry.values import Reason
from quoting.pricing.amounts import component
from quoting.pricing.catalogue import Catalogue, ShippingBand, ShippingMethod, by_key
from quoting.pricing.contract import Component, LinePrice, LineRequest, OrderTerms
from quoting.pricing.judge import weight_kg

_GRAM = Decimal("0.001")

Shipping = Component | Reason | None


def shipping(
    catalogue: Catalogue, requests: Sequence[LineRequest], lines: Sequence[LinePrice], terms: OrderTerms, value: Decimal
) -> Shipping:
    """The charge; a reason why it is to be quoted; or None while method, country, weights or prices are not known yet.

    `value` is what the goods cost after minimum order values and promo code: from `free_from` on shipping is free.
    """
    if not terms.shipping_method or not any(line.state == "priced" for line in lines):
        return None
    method = by_key(catalogue.shipping, terms.shipping_method)
    if method is None:
        return _to_be_quoted(terms.shipping_method, "method_gone")
    if terms.shipping_price is not None:
        price = terms.shipping_price
        return component("shipping", price, catalogue.currency, method=method.key, name=method.name, by_hand=price)
    if method.pickup:
        return _charge(catalogue, method, value, Decimal(0))
    if not terms.country:
        return None
    if method.countries and terms.country not in method.countries:
        return _to_be_quoted(method.name, "country_not_served")
    if method.by_value:
        return _charge(catalogue, method, value, Decimal(0))
    weights = [Decimal(0) if request.fee else weight_kg(catalogue, request) for request in requests]
    without = [line for line, weight in zip(lines, weights, strict=True) if weight is None]
    if without:
        known_later = all(line.state == "working" for line in without)
        return None if known_later else _to_be_quoted(method.name, "weight_unknown")
    weight = sum((weight for weight in weights if weight is not None), Decimal(0))
    return _charge(catalogue, method, value, weight.quantize(_GRAM, ROUND_HALF_UP))


def _charge(catalogue: Catalogue, method: ShippingMethod, value: Decimal, weight: Decimal) -> Component | Reason:
    band = next((band for band in method.bands if _holds(band, weight, value)), None)
    if band is None:
        return _to_be_quoted(method.name, "too_dear" if method.by_value else "too_heavy")
    inputs: dict[str, Decimal | str] = {"method": method.key, "name": method.name, "price": band.price}
    if band.up_to_value is not None:
        inputs |= {"value": value, "up_to_value": band.up_to_value}
    elif band.up_to_kg is not None and not method.pickup:
        inputs |= {"weight_kg": weight, "up_to_kg": band.up_to_kg}
    price = band.price
    if method.free_from is not None and value >= method.free_from:
        price = Decimal(0)
        inputs |= {"free_from": method.free_from}
    return component("shipping", price, catalogue.currency, **inputs)


def _holds(band: ShippingBand, weight: Decimal, value: Decimal) -> bool:
    if band.up_to_value is not None:
        return value <= band.up_to_value
    return band.up_to_kg is not None and weight <= band.up_to_kg


def _to_be_quoted(method: str, cause: str) -> Reason:
    return Reason(code="shipping_to_be_quoted", params={"method": method, "cause": cause})
