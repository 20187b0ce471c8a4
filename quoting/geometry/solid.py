"""A closed mesh with what the analyses need of it: normals, areas, neighbours, points on its surface, and rays.

Units are millimetres. Coordinates are about the middle of the box, so that single precision, in which rays are followed,
keeps its digits. Rays need Embree; where there is no wheel of it, `can_see` is False and what needs rays is not known.
"""

from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from manifold3d import Manifold

from quoting.geometry.mesh import Mesh, order_of

try:
    from embreex import rtcore_scene
    from embreex.mesh_construction import TriangleMesh
except ImportError:  # no wheel for this platform
    rtcore_scene = None

FAR = 1e30  # Embree's answer where nothing is hit
STEP = 0.6180339887498949  # golden ratio: points that fill evenly, the same in every run
STEP_2 = 0.7548776662466927  # the plastic number, for a second direction that does not fall in step


class Samples(NamedTuple):
    points: np.ndarray  # (n, 3) on the surface, each for an equal share of it
    faces: np.ndarray  # (n,) the triangle each is on


class Solid:
    def __init__(self, mesh: Mesh) -> None:
        vertices = mesh.vertices.astype(np.float64)
        self.vertices = vertices - (vertices.min(axis=0) + vertices.max(axis=0)) / 2
        self.faces = mesh.faces
        self.corners = self.vertices[self.faces]  # (f, 3, 3)
        across = np.cross(self.corners[:, 1] - self.corners[:, 0], self.corners[:, 2] - self.corners[:, 0])
        doubled = np.linalg.norm(across, axis=1)
        self.areas = doubled / 2  # (f,) mm²
        self.normals = across / np.maximum(doubled, 1e-300)[:, None]  # (f, 3), outwards
        self.size = np.ptp(self.vertices, axis=0)
        self.diagonal = float(np.linalg.norm(self.size))

        self.middles = self.corners.mean(axis=1)  # (f, 3)

    @cached_property
    def hull(self) -> "Hull":
        return _hull(self.vertices)

    @property
    def volume(self) -> float:
        """mm³; of a closed solid."""
        return float(np.einsum("ij,ij,i->", self.middles, self.normals, self.areas)) / 3

    @property
    def area(self) -> float:
        return float(self.areas.sum())

    can_see = rtcore_scene is not None

    @cached_property
    def _scene(self) -> Any:
        scene = rtcore_scene.EmbreeScene()
        TriangleMesh(scene, self.corners.astype(np.float32))
        return scene

    def distances(self, origins: np.ndarray, directions: np.ndarray) -> np.ndarray:
        """How far rays (n, 3) run before they hit the solid, in mm; inf where they hit nothing."""
        found = self._scene.run(
            np.ascontiguousarray(origins, np.float32), np.ascontiguousarray(directions, np.float32), query="DISTANCE"
        )
        distances = np.asarray(found, dtype=np.float64)
        distances[distances >= FAR] = np.inf
        return distances

    def samples(self, count: int) -> Samples:
        """Points spread over the surface by area, always the same ones."""
        ends = np.cumsum(self.areas)
        places = (np.arange(count) + 0.5) / count * ends[-1]
        faces = np.minimum(np.searchsorted(ends, places), len(ends) - 1)
        u, v = np.modf(np.arange(1, count + 1) * STEP)[0], np.modf(np.arange(1, count + 1) * STEP_2)[0]
        return Samples(self.points_on(faces, u, v), faces)

    def points_on(self, faces: np.ndarray, u: np.ndarray, v: np.ndarray) -> np.ndarray:
        """A point (n, 3) on each of the triangles, by two numbers between 0 and 1 that fill it evenly."""
        outside = u + v > 1
        u, v = np.where(outside, 1 - u, u), np.where(outside, 1 - v, v)
        first, second, third = self.corners[faces].transpose(1, 0, 2)
        return np.asarray(first + u[:, None] * (second - first) + v[:, None] * (third - first))

    @cached_property
    def edges(self) -> "Edges":
        return _edges(self)


class Hull(NamedTuple):
    """The convex hull: its corners, and the triangles it is made of."""

    points: np.ndarray  # (h, 3)
    normals: np.ndarray  # (t, 3) outwards
    areas: np.ndarray  # (t,) mm²


def _hull(vertices: np.ndarray) -> Hull:
    given = Manifold.hull_points(vertices).to_mesh64()
    points = np.asarray(given.vert_properties)[:, :3]
    corners = points[np.asarray(given.tri_verts).astype(np.int64)]
    across = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    doubled = np.linalg.norm(across, axis=1)
    proper = doubled > 0
    if not proper.any():
        raise ValueError("no hull")
    return Hull(points, across[proper] / doubled[proper, None], doubled[proper] / 2)


class Edges(NamedTuple):
    """Every edge once, with the two triangles that share it."""

    faces: np.ndarray  # (e, 2)
    angles: np.ndarray  # (e,) between their normals, in degrees
    lengths: np.ndarray  # (e,) mm
    directions: np.ndarray  # (e, 3) of length one
    concave: np.ndarray  # (e,) bool: an inside corner


def _edges(solid: Solid) -> Edges:
    start = solid.faces.ravel().astype(np.int64)
    end = solid.faces[:, [1, 2, 0]].ravel()
    keys = np.minimum(start, end) * len(solid.vertices) + np.maximum(start, end)
    order = order_of(keys)
    pairs = np.flatnonzero(keys[order][1:] == keys[order][:-1])
    one, other = order[pairs], order[pairs + 1]
    faces = np.stack((one // 3, other // 3), axis=1)
    cosines = np.einsum("ij,ij->i", solid.normals[faces[:, 0]], solid.normals[faces[:, 1]])
    # The third corner of the one triangle, seen from the other: above its plane means an inside corner.
    third = solid.corners[faces[:, 0], (one % 3 + 2) % 3]
    along = solid.corners[faces[:, 1], other % 3]
    heights = np.einsum("ij,ij->i", third - along, solid.normals[faces[:, 1]])
    ends = solid.vertices[end[one]] - solid.vertices[start[one]]
    lengths = np.linalg.norm(ends, axis=1)
    return Edges(
        faces,
        np.degrees(np.arccos(np.clip(cosines, -1, 1))),
        lengths,
        ends / np.maximum(lengths, 1e-300)[:, None],
        heights > 1e-6 * solid.diagonal,
    )
