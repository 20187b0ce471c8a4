"""What can be done with a draft: the quote in the making. Each verb goes through the door `edit`, so prices follow.

`version` is that of the form that was filled in: a stale one is Refused("changed_meanwhile").
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max, ProtectedError

from accounts.models import Company, User
from orders.models import Order, OrderLine, Status
from orders.selection import choose, first_fitting, valid
from orders.workflow.actors import Actor, customer
from orders.workflow.deed import Refused
from orders.workflow.door import edit, locked
from quoting import services
from quoting.models import Part
from quoting.pricing.contract import Selection

GUESTS_ARE_KEPT = timedelta(days=30)
AT_ONCE = 100
MOST_LINES = 200  # every edit prices the whole order under its lock
UNITS = ("mm", "cm", "in")


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


def add_parts(order_id: int, parts: Sequence[Part], *, actor: Actor) -> None:
    """A line for each part, with a choice that gives a price at once. Adding needs no version: it takes nothing away."""
    with edit(order_id, actor=actor) as order:
        _refuse_too_many(order, len(parts))
        catalogue = services.current_price_list().catalogue
        for position, part in enumerate(parts, start=_next_position(order)):
            line = OrderLine(order=order, position=position, part=part, name=part.name)
            choose(line, first_fitting(catalogue, services.shape_of(part.measurement, catalogue)))
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
        line = _line(order, line_id)
        try:
            choose(line, valid(services.current_price_list().catalogue, choice))
        except KeyError:
            raise _changed(order) from None  # the price list did
        line.quantity, line.note = quantity, note
        line.save(update_fields=["selection", "process", "material", "quantity", "note"])


def remove_line(order_id: int, line_id: int, *, actor: Actor, version: int | None = None) -> None:
    """The part stays among the customer's parts."""
    with edit(order_id, actor=actor, version=version) as order:
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
    if unit not in UNITS:
        raise ValueError(unit)
    with edit(order_id, actor=actor, version=version) as order:
        line = _line(order, line_id)
        part, lines = line.part, order.lines.filter(part=line.part)
        assert part is not None
        if part.lines.exclude(order=order).exists():
            part.pk = None
            part._state.adding = True
            part.save()
        services.set_unit(part, unit, now)
        lines.update(part=part, quote_by_hand=False)


def keep_unmeasured(order_id: int, line_id: int, *, actor: Actor, version: int | None = None) -> None:
    """A file that could not be measured stays in the order: the shop will look at it and quote by hand."""
    with edit(order_id, actor=actor, version=version) as order:
        line = _line(order, line_id)
        if line.part is None or not line.part.measurement.is_refused:
            raise _changed(order)
        line.quote_by_hand = True
        line.save(update_fields=["quote_by_hand"])


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
