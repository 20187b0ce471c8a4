"""Signs of life of workers and scheduler, for /ready. In the cache, which is in the database: web servers on other
machines see them, and they do not depend on the broker.

A worker gives them per queue, because that is what matters: that somebody looks after each of them, be it one worker
or ten. They say that the process lives and reaches the database.
"""

import logging
import threading
import time
from collections.abc import Iterable
from typing import Any

from celery.signals import worker_ready
from django.core.cache import cache
from django.db import DatabaseError, close_old_connections

log = logging.getLogger("partwright.heartbeat")

QUEUES = ("mail", "geometry", "documents", "default")
SCHEDULER = "scheduler"
EVERY = 10.0  # seconds
GONE_AFTER = 30.0


def give(names: Iterable[str]) -> None:
    try:
        cache.set_many({key(name): time.time() for name in names}, timeout=None)
    except DatabaseError as error:
        log.warning("sign of life not written: %s", error)


def missing() -> list[str]:
    """Which queues have no worker, and whether the scheduler is gone."""
    names = [*QUEUES, SCHEDULER]
    seen = cache.get_many([key(name) for name in names])
    oldest = time.time() - GONE_AFTER
    return [name for name in names if seen.get(key(name), 0.0) < oldest]


def forget() -> None:
    cache.delete_many([key(name) for name in (*QUEUES, SCHEDULER)])


def key(name: str) -> str:
    return f"alive:{name}"


@worker_ready.connect
def start(sender: Any, **kwargs: object) -> None:
    queues = list(sender.app.amqp.queues.consume_from)
    threading.Thread(target=keep_giving, args=[queues], daemon=True, name="heartbeat").start()


def keep_giving(names: list[str]) -> None:
    while True:
        close_old_connections()  # the database may have been restarted since
        give(names)
        time.sleep(EVERY)
