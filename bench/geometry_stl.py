"""Volume, area and box of a binary STL, and weld, edges, bodies beside them, against trimesh: `python -m bench.geometry_stl`.

Wall time, best of some runs in turn. Goal: a million triangles at least 40 times and 4 times as fast.
"""

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


def seconds(work: Callable[[Path, int], None], path: Path, triangles: int) -> float:
    started = time.perf_counter()
    work(path, triangles)
    return time.perf_counter() - started


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
    print(f"{'triangles':>10} {'sums ms':>8} {'trimesh':>8} {'ratio':>6}   {'all ms':>8} {'trimesh':>8} {'ratio':>6}")
    with tempfile.TemporaryDirectory() as folder:
        for side in (71, 224, 708):
            path = Path(folder) / f"{side}.stl"
            count = write(path, side)
            works = (sums, peer_sums, everything, peer_everything)
            best = np.min([[seconds(work, path, count) for work in works] for _ in range(RUNS)], axis=0) * 1000
            print(
                f"{count:>10} {best[0]:>8.1f} {best[1]:>8.0f} {best[1] / best[0]:>5.1f}×   "
                f"{best[2]:>8.0f} {best[3]:>8.0f} {best[3] / best[2]:>5.1f}×",
                flush=True,
            )


if __name__ == "__main__":
    main()
