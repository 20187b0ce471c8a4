"""What the clock does to orders: an idempotent scan, also after days without one."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import F, Q

from accounts.models import Shop
from orders.documents.issuing import make
from orders.drafts import forget_old_guest_drafts
from orders.inventory import tidy
from orders.models import Document, OfferRevision, Order, ProviderEvent, Status
from orders.models.status import CANCELED
from orders.payments.checkouts import reconcile
from orders.payments.events import judge
from orders.workflow.actors import SYSTEM
from orders.workflow.dates import local_day
from orders.workflow.deed import Refused
from orders.workflow.door import locked, perform
from orders.workflow.mails import tell
from quoting.sweep import look_after

log = logging.getLogger("partwright.orders")

REMIND_DAYS = 2  # before the due date
TOO_SOON_DAYS = 3  # no reminder when the date was set fewer days before it


def sweep(now: datetime, *, announce: bool = True) -> int:
    """Everything that is due; returns how many orders were touched. `announce`: there are workers to make papers."""
    shop = Shop.get()
    return sum(
        _guarded(what)
        for what in (
            lambda: remind(shop, now),
            lambda: mark_due(shop, now),
            lambda: tell_expired(shop, now),
            lambda: forget_old_guest_drafts(now),
            lambda: look_after(Document, make, now, announce=announce),
            lambda: look_after(ProviderEvent, judge, now, announce=announce),
            lambda: reconcile(now),
            lambda: tidy(now),
        )
    )


def _guarded(what: Callable[[], int]) -> int:
    """One order in trouble does not stop the clock for the others: what is due is found again at the next sweep."""
    try:
        return what()
    except Exception:
        log.exception("part of the sweep failed")
        return 0


def mark_due(shop: Shop, now: datetime) -> int:
    """Payments whose due date has come: from the statuses where the transition starts, once per due date."""
    today = local_day(shop, now)
    waiting = [Status.PLACED, Status.WAITING_FOR_PAYMENT, Status.SHIPPED, Status.READY_FOR_PICKUP, Status.DELIVERED]
    due = Order.objects.filter(status__in=waiting, payment_due__lte=today, net_days__isnull=False)
    due = due.filter(total__gt=F("credited") + F("paid") - F("refunded"))
    done = 0
    for order in due.exclude(due_marked_for=F("payment_due")):
        try:
            perform(order.pk, "mark_payment_due", actor=SYSTEM, key=f"due:{order.payment_due}", now=now)
            done += 1
        except Refused as refused:
            log.info("order=%s mark_payment_due refused: %s", order.pk, refused.code)
    return done


def remind(shop: Shop, now: datetime) -> int:
    """One reminder per order and due date, two days before it; none while on hold, paid or canceled."""
    today = local_day(shop, now)
    near = Order.objects.filter(payment_due__gte=today, payment_due__lte=today + timedelta(REMIND_DAYS))
    near = near.exclude(status__in=[*CANCELED, Status.ON_HOLD]).filter(
        Q(due_reminded_for__isnull=True) | ~Q(due_reminded_for=F("payment_due"))
    )
    return sum(_guarded(partial(_remind, order_id, shop, now)) for order_id in near.values_list("pk", flat=True))


def _remind(order_id: int, shop: Shop, now: datetime) -> int:
    with transaction.atomic():
        order = locked(order_id)
        if order.payment_due is None or order.due_reminded_for == order.payment_due:
            return 0
        if order.balance == 0 or order.is_canceled or order.status == Status.ON_HOLD:
            return 0
        order.due_reminded_for = order.payment_due
        set_on = order.payment_due_set_on
        order.save()
        if set_on and (order.payment_due - set_on).days < TOO_SOON_DAYS:
            return 0
        tell(order, "payment_due_reminder", deed=f"order:{order.pk}:due:{order.payment_due}", shop=shop, now=now)
        return 1


def tell_expired(shop: Shop, now: datetime) -> int:
    """Offers that ran out: both sides are told once. Expiry is no status."""
    over = OfferRevision.objects.filter(
        state=OfferRevision.State.SENT,
        order__status=Status.FIRM_OFFER_SENT,
        valid_until__lt=local_day(shop, now),
        expiry_told_at=None,
    )
    return sum(_guarded(partial(_tell_expired, offer.order_id, offer.pk, shop, now)) for offer in over)


def _tell_expired(order_id: int, offer_id: int, shop: Shop, now: datetime) -> int:
    with transaction.atomic():
        order = locked(order_id)
        offer = order.offers.get(pk=offer_id)
        if offer.expiry_told_at or offer.state != OfferRevision.State.SENT or order.status != Status.FIRM_OFFER_SENT:
            return 0
        offer.expiry_told_at = now
        offer.save(update_fields=["expiry_told_at"])
        tell(order, "offer_expired", deed=f"offer:{offer.pk}", shop=shop, now=now)
        return 1
