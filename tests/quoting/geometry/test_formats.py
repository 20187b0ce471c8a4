"""The same part in every format; instances, transforms, units and what else only some formats have."""

import numpy as np
import pytest

from quoting.geometry import threemf
from quoting.geometry.measure import measure
from tests import make_models as make
from tests.make_models import DATA

BALL = make.sphere(20)
SPHERE = np.concatenate([make.sphere(5), make.box((10, 20, 30), at=(40, 0, 0))])
UNUSUAL = make.mesh_xml(SPHERE).replace("/>", "></vertex>", 3)
L = [(0, 0), (30, 0), (30, 5), (5, 5), (5, 30), (0, 30)]

SAME = {
    "binary STL": (make.stl(SPHERE), "stl", "mm", "assumed"),
    "text STL": (make.text_stl(SPHERE), "stl", "mm", "assumed"),
    "text STL with a byte order mark": (b"\xef\xbb\xbf" + make.text_stl(SPHERE), "stl", "mm", "assumed"),
    "text STL after a long name": (make.text_stl(SPHERE).replace(b"part", b"p" * 5000), "stl", "mm", "assumed"),
    "OBJ": (make.obj(SPHERE), "obj", "mm", "assumed"),
    "OBJ after a long comment": (b"# a long story\n" * 4000 + make.obj(SPHERE), "obj", "mm", "assumed"),
    "OBJ with Windows line ends": (make.obj(SPHERE).replace(b"\n", b"\r\n"), "obj", "mm", "assumed"),
    "PLY": (make.ply(SPHERE), "ply", "mm", "assumed"),
    "PLY, big end first": (make.ply(SPHERE, "binary_big_endian"), "ply", "mm", "assumed"),
    "PLY of text": (make.ply(SPHERE, "ascii"), "ply", "mm", "assumed"),
    "GLB": (make.glb(SPHERE / 1000), "glb", "m", "file"),
    "3MF": (make.simple_threemf(SPHERE), "3mf", "mm", "file"),
    "3MF in inches": (make.simple_threemf(SPHERE / 25.4, "inch"), "3mf", "in", "file"),
    "3MF written unusually": (
        make.threemf(make.model_xml([make.object_xml(1, UNUSUAL)], [make.item_xml(1)])),
        "3mf",
        "mm",
        "file",
    ),
}


@pytest.mark.parametrize(("content", "name", "unit", "source"), SAME.values(), ids=SAME)
def test_the_same_part_in_every_format(figures, content, name, unit, source):
    found = figures(content)
    assert (found.format, found.unit, found.unit_source) == (name, unit, source)
    assert (found.bodies, found.triangles) == (2, len(SPHERE))
    expected = figures(make.stl(SPHERE))
    assert found.volume_mm3 == pytest.approx(expected.volume_mm3, rel=1e-6)
    assert found.area_mm2 == pytest.approx(expected.area_mm2, rel=1e-6)
    assert found.size_mm == pytest.approx(expected.size_mm, rel=1e-6)


@pytest.mark.parametrize(
    ("content", "factor"),
    [
        (make.stl(BALL), 25.4),
        (make.obj(BALL), 25.4),
        (make.ply(BALL), 25.4),
        (make.glb(BALL), 25.4),
        (make.simple_threemf(BALL, "centimeter"), 25.4),
    ],
)
def test_what_the_customer_says_of_the_unit_counts(figures, content, factor):
    assert figures(content, "in").size_mm == pytest.approx([40 * factor] * 3, rel=1e-5)


def prism(line_ends: str = "\n", first: int = 0) -> bytes:
    """An L as an OBJ with a face of six corners at each end, which no fan of triangles fills from every corner."""
    outline = L[first:] + L[:first]
    lines = [f"v {x} {y} {z}" for z in (0, 10) for x, y in outline]
    lines += ["f 6 5 4 3 2 1", "f -6 -5 -4 -3 -2 -1"]
    lines += [
        f"f {i + 1}/1/1 {j + 1}//2 {j + 7}/3 {i + 7} # side" for i, j in zip(range(6), (1, 2, 3, 4, 5, 0), strict=True)
    ]
    return line_ends.join([*lines, ""]).encode()


@pytest.mark.parametrize("first", range(6))
def test_faces_with_inside_corners_are_cut_rightly(figures, first):
    found = figures(prism(first=first))
    assert (found.volume_mm3, found.area_mm2) == (pytest.approx(2750), pytest.approx(2 * 275 + 120 * 10))


