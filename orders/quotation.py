"""What staff do to a quote that they are building for a customer: a draft like any other, with the customer chosen by them.

A key made with the form is the new draft's address: pressed twice, a button makes one quote.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from accounts.models import Address, User
from orders import drafts
from orders.imports import Wish, choice_of
from orders.models import Order, OrderLine, Status
from orders.selection import choose, first_fitting, valid
from orders.workflow.actors import Actor
from orders.workflow.deed import Refused
from orders.workflow.door import edit, locked
from quoting import services
from quoting.models import Part
from quoting.pricing.catalogue import Catalogue

KEY = re.compile(r"[A-Za-z0-9_-]{32}")  # as `new_public_id` makes them
IN_LIBRARY = 20
# What a line says that is copied with it, beside what was chosen.
OF_A_LINE = (
    "part",
    "name",
    "quantity",
    "note",
    "staff_note",
    "tax_class",
    "override",
    "override_reason",
    "lead_days",
    "quote_by_hand",
    "left_out",
    "alternative_group",
    "needs_adjusting",
)
OF_AN_ORDER = (
    "contact",
    "billing_address",
    "shipping_address",
    "shipping_method",
    "shipping_price",
    "discount_percent",
    "discount_amount",
    "discount_label",
    "offer_note",
    "staff_note",
)


def start(customer: User, *, actor: Actor, key: str) -> Order:
    """A new, empty quote for somebody, with what is known of them filled in."""
    with transaction.atomic():
        order, is_new = _begin(customer, actor, key)
        if is_new:
            with edit(order.pk, actor=actor) as fresh:
                _address(fresh, customer)
    return order


def copy(source: Order, *, actor: Actor, key: str) -> Order:
    """A new quote for the same customer with all that the source says: prices by hand, fees, alternatives, terms.

    Choices and computed prices are today's; what is no longer offered is replaced.
    """
    if source.customer is None:
        raise Refused("no_customer")
    with transaction.atomic():
        order, is_new = _begin(source.customer, actor, key)
        if is_new:
            with edit(order.pk, actor=actor) as fresh:
                for name in OF_AN_ORDER:
                    setattr(fresh, name, getattr(source, name))
                for position, line in enumerate(source.lines.select_related("part__measurement"), start=1):
                    _copied(line, fresh, position).save()
    return order


def set_customer(order_id: int, customer: User, *, actor: Actor, version: int | None = None) -> None:
    """The quote is for somebody else. Models that other orders use stay with whom they belong to: this one gets copies."""
    with edit(order_id, actor=actor, version=version) as order:
        if order.company_id != customer.company_id:
            _hand_over(order, customer)
        order.customer, order.company = customer, customer.company
        _address(order, customer)


def add_alternatives(
    order_id: int, line_id: int, quantities: Iterable[int], *, actor: Actor, version: int | None = None
) -> None:
    """Offer the same part in other quantities too, or once more to give it another material: the customer picks one."""
    with edit(order_id, actor=actor, version=version) as order:
        line = order.lines.select_related("part__measurement").filter(pk=line_id, part__isnull=False).first()
        if line is None:
            raise Refused("changed_meanwhile", status=order.status)
        wanted = list(quantities)
        if order.lines.count() + len(wanted) > drafts.MOST_LINES:
            raise Refused("too_many_lines", most=str(drafts.MOST_LINES))
        if not line.alternative_group:
            line.alternative_group = _free_group(order)
            line.save(update_fields=["alternative_group"])
        _make_room(order, line.position, len(wanted))
        for position, quantity in enumerate(wanted, start=line.position + 1):
            made = _copied(line, order, position)
            made.quantity = quantity
            made.override, made.override_reason = None, ""  # it was set for that quantity
            made.save()


def add_known_part(order_id: int, part: Part, *, actor: Actor) -> None:
    """A part that the customer has had before, as it was chosen then."""
    before = part.lines.exclude(order__status=Status.DRAFT).order_by("-pk").first()
    drafts.add_parts(order_id, [part], actor=actor)
    if before:
        added = Order.objects.get(pk=order_id).lines.filter(part=part).order_by("-position")[0]
        try:
            drafts.as_before(order_id, added.pk, before, actor=actor)
        except Refused:  # the process is no longer offered: it keeps what a new line starts with
            pass


def import_lines(order_id: int, wishes: Sequence[tuple[Part, Wish | None]], *, actor: Actor) -> list[str]:
    """A line for each part, as its row of the table says; what a row asks in vain is told."""
    problems: list[str] = []
    catalogue = services.current_price_list().catalogue
    wanted = []
    for part, wish in wishes:
        if wish is None:
            wanted.append(drafts.Wanted(part))
            continue
        usual = first_fitting(catalogue, services.shape_of(part.measurement, catalogue))
        choice = choice_of(catalogue, wish, usual, problems)
        wanted.append(drafts.Wanted(part, choice, wish.quantity, wish.note))
    drafts.add_lines(order_id, wanted, actor=actor)
    return problems


def discard(order_id: int) -> None:
    """A draft that was never sent goes, with its lines; the models stay with the customer's parts."""
    with transaction.atomic():
        order = locked(order_id)
        if not (order.is_draft and order.from_quotation_tool):
            raise Refused("lines_fixed", status=order.status)
        order.delete()


