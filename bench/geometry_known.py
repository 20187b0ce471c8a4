"""Shapes whose answers are known, and what the measuring code says of them: `python -m bench.geometry_known`.

Plates, tubes, blocks with holes, pockets, T-slots, hollow boxes, made with manifold3d; each as it is, turned askew, scaled
and with finer and coarser facets. Printed are the answers that are off by more than they may be; the last line counts.
"""

import math
import sys
from collections.abc import Iterator
from typing import NamedTuple

import manifold3d
import numpy as np
from manifold3d import CrossSection, Manifold

from quoting.geometry.mesh import Mesh, weld
from quoting.geometry.shape import analyse
from quoting.geometry.values import Shape

TURNS = ((0, 0, 0), (90, 0, 0), (23, 41, 67))
SCALES = (1.0, 0.1, 8.0)
FACETS = (24, 64, 200)


class Known(NamedTuple):
    """A shape with its true figures in mm; None: not asked for."""

    name: str
    shape: Manifold
    walls: tuple[float | None, float | None] = (None, None)  # p05, median
    setups: int | None = None
    reach: float | None = None
    holes: tuple[tuple[float, float, bool], ...] | None = None  # diameter, depth, through; sorted
    sharp: float | None = None
    undercut: float | None = None
    projected: float | None = None


def box(x: float, y: float, z: float, at: tuple[float, float, float] = (0, 0, 0)) -> Manifold:
    return Manifold.cube((x, y, z)).translate(at)


def drill(x: float, y: float, diameter: float, low: float, high: float, n: int) -> Manifold:
    return Manifold.cylinder(high - low, diameter / 2, diameter / 2, n).translate((x, y, low))


def rounded(x: float, y: float, radius: float, n: int) -> CrossSection:
    inner = CrossSection.square((x - 2 * radius, y - 2 * radius)).translate((radius, radius))
    return inner.offset(radius, manifold3d.JoinType.Round, circular_segments=n)


