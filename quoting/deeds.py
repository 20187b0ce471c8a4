"""Rows that the worker acts on: claimed by one, given back, announced.

A claim is a conditional update with a lease: whoever is killed while holding one loses it to the sweeper.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TypeVar

from celery import current_app
from django.db import transaction
from django.db.models import F, Q, QuerySet

from quoting.models import Deed, Measurement, Preview, PrintEstimate, Thumbnail

LEASE = timedelta(seconds=60)  # a child may take 18 s (geometry.isolate.Limits)
PATIENCE = timedelta(seconds=60)  # until a row that was announced is announced once more
MAX_ATTEMPTS = 5  # of workers that died or could not reach the storage: then the file is held to be the cause

State = Deed.State
FINISHED = (State.DONE, State.REFUSED)
# By these names the tasks are sent: services stand below tasks and do not import them.
TASKS: dict[type[Deed], str] = {
    Measurement: "quoting.tasks.measure",
    PrintEstimate: "quoting.tasks.estimate",
    Thumbnail: "quoting.tasks.draw_thumbnail",
    Preview: "quoting.tasks.make_preview",
}
Row = TypeVar("Row", bound=Deed)


def due(kind: type[Row], now: datetime) -> QuerySet[Row]:
    """Rows that nobody is working on, or whose worker was not heard of again."""
    return kind._default_manager.filter(state__in=[State.WAITING, State.WORKING], next_try__lte=now)


def claim(kind: type[Row], row_id: int, now: datetime) -> Row | None:
    """The row, which is ours until the lease ends; None when it is somebody else's or finished."""
    free = Q(state=State.WAITING) | Q(state=State.WORKING, next_try__lte=now)
    taken = kind._default_manager.filter(free, pk=row_id).update(
        state=State.WORKING, attempts=F("attempts") + 1, next_try=now + LEASE
    )
    return kind._default_manager.get(pk=row_id) if taken else None


def give_back(row: Deed, next_try: datetime) -> None:
    type(row)._default_manager.filter(pk=row.pk, state=State.WORKING).update(state=State.WAITING, next_try=next_try)


def finish(row: Row, state: Deed.State, **result: object) -> bool:
    """Store what came of it, unless somebody else did: a finished row never changes."""
    unfinished = type(row)._default_manager.filter(pk=row.pk).exclude(state__in=FINISHED)
    return bool(unfinished.update(state=state, next_try=None, **result))


def wake(kind: type[Deed], row_ids: Iterable[int]) -> None:
    """Tell a worker once the transaction is through. Never fails: the sweeper finds what nobody was told of."""
    ids = list(row_ids)
    if ids:
        transaction.on_commit(lambda: announce(kind, ids))


def announce(kind: type[Deed], row_ids: list[int]) -> int:
    """Send a message per row; how many were sent before the broker was found to be gone."""
    for sent, row_id in enumerate(row_ids):
        if not current_app.announce(TASKS[kind], [row_id]):
            return sent
    return len(row_ids)
