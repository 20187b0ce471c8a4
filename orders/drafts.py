"""What can be done with a draft: the quote in the making. Each verb goes through the door `edit`, so prices follow.

`version` is that of the form that was filled in: a stale one is Refused("changed_meanwhile").
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max, ProtectedError

from accounts.models import Company, Shop, User
from orders import pricing
from orders.models import LineWarning, Order, OrderLine, PromoCode, Status
from orders.selection import choose, first_fitting, valid
from orders.workflow.actors import Actor, customer
from orders.workflow.dates import local_day
from orders.workflow.deed import Refused
from orders.workflow.door import edit, locked
from quoting import services
from quoting.models import Part
from quoting.pricing.catalogue import by_key
from quoting.pricing.cheaper import candidates
from quoting.pricing.contract import MAX_QUANTITY, Selection

GUESTS_ARE_KEPT = timedelta(days=30)
AT_ONCE = 100
MOST_LINES = 200  # every edit prices the whole order under its lock
UNITS = ("mm", "cm", "in")
MORE_UNITS = ("m", "um")  # only where a file is asked about them


def start(*, company: Company | None, user: User | None, guest_key: str = "") -> Order:
    """A new, empty draft."""
    price_list = services.current_price_list()
    return Order.objects.create(
        company=company,
        customer=user,
        guest_key=guest_key,
        price_list=price_list,
        currency=price_list.catalogue.currency,
    )


@dataclass(frozen=True, slots=True)
class Wanted:
    """A part as a line to be; without a choice it gets one that gives a price at once."""

    part: Part
    choice: Selection | None = None
    quantity: int = 1
    note: str = ""


def add_parts(order_id: int, parts: Sequence[Part], *, actor: Actor) -> None:
    """A line for each part."""
    add_lines(order_id, [Wanted(part) for part in parts], actor=actor)


def add_lines(order_id: int, wanted: Sequence[Wanted], *, actor: Actor) -> None:
    """Lines, priced at once. Adding needs no version: it takes nothing away."""
    with edit(order_id, actor=actor) as order:
        order.undo = None
        _refuse_too_many(order, len(wanted))
        catalogue = services.current_price_list().catalogue
        for position, one in enumerate(wanted, start=_next_position(order)):
            part = one.part
            line = OrderLine(
                order=order, position=position, part=part, name=part.name, quantity=one.quantity, note=one.note
            )
            choose(line, one.choice or first_fitting(catalogue, services.shape_of(part.measurement, catalogue)))
            line.save()


def change_line(
    order_id: int,
    line_id: int,
    *,
    choice: Selection,
    quantity: int,
    note: str,
    actor: Actor,
    version: int | None = None,
) -> None:
    """Take over what was chosen; what the process does not have is replaced by the first that it has."""
    with edit(order_id, actor=actor, version=version) as order:
        order.undo = None
        line = _line(order, line_id)
        try:
            choose(line, valid(services.current_price_list().catalogue, choice))
        except KeyError:
            raise _changed(order) from None  # the price list did
        line.quantity, line.note = quantity, note
        line.save(update_fields=["selection", "process", "material", "quantity", "note"])


def choose_cell(
    order_id: int, line_id: int, *, quantity: int, lead_time: str, actor: Actor, version: int | None = None
) -> None:
    """A cell of the table of prices."""
    with edit(order_id, actor=actor, version=version) as order:
        order.undo = None
        line = _line(order, line_id)
        choose(line, valid(order.price_list.catalogue, line.choice.model_copy(update={"lead_time": lead_time})))
        line.quantity = quantity
        line.save(update_fields=["selection", "process", "material", "quantity"])


def remove_line(order_id: int, line_id: int, *, actor: Actor, version: int | None = None) -> None:
    """The part stays among the customer's parts."""
    with edit(order_id, actor=actor, version=version) as order:
        order.undo = None
        _line(order, line_id).delete()


