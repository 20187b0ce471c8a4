"""Figures of a part, and every doubt about them. Runs in a throw-away child (see isolate.py)."""

import time
from pathlib import Path

from quoting.geometry.bodies import distinct_bodies, load_body
from quoting.geometry.loaders import Loaded
from quoting.geometry.mesh import EdgeCensus, body_of_faces, edge_census
from quoting.geometry.overlaps import doubts
from quoting.geometry.shape import analyse
from quoting.geometry.values import CODE_VERSION, Figures, FileRefused, Measured, Measurement, Reason

FLAT = 1e-9  # volume / (area × largest extent) below which a mesh encloses nothing


def job(path: str, unit: str, body: int) -> dict[str, str]:
    """What isolate.py calls in the child: `measure` in plain strings."""
    return {"measurement": measure(Path(path), unit, body).model_dump_json()}


def measure(path: Path, unit: str = "", body: int = 0) -> Measurement:
    """The figures of the file at `path`, or of one distinct body in it, or the reason why there are none.

    `unit`: what the file's numbers mean, a key of values.UNIT_MM; "" when nobody said.
    """
    started = time.perf_counter()
    try:
        measured = _measured(load_body(path, unit, body))
    except FileRefused as refused:
        return Measurement(reason=refused.reason, seconds=time.perf_counter() - started)
    return Measurement(measured=measured, seconds=time.perf_counter() - started)


def _measured(loaded: Loaded) -> Measured:
    census = edge_census(loaded.mesh)
    bodies, body_of_face = body_of_faces(loaded.mesh)
    x, y, z = (float(extent) for extent in loaded.totals.size)
    figures = Figures(
        code_version=CODE_VERSION,
        format=loaded.format,
        unit=loaded.unit,
        unit_source=loaded.unit_source,
        triangles=loaded.triangles,
        bodies=bodies,
        watertight=census.closed,
        consistent=census.consistent,
        size_mm=(x, y, z),
        # A mesh that is inside out encloses the same volume; it goes to review all the same.
        volume_mm3=abs(loaded.totals.volume),
        area_mm2=loaded.totals.area,
        distinct_bodies=distinct_bodies(loaded.mesh, bodies, body_of_face) if census.consistent else (),
    )
    reasons = _edge_reasons(census)
    if figures.volume_mm3 <= FLAT * figures.area_mm2 * max(figures.size_mm):
        reasons.append(Reason(code="no_volume"))
    if not reasons:
        reasons = doubts(loaded.mesh, loaded.totals.volume, bodies, body_of_face)
    shape = None if reasons else analyse(loaded.mesh)
    return Measured(figures=figures, shape=shape, needs_review=tuple(reasons))


def _edge_reasons(census: EdgeCensus) -> list[Reason]:
    counts = {
        "not_closed": census.single,
        "crowded_edges": census.crowded,
        "inconsistent_winding": census.same_direction,
    }
    return [Reason(code=code, params={"edges": str(count)}) for code, count in counts.items() if count]
