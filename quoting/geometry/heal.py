"""Repairs that cannot make a figure wrong, with a report of each; whatever else is broken is left for a person to see.

Triangles without area or there twice are left out, rims that lie on each other to rounding are joined, triangles are
turned until all face alike and outwards, and bodies that lie over each other become one. No hole is filled: what
belongs there is known to nobody here. A repair that does not end in a closed and consistent surface is undone.
"""

from typing import NamedTuple

import numpy as np
from manifold3d import Error, Manifold, Mesh64, OpType
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from quoting.geometry.mesh import Mesh, compact, totals, weld
from quoting.geometry.overlaps import bodies_of

ROUNDING = 1e-6  # of the diagonal: rims as close as that were one
MOST_UNITED = 200  # bodies
MOST_TRIANGLES_UNITED = 500_000


class Healed(NamedTuple):
    mesh: Mesh
    counts: dict[str, int]  # of values.Healing; what is not named is zero


def heal(mesh: Mesh) -> Healed:
    """A closed and consistent mesh where the safe repairs give one; else the mesh as it was."""
    if mesh.edge_census.consistent:
        return _facing_outwards(mesh)
    single = _without_duplicates(mesh)
    joined, moved = _joined_rims(single)
    if not len(joined.faces):
        return Healed(mesh, {})
    census = joined.edge_census
    wound = _wound_alike(joined) if census.closed else joined
    if not wound.edge_census.consistent:
        return Healed(mesh, {})
    turned = int((wound.faces != joined.faces).any(axis=1).sum())
    outwards, counts = _facing_outwards(wound)
    counts["flipped"] = min(turned, len(wound.faces) - turned) if counts else turned
    counts["welded"] = moved
    counts["duplicates_removed"] = len(mesh.faces) - len(single.faces)
    return Healed(outwards, {name: count for name, count in counts.items() if count})


def _facing_outwards(mesh: Mesh) -> Healed:
    """A mesh of one body faces outwards; of several it is not known which are hollows, so they stay."""
    count, _ = mesh.bodies
    if count == 1 and totals(mesh.corner_chunks()).volume < 0:
        return Healed(Mesh(mesh.vertices, np.ascontiguousarray(mesh.faces[:, ::-1])), {"flipped": len(mesh.faces)})
    return Healed(mesh, {})


def _without_duplicates(mesh: Mesh) -> Mesh:
    """Each triangle once. Two that face opposite ways are not the same: they are a sheet without thickness."""
    turn = np.argmin(mesh.faces, axis=1)
    rows = np.arange(len(mesh.faces))
    faces = np.stack([mesh.faces[rows, (turn + step) % 3] for step in range(3)], axis=1)
    order = np.lexsort(faces.T[::-1])
    ordered = faces[order]
    again = np.append(False, (ordered[1:] == ordered[:-1]).all(axis=1))
    return Mesh(mesh.vertices, mesh.faces[np.sort(order[~again])]) if again.any() else mesh


def _joined_rims(mesh: Mesh) -> tuple[Mesh, int]:
    """Corners on open rims that lie within rounding of another become that one; and how many did."""
    start, end = mesh.faces.ravel().astype(np.int64), mesh.faces[:, [1, 2, 0]].ravel().astype(np.int64)
    keys = np.minimum(start, end) * len(mesh.vertices) + np.maximum(start, end)
    edges, uses = np.unique(keys, return_counts=True)
    rim = np.unique(np.concatenate(np.divmod(edges[uses == 1], len(mesh.vertices))))
    if not len(rim):
        return mesh, 0
    diagonal = float(np.linalg.norm(np.ptp(mesh.vertices, axis=0)))
    pairs = cKDTree(mesh.vertices[rim]).query_pairs(ROUNDING * diagonal, output_type="ndarray")
    if not len(pairs):
        return mesh, 0
    links = coo_matrix((np.ones(len(pairs), np.int8), (pairs[:, 0], pairs[:, 1])), shape=(len(rim),) * 2)
    _, group = connected_components(links, directed=False)
    _, first = np.unique(group, return_index=True)
    vertices = mesh.vertices.copy()
    vertices[rim] = mesh.vertices[rim[first[group]]]
    return weld(vertices, mesh.faces), len(rim) - len(first)


def _wound_alike(mesh: Mesh) -> Mesh:
    """Triangles of a closed mesh turned so that neighbours face alike, as few as possible in each body.

    Every triangle stands twice in a graph, as it is and turned; neighbours are joined as they fit together. In a surface
    with two sides each body gives two pieces of that graph, of which one is chosen.
    """
    size = len(mesh.faces)
    start, end = mesh.faces.ravel().astype(np.int64), mesh.faces[:, [1, 2, 0]].ravel().astype(np.int64)
    keys = np.minimum(start, end) * len(mesh.vertices) + np.maximum(start, end)
    order = np.argsort(keys, kind="stable")
    one, other = order[0::2], order[1::2]  # closed: every edge has two triangles
    fits = (start[one] < end[one]) != (start[other] < end[other])
    a, b = one // 3, other // 3
    rows, columns = (
        np.concatenate((a, a + size)),
        np.concatenate((np.where(fits, b, b + size), np.where(fits, b + size, b))),
    )
    links = coo_matrix((np.ones(len(rows), np.int8), (rows, columns)), shape=(2 * size,) * 2)
    _, piece = connected_components(links, directed=False)
    as_is, turned = piece[:size], piece[size:]
    if (as_is == turned).any():  # a surface with one side only
        return mesh
    kept = np.bincount(as_is, minlength=piece.max() + 1)
    turn = kept[as_is] < kept[turned]
    ties = kept[as_is] == kept[turned]
    turn[ties] = as_is[ties] > turned[ties]
    return Mesh(mesh.vertices, np.where(turn[:, None], mesh.faces[:, ::-1], mesh.faces).astype(np.int32))


def united(mesh: Mesh, count: int, body_of_face: np.ndarray) -> Mesh | None:
    """The bodies of a closed mesh as one solid; None where one of them cannot be trusted.

    Nor where one may lie wholly within another: somebody may have meant a hollow.
    """
    if count > MOST_UNITED or len(mesh.faces) > MOST_TRIANGLES_UNITED:
        return None
    volumes, low, high = bodies_of(mesh, count, body_of_face)
    within = ((low[:, None] >= low) & (high[:, None] <= high)).all(axis=2)
    if (volumes <= 0).any() or within.sum() > count:
        return None
    solids = []
    for body in range(count):
        solid = _manifold(compact(Mesh(mesh.vertices, mesh.faces[body_of_face == body])))
        if solid is None:
            return None
        solids.append(solid)
    union = Manifold.batch_boolean(solids, OpType.Add)
    if union.status() != Error.NoError or union.is_empty():
        return None
    given = union.to_mesh64()
    result = Mesh(np.asarray(given.vert_properties)[:, :3].copy(), np.asarray(given.tri_verts).astype(np.int32))
    return result if result.edge_census.consistent else None


def _manifold(mesh: Mesh) -> Manifold | None:
    solid = Manifold(Mesh64(mesh.vertices.astype(np.float64), mesh.faces.astype(np.uint64)))
    return solid if solid.status() == Error.NoError and not solid.is_empty() else None
