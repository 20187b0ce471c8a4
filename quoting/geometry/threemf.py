"""3MF files: a zip archive with one or more XML models in it.

Read here and not with a library, because three things must be certain: memory stays in proportion to the file (the
XML is streamed, no tree is built), every instance of every component is counted before any is made, and lengths are
converted by the unit that the file names.
"""

import re
import zipfile
import zlib
from array import array
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple
from xml.parsers import expat

import numpy as np

from quoting.geometry.intake import MAX_TRIANGLES, model_members
from quoting.geometry.mesh import Mesh, all_finite, concatenate, weld
from quoting.geometry.numbers_in_text import numbers
from quoting.geometry.placing import MAX_INSTANCES, transformed
from quoting.geometry.values import FileRefused

# The names that the 3MF core specification gives to units, and ours (values.UNIT_MM).
UNITS = {"micron": "um", "millimeter": "mm", "centimeter": "cm", "inch": "in", "foot": "ft", "meter": "m"}

# Supports and "other" (a slicer's modifiers) are helpers, not part of what is made.
HELPER_TYPES = {"support", "solidsupport", "other"}

MAX_DEPTH = 16
READ_BYTES = 256 * 1024
MAX_CORNER = 2**31 - 1

# Nearly all of a model are these two elements, as nearly all programs write them. Runs of them are read many at a time,
# five times faster than one by one; whatever looks different goes through the XML parser.
LISTS = re.compile(rb"<(vertices|triangles)\s*>")
VERTEX = re.compile(rb"""<vertex\s+x="([^"&<\s]+)"\s+y="([^"&<\s]+)"\s+z="([^"&<\s]+)"\s*/>""")
TRIANGLE = re.compile(rb"""<triangle\s+v1="(\d+)"\s+v2="(\d+)"\s+v3="(\d+)"[^<>]*/>""")

ObjectKey = tuple[str, str]  # (member of the archive, object id)


@dataclass(frozen=True)
class Placement:
    """A use of an object: by a component of another object, or by the build."""

    target: ObjectKey
    transform: np.ndarray  # (4, 3): a row vector (x, y, z, 1) times it gives the new point


@dataclass
class ModelObject:
    """One `<object>`: either numbers of a mesh or placements of other objects."""

    helper: bool
    coordinates: array = field(default_factory=lambda: array("d"))
    corners: array = field(default_factory=lambda: array("i"))
    components: list[Placement] = field(default_factory=list)

    @property
    def triangles(self) -> int:
        return len(self.corners) // 3


@dataclass
class Package:
    """Everything that matters in a 3MF archive."""

    unit: str = ""  # one of the values of UNITS
    objects: dict[ObjectKey, ModelObject] = field(default_factory=dict)
    build: list[Placement] = field(default_factory=list)


def read(path: Path) -> tuple[Mesh, str]:
    """The mesh of everything in the build, in the file's own unit, and that unit (a key of values.UNIT_MM)."""
    try:
        with zipfile.ZipFile(path) as archive:
            package = _read_package(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError) as error:
        # RuntimeError: encrypted; NotImplementedError: a kind of compression that Python does not know; OSError and
        # ValueError: a directory that points to before the beginning of the file.
        raise FileRefused("unreadable", detail=f"archive: {error}") from error
    _refuse_excess(package)
    parts = _instances(package)
    if not parts:
        raise FileRefused("no_triangles")
    return concatenate(parts), package.unit


def _read_package(archive: zipfile.ZipFile) -> Package:
    package = Package()
    members = model_members(archive)
    names = [member.filename.strip("/") for member in members]
    root = next((name for name in names if name.lower() == "3d/3dmodel.model"), names[0])
    for member, name in zip(members, names, strict=True):
        reader = _ModelReader(package, name, is_root=name == root)
        # Inflates a block at a time, and not beyond the size that the directory promised and intake has judged.
        with archive.open(member) as stream:
            while block := stream.read(READ_BYTES):
                reader.read(block)
        reader.finish()
    return package


