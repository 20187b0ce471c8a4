"""The whole analysis of a part, step by step, beside what trimesh takes for those that it has: `python -m bench.geometry_shape`.

Milliseconds of processor time for closed balls with bumps of 10,000, 100,000 and a million triangles, and the most memory
in MB. Each size runs in a process of its own. The goal (spec/geometry.md): everything for 100,000 triangles under a
second of one core, for a million under six and under a GB.
"""

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import trimesh

from bench.geometry_stl import write
from quoting.geometry import fdm
from quoting.geometry.bores import bores
from quoting.geometry.loaders import load
from quoting.geometry.machining import machining, views
from quoting.geometry.measure import measure
from quoting.geometry.mold import molding
from quoting.geometry.orientation import orientation
from quoting.geometry.preview import light_glb, simplified
from quoting.geometry.shape import LARGEST
from quoting.geometry.solid import Solid
from quoting.geometry.supports import stance
from quoting.geometry.thumbnail import render
from quoting.geometry.values import PrintProfile
from quoting.geometry.walls import SAMPLES as WALL_SAMPLES
from quoting.geometry.walls import walls

SIDES = (71, 224, 708)
RUNS = 3
POINTS = 2_000
STEPS = ("load", "walls", "cnc", "mold", "supports", "turned", "thumbnail", "glb", "fdm")
PROFILE = PrintProfile(
    layer_height=0.2,
    first_layer_height=0.2,
    line_width=0.45,
    walls=2,
    top_layers=5,
    bottom_layers=4,
    infill=0.2,
    wall_speed=45,
    infill_speed=80,
    solid_speed=80,
    travel_speed=120,
    acceleration=1000,
)


def milliseconds(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return (time.process_time() - started) * 1000


def everything(path: Path) -> None:
    """As workers do it, but in one process: figures and shape, print estimate, thumbnail and preview."""
    measured = measure(path).measured
    assert measured is not None and measured.shape is not None
    mesh = load(path).mesh
    fdm.estimate(measured.figures, "standard", PROFILE)
    render(mesh)
    light_glb(mesh)


def steps(path: Path) -> list[float]:
    """Each step by itself; rays' tree, bores and views are made by the first that needs them."""
    measured = measure(path).measured
    assert measured is not None
    for known in (bores, views, simplified):
        known.cache_clear()
    loading = milliseconds(lambda: load(path))
    mesh = load(path).mesh
    solid = Solid(simplified(mesh) if len(mesh.faces) > LARGEST else mesh)
    works = (walls, machining, molding, lambda one: stance(one, one.vertices[0] * 0 + (0, 0, 1)), orientation)
    simplified.cache_clear()
    return [
        loading,
        *(milliseconds(lambda work=work: work(solid)) for work in works),  # type: ignore[misc]
        milliseconds(lambda: render(mesh)),
        milliseconds(lambda: light_glb(mesh)),
        milliseconds(lambda: fdm.estimate(measured.figures, "standard", PROFILE)),
    ]


def peers(path: Path) -> tuple[float, float]:
    """trimesh's smallest box and its walls, the walls for as many points as we take."""
    peer = trimesh.load_mesh(path)
    box = milliseconds(lambda: peer.bounding_box_oriented)
    points, faces = peer.sample(POINTS, return_index=True, seed=1)
    normals = peer.face_normals[faces]
    thick = milliseconds(lambda: trimesh.proximity.thickness(peer, points, normals=normals, method="ray"))
    return box, thick * WALL_SAMPLES / POINTS


def row(side: int) -> str:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "part.stl"
        count = write(path, side)
        best = []
        for _ in range(RUNS):
            for known in (bores, views, simplified):
                known.cache_clear()
            best.append(milliseconds(lambda: everything(path)))
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        found = steps(path)
        box, thick = peers(path)
    shown = " ".join(f"{one:>9.0f}" for one in (min(best), memory, *found, box, thick))
    return f"{count:>10} {shown} {thick / found[1]:>6.1f}×"


def main() -> None:
    if len(sys.argv) > 1:
        print(row(int(sys.argv[1])), flush=True)
        return
    names = ("all", "MB", *STEPS, "peer: box", "walls")
    print(f"{'triangles':>10}", *(f"{name:>9}" for name in names), " walls", flush=True)
    for side in SIDES:
        subprocess.run([sys.executable, "-m", "bench.geometry_shape", str(side)], check=True)


if __name__ == "__main__":
    main()
