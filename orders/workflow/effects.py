"""What a transition also does, on the locked order, inside its transaction. The door saves the order afterwards."""

import hashlib
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.db.models import F

from accounts.models import Shop
from orders import pricing
from orders.models import Acceptance, Document, OfferRevision, Order, PurchaseOrder, RefundRequest, Status
from orders.models.status import CANCELED, PRODUCTION
from orders.workflow import dates
from orders.workflow.deed import Deed
from orders.workflow.history import canonical
from orders.workflow.shipments import send_rest
from orders.workflow.snapshot import restore, snapshot

Effect = Callable[[Order, Deed], None]
EFFECTS: dict[str, Effect] = {}
State = OfferRevision.State
BY_LINK = "link"  # in `Acceptance.how`: without a log-in, by the link in the mail


def effect(function: Effect) -> Effect:
    EFFECTS[function.__name__] = function
    return function


def sha256(value: Any) -> str:
    return hashlib.sha256(canonical(value)).hexdigest()


# --- offer and agreement


def assign_number(order: Order) -> None:
    """The next order number: under the lock of the shop's row, so that none is given twice."""
    if order.number is None:
        shop = Shop.objects.select_for_update().get(pk=1)
        order.number = shop.next_order_number
        Shop.objects.filter(pk=1).update(next_order_number=F("next_order_number") + 1)


def freeze(order: Order, deed: Deed, state: str, valid_until: Any = None) -> OfferRevision:
    """An immutable revision of the order as it stands. The budget offer (or the order as placed) is revision 0."""
    last = order.offers.last()
    first = 0 if state in (State.BUDGET, State.ACCEPTED) else 1
    snap = snapshot(order, deed.shop, valid_until)
    order.offered_total = order.total if order.price and order.price.state == "priced" else None
    return OfferRevision.objects.create(
        order=order,
        revision=first if last is None else last.revision + 1,
        state=state,
        snapshot=snap,
        sha256=sha256(snap),
        valid_until=valid_until,
        created_at=deed.now,
        created_by_id=deed.actor.user_id,
    )


def take_over(order: Order, deed: Deed) -> None:
    """The order is the person's who submits or places it: they get its mails, also when a colleague drafted it."""
    if deed.actor.is_customer and deed.actor.user:
        order.customer = deed.actor.user


@effect
def submit(order: Order, deed: Deed) -> None:
    take_over(order, deed)
    assign_number(order)
    order.submitted_at = deed.now
    freeze(order, deed, State.BUDGET)


@effect
def place(order: Order, deed: Deed) -> None:
    take_over(order, deed)
    assign_number(order)
    order.submitted_at = deed.now
    agree(order, deed, freeze(order, deed, State.ACCEPTED))


@effect
def send_offer(order: Order, deed: Deed) -> None:
    assign_number(order)
    order.submitted_at = order.submitted_at or deed.now
    order.price_hidden = False  # the shop has looked
    order.lines.update(price_hidden=False)
    order.offers.filter(state=State.SENT).update(state=State.SUPERSEDED)
    freeze(order, deed, State.SENT, deed.get("valid_until"))


@effect
def accept_offer(order: Order, deed: Deed) -> None:
    """The order becomes the accepted revision: of alternatives, the chosen lines."""
    offer = order.offers.get(state=State.SENT)
    restore(order, offer)
    choices = {group: str(line) for group, line in (deed.get("choices") or {}).items()}
    rejected = order.lines.filter(left_out=False).exclude(alternative_group="").exclude(pk__in=choices.values())
    if rejected.exists():
        rejected.update(left_out=True)
        pricing.reprice(order)
    offer.state = State.ACCEPTED
    offer.save(update_fields=["state"])
    agree(order, deed, offer, choices)


