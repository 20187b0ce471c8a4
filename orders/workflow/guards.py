"""Each guard: (order, deed) -> Reason or None. They read models only, under the order's lock.

A guard that a detail can answer (a reason, a confirmation) refuses with a code of ANSWERED_BY: then the deed is
offered all the same, and its form asks for that detail.
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation

from orders.models import LedgerEntry, LineWarning, Order, PurchaseOrder, Status
from orders.models.status import PRODUCTION
from orders.models.transitions import ACCOUNTING, CANCELABLE_BY_CUSTOMER, PRODUCING
from orders.workflow.deed import Deed
from orders.workflow.snapshot import alternatives
from quoting.geometry.values import Reason

Guard = Callable[[Order, Deed], Reason | None]
GUARDS: dict[str, Guard] = {}

ANSWERED_BY = {
    "going_back_needs_reason": "reason",
    "override_needs_reason": "reason",
    "po_total_differs": "reason",
    "other_way_needs_confirmation": "confirm_way",
    "on_whose_behalf": "on_behalf",
    "offer_not_current": "revision",
    "choose_one_per_group": "choices",
    "valid_until_past": "valid_until",
    "terms_changed": "terms",
    "total_changed": "seen_total",
}

CONTACT_FIELDS = ("name", "email")
ADDRESS_FIELDS = ("name", "street", "postcode", "city", "country")


def guard(function: Guard) -> Guard:
    GUARDS[function.__name__] = function
    return function


# --- submitting and placing


@guard
def has_lines(order: Order, deed: Deed) -> Reason | None:
    return None if order.lines.filter(left_out=False).exists() else Reason(code="no_lines")


@guard
def measured(order: Order, deed: Deed) -> Reason | None:
    parts = order.lines.filter(part__isnull=False)
    if parts.filter(part__measurement__state__in=["waiting", "working"]).exists():
        return Reason(code="still_measuring")
    if refused := parts.filter(part__measurement__state="refused", quote_by_hand=False).first():
        return Reason(code="file_refused", params={"line": refused.name})
    return None


@guard
def verified_customer(order: Order, deed: Deed) -> Reason | None:
    person = deed.actor.user if deed.actor.is_customer else order.customer
    if person is None:
        return Reason(code="not_signed_in")
    return None if person.has_verified_email else Reason(code="email_not_verified")


@guard
def contact_complete(order: Order, deed: Deed) -> Reason | None:
    missing = [f"contact_{name}" for name in CONTACT_FIELDS if not order.contact.get(name)]
    missing += [f"billing_{name}" for name in ADDRESS_FIELDS if not order.billing_address.get(name)]
    if not order.shipping_method:
        missing.append("shipping_method")
    elif not order.is_pickup:
        missing += [f"shipping_{name}" for name in ADDRESS_FIELDS if not order.shipping_address.get(name)]
    return Reason(code="contact_incomplete", params={"fields": ",".join(missing)}) if missing else None


@guard
def firm_prices(order: Order, deed: Deed) -> Reason | None:
    unpriced = order.lines.exclude(state="priced").first()
    if unpriced:
        code = "price_working" if unpriced.state == "working" else "line_to_be_quoted"
        return Reason(code=code, params={"line": unpriced.name})
    price = order.price
    return None if price and price.state == "priced" else Reason(code="order_to_be_quoted")


@guard
def no_review_trigger(order: Order, deed: Deed) -> Reason | None:
    return Reason(code="needs_review") if order.review_reasons or order.price_hidden else None


@guard
def warnings_settled(order: Order, deed: Deed) -> Reason | None:
    warnings = LineWarning.objects.filter(line__order=order).select_related("line")
    if bad := warnings.filter(level=LineWarning.Level.MUST_CHANGE).first():
        return Reason(code="must_change", params={"line": bad.line.name})
    if open_ := warnings.filter(level=LineWarning.Level.REVIEW_AND_ACCEPT, accepted_at=None).first():
        return Reason(code="warning_not_accepted", params={"line": open_.line.name})
    return None


@guard
def terms_accepted(order: Order, deed: Deed) -> Reason | None:
    """`terms` is the version of the terms that the customer ticked."""
    return None if deed.get("terms") == deed.shop.terms_version else Reason(code="terms_changed")


@guard
def total_as_seen(order: Order, deed: Deed) -> Reason | None:
    try:
        seen = Decimal(str(deed.get("seen_total")))
    except InvalidOperation:
        seen = None
    return None if seen == order.total else Reason(code="total_changed", params={"total": str(order.total)})


# --- offers


@guard
def priced_or_left_out(order: Order, deed: Deed) -> Reason | None:
    unpriced = order.lines.filter(left_out=False).exclude(state="priced").first()
    if unpriced:
        return Reason(code="line_without_price", params={"line": unpriced.name})
    return Reason(code="shipping_without_price") if order.price and order.price.reasons else None


@guard
def not_past(order: Order, deed: Deed) -> Reason | None:
    valid_until = deed.get("valid_until")
    in_time = isinstance(valid_until, date) and valid_until >= deed.today
    return None if in_time else Reason(code="valid_until_past")


@guard
def has_customer(order: Order, deed: Deed) -> Reason | None:
    return None if order.customer and order.customer.email else Reason(code="no_customer")


@guard
def offer_current(order: Order, deed: Deed) -> Reason | None:
    offer = order.offers.filter(state="sent").first()
    if offer and offer.valid_until and offer.valid_until < deed.today:
        return Reason(code="offer_expired", params={"date": offer.valid_until.isoformat()})
    if offer is None or str(offer.revision) != str(deed.get("revision")):
        return Reason(code="offer_not_current")
    return None


@guard
def one_choice_per_group(order: Order, deed: Deed) -> Reason | None:
    """`choices` maps each group of alternatives to the pk of the line chosen."""
    choices = deed.get("choices") or {}
    groups = alternatives(order).items()
    wrong = [group for group, lines in groups if str(choices.get(group)) not in {str(line.pk) for line in lines}]
    return Reason(code="choose_one_per_group", params={"groups": ",".join(wrong)}) if wrong else None


# --- purchase order and payment


@guard
def says_on_whose_behalf(order: Order, deed: Deed) -> Reason | None:
    """Staff acting for the customer say who asked and how."""
    return Reason(code="on_whose_behalf") if deed.actor.is_staff and not deed.get("on_behalf") else None


@guard
def not_released(order: Order, deed: Deed) -> Reason | None:
    return Reason(code="already_released") if order.is_released else None


@guard
def balance_open(order: Order, deed: Deed) -> Reason | None:
    return None if order.balance > 0 else Reason(code="nothing_to_pay")


@guard
def amount_within_balance(order: Order, deed: Deed) -> Reason | None:
    amount = deed.get("amount")
    if not amount or 0 < Decimal(str(amount)) <= order.balance:
        return None
    return Reason(code="amount_beyond_balance", params={"balance": str(order.balance)})


@guard
def po_total_agrees(order: Order, deed: Deed) -> Reason | None:
    po = order.purchase_orders.filter(state=PurchaseOrder.State.PROVIDED).first()
    if po is None:
        return Reason(code="no_purchase_order")
    if po.total == order.total or deed.get("reason"):
        return None
    given = "" if po.total is None else str(po.total)
    return Reason(code="po_total_differs", params={"po": given, "order": str(order.total)})


@guard
def net_terms(order: Order, deed: Deed) -> Reason | None:
    return Reason(code="no_net_terms") if order.net_days is None else None


@guard
def due_date_come(order: Order, deed: Deed) -> Reason | None:
    due = order.payment_due
    return None if due and deed.today >= due else Reason(code="not_due_yet", params={"due": str(due or "")})


@guard
def not_marked_before(order: Order, deed: Deed) -> Reason | None:
    return Reason(code="marked_before") if order.due_marked_for == order.payment_due else None


@guard
def settled(order: Order, deed: Deed) -> Reason | None:
    """The amount asked for is covered; where payment is due, everything."""
    covered = order.balance == 0 or (deed.before == Status.WAITING_FOR_PAYMENT and order.amount_asked == 0)
    return None if covered else Reason(code="not_settled", params={"balance": str(order.balance)})


# --- production


@guard
def not_in_production(order: Order, deed: Deed) -> Reason | None:
    return Reason(code="production_has_begun") if order.produced_at else None


@guard
def may_release(order: Order, deed: Deed) -> Reason | None:
    """Prepayment met or PO accepted, or an override by accounting or manager with a reason."""
    actor = deed.actor
    overrides = actor.has(ACCOUNTING)
    if overrides and deed.get("reason"):
        return None
    if overrides and not actor.has(PRODUCING):
        return Reason(code="override_needs_reason")
    if order.is_released:
        return None
    if actor.role == "system" and not order.system_may_release:
        return Reason(code="needs_adjusting")
    if order.prepayment_met or order.has_accepted_po:
        return None
    code = "override_needs_reason" if overrides else "not_paid_no_po"
    return Reason(code=code, params={"open": str(order.prepayment - order.received)})


@guard
def again_needs_reason(order: Order, deed: Deed) -> Reason | None:
    """A released order goes back to the release only with a reason, wherever it stands in production."""
    again = order.is_released and order.last_production not in ("", Status.FREE_FOR_MANUFACTURING)
    return Reason(code="going_back_needs_reason") if again and not deed.get("reason") else None


@guard
def released(order: Order, deed: Deed) -> Reason | None:
    return None if order.is_released else Reason(code="not_released")


@guard
def back_needs_reason(order: Order, deed: Deed) -> Reason | None:
    """Going back, measured from the last production status entered; from re-printing it is the usual way."""
    here = order.last_production
    if not order.is_released or here in ("", Status.RE_PRINTING) or deed.get("reason"):
        return None
    goes_back = PRODUCTION.index(Status(deed.target)) < PRODUCTION.index(Status(here))
    return Reason(code="going_back_needs_reason") if goes_back else None


@guard
def way_as_ordered(order: Order, deed: Deed) -> Reason | None:
    """Shipping what was to be picked up, or the other way round, asks for confirmation."""
    by_pickup = deed.target == Status.READY_FOR_PICKUP
    if by_pickup == order.is_pickup or deed.get("confirm_way"):
        return None
    return Reason(code="other_way_needs_confirmation", params={"ordered": order.shipping_method})


# --- cancel


@guard
def customer_may_cancel(order: Order, deed: Deed) -> Reason | None:
    if deed.actor.is_staff:
        gone = order.last_production in (Status.SHIPPED, Status.DELIVERED)
        return Reason(code="already_shipped") if gone else None
    where = order.held_from if order.status == Status.ON_HOLD else order.status
    in_time = where in CANCELABLE_BY_CUSTOMER and not order.is_released
    return None if in_time else Reason(code="too_late_to_cancel")


@guard
def not_delivered(order: Order, deed: Deed) -> Reason | None:
    return Reason(code="already_delivered") if order.last_production == Status.DELIVERED else None


@guard
def nothing_refunded_since(order: Order, deed: Deed) -> Reason | None:
    refunds = order.ledger.filter(kind=LedgerEntry.Kind.REFUND, at__gte=order.canceled_at)
    return Reason(code="refunded_since") if refunds.exists() else None
