"""What a part needs below its overhangs when it is printed in layers, for a direction that is up.

A surface needs a support where it faces down and lies flatter than 45°. The support reaches straight down to the bed, or to
the part itself, whichever comes first: what rays from the overhangs find. Its volume is that of the space between, which a
printer fills with less; ceilings that a printer could bridge count as well.
"""

import numpy as np

from quoting.geometry.solid import STEP, STEP_2, Samples, Solid
from quoting.geometry.values import Stance

SAMPLES = 4_000
OVERHANG = np.cos(np.radians(45)) + 1e-3  # a slope of exactly 45° stands by itself, whatever its last digits
FLAT = 0.9999  # cosine between a face that lies on the bed and straight down
ON_BED = 1e-3  # of the diagonal: as low counts as lying on the bed
START = 1e-5  # of the diagonal, below the surface: the triangle itself is not hit


def stance(solid: Solid, up: np.ndarray) -> Stance:
    """How the part stands with this unit vector up. Areas are exact, the volume is of so many rays."""
    downwards = -(solid.normals @ up)
    lowest, highest = extent(solid, up)
    heights = solid.middles @ up - lowest
    is_low = heights <= ON_BED * solid.diagonal
    hanging = np.flatnonzero((downwards > OVERHANG) & ~is_low)
    seen_from_below = solid.areas[hanging] * downwards[hanging]
    shadow = float(seen_from_below.sum())
    volume = 0.0
    if shadow > 0:
        points = _spread(solid, hanging, seen_from_below).points
        volume = shadow * float(drops(solid, points, up, lowest).mean())
    x, y, z = (float(part) for part in up)
    return Stance(
        up=(x, y, z),
        height_mm=highest - lowest,
        support_mm3=volume,
        overhang_mm2=float(solid.areas[hanging].sum()),
        contact_mm2=float(solid.areas[(downwards > FLAT) & is_low].sum()),
    )


def extent(solid: Solid, direction: np.ndarray) -> tuple[float, float]:
    """Where the part begins and ends along a direction."""
    places = solid.hull.points @ direction
    return float(places.min()), float(places.max())


def drops(solid: Solid, points: np.ndarray, up: np.ndarray, lowest: float) -> np.ndarray:
    """How far it is from points (n, 3) on overhangs down to the part or to the bed, in mm."""
    step = solid.diagonal * START
    free = solid.distances(points - up * step, np.broadcast_to(-up, points.shape)) + step
    return np.minimum(free, points @ up - lowest)


def _spread(solid: Solid, faces: np.ndarray, weights: np.ndarray) -> Samples:
    """Points on these triangles, each for an equal share of their weight."""
    ends = np.cumsum(weights)
    chosen = faces[np.minimum(np.searchsorted(ends, (np.arange(SAMPLES) + 0.5) / SAMPLES * ends[-1]), len(faces) - 1)]
    turns = np.arange(1, SAMPLES + 1)
    return Samples(solid.points_on(chosen, np.modf(turns * STEP)[0], np.modf(turns * STEP_2)[0]), chosen)
