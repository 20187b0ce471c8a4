"""Finds the messages that are due, and forgets what was kept for a while only."""

from datetime import datetime, timedelta

from api import calls
from api.models import Answered, ApiCall, Delivery
from api.webhooks.delivery import deliver
from quoting.deeds import FINISHED
from quoting.sweep import look_after

ANSWERS_KEPT = timedelta(days=7)
DELIVERIES_KEPT = timedelta(days=90)
AT_ONCE = 1000


def sweep(now: datetime, *, announce: bool = True) -> int:
    """How many messages were looked after."""
    _forget(now)
    return look_after(Delivery, deliver, now, announce=announce)


def _forget(now: datetime) -> None:
    for kind, kept in ((ApiCall, calls.KEPT), (Answered, ANSWERS_KEPT)):
        old = kind._default_manager.filter(at__lt=now - kept).values_list("pk", flat=True)[:AT_ONCE]
        if ids := list(old):
            kind._default_manager.filter(pk__in=ids).delete()
    done = Delivery.objects.filter(state__in=FINISHED, next_try=None, created_at__lt=now - DELIVERIES_KEPT)
    if ids := list(done.values_list("pk", flat=True)[:AT_ONCE]):
        Delivery.objects.filter(pk__in=ids).delete()
