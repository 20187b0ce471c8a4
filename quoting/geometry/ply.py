"""PLY files, text and binary. They have no unit: lengths here are the file's own numbers.

The header says how many rows there are of what; nothing is made before the file has proved to be long enough for it.
"""

import re
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import numpy as np

from quoting.geometry.intake import MAX_TRIANGLES
from quoting.geometry.mesh import Mesh
from quoting.geometry.numbers_in_text import blocks_of_lines, numbers, table
from quoting.geometry.obj import weld_used
from quoting.geometry.polygons import MOST_CORNERS, triangulated
from quoting.geometry.values import FileRefused

MOST_HEADER_BYTES = 64 * 1024
MOST_ROWS = 3 * MAX_TRIANGLES
TYPES = {
    "char": "i1",
    "uchar": "u1",
    "short": "i2",
    "ushort": "u2",
    "int": "i4",
    "uint": "u4",
    "float": "f4",
    "double": "f8",
    "int8": "i1",
    "uint8": "u1",
    "int16": "i2",
    "uint16": "u2",
    "int32": "i4",
    "uint32": "u4",
    "float32": "f4",
    "float64": "f8",
}
ORDERS = {"binary_little_endian": "<", "binary_big_endian": ">", "ascii": ""}
CORNER_LISTS = ("vertex_indices", "vertex_index")
SMALLEST_ROW = 2  # bytes of a row in a text file: a digit and the end of the line


class Property(NamedTuple):
    name: str
    kind: np.dtype  # of a number, or of each in the list
    count_kind: np.dtype | None  # None: not a list

    @property
    def bytes_at_least(self) -> int:
        return (self.count_kind or self.kind).itemsize


@dataclass
class Element:
    name: str
    rows: int
    properties: list[Property] = field(default_factory=list)

    @property
    def has_lists(self) -> bool:
        return any(one.count_kind for one in self.properties)

    def row(self, lengths: dict[str, int]) -> np.dtype:
        """The type of a row whose lists have these lengths."""
        fields: list[tuple] = []
        for number, one in enumerate(self.properties):
            if one.count_kind is not None:
                fields.append((f"{number} count", one.count_kind))
                fields.append((one.name, one.kind, (lengths[one.name],)))
            else:
                fields.append((one.name, one.kind))
        return np.dtype(fields)


class Polygons(NamedTuple):
    corners: np.ndarray  # indexes of all faces, one face after another
    counts: np.ndarray  # corners of each face


def read(path: Path) -> Mesh:
    """The welded mesh of all faces. Raises FileRefused."""
    content = path.read_bytes()
    order, elements, start = _header(content)
    reader = _read_binary if order else _read_text
    points, polygons = reader(content, start, elements)
    if points is None or polygons is None:
        raise FileRefused("no_triangles")
    return weld_used(points, triangulated(points, *polygons))


def _header(content: bytes) -> tuple[str, list[Element], int]:
    """The byte order ("": text), the elements in their order, and where their data start."""
    end = re.search(rb"^end_header[ \t]*(\r\n|\n|\r)", content[:MOST_HEADER_BYTES], re.MULTILINE)
    if end is None:  # `^` knows no bare \r
        end = re.search(rb"(?<=\r)end_header[ \t]*\r", content[:MOST_HEADER_BYTES])
    if end is None:
        raise FileRefused("unreadable", detail="PLY: the header has no end")
    order = None
    elements: list[Element] = []
    try:
        for line in content[: end.start()].decode("latin-1").splitlines():
            match line.split():
                case ["format", name, _]:
                    order = ORDERS[name]
                case ["element", name, rows]:
                    elements.append(Element(name, int(rows)))
                case ["property", "list", count_kind, kind, name]:
                    kinds = np.dtype(f"{order}{TYPES[kind]}"), np.dtype(f"{order}{TYPES[count_kind]}")
                    elements[-1].properties.append(Property(name, *kinds))
                case ["property", kind, name]:
                    elements[-1].properties.append(Property(name, np.dtype(f"{order}{TYPES[kind]}"), None))
    except (KeyError, ValueError, IndexError, TypeError) as error:
        raise FileRefused("unreadable", detail=f"PLY header: {error}") from error
    if order is None:
        raise FileRefused("unreadable", detail="PLY header: no format")
    _refuse_impossible(elements, len(content) - end.end(), is_text=not order)
    return order, elements, end.end()


def _refuse_impossible(elements: list[Element], size: int, is_text: bool) -> None:
    needed = 0
    for element in elements:
        names = [one.name for one in element.properties]
        if element.rows < 0 or not names or len(set(names)) != len(names):
            raise FileRefused("unreadable", detail=f"PLY header: element {element.name}")
        if element.rows > MOST_ROWS or (element.name == "face" and element.rows > MAX_TRIANGLES):
            raise FileRefused("too_many_triangles", limit=MAX_TRIANGLES)
        row = SMALLEST_ROW if is_text else sum(one.bytes_at_least for one in element.properties)
        needed += element.rows * row
    if needed > size + 1:  # the last line may lack its end
        raise _too_short()


# --- text


