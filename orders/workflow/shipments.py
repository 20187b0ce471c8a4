"""What of an order was sent, line by line."""

from collections.abc import Mapping
from datetime import datetime

from django.db.models import Sum

from orders.models import Order, OrderLine, Shipment, ShipmentLine
from orders.workflow.actors import Actor


def open_quantities(order: Order) -> dict[OrderLine, int]:
    """How many pieces of each line have not been sent. Fees are not sent."""
    lines = order.lines.filter(left_out=False, counts=True, part__isnull=False)
    sent = dict(
        ShipmentLine.objects.filter(line__order=order).order_by().values_list("line").annotate(many=Sum("quantity"))
    )
    return {line: line.quantity - sent.get(line.pk, 0) for line in lines if line.quantity > sent.get(line.pk, 0)}


def send(
    order: Order,
    quantities: Mapping[OrderLine, int],
    actor: Actor,
    now: datetime,
    *,
    key: str,
    carrier: str = "",
    tracking: str = "",
) -> Shipment:
    shipment = Shipment.objects.create(
        order=order, key=key, carrier=carrier, tracking=tracking, at=now, actor_id=actor.user_id
    )
    ShipmentLine.objects.bulk_create(
        ShipmentLine(shipment=shipment, line=line, quantity=many) for line, many in quantities.items()
    )
    return shipment


def send_rest(order: Order, actor: Actor, now: datetime, *, carrier: str = "", tracking: str = "") -> None:
    """All that is left. An order that is shipped once more, after it had gone back, has nothing left."""
    if rest := open_quantities(order):
        send(order, rest, actor, now, key=f"ship:{order.version}", carrier=carrier, tracking=tracking)
