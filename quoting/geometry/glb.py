"""GLB files: binary glTF 2.0 that holds everything itself. Lengths are metres by definition.

Read here and not with a library: every accessor is checked against the bytes that there are, and every instance is
counted, before anything is made.

The axes stay as they are in the file. glTF says that y is up, but programs for parts write theirs unchanged; nothing
in a price hangs on it that an orientation chosen by the shop would not change anyway.
"""

import json
import struct
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from quoting.geometry.intake import MAX_TRIANGLES
from quoting.geometry.mesh import Mesh, all_finite, compact, concatenate, weld
from quoting.geometry.placing import MAX_INSTANCES, transformed
from quoting.geometry.values import FileRefused

MOST_JSON_BYTES = 32 * 1024**2
MOST_NODES = 50_000  # that are passed on the way to meshes
MOST_DEPTH = 64
BLOCK_JSON, BLOCK_BINARY = 0x4E4F534A, 0x004E4942

NUMBERS = {5120: "<i1", 5121: "<u1", 5122: "<i2", 5123: "<u2", 5125: "<u4", 5126: "<f4"}
FLOAT = 5126
COLUMNS = {"SCALAR": 1, "VEC3": 3}
TRIANGLES, STRIP, FAN = 4, 5, 6  # modes of primitives
# Without these the positions cannot be read; all other extensions are about looks.
PACKED = {"KHR_draco_mesh_compression": "Draco", "EXT_meshopt_compression": "meshopt"}


class Use(NamedTuple):
    """A mesh of the file at a place of the scene."""

    mesh: int
    matrix: np.ndarray  # (4, 3): a row vector (x, y, z, 1) times it gives the new point


def read(path: Path) -> Mesh:
    """The mesh of the whole scene in metres. Raises FileRefused."""
    return read_bytes(path.read_bytes())


def read_bytes(content: bytes) -> Mesh:
    """As `read`."""
    document, binary = _blocks(content)
    for extension, name in PACKED.items():
        if extension in document.get("extensionsRequired", ()):
            raise FileRefused("unsupported_format", format=f"GLB packed with {name}")
    try:
        return _scene(document, binary)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise FileRefused("unreadable", detail=f"GLB: {type(error).__name__} {error}") from error


def _blocks(content: bytes) -> tuple[dict[str, Any], memoryview]:
    """The JSON document and the binary block."""
    version = struct.unpack_from("<I", content, 4)[0] if len(content) >= 20 else 0
    blocks: dict[int, memoryview] = {}
    start = 12
    if version != 2:
        raise FileRefused("unreadable", detail=f"GLB: version {version}")
    while start + 8 <= len(content) and len(blocks) < 2:
        length, kind = struct.unpack_from("<II", content, start)
        if length > len(content) - start - 8:
            raise FileRefused("unreadable", detail="GLB: the file is shorter than it says")
        blocks.setdefault(kind, memoryview(content)[start + 8 : start + 8 + length])
        start += 8 + length
    nothing = memoryview(b"")
    text = blocks.get(BLOCK_JSON, nothing)
    if len(text) > MOST_JSON_BYTES:
        raise FileRefused("too_many_components", limit=MAX_INSTANCES)
    try:
        document = json.loads(bytes(text))
    except (ValueError, RecursionError) as error:
        raise FileRefused("unreadable", detail=f"GLB: JSON {error}") from error
    if not isinstance(document, dict):
        raise FileRefused("unreadable", detail="GLB: no document")
    return document, blocks.get(BLOCK_BINARY, nothing)


def _scene(document: dict[str, Any], binary: memoryview) -> Mesh:
    uses = _uses(document)
    triangles = {number: _announced_triangles(document, number) for number in {use.mesh for use in uses}}
    if sum(triangles[use.mesh] for use in uses) > MAX_TRIANGLES:
        raise FileRefused("too_many_triangles", limit=MAX_TRIANGLES)
    meshes = {number: _mesh(document, binary, number) for number in triangles}
    placed = [transformed(meshes[use.mesh], use.matrix) for use in uses if len(meshes[use.mesh].faces)]
    if not placed:
        raise FileRefused("no_triangles")
    return concatenate(placed)


def _uses(document: dict[str, Any]) -> list[Use]:
    """Every use of a mesh in the scene. Nothing is made yet."""
    nodes = document.get("nodes", [])
    uses: list[Use] = []
    open_nodes: list[tuple[int, np.ndarray, tuple[int, ...]]] = [
        (_index(root), np.eye(4), ()) for root in reversed(_roots(document, nodes))
    ]
    passed = 0
    while open_nodes:
        number, outer, above = open_nodes.pop()
        passed += 1
        if number in above:
            raise FileRefused("circular_components")
        if passed > MOST_NODES or len(above) > MOST_DEPTH or len(uses) > MAX_INSTANCES:
            raise FileRefused("too_many_components", limit=MAX_INSTANCES)
        node = nodes[number]
        matrix = _matrix(node) @ outer
        if "mesh" in node:
            uses.append(Use(_index(node["mesh"]), matrix[:, :3]))
        open_nodes += [(_index(child), matrix, (*above, number)) for child in reversed(node.get("children", []))]
    return uses