class _ModelReader:
    """Streams one XML model into the package.

    Only elements of the root's own namespace count: extensions have elements of the same names (slices, for one).
    """

    def __init__(self, package: Package, member: str, is_root: bool) -> None:
        self.package, self.member, self.is_root = package, member, is_root
        self.prefix: str | None = None  # namespace of the root element
        self.current = ModelObject(helper=False)
        self.opened = ""  # the list that the last element that was parsed has opened
        self.waiting = b""  # bytes of a list that is being read many elements at a time
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.handlers: dict[str, Callable[[dict[str, str]], None]] = {
            "vertices": lambda _: self._open("vertices"),
            "triangles": lambda _: self._open("triangles"),
            "vertex": self._vertex,
            "triangle": self._triangle,
            "object": self._object,
            "component": self._component,
            "item": self._item,
        }

    def read(self, block: bytes) -> None:
        """The next bytes of the model."""
        block, self.waiting = self.waiting + block, b""
        while block:
            if self.opened:
                block = self._read_list(block)
                continue
            found = LISTS.search(block)
            end = found.end() if found else len(block)
            self.feed(block[:end])
            block = block[end:]
            if not found:  # a list that began somewhere in these bytes: the parser is no longer where it begins
                self.opened = ""

    def _read_list(self, block: bytes) -> bytes:
        """Read the elements of the list that is open; what is left when the list has ended or holds something else.

        The parser never sees these elements. It saw the list begin, and so it is no comment; and they are complete,
        so that they change nothing for it.
        """
        end = block.find(b"</")
        has_ended = end >= 0
        if not has_ended:
            end = block.rfind(b"/>") + 2 if b"/>" in block else 0
        of_vertices = self.opened == "vertices"
        found = _numbers_of(block[:end], *((VERTEX, np.float64) if of_vertices else (TRIANGLE, np.int64)))
        if found is None or (not has_ended and len(block) - end > READ_BYTES):
            self.opened = ""
            self.feed(block[:end])
            return block[end:]
        if of_vertices:
            self.current.coordinates.frombytes(found.tobytes())
        elif found.max(initial=0) > MAX_CORNER:
            raise FileRefused("unreadable", detail="a triangle with a corner that does not exist")
        else:
            self.current.corners.frombytes(found.astype(np.int32).tobytes())
            self._refuse_many()
        if has_ended:
            self.opened = ""
            return block[end:]
        self.waiting = block[end:]
        return b""

    def feed(self, block: bytes, is_final: bool = False) -> None:
        """The next bytes, one element after the other."""
        try:
            self.parser.Parse(block, is_final)
        except expat.ExpatError as error:
            raise FileRefused("unreadable", detail=f"XML: {error}") from error
        except (LookupError, ValueError, OverflowError) as error:
            line = self.parser.CurrentLineNumber
            raise FileRefused("unreadable", detail=f"XML line {line}: {type(error).__name__} {error}") from error

    def finish(self) -> None:
        self.feed(self.waiting, is_final=True)

    def _doctype(self, *_declaration: object) -> None:
        raise FileRefused("unsafe_xml")  # a model has no use for one; attacks by entities need it

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if self.prefix is None:
            self.prefix = name.removesuffix("model")
            self._unit(attributes)
        self.opened = ""
        if name.startswith(self.prefix):
            handler = self.handlers.get(name[len(self.prefix) :])
            if handler:
                handler(attributes)

    def _unit(self, attributes: dict[str, str]) -> None:
        unit = UNITS[attributes.get("unit", "millimeter")]
        if self.package.unit not in ("", unit):
            raise ValueError("models in different units in one file")
        self.package.unit = unit

    def _object(self, attributes: dict[str, str]) -> None:
        self.current = ModelObject(helper=attributes.get("type") in HELPER_TYPES)
        key = (self.member, attributes["id"])
        if key in self.package.objects:
            raise ValueError(f"two objects with the id {attributes['id']}")
        self.package.objects[key] = self.current

    def _open(self, name: str) -> None:
        self.opened = name

    def _vertex(self, attributes: dict[str, str]) -> None:
        self.current.coordinates.extend((float(attributes["x"]), float(attributes["y"]), float(attributes["z"])))

    def _triangle(self, attributes: dict[str, str]) -> None:
        self.current.corners.extend((int(attributes["v1"]), int(attributes["v2"]), int(attributes["v3"])))
        self._refuse_many()

    def _refuse_many(self) -> None:
        if self.current.triangles > MAX_TRIANGLES:
            raise FileRefused("too_many_triangles", limit=MAX_TRIANGLES)

    def _component(self, attributes: dict[str, str]) -> None:
        self.current.components.append(self._placement(attributes))
        if len(self.current.components) > MAX_INSTANCES:
            raise FileRefused("too_many_components", limit=MAX_INSTANCES)

    def _item(self, attributes: dict[str, str]) -> None:
        if self.is_root:  # the build of the root model is what is made
            self.package.build.append(self._placement(attributes))

    def _placement(self, attributes: dict[str, str]) -> Placement:
        # The production extension keeps objects in other members, named by an attribute `path` of its namespace.
        path = next((value for name, value in attributes.items() if name.endswith(" path")), self.member)
        return Placement((path.strip("/"), attributes["objectid"]), _transform(attributes.get("transform")))


