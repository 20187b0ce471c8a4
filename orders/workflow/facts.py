"""What the mails about an order say: plain values, frozen in the row when the deed is done (notifications.facts)."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils import translation

from accounts.countries import COUNTRIES
from orders.models import OfferRevision, Order, OrderLine, Status
from orders.words import say_where
from orders.workflow.snapshot import as_seen
from quoting import pricing_words
from quoting.geometry.values import Reason
from quoting.pricing.catalogue import Catalogue, by_key


def facts(order: Order, audience: str, language: str, *, before: str, after: str, **more: Any) -> dict[str, Any]:
    """All that a mail to either side carries. `more` is what the event itself adds (a note, an amount)."""
    order = as_seen(order)
    with translation.override(language):
        return {
            "number": order.number,
            "path": _path(order, audience),
            "from": before,
            "from_label": str(Status(before).label),
            "to": after,
            "to_label": str(Status(after).label),
            "payment_status": str(order.payment_status.label),
            "currency": order.currency,
            "lines": _lines(order, audience),
            "price_hidden": order.price_hidden and audience == "customer",
            "net": str(order.net),
            "tax": str(order.tax),
            "total": str(order.total),
            **_order_price(order),
            "customer": {
                "name": order.contact.get("name", ""),
                "company": order.company.name if order.company else "",
                "email": order.contact.get("email", ""),
                "phone": order.contact.get("phone", ""),
            },
            "shipping_address": [] if order.is_pickup else address_lines(order.shipping_address),
            "reference": order.customer_reference,
            "customer_note": order.customer_note,
            "reasons": [say_where(Reason.model_validate(reason)) for reason in order.review_reasons],
            "promised": order.promised_date.isoformat() if order.promised_date else "",
            "balance": str(order.balance),
            "amount_asked": str(order.amount_asked),
            "due": order.payment_due.isoformat() if order.payment_due else "",
            "carrier": order.carrier,
            "tracking": order.tracking,
            **_offer(order),
            **{name: value for name, value in more.items() if value not in ("", None)},
        }


def address_lines(address: dict[str, str]) -> list[str]:
    town = f"{address.get('postcode', '')} {address.get('city', '')}".strip()
    names = ("company_name", "name", "street", "extra")
    country = str(COUNTRIES.get(address.get("country", ""), ""))
    rest = [address.get(name, "") for name in names] + [town, address.get("region", ""), country]
    return [line for line in rest if line]


def _path(order: Order, audience: str) -> str:
    if audience == "shop":
        return reverse("bo_order", args=[order.number])
    return reverse("order", args=[order.public_id])


def _lines(order: Order, audience: str) -> list[dict[str, Any]]:
    catalogue = order.price_list.catalogue
    return [_line(line, catalogue, audience) for line in order.offered_lines]


def part_lines(order: Order, quantities: Mapping[OrderLine, int]) -> list[dict[str, Any]]:
    """Of a part of the order: what is in it, without prices, which are those of whole lines."""
    catalogue = order.price_list.catalogue
    return [
        {**_line(line, catalogue, "customer"), "quantity": many, "price": None, "state": "part"}
        for line, many in quantities.items()
    ]


def _line(line: OrderLine, catalogue: Catalogue, audience: str) -> dict[str, Any]:
    choice = line.choice
    process = by_key(catalogue.processes, choice.process)
    material = by_key(process.materials, choice.material) if process else None
    finish = by_key(process.finishes, choice.finish) if process else None
    colour = by_key(material.colours, choice.colour) if material else None
    thumbnail = getattr(line.part.measurement, "thumbnail", None) if line.part else None
    hidden = line.price_hidden and audience == "customer"
    return {
        "name": line.name,
        "thumbnail": thumbnail.name if thumbnail else "",
        "process": process.name if process else "",
        "material": material.name if material else "",
        "finish": finish.name if finish else "",
        "colour": colour.name if colour else "",
        "quantity": line.quantity,
        "price": None if line.net is None or hidden else str(line.net),
        "state": line.state,
    }


def _order_price(order: Order) -> dict[str, Any]:
    """Tax per rate, shipping and the other components of the whole order."""
    price = order.price
    if price is None:
        return {}
    method = by_key(order.price_list.catalogue.shipping, order.shipping_method)
    amounts = {component.code: str(component.amount) for component in price.components}
    return {
        "taxes": [{"rate": str(tax.rate), "tax": str(tax.tax)} for tax in price.taxes],
        "shipping": {"name": method.name if method else "", "price": amounts.get("shipping")},
        "components": [
            {"label": pricing_words.component_label(component), "amount": str(component.amount)}
            for component in price.components
            if component.code != "shipping"
        ],
    }


def _offer(order: Order) -> dict[str, Any]:
    offer = order.offers.exclude(state=OfferRevision.State.BUDGET).last()
    if offer is None or offer.revision == 0:
        return {}
    return {
        "revision": offer.revision,
        "replaces": offer.revision - 1,
        "valid_until": offer.valid_until.isoformat() if offer.valid_until else "",
    }
