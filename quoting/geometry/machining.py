"""What milling and turning need to know: from how many sides a part has to be cut, and whether it is round.

A place is reached from a direction when a straight tool from there meets it before anything else: it faces the tool, or
is a wall that runs along it (the side of the tool cuts it). Of walls, as of a cube's sides, one set-up reaches all four; a
cube takes two, as it has to be turned over once.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from quoting.geometry import bores, patches
from quoting.geometry.box import smallest_box
from quoting.geometry.directions import directions
from quoting.geometry.solid import Samples, Solid
from quoting.geometry.values import Machining

SAMPLES = 3_000
START = 2e-5  # of the diagonal, above the surface
ALONG = 0.02  # cosine: a wall within about a degree of the tool's direction is cut by its side
ENOUGH = 0.995  # of what can be reached: the rest is the error of sampling
WORTH = 0.003  # of the surface that a further set-up has to reach
ROUND = 0.985  # of the surface within a turned part's profile
SAME_RADIUS = 0.01


def machining(solid: Solid) -> Machining | None:
    """None where rays cannot be followed."""
    if not solid.can_see:
        return None
    found = bores.bores(solid)
    setups, unreachable = _setups(solid)
    diameter, length = _turned(solid) or (None, None)
    return Machining(
        box_mm=smallest_box(solid),
        setups=setups,
        unreachable_share=unreachable,
        holes=bores.holes(solid, found),
        features=patches.patches(solid).features,
        sharp_inside_mm=patches.sharp_inside_mm(solid),
        turned_diameter_mm=diameter,
        turned_length_mm=length,
    )


def reached(solid: Solid, samples: Samples, directions: np.ndarray) -> np.ndarray:
    """Which samples (n,) are reached from which directions (d, 3), as bool (n, d)."""
    normals = solid.normals[samples.faces]
    lifted = samples.points + normals * solid.diagonal * START
    result = np.zeros((len(lifted), len(directions)), dtype=bool)
    for number, direction in enumerate(directions):
        facing = np.flatnonzero(normals @ direction > -ALONG)
        origins = lifted[facing] + direction * solid.diagonal * START
        free = np.isinf(solid.distances(origins, np.broadcast_to(direction, (len(facing), 3))))
        result[facing, number] = free
    return result


class Views(NamedTuple):
    along: np.ndarray  # (d, 3) directions, no two of them opposite
    forth: np.ndarray  # bool (n, d): samples reached from there
    back: np.ndarray  # and from the other side


@lru_cache(maxsize=1)  # milling and molding both ask
def views(solid: Solid) -> Views:
    """What is reached of the surface from the directions worth looking along."""
    along, samples = directions(solid, bores.bores(solid)), solid.samples(SAMPLES)
    return Views(along, reached(solid, samples, along), reached(solid, samples, -along))


def _setups(solid: Solid) -> tuple[int, float]:
    """How many directions reach all that can be reached (greedy), and the share that none reaches."""
    seen = views(solid)
    chosen, left = _cover(np.concatenate((seen.forth, seen.back), axis=1))
    share = float(left.mean())
    return max(1, chosen), share if share > 1 - ENOUGH else 0.0


def _cover(seen: np.ndarray) -> tuple[int, np.ndarray]:
    left, chosen = np.ones(len(seen), dtype=bool), 0
    while True:
        gains = seen[left].sum(axis=0)
        best = int(gains.argmax())
        if gains[best] < WORTH * len(seen):
            return chosen, left
        chosen += 1
        left = left & ~seen[:, best]


def _turned(solid: Solid) -> tuple[float, float] | None:
    """Diameter and length in mm of a part that is round about one of its axes of inertia; None when it is not.

    Round: the surface's normals all meet the axis, weighed by area, and it is as wide one way as the other.
    """
    middles, weights = solid.corners.mean(axis=1), solid.areas / solid.areas.sum()
    centre = weights @ middles
    spread = (middles - centre).T @ ((middles - centre) * weights[:, None])
    _, vectors = np.linalg.eigh(spread)
    for axis in (*vectors.T, *np.eye(3)):
        if round_about := _round_about(solid, middles - centre, weights, axis):
            return round_about
    return None


def _round_about(solid: Solid, places: np.ndarray, weights: np.ndarray, axis: np.ndarray) -> tuple[float, float] | None:
    along = places @ axis
    outwards = places - along[:, None] * axis
    distance = np.linalg.norm(outwards, axis=1)
    around = np.cross(axis, outwards) / np.maximum(distance, 1e-12)[:, None]
    twist = np.abs(np.einsum("ij,ij->i", solid.normals, around))
    if weights[twist < 0.2].sum() < ROUND:  # facets of a polygon with fifteen sides and more
        return None
    helper = np.cross(axis, np.eye(3)[np.argmin(np.abs(axis))])
    helper /= np.linalg.norm(helper)
    turns = np.linspace(0, np.pi, 24, endpoint=False)
    across = np.cos(turns)[:, None] * helper + np.sin(turns)[:, None] * np.cross(axis, helper)
    widths = np.ptp(solid.vertices @ across.T, axis=0)
    if np.ptp(widths) > 3 * SAME_RADIUS * widths.max():
        return None
    return float(widths.max()), float(np.ptp(solid.vertices @ axis))