def _numbers_of(text: bytes, element: re.Pattern[bytes], kind: type) -> np.ndarray | None:
    """The three numbers of each element in a text, one element after another; None when there is anything else in it."""
    elements = element.findall(text)
    if len(elements) != text.count(b"<"):
        return None
    return numbers(b" ".join(map(b" ".join, elements)), kind)


def _transform(text: str | None) -> np.ndarray:
    """The (4, 3) matrix of a `transform` attribute: twelve numbers, row by row; the identity when there is none."""
    if text is None:
        return np.eye(4, 3)
    return np.array([float(number) for number in text.split()], dtype=np.float64).reshape(4, 3)


class _Expansion(NamedTuple):
    """What one use of an object leads to."""

    uses: int  # of objects, its own included
    triangles: int
    depth: int


def _refuse_excess(package: Package) -> None:
    """Refuse circles, and more instances or triangles than we are willing to make, before any is made."""
    known: dict[ObjectKey, _Expansion] = {}
    being_expanded: list[ObjectKey] = []

    def expand(key: ObjectKey) -> _Expansion:
        if key in being_expanded:
            raise FileRefused("circular_components")
        if len(being_expanded) >= MAX_DEPTH:
            raise FileRefused("too_many_components", limit=MAX_INSTANCES)
        if key not in known:
            model_object = _look_up(package, key)
            being_expanded.append(key)
            inner = [expand(component.target) for component in model_object.components]
            being_expanded.pop()
            known[key] = _Expansion(
                1 + sum(one.uses for one in inner),
                model_object.triangles + sum(one.triangles for one in inner),
                1 + max((one.depth for one in inner), default=0),
            )
        return known[key]

    items = [expand(item.target) for item in package.build]
    if sum(item.uses for item in items) > MAX_INSTANCES or any(item.depth > MAX_DEPTH for item in items):
        raise FileRefused("too_many_components", limit=MAX_INSTANCES)
    if sum(item.triangles for item in items) > MAX_TRIANGLES:
        raise FileRefused("too_many_triangles", limit=MAX_TRIANGLES)


def _look_up(package: Package, key: ObjectKey) -> ModelObject:
    try:
        return package.objects[key]
    except KeyError:
        raise FileRefused("unreadable", detail=f"there is no object {key[1]}") from None


def _instances(package: Package) -> list[Mesh]:
    """One welded mesh for each mesh that the build leads to, at its place."""
    welded: dict[ObjectKey, Mesh] = {}
    parts: list[Mesh] = []

    def place(placement: Placement, outer: np.ndarray) -> None:
        model_object = _look_up(package, placement.target)
        if model_object.helper:
            return
        matrix = np.hstack([placement.transform, [[0], [0], [0], [1]]]) @ outer
        if model_object.corners:
            if placement.target not in welded:
                welded[placement.target] = _mesh(model_object)
            parts.append(transformed(welded[placement.target], matrix))
        for component in model_object.components:
            place(component, matrix)

    for item in package.build:
        place(item, np.eye(4, 3))
    return parts


def _mesh(model_object: ModelObject) -> Mesh:
    points = np.frombuffer(model_object.coordinates, dtype=np.float64).reshape(-1, 3)
    faces = np.frombuffer(model_object.corners, dtype=np.int32).reshape(-1, 3)
    if faces.min() < 0 or faces.max() >= len(points):
        raise FileRefused("unreadable", detail="a triangle with a corner that does not exist")
    if not all_finite(points):
        raise FileRefused("not_finite")
    return weld(points, faces)