def known(n: int) -> Iterator[Known]:
    """All shapes, round things with n facets."""
    circle = n / 2 * math.sin(2 * math.pi / n)  # area of the n-gon in a unit circle
    side = 2 * n * math.sin(math.pi / n)  # its circumference
    yield Known("cube", box(20, 20, 20), (20, 20), 2, 1, (), 0, 0, 400)
    yield Known("plate", box(80, 60, 3), (3, 3), 2, 1, (), 0, 0, 4800)
    yield Known("rod", box(100, 4, 6), (4, 4), 2, 1, (), 0, 0, 600)
    tube = drill(0, 0, 30, 0, 40, n) - drill(0, 0, 24, -1, 41, n)
    yield Known("tube", tube, (None, None), 2, 1, ((24, 40, True),), 0, 0, (225 - 144) * circle)
    plate = box(100, 60, 12)
    for x, diameter in ((12, 3), (30, 5), (52, 8), (80, 20)):
        plate -= drill(x, 20, diameter, -1, 13, n)
    for x, diameter, depth in ((12, 3, 8), (35, 6, 5), (60, 10, 9)):
        plate -= drill(x, 45, diameter, 12 - depth, 13, n)
    bored = ((3, 8, False), (3, 12, True), (5, 12, True), (6, 5, False), (8, 12, True), (10, 9, False), (20, 12, True))
    floors = (3 + 6 + 10) / 2 * side
    yield Known("holes", plate, setups=2, reach=1, holes=bored, sharp=floors, undercut=0)
    bore = box(40, 40, 20) - drill(20, 20, 6, -1, 21, n) - drill(20, 20, 12, 14, 21, n)
    yield Known("counterbore", bore, setups=2, reach=1, holes=((6, 14, True), (12, 6, False)), undercut=0)
    tip = drill(20, 20, 8, 8, 21, n) + Manifold.cylinder(2.4, 0.001, 4, n).translate((20, 20, 5.6))
    yield Known("drilled", box(40, 40, 20) - tip, setups=2, reach=1, holes=((8, 12, False),), undercut=0)
    sides = box(40, 40, 40) - drill(20, 20, 8, 20, 41, n)
    for axis in ((0, 90, 0), (90, 0, 0)):
        sides -= drill(0, 0, 6, 10, 41, n).rotate(axis).translate((20, 20, 20))
    yield Known("three sides", sides, reach=1, setups=3, holes=None)
    for radius in (2, 5):
        pocket = box(60, 40, 20) - rounded(40, 20, radius, 4 * (n // 4)).extrude(20).translate((10, 10, 8))
        arc = 4 * (n // 4) * 2 * radius * math.sin(math.pi / (4 * (n // 4)))
        yield Known(f"pocket r{radius}", pocket, setups=2, reach=1, holes=(), sharp=120 - 8 * radius + arc, undercut=0)
    yield Known("square pocket", box(60, 40, 20) - box(40, 20, 20, (10, 10, 8)), setups=2, sharp=168, holes=())
    yield Known("open box", box(60, 40, 25) - box(56, 36, 25, (2, 2, 2)), (2, 2), 2, 1, (), 276, 0, 2400)
    hollow = box(40, 40, 40) - box(36, 36, 36, (2, 2, 2))
    yield Known("hollow", hollow, (2, 2), 2, 9600 / 17376, (), 432, 7776 / 17376, 1600)
    slot = box(60, 40, 30) - box(60, 12, 31, (0, 14, 15)) - box(60, 24, 8, (0, 8, 15))
    yield Known("T-slot", slot, reach=1, holes=(), sharp=4 * 60, undercut=0)  # along the slot everything is free
    closed = box(60, 40, 30) - box(40, 12, 31, (10, 14, 15)) - box(40, 24, 8, (10, 8, 15))
    yield Known("closed T-slot", closed, holes=())
    yield Known("ball", Manifold.sphere(15, n), holes=(), sharp=0, reach=1, undercut=0, setups=2)
    crossed = box(50, 10, 10) + box(10, 50, 10, (20, -20, 0))
    yield Known("cross", crossed, setups=2, reach=1, holes=(), sharp=40, undercut=0, projected=900)
    ends = [(x, y, z) for x, y in ((0, 0), (40, 0), (0, 30)) for z in (0, 20)]
    wedge = Manifold.hull_points(np.array(ends, float))
    yield Known("wedge", wedge, setups=2, reach=1, holes=(), sharp=0, undercut=0)
    outline = [(6, 0), (20, 0), (20, 12), (8, 12), *_arc(8, 10, 2, 90, 180, 8)[1:]]
    washer = Manifold.revolve(CrossSection([outline]), n)
    yield Known("rounded rim", washer, setups=2, reach=1, holes=((12, 10, True),), undercut=0)


def _arc(x: float, y: float, radius: float, start: float, end: float, steps: int) -> list[tuple[float, float]]:
    turns = [math.radians(start + (end - start) * step / steps) for step in range(steps + 1)]
    return [(x + radius * math.cos(turn), y + radius * math.sin(turn)) for turn in turns]


def as_mesh(shape: Manifold) -> Mesh:
    given = shape.to_mesh64()
    return weld(
        np.asarray(given.vert_properties)[:, :3].astype(np.float32), np.asarray(given.tri_verts, dtype=np.int32)
    )


def wrong(one: Known, found: Shape, scale: float, area: float) -> list[str]:
    walls, machining, molding = found.walls, found.machining, found.molding
    if walls is None or machining is None or molding is None:
        return ["not known"]
    complaints = []

    def compare(name: str, got: float | None, true: float | None, relative: float, absolute: float = 0.0) -> None:
        if true is not None and (got is None or abs(got - true) > relative * abs(true) + absolute):
            complaints.append(f"{name} {got:.4f} not {true:.4f}")

    compare("p05", walls.p05_mm, one.walls[0] and one.walls[0] * scale, 0.01)
    compare("median", walls.median_mm, one.walls[1] and one.walls[1] * scale, 0.01)
    compare("setups", machining.setups, one.setups, 0)
    compare("reach", 1 - machining.unreachable_share, one.reach, 0, 0.01)
    compare("sharp", machining.sharp_inside_mm, one.sharp and one.sharp * scale, 0.002)
    compare("undercut", molding.undercut_mm2 / area, one.undercut, 0, 0.01)
    compare("projected", molding.projected_mm2, one.projected and one.projected * scale**2, 0.004)
    if one.holes is not None:
        holes = sorted(
            (round(h.diameter_mm / scale, 2), h.depth_mm / scale, h.through)
            for h in machining.holes
            for _ in range(h.count)
        )
        true = sorted(one.holes)
        same = len(holes) == len(true) and all(
            g[2] == t[2] and abs(g[0] - t[0]) < 0.01 * t[0] and abs(g[1] - t[1]) < 0.01 * t[1]
            for g, t in zip(holes, true, strict=True)
        )
        if not same:
            complaints.append(f"holes {[(round(d, 3), round(h, 3), t) for d, h, t in holes]}")
    return complaints


def main() -> int:
    bad = total = 0
    for facets in FACETS:
        for one in known(facets):
            for turn in TURNS:
                for scale in SCALES:
                    mesh = as_mesh(one.shape.rotate(turn).scale((scale,) * 3).translate((7, 11, 13)))
                    complaints = wrong(one, analyse(mesh), scale, one.shape.surface_area() * scale**2)
                    total += 1
                    bad += bool(complaints)
                    for complaint in complaints:
                        print(f"{one.name}, {facets} facets, turned {turn}, × {scale}: {complaint}")
    print(f"{total - bad} of {total} shapes right")
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main())
