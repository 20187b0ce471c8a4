"""The only way from an address of the back office to an order."""

from django.http import Http404

from orders.models import Order, Status


def submitted_order(number: int) -> Order:
    """An order that the shop has; drafts are none of it yet."""
    order = (
        Order.objects.exclude(status=Status.DRAFT)
        .select_related("customer", "company", "owner", "price_list")
        .filter(number=number)
        .first()
    )
    if order is None:
        raise Http404
    return order
