"""Small 3D models for tests, good and hostile, as bytes. Nothing here uses the code under test."""

import io
import json
import struct
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

DATA = Path(__file__).parent / "data"
CORE = "http://schemas.microsoft.com/3dmanufacturing/core/2015/02"
PRODUCTION = "http://schemas.microsoft.com/3dmanufacturing/production/2015/06"

# The corners of a unit cube by the bits of their number (x = 4, y = 2, z = 1), and its twelve triangles, outside out.
CUBE_CORNERS = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)], dtype=np.float64)
CUBE_FACES = np.array(
    [
        (0, 1, 3), (0, 3, 2), (4, 6, 7), (4, 7, 5), (0, 4, 5), (0, 5, 1),
        (2, 3, 7), (2, 7, 6), (0, 2, 6), (0, 6, 4), (1, 5, 7), (1, 7, 3),
    ]
)  # fmt: skip


def box(size: Sequence[float] = (10, 10, 10), at: Sequence[float] = (0, 0, 0)) -> np.ndarray:
    """The corners (12, 3, 3) of the triangles of a box."""
    return (CUBE_CORNERS * size + np.asarray(at))[CUBE_FACES]


def sphere(radius: float, rings: int = 24, segments: int = 48) -> np.ndarray:
    """The corners (f, 3, 3) of a faceted sphere about the origin."""
    polar = np.linspace(0, np.pi, rings + 1)[:, None]
    around = np.arange(segments + 1) % segments * (2 * np.pi / segments)
    points = radius * np.stack(
        [np.sin(polar) * np.cos(around), np.sin(polar) * np.sin(around), np.cos(polar) + 0 * around], axis=2
    )
    points[0], points[-1] = [0, 0, radius], [0, 0, -radius]
    a, b, c, d = points[:-1, :-1], points[1:, :-1], points[1:, 1:], points[:-1, 1:]
    lower = np.stack([a, b, c], axis=2)[:-1].reshape(-1, 3, 3)
    upper = np.stack([a, c, d], axis=2)[1:].reshape(-1, 3, 3)
    return np.concatenate([lower, upper])


def inside_out(corners: np.ndarray) -> np.ndarray:
    return corners[:, ::-1]


