"""Directions worth looking along: those in which a part's own flats and holes lie, however it is turned in its file."""

from collections.abc import Iterable

import numpy as np

from quoting.geometry.bores import Bore
from quoting.geometry.mesh import order_of
from quoting.geometry.solid import Solid

FLATS = 8  # directions of flats, those of the largest area
WORTH = 0.01  # of the surface, that flats in one direction have at least
SAME = 0.9998  # cosine, about a degree
DECIMALS = 2  # by which normals are held to be one, before they are averaged
BORES = 6

AXES = np.eye(3)
DIAGONALS = np.array(
    [(x, y, z) for x in (0, 1) for y in (-1, 0, 1) for z in (-1, 0, 1) if abs(x) + abs(y) + abs(z) > 1]
)
DIAGONALS = np.concatenate((DIAGONALS, [(0, 1, 1), (0, 1, -1)])).astype(float)
DIAGONALS = np.unique(DIAGONALS[(DIAGONALS[:, 0] > 0) | (DIAGONALS[:, 1] > 0)], axis=0)
DIAGONALS /= np.linalg.norm(DIAGONALS, axis=1, keepdims=True)


def directions(solid: Solid, bores: list[Bore]) -> np.ndarray:
    """Unit vectors (d, 3), no two of them opposite: of flats, of holes, the axes and their diagonals."""
    return _distinct((*_own(solid, bores), AXES, DIAGONALS))


def own_directions(solid: Solid, bores: list[Bore]) -> np.ndarray:
    """Those of flats and holes alone (d, 3): they turn with the part."""
    return _distinct(_own(solid, bores)).reshape(-1, 3)


def _own(solid: Solid, bores: list[Bore]) -> tuple[np.ndarray, list[np.ndarray]]:
    widest = sorted(bores, key=lambda bore: -bore.radius * bore.length)
    return _of_flats(solid), [bore.axis for bore in widest]


def _distinct(groups: Iterable[Iterable[np.ndarray]]) -> np.ndarray:
    found: list[np.ndarray] = []
    for group in groups:
        fresh = 0
        for one in group:
            if all(abs(float(one @ known)) < SAME for known in found) and fresh < max(FLATS, len(AXES)):
                found.append(np.asarray(one))
                fresh += 1
    return np.array(found)


def alike(normals: np.ndarray, decimals: int) -> np.ndarray:
    """For each of the unit vectors (n, 3) the number of its group: those that are equal to so many decimals."""
    cells = np.round((normals + 2) * 10**decimals).astype(np.int64)
    keys = (cells[:, 0] << 40) | (cells[:, 1] << 20) | cells[:, 2]
    order = order_of(keys)
    is_new = np.append(False, np.diff(keys[order]) > 0)
    group = np.empty(len(keys), dtype=np.int64)
    group[order] = np.cumsum(is_new)
    return group


def _of_flats(solid: Solid) -> np.ndarray:
    """The normals (k, 3) of which there is most."""
    normals = np.where((np.sign(np.round(solid.normals, 6)) @ [9, 3, 1] < 0)[:, None], -solid.normals, solid.normals)
    group = alike(normals, DECIMALS)
    areas = np.bincount(group, solid.areas)
    largest = np.argsort(-areas, kind="stable")[:FLATS]
    largest = largest[areas[largest] > WORTH * solid.area]
    sums = np.stack([np.bincount(group, solid.areas * normals[:, axis]) for axis in range(3)], axis=1)[largest]
    return np.asarray(sums / np.linalg.norm(sums, axis=1, keepdims=True))
