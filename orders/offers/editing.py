"""What the shop changes on an order that is not agreed yet: lines, prices set by hand, fees, terms.

Each verb goes through the door `edit`, so prices follow and the history says what was changed from what to what.
While a firm offer is open all of it is a working copy: outside the offer's revision is seen until a new one is sent.
"""

from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Max

from orders.models import Order, OrderLine
from orders.selection import choose, valid
from orders.workflow.actors import Actor
from orders.workflow.deed import Refused
from orders.workflow.door import edit
from orders.workflow.snapshot import plain
from quoting.models import Part
from quoting.pricing.contract import Selection


@dataclass(frozen=True, slots=True)
class LineTerms:
    """What the shop says of a line beside what the customer chose."""

    name: str
    quantity: int
    note: str
    override: Decimal | None = None  # the price of the whole line
    override_reason: str = ""
    lead_days: int | None = None
    staff_note: str = ""
    alternative_group: str = ""
    price_hidden: bool = False
    left_out: bool = False
    needs_adjusting: bool = False


@dataclass(frozen=True, slots=True)
class Terms:
    """What the shop says of the whole order."""

    shipping_method: str
    shipping_price: Decimal | None = None
    discount_percent: Decimal | None = None
    discount_amount: Decimal | None = None
    discount_label: str = ""
    offer_note: str = ""
    staff_note: str = ""


def change_line(
    order_id: int,
    line_id: int,
    terms: LineTerms,
    *,
    choice: Selection | None = None,
    actor: Actor,
    version: int | None = None,
) -> None:
    """Take over what the shop says of a line; `choice` is None for a fee. Raises Refused."""
    told: dict[str, Any] = {}
    with edit(order_id, actor=actor, version=version, told=told) as order:
        line = _line(order, line_id)
        if terms.override is not None and not terms.override_reason and not line.is_fee:
            raise Refused("missing", fields="override_reason")
        if line.is_fee and terms.override is None:
            raise Refused("missing", fields="override")
        before = {**asdict(_terms_of(line)), **line.selection}
        if choice is not None and not line.is_fee:
            _choose(order, line, choice)
        for name, value in asdict(terms).items():
            setattr(line, name, value)
        line.save()
        told |= {"line": line.name, "changed": changed(before, {**asdict(terms), **line.selection})}


def replace_model(order_id: int, line_id: int, part: Part, *, actor: Actor, version: int | None = None) -> None:
    """Another file for a line; what was chosen for it stays."""
    told: dict[str, Any] = {}
    with edit(order_id, actor=actor, version=version, told=told) as order:
        line = _line(order, line_id)
        if line.is_fee:
            raise Refused("changed_meanwhile", status=order.status)
        told |= {"line": line.name, "changed": changed({"model": line.name}, {"model": part.name})}
        line.part, line.name, line.quote_by_hand = part, part.name, False
        line.save()


def add_fee(
    order_id: int, name: str, amount: Decimal, *, tax_class: str = "", actor: Actor, version: int | None = None
) -> None:
    """A charge without a model: inspection, tooling, express. At most as many lines as an order may have."""
    told: dict[str, Any] = {}
    with edit(order_id, actor=actor, version=version, told=told) as order:
        position = (order.lines.aggregate(last=Max("position"))["last"] or 0) + 1
        given = {"tax_class": tax_class} if tax_class else {}
        OrderLine.objects.create(order=order, position=position, name=name, override=amount, **given)
        told |= {"line": name, "changed": changed({"fee": None}, {"fee": amount})}


def remove_line(order_id: int, line_id: int, *, actor: Actor, version: int | None = None) -> None:
    """A line that nobody outside has seen is deleted; one that stands in a revision is left out of what is offered."""
    told: dict[str, Any] = {}
    with edit(order_id, actor=actor, version=version, told=told) as order:
        line = _line(order, line_id)
        told |= {"line": line.name, "changed": changed({"left_out": False}, {"left_out": True})}
        if line.pk in _ever_offered(order):
            line.left_out = True
            line.save(update_fields=["left_out"])
        else:
            line.delete()


def change_terms(order_id: int, terms: Terms, *, actor: Actor, version: int | None = None) -> None:
    """Take over what the shop says of the whole order."""
    told: dict[str, Any] = {}
    with edit(order_id, actor=actor, version=version, told=told) as order:
        before = {name: getattr(order, name) for name in asdict(terms)}
        for name, value in asdict(terms).items():
            setattr(order, name, value)
        told["changed"] = changed(before, asdict(terms))


def changed(before: dict[str, Any], after: dict[str, Any]) -> dict[str, list[Any]]:
    """Fields that are different, each with its old and new value, as the history keeps them."""
    pairs = {name: [plain(before.get(name)), plain(value)] for name, value in after.items()}
    return {name: pair for name, pair in pairs.items() if (pair[0] or "") != (pair[1] or "")}


def _line(order: Order, line_id: int) -> OrderLine:
    line = order.lines.select_related("part__file", "part__measurement").filter(pk=line_id).first()
    if line is None:
        raise Refused("changed_meanwhile", status=order.status)
    return line


def _terms_of(line: OrderLine) -> LineTerms:
    return LineTerms(**{name: getattr(line, name) for name in LineTerms.__slots__})


def _choose(order: Order, line: OrderLine, choice: Selection) -> None:
    try:
        choose(line, valid(order.price_list.catalogue, choice))
    except KeyError:
        raise Refused("changed_meanwhile", status=order.status) from None


def _ever_offered(order: Order) -> set[int]:
    return {line["id"] for offer in order.offers.all() for line in offer.snapshot["lines"]}
