"""A light GLB of a part for the viewer in the browser: at most 100,000 triangles, positions and indices only.

In millimetres, in the file's own axes, with z up: it is no file for others to work with, and the viewer measures in it.
The viewer makes flat normals itself; they would triple the size.
"""

import json
import struct
from functools import lru_cache

import fast_simplification
import numpy as np

from quoting.geometry.mesh import Mesh, weld

MOST_TRIANGLES = 100_000
AGGRESSIVENESS = 7  # of the simplification: 1.1 s for a million triangles, volume off by less than 0.01 %
SLACK = 1.2  # how far it may miss its aim before corners are merged on a grid as well
GRID = 200  # cells along the longest side, at first

FLOAT, UNSIGNED_INT = 5126, 5125  # glTF's names of number types
VERTICES, INDICES = 34962, 34963  # and of what a part of the data is for
BLOCK_JSON, BLOCK_BINARY = 0x4E4F534A, 0x004E4942


def light_glb(mesh: Mesh) -> bytes:
    return to_glb(simplified(mesh))


@lru_cache(maxsize=1)  # the analysis and the preview may want the same
def simplified(mesh: Mesh) -> Mesh:
    """A mesh with about MOST_TRIANGLES at most that looks like this one."""
    if len(mesh.faces) <= MOST_TRIANGLES:
        return mesh
    vertices, faces = fast_simplification.simplify(
        mesh.vertices.astype(np.float32), mesh.faces, target_count=MOST_TRIANGLES, agg=AGGRESSIVENESS
    )
    lighter = Mesh(vertices, faces.astype(np.int32))
    cells = GRID
    while len(lighter.faces) > SLACK * MOST_TRIANGLES:  # many loose pieces, of which none can be simplified
        lighter = _snapped(mesh, cells)
        cells //= 2
    return lighter


def _snapped(mesh: Mesh, cells: int) -> Mesh:
    """The mesh with its vertices at the middles of a grid with so many cells along its longest side."""
    low = mesh.vertices.min(axis=0)
    step = float(np.ptp(mesh.vertices, axis=0).max()) / cells
    welded = weld((np.floor((mesh.vertices - low) / step) + 0.5) * step + low, mesh.faces)
    _, first = np.unique(np.sort(welded.faces, axis=1), axis=0, return_index=True)
    return Mesh(welded.vertices, welded.faces[first])


def to_glb(mesh: Mesh) -> bytes:
    """The mesh as a binary glTF 2.0 file with one node."""
    used, corners = np.unique(mesh.faces, return_inverse=True)
    positions = mesh.vertices[used].astype("<f4")
    indices = corners.astype("<u4")
    binary = positions.tobytes() + indices.tobytes()
    document = {
        "asset": {"version": "2.0", "generator": "Partwright"},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0}, "indices": 1}]}],
        "accessors": [
            {
                "bufferView": 0,
                "componentType": FLOAT,
                "count": len(positions),
                "type": "VEC3",
                "min": positions.min(axis=0).tolist(),
                "max": positions.max(axis=0).tolist(),
            },
            {"bufferView": 1, "componentType": UNSIGNED_INT, "count": indices.size, "type": "SCALAR"},
        ],
        "bufferViews": [
            {"buffer": 0, "byteOffset": 0, "byteLength": positions.nbytes, "target": VERTICES},
            {"buffer": 0, "byteOffset": positions.nbytes, "byteLength": indices.nbytes, "target": INDICES},
        ],
        "buffers": [{"byteLength": len(binary)}],
    }
    text = json.dumps(document, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    blocks = struct.pack("<II", len(text), BLOCK_JSON) + text + struct.pack("<II", len(binary), BLOCK_BINARY) + binary
    return struct.pack("<4sII", b"glTF", 2, 12 + len(blocks)) + blocks
