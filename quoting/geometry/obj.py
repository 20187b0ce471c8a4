"""OBJ files: vertices and faces of text. They have no unit: lengths here are the file's own numbers.

Read here and not with a library: materials, groups and textures are not looked at, and a file that names thirty
thousand materials costs no more than its lines.
"""

import re
from pathlib import Path

import numpy as np

from quoting.geometry.mesh import Mesh, all_finite, compact, weld
from quoting.geometry.numbers_in_text import blocks_of_lines, numbers, table
from quoting.geometry.polygons import triangulated
from quoting.geometry.values import FileRefused

VERTEX = (b"v ", b"v\t")
FACE = (b"f ", b"f\t")


def read(path: Path) -> Mesh:
    """The welded mesh of all faces. Raises FileRefused."""
    text = path.read_bytes()
    if b"\\" in text:  # a line that goes on in the next one
        text = re.sub(rb"\\\r?\n", b" ", text)
    points, corners, counts = [np.empty((0, 3))], [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
    known = 0
    for lines in blocks_of_lines(text):
        lines = [line.strip() for line in lines]
        points.append(table([line[2:] for line in lines if line.startswith(VERTEX)], columns=3))
        corners_here, counts_here = _faces(lines, known)
        corners.append(corners_here)
        counts.append(counts_here)
        known += len(points[-1])
    del text
    every_point = np.concatenate(points)
    faces = triangulated(every_point, np.concatenate(corners), np.concatenate(counts))
    return weld_used(every_point, faces)


def weld_used(points: np.ndarray, faces: np.ndarray) -> Mesh:
    """The welded mesh of faces (f, 3) over points (p, 3) of which some may be of no use."""
    if len(faces) == 0:
        raise FileRefused("no_triangles")
    used = compact(Mesh(points, faces))
    if not all_finite(used.vertices):
        raise FileRefused("not_finite")
    return compact(weld(used.vertices, used.faces))


def _faces(lines: list[bytes], known: int) -> tuple[np.ndarray, np.ndarray]:
    """Indexes of corners, counted from 0, of all faces in the lines, and the number of each face's corners.

    `known`: vertices before these lines. Indexes in the file count from 1, or backwards from the vertex before.
    """
    rows = [line[2:] for line in lines if line.startswith(FACE)]
    text = b"\n".join(rows)
    if b"#" in text:
        text = re.sub(rb"#[^\n]*", b"", text)
    if b"/" in text:  # corner/texture/normal
        text = re.sub(rb"/[^\s]*", b"", text)
    counts = np.array([len(row.split()) for row in text.split(b"\n")] if rows else [], dtype=np.int64)
    indexes = numbers(text, np.int64)
    if (indexes == 0).any():
        raise FileRefused("unreadable", detail="a face with a corner 0")
    backwards = indexes < 0
    if backwards.any():
        before = known + np.cumsum([line.startswith(VERTEX) for line in lines])
        before = before[[line.startswith(FACE) for line in lines]]
        indexes = np.where(backwards, indexes + np.repeat(before, counts) + 1, indexes)
    return indexes - 1, counts
