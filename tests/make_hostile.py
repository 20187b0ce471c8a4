"""Files that are no part, or that pretend to be small or large ones; each with what must become of it.

`python -m tests.make_hostile FOLDER` writes them all, for trying them out by hand.
"""

import base64
import io
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from tests import make_models as make

CUBE = make.box((10, 10, 10))
CUBE_STL = make.stl(CUBE)
CUBE_OBJECT = make.object_xml(1, make.mesh_xml(CUBE))
MODEL = make.model_xml([CUBE_OBJECT], [make.item_xml(1)])
BROKEN = CUBE.copy()
BROKEN[5, 1, 2] = np.nan
BEYOND = CUBE.copy()
BEYOND[5, 1, 2] = np.inf
SMALL = CUBE / 1000  # in metres
CYCLE = [make.object_xml(i, make.components_xml(make.component_xml(3 - i))) for i in (1, 2)]
CHAIN = [
    make.object_xml(1, make.mesh_xml(CUBE)),
    *(make.object_xml(i, make.components_xml(make.component_xml(i - 1))) for i in range(2, 41)),
]
LAUGHS = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
PLY_CUBE = make.ply(CUBE)
FLIPPED = CUBE.copy()
FLIPPED[3] = FLIPPED[3, ::-1]


class Hostile(NamedTuple):
    name: str  # as it is uploaded
    expected: str  # code of a refusal or of a review; "" when it is harmless: a cube with edges of 10 mm
    make: Callable[[], bytes]


def of(name: str, expected: str, content: bytes | Callable[[], bytes]) -> Hostile:
    return Hostile(name, expected, content if callable(content) else lambda: content)


def glb(**changes: Any) -> bytes:
    """The small cube; `first_accessor=…` and so on change that entry, anything else the document."""
    document = make.glb_document(SMALL)
    for key, value in changes.items():
        if key.startswith("first_"):
            document[{"accessor": "accessors", "view": "bufferViews"}[key.removeprefix("first_")]][0].update(value)
        else:
            document[key] = value
    return make.glb(SMALL, document)


def expanding_nodes(levels: int, each: int) -> list[dict[str, Any]]:
    """A mesh that is used each ** levels times."""
    return [*({"children": [level + 1] * each} for level in range(levels)), {"mesh": 0}]


