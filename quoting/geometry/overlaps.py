"""Is the signed volume of a closed mesh the volume of its material? Only when nothing lies over anything else.

Two overlapping cubes have a volume sum that counts the overlap twice, and so has one skin that passes through
itself. A hollow is a body that faces inwards, and is right only inside another body.
"""

from typing import NamedTuple

import numpy as np

from quoting.geometry.mesh import Mesh
from quoting.geometry.values import Reason

MAX_BODIES = 1_000  # beyond this nobody asked for one part
TOUCHING = 1e-6  # of the model's size: boxes that overlap by less only touch
CAVITY_PROBES = 24  # points of a cavity that are looked up in the body around it
CAVITY_WORK = 6_000_000  # triangles that may be visited for that; about two seconds
RAYS_PER_SIDE = 48
RUN_TOLERANCE = 1e-4  # of the model's height: shorter runs between two surfaces are rounding


class Bodies(NamedTuple):
    """The bodies of a mesh: signed volumes (b,) and boxes, low and high (b, 3)."""

    volumes: np.ndarray
    low: np.ndarray
    high: np.ndarray


def doubts(mesh: Mesh, volume: float, count: int, body_of_face: np.ndarray) -> list[Reason]:
    """What makes the signed volume of a closed, consistently wound mesh doubtful; [] when nothing was found."""
    if count > MAX_BODIES:
        return [Reason(code="too_many_bodies", params={"bodies": str(count)})]
    if volume < 0:
        return [Reason(code="inverted")]
    if count > 1:
        bodies = bodies_of(mesh, count, body_of_face)
        probes = min(CAVITY_PROBES, CAVITY_WORK // max(1, int((bodies.volumes < 0).sum()) * len(mesh.faces)))
        if probes == 0:
            return [Reason(code="too_many_bodies", params={"bodies": str(count)})]
        if _loose_cavities(mesh, bodies, body_of_face, probes):
            return [Reason(code="inverted")]
        overlapping = overlapping_bodies(bodies)
        if overlapping:
            return [Reason(code="overlapping_bodies", params={"bodies": str(overlapping)})]
    return [] if winding_is_plain(mesh) else [Reason(code="self_overlapping")]


def bodies_of(mesh: Mesh, count: int, body_of_face: np.ndarray) -> Bodies:
    corners = mesh.vertices[mesh.faces].astype(np.float64) - mesh.vertices[0]
    six_volumes = np.einsum("ij,ij->i", corners[:, 0], np.cross(corners[:, 1], corners[:, 2]))
    volumes = np.bincount(body_of_face, weights=six_volumes, minlength=count) / 6
    order = np.argsort(body_of_face, kind="stable")
    first = np.searchsorted(body_of_face[order], np.arange(count))
    low = np.minimum.reduceat(corners.min(axis=1)[order], first)
    high = np.maximum.reduceat(corners.max(axis=1)[order], first)
    return Bodies(volumes, low + mesh.vertices[0], high + mesh.vertices[0])


def overlapping_bodies(bodies: Bodies) -> int:
    """The number of bodies whose box overlaps another's, a cavity and the body around it excepted.

    Boxes may overlap where bodies do not. Such a file is looked at by a person, which is the right side to err on.
    """
    margin = TOUCHING * float((bodies.high.max(axis=0) - bodies.low.min(axis=0)).max())
    overlap = np.ones((len(bodies.volumes),) * 2, dtype=bool)
    for axis in range(3):
        low, high = bodies.low[:, axis], bodies.high[:, axis]
        overlap &= np.minimum(high[:, None], high) - np.maximum(low[:, None], low) > margin
    np.fill_diagonal(overlap, False)
    solid = bodies.volumes > 0
    # A cavity may lie inside one solid; `_loose_cavities` has made sure that it really does.
    overlap &= ~(solid[:, None] ^ solid)
    return int(overlap.any(axis=1).sum())


def _loose_cavities(mesh: Mesh, bodies: Bodies, body_of_face: np.ndarray, probes: int) -> bool:
    """Whether some body faces inwards without lying inside exactly one body that faces outwards."""
    solids = np.flatnonzero(bodies.volumes > 0)
    for cavity in np.flatnonzero(bodies.volumes < 0):
        inside = (bodies.low[solids] <= bodies.low[cavity]) & (bodies.high[solids] >= bodies.high[cavity])
        around = solids[inside.all(axis=1)]
        if len(around) != 1:
            return True
        used = np.unique(mesh.faces[body_of_face == cavity])
        sample = np.linspace(0, len(used) - 1, min(probes, len(used))).astype(int)
        points = mesh.vertices[used[sample]].astype(np.float64)
        corners = mesh.vertices[mesh.faces[body_of_face == around[0]]].astype(np.float64)
        if any(abs(winding_number(point, corners) - 1) > 0.01 for point in points):
            return True
    return False


def winding_number(point: np.ndarray, corners: np.ndarray) -> float:
    """How often the triangles (f, 3, 3) wind around the point (3,): 1 inside a closed body, 0 outside.

    The sum of the solid angles under which the point sees them (van Oosterom and Strackee), over 4 pi.
    """
    a, b, c = (corners - point).transpose(1, 0, 2)
    length_a, length_b, length_c = (np.linalg.norm(side, axis=1) for side in (a, b, c))
    triple = np.einsum("ij,ij->i", a, np.cross(b, c))
    dots = (
        length_a * length_b * length_c
        + np.einsum("ij,ij->i", a, b) * length_c
        + np.einsum("ij,ij->i", b, c) * length_a
        + np.einsum("ij,ij->i", c, a) * length_b
    )
    return float(2 * np.arctan2(triple, dots).sum() / (4 * np.pi))


def winding_is_plain(mesh: Mesh) -> bool:
    """Whether rays through the mesh are nowhere inside twice, or inside of something turned inside out.

    Vertical rays on a grid; going up along each one, it enters through surfaces that face down and leaves through
    those that face up. A sample: an overlap smaller than the grid's step may be missed.
    """
    ray, height, step = _crossings(mesh)
    order = np.lexsort((height, ray))
    ray, height, step = ray[order], height[order], step[order]
    depth = np.cumsum(step)  # every ray starts and ends outside, so one running sum serves them all
    run = np.append(np.diff(height), 0.0)
    run[np.append(ray[1:] != ray[:-1], True)] = 0.0
    tall = run > RUN_TOLERANCE * float(np.ptp(mesh.vertices[:, 2]))
    return bool(((depth[tall] == 0) | (depth[tall] == 1)).all())


class _RowCrossing(NamedTuple):
    """Where edges cross rows of the grid, (k,) each."""

    x: np.ndarray  # NaN where they do not
    height: np.ndarray
    downwards: np.ndarray  # whether the edge runs towards smaller y


def _crossings(mesh: Mesh) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Where vertical rays meet triangles: number of the ray, height, and +1 (into material) or -1 (out of it).

    Rays stand at whole numbers of a grid over the box. Triangles are drawn into it row by row, as on a screen, so
    that long thin ones cost no more than the rows that they reach. Intervals include their start and not their end,
    so that of two triangles beside each other a ray through their edge meets exactly one.
    """
    low, high = mesh.vertices.min(axis=0), mesh.vertices.max(axis=0)
    points = mesh.vertices.astype(np.float64)
    # Uneven fractions of a step keep the rays off symmetry planes, where models have their edges.
    points[:, :2] = (points[:, :2] - low[:2]) / (high - low)[:2] * RAYS_PER_SIDE - [0.4371, 0.5713]

    face, y = _whole_numbers(*_extent(points[:, 1], mesh.faces))
    corners = points[mesh.faces[face]].transpose(1, 0, 2)
    edges = [_where_edge_meets_row(corners[i], corners[(i + 1) % 3], y) for i in range(3)]
    x, height, downwards = (np.stack(values) for values in zip(*edges, strict=True))  # (3, k) each; a row meets two
    pairs = np.arange(len(face))
    left, right = np.nanargmin(x, axis=0), np.nanargmax(x, axis=0)
    start, end = x[left, pairs], x[right, pairs]
    pair, ray_x = _whole_numbers(start, end)

    share = (ray_x - start[pair]) / (end - start)[pair]
    left_height, right_height = height[left, pairs][pair], height[right, pairs][pair]
    faces_up = downwards[left, pairs][pair]  # seen from above it runs anticlockwise: down on its left side
    ray = y[pair] * RAYS_PER_SIDE + ray_x
    return ray, left_height + share * (right_height - left_height), np.where(faces_up, -1, 1)


def _extent(positions: np.ndarray, faces: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The smallest and the largest of the positions (v,) of each triangle's corners."""
    a, b, c = positions[faces[:, 0]], positions[faces[:, 1]], positions[faces[:, 2]]
    return np.minimum(np.minimum(a, b), c), np.maximum(np.maximum(a, b), c)


def _whole_numbers(start: np.ndarray, end: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Every whole number with start <= number < end, for every interval: the interval's index, and the number."""
    first = np.ceil(start).astype(np.int64)
    counts = np.ceil(end).astype(np.int64) - first
    interval = np.repeat(np.arange(len(counts)), counts)
    return interval, first[interval] + np.arange(len(interval)) - (np.cumsum(counts) - counts)[interval]


def _where_edge_meets_row(start: np.ndarray, end: np.ndarray, y: np.ndarray) -> _RowCrossing:
    """Where edges (k, 3) to (k, 3) cross the rows y (k,)."""
    downwards = start[:, 1] > end[:, 1]
    # Always from below, so that both triangles of an edge get the same number to the last digit.
    below, above = (np.where(downwards[:, None], *ends) for ends in ((end, start), (start, end)))
    crosses = (below[:, 1] <= y) & (y < above[:, 1])
    share = (y - below[:, 1]) / np.where(crosses, above[:, 1] - below[:, 1], np.nan)
    x, height = (below[:, axis] + share * (above[:, axis] - below[:, axis]) for axis in (0, 2))
    return _RowCrossing(x, height, downwards)
