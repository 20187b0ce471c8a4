"""The ways in which an order can reach its customer, with what each costs there."""

from dataclasses import dataclass
from decimal import Decimal

from orders import pricing
from orders.models import Order
from orders.words import say
from quoting.geometry.values import Reason
from quoting.pricing.catalogue import Catalogue, ShippingMethod, by_key
from quoting.pricing.contract import Component, LineRequest, OrderTerms
from quoting.pricing.shipping import Shipping, shipping
from quoting.services import shape_of

# What counts towards the value from which shipping is free, beside the lines.
OF_THE_GOODS = ("minimum_order", "promo", "discount")


@dataclass(frozen=True, slots=True)
class ShippingOption:
    key: str
    name: str
    pickup: bool
    days: str
    price: Decimal | None  # None: to be quoted, or not known yet
    reason: Reason | None = None

    @property
    def text(self) -> str:
        """How long it takes, or why there is no price."""
        return say(self.reason) if self.reason else self.days

    @property
    def is_served(self) -> bool:
        return self.reason is None or self.reason.params["cause"] != "country_not_served"


def method_of(order: Order) -> ShippingMethod | None:
    return by_key(order.price_list.catalogue.shipping, order.shipping_method)


def options(order: Order, country: str) -> list[ShippingOption]:
    """Every method of the shop, with its price to a country. Where none goes there, the shop quotes the chosen one."""
    catalogue = order.price_list.catalogue
    requests = _requests(order, catalogue)
    return [_option(method, _charge(order, catalogue, requests, method, country)) for method in catalogue.shipping]


def _requests(order: Order, catalogue: Catalogue) -> list[LineRequest]:
    """What is sent: fees weigh nothing."""
    lines = pricing.with_shapes(order.lines.filter(left_out=False, part__isnull=False))
    return [
        LineRequest(
            line=line.pk,
            file=line.part.file.sha256,
            measured=shape_of(line.part.measurement, catalogue),
            selection=line.choice,
            quantity=line.quantity,
            refused=line.part.measurement.is_refused,
        )
        for line in lines
        if line.part
    ]


def _charge(
    order: Order, catalogue: Catalogue, requests: list[LineRequest], method: ShippingMethod, country: str
) -> Shipping:
    price = order.price
    if price is None:
        return None
    lines = {line.line: line for line in price.lines}
    known = [request for request in requests if request.line in lines]
    extras = sum((c.amount for c in price.components if c.code in OF_THE_GOODS), Decimal(0))
    value = sum((line.net for line in price.lines), extras)
    terms = OrderTerms(shipping_method=method.key, country=country)
    return shipping(catalogue, known, [lines[request.line] for request in known], terms, value)


def _option(method: ShippingMethod, charge: Shipping) -> ShippingOption:
    return ShippingOption(
        key=method.key,
        name=method.name,
        pickup=method.pickup,
        days=method.days,
        price=charge.amount if isinstance(charge, Component) else None,
        reason=charge if isinstance(charge, Reason) else None,
    )