def archive(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(name, content)
    return buffer.getvalue()


def slow_threemf(seed: int) -> bytes:
    """Within every limit of size, and yet a lot of work for nothing: ten million vertices without triangles."""
    noise = base64.b64encode(np.random.default_rng(seed).bytes(3_000_000)).decode()
    vertices = '<vertex z="1" y="1" x="1"/>' * 10_500_000
    mesh = f"<mesh><vertices>{vertices}</vertices></mesh>"
    return make.threemf(make.model_xml([make.object_xml(1, mesh)], [make.item_xml(1)], before=f"<!--{noise}-->"))


def many_vertices() -> bytes:
    return make.threemf(MODEL.replace("<vertices>", "<vertices>" + '<vertex x="0" y="0" z="0"/>' * 15_000_000))


NO_MODELS = [
    of("empty.stl", "empty_file", b""),
    of("picture.stl", "not_a_model", make.png),
    of("picture.obj", "not_a_model", make.png),
    of("picture.glb", "not_a_model", make.png),
    of("page.stl", "not_a_model", b"<!DOCTYPE html><html><body>404 not found</body></html>" * 10),
    of("page.step", "not_a_model", b"<!DOCTYPE html><html><body>404 not found</body></html>" * 10),
    of("noise.stl", "not_a_model", np.random.default_rng(1).bytes(5000)),
    of("letter.obj", "not_a_model", b"Dear Sirs, please find attached our part. " * 9),
    of("zeros.stl", "not_a_model", bytes(5000)),
    of("drawing.step", "unsupported_format", b"%PDF-1.7\n" + b"1 0 obj\n" * 50),
    of("solidworks.step", "unsupported_format", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 99),
    of("separate.glb", "unsupported_format", b'{"asset": {"version": "2.0"}, "buffers": [{"uri": "../a.bin"}]}'),
]

STL = [
    of("cut_off.stl", "truncated", CUBE_STL[:-70]),
    of("body_missing.stl", "truncated", make.stl(np.concatenate([CUBE, CUBE + 20]), announced=12)),
    of("count_too_small.stl", "truncated", make.stl(np.concatenate([CUBE] * 9), announced=12)),
    of("count_too_large.stl", "truncated", make.stl(CUBE, announced=12_000)),
    of("header_only.stl", "no_triangles", make.stl(CUBE[:0])),
    of("nan.stl", "not_finite", make.stl(BROKEN)),
    of("infinite.stl", "not_finite", make.stl(BEYOND)),
    of("point.stl", "zero_size", make.stl(CUBE * 0 + 3)),
    of("needles.stl", "no_triangles", make.stl(CUBE[:, [0, 1, 1]])),
    of("dust.stl", "implausible_size", make.stl(CUBE * 1e-6)),
    of("house.stl", "implausible_size", make.stl(CUBE * 1e4)),
    of("float_range.stl", "implausible_size", make.stl(CUBE * 1e37)),
    of("text_cut_off.stl", "truncated", make.text_stl(CUBE)[:-300]),
    of("text_commas.stl", "unreadable", make.text_stl(CUBE).replace(b".", b",")),
    of("text_nan.stl", "not_finite", make.text_stl(BROKEN)),
    of("text_four_corners.stl", "unreadable", make.text_stl(CUBE).replace(b"outer loop", b"vertex 0 0 0", 1)),
    of("text_empty.stl", "no_triangles", b"solid nothing\nendsolid nothing\n"),
    of("open.stl", "not_closed", make.stl(CUBE[:-1])),
    of("one_flipped.stl", "", make.stl(FLIPPED)),
    of("inside_out.stl", "", make.stl(make.inside_out(CUBE))),
    of("twice.stl", "", make.stl(np.concatenate([CUBE, CUBE]))),
    of("overlapping.stl", "overlapping_bodies", make.stl(np.concatenate([CUBE, make.box((4, 4, 4), at=(3, 3, 3))]))),
    of("solid_header.stl", "", make.stl(CUBE, header=b"solid from a program")),
    of("trailing_junk.stl", "", CUBE_STL + b"junk" * 50),
    of("carriage_returns.stl", "", make.text_stl(CUBE, "\r")),
]

ARCHIVES = [
    of("other.3mf", "unsupported_format", make.threemf("").replace(b"3D/3dmodel", b"3X/3dmodel")),
    of("zip_in_zip.3mf", "unsupported_format", lambda: archive({"inner.3mf": make.threemf(MODEL)})),
    of("zip_as_model.3mf", "unreadable", lambda: make.threemf(make.threemf(MODEL))),
    of("before_the_beginning.3mf", "unreadable", lambda: make.misplaced_archive(make.threemf(MODEL))),
    of("cut_off.3mf", "unreadable", make.threemf(MODEL)[:-80]),
    of("broken_xml.3mf", "unreadable", make.threemf(MODEL[:-40])),
    of(
        "doctype.3mf",
        "unsafe_xml",
        make.threemf(make.model_xml([CUBE_OBJECT], [make.item_xml(1)], before='<!DOCTYPE m [<!ENTITY a "b">]>')),
    ),
    of(
        "laughs.3mf",
        "unsafe_xml",
        make.threemf(
            make.model_xml([], [], before=f'<!DOCTYPE m [<!ENTITY l0 "ha">{LAUGHS}]>').replace("<build>", "<build>&l9;")
        ),
    ),
    of(
        "other_file.3mf",
        "unsafe_xml",
        make.threemf(make.model_xml([], [], before='<!DOCTYPE m [<!ENTITY a SYSTEM "file:///etc/passwd">]>')),
    ),
    of(
        "doctype_utf16.3mf",
        "unsafe_xml",
        make.threemf(MODEL.replace('"UTF-8"?>', '"UTF-16"?><!DOCTYPE model>').encode("utf-16")),
    ),
    of("deep_xml.3mf", "unreadable", lambda: make.threemf("<model>" + "".join(f"<a{i}>" for i in range(100_000)))),
    of("unknown_encoding.3mf", "unreadable", make.threemf(MODEL.replace("UTF-8", "UTF-9"))),
    of("parsecs.3mf", "unreadable", make.threemf(MODEL.replace("millimeter", "parsec"))),
    of("no_build.3mf", "no_triangles", make.threemf(make.model_xml([CUBE_OBJECT], []))),
    of("no_such_corner.3mf", "unreadable", make.threemf(MODEL.replace('v1="0"', 'v1="99"'))),
    of("negative_corner.3mf", "unreadable", make.threemf(MODEL.replace('v1="0"', 'v1="-1"'))),
    of("huge_corner.3mf", "unreadable", make.threemf(MODEL.replace('v1="0"', 'v1="99999999999"'))),
    of("nan.3mf", "not_finite", make.simple_threemf(BROKEN)),
    of("no_such_object.3mf", "unreadable", make.threemf(make.model_xml([CUBE_OBJECT], [make.item_xml(5)]))),
    of("bad_transform.3mf", "unreadable", make.threemf(make.model_xml([CUBE_OBJECT], [make.item_xml(1, "1 0 0")]))),
    of("circle.3mf", "circular_components", make.threemf(make.model_xml(CYCLE, [make.item_xml(1)]))),
    of("ten_million_cubes.3mf", "too_many_components", make.component_expansion(levels=7, per_level=10)),
    of("nested.3mf", "too_many_components", make.threemf(make.model_xml(CHAIN, [make.item_xml(40)]))),
    of(
        "nested_inner_first.3mf",
        "too_many_components",
        make.threemf(make.model_xml(CHAIN, [make.item_xml(i) for i in range(1, 41)])),
    ),
    of("members.3mf", "suspicious_archive", make.threemf(MODEL, **{f"part{i}": "x" for i in range(250)})),
    of(
        "100000_members.3mf",
        "suspicious_archive",
        lambda: archive({"3D/3dmodel.model": MODEL.encode()} | {f"3D/{i}.model": b"" for i in range(100_000)}),
    ),
    of(
        "blanks.3mf",
        "suspicious_archive",
        make.threemf(MODEL.replace("<build>", "<build>" + " " * 3_000_000)),
    ),
    of("15_million_vertices.3mf", "suspicious_archive", many_vertices),
    of("lying_directory.3mf", "unreadable", lambda: make.lying_archive(50_000_000)),
    of("outside.3mf", "", make.threemf(MODEL, **{"__________etc__passwd": "x", "..__..__3D__other_dot_model": MODEL})),
    of("blanks_elsewhere.3mf", "", lambda: make.threemf(MODEL, Metadata__thumbnail_dot_png=b" " * 50_000_000)),
]

OBJ = [
    of("index_0.obj", "unreadable", b"v 0 0 0\nv 1 0 0\nv 0 1 0\nf 0 1 2\n"),
    of("index_beyond.obj", "unreadable", b"v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 4\n"),
    of("index_before.obj", "unreadable", b"v 0 0 0\nv 1 0 0\nv 0 1 0\nf -1 -2 -4\n"),
    of("index_huge.obj", "unreadable", b"v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 99999999999999999999\n"),
    of("commas.obj", "unreadable", make.obj(CUBE).replace(b".", b",")),
    of("nan.obj", "not_finite", make.obj(BROKEN)),
    of("points.obj", "no_triangles", b"v 0 0 0\nv 1 0 0\nv 0 1 0\nl 1 2\np 3\n"),
    of("two_numbers.obj", "unreadable", make.obj(CUBE) + b"v 1 2\n"),
    of(
        "two_million_corners.obj",
        "unreadable",
        lambda: make.obj(CUBE) + b"f" + b"".join(b" %d" % (i % 36 + 1) for i in range(2_000_000)),
    ),
    of("open.obj", "not_closed", make.obj(CUBE[:-1])),
    of("30000_materials.obj", "", make.obj(CUBE).replace(b"f 1 ", b"usemtl stone\n" * 30_000 + b"f 1 ")),
    of(
        "other_file.obj",
        "",
        b"mtllib ../../../../etc/passwd\nmap_Kd /etc/passwd\n".replace(b"map_Kd", b"usemtl") + make.obj(CUBE),
    ),
]

PLY = [
    of("huge_count.ply", "too_many_triangles", make.ply_header("binary_little_endian", 3, 4_000_000_000) + bytes(999)),
    of("count_too_large.ply", "unreadable", make.ply_header("binary_little_endian", 900_000, 12) + bytes(999)),
    of("text_count.ply", "unreadable", make.ply_header("ascii", 900_000, 12) + b"0 0 0\n" * 99),
    of("negative_count.ply", "unreadable", make.ply_header("ascii", -3, 12) + b"0 0 0\n" * 99),
    of("cut_off.ply", "unreadable", PLY_CUBE[:-10]),
    of("text_cut_off.ply", "unreadable", make.ply(CUBE, "ascii")[:-10]),
    of("no_end.ply", "unreadable", PLY_CUBE.replace(b"end_header", b"the_header")),
    of("no_format.ply", "unreadable", PLY_CUBE.replace(b"format", b"comment")),
    of("no_such_type.ply", "unreadable", PLY_CUBE.replace(b"property double x", b"property quad x")),
    of("index_beyond.ply", "unreadable", make.ply(CUBE, "ascii").replace(b"3 0 1 2", b"3 0 1 99")),
    of("index_negative.ply", "unreadable", make.ply(CUBE, "ascii").replace(b"3 0 1 2", b"3 0 1 -1")),
    of("corner_bomb.ply", "unreadable", make.ply(CUBE, "ascii").replace(b"3 0 1 2", b"4000000000 0 1 2")),
    of("index_infinite.ply", "unreadable", make.ply(CUBE, "ascii").replace(b"3 0 1 2", b"3 0 1 inf")),
    of("beyond_single_precision.ply", "not_finite", make.ply(CUBE * 1e300)),
    of("nan.ply", "not_finite", make.ply(BROKEN)),
    of("no_faces.ply", "no_triangles", make.ply_header("ascii", 3, 0) + b"0 0 0\n" * 3),
    of("open.ply", "not_closed", make.ply(CUBE[:-1], "binary_big_endian")),
]

GLB = [
    of("short.glb", "unreadable", b"glTF" + b"\2\0\0\0" * 30),
    of("version_1.glb", "unreadable", b"glTF\1" + glb()[5:]),
    of("cut_off.glb", "unreadable", glb()[:-10]),
    of("bad_json.glb", "unreadable", make.glb(SMALL, '{"asset": ')),
    of("deep_json.glb", "unreadable", make.glb(SMALL, "[" * 100_000)),
    of("list.glb", "unreadable", make.glb(SMALL, "[1]")),
    of("huge_count.glb", "too_many_triangles", glb(first_accessor={"count": 500_000_000})),
    of("count_too_large.glb", "unreadable", glb(first_accessor={"count": 300_000})),
    of("negative_count.glb", "unreadable", glb(first_accessor={"count": -36})),
    of("offset_beyond.glb", "unreadable", glb(first_accessor={"byteOffset": 4_000_000_000})),
    of("negative_offset.glb", "unreadable", glb(first_view={"byteOffset": -4})),
    of("negative_stride.glb", "unreadable", glb(first_view={"byteStride": -12})),
    of("stride_beyond.glb", "unreadable", glb(first_view={"byteStride": 4_000_000_000})),
    of(
        "no_buffer_view.glb",
        "unreadable",
        glb(accessors=[{"componentType": 5126, "count": 3_000_000, "type": "VEC3"}]),
    ),
    of("other_file.glb", "unreadable", glb(buffers=[{"uri": "../../../../etc/passwd", "byteLength": 432}])),
    of("draco.glb", "unsupported_format", glb(extensionsRequired=["KHR_draco_mesh_compression"])),
    of("circle.glb", "circular_components", glb(nodes=[{"mesh": 0, "children": [1]}, {"children": [0]}])),
    of("deep.glb", "too_many_components", glb(nodes=expanding_nodes(100, 1))),
    of("20000_instances.glb", "too_many_components", glb(nodes=expanding_nodes(1, 20_000))),
    of("ten_million_cubes.glb", "too_many_components", glb(nodes=expanding_nodes(7, 10))),
    of("empty_expansion.glb", "too_many_components", glb(nodes=[*expanding_nodes(16, 16)[:-1], {}])),
    of("nan.glb", "not_finite", make.glb(BROKEN)),
    of("nan_matrix.glb", "not_finite", glb(nodes=[{"mesh": 0, "scale": [float("nan"), 1, 1]}])),
    of("empty.glb", "no_triangles", glb(nodes=[{}])),
    of("flat_scale.glb", "no_volume", glb(nodes=[{"mesh": 0, "scale": [1, 1, 0]}])),
]

CAD = [
    of("cut_off.step", "unreadable", make.step_in("m")[:3000]),
    of("nothing.step", "unreadable", b"ISO-10303-21;\nHEADER;\nENDSEC;\nDATA;\nENDSEC;\nEND-ISO-10303-21;\n"),
    of("nothing.igs", "unreadable", b" " * 72 + b"S      1\n" + b"1,2,3;".ljust(72) + b"G      1\n"),
]

# Each takes all the time that a file gets, or nearly: what comes after them must not wait for them.
SLOW_ENDS = {"time_limit", "no_triangles"}  # a fast machine gets to the end
SLOW = [of(f"slow_{i}.3mf", "time_limit", lambda i=i: slow_threemf(i)) for i in range(3)]

EVERY = [*NO_MODELS, *STL, *ARCHIVES, *OBJ, *PLY, *GLB, *CAD]


def main(folder: Path) -> Iterator[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    for one in [*EVERY, *SLOW]:
        path = folder / f"{one.expected or 'harmless'}-{one.name}"
        path.write_bytes(one.make())
        yield path


if __name__ == "__main__":
    for written in main(Path(sys.argv[1])):
        print(written)