def duplicate_line(order_id: int, line_id: int, *, actor: Actor, version: int | None = None) -> None:
    """The same part once more, to try another material or quantity beside the first."""
    with edit(order_id, actor=actor, version=version) as order:
        _refuse_too_many(order, 1)
        line = _line(order, line_id)
        copied: dict[str, Any] = {
            name: getattr(line, name)
            for name in ("part", "name", "selection", "process", "material", "quantity", "note", "quote_by_hand")
        }
        OrderLine.objects.create(order=order, position=_next_position(order), **copied)


def set_unit(
    order_id: int, line_id: int, unit: str, *, actor: Actor, now: datetime, version: int | None = None
) -> None:
    """Read the file's numbers in another unit, for all lines of this order with the same part.

    Other orders keep the part as it is: they get to keep theirs, this one a copy.
    """
    if unit not in (*UNITS, *MORE_UNITS):
        raise ValueError(unit)
    with edit(order_id, actor=actor, version=version) as order:
        part = _part_to_change(order, line_id)
        services.set_unit(part, unit, now)
        order.lines.filter(part=part).update(quote_by_hand=False)


def keep_unmeasured(order_id: int, line_id: int, *, actor: Actor, version: int | None = None) -> None:
    """A file that could not be measured stays in the order: the shop will look at it and quote by hand."""
    with edit(order_id, actor=actor, version=version) as order:
        line = _line(order, line_id)
        if line.part is None or not line.part.measurement.is_refused:
            raise _changed(order)
        line.quote_by_hand = True
        line.save(update_fields=["quote_by_hand"])


def replace_part(order_id: int, line_id: int, part: Part, *, actor: Actor, version: int | None = None) -> None:
    """Another file for a line; what was chosen for it stays."""
    with edit(order_id, actor=actor, version=version) as order:
        order.undo = None
        line = _line(order, line_id)
        line.part, line.name, line.quote_by_hand = part, part.name, False
        line.save(update_fields=["part", "name", "quote_by_hand"])


def set_drawing(order_id: int, line_id: int, content: bytes, name: str, *, actor: Actor) -> None:
    """Keep a 2D drawing with the part of a line, in place of the one before. Other orders keep theirs."""
    stored = services.store_drawing(content)
    try:
        with edit(order_id, actor=actor) as order:
            part = _part_to_change(order, line_id)
            before, part.drawing, part.drawing_name = part.drawing, stored, name
            part.save(update_fields=["drawing", "drawing_name"])
            services.forget_drawing(before)
    except Refused:
        services.forget_drawing(stored)
        raise


def remove_drawing(order_id: int, line_id: int, *, actor: Actor) -> None:
    with edit(order_id, actor=actor) as order:
        part = _part_to_change(order, line_id)
        before, part.drawing, part.drawing_name = part.drawing, "", ""
        part.save(update_fields=["drawing", "drawing_name"])
        services.forget_drawing(before)


def _part_to_change(order: Order, line_id: int) -> Part:
    part = _line(order, line_id).part
    assert part is not None, "a fee has no model"
    return own_part(order, part)


def own_part(order: Order, part: Part) -> Part:
    """A part of an order, to be changed: a copy, for all of the order's lines with it, where other orders have it too."""
    lines = order.lines.filter(part_id=part.pk)
    if part.lines.exclude(order=order).exists():
        part.pk = None
        part._state.adding = True
        part.save()
        lines.update(part=part)
    return part


def split(order_id: int, line_id: int, *, actor: Actor, now: datetime, version: int | None = None) -> None:
    """A line of each of the bodies in its file, with the same choice; a body that is there twice counts twice."""
    with edit(order_id, actor=actor, version=version) as order:
        order.undo = None
        line = _line(order, line_id)
        assert line.part is not None
        bodies = services.split(line.part, actor.user, now)
        if not bodies:
            raise _changed(order)
        _refuse_too_many(order, len(bodies) - 1)
        for position, (part, copies) in enumerate(bodies, start=_next_position(order)):
            kept = {name: getattr(line, name) for name in ("selection", "process", "material", "note")}
            quantity = min(line.quantity * copies, MAX_QUANTITY)
            OrderLine.objects.create(
                order=order, position=position, part=part, name=part.name, quantity=quantity, **kept
            )
        line.delete()


