"""Figures of a part, and every doubt about them. Runs in a throw-away child (see isolate.py)."""

import time
from pathlib import Path

from quoting.geometry.bodies import distinct_bodies, load_body
from quoting.geometry.heal import heal, united
from quoting.geometry.loaders import Loaded
from quoting.geometry.mesh import EdgeCensus, totals
from quoting.geometry.overlaps import doubts, winding_is_plain
from quoting.geometry.shape import analyse
from quoting.geometry.values import CODE_VERSION, Figures, FileRefused, Healing, Measured, Measurement, Reason

SAME_VOLUME = 1e-6  # bodies whose boxes overlap and that do not themselves: uniting changed nothing
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
    before = abs(loaded.totals.volume)
    mesh, counts = heal(loaded.mesh)
    counts["degenerate_removed"] = loaded.triangles - len(loaded.mesh.faces)
    sums = totals(mesh.corner_chunks()) if mesh is not loaded.mesh else loaded.totals
    census = mesh.edge_census
    bodies, body_of_face = mesh.bodies
    distinct = distinct_bodies(mesh, bodies, body_of_face) if census.consistent else ()
    reasons = _edge_reasons(census)
    if abs(sums.volume) <= FLAT * sums.area * float(sums.size.max()):
        reasons.append(Reason(code="no_volume"))
    if not reasons:
        reasons = doubts(mesh, sums.volume, bodies, body_of_face)
    if [reason.code for reason in reasons] == ["overlapping_bodies"]:
        union = united(mesh, bodies, body_of_face)
        if union is not None and winding_is_plain(union):
            reasons, mesh, sums = [], union, totals(union.corner_chunks())
            counts["bodies_united"] = bodies if abs(sums.volume - before) > SAME_VOLUME * before else 0
    x, y, z = (float(extent) for extent in sums.size)
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
        # What is inside out and could not be turned encloses the same volume; it goes to review all the same.
        volume_mm3=abs(sums.volume),
        area_mm2=sums.area,
        distinct_bodies=distinct,
    )
    healing = Healing(volume_before_mm3=before, volume_after_mm3=figures.volume_mm3, **counts)
    shape = None if reasons else analyse(mesh)
    return Measured(figures=figures, shape=shape, healing=healing, needs_review=tuple(reasons))


def _edge_reasons(census: EdgeCensus) -> list[Reason]:
    counts = {
        "not_closed": census.single,
        "crowded_edges": census.crowded,
        "inconsistent_winding": census.same_direction,
    }
    return [Reason(code=code, params={"edges": str(count)}) for code, count in counts.items() if count]
