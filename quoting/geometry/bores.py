"""Round holes: where they are, how wide and deep, and whether one sees through.

The wall of a bore bends inwards everywhere, a little at each of its facets. Triangles that are joined by such bends are
looked at together; a rounded rim bends outwards and so stays outside, and facets all along one direction are told from
the rounded bottom that follows them. From twelve facets a hole counts as round; fewer are a polygon.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from quoting.geometry.mesh import order_of
from quoting.geometry.solid import Solid
from quoting.geometry.values import Hole

FLUSH = 0.1  # degrees: less is no bend but rounding, as between the two halves of a facet
BEND = 31.0  # degrees between facets of a bore, at most: twelve of them
MOST = 600  # walls looked at, the largest
FEWEST_FACES = 10  # triangles of a wall; a bore of twelve facets has 24
PARALLEL = 0.9998  # cosine, about a degree
FLAT, ROUND = 2e-3, 2e-2  # of the spread of normals: across the axis of a cylinder none, about it much
OFF_RADIUS = 0.03  # share by which a corner may be off the circle
WIDEST_GAP = 50.0  # degrees of a bore's turn that may be missing: a keyway, not the open side of a clip
SAME_SIZE = 0.005  # share by which holes alike differ at most
RIM = 0.9  # of the radius, where one looks along a hole: beside the tip that a drill leaves
BEHIND = 0.5  # of the radius behind its end, that a hole is still closed by


@dataclass(frozen=True)
class Bore:
    """Directions and places in the solid's own coordinates, lengths in mm."""

    axis: np.ndarray  # (3,)
    centre: np.ndarray  # (3,) on the axis, at the middle of its length
    radius: float
    length: float


@lru_cache(maxsize=1)  # milling, molding and printing all ask
def bores(solid: Solid) -> list[Bore]:
    """Whole round walls that face their axis."""
    edges = solid.edges
    bent = (edges.angles > FLUSH) & (edges.angles < BEND) & edges.concave
    wall_of_face, count = _walls(solid, bent)
    areas = np.bincount(wall_of_face, solid.areas, count)
    sizes = np.bincount(wall_of_face, minlength=count)
    worth = np.unique(wall_of_face[edges.faces[bent, 0]])
    worth = worth[sizes[worth] >= FEWEST_FACES]
    worth = worth[np.argsort(-areas[worth], kind="stable")][:MOST]
    order = order_of(wall_of_face)
    starts = np.searchsorted(wall_of_face[order], np.arange(count + 1))
    bent_edges = np.flatnonzero(bent)
    wall_of_edge = wall_of_face[edges.faces[bent_edges, 0]]
    edge_order = order_of(wall_of_edge)
    edge_starts = np.searchsorted(wall_of_edge[edge_order], np.arange(count + 1))
    found = []
    for wall in worth:
        faces = order[starts[wall] : starts[wall + 1]]
        bends = bent_edges[edge_order[edge_starts[wall] : edge_starts[wall + 1]]]
        bore = _cylinder(solid, faces) or _cylinder(solid, _straight_part(solid, bends))
        if bore:
            found.append(bore)
    return found


def _walls(solid: Solid, bent: np.ndarray) -> tuple[np.ndarray, int]:
    edges = solid.edges
    joined = edges.faces[bent | (edges.angles <= FLUSH)]
    size = len(solid.faces)
    links = coo_matrix((np.ones(len(joined), np.int8), (joined[:, 0], joined[:, 1])), shape=(size, size))
    count, wall_of_face = connected_components(links, directed=False)
    return wall_of_face, count


def _straight_part(solid: Solid, bends: np.ndarray) -> np.ndarray:
    """The triangles at those of the bends that run as the longest one does."""
    edges = solid.edges
    longest = edges.directions[bends[np.argmax(edges.lengths[bends])]]
    parallel = bends[np.abs(edges.directions[bends] @ longest) > PARALLEL]
    return np.unique(edges.faces[parallel])


def _cylinder(solid: Solid, faces: np.ndarray) -> Bore | None:
    """The bore whose wall these are: their normals are all across one axis, their corners on one circle about it."""
    if len(faces) < FEWEST_FACES:
        return None
    normals, weights = solid.normals[faces], solid.areas[faces]
    values, vectors = np.linalg.eigh((normals * weights[:, None]).T @ normals / weights.sum())
    if values[0] > FLAT or values[1] < ROUND:
        return None
    axis, right, up = vectors.T
    corners = solid.corners[faces].reshape(-1, 3)
    x, y = corners @ right, corners @ up
    (a, b, c), *_ = np.linalg.lstsq(np.stack((2 * x, 2 * y, np.ones_like(x)), axis=1), x * x + y * y, rcond=None)
    radius = float(np.sqrt(max(c + a * a + b * b, 0.0)))
    if radius <= 0 or np.abs(np.hypot(x - a, y - b) - radius).max() > OFF_RADIUS * radius:
        return None
    middles = solid.corners[faces].mean(axis=1)
    facing = (middles @ right - a) * (normals @ right) + (middles @ up - b) * (normals @ up)
    if facing @ weights >= 0 or _widest_gap(x - a, y - b) > WIDEST_GAP:
        return None
    along = corners @ axis
    length = float(np.ptp(along))
    return Bore(axis, a * right + b * up + (along.min() + length / 2) * axis, radius, length)


def _widest_gap(x: np.ndarray, y: np.ndarray) -> float:
    """The widest angle in degrees about the origin in which no point lies."""
    angles = np.sort(np.degrees(np.arctan2(y, x)))
    return float(np.diff(np.append(angles, angles[0] + 360)).max())


def holes(solid: Solid, found: list[Bore]) -> tuple[Hole, ...]:
    """Holes alike together, the most frequent first."""
    single = [(2 * one.radius, one.length, _is_through(solid, one)) for one in found]
    groups: list[tuple[float, float, bool, int]] = []
    for diameter, depth, through in sorted(single):
        for index, (d, h, t, count) in enumerate(groups):
            if t == through and abs(d - diameter) <= SAME_SIZE * d and abs(h - depth) <= SAME_SIZE * h:
                groups[index] = (d, h, t, count + 1)
                break
        else:
            groups.append((diameter, depth, through, 1))
    groups.sort(key=lambda group: (-group[3], group[0]))
    return tuple(Hole(diameter_mm=d, depth_mm=h, through=t, count=n) for d, h, t, n in groups)


def _is_through(solid: Solid, hole: Bore) -> bool:
    """Whether nothing closes it right behind either end: rays from its middle along its wall, most of which pass.

    Where a wider hole ends in a narrower one, the narrower goes through and the wider does not.
    """
    turns = np.arange(8) * np.pi / 4 + 0.1
    helper = np.cross(hole.axis, np.eye(3)[np.argmin(np.abs(hole.axis))])
    helper /= np.linalg.norm(helper)
    rim = np.cos(turns)[:, None] * helper + np.sin(turns)[:, None] * np.cross(hole.axis, helper)
    origins = hole.centre + RIM * hole.radius * rim
    for direction in (hole.axis, -hole.axis):
        free = solid.distances(origins, np.broadcast_to(direction, origins.shape))
        if (free > hole.length / 2 + BEHIND * hole.radius).sum() <= len(turns) // 2:
            return False
    return True
