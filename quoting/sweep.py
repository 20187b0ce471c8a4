"""The guarantee behind the messages: rows that are due are announced once more, or done here and now."""

import logging
from collections.abc import Callable
from datetime import datetime

from quoting import deeds, services
from quoting.models import Deed, Measurement, Preview, PrintEstimate, Thumbnail

log = logging.getLogger("partwright.quoting")

AT_ONCE = 50  # rows of a kind per sweep; the rest is due at the next one

# In the order in which they need each other.
WORK: tuple[tuple[type[Deed], Callable[[int, datetime], object]], ...] = (
    (Measurement, services.measure),
    (PrintEstimate, services.estimate),
    (Thumbnail, services.draw_thumbnail),
    (Preview, services.make_preview),
)


def sweep(now: datetime, *, announce: bool = True) -> int:
    """Look after rows that are due; how many.

    Workers are told and do the work. Without a broker, or without `announce`, it is done here, one row after another.
    """
    return sum(look_after(kind, verb, now, announce=announce) for kind, verb in WORK)


def look_after(
    kind: type[Deed], verb: Callable[[int, datetime], object], now: datetime, *, announce: bool = True
) -> int:
    """The same for rows of one kind, other rooms' too."""
    told = _announce(kind, now) if announce else 0
    return told or _do(kind, verb, now)


def _announce(kind: type[Deed], now: datetime) -> int:
    """Tell workers, if there is a broker; what was told is not due again for a while: a long queue shall not grow by itself."""
    ids = list(deeds.due(kind, now).order_by("next_try").values_list("pk", flat=True)[:AT_ONCE])
    told = ids[: deeds.announce(kind, ids)]
    deeds.due(kind, now).filter(pk__in=told, state=deeds.State.WAITING).update(next_try=now + deeds.PATIENCE)
    return len(told)


def _do(kind: type[Deed], verb: Callable[[int, datetime], object], now: datetime) -> int:
    ids = list(deeds.due(kind, now).order_by("next_try").values_list("pk", flat=True)[:AT_ONCE])
    for row_id in ids:
        try:
            verb(row_id, now)
        except Exception:  # one row must not keep the others waiting; its lease runs out and it is tried again
            log.exception("%s %s failed", kind.__name__, row_id)
    return len(ids)
