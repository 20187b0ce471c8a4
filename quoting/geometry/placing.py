"""Meshes at their places: instances of 3MF components and of GLB nodes."""

import numpy as np

from quoting.geometry.mesh import Mesh

MAX_INSTANCES = 2_000


def transformed(mesh: Mesh, matrix: np.ndarray) -> Mesh:
    """The mesh at its place: (x, y, z, 1) times the matrix (4, 3).

    A mirroring transform turns every triangle round, so that outside stays outside.
    """
    if np.array_equal(matrix, np.eye(4, 3)):
        return mesh
    with np.errstate(invalid="ignore", over="ignore"):  # what is not finite is refused with the mesh
        mirrored = np.linalg.det(matrix[:3]) < 0
        faces = mesh.faces[:, ::-1] if mirrored else mesh.faces
        return Mesh(mesh.vertices @ matrix[:3] + matrix[3], faces)
