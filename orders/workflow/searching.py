"""What an order is found by: number, customer, company, e-mail, part names, PO numbers, tracking numbers, references."""

from collections.abc import Iterable

from orders.models import Order, OrderText

# After these deeds an order may be found by more than before.
SAYS_MORE = {
    "submit_for_review",
    "place",
    "send_firm_offer",
    "accept_offer",
    "record_acceptance",
    "provide_po",
    "ship",
}


def remember(order: Order) -> None:
    """Write anew what a submitted order is found by, in the caller's transaction."""
    if order.is_draft:
        return
    OrderText.objects.update_or_create(order=order, defaults={"text": folded(words_of(order))})


def folded(words: Iterable[str]) -> str:
    """In lower case, as queries are; a line each, so that nothing is found across two of them."""
    return "\n".join(dict.fromkeys(" ".join(word.split()).lower() for word in words if word))


def words_of(order: Order) -> list[str]:
    customer, company = order.customer, order.company
    return [
        f"#{order.number}",
        order.contact.get("name", ""),
        order.contact.get("email", ""),
        *((customer.name, customer.email) if customer else ()),
        company.name if company else "",
        order.customer_reference,
        order.tracking,
        *(po.number for po in order.purchase_orders.all()),
        *(line.name for line in order.lines.all()),
    ]