@dataclass(frozen=True, slots=True)
class Bulk:
    """What is to be the same for many lines; what is empty stays as it is."""

    process: str = ""
    material: str = ""
    finish: str = ""
    lead_time: str = ""
    quantity: int | None = None


def apply_to_many(
    order_id: int, line_ids: Collection[int], bulk: Bulk, *, actor: Actor, version: int | None = None
) -> tuple[int, list[str]]:
    """Apply to the lines; how many changed, and the names of those whose process does not have what was asked for.

    What the lines were before is kept for one undo.
    """
    with edit(order_id, actor=actor, version=version) as order:
        catalogue = services.current_price_list().catalogue
        before: dict[str, Any] = {}
        unfit = []
        for line in order.lines.filter(pk__in=line_ids, part__isnull=False):
            wanted = _wanted(line.choice, bulk)
            choice = valid(catalogue, wanted) if by_key(catalogue.processes, wanted.process) else line.choice
            if any(getattr(choice, name) != value for name, value in _asked(bulk).items()):
                unfit.append(line.name)
                continue
            before[str(line.pk)] = {"selection": line.selection, "quantity": line.quantity}
            choose(line, choice)
            line.quantity = bulk.quantity or line.quantity
            line.save(update_fields=["selection", "process", "material", "quantity"])
        order.undo = before or None
    return len(before), unfit


def _asked(bulk: Bulk) -> dict[str, str]:
    names = ("process", "material", "finish", "lead_time")
    return {name: getattr(bulk, name) for name in names if getattr(bulk, name)}


def _wanted(choice: Selection, bulk: Bulk) -> Selection:
    return choice.model_copy(update=_asked(bulk))


def undo(order_id: int, *, actor: Actor, version: int | None = None) -> None:
    """Give the lines back what they were before the last change of many."""
    with edit(order_id, actor=actor, version=version) as order:
        if not order.undo:
            raise _changed(order)
        for line in order.lines.filter(pk__in=list(order.undo)):
            was = order.undo[str(line.pk)]
            choose(line, Selection.model_validate(was["selection"]))
            line.quantity = was["quantity"]
            line.save(update_fields=["selection", "process", "material", "quantity"])
        order.undo = None


def as_before(order_id: int, line_id: int, earlier: OrderLine, *, actor: Actor, version: int | None = None) -> None:
    """Choose for a line what was chosen for the same model when it was ordered before, as far as it is still offered."""
    with edit(order_id, actor=actor, version=version) as order:
        order.undo = None
        line = _line(order, line_id)
        try:
            choose(line, valid(services.current_price_list().catalogue, earlier.choice))
        except KeyError:
            raise Refused("option_gone") from None
        line.quantity = earlier.quantity
        line.save(update_fields=["selection", "process", "material", "quantity"])


def choose_cheaper(
    order_id: int, line_id: int, *, kind: str, key: str, actor: Actor, version: int | None = None
) -> None:
    """Take over one of the things that would make a line cheaper; one undo gives back what was before."""
    with edit(order_id, actor=actor, version=version) as order:
        line = _line(order, line_id)
        [asked] = pricing.requests(order, [line])
        offered = candidates(services.current_price_list().catalogue, asked)
        wanted = next((one for one in offered if (one.kind, one.key) == (kind, key)), None)
        if wanted is None:
            raise _changed(order)
        order.undo = {str(line.pk): {"selection": line.selection, "quantity": line.quantity}}
        choose(line, wanted.selection)
        line.quantity = wanted.quantity
        line.save(update_fields=["selection", "process", "material", "quantity"])


def answer_risk(
    order_id: int,
    line_id: int,
    *,
    risk: int,
    accepted: bool,
    actor: Actor,
    now: datetime,
    version: int | None = None,
) -> None:
    """Accept a risk of a line, or take that back. What cannot be made cannot be accepted."""
    with edit(order_id, actor=actor, version=version, now=now) as order:
        found = LineWarning.objects.filter(
            pk=risk, line=_line(order, line_id), level=LineWarning.Level.REVIEW_AND_ACCEPT
        ).first()
        if found is None:
            raise _changed(order)
        found.accepted_at, found.accepted_by = (now, actor.user) if accepted else (None, None)
        found.save(update_fields=["accepted_at", "accepted_by"])


