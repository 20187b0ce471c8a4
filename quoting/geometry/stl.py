"""STL files. They hold nothing but loose triangles, and no unit: lengths here are the file's own numbers."""

from array import array
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from quoting.geometry.intake import MAX_TRIANGLES, STL_HEADER_BYTES
from quoting.geometry.mesh import CHUNK
from quoting.geometry.values import FileRefused

TRIANGLE = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("attribute", "<u2")])

# Single precision is exact to about 1e-7 and twice as fast. Below this size the time does not matter.
DOUBLE_PRECISION_UP_TO = 200_000  # triangles


def read_binary(path: Path, triangles: int) -> np.ndarray:
    """The corners (f, 3, 3) float32 as a view of the mapped file: nothing is read before it is used."""
    return np.memmap(path, dtype=TRIANGLE, mode="r", offset=STL_HEADER_BYTES, shape=(triangles,))["corners"]


def corner_chunks(corners: np.ndarray) -> Iterator[np.ndarray]:
    """The corners some thousands at a time, in the precision that suits their number."""
    precision = np.float64 if len(corners) <= DOUBLE_PRECISION_UP_TO else np.float32
    for start in range(0, len(corners), CHUNK):
        yield corners[start : start + CHUNK].astype(precision)


def read_text(path: Path) -> np.ndarray:
    """The corners (f, 3, 3) float32 of a text STL; several solids in one file are taken together.

    Strict: a line that cannot be read, a facet without three vertices or a missing end refuses the file. Skipping
    what looks odd would give a wrong volume without a word.
    """
    numbers = array("f")
    facets = 0
    ended = False
    # Every byte is valid, an odd one in a name does not matter; all kinds of line ends are understood.
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        for line_number, line in enumerate(file, start=1):
            words = line.split(maxsplit=4)
            keyword = words[0].lower() if words else ""
            if keyword == "vertex":
                numbers.extend(_coordinates(words, line_number))
            elif keyword == "facet":
                facets += 1
            elif keyword == "endfacet" and len(numbers) != 9 * facets:
                raise FileRefused("unreadable", detail=f"line {line_number}: a facet without three vertices")
            ended = keyword == "endsolid" or (ended and not keyword)
    if facets == 0:
        raise FileRefused("no_triangles")
    if facets > MAX_TRIANGLES:
        raise FileRefused("too_many_triangles", limit=MAX_TRIANGLES)
    if not ended or len(numbers) != 9 * facets:
        raise FileRefused("truncated", expected=facets, found=len(numbers) // 9)
    return np.frombuffer(numbers, dtype=np.float32).reshape(-1, 3, 3)


def _coordinates(words: list[str], line_number: int) -> tuple[float, float, float]:
    try:
        _, x, y, z = words
        return float(x), float(y), float(z)
    except ValueError as error:
        raise FileRefused("unreadable", detail=f"line {line_number}: {error}") from error
