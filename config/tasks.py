"""The sweep: every deed that waits in a row, and whose waking was lost, is found here. See docs/architecture.md."""

import logging
import threading
from collections.abc import Callable

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from api import sweep as api
from config import (
    heartbeat,  # noqa: F401 - connects itself to the workers' start
    incoming,
)
from notifications import sweep as notifications
from orders import sweep as orders
from quoting import sweep as quoting

log = logging.getLogger("partwright.sweep")

_sweeping = threading.Lock()


# A sweep that could not run before the next was due is of no use any more: they never pile up in the queue.
@shared_task(expires=settings.SWEEP_SECONDS)
def sweep() -> None:
    if not _sweeping.acquire(blocking=False):
        return  # the one before is still at it
    try:
        sweep_rooms()
    finally:
        _sweeping.release()


def sweep_rooms(*, announce: bool = True) -> None:
    """One room's trouble does not keep the others from their work. `announce`: there are workers to do what takes time."""
    now = timezone.now()
    sweepers: dict[str, Callable[[], int]] = {
        "orders": lambda: orders.sweep(now, announce=announce),
        "quoting": lambda: quoting.sweep(now, announce=announce),
        "notifications": lambda: notifications.sweep(now),
        "incoming": incoming.clear,
        "api": lambda: api.sweep(now, announce=announce),
    }
    for room, sweeper in sweepers.items():
        try:
            sweeper()
        except Exception:
            log.exception("sweep of %s failed", room)
