"""Volume, area and box of a binary STL, and weld, edges, bodies, hull beside them, against others: `python -m bench.geometry_stl`.

Milliseconds of processor time, best of some runs in turn: of reading and copying the bytes, of us, of trimesh, and of admesh and
prusa-slicer where they are installed (with the start of their process, as nobody can have them without). Goals: a million triangles
at least 40 times as fast as trimesh, within twice of reading and copying; with everything at least 4 times as fast.
"""

import resource
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import trimesh
from manifold3d import Manifold

from quoting.geometry.mesh import totals, weld_corners
from quoting.geometry.stl import TRIANGLE, corner_chunks, read_binary

RUNS = 3


def sums(path: Path, triangles: int) -> None:
    totals(corner_chunks(read_binary(path, triangles)))


def everything(path: Path, triangles: int) -> None:
    corners = read_binary(path, triangles)
    totals(corner_chunks(corners))
    mesh = weld_corners(corners)
    _ = mesh.edge_census, mesh.bodies
    Manifold.hull_points(mesh.vertices)


def peer_sums(path: Path, triangles: int) -> None:
    mesh = trimesh.load_mesh(path)
    _ = mesh.volume, mesh.area, mesh.bounds


def peer_everything(path: Path, triangles: int) -> None:
    mesh = trimesh.load_mesh(path)
    _ = mesh.volume, mesh.area, mesh.bounds, mesh.is_watertight, mesh.body_count, mesh.convex_hull


def copied(path: Path, triangles: int) -> None:
    """What cannot be saved: the bytes read, and written once."""
    np.array(np.fromfile(path, dtype=np.uint8), copy=True)


def program(*command: str) -> Callable[[Path, int], None]:
    def work(path: Path, triangles: int) -> None:
        subprocess.run([*command, str(path)], capture_output=True, check=False)

    return work


def programs() -> dict[str, Callable[[Path, int], None]]:
    known = {"admesh": program("admesh"), "prusa-slicer": program("prusa-slicer", "--info")}
    return {name: work for name, work in known.items() if shutil.which(name)}


def seconds(work: Callable[[Path, int], None], path: Path, triangles: int) -> float:
    """Of this process and of those that it starts."""
    before = _used()
    work(path, triangles)
    return _used() - before


def _used() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def write(path: Path, side: int) -> int:
    """A closed bumpy ball of about 2 × side² triangles."""
    around, down = np.meshgrid(np.arange(side), np.arange(side + 1))
    turn, polar = 2 * np.pi * around / side, np.pi * down / side
    radius = 30 + np.sin(7 * polar) * np.sin(5 * turn) * np.sin(polar)
    points = radius[..., None] * np.stack(
        (np.sin(polar) * np.cos(turn), np.sin(polar) * np.sin(turn), np.cos(polar)), -1
    )
    points[0], points[-1] = points[0, 0], points[-1, 0]
    right = np.roll(points, -1, axis=1)
    upper = np.stack((points[:-1], points[1:], right[1:]), axis=2)[:-1].reshape(-1, 3, 3)
    lower = np.stack((points[:-1], right[1:], right[:-1]), axis=2)[1:].reshape(-1, 3, 3)
    records = np.zeros(len(upper) + len(lower), dtype=TRIANGLE)
    records["corners"] = np.concatenate((upper, lower))
    path.write_bytes(bytes(80) + np.uint32(len(records)).tobytes() + records.tobytes())
    return len(records)


def main() -> None:
    works = {"copied": copied, "sums": sums, "trimesh": peer_sums, "all": everything, "trimesh all": peer_everything}
    works |= programs()
    print(f"{'triangles':>10}", *(f"{name:>13}" for name in works), "  ratios: sums, all, sums / copied")
    with tempfile.TemporaryDirectory() as folder:
        for side in (71, 224, 708):
            path = Path(folder) / f"{side}.stl"
            count = write(path, side)
            runs = [[seconds(work, path, count) for work in works.values()] for _ in range(RUNS)]
            best = dict(zip(works, np.min(runs, axis=0) * 1000, strict=True))
            ratios = (
                f"{best['trimesh'] / best['sums']:6.1f}× {best['trimesh all'] / best['all']:5.1f}× "
                f"{best['sums'] / best['copied']:5.1f}×"
            )
            print(f"{count:>10}", *(f"{one:>13.1f}" for one in best.values()), ratios, flush=True)


if __name__ == "__main__":
    main()