def stl(corners: np.ndarray, *, announced: int | None = None, header: bytes = b"") -> bytes:
    """A binary STL; `announced` is the number in its header when it shall not be the true one."""
    records = np.zeros(len(corners), dtype=[("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("attribute", "<u2")])
    records["corners"] = corners
    count = len(corners) if announced is None else announced
    return header.ljust(80, b" ") + struct.pack("<I", count) + records.tobytes()


def text_stl(corners: np.ndarray, line_end: str = "\n") -> bytes:
    lines = ["solid part"]
    for triangle in corners:
        lines += ["  facet normal 0 0 0", "    outer loop"]
        lines += [f"      vertex {x!r} {y!r} {z!r}" for x, y, z in triangle.tolist()]
        lines += ["    endloop", "  endfacet"]
    return line_end.join([*lines, "endsolid part", ""]).encode()


def mesh_xml(corners: np.ndarray) -> str:
    """A `<mesh>` in which every triangle has vertices of its own."""
    vertices = "".join(f'<vertex x="{x!r}" y="{y!r}" z="{z!r}"/>' for x, y, z in corners.reshape(-1, 3).tolist())
    first = range(0, 3 * len(corners), 3)
    triangles = "".join(f'<triangle v1="{i}" v2="{i + 1}" v3="{i + 2}"/>' for i in first)
    return f"<mesh><vertices>{vertices}</vertices><triangles>{triangles}</triangles></mesh>"


def object_xml(number: int, content: str, kind: str = "model") -> str:
    return f'<object id="{number}" type="{kind}">{content}</object>'


def components_xml(*components: str) -> str:
    return f"<components>{''.join(components)}</components>"


def component_xml(number: int, transform: str = "", path: str = "") -> str:
    return f'<component objectid="{number}"{_attribute("transform", transform)}{_attribute("p:path", path)}/>'


def item_xml(number: int, transform: str = "") -> str:
    return f'<item objectid="{number}"{_attribute("transform", transform)}/>'


def _attribute(name: str, value: str) -> str:
    return f' {name}="{value}"' if value else ""


def model_xml(objects: Iterable[str], items: Iterable[str], unit: str = "millimeter", before: str = "") -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{before}<model unit="{unit}" xmlns="{CORE}" xmlns:p="{PRODUCTION}">'
        f"<resources>{''.join(objects)}</resources><build>{''.join(items)}</build></model>"
    )


def threemf(model: str | bytes, **other_members: str | bytes) -> bytes:
    """A 3MF archive; the names of other members have `__` for `/` and `_dot_` for a point."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("3D/3dmodel.model", model)
        for name, content in other_members.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return buffer.getvalue()


def simple_threemf(corners: np.ndarray, unit: str = "millimeter") -> bytes:
    return threemf(model_xml([object_xml(1, mesh_xml(corners))], [item_xml(1)], unit))


def component_expansion(levels: int, per_level: int) -> bytes:
    """A cube used per_level ** levels times, in a file of a few hundred bytes."""
    objects = [object_xml(1, mesh_xml(box()))]
    for level in range(2, levels + 2):
        shift = (component_xml(level - 1, f"1 0 0 0 1 0 0 0 1 {20 * i} 0 0") for i in range(per_level))
        objects.append(object_xml(level, components_xml(*shift)))
    return threemf(model_xml(objects, [item_xml(levels + 1)]))


def lying_archive(inflated_bytes: int) -> bytes:
    """A 3MF whose directory promises a hundred bytes, and whose model inflates to many more."""
    archive = bytearray(threemf(model_xml([], [], before="<!--" + " " * inflated_bytes + "-->")))
    entry = archive.rfind(b"PK\x01\x02", 0, archive.rfind(b"3D/3dmodel.model"))
    archive[entry + 24 : entry + 28] = struct.pack("<I", 100)
    return bytes(archive)


def misplaced_archive(archive: bytes) -> bytes:
    """A 3MF whose last record says that the directory is farther back: its members then begin before the file does."""
    end = archive.rfind(b"PK\x05\x06")
    (start,) = struct.unpack_from("<I", archive, end + 16)
    return archive[: end + 16] + struct.pack("<I", start + 5000) + archive[end + 20 :]


def step_in(unit: str) -> bytes:
    """The box of 10 × 20 × 30 mm of data/box_mm.step, its numbers taken to be in another unit: "m" or "in"."""
    text = (DATA / "box_mm.step").read_text()
    millimetre = "LENGTH_UNIT() NAMED_UNIT(*) SI_UNIT(.MILLI.,.METRE.)"
    assert millimetre in text
    if unit == "m":
        return text.replace(millimetre, "LENGTH_UNIT() NAMED_UNIT(*) SI_UNIT($,.METRE.)").encode()
    inch = "CONVERSION_BASED_UNIT('INCH',#90001) LENGTH_UNIT() NAMED_UNIT(#90002)"
    base = (
        "#90001 = LENGTH_MEASURE_WITH_UNIT(LENGTH_MEASURE(25.4),#90003);\n"
        "#90002 = DIMENSIONAL_EXPONENTS(1.,0.,0.,0.,0.,0.,0.);\n"
        f"#90003 = ( {millimetre} );\n"
    )
    text = text.replace(millimetre, inch)
    end = text.rindex("ENDSEC;")
    return (text[:end] + base + text[end:]).encode()


def png() -> bytes:
    from PIL import Image

    buffer = io.BytesIO()
    Image.new("RGB", (64, 64), "white").save(buffer, "PNG")
    return buffer.getvalue()


# OBJ, PLY and GLB ----------------------------------------------------------------------------------------------------


def obj(corners: np.ndarray) -> bytes:
    lines = [f"v {x!r} {y!r} {z!r}" for x, y, z in corners.reshape(-1, 3).tolist()]
    lines += [f"f {i} {i + 1} {i + 2}" for i in range(1, 3 * len(corners), 3)]
    return "\n".join(["# part", *lines, ""]).encode()


def ply_header(order: str, vertices: int, faces: int, number: str = "float") -> bytes:
    axes = [f"property {number} {axis}" for axis in "xyz"]
    lines = ["ply", f"format {order} 1.0", "comment made for tests", f"element vertex {vertices}", *axes]
    lines += [f"element face {faces}", "property list uchar int vertex_indices", "end_header", ""]
    return "\n".join(lines).encode()


def ply(corners: np.ndarray, order: str = "binary_little_endian") -> bytes:
    header = ply_header(order, 3 * len(corners), len(corners), "double")
    if order == "ascii":
        rows = [f"{x!r} {y!r} {z!r}" for x, y, z in corners.reshape(-1, 3).tolist()]
        rows += [f"3 {i} {i + 1} {i + 2}" for i in range(0, 3 * len(corners), 3)]
        return header + "\n".join([*rows, ""]).encode()
    end = "<" if order == "binary_little_endian" else ">"
    faces = np.zeros(len(corners), dtype=[("count", "u1"), ("corners", f"{end}i4", 3)])
    faces["count"] = 3
    faces["corners"] = np.arange(3 * len(corners)).reshape(-1, 3)
    return header + corners.astype(f"{end}f8").tobytes() + faces.tobytes()


def glb_document(corners: np.ndarray, nodes: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    """The JSON part of `glb`, to be changed by a test."""
    size = corners.size * 4
    return {
        "asset": {"version": "2.0"},
        "scenes": [{"nodes": [0]}],
        "nodes": nodes or [{"mesh": 0}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0}}]}],
        "accessors": [{"bufferView": 0, "componentType": 5126, "count": corners.size // 3, "type": "VEC3"}],
        "bufferViews": [{"buffer": 0, "byteLength": size}],
        "buffers": [{"byteLength": size}],
    }


def glb(corners: np.ndarray, document: dict[str, Any] | str | None = None) -> bytes:
    """A GLB, its numbers in metres, whose triangles have vertices of their own."""
    document = document or glb_document(corners)
    text = (document if isinstance(document, str) else json.dumps(document)).encode()
    text += b" " * (-len(text) % 4)
    binary = corners.astype("<f4").tobytes()
    blocks = struct.pack("<I4s", len(text), b"JSON") + text + struct.pack("<I4s", len(binary), b"BIN\0") + binary
    return struct.pack("<4sII", b"glTF", 2, 12 + len(blocks)) + blocks
