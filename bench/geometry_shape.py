"""Walls, box, set-ups, holes, mold of a part: CPU milliseconds, beside what trimesh takes for those it has too.

Goal (spec/geometry.md): the whole analysis of 100,000 triangles under a second of one core, of a million under six.
"""

import time
from collections.abc import Callable

import numpy as np
import trimesh

from quoting.geometry.machining import machining
from quoting.geometry.mesh import Mesh
from quoting.geometry.mold import molding
from quoting.geometry.shape import analyse
from quoting.geometry.solid import Solid
from quoting.geometry.walls import SAMPLES as WALL_SAMPLES
from quoting.geometry.walls import walls

SIZES = (5, 6, 7)  # subdivisions of an icosahedron: 20,480, 81,920 and 327,680 triangles
POINTS = 2_000


def bumpy(subdivisions: int) -> Mesh:
    """A closed sphere with bumps."""
    sphere = trimesh.creation.icosphere(subdivisions=subdivisions, radius=30)
    places = sphere.vertices * (1 + 0.1 * np.sin(sphere.vertices / 4).prod(axis=1, keepdims=True))
    return Mesh(places, sphere.faces.astype(np.int32))


def milliseconds(work: Callable[..., object], *given: object, **named: object) -> float:
    started = time.process_time()
    work(*given, **named)
    return (time.process_time() - started) * 1000


def measure(mesh: Mesh) -> str:
    """One row of the table. Each side makes its own tree for the rays within the time."""
    solid = Solid(mesh)
    of_walls, of_machining, of_mold = (milliseconds(work, solid) for work in (walls, machining, molding))
    whole = milliseconds(analyse, mesh)
    peer = trimesh.Trimesh(mesh.vertices, mesh.faces, process=False)
    box = milliseconds(lambda: peer.bounding_box_oriented)
    points, faces = peer.sample(POINTS, return_index=True, seed=1)
    normals = peer.face_normals[faces]
    thick = milliseconds(trimesh.proximity.thickness, peer, points, normals=normals, method="ray")
    ratio = (thick / POINTS) / (of_walls / WALL_SAMPLES)
    return (
        f"{len(mesh.faces):>10} {of_walls:>8.0f} {of_machining:>10.0f} {of_mold:>8.0f} {whole:>8.0f}   "
        f"{box:>8.0f} {thick:>8.0f}   {ratio:.1f}×"
    )


def main() -> None:
    print(f"{'triangles':>10} {'walls':>8} {'machining':>10} {'mold':>8} {'all':>8}   trimesh: box, walls   per wall")
    for size in SIZES:
        print(measure(bumpy(size)), flush=True)


if __name__ == "__main__":
    main()