def use_promo_code(order_id: int, code: str, *, actor: Actor, now: datetime, version: int | None = None) -> None:
    """Enter a promo code ("": none). Raises Refused for one that cannot be used today."""
    with edit(order_id, actor=actor, version=version, now=now) as order:
        if code and PromoCode.valid(code, local_day(Shop.get(), now)) is None:
            raise Refused("promo_code_unknown")
        order.promo_code = code.strip()


def again(order: Order, user: User) -> Order:
    """A new draft with the parts and choices of an order, at today's prices; what is no longer offered is replaced."""
    with transaction.atomic():
        draft = start(company=user.company, user=user)
        with edit(draft.pk, actor=customer(user)) as fresh:
            for name in ("contact", "billing_address", "shipping_address", "shipping_method"):
                setattr(fresh, name, getattr(order, name))
            lines = order.lines.filter(part__isnull=False, left_out=False).select_related("part__measurement")
            for position, line in enumerate(lines, start=1):
                _copy(line, fresh, position)
    return draft


def _copy(line: OrderLine, draft: Order, position: int) -> None:
    catalogue = services.current_price_list().catalogue
    copied: dict[str, Any] = {
        name: getattr(line, name) for name in ("part", "name", "quantity", "note", "quote_by_hand")
    }
    copy = OrderLine(order=draft, position=position, **copied)
    try:
        choose(copy, valid(catalogue, line.choice))
    except KeyError:  # the process is no longer offered
        choose(copy, first_fitting(catalogue, None))
    copy.save()


def refresh(order_id: int, *, actor: Actor) -> None:
    """Price a draft anew, because something that it waited for is there."""
    with edit(order_id, actor=actor):
        pass


def claim(guest_key: str, user: User) -> None:
    """Give a guest's drafts and parts to the user as whom they signed in; the company's prices follow."""
    if not guest_key:
        return
    for order_id in Order.objects.filter(guest_key=guest_key, status=Status.DRAFT).values_list("pk", flat=True):
        with edit(order_id, actor=customer(user)) as order:
            order.customer, order.company, order.guest_key = user, user.company, ""
    Part.objects.filter(guest_key=guest_key).update(company=user.company, uploaded_by=user, guest_key="")


def forget_old_guest_drafts(now: datetime) -> int:
    """Guests' drafts and files go after 30 days; how many drafts went."""
    before = now - GUESTS_ARE_KEPT
    old = Order.objects.exclude(guest_key="").filter(created_at__lt=before, status=Status.DRAFT)
    gone = sum(_forget(order_id) for order_id in old.values_list("pk", flat=True)[:AT_ONCE])
    unused = Part.objects.exclude(guest_key="").filter(created_at__lt=before, lines=None)
    for part in unused[:AT_ONCE]:
        try:
            services.forget_part(part)
        except ProtectedError:  # a line was made of it this moment
            continue
    return gone


def _forget(order_id: int) -> int:
    with transaction.atomic():
        order = locked(order_id)
        if not order.guest_key or not order.is_draft:  # claimed meanwhile
            return 0
        order.delete()
        return 1


def _line(order: Order, line_id: int) -> OrderLine:
    line = order.lines.select_related("part__file", "part__measurement").filter(pk=line_id).first()
    if line is None or line.part is None:
        raise _changed(order)
    return line


def _refuse_too_many(order: Order, more: int) -> None:
    if order.lines.count() + more > MOST_LINES:
        raise Refused("too_many_lines", most=str(MOST_LINES))


def _changed(order: Order) -> Refused:
    """What the form was about is no longer there or no longer so: as if its version were stale."""
    return Refused("changed_meanwhile", status=order.status)


def _next_position(order: Order) -> int:
    return (order.lines.aggregate(last=Max("position"))["last"] or 0) + 1
