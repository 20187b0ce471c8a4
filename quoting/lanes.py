"""Two lanes for what is measured: a file that takes long must not keep the next one waiting.

Everything starts in the quick lane, where a child has little time. What does not end in it, and every large file, goes
on in the slow lane, which leaves half of the places to the others. A slow row that finds no place is left as it
is, and woken when the one before it is through; the sweeper finds it in any case.

Within the quick lane small files come first: whoever sends one part does not wait for somebody's hundred.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Q

from quoting import deeds
from quoting.geometry.places import children_at_once
from quoting.models import Deed, Measurement, Preview, Thumbnail

SLOW_BYTES = 4 * 1024**2  # about 80,000 triangles: larger files would only waste the time of the quick lane


LONG = timedelta(minutes=1)
AT_A_TIME = 8  # more than there are workers' threads that may be faster


class Lane(NamedTuple):
    slow: bool
    limits: dict[str, Any]  # of geometry.isolate.Limits, which only workers import; what is not named is as usual


QUICK = Lane(slow=False, limits={"cpu_seconds": 1, "wall_seconds": 6.0})
SLOW = Lane(slow=True, limits={})

_slow_places = threading.BoundedSemaphore(children_at_once() // 2)


@contextmanager
def place_for(kind: type[Measurement] | type[Thumbnail] | type[Preview], row_id: int) -> Iterator[Lane | None]:
    """The lane of a row, for as long as it is worked on; None when the row has to wait for a place in it."""
    if not _is_slow(kind, row_id):
        yield QUICK
        return
    if not _slow_places.acquire(blocking=False):
        yield None
        return
    try:
        yield SLOW
    finally:
        _slow_places.release()
        _wake_next()


def in_turn(told: int, now: datetime) -> Iterator[int]:
    """Measurements that may come next, the first choice first, for a worker that was told of one of them.

    A row that has waited for long goes first, as small ones might otherwise come before it for ever.
    """
    waiting = Measurement.objects.filter(state=Deed.State.WAITING).filter(Q(attempts=0) | Q(next_try__lte=now))
    if waiting.filter(pk=told, created_at__lt=now - LONG).exists():
        yield told
    yield from waiting.order_by("slow", "file__size", "pk").values_list("pk", flat=True)[:AT_A_TIME]
    yield told


def _is_slow(kind: type[Deed], row_id: int) -> bool:
    found = kind._default_manager.filter(pk=row_id).values_list(_field(kind), flat=True).first()
    return bool(found)


def _field(kind: type[Deed]) -> str:
    return "slow" if kind is Measurement else "measurement__slow"


def _wake_next() -> None:
    """Tell a worker of the slow row of each kind that has waited longest."""
    for kind in (Measurement, Thumbnail, Preview):
        waiting = kind._default_manager.filter(state=Deed.State.WAITING, **{_field(kind): True})
        deeds.wake(kind, list(waiting.order_by("next_try").values_list("pk", flat=True)[:1]))


def move_to_slow(row: Measurement, now: datetime) -> None:
    """The quick lane's time was not enough."""
    Measurement.objects.filter(pk=row.pk).update(slow=True, attempts=0)
    deeds.give_back(row, now)
