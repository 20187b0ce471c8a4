"""What was offered or placed, as plain data: what an acceptance is about, and what can be recomputed years later."""

from datetime import date
from typing import Any

from accounts.models import Shop
from orders.models import Order, OrderLine


def snapshot(order: Order, shop: Shop, valid_until: date | None = None) -> dict[str, Any]:
    lines = order.lines.filter(left_out=False).select_related("part__file", "part__measurement")
    return {
        "order": order.public_id,
        "price_list": {"number": order.price_list.number, "sha256": order.price_list.sha256},
        "lines": [_line(line) for line in lines],
        "breakdown": order.breakdown,
        "net": str(order.net),
        "tax": str(order.tax),
        "total": str(order.total),
        "currency": order.currency,
        "shipping_method": order.shipping_method,
        "shipping_address": order.shipping_address,
        "billing_address": order.billing_address,
        "contact": order.contact,
        "terms_version": shop.terms_version,
        "valid_until": valid_until.isoformat() if valid_until else None,
    }


def _line(line: OrderLine) -> dict[str, Any]:
    part = line.part
    return {
        "position": line.position,
        "name": line.name,
        "file_sha256": part.file.sha256 if part else None,
        "measured": part.measurement.result if part else None,
        "selection": line.selection,
        "quantity": line.quantity,
        "note": line.note,
        "alternative_group": line.alternative_group,
        "state": line.state,
        "price": line.price,
        "override": None if line.override is None else str(line.override),
        "net": None if line.net is None else str(line.net),
    }
