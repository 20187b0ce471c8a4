"""What was offered or placed, as plain data: what an acceptance is about, and what can be recomputed years later.

Until both sides agree, an order has two faces: the lines as the shop has them, which may be worked on, and its newest
revision, which is all that anybody outside sees.
"""

from copy import copy
from datetime import date
from decimal import Decimal
from typing import Any

from accounts.models import Shop
from orders import pricing
from orders.models import LineWarning, OfferRevision, Order, OrderLine
from quoting.models import Part, PriceListVersion
from quoting.pricing.vat import territory

# What a snapshot keeps of a line, and an accepted revision gives back to it.
LINE_FIELDS = (
    "position",
    "name",
    "part_id",
    "selection",
    "process",
    "material",
    "quantity",
    "note",
    "price",
    "state",
    "net",
    "tax_class",
    "override",
    "lead_days",
    "price_hidden",
    "alternative_group",
    "counts",
)
# The same of the order itself. Addresses are not among them: the customer completes them while the offer is open.
ORDER_FIELDS = (
    "currency",
    "breakdown",
    "priced_terms",
    "net",
    "tax",
    "total",
    "discount_percent",
    "discount_amount",
    "discount_label",
    "shipping_price",
    "offer_note",
)
MONEY = {"net", "tax", "total", "override", "discount_percent", "discount_amount", "shipping_price"}


def snapshot(order: Order, shop: Shop, valid_until: date | None = None) -> dict[str, Any]:
    lines = order.lines.filter(left_out=False).select_related("part__file", "part__measurement")
    lines = lines.prefetch_related("warnings")
    return {
        "order": order.public_id,
        "price_list": {"number": order.price_list.number, "sha256": order.price_list.sha256},
        "lines": [_line(line) for line in lines],
        **{name: plain(getattr(order, name)) for name in ORDER_FIELDS},
        "price_hidden": order.price_hidden,
        "shipping_method": order.shipping_method,
        "shipping_address": order.shipping_address,
        "billing_address": order.billing_address,
        "contact": order.contact,
        "customer_note": order.customer_note,
        "customer_reference": order.customer_reference,
        "terms_version": shop.terms_version,
        "valid_until": valid_until.isoformat() if valid_until else None,
    }


def _line(line: OrderLine) -> dict[str, Any]:
    part = line.part
    return {
        "id": line.pk,
        **{name: plain(getattr(line, name)) for name in LINE_FIELDS},
        "file_sha256": part.file.sha256 if part else None,
        "measured": part.measurement.result if part else None,
        "risks": [_risk(one) for one in line.warnings.all()],
    }


def _risk(warning: LineWarning) -> dict[str, Any]:
    at = warning.accepted_at.isoformat() if warning.accepted_at else None
    return {"level": warning.level, "reason": warning.reason, "accepted_at": at}


def plain(value: Any) -> Any:
    return str(value) if isinstance(value, Decimal) else value


def _given_back(values: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """The fields of a snapshot as the models have them. Revisions of an older form lack some: these stay as they are."""
    found = {name: values[name] for name in names if name in values}
    return {n: Decimal(v) if n in MONEY and v is not None else v for n, v in found.items()}


def as_seen(order: Order) -> Order:
    """The order as its customer sees it: until it is agreed, its newest revision with the addresses as they are now.

    A copy that is not to be saved; its lines stand in `frozen_lines`.
    """
    revision = None if order.acceptance_id or order.is_draft else order.offers.last()
    return order if revision is None else as_frozen(order, revision)


def as_frozen(order: Order, revision: OfferRevision) -> Order:
    """A copy of the order with lines, prices and terms of a revision; not to be saved."""
    seen, snap = copy(order), revision.snapshot
    for name, value in _given_back(snap, ORDER_FIELDS).items():
        setattr(seen, name, value)
    if snap["price_list"]["number"] != order.price_list.number:
        seen.price_list = PriceListVersion.objects.get(number=snap["price_list"]["number"])
    seen.frozen_lines = _frozen_lines(seen, snap["lines"])
    if _goes_elsewhere(order, snap):
        seen.shipping_price = None  # it was set for another way
        given = pricing.terms(seen)
        pricing.store_sums(seen, pricing.worked_out(seen, seen.frozen_lines, given), given)
    return seen


def _goes_elsewhere(order: Order, snap: dict[str, Any]) -> bool:
    """The customer chose another way of delivery since: shipping and tax follow."""
    was, now = snap["shipping_address"], order.shipping_address
    return (order.shipping_method, _where(now)) != (snap["shipping_method"], _where(was))


def _where(address: dict[str, str]) -> tuple[str, str]:
    """What shipping and tax look at."""
    country = address.get("country", "")
    return country, territory(country, address.get("postcode", ""))


def _frozen_lines(order: Order, lines: list[dict[str, Any]]) -> list[OrderLine]:
    parts = Part.objects.select_related("file", "measurement__thumbnail").prefetch_related("measurement__estimates")
    found = parts.in_bulk({line["part_id"] for line in lines if line.get("part_id")})
    made = []
    for line in lines:
        frozen = OrderLine(pk=line["id"], order=order, **_given_back(line, LINE_FIELDS))
        frozen.frozen_risks = line.get("risks", [])
        if frozen.part_id:
            frozen.part = found[frozen.part_id]
        made.append(frozen)
    return made


def restore(order: Order, revision: OfferRevision) -> None:
    """Make a locked order what a revision says: what was worked on since is gone, added lines are left out.

    The caller saves the order. A line that is in a revision is never deleted (orders.offers.editing), so all are there.
    """
    snap = revision.snapshot
    for name, value in _given_back(snap, ORDER_FIELDS).items():
        setattr(order, name, value)
    lines = {line.pk: line for line in order.lines.all()}
    order.lines.exclude(pk__in=[line["id"] for line in snap["lines"]]).update(left_out=True)
    for frozen in snap["lines"]:
        line = lines[frozen["id"]]
        for name, value in _given_back(frozen, LINE_FIELDS).items():
            setattr(line, name, value)
        line.left_out = False
        line.save()
    if _goes_elsewhere(order, snap):
        order.shipping_price = None
        pricing.reprice(order)


def alternatives(order: Order) -> dict[str, list[OrderLine]]:
    """The lines of each group of alternatives in what is offered."""
    groups: dict[str, list[OrderLine]] = {}
    for line in as_seen(order).offered_lines:
        if line.alternative_group:
            groups.setdefault(line.alternative_group, []).append(line)
    return groups
