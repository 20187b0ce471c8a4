"""Smooth patches of the surface, as a machinist sees faces: flats, bores, bosses, fillets; and inside corners."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from quoting.geometry.solid import Solid
from quoting.geometry.values import Hole

SHARP = 25.0  # degrees: a larger bend ends a patch
MOST = 400  # patches looked at for cylinders, the largest
FEWEST_FACES = 6  # of a cylinder
FLAT, ROUND = 2e-3, 2e-2  # of the spread of normals: across the axis of a cylinder none, about it much
OFF_RADIUS = 0.05  # share by which a corner may be off the circle
WHOLE_TURN = 330.0  # degrees from which a concave cylinder is a hole and no fillet
SAME_SIZE = 0.01  # share by which holes alike differ at most
SMALL = 1e-4  # of the surface: smaller patches are no features of their own
INSIDE_CORNER = 60.0  # degrees from which an inside edge is a corner that a round tool leaves


@dataclass(frozen=True)
class Cylinder:
    """Directions and places in the solid's own coordinates, lengths in mm."""

    axis: np.ndarray  # (3,)
    centre: np.ndarray  # (3,) on the axis, at the middle of its length
    radius: float
    length: float
    is_concave: bool
    sweep: float  # degrees


class Patches(NamedTuple):
    of_face: np.ndarray  # (f,) the patch of each triangle
    areas: np.ndarray  # (p,) mm²

    @property
    def features(self) -> int:
        """How many patches are worth a tool's while."""
        return int((self.areas > SMALL * self.areas.sum()).sum())


def patches(solid: Solid) -> Patches:
    edges = solid.edges
    smooth = edges.faces[edges.angles < SHARP]
    count = len(solid.faces)
    links = coo_matrix((np.ones(len(smooth), np.int8), (smooth[:, 0], smooth[:, 1])), shape=(count, count))
    number, of_face = connected_components(links, directed=False)
    return Patches(of_face, np.bincount(of_face, solid.areas, number))


def sharp_inside_mm(solid: Solid) -> float:
    """Length of the inside corners that no round tool can cut."""
    edges = solid.edges
    return float(edges.lengths[edges.concave & (edges.angles >= INSIDE_CORNER)].sum())


def cylinders(solid: Solid, found: Patches) -> list[Cylinder]:
    order = np.argsort(found.of_face, kind="stable")
    starts = np.searchsorted(found.of_face[order], np.arange(len(found.areas) + 1))
    largest = np.argsort(-found.areas)[:MOST]
    made = (_cylinder(solid, order[starts[patch] : starts[patch + 1]]) for patch in largest)
    return [cylinder for cylinder in made if cylinder]


def _cylinder(solid: Solid, faces: np.ndarray) -> Cylinder | None:
    """The cylinder that a patch lies on: its normals are all across one axis, its corners on one circle about it."""
    if len(faces) < FEWEST_FACES:
        return None
    normals, weights = solid.normals[faces], solid.areas[faces]
    spread = (normals * weights[:, None]).T @ normals / weights.sum()
    values, vectors = np.linalg.eigh(spread)
    if values[0] > FLAT or values[1] < ROUND:
        return None
    axis, right, up = vectors.T
    corners = solid.corners[faces].reshape(-1, 3)
    x, y = corners @ right, corners @ up
    (a, b, c), *_ = np.linalg.lstsq(np.stack((2 * x, 2 * y, np.ones_like(x)), axis=1), x * x + y * y, rcond=None)
    radius = float(np.sqrt(max(c + a * a + b * b, 0.0)))
    if radius <= 0 or np.abs(np.hypot(x - a, y - b) - radius).max() > OFF_RADIUS * radius:
        return None
    along = corners @ axis
    length = float(np.ptp(along))
    middles = solid.corners[faces].mean(axis=1)
    outwards = np.stack((middles @ right - a, middles @ up - b), axis=1)
    facing = np.einsum("ij,ij->i", outwards, np.stack((normals @ right, normals @ up), axis=1)) @ weights
    sweep = float(np.degrees(weights.sum() / max(radius * length, 1e-12)))
    centre = a * right + b * up + (along.min() + length / 2) * axis
    return Cylinder(axis, centre, radius, length, bool(facing < 0), sweep)


def holes(solid: Solid, found: list[Cylinder]) -> tuple[Hole, ...]:
    """Whole concave cylinders, those alike together, the most frequent first."""
    single = [
        (2 * one.radius, one.length, _is_through(solid, one))
        for one in found
        if one.is_concave and one.sweep >= WHOLE_TURN
    ]
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


def _is_through(solid: Solid, hole: Cylinder) -> bool:
    """Whether one sees through it: rays from its middle along its axis hit nothing right behind its ends."""
    if not solid.can_see:
        return True
    ends = solid.distances(np.stack((hole.centre, hole.centre)), np.stack((hole.axis, -hole.axis)))
    return bool((ends > hole.length / 2 + 0.1 * hole.radius).all())
