"""What stays editable when an order is agreed: its owner, the promised date, notes, tracking, when it is to be paid, how
far each line is, what was sent of it. No status moves here; each deed takes the order's lock and stands in its history (rule 6)."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from django.db import transaction

from accounts.models import Shop
from orders.models import HistoryEntry, Order, OrderLine, Shipment, Status
from orders.models.status import PRODUCTION
from orders.models.transitions import ACCOUNTING, PRODUCING, STAFF
from orders.workflow import facts
from orders.workflow.actors import Actor, acting_role
from orders.workflow.dates import local_day
from orders.workflow.deed import Refused
from orders.workflow.door import kept, locked
from orders.workflow.history import record
from orders.workflow.mails import tell
from orders.workflow.searching import remember
from orders.workflow.shipments import open_quantities, send

TENDED = ("owner", "promised_date", "staff_note", "carrier", "tracking")
SHIPS_FROM = {Status.WAITING_FOR_PAYMENT, Status.PO_PAYMENT_DUE, *PRODUCTION} - {Status.SHIPPED, Status.DELIVERED}


@contextmanager
def _tended(order_id: int, name: str, key: str, actor: Actor, now: datetime, version: int | None) -> Iterator[Any]:
    """The order under its lock and what is told of the deed; None when the deed was done before."""
    with transaction.atomic():
        order = locked(order_id)
        if order.is_draft or not actor.is_staff:
            raise Refused("not_allowed")
        if order.history.filter(key=key).exists():
            yield order, None
            return
        if version is not None and version != order.version:
            raise Refused("changed_meanwhile", status=order.status)
        told: dict[str, Any] = {}
        yield order, told
        if not told:
            return
        record(
            order,
            key=key,
            name=name,
            before=order.status,
            actor=actor,
            role=acting_role(actor, STAFF),
            now=now,
            details=kept(told),
            kind=HistoryEntry.Kind.EDIT,
        )
        order.version += 1
        order.save()
        remember(order)


def tend(order_id: int, values: dict[str, Any], *, actor: Actor, key: str, version: int, now: datetime) -> None:
    """Change what of TENDED is among `values`."""
    with _tended(order_id, "tended", key, actor, now, version) as (order, told):
        if told is None:
            return
        changed = {}
        for name in TENDED:
            before = getattr(order, name)
            if name in values and values[name] != before:
                changed[name] = [_plain(before), _plain(values[name])]
                setattr(order, name, values[name])
        if changed:
            told["changed"] = changed


def move_due_date(order_id: int, to: date, *, reason: str, actor: Actor, key: str, version: int, now: datetime) -> None:
    """Payment is due on another day. The reminder and `mark_payment_due` go by the new one."""
    with _tended(order_id, "due_date_moved", key, actor, now, version) as (order, told):
        if told is None:
            return
        if not actor.has(ACCOUNTING):
            raise Refused("not_allowed")
        if order.payment_due is None:
            raise Refused("no_due_date")
        today = local_day(Shop.get(), now)
        if to < today:
            raise Refused("due_date_past")
        if to != order.payment_due:
            told |= {"changed": {"payment_due": [_plain(order.payment_due), _plain(to)]}, "reason": reason}
            order.payment_due, order.payment_due_set_on = to, today


def _plain(value: Any) -> str | None:
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if value else None


def tend_line(order_id: int, line_id: int, *, work: str, note: str, actor: Actor, key: str, now: datetime) -> None:
    """How far a line is: the last word counts, so that two at their benches do not stop each other."""
    with _tended(order_id, "worked", key, actor, now, None) as (order, told):
        if told is None:
            return
        line = order.lines.filter(pk=line_id).first()
        if line is None:
            raise Refused("no_such_line")
        changed = {}
        if line.work != work:
            changed["work"] = [line.work or None, work or None]
        if line.work_note != note:
            changed["work_note"] = [line.work_note or None, note or None]
        if changed:
            OrderLine.objects.filter(pk=line.pk).update(work=work, work_note=note)
            told |= {"line": line.name, "changed": changed}


def ship_part(
    order_id: int,
    quantities: dict[int, int],
    *,
    carrier: str,
    tracking: str,
    actor: Actor,
    key: str,
    version: int,
    now: datetime,
    mail_customer: bool = True,
) -> Shipment | None:
    """Send some pieces; the customer gets a mail. What is left goes with `ship`, which moves the order."""
    with _tended(order_id, "part_shipped", key, actor, now, version) as (order, told):
        if told is None:
            return None
        _may_ship_part(order, actor)
        left = open_quantities(order)
        wanted = {line: quantities[line.pk] for line in left if quantities.get(line.pk, 0) > 0}
        if not wanted:
            raise Refused("nothing_chosen")
        if any(many > left[line] for line, many in wanted.items()):
            raise Refused("more_than_left")
        if wanted == left:
            raise Refused("ship_the_rest")
        shipment = send(order, wanted, actor, now, key=key, carrier=carrier, tracking=tracking)
        order.carrier, order.tracking = carrier or order.carrier, tracking or order.tracking
        told |= {
            "carrier": carrier,
            "tracking": tracking,
            "shipped": ", ".join(f"{many} × {line.name}" for line, many in wanted.items()),
        }
        tell(
            order,
            "part_shipped",
            deed=f"shipment:{shipment.pk}",
            shop=Shop.get(),
            now=now,
            skip=() if mail_customer else ("customer",),
            lines=facts.part_lines(order, wanted),
        )
        return shipment


def may_ship_part(order: Order, actor: Actor) -> bool:
    return actor.has(PRODUCING) and order.is_released and order.status in SHIPS_FROM


def _may_ship_part(order: Order, actor: Actor) -> None:
    if not actor.has(PRODUCING):
        raise Refused("not_allowed")
    if not may_ship_part(order, actor):
        raise Refused("wrong_status", status=order.status)
