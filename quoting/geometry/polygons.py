"""Faces with more than three corners, as OBJ and PLY files have them, cut into triangles."""

import manifold3d
import numpy as np

from quoting.geometry.intake import MAX_TRIANGLES
from quoting.geometry.values import FileRefused

MOST_CORNERS = 10_000  # of one face: a flat end of a CAD part may have hundreds
MOST_HOLLOW = 50_000  # faces with inside corners, which are cut one by one


def triangulated(points: np.ndarray, corners: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Triangles (f, 3) int32 over points (p, 3).

    `corners`: the indexes of all faces' corners, one face after another; `counts`: how many each face has. Faces with
    fewer than three are lines and points, and give nothing. Raises FileRefused.
    """
    if len(counts) and counts.max() > MOST_CORNERS:
        raise FileRefused("unreadable", detail=f"a face with {counts.max()} corners")
    if int(np.maximum(counts - 2, 0).sum()) > MAX_TRIANGLES:
        raise FileRefused("too_many_triangles", limit=MAX_TRIANGLES)
    if len(corners) and not 0 <= int(corners.min()) <= int(corners.max()) < len(points):
        raise FileRefused("unreadable", detail="a face with a corner that does not exist")
    starts = np.cumsum(counts) - counts
    pieces = [np.empty((0, 3), dtype=np.int64)]
    for sides in np.unique(counts[counts >= 3]):
        faces = corners[starts[counts == sides][:, None] + np.arange(sides)]
        pieces.append(faces if sides == 3 else _cut(points, faces))
    return np.concatenate(pieces).astype(np.int32)


def _cut(points: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Triangles of faces (f, n) with the same number of corners, more than three."""
    fan = _fan(faces)
    hollow = ~_is_plain(points, fan, faces.shape[1])
    if hollow.any() and faces.shape[1] == 4:  # of a hollow quadrilateral the other diagonal is right
        fan[hollow] = _fan(np.roll(faces[hollow], -1, axis=1))
        hollow = np.zeros_like(hollow)
    if hollow.sum() > MOST_HOLLOW:
        raise FileRefused("unreadable", detail="too many faces with inside corners")
    cut = [_cut_hollow(points, face) for face in faces[hollow]]
    return np.concatenate([fan[~hollow].reshape(-1, 3), *cut])


def _fan(faces: np.ndarray) -> np.ndarray:
    """The triangles (f, n - 2, 3) from each face's first corner to its other sides."""
    others = np.stack([faces[:, 1:-1], faces[:, 2:]], axis=2)
    first = np.broadcast_to(faces[:, :1, None], (*others.shape[:2], 1))
    return np.concatenate([first, others], axis=2)


def _is_plain(points: np.ndarray, fan: np.ndarray, sides: int) -> np.ndarray:
    """For each face (f,): whether all triangles of its fan (f, n - 2, 3) face the way that the whole face does."""
    plain = np.empty(len(fan), dtype=bool)
    block = max(1, 200_000 // sides)
    for start in range(0, len(fan), block):
        a, b, c = points[fan[start : start + block]].transpose(2, 0, 1, 3)
        normals = np.cross(b - a, c - a)
        whole = normals.sum(axis=1)
        along = np.einsum("fti,fi->ft", normals, whole)
        plain[start : start + block] = (along >= -1e-9 * np.einsum("fi,fi->f", whole, whole)[:, None]).all(axis=1)
    return plain


def _cut_hollow(points: np.ndarray, face: np.ndarray) -> np.ndarray:
    """Triangles of one face (n,) with inside corners, cut in the plane that it lies in."""
    corners = points[face] - points[face[0]]
    normal = np.cross(corners, np.roll(corners, -1, axis=0)).sum(axis=0)
    length = float(np.linalg.norm(normal))
    if not np.isfinite(length) or length == 0:
        return _fan(face[None])[0]  # numbers that are no numbers are refused later; a face without area gives none
    normal /= length
    right = np.cross(np.eye(3)[np.argmin(np.abs(normal))], normal)
    right /= np.linalg.norm(right)
    flat = corners @ np.stack([right, np.cross(normal, right)], axis=1)
    try:
        return face[np.asarray(manifold3d.triangulate([flat]), dtype=np.int64)].reshape(-1, 3)
    except Exception as error:  # whatever the library raises for a face that crosses itself
        raise FileRefused("unreadable", detail="a face that crosses itself") from error