def _read_text(content: bytes, start: int, elements: list[Element]) -> tuple[np.ndarray | None, Polygons | None]:
    lines = (line for block in blocks_of_lines(content[start:]) for line in block if line.strip())
    points = polygons = None
    for element in elements:
        rows = list(islice(lines, element.rows))
        if len(rows) < element.rows:
            raise _too_short()
        if element.name == "vertex":
            places = _coordinates(element)
            points = table(rows, len(element.properties))[:, places]
        elif element.name == "face":
            polygons = _text_polygons(element, rows)
    return points, polygons


def _coordinates(element: Element) -> list[int]:
    names = [one.name for one in element.properties]
    if element.has_lists or not {"x", "y", "z"} <= set(names):
        raise FileRefused("unreadable", detail="PLY: vertices without x, y and z")
    return [names.index(axis) for axis in "xyz"]


def _text_polygons(element: Element, rows: list[bytes]) -> Polygons | None:
    """The lists of corners, if they come first in their rows, as they do in all files that we know of."""
    if element.properties[0].name not in CORNER_LISTS or element.properties[0].count_kind is None:
        raise FileRefused("unreadable", detail="PLY: faces without corners")
    counts = numbers(b" ".join(row.split(maxsplit=1)[0] for row in rows), np.int64)
    if len(counts) != len(rows) or (counts < 0).any():
        raise FileRefused("unreadable", detail="PLY: faces without corners")
    if counts.max(initial=0) > MOST_CORNERS or counts.sum() > sum(len(row) for row in rows):
        raise FileRefused("unreadable", detail="PLY: faces with more corners than there are numbers")
    corners = np.empty(int(counts.sum()), dtype=np.int64)
    starts = np.cumsum(counts) - counts
    for sides in np.unique(counts):
        alike = np.flatnonzero(counts == sides)
        found = table([rows[i] for i in alike], int(sides) + 1)[:, 1:]
        if not ((found == np.floor(found)) & (np.abs(found) < 2**31)).all():
            raise FileRefused("unreadable", detail="PLY: a corner that is no index")
        corners[starts[alike][:, None] + np.arange(int(sides))] = found
    return Polygons(corners, counts)


# --- binary


def _read_binary(content: bytes, start: int, elements: list[Element]) -> tuple[np.ndarray | None, Polygons | None]:
    points = polygons = None
    for element in elements:
        if element.name == "vertex":
            _coordinates(element)
        rows, start = _binary_rows(content, start, element)
        if element.name == "vertex":
            (table_of_rows,) = rows or [np.empty(0, element.row({}))]
            points = np.stack([table_of_rows[axis] for axis in "xyz"], axis=1).astype(np.float64)
        elif element.name == "face":
            polygons = _binary_polygons(element, rows)
    return points, polygons


def _binary_rows(content: bytes, start: int, element: Element) -> tuple[list[np.ndarray], int]:
    """The rows of an element as arrays of rows with lists of the same lengths, and where the next element starts."""
    found: list[np.ndarray] = []
    types: dict[tuple[int, ...], np.dtype] = {}
    left = element.rows
    while left:
        lengths = _lengths(content, start, element)
        key = tuple(lengths.values())
        row = types[key] if key in types else types.setdefault(key, element.row(lengths))
        fitting = min(left, (len(content) - start) // row.itemsize)
        if fitting == 0:
            raise _too_short()
        # Rows alike mostly follow each other for long; where they do not, few are looked at in vain.
        fitting = min(fitting, 4 * len(found[-1]) + 64 if found else fitting)
        rows = np.frombuffer(content, row, fitting, start)
        alike = np.ones(fitting, dtype=bool)
        for number, one in enumerate(element.properties):
            if one.count_kind is not None:
                alike &= rows[f"{number} count"] == lengths[one.name]
        same = fitting if alike.all() else int(np.argmin(alike))
        found.append(rows[:same])
        start += same * row.itemsize
        left -= same
    return found, start


def _lengths(content: bytes, start: int, element: Element) -> dict[str, int]:
    """The lengths of the lists in the row that starts here."""
    lengths = {}
    for one in element.properties:
        count = 1
        if one.count_kind is not None:
            if start + one.count_kind.itemsize > len(content):
                raise _too_short()
            count = int(np.frombuffer(content, one.count_kind, 1, start)[0])
            if not 0 <= count * one.kind.itemsize <= len(content) - start:
                raise _too_short()
            lengths[one.name] = count
            start += one.count_kind.itemsize
        start += count * one.kind.itemsize
    return lengths


def _too_short() -> FileRefused:
    return FileRefused("unreadable", detail="PLY: the file is shorter than its header says")


def _binary_polygons(element: Element, rows: list[np.ndarray]) -> Polygons:
    name = next((one.name for one in element.properties if one.name in CORNER_LISTS and one.count_kind), None)
    if name is None:
        raise FileRefused("unreadable", detail="PLY: faces without corners")
    corners = [np.empty(0, dtype=np.int64), *(one[name].astype(np.int64).ravel() for one in rows)]
    counts = [np.empty(0, dtype=np.int64), *(np.full(len(one), one[name].shape[1], dtype=np.int64) for one in rows)]
    return Polygons(np.concatenate(corners), np.concatenate(counts))
