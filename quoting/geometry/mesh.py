"""Triangle meshes as arrays: welding, edge census, bodies, volume and area.

Shapes used throughout: vertices (v, 3) float, faces (f, 3) int32 indexes into them, corners (f, 3, 3) float: for each
triangle its three corner points. Lengths are millimetres unless a function says otherwise.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

REHASH = np.uint64(0x9E3779B97F4A7C15)
CHUNK = 32_768  # triangles handled at a time: few enough to stay in the processor's cache


@dataclass(frozen=True, eq=False)
class Mesh:
    """A welded mesh: corners at the same place share a vertex, and no triangle uses a vertex twice."""

    vertices: np.ndarray
    faces: np.ndarray

    def corner_chunks(self) -> Iterator[np.ndarray]:
        """The corners (k, 3, 3) of the triangles, some thousands at a time."""
        for start in range(0, len(self.faces), CHUNK):
            yield self.vertices.take(self.faces[start : start + CHUNK], axis=0)

    @cached_property
    def edge_census(self) -> "EdgeCensus":
        return _edge_census(self)

    @cached_property
    def bodies(self) -> tuple[int, np.ndarray]:
        """The number of bodies (pieces that share no vertex) and for each triangle the number of its body."""
        return _body_of_faces(self)


class Totals(NamedTuple):
    """Sums over all triangles, in the unit of the numbers given."""

    volume: float  # signed: negative when the triangles face inwards
    area: float
    low: np.ndarray  # (3,) the box
    high: np.ndarray

    @property
    def finite(self) -> bool:
        return bool(np.isfinite(self.low).all() and np.isfinite(self.high).all())

    @property
    def size(self) -> np.ndarray:
        return np.subtract(self.high, self.low, dtype=np.float64)


def totals(chunks: Iterable[np.ndarray]) -> Totals:
    """Volume, area and box of the triangles whose corners (k, 3, 3) come in chunks.

    The volume is the sum of the signed tetrahedra between each triangle and one fixed point. That point is the first
    corner, not the origin: a small part far away from the origin would otherwise lose all its digits. Products are
    taken in the precision of the chunks, sums in double.
    """
    volume = area = 0.0
    low, high = np.full(3, np.inf), np.full(3, -np.inf)
    anchor = None
    # Numbers that are not finite, or overflow, end up in the box and are refused there.
    with np.errstate(over="ignore", invalid="ignore"):
        for corners in chunks:
            # One contiguous row per coordinate makes every step below a plain vector operation.
            rows = np.ascontiguousarray(corners.reshape(-1, 9).T)
            x0, y0, z0, x1, y1, z1, x2, y2, z2 = rows
            anchor = rows[:3, 0].copy() if anchor is None else anchor
            low = np.minimum(low, rows.min(axis=1).reshape(3, 3).min(axis=0))
            high = np.maximum(high, rows.max(axis=1).reshape(3, 3).max(axis=0))
            ux, uy, uz, wx, wy, wz = x1 - x0, y1 - y0, z1 - z0, x2 - x0, y2 - y0, z2 - z0
            nx, ny, nz = uy * wz - uz * wy, uz * wx - ux * wz, ux * wy - uy * wx
            area += float(np.sqrt(nx * nx + ny * ny + nz * nz).sum(dtype=np.float64)) / 2
            six_volumes = (x0 - anchor[0]) * nx + (y0 - anchor[1]) * ny + (z0 - anchor[2]) * nz
            volume += float(six_volumes.sum(dtype=np.float64)) / 6
    return Totals(volume, area, low, high)


def weld(points: np.ndarray, faces: np.ndarray) -> Mesh:
    """The mesh in which points (p, 3) that are equal in single precision have become one vertex.

    Triangles that collapse by it are left out: they have no area, and would only confuse the edge census.
    """
    first, vertex_of = _equal_points(np.ascontiguousarray(points, dtype=np.float32))
    welded = vertex_of[faces]
    a, b, c = welded.T
    proper = (a != b) & (b != c) & (c != a)
    return Mesh(points.take(first, axis=0), welded if proper.all() else welded[proper])


def weld_corners(corners: np.ndarray) -> Mesh:
    """The welded mesh of loose triangles, corners (f, 3, 3)."""
    return weld(corners.reshape(-1, 3), np.arange(3 * len(corners), dtype=np.int32).reshape(-1, 3))


def concatenate(meshes: list[Mesh]) -> Mesh:
    """The meshes as one, without welding them to each other: bodies that touch stay two bodies."""
    starts = np.cumsum([0] + [len(mesh.vertices) for mesh in meshes[:-1]])
    faces = [mesh.faces + np.int32(start) for mesh, start in zip(meshes, starts, strict=True)]
    return Mesh(np.concatenate([mesh.vertices for mesh in meshes]), np.concatenate(faces))


def order_of(keys: np.ndarray) -> np.ndarray:
    """The stable order of whole numbers ≥ 0. Key and place are packed into one number, as sorting is quicker than argsort."""
    place_bits = len(keys).bit_length()
    if len(keys) == 0 or int(keys.max()).bit_length() + place_bits > 63:
        return np.argsort(keys, kind="stable")
    packed = (keys.astype(np.int64) << place_bits) | np.arange(len(keys))
    packed.sort()
    return np.asarray(packed & ((1 << place_bits) - 1))


def all_finite(points: np.ndarray) -> bool:
    """Whether all numbers are finite in single precision, in which places are compared."""
    with np.errstate(over="ignore"):
        return bool(np.isfinite(points.astype(np.float32)).all())


def compact(mesh: Mesh) -> Mesh:
    """The mesh without the vertices that no triangle uses: they must not count for its box."""
    is_used = np.zeros(len(mesh.vertices), dtype=bool)
    is_used[mesh.faces.ravel()] = True
    if is_used.all():
        return mesh
    number = np.cumsum(is_used, dtype=np.int32) - 1
    return Mesh(mesh.vertices[is_used], number[mesh.faces])


def _equal_points(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For float32 points (p, 3): the index of one point of each distinct place, and for each point its place.

    Places are numbered as they first appear. Every point writes its index into a table at a slot told by its hash, the
    first of them last, and looks who stands there now: a point at the same place has found its first; one whose slot
    was taken by another place tries again with a new hash. Faster than sorting, and never wrong, as places themselves
    are compared.
    """
    hashes = _hashes(points)
    slot_bits = np.uint64(max(4, len(points).bit_length()))
    table = np.empty(1 << int(slot_bits), dtype=np.int32)
    first = np.arange(len(points), dtype=np.int32)
    open_points = first.copy()
    while len(open_points):
        slots = (hashes >> (np.uint64(64) - slot_bits)).astype(np.int32)
        table[slots[::-1]] = open_points[::-1]
        found = table.take(slots)
        settled = _equal(points, open_points, found)
        first[open_points[settled]] = found[settled]
        open_points = open_points[~settled]
        hashes = hashes[~settled] * REHASH
    is_first = first == np.arange(len(points), dtype=np.int32)
    number = np.cumsum(is_first, dtype=np.int32) - 1
    return np.flatnonzero(is_first), number.take(first)