def agree(order: Order, deed: Deed, offer: OfferRevision, choices: dict[str, str] | None = None) -> None:
    """Both sides agree: acceptance on record, terms and promised date frozen."""
    actor = deed.actor
    take_over(order, deed)
    order.acceptance = Acceptance.objects.create(
        order=order,
        offer=offer,
        at=deed.now,
        by_id=actor.user_id,
        role=deed.role,
        name=deed.get("name") or (actor.user.name if actor.user else ""),
        entered_by_staff=actor.is_staff,
        how=deed.get("how") or (BY_LINK if actor.by_link else ""),
        ip=actor.ip,
        user_agent=actor.user_agent[:200],
        terms_version=deed.shop.terms_version,
        choices=choices or {},
        snapshot_sha256=offer.sha256,
        choice_sha256=sha256(choices or {}),
    )
    company = order.company
    net_days = company.net_days if company else None
    own = company.prepayment_percent if company else None
    # Companies with net terms pay nothing in advance unless it is set for them.
    order.prepayment_percent = own if own is not None else 0 if net_days is not None else deed.shop.prepayment_percent
    order.net_days = net_days
    order.post_payment_status = deed.shop.post_payment_status
    order.placed_at = deed.now
    dates.promise(deed.shop, order, deed.now)


@effect
def keep_comment(order: Order, deed: Deed) -> None:
    """The customer asks for a change: the offer they had cannot be accepted any more. The comment stands in the details."""
    order.offers.filter(state=State.SENT).update(state=State.SUPERSEDED)


@effect
def withdraw_offer(order: Order, deed: Deed) -> None:
    order.offers.filter(state=State.SENT).update(state=State.WITHDRAWN)


@effect
def start_over(order: Order, deed: Deed) -> None:
    """Back to review: what was agreed and paid stays on record, but acceptance, PO and release no longer count."""
    order.offers.filter(state=State.SENT).update(state=State.SUPERSEDED)
    counting = [PurchaseOrder.State.PROVIDED, PurchaseOrder.State.ACCEPTED]
    order.purchase_orders.filter(state__in=counting).update(state=PurchaseOrder.State.VOID)
    take_back_refunds(order, deed)
    order.documents.filter(kind=Document.Kind.INVOICE, issued_at=None).delete()  # not owed any more
    order.acceptance = None
    order.released_at = order.produced_at = order.placed_at = order.held_at = order.canceled_at = None
    order.last_production = order.held_from = order.canceled_from = ""
    order.net_days = order.po_accepted_on = order.terms_reached_on = None
    order.payment_due = order.payment_due_set_on = order.promised_date = None
    order.payment_target = Decimal(0)


# --- purchase order and payment


def end_po_terms(order: Order) -> None:
    """Without an accepted purchase order there are only the company's own net terms."""
    order.po_accepted_on = order.payment_due = order.payment_due_set_on = None
    order.net_days = order.company.net_days if order.company else None


@effect
def store_po(order: Order, deed: Deed) -> None:
    """A new purchase order replaces the old one, also one that was accepted: it has to be looked at again."""
    counting = [PurchaseOrder.State.PROVIDED, PurchaseOrder.State.ACCEPTED]
    order.purchase_orders.filter(state__in=counting).update(state=PurchaseOrder.State.REPLACED)
    end_po_terms(order)
    PurchaseOrder.objects.create(
        order=order,
        number=deed.get("po_number"),
        file=deed.get("po_file") or "",
        total=deed.details.get("po_total"),
        provided_at=deed.now,
        provided_by_id=deed.actor.user_id,
    )


def _decide_po(order: Order, deed: Deed, state: str) -> None:
    po = order.purchase_orders.get(state=PurchaseOrder.State.PROVIDED)
    po.state, po.decided_at, po.decided_by_id = state, deed.now, deed.actor.user_id
    po.difference_reason = str(deed.get("reason"))[:200]
    po.save()


@effect
def accept_po(order: Order, deed: Deed) -> None:
    _decide_po(order, deed, PurchaseOrder.State.ACCEPTED)
    granted = order.company.net_days if order.company else None
    order.net_days = granted if granted is not None else deed.shop.net_days
    order.po_accepted_on = deed.today
    order.payment_due = None  # worked out anew: not before the PO was accepted
    dates.promise(deed.shop, order, deed.now)


@effect
def reject_po(order: Order, deed: Deed) -> None:
    _decide_po(order, deed, PurchaseOrder.State.REJECTED)
    end_po_terms(order)


