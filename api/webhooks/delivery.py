"""Claim → send → mark, as with mails: a message arrives at least once, and a second time with the same id.

After a failure the other messages of the endpoint wait with it, so that a dead receiver costs one try at a time. When
nothing has arrived for as long as one message is tried, the endpoint is switched off and its owner is told.
"""

import logging
import time
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import Shop
from api.models import Attempt, Delivery, Endpoint
from api.webhooks import signing
from api.webhooks.sending import NotDelivered, post
from orders.workflow.dates import local_day
from quoting import deeds

log = logging.getLogger("partwright.webhooks")

MINUTE, HOUR = 60, 3600
# Seconds until the next try; after the last, about three days, it is given up and can be sent again by hand.
DELAYS = (30, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR, *([12 * HOUR] * 4))
PATIENCE = timedelta(seconds=sum(DELAYS))  # as long as a single message is tried
PAUSE = timedelta(seconds=30)

State = deeds.State


def deliver(delivery_id: int, now: datetime) -> bool:
    """Send this message if it is due and nobody else is at it. True when it was tried."""
    if not deeds.due(Delivery, now).filter(pk=delivery_id).exists():
        return False  # a message of the broker may come twice, or late
    row = deeds.claim(Delivery, delivery_id, now)
    if row is None:
        return False
    endpoint = row.endpoint
    if not endpoint.is_on:
        _give_up(row, "endpoint_off", now)
        return False
    if endpoint.paused_until and endpoint.paused_until > now:
        _wait(row, endpoint.paused_until)
        return False
    if row.attempts > deeds.MAX_ATTEMPTS:
        _give_up(row, "connection", now)  # begun so often and never brought to an end
        return False
    _send(row, endpoint, now)
    return True


def _send(row: Delivery, endpoint: Endpoint, now: datetime) -> None:
    body, started = row.body.encode(), time.monotonic()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Partwright-Webhooks/1",
        **signing.headers(endpoint.salt, str(row.uid), int(now.timestamp()), body),
    }
    code, status = "", None
    try:
        status = post(endpoint.url, body, headers)
    except NotDelivered as failure:
        code, status = failure.code, failure.status
    ms = int((time.monotonic() - started) * 1000)
    with transaction.atomic():
        Attempt.objects.create(delivery=row, at=now, status=status, error=code, ms=ms)
        if code:
            _failed(row, endpoint, code, now)
        else:
            _arrived(row, endpoint, now)
    log.info("delivery=%s endpoint=%s try %s: %s", row.pk, endpoint.pk, row.tries + 1, code or status)


def _arrived(row: Delivery, endpoint: Endpoint, now: datetime) -> None:
    deeds.finish(row, State.DONE, delivered_at=now, tries=row.tries + 1)
    Endpoint.objects.filter(pk=endpoint.pk).update(failing_since=None, paused_until=None)


def _failed(row: Delivery, endpoint: Endpoint, code: str, now: datetime) -> None:
    tries = row.tries + 1
    if tries > len(DELAYS):
        deeds.finish(row, State.REFUSED, tries=tries)
    else:
        _wait(row, now + timedelta(seconds=DELAYS[tries - 1]), tries=tries)
    since = endpoint.failing_since or now
    Endpoint.objects.filter(pk=endpoint.pk).update(failing_since=since, paused_until=now + PAUSE)
    if now - since >= PATIENCE:
        _switch_off(endpoint, since, now)


def _wait(row: Delivery, until: datetime, **more: int) -> None:
    """Given back in good order: `attempts` counts what was begun and never ended."""
    ours = Delivery.objects.filter(pk=row.pk, state=State.WORKING)
    ours.update(state=State.WAITING, next_try=until, attempts=0, **more)


def _give_up(row: Delivery, code: str, now: datetime) -> None:
    Attempt.objects.create(delivery=row, at=now, error=code, ms=0)
    deeds.finish(row, State.REFUSED)


def _switch_off(endpoint: Endpoint, since: datetime, now: datetime) -> None:
    """Once: who switched it off tells its owner."""
    on = Endpoint.objects.filter(pk=endpoint.pk, disabled_at=None)
    if not on.update(disabled_at=now, disabled_because=Endpoint.Why.FAILING):
        return
    owner, day = endpoint.created_by, local_day(Shop.get(), since)
    page = reverse("account_webhook" if endpoint.company_id else "bo_webhook", args=[endpoint.pk])
    with translation.override(owner.language or settings.LANGUAGE_CODE):
        text = _(
            "Nothing that we sent to the webhook %(url)s has arrived since %(day)s, so we have switched it off.\n\n"
            "What was not delivered is listed here and can be sent again, once it is switched on:\n%(page)s"
        )
        told = text % {"url": endpoint.url, "day": date_format(day), "page": settings.SITE_URL + page}
        send_mail(_("A webhook was switched off"), told, None, [owner.email])
    log.warning("endpoint=%s switched off", endpoint.pk)


def send_again(row: Delivery, now: datetime) -> bool:
    """By hand, whatever became of it; False while it is waiting anyway, or its endpoint is off."""
    if not row.endpoint.is_on:
        return False
    finished = Delivery.objects.filter(pk=row.pk, state__in=deeds.FINISHED)
    if not finished.update(state=State.WAITING, next_try=now, tries=0, attempts=0):
        return False
    Endpoint.objects.filter(pk=row.endpoint_id).update(paused_until=None)
    deeds.wake(Delivery, [row.pk])
    return True