@dataclass(frozen=True, slots=True)
class Known:
    """A part of the customer's that can be quoted again, with the newest order that has it."""

    part: Part
    number: int | None
    quantity: int | None


def library(order: Order, search: str = "") -> list[Known]:
    """Parts of the customer's company that the shop has seen, newest first, each file once."""
    seen = OrderLine.objects.filter(~Q(order__status=Status.DRAFT) | Q(order__from_quotation_tool=True))
    parts = Part.objects.filter(Exists(seen.filter(part=OuterRef("pk"))), company=order.company_id)
    if search:
        parts = parts.filter(name__icontains=search)
    newest: dict[tuple[int, int], Part] = {}
    for part in parts.select_related("file", "measurement__thumbnail").order_by("-pk")[: 5 * IN_LIBRARY]:
        newest.setdefault((part.file_id, part.body), part)
    shown = list(newest.values())[:IN_LIBRARY]
    ordered = OrderLine.objects.filter(part__in=shown).exclude(order__status=Status.DRAFT)
    rows = ordered.order_by("pk").values_list("part", "order__number", "quantity")
    last = {part: (number, quantity) for part, number, quantity in rows}
    return [Known(part, *last.get(part.pk, (None, None))) for part in shown] if order.company_id else []


def _begin(customer: User, actor: Actor, key: str) -> tuple[Order, bool]:
    """The draft of this key, and whether it is new."""
    if not KEY.fullmatch(key):
        raise Refused("key_used")
    price_list = services.current_price_list()
    order, is_new = Order.objects.get_or_create(
        public_id=key,
        defaults={
            "customer": customer,
            "company": customer.company,
            "owner": actor.user,
            "from_quotation_tool": True,
            "price_list": price_list,
            "currency": price_list.catalogue.currency,
        },
    )
    if not is_new and (order.owner_id, order.customer_id, order.from_quotation_tool) != (
        actor.user_id,
        customer.pk,
        True,
    ):
        raise Refused("key_used")
    return order, is_new


def _address(order: Order, customer: User) -> None:
    """Contact and addresses as the customer's company has them; what is missing the customer gives when confirming."""
    saved = list(customer.company.addresses.order_by("-pk")) if customer.company else []
    order.contact = {"name": customer.name, "email": customer.email, "phone": customer.phone}
    order.billing_address = _default(saved, "is_billing")
    order.shipping_address = _default(saved, "is_shipping") or order.billing_address


def _default(saved: Sequence[Address], use: str) -> dict[str, str]:
    found = next((one for one in saved if getattr(one, use)), None)
    return found.frozen() if found else {}


def _hand_over(order: Order, customer: User) -> None:
    """The models of a quote come along to another company."""
    for part in list(Part.objects.filter(lines__order=order).distinct()):
        own = drafts.own_part(order, part)
        own.company = customer.company
        own.save(update_fields=["company"])


def _copied(line: OrderLine, order: Order, position: int) -> OrderLine:
    """A line like this one; the caller saves it."""
    made = OrderLine(order=order, position=position, **{name: getattr(line, name) for name in OF_A_LINE})
    if made.part is not None:
        _choose(made, line, services.current_price_list().catalogue)
    return made


def _choose(made: OrderLine, line: OrderLine, catalogue: Catalogue) -> None:
    try:
        choose(made, valid(catalogue, line.choice))
    except KeyError:  # the process is no longer offered
        assert line.part is not None
        choose(made, first_fitting(catalogue, services.shape_of(line.part.measurement, catalogue)))


def _free_group(order: Order) -> str:
    used = set(order.lines.values_list("alternative_group", flat=True))
    return next(name for name in map(str, range(1, drafts.MOST_LINES + 2)) if name not in used)


def _make_room(order: Order, after: int, count: int) -> None:
    """Move the lines behind a position down; from the last one, as no two may stand at the same place."""
    for line in order.lines.filter(position__gt=after).order_by("-position"):
        line.position += count
        line.save(update_fields=["position"])
