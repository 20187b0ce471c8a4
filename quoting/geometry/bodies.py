"""The distinct bodies of a file that holds several: which there are, how often, and each as a mesh of its own.

A body is a closed piece that faces outwards, with the cavities inside it. Two are alike when one can be moved and
turned onto the other. A mirror image is another part: a left-hand bracket is of no use where a right-hand one belongs.
Bodies are numbered from 1, by volume, the largest first: the numbers must not change from one reading to the next.
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy.spatial import cKDTree

from quoting.geometry.loaders import Loaded, load
from quoting.geometry.mesh import Mesh, compact, totals
from quoting.geometry.overlaps import Bodies, bodies_of
from quoting.geometry.values import Body, FileRefused

MOST_PIECES = 500  # beyond this a file is not split
MOST_DISTINCT = 50
ALIKE = 1e-4  # volumes, areas and sizes of bodies that are alike differ by less, as shares
ON_TOP = 2e-4  # vertices of bodies that are alike come to lie as close, as a share of the size
COMPARED = 200  # vertices of each body


class Piece(NamedTuple):
    """A body at its place."""

    mesh: Mesh
    volume: float
    area: float
    size: np.ndarray  # (3,)

    @property
    def figures(self) -> tuple[float, ...]:
        return self.volume, self.area, *self.size.tolist()


def load_body(path: Path, unit: str, body: int) -> Loaded:
    """The file at `path` in mm, or the distinct body with this number in it; 0 is the whole file."""
    loaded = load(path, unit)
    if body == 0:
        return loaded
    groups = _distinct(loaded.mesh, *loaded.mesh.bodies) if loaded.mesh.edge_census.consistent else []
    if body > len(groups):
        raise FileRefused("no_such_body", body=body)
    mesh = groups[body - 1][0].mesh
    return loaded._replace(mesh=mesh, totals=totals(mesh.corner_chunks()), triangles=len(mesh.faces))


def distinct_bodies(mesh: Mesh, count: int, body_of_face: np.ndarray) -> tuple[Body, ...]:
    """The distinct bodies of a closed and consistently wound mesh in mm; () when it is one body, or cannot be split."""
    return tuple(_as_value(group) for group in _distinct(mesh, count, body_of_face))


def _as_value(group: list[Piece]) -> Body:
    x, y, z = (float(extent) for extent in group[0].size)
    return Body(copies=len(group), size_mm=(x, y, z), volume_mm3=group[0].volume, area_mm2=group[0].area)


def _distinct(mesh: Mesh, count: int, body_of_face: np.ndarray) -> list[list[Piece]]:
    """The pieces of the mesh, those that are alike together, numbered as the module says; [] as for distinct_bodies."""
    if not 1 < count <= MOST_PIECES:
        return []
    pieces = _pieces(mesh, bodies_of(mesh, count, body_of_face), body_of_face)
    groups: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda one: (-round(one.volume, 3), -round(one.area, 3), *one.mesh.vertices[0])):
        alike = next((group for group in reversed(groups) if _are_alike(group[0], piece)), None)
        if alike is not None:
            alike.append(piece)
        elif len(groups) == MOST_DISTINCT:
            return []
        else:
            groups.append([piece])
    return groups if len(pieces) > 1 else []


def _pieces(mesh: Mesh, bodies: Bodies, body_of_face: np.ndarray) -> list[Piece]:
    """Every solid with its cavities; [] when a cavity lies in none, or perhaps in several."""
    owner = np.arange(len(bodies.volumes))
    solids = np.flatnonzero(bodies.volumes > 0)
    for cavity in np.flatnonzero(bodies.volumes <= 0):
        inside = (bodies.low[solids] <= bodies.low[cavity]) & (bodies.high[solids] >= bodies.high[cavity])
        around = solids[inside.all(axis=1)]
        if len(around) != 1:
            return []
        owner[cavity] = around[0]
    owner_of_face = owner[body_of_face]
    order = np.argsort(owner_of_face, kind="stable")
    starts = np.searchsorted(owner_of_face[order], [*solids, len(owner)])
    return [
        _piece(compact(Mesh(mesh.vertices, mesh.faces[order[a:b]]))) for a, b in zip(starts, starts[1:], strict=False)
    ]


def _piece(mesh: Mesh) -> Piece:
    sums = totals(mesh.corner_chunks())
    return Piece(mesh, abs(sums.volume), sums.area, sums.size)


def _are_alike(one: Piece, other: Piece) -> bool:
    if len(one.mesh.faces) != len(other.mesh.faces) or len(one.mesh.vertices) != len(other.mesh.vertices):
        return False
    if not np.allclose([one.volume, one.area], [other.volume, other.area], rtol=ALIKE, atol=0):
        return False
    here, there = _centred(one.mesh), _centred(other.mesh)
    tree = cKDTree(there)
    reach = ON_TOP * float(np.linalg.norm(there, axis=1).max())
    sample = here[np.linspace(0, len(here) - 1, min(COMPARED, len(here))).astype(int)]
    turns = [*_RIGHT_ANGLES, *_between_axes(here, there)]
    return any(np.isfinite(tree.query(sample @ turn.T, distance_upper_bound=reach)[0]).all() for turn in turns)


def _centred(mesh: Mesh) -> np.ndarray:
    points = mesh.vertices.astype(np.float64)
    return points - points.mean(axis=0)


def _right_angles() -> list[np.ndarray]:
    """The 24 rotations (3, 3) that turn a cube onto itself, standing still first."""
    found = []
    for order in ((0, 1, 2), (1, 2, 0), (2, 0, 1), (0, 2, 1), (2, 1, 0), (1, 0, 2)):
        for signs in np.ndindex(2, 2, 2):
            turn = np.eye(3)[list(order)] * (1 - 2 * np.array(signs))[:, None]
            if np.linalg.det(turn) > 0:
                found.append(turn)
    return found


_RIGHT_ANGLES = _right_angles()


def _between_axes(here: np.ndarray, there: np.ndarray) -> list[np.ndarray]:
    """The four rotations that turn the principal axes of one set of points onto those of another.

    Where two axes are as long (a gear), any turn would do and these are not it: such copies may count as distinct.
    """
    axes = [np.linalg.eigh(points.T @ points)[1] for points in (here, there)]
    flips = [np.diag(signs) for signs in ((1, 1, 1), (1, -1, -1), (-1, 1, -1), (-1, -1, 1))]
    turned = axes[0] * (1 if np.linalg.det(axes[0]) * np.linalg.det(axes[1]) > 0 else np.array([1, 1, -1]))
    return [axes[1] @ flip @ turned.T for flip in flips]
