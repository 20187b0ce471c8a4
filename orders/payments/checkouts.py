"""Paying online: start a checkout, find out what became of it, close those that no longer fit.

start    under the order's lock a row; then the provider is asked, outside of any transaction
settle   asks the provider and books what it says was paid; return page, webhook and the scan all call it
close    a second try, or a change of the order, closes the one before; paid all the same it is booked all the same
"""

import logging
from datetime import datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from accounts.models import Shop
from orders.models import Checkout, Order, Status
from orders.models.status import CANCELED
from orders.payments import ledger
from orders.payments.providers import Provider, ProviderError, Session, by_name, plain, provider
from orders.workflow.deed import Refused
from orders.workflow.door import locked
from orders.workflow.mails import tell

log = logging.getLogger("partwright.payments")

State = Checkout.State
LIVE = (State.STARTING, State.OPEN)
UNSETTLED = (State.STARTING, State.OPEN, State.PROCESSING, State.CLOSING)
NOT_PAYABLE = (Status.DRAFT, Status.WAITING_FOR_REVIEW, Status.FIRM_OFFER_SENT, Status.ON_HOLD, *CANCELED)
LOOK_AGAIN = timedelta(minutes=5)  # a webhook that was lost is found at the latest after this and a sweep
GIVE_UP = timedelta(days=30)


def amounts(order: Order) -> list[tuple[str, Decimal]]:
    """What can be paid now: the open part of what is asked for or of the prepayment, and the whole balance."""
    if order.status in NOT_PAYABLE or order.balance <= 0:
        return []
    asked = order.amount_asked or max(Decimal(0), order.prepayment - order.received)
    found = [("asked", min(asked, order.balance))] if 0 < asked < order.balance else []
    return [*found, ("balance", order.balance)]


def is_processing(order: Order) -> bool:
    return order.checkouts.filter(state=State.PROCESSING).exists()


def start(order_id: int, what: str, *, key: str, now: datetime) -> Checkout:
    """A checkout with an address to go to. The same key again gives the same one. Raises Refused, ProviderError."""
    using = provider()
    if using is None:
        raise Refused("no_online_payment")
    with transaction.atomic():
        order = locked(order_id)
        checkout = order.checkouts.filter(key=key).first()
        if checkout is None:
            amount = dict(amounts(order)).get(what)
            if amount is None:
                raise Refused("nothing_to_pay")
            if is_processing(order):
                raise Refused("payment_processing")
            order.checkouts.filter(state__in=LIVE).update(state=State.CLOSING)
            checkout = order.checkouts.create(
                provider=using.name, key=key, amount=amount, currency=order.currency, created_at=now
            )
    if checkout.state == State.STARTING:
        _ask(using, checkout, order)
    close_stale(order_id)
    if checkout.state != State.OPEN:
        raise Refused("checkout_over")
    return checkout


def _ask(using: Provider, checkout: Checkout, order: Order) -> None:
    """The provider's session. A crash in between leaves a row that starts again under the same key."""
    page = f"{settings.SITE_URL}{reverse('order', args=[order.public_id])}"
    back = f"{settings.SITE_URL}{reverse('order_paid', args=[order.public_id, checkout.pk])}"
    title = f"{Shop.get().name} #{order.number}"
    email = order.customer.email if order.customer else ""
    try:
        session = using.start(checkout, title=title, email=email, done_url=back, back_url=page)
    except ProviderError:
        Checkout.objects.filter(pk=checkout.pk, state=State.STARTING).update(state=State.FAILED)
        raise
    known = {"session": session.session, "url": session.url}
    # Another try may have closed this one meanwhile: the provider's session is kept all the same, to be closed there.
    Checkout.objects.filter(pk=checkout.pk).update(**known)
    Checkout.objects.filter(pk=checkout.pk, state=State.STARTING).update(state=State.OPEN)
    checkout.refresh_from_db()


def settle(checkout_id: int, now: datetime) -> Checkout:
    """Ask the provider how a checkout stands and do what follows, once however often and by whom it is asked."""
    checkout = Checkout.objects.get(pk=checkout_id)
    using = by_name(checkout.provider)
    if using is None or not checkout.session:
        return checkout
    session = using.fetch(checkout.session)
    if session.standing == "paid":
        _book(checkout, session, now)
    else:
        _keep(checkout, session, now)
    checkout.refresh_from_db()
    return checkout


def _book(checkout: Checkout, session: Session, now: datetime) -> None:
    """What was paid is booked whatever the checkout's state; another amount or currency than asked for is for people."""
    if (session.amount, session.currency) != (checkout.amount, checkout.currency):
        if _turn(checkout, State.WRONG, session, now):
            log.error("order=%s checkout=%s paid another amount or currency", checkout.order_id, checkout.pk)
            _tell(checkout, "payment_problem", f"wrong:{checkout.pk}", now)
        return
    payment = session.payment or session.session
    key = f"{checkout.provider}:{payment}"
    ledger.confirm(checkout.order_id, amount=session.amount, key=key, method=checkout.provider, now=now)
    _turn(checkout, State.PAID, session, now)


def _keep(checkout: Checkout, session: Session, now: datetime) -> None:
    if session.standing == "processing":
        _turn(checkout, State.PROCESSING, session, now)
    elif session.standing == "failed":
        if _turn(checkout, State.FAILED, session, now):
            _tell(checkout, "payment_failed", f"failed:{checkout.pk}", now)
    elif session.standing == "expired":
        _turn(checkout, State.CLOSED, session, now)
    else:
        Checkout.objects.filter(pk=checkout.pk).update(checked_at=now)


def _turn(checkout: Checkout, state: str, session: Session, now: datetime) -> bool:
    """Whether this call was the one that brought it into the state. What is paid or wrong stays so."""
    rows = Checkout.objects.filter(pk=checkout.pk).exclude(state__in=[state, State.PAID, State.WRONG])
    told = {**checkout.told, **plain(session)}
    return bool(rows.update(state=state, told=told, checked_at=now))


def _tell(checkout: Checkout, event: str, deed: str, now: datetime) -> None:
    with transaction.atomic():
        order = locked(checkout.order_id)
        tell(order, event, deed=deed, shop=Shop.get(), now=now, amount=str(checkout.amount))


def close_stale(order_id: int | None = None) -> int:
    """Close at the provider what was closed here. One that was paid this moment cannot be closed: `settle` books it."""
    rows = Checkout.objects.filter(state=State.CLOSING)
    if order_id is not None:
        rows = rows.filter(order=order_id)
    closed = 0
    for checkout in rows:
        using = by_name(checkout.provider)
        try:
            if using and checkout.session:
                using.expire(checkout.session)
        except ProviderError as error:
            log.info("checkout=%s cannot be closed: %s", checkout.pk, error)
            continue  # settled by the scan
        closed += Checkout.objects.filter(pk=checkout.pk, state=State.CLOSING).update(state=State.CLOSED)
    return closed


def reconcile(now: datetime) -> int:
    """Look after checkouts of which nothing was heard: webhooks get lost, browsers do not come back."""
    close_stale()
    rows = Checkout.objects.filter(state__in=UNSETTLED, created_at__gt=now - GIVE_UP).exclude(session="")
    done = 0
    for checkout in rows.filter(created_at__lt=now - LOOK_AGAIN)[:50]:
        if checkout.checked_at and checkout.checked_at > now - LOOK_AGAIN:
            continue
        try:
            settle(checkout.pk, now)
            done += 1
        except ProviderError as error:
            log.info("checkout=%s cannot be looked at: %s", checkout.pk, error)
    return done
