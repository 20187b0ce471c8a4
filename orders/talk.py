"""Messages and shipments of an order as its pages show them."""

from orders.models import Message, Order, Shipment


def thread_of(order: Order, *, internal: bool) -> list[Message]:
    found = order.messages.select_related("author").prefetch_related("attachments")
    return list(found if internal else found.filter(internal=False))


def shipments_of(order: Order) -> list[Shipment]:
    return list(order.shipments.prefetch_related("lines__line"))