def _equal(points: np.ndarray, these: np.ndarray, those: np.ndarray) -> np.ndarray:
    """Which of the points with these and those indexes are at the same place. A point equals itself, also NaN."""
    equal = np.empty(len(these), dtype=bool)
    for start in range(0, len(these), CHUNK):
        here, there = these[start : start + CHUNK], those[start : start + CHUNK]
        same = points.take(here, axis=0) == points.take(there, axis=0)
        equal[start : start + CHUNK] = (same[:, 0] & same[:, 1] & same[:, 2]) | (here == there)
    return equal


def _hashes(points: np.ndarray) -> np.ndarray:
    """A 64-bit hash of each float32 point (p, 3); -0.0 and 0.0 hash alike."""
    result = np.empty(len(points), dtype=np.uint64)
    factors = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9], dtype=np.uint64)
    for start in range(0, len(points), CHUNK):
        bits = (points[start : start + CHUNK] + np.float32(0)).view(np.uint32).astype(np.uint64)
        mixed = bits[:, 0] * factors[0] ^ (bits[:, 1] + np.uint64(0x7F4A7C15)) * factors[1]
        mixed ^= mixed >> np.uint64(29)
        mixed = (mixed + bits[:, 2]) * factors[2]
        mixed ^= mixed >> np.uint64(32)
        mixed *= factors[0]
        result[start : start + CHUNK] = mixed ^ (mixed >> np.uint64(29))
    return result


class EdgeCensus(NamedTuple):
    """How many edges of a mesh are not as in a closed surface."""

    single: int  # used by one triangle: the rim of a hole
    crowded: int  # used by more than two
    same_direction: int  # used by two triangles that run along it the same way: one of them is the wrong way round

    @property
    def closed(self) -> bool:
        return self.single == 0 and self.crowded == 0

    @property
    def consistent(self) -> bool:
        return self.closed and self.same_direction == 0


def _edge_census(mesh: Mesh) -> EdgeCensus:
    """Exact: every edge is looked at. An edge becomes one number (smaller vertex, larger vertex, direction)."""
    start = mesh.faces.ravel().astype(np.int64)
    end = mesh.faces[:, [1, 2, 0]].ravel()
    edges = np.minimum(start, end) * len(mesh.vertices) + np.maximum(start, end)
    directed = (edges << 1) | (start < end)
    del edges
    directed.sort()
    undirected = directed >> 1
    same_as_previous = undirected[1:] == undirected[:-1]
    if len(directed) % 2 == 0 and same_as_previous[0::2].all() and not same_as_previous[1::2].any():
        return EdgeCensus(0, 0, int((directed[0::2] == directed[1::2]).sum()))
    first = np.flatnonzero(np.concatenate(([True], ~same_as_previous)))
    uses = np.diff(np.append(first, len(directed)))
    forward = np.add.reduceat(directed & 1, first)
    return EdgeCensus(int((uses == 1).sum()), int((uses > 2).sum()), int(((uses == 2) & (forward != 1)).sum()))


def _body_of_faces(mesh: Mesh) -> tuple[int, np.ndarray]:
    a, b, c = mesh.faces.T
    rows, columns = np.concatenate((a, b)), np.concatenate((b, c))
    links = coo_matrix((np.ones(len(rows), dtype=np.int8), (rows, columns)), shape=(len(mesh.vertices),) * 2)
    count, body_of_vertex = connected_components(links, directed=False)
    body = body_of_vertex[a]
    if count > 1:  # vertices that no triangle uses count as pieces too: number only the bodies that have triangles
        used, body = np.unique(body, return_inverse=True)
        count = len(used)
    return count, body
