"""What an injection mold needs to know: in which direction it opens, how large the part is seen along it, what it catches."""

import numpy as np

from quoting.geometry.machining import views
from quoting.geometry.solid import STEP, STEP_2, Solid
from quoting.geometry.values import Molding

GRID = 256  # rays along the longer side of the outline
TIE = 0.003  # of the surface: pulls that catch as much are told apart by their depth


def molding(solid: Solid) -> Molding | None:
    """For the pull that leaves the least undercut, the shallowest of equals; None where rays cannot be followed."""
    if not solid.can_see:
        return None
    pulls, forth, back = views(solid)
    caught = 1 - (forth | back).mean(axis=0)
    depths = np.ptp(solid.vertices @ pulls.T, axis=0)
    equal = np.flatnonzero(caught <= caught.min() + TIE)
    best = int(equal[np.argmin(depths[equal])])
    x, y, z = (float(part) for part in pulls[best])
    return Molding(
        pull=(x, y, z),
        projected_mm2=projected_mm2(solid, pulls[best]),
        undercut_mm2=float(caught[best]) * solid.area if caught[best] > TIE else 0.0,
    )


def projected_mm2(solid: Solid, direction: np.ndarray) -> float:
    """The area seen along a direction, by a grid of rays."""
    across = np.cross(direction, np.eye(3)[np.argmin(np.abs(direction))])
    across /= np.linalg.norm(across)
    up = np.cross(direction, across)
    x, y = solid.vertices @ across, solid.vertices @ up
    columns, width = _middles(x, max(np.ptp(x), np.ptp(y)) / GRID)
    rows, height = _middles(y, max(np.ptp(x), np.ptp(y)) / GRID)
    grid = np.stack(np.meshgrid(columns, rows), axis=-1).reshape(-1, 2)
    # Not in rank and file: a wall between two columns of rays would be seen by all of a column or by none.
    turns = np.arange(1, len(grid) + 1)
    grid += np.stack((np.modf(turns * STEP)[0] - 0.5, np.modf(turns * STEP_2)[0] - 0.5), axis=1) * (width, height)
    above = float((solid.vertices @ direction).max()) + solid.diagonal * 0.01
    origins = grid[:, :1] * across + grid[:, 1:] * up + direction * above
    hit = np.isfinite(solid.distances(origins, np.broadcast_to(-direction, origins.shape)))
    return float(hit.sum()) * width * height


def _middles(places: np.ndarray, about: float) -> tuple[np.ndarray, float]:
    """The middles of cells of about this size that fill the range of the places exactly, and their size."""
    low, extent = float(places.min()), float(np.ptp(places))
    count = max(1, round(extent / about))
    size = extent / count
    return low + (np.arange(count) + 0.5) * size, size