def test_ply_with_faces_of_several_sizes_and_more_properties(figures):
    """A cube of five quadrilaterals and two triangles, with colours, and lists that are of no use."""
    header = (
        b"ply\nformat ascii 1.0\nelement camera 1\nproperty float view\nelement vertex 8\nproperty uchar red\n"
        b"property float x\nproperty float y\nproperty float z\nelement face 7\nproperty list uchar int vertex_index\n"
        b"property list uchar float texture\nproperty uchar flags\nend_header\n1.5\n"
    )
    points = "".join(f"255 {x:g} {y:g} {z:g}\n" for x, y, z in make.CUBE_CORNERS * 10)
    faces = ["0 1 3 2", "4 6 7 5", "0 4 5 1", "2 3 7 6", "0 2 6 4", "1 5 7", "1 7 3"]
    rows = "".join(f"{len(face.split())} {face} 2 0.5 0.5 7\n" for face in faces)
    assert figures(header + (points + rows).encode()).volume_mm3 == pytest.approx(1000)
    binary = header.replace(b"ascii", b"binary_big_endian").removesuffix(b"1.5\n") + np.array(1.5, ">f4").tobytes()
    for corner in make.CUBE_CORNERS * 10:
        binary += b"\xff" + corner.astype(">f4").tobytes()
    for face in faces:
        corners = np.array(face.split(), dtype=">i4")
        binary += bytes([len(corners)]) + corners.tobytes() + b"\2" + bytes(8) + b"\7"
    assert figures(binary).volume_mm3 == pytest.approx(1000)


def test_points_that_no_face_uses_do_not_count(figures):
    assert figures(make.obj(BALL) + b"v 5000 0 0\n").size_mm == pytest.approx((40, 40, 40))


def test_glb_nodes_move_turn_scale_and_mirror(figures):
    nodes = [
        {"children": [1, 2, 3], "scale": [2, 2, 2]},
        {"mesh": 0},
        {"mesh": 0, "translation": [0.1, 0, 0], "rotation": [0, 0, 0.70710678, 0.70710678]},
        {"mesh": 0, "matrix": [-1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0.3, 0, 0, 1]},
    ]
    box = make.box((0.01, 0.02, 0.03))
    found = figures(make.glb(box, make.glb_document(box, nodes)))
    assert (found.bodies, found.volume_mm3) == (3, pytest.approx(3 * 8 * 6000, rel=1e-6))
    assert found.size_mm == pytest.approx((600, 40, 60), rel=1e-5)  # from 0 to 0.3 m, and all of it twice as large
    assert [(body.copies, body.volume_mm3) for body in found.distinct_bodies] == [(3, pytest.approx(48000, rel=1e-5))]


def test_glb_strips_indices_and_small_integers(figures):
    """The side of a tent as a strip of bytes, its ends and floor as triangles."""
    document = make.glb_document(np.zeros((0, 3, 3)))
    points = np.array([[0, 0, 0], [0, 0, 10], [10, 0, 0], [10, 0, 10], [5, 10, 0], [5, 10, 10]], dtype="<i2")
    strip, rest = np.array([0, 1, 4, 5, 2, 3], dtype="u1"), np.array([0, 4, 2, 1, 3, 5, 0, 2, 3, 0, 3, 1], dtype="u1")
    binary = points.tobytes() + strip.tobytes() + rest.tobytes()
    document["bufferViews"] = [
        {"buffer": 0, "byteLength": 36},
        {"buffer": 0, "byteOffset": 36, "byteLength": 6},
        {"buffer": 0, "byteOffset": 42, "byteLength": 12},
    ]
    document["accessors"] = [
        {"bufferView": 0, "componentType": 5122, "count": 6, "type": "VEC3"},
        {"bufferView": 1, "componentType": 5121, "count": 6, "type": "SCALAR"},
        {"bufferView": 2, "componentType": 5121, "count": 12, "type": "SCALAR"},
    ]
    document["meshes"] = [
        {
            "primitives": [
                {"attributes": {"POSITION": 0}, "indices": 1, "mode": 5},
                {"attributes": {"POSITION": 0}, "indices": 2},
                {"attributes": {"POSITION": 0}, "mode": 0},
            ]
        }
    ]
    document["nodes"][0]["scale"] = [0.001] * 3
    padded = np.frombuffer(binary + bytes(-len(binary) % 36), dtype="<f4").reshape(-1, 3, 3)
    assert figures(make.glb(padded, document)).volume_mm3 == pytest.approx(500, rel=1e-5)


@pytest.mark.parametrize(("mark", "unit", "factor"), [(b"2,2HMM", "mm", 1), (b"1,2HIN", "in", 25.4)])
def test_iges(figures, saved, mark, unit, factor):
    found = figures((DATA / "box_mm.igs").read_bytes().replace(b"2,2HMM", mark))
    assert (found.format, found.unit, found.unit_source, found.bodies) == ("iges", unit, "file", 1)
    assert sorted(found.size_mm) == pytest.approx([10 * factor, 20 * factor, 30 * factor], rel=1e-6)
    assert found.volume_mm3 == pytest.approx(6000 * factor**3, rel=1e-6)


@pytest.mark.parametrize("size", [7, 64, 1000, 5003])
def test_3mf_read_in_pieces_of_any_size(saved, monkeypatch, size):
    """Elements, lists and their ends are cut anywhere."""
    odd = make.mesh_xml(BALL).replace("<vertices>", "<!-- <vertices><vertex x='9' y='9' z='9'/> --><vertices >", 1)
    path = saved(make.threemf(make.model_xml([make.object_xml(1, odd)], [make.item_xml(1)])))
    expected = measure(path).measured
    monkeypatch.setattr(threemf, "READ_BYTES", size)
    assert measure(path).measured == expected
    assert expected.figures.triangles == len(BALL)