def _roots(document: dict[str, Any], nodes: list[dict[str, Any]]) -> list[int]:
    """The nodes that the scene starts with; without a scene, those that are in no other."""
    scenes = document.get("scenes", [])
    if scenes:
        return list(scenes[_index(document.get("scene", 0))].get("nodes", []))
    inner = {child for node in nodes for child in node.get("children", [])}
    return [number for number in range(len(nodes)) if number not in inner]


def _index(value: Any) -> int:
    """A number of something in a list: Python's negative ones would count from the end."""
    if not isinstance(value, int) or value < 0:
        raise ValueError(f"{value!r} is no index")
    return value


def _matrix(node: dict[str, Any]) -> np.ndarray:
    """The (4, 4) matrix of a node, for row vectors; glTF writes column after column, which is just that."""
    if "matrix" in node:
        return np.array(node["matrix"], dtype=np.float64).reshape(4, 4)
    x, y, z, w = np.array(node.get("rotation", (0, 0, 0, 1)), dtype=np.float64)
    turn = np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y + z * w), 2 * (x * z - y * w)],
            [2 * (x * y - z * w), 1 - 2 * (x * x + z * z), 2 * (y * z + x * w)],
            [2 * (x * z + y * w), 2 * (y * z - x * w), 1 - 2 * (x * x + y * y)],
        ]
    )
    matrix = np.eye(4)
    matrix[:3, :3] = np.array(node.get("scale", (1, 1, 1)), dtype=np.float64).reshape(3, 1) * turn
    matrix[3, :3] = np.array(node.get("translation", (0, 0, 0)), dtype=np.float64)
    return matrix


def _primitives(document: dict[str, Any], number: int) -> list[dict[str, Any]]:
    """The parts of a mesh that are made of triangles; points and lines are not looked at."""
    primitives = document["meshes"][number]["primitives"]
    return [one for one in primitives if one.get("mode", TRIANGLES) in (TRIANGLES, STRIP, FAN)]


def _announced_triangles(document: dict[str, Any], number: int) -> int:
    total = 0
    for primitive in _primitives(document, number):
        accessor = document["accessors"][_index(primitive.get("indices", primitive["attributes"]["POSITION"]))]
        corners = _index(accessor["count"])
        total += corners // 3 if primitive.get("mode", TRIANGLES) == TRIANGLES else max(0, corners - 2)
    return total


def _mesh(document: dict[str, Any], binary: memoryview, number: int) -> Mesh:
    """All primitives of a mesh, welded: a surface with two materials is still one."""
    points, faces, known = [np.empty((0, 3))], [np.empty((0, 3), dtype=np.int64)], 0
    for primitive in _primitives(document, number):
        here = _accessor(document, binary, primitive["attributes"]["POSITION"], "VEC3").astype(np.float64)
        if "indices" in primitive:
            order = _accessor(document, binary, primitive["indices"], "SCALAR").ravel().astype(np.int64)
        else:
            order = np.arange(len(here))
        if len(order) and int(order.max()) >= len(here):
            raise ValueError("a corner that does not exist")
        points.append(here)
        faces.append(_triangles(order, primitive.get("mode", TRIANGLES)) + known)
        known += len(here)
    used = compact(Mesh(np.concatenate(points), np.concatenate(faces).astype(np.int32)))
    if not all_finite(used.vertices):
        raise FileRefused("not_finite")
    return weld(used.vertices, used.faces)


def _triangles(order: np.ndarray, mode: int) -> np.ndarray:
    """Triangles (f, 3) of the corners in their order."""
    if mode == TRIANGLES:
        return order[: len(order) // 3 * 3].reshape(-1, 3)
    if len(order) < 3:
        return np.empty((0, 3), dtype=np.int64)
    if mode == FAN:
        return np.stack([np.full(len(order) - 2, order[0]), order[1:-1], order[2:]], axis=1)
    strip = np.stack([order[:-2], order[1:-1], order[2:]], axis=1)
    strip[1::2] = strip[1::2, ::-1]  # every other one would face the other way
    return strip


def _accessor(document: dict[str, Any], binary: memoryview, number: Any, kind: str) -> np.ndarray:
    """The rows (count, columns) of an accessor, as a view of the bytes."""
    accessor = document["accessors"][_index(number)]
    if "sparse" in accessor or "bufferView" not in accessor:
        raise ValueError("numbers that are not in the file")
    if accessor["type"] != kind:
        raise ValueError(f"{accessor['type']} where {kind} should be")
    view = document["bufferViews"][_index(accessor["bufferView"])]
    if _index(view["buffer"]) != 0 or "uri" in document["buffers"][0]:
        raise ValueError("numbers in another file")
    if kind == "SCALAR" and accessor["componentType"] == FLOAT:
        raise ValueError("indexes that are no whole numbers")
    number_kind, columns, count = np.dtype(NUMBERS[accessor["componentType"]]), COLUMNS[kind], _index(accessor["count"])
    width = number_kind.itemsize * columns
    stride = _index(view.get("byteStride", 0)) or width
    start, length = _index(view.get("byteOffset", 0)), _index(view["byteLength"])
    inner = _index(accessor.get("byteOffset", 0))
    needed = inner + (count - 1) * stride + width if count else 0
    if needed > length or start + length > len(binary) or stride < width:
        raise ValueError("numbers beyond the end of the file")
    rows = np.ndarray((count, columns), number_kind, binary, start + inner, (stride, number_kind.itemsize))
    if accessor.get("normalized") and number_kind.kind != "f":
        return np.maximum(rows / np.iinfo(number_kind).max, -1.0)
    return rows
