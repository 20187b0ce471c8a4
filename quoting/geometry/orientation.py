"""How a part is best turned for printing in layers: little to support, low, and with something to stand on.

Tried are the sides on which it can come to rest (the large faces of its convex hull), the directions of its own flats and
bores, its axes of inertia, and as it stands. All of them turn with the part, so the answer does not hang on how it was drawn.
What each costs is told as a volume: supports, a millimetre over the overhangs for the scars, a share of the part's volume for its
height, and a millimetre below the whole part where it has nothing to stand on.
"""

import numpy as np

from quoting.geometry.bores import bores
from quoting.geometry.directions import SAME, alike, own_directions
from quoting.geometry.solid import Solid
from quoting.geometry.supports import OVERHANG, drops, extent, stance
from quoting.geometry.values import Orientation, Stance

SIDES = 20  # of the hull, the largest
DECIMALS = 2  # by which normals of the hull are held to be one
SAMPLES = 3_000  # points of the surface that all directions are first told by
LOOKED_AT = 6  # of the best, more closely
SCAR_MM = RAFT_MM = 1.0
HEIGHT = 0.25  # of the part's volume, for standing as high as it is long
FOOT_MM2, FOOT_SHARE = 5.0, 0.01  # a part stands on this much, or on this share of the surface of a small one
AS_GOOD = 0.01  # share by which a direction must be better than as it stands

UP = np.array([0.0, 0.0, 1.0])


def orientation(solid: Solid) -> Orientation | None:
    """The part as it stands and at its best; None where rays cannot be followed."""
    if not solid.can_see:
        return None
    as_is = stance(solid, UP)
    best, cost = as_is, _cost(solid, as_is) * (1 - AS_GOOD)
    for up in _most_promising(solid):
        tried = stance(solid, up)
        if (tried_cost := _cost(solid, tried)) < cost:
            best, cost = tried, tried_cost
    return Orientation(as_is=as_is, best=best)


def _cost(solid: Solid, tried: Stance) -> float:
    """In mm³, see above."""
    cost = tried.support_mm3 + SCAR_MM * tried.overhang_mm2 + _height_cost(solid) * tried.height_mm
    if tried.contact_mm2 < min(FOOT_MM2, FOOT_SHARE * solid.area):
        shadow = np.maximum(solid.normals @ np.array(tried.up), 0) @ solid.areas
        cost += RAFT_MM * float(shadow)
    return cost


def _height_cost(solid: Solid) -> float:
    return HEIGHT * abs(solid.volume) / solid.diagonal


def _most_promising(solid: Solid) -> np.ndarray:
    """The directions (k, 3) that cost least by a quick look at each."""
    tried = _candidates(solid)
    samples = solid.samples(SAMPLES)
    normals, share = solid.normals[samples.faces], solid.area / SAMPLES
    costs = np.empty(len(tried))
    for number, up in enumerate(tried):
        lowest, highest = extent(solid, up)
        downwards = -(normals @ up)
        hanging = np.flatnonzero((downwards > OVERHANG) & (samples.points @ up - lowest > 1e-3 * solid.diagonal))
        volume = 0.0
        if len(hanging):
            volume = float(drops(solid, samples.points[hanging], up, lowest) @ downwards[hanging]) * share
        costs[number] = volume + SCAR_MM * len(hanging) * share + _height_cost(solid) * (highest - lowest)
    return np.asarray(tried[np.argsort(costs, kind="stable")[:LOOKED_AT]])


def _candidates(solid: Solid) -> np.ndarray:
    """Unit vectors (d, 3) that may be up."""
    own = own_directions(solid, bores(solid))
    spread = (solid.middles * solid.areas[:, None]).T @ solid.middles
    axes = np.linalg.eigh(spread)[1].T
    found: list[np.ndarray] = []
    for one in (*-_resting_sides(solid), *own, *-own, *axes, *-axes):
        if all(float(one @ known) < SAME for known in found):
            found.append(one)
    return np.array(found)


def _resting_sides(solid: Solid) -> np.ndarray:
    """The outward normals (k, 3) of the hull's largest sides."""
    normals, areas = solid.hull.normals, solid.hull.areas
    group = alike(normals, DECIMALS)
    largest = np.argsort(-np.bincount(group, areas), kind="stable")[:SIDES]
    sums = np.stack([np.bincount(group, areas * normals[:, axis]) for axis in range(3)], axis=1)[largest]
    return np.asarray(sums / np.linalg.norm(sums, axis=1, keepdims=True))
