"""From an uploaded file to what pricing may know about it.

receive, split: bytes become a Part, and the bodies in it Parts of their own, with measurements waiting for a worker.
measure, estimate, draw_thumbnail, make_preview: what the worker does with one row.
shape_of, ask_estimates, ask_preview: what pricing and the viewer read, and ask for.
"""

import hashlib
import json
import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction

from accounts.models import Company, User
from quoting import deeds, lanes
from quoting.geometry.plausible import other_unit
from quoting.geometry.values import CODE_VERSION, Measured, PrintProfile, Reason, UnitQuestion
from quoting.geometry.values import Measurement as Outcome
from quoting.geometry.values import PrintEstimate as Estimate
from quoting.models import Measurement, Part, Preview, PrintEstimate, StoredFile, Thumbnail
from quoting.names import body_name, shown_name
from quoting.pricelists import current_price_list, publish
from quoting.pricing.catalogue import Catalogue, Profile
from quoting.storage import delete_after_commit, local_copy, store, store_drawing, store_preview, store_thumbnail

__all__ = [
    "ask_estimates",
    "ask_preview",
    "current_price_list",
    "draw_thumbnail",
    "estimate",
    "forget_drawing",
    "forget_part",
    "make_preview",
    "measure",
    "measure_next",
    "publish",
    "receive",
    "set_unit",
    "shape_of",
    "split",
    "store_drawing",
    "unit_question",
]

log = logging.getLogger("partwright.quoting")

State = deeds.State
CRASHES = 2  # a child that crashed gets one more chance: it may have been the machine
RETRY = timedelta(seconds=5)


# --- files and parts


def receive(
    upload: "File[Any]",
    *,
    name: str,
    company: Company | None,
    user: User | None,
    guest_key: str = "",
    unit: str = "",
    now: datetime,
) -> Part:
    """Keep an upload for somebody and have it measured. The same bytes are kept and measured once.

    Not for use inside a transaction. Raises OSError when there is no room for the file.
    """
    while True:
        file = store(upload)
        with transaction.atomic():
            # Locked, so that it does not go with somebody else's last Part of the same file.
            if locked := StoredFile.objects.select_for_update().filter(pk=file.pk).first():
                return Part.objects.create(
                    company=company,
                    uploaded_by=user,
                    guest_key=guest_key,
                    file=locked,
                    measurement=_measurement(locked, unit, 0, now),
                    name=shown_name(name),
                )


def set_unit(part: Part, unit: str, now: datetime) -> Part:
    """Read the file's numbers in another unit ("": the file's own)."""
    part.measurement = _measurement(part.file, unit, part.body, now)
    part.save(update_fields=["measurement"])
    return part


def unit_question(measurement: Measurement) -> UnitQuestion | None:
    """The other unit that a file without one is probably in, with both sizes; None when there is nothing to ask."""
    measured = measurement.measured
    return other_unit(measured.figures) if measured else None


def split(part: Part, user: User | None, now: datetime) -> list[tuple[Part, int]]:
    """A Part for each distinct body of a file that holds several, with how often it is there; [] when it holds one.

    The part itself stays as it is.
    """
    measured = part.measurement.measured
    bodies = measured.figures.distinct_bodies if measured else ()
    made = []
    with transaction.atomic():
        for number, body in enumerate(bodies, start=1):
            one = Part.objects.create(
                company=part.company,
                uploaded_by=user,
                guest_key=part.guest_key,
                file=part.file,
                body=number,
                measurement=_measurement(part.file, part.measurement.unit, number, now),
                name=body_name(part.name, number),
            )
            made.append((one, body.copies))
    return made


def _measurement(file: StoredFile, unit: str, body: int, now: datetime) -> Measurement:
    measurement, is_new = Measurement.objects.get_or_create(
        file=file,
        unit=unit,
        body=body,
        code_version=CODE_VERSION,
        defaults={"next_try": now, "slow": file.size > lanes.SLOW_BYTES},
    )
    if is_new:
        deeds.wake(Measurement, [measurement.pk])
    return measurement


