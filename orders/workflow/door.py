"""The two doors by which an order changes: `perform` moves it, `edit` changes what may be changed in its status.

Both lock the row first and go on with the object read under the lock. Nothing else writes to orders or lines, but the
ledger, which keeps what was paid, and the clock's scan (orders.sweep), which notes what it told; both under the same lock.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from django.db import transaction
from django.utils import timezone
from django_fsm import can_proceed

from accounts.models import Shop
from orders import pricing
from orders.models import HistoryEntry, Order, Status
from orders.models.transitions import CUSTOMER, SALES, Rule
from orders.workflow.actors import SYSTEM, Actor, acting_role, customer_may
from orders.workflow.dates import local_day
from orders.workflow.deed import Deed, Refused
from orders.workflow.effects import EFFECTS, keep_progress, keep_terms, what_follows
from orders.workflow.guards import GUARDS
from orders.workflow.history import record
from orders.workflow.mails import tell_move
from orders.workflow.moved import moved
from orders.workflow.papers import owe_for
from orders.workflow.searching import SAYS_MORE, remember
from quoting.storage import kept_before

_FIELD = Order._meta.get_field("status")
RULES: dict[str, Rule] = {t.name: t.custom["rule"] for t in _FIELD.get_all_transitions(Order)}
TARGETS: dict[str, str] = {
    t.name: str(t.target) if isinstance(t.target, str) else "" for t in _FIELD.get_all_transitions(Order)
}
# Their prices are worked out once more under the lock, so that what is agreed is today's price list.
PRICED_ANEW = {"submit_for_review", "place"}
# Their mails say "changed from … to …" and not that something new has come in.
ENTERS_AGAIN = {
    "resume",
    "reject_po",
    "withdraw_offer",
    "request_changes",
    "take_back_to_review",
    "reopen",
    "undo_cancel",
    "payment_settled",
}
# What goes into the history beside reason and note: words and plain values, no files.
NOT_KEPT = {"po_file", "seen_total", "consent"}


@dataclass(frozen=True, slots=True)
class Outcome:
    order: Order
    entry: HistoryEntry
    repeated: bool = False  # the same deed had been done before: nothing happened now


def locked(order_id: int) -> Order:
    """A fresh object of the order, its row locked until the end of the transaction."""
    return Order.objects.select_for_update(of=("self",)).get(pk=order_id)


def perform(
    order_id: int,
    name: str,
    /,  # a detail may be called "name": who accepts
    *,
    actor: Actor,
    key: str,
    note: str = "",
    mail_customer: bool = True,
    expected_version: int | None = None,
    now: datetime | None = None,
    **details: Any,
) -> Outcome:
    """Move one order, once: lock, done before?, who, from where, details, guards, move, effect, history, mails.

    `key` names the deed: a second call with the same key returns what the first one did. Raises Refused.
    """
    if name not in RULES:
        raise Refused("no_such_transition")
    now = now or timezone.now()
    file = details.pop("po_file", None)
    with kept_before("po", [file] if file else []) as stored:
        if stored:
            details["po_file"] = stored[0]
        outcome = _perform(order_id, name, actor, key, now, {**details, "note": note}, mail_customer, expected_version)
        if outcome.repeated:
            stored.clear()
    return outcome


def _perform(
    order_id: int,
    name: str,
    actor: Actor,
    key: str,
    now: datetime,
    details: dict[str, Any],
    mail_customer: bool,
    expected_version: int | None,
) -> Outcome:
    with transaction.atomic():
        order = locked(order_id)
        if done := order.history.filter(key=key).first():
            if (done.name, done.actor_id) != (name, actor.user_id):
                raise Refused("key_used")
            return Outcome(order, done, repeated=True)
        if expected_version is not None and expected_version != order.version:
            raise Refused("changed_meanwhile", status=order.status)
        return _move(order, name, actor, key, now, details, mail_customer)


def _move(
    order: Order, name: str, actor: Actor, key: str, now: datetime, details: dict[str, Any], mail_customer: bool
) -> Outcome:
    shop = Shop.get()
    if name in PRICED_ANEW and order.is_draft:
        pricing.reprice(order)
    deed = judged(order, name, actor, now, details, shop)
    again = name in ENTERS_AGAIN or order.history.filter(to_status=deed.target).exists()
    move(order, deed)
    close_checkouts(order)
    entry = record(
        order,
        key=key,
        name=name,
        before=deed.before,
        actor=actor,
        role=deed.role,
        now=now,
        details=kept(details),
        mailed_customer=mail_customer,
    )
    order.version += 1
    order.save()
    if name in SAYS_MORE:
        remember(order)
    tell_move(order, entry, shop=shop, again=again)
    owe_for(order, name, now)
    moved.send(sender=Order, order=order, entry=entry)
    if follower := what_follows(order, deed):
        _move(order, follower, SYSTEM, f"{key}:{follower}", now, {}, mail_customer)
    return Outcome(order, entry)


def move(order: Order, deed: Deed) -> None:
    """Change a locked order as the deed says; judged, but not yet saved, on record or told."""
    getattr(order, deed.name)()
    if effect := RULES[deed.name].effect:
        EFFECTS[effect](order, deed)
    keep_progress(order, deed)
    keep_terms(order, deed)


def judged(order: Order, name: str, actor: Actor, now: datetime, details: dict[str, Any], shop: Shop) -> Deed:
    """The deed, if it is allowed; raises Refused with the first reason why not."""
    deed = attempted(order, name, actor, now, details, shop)
    rule = RULES[name]
    if missing := [field for field in rule.needs if details.get(field) in (None, "", False)]:
        raise Refused("missing", fields=",".join(missing))
    for guard in rule.guards:
        if reason := GUARDS[guard](order, deed):
            raise Refused(reason.code, **reason.params)
    return deed


def attempted(order: Order, name: str, actor: Actor, now: datetime, details: dict[str, Any], shop: Shop) -> Deed:
    """The deed, if the actor may do such a thing and the order stands where it starts; raises Refused."""
    role = acting_role(actor, RULES[name].who)
    if not role or (actor.is_customer and not customer_may(order, actor.user, name)):
        raise Refused("not_allowed")
    if not can_proceed(getattr(order, name), check_conditions=False):
        raise Refused("wrong_status", status=order.status)
    return Deed(name, order.status, _target(order, name), actor, role, now, local_day(shop, now), shop, details)


def _target(order: Order, name: str) -> str:
    """Where the transition leads this order."""
    if name == "resume":
        return order.held_from
    if name == "undo_cancel":
        return order.canceled_from
    return order.status_when_settled if name == "payment_settled" else TARGETS[name]


def kept(details: dict[str, Any]) -> dict[str, Any]:
    """The details that the history keeps, as plain values."""
    return {
        name: value if isinstance(value, dict) else str(value)
        for name, value in details.items()
        if name not in NOT_KEPT and value not in (None, "", False, {})
    }


@contextmanager
def edit(
    order_id: int,
    *,
    actor: Actor,
    version: int | None = None,
    now: datetime | None = None,
    what: Literal["lines", "details"] = "lines",
    told: dict[str, Any] | None = None,
) -> Iterator[Order]:
    """Change what rule 6 of the lifecycle allows in this status; prices follow. Raises Refused.

    `told` goes into the history: the caller may fill it in while it changes the order.

    `details` are contact, billing and shipping: all that may change while an offer is open, and then the order is priced
    anew only when it goes somewhere else. Whether a customer may see the order at all was judged by orders.access.
    """
    now = now or timezone.now()
    with transaction.atomic():
        order = locked(order_id)
        if version is not None and version != order.version:
            raise Refused("changed_meanwhile", status=order.status)
        role = _editing_role(order, actor, what)
        before = _way(order)
        yield order
        if what == "lines" or _way(order) != before:
            pricing.reprice(order)
        if not order.is_draft:
            record(
                order,
                key=f"edit:{order.version + 1}",
                name=what,
                before=order.status,
                actor=actor,
                role=role,
                now=now,
                details=kept(told or {}),
                kind=HistoryEntry.Kind.EDIT,
            )
        close_checkouts(order)
        order.version += 1
        order.save()
        remember(order)


def close_checkouts(order: Order) -> None:
    """What is to be paid may have changed: open tries to pay are closed, at the provider by `orders.payments`."""
    order.checkouts.filter(state__in=["starting", "open"]).update(state="closing")


def _editing_role(order: Order, actor: Actor, what: str) -> str:
    """The role in which `actor` may change this order now; raises Refused."""
    if order.is_draft:
        if order.from_quotation_tool and not actor.has(SALES):
            raise Refused("not_allowed")
        return actor.role
    offered = order.status == Status.FIRM_OFFER_SENT
    if offered and what == "details" and actor.is_customer and customer_may(order, actor.user, "accept_offer"):
        return CUSTOMER
    if not order.lines_can_change:
        raise Refused("lines_fixed", status=order.status)
    if not actor.has(SALES):
        raise Refused("not_allowed")
    return acting_role(actor, frozenset({SALES}))


def _way(order: Order) -> tuple[str, str]:
    """Where the order goes and how: what shipping and tax depend on."""
    return order.shipping_method, order.shipping_address.get("country", "")
