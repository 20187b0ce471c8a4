"""Finds the mails that are due: just written, left behind by a worker that died, or whose next try has come.

One conversation at a time in each process: mails go in the order in which they were written, a killed worker leaves
one in the air and not as many as it has threads, and a server that hangs holds one thread and not all of them.
"""

import threading
import time
from datetime import datetime, timedelta

from notifications import delivery

SECONDS = 15.0  # the next sweep goes on
BATCH = 1000

_at_it = threading.Lock()
_wanted = threading.Event()


def sweep(now: datetime) -> int:
    """Deliver what is due; returns how many mails were tried. Safe beside other processes: each mail is claimed.

    Called while another thread is at it, it returns at once: that thread then looks again before it ends.
    """
    started, tried = time.monotonic(), 0
    _wanted.set()
    while _wanted.is_set() and time.monotonic() - started <= SECONDS and _at_it.acquire(blocking=False):
        try:
            _wanted.clear()
            tried += _round(now, started)
        finally:
            _at_it.release()
    return tried


def _round(now: datetime, started: float) -> int:
    tried = 0
    found = delivery.due(_later(now, started), BATCH)
    for email_id in found:
        if time.monotonic() - started > SECONDS:
            break
        tried += delivery.deliver(email_id, _later(now, started))
    if len(found) == BATCH:
        _wanted.set()
    return tried


def _later(now: datetime, started: float) -> datetime:
    """The time by now: a claim is as long as it says only when it starts when it says."""
    return now + timedelta(seconds=time.monotonic() - started)
