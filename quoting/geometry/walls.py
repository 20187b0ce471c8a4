"""How thick the walls are: rays from the surface straight into the material, by area."""

import numpy as np

from quoting.geometry.solid import Solid
from quoting.geometry.values import Walls

SAMPLES = 5_000
START = 1e-5  # of the diagonal, below the surface: the triangle itself is not hit
LOWEST = 1.0  # percent of the surface: a single ray that grazes an edge is no wall


def walls(solid: Solid) -> Walls | None:
    """The thinnest and the usual wall; None where rays cannot be followed or none hits."""
    if not solid.can_see:
        return None
    samples = solid.samples(SAMPLES)
    inwards = -solid.normals[samples.faces]
    below = samples.points + inwards * solid.diagonal * START
    found = solid.distances(below, inwards) + solid.diagonal * START
    found = found[np.isfinite(found)]
    if len(found) < SAMPLES // 2:
        return None
    thinnest, low, median, high = (float(share) for share in np.percentile(found, (LOWEST, 5, 50, 95)))
    return Walls(thinnest_mm=thinnest, p05_mm=low, median_mm=median, p95_mm=high)