def forget_part(part: Part) -> None:
    """Delete a part that no order uses; its file goes with the last Part. Raises ProtectedError when one does."""
    with transaction.atomic():
        file = StoredFile.objects.select_for_update().get(pk=part.file_id)
        part.delete()
        forget_drawing(part.drawing)
        if file.parts.exists():
            return
        made = [
            kind._default_manager.filter(measurement__file=file).exclude(name="").values_list("name", flat=True)
            for kind in (Thumbnail, Preview)
        ]
        delete_after_commit([file.name, *(name for names in made for name in names)])
        file.measurements.all().delete()
        file.delete()


def forget_drawing(name: str) -> None:
    """Delete the blob of a drawing once no part has it: copies of a part share it."""
    if name and not Part.objects.filter(drawing=name).exists():
        delete_after_commit([name])


# --- measuring


def measure_next(measurement_id: int, now: datetime) -> None:
    """A worker was told of this row, and measures the one that comes next: see lanes.in_turn."""
    for next_id in lanes.in_turn(measurement_id, now):
        if measure(next_id, now):
            return


def measure(measurement_id: int, now: datetime) -> bool:
    """Measure a file in a child process and keep the figures, or the reason why there are none.

    False when it is not this worker's turn: somebody else has the row, or its lane has no place.
    """
    with lanes.place_for(Measurement, measurement_id) as lane:
        row = deeds.claim(Measurement, measurement_id, now) if lane else None
        if lane is None or row is None:
            return False
        outcome = _measured(row, lane) if row.attempts <= deeds.MAX_ATTEMPTS else Outcome(reason=Reason(code="crashed"))
    code = outcome.reason.code if outcome.reason else "ok"
    if code == "time_limit" and not lane.slow:
        lanes.move_to_slow(row, now)
        measure(measurement_id, now)
        return True
    if code == "crashed" and row.attempts < CRASHES:
        deeds.give_back(row, now + RETRY)
        return True
    log.info("measurement=%s %s in %.2f s", row.pk, code, outcome.seconds)
    for estimate_id in _keep_outcome(row, outcome, now):
        estimate(estimate_id, now)
    return True


def _measured(row: Measurement, lane: lanes.Lane) -> Outcome:
    from quoting.geometry import isolate  # only workers measure

    try:
        with local_copy(row.file) as path:
            return isolate.measure_file(path, row.unit, row.body, limits=isolate.Limits(**lane.limits))
    except FileNotFoundError:
        return Outcome(reason=Reason(code="no_such_file"))


def _keep_outcome(row: Measurement, outcome: Outcome, now: datetime) -> list[int]:
    """Store the outcome with what follows from it: a picture, and print estimates, whose ids are returned."""
    with transaction.atomic():
        if outcome.measured is None:
            reason = outcome.reason or Reason(code="crashed")
            deeds.finish(row, State.REFUSED, reason=reason.model_dump(), seconds=outcome.seconds)
            return []
        result = outcome.measured.model_dump(mode="json", exclude={"estimates"})
        if not deeds.finish(row, State.DONE, result=result, seconds=outcome.seconds):
            return []
        row.result = result
        picture, _ = Thumbnail.objects.get_or_create(measurement=row, defaults={"next_try": now})
        deeds.wake(Thumbnail, [picture.pk])
        catalogue = current_price_list().catalogue
        asked = ask_estimates([(row, profile) for profile in _profiles(catalogue)], now, announced=False)
        return [one.pk for one in asked]


def draw_thumbnail(thumbnail_id: int, now: datetime) -> None:
    """Draw a measured part. One that cannot be drawn stays without a picture."""
    from quoting.geometry import isolate  # only workers draw

    _make(Thumbnail, thumbnail_id, now, isolate.render_thumbnail, store_thumbnail)


def ask_preview(measurement: Measurement, now: datetime) -> Preview:
    """The preview of a measured part: made, being made, or from now on waiting for a worker."""
    row, is_new = Preview.objects.get_or_create(measurement=measurement, defaults={"next_try": now})
    if is_new:
        deeds.wake(Preview, [row.pk])
    return row