@effect
def ask_for_payment(order: Order, deed: Deed) -> None:
    """The amount asked for: as given, else the open part of the prepayment, else the balance."""
    amount = Decimal(str(deed.get("amount") or 0))
    if not amount:
        amount = order.balance if order.prepayment_met else order.prepayment - order.received
    order.payment_target = order.received + amount


@effect
def mark_due(order: Order, deed: Deed) -> None:
    order.due_marked_for = order.payment_due


@effect
def settle(order: Order, deed: Deed) -> None:
    if order.status == Status.FREE_FOR_MANUFACTURING:
        release(order, deed)


# --- production and delivery


@effect
def release(order: Order, deed: Deed) -> None:
    order.released_at = order.released_at or deed.now


@effect
def ship(order: Order, deed: Deed) -> None:
    order.carrier = deed.get("carrier") or order.carrier
    order.tracking = deed.get("tracking") or order.tracking
    send_rest(order, deed.actor, deed.now, carrier=deed.get("carrier"), tracking=deed.get("tracking"))


# --- hold and cancel


@effect
def hold(order: Order, deed: Deed) -> None:
    order.held_from, order.held_at = deed.before, deed.now


@effect
def resume(order: Order, deed: Deed) -> None:
    """Hold days are added to the promised date."""
    order.promised_date = dates.postponed(deed.shop, order, deed.now)
    order.held_from, order.held_at = "", None


@effect
def cancel(order: Order, deed: Deed) -> None:
    """All that was received and not given back goes to the refund queue. A hold keeps where it came from."""
    order.canceled_from, order.canceled_at = deed.before, deed.now
    waiting = sum(request.amount for request in order.refund_requests.filter(state=RefundRequest.State.OPEN))
    if order.received > waiting:
        RefundRequest.objects.create(
            order=order, amount=order.received - waiting, because="canceled", created_at=deed.now
        )


@effect
def undo_cancel(order: Order, deed: Deed) -> None:
    take_back_refunds(order, deed)
    order.canceled_from, order.canceled_at = "", None


def take_back_refunds(order: Order, deed: Deed) -> None:
    """Refund requests of a cancellation; what was paid too much stays in the queue."""
    open_ = order.refund_requests.filter(state=RefundRequest.State.OPEN, because="canceled")
    open_.update(state=RefundRequest.State.TAKEN_BACK, closed_at=deed.now)


# --- after every move


def keep_progress(order: Order, deed: Deed) -> None:
    """How far production has come."""
    if order.status in PRODUCTION:
        order.last_production = order.status
        if order.status != Status.FREE_FOR_MANUFACTURING:
            order.produced_at = order.produced_at or deed.now
    elsewhere = (Status.WAITING_FOR_PAYMENT, Status.ON_HOLD, *CANCELED)
    if deed.before == Status.WAITING_FOR_PAYMENT and order.status not in elsewhere:
        order.payment_target = Decimal(0)  # nothing is asked for any more


def keep_terms(order: Order, deed: Deed) -> None:
    """The due date: net days from the day the shop's trigger status was reached, not before the PO was accepted."""
    if order.terms_reached_on is None and dates.terms_reached(deed.shop, order):
        order.terms_reached_on = deed.today
    if order.net_days is not None and order.terms_reached_on and order.payment_due is None:
        order.payment_due = dates.due(order.terms_reached_on, order.po_accepted_on, order.net_days)
        order.payment_due_set_on = deed.today


def what_follows(order: Order, deed: Deed) -> str:
    """The transition that the system does right after, in the same deed; empty if none."""
    if deed.name in ("place", "accept_offer", "record_acceptance", "reject_po"):
        has_po = order.purchase_orders.filter(state__in=["provided", "accepted"]).exists()
        return "" if order.prepayment_met or has_po else "request_payment"
    if deed.name in ("resume", "undo_cancel"):
        asked = order.status == Status.WAITING_FOR_PAYMENT and order.amount_asked == 0
        due = order.status == Status.PO_PAYMENT_DUE and order.balance == 0
        if asked or due:
            return "payment_settled"
        paid = order.status in (Status.PLACED, Status.PO_PROVIDED) and order.balance == 0
        if paid and order.post_payment_status and order.system_may_release:
            return "release_for_manufacturing"
    return ""