def make_preview(preview_id: int, now: datetime) -> None:
    """Make the GLB that the viewer shows. A part of which none can be made stays without it."""
    from quoting.geometry import isolate

    _make(Preview, preview_id, now, isolate.make_preview, store_preview)


def _make(
    kind: type[Thumbnail] | type[Preview],
    row_id: int,
    now: datetime,
    make: Callable[[Path, str, int], bytes | Reason],
    keep: Callable[[str, bytes], str],
) -> None:
    """Make what is shown of a measured part in a child, and keep it."""
    with lanes.place_for(kind, row_id) as lane:
        row = deeds.claim(kind, row_id, now) if lane else None
        if row is None:
            return
        measurement = row.measurement
        made: bytes | Reason = Reason(code="crashed")
        if row.attempts <= deeds.MAX_ATTEMPTS:
            try:
                with local_copy(measurement.file) as path:
                    made = make(path, measurement.unit, measurement.body)
            except FileNotFoundError:
                made = Reason(code="no_such_file")
    if isinstance(made, Reason):
        deeds.finish(row, State.REFUSED)
        return
    name = keep(measurement.file.sha256, made)
    if not deeds.finish(row, State.DONE, name=name):
        default_storage.delete(name)


# --- print estimates


def shape_of(measurement: Measurement, catalogue: Catalogue) -> Measured | None:
    """What pricing may know: the figures, with the estimates made for the profiles as they stand in this catalogue.

    An estimate that could not be made counts as an empty one: the shop has to quote. Prefetch `estimates` for lists.
    """
    if measurement.result is None:
        return None
    digests = {profile.key: digest_of(profile) for profile in _profiles(catalogue)}
    made = []
    for row in measurement.estimates.all():
        if digests.get(row.profile) != row.digest:
            continue
        if row.result:
            made.append(Estimate.model_validate(row.result))
        elif row.state == State.REFUSED:
            made.append(Estimate(profile=row.profile, orientation=row.orientation, seconds=0, filament_mm3=0))
    return Measured.model_validate({**measurement.result, "estimates": made})


def ask_estimates(
    wanted: Iterable[tuple[Measurement, Profile]], now: datetime, *, announced: bool = True
) -> list[PrintEstimate]:
    """Have print estimates made that are not there yet; those that are still to be made."""
    rows = []
    for measurement, profile in wanted:
        row, _ = PrintEstimate.objects.get_or_create(
            measurement=measurement,
            orientation="as_uploaded",
            profile=profile.key,
            digest=digest_of(profile),
            defaults={"settings": profile.settings.model_dump(mode="json"), "next_try": now},
        )
        if row.state not in deeds.FINISHED:
            rows.append(row)
    if announced:
        deeds.wake(PrintEstimate, [row.pk for row in rows if row.state == State.WAITING])
    return rows


def estimate(estimate_id: int, now: datetime) -> None:
    """Work out print time and filament for one profile."""
    row = deeds.claim(PrintEstimate, estimate_id, now)
    if row is None:
        return
    made = _estimated(row) if row.attempts <= deeds.MAX_ATTEMPTS else None
    if made is None:
        deeds.finish(row, State.REFUSED)
    else:
        deeds.finish(row, State.DONE, result=made.model_dump(mode="json"))


def _estimated(row: PrintEstimate) -> Estimate | None:
    from quoting.geometry import fdm  # only workers estimate

    measured = Measured.model_validate(row.measurement.result)
    try:
        return fdm.estimate(measured.figures, row.profile, PrintProfile.model_validate(row.settings))
    except (ArithmeticError, ValueError) as error:
        log.warning("estimate=%s: %s", row.pk, error)
        return None


@lru_cache(maxsize=256)
def digest_of(profile: Profile) -> str:
    """What an estimate was made with: the profile's settings and the version of the code."""
    made_with = [CODE_VERSION, profile.settings.model_dump(mode="json")]
    return hashlib.sha256(json.dumps(made_with, sort_keys=True).encode()).hexdigest()


def _profiles(catalogue: Catalogue) -> list[Profile]:
    return [profile for process in catalogue.processes for profile in process.profiles]
