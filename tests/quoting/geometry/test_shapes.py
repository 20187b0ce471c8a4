"""Shapes with known answers, in every format and unit."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quoting.geometry import mesh, stl
from quoting.geometry.measure import measure
from tests import make_models as make
from tests.make_models import DATA

EXACT = 1e-6  # relative
TRIED = settings(max_examples=50, deadline=None)  # a busy machine is no finding
SHIFT = "1 0 0 0 1 0 0 0 1 100 0 0"
TURN_AND_SHIFT = "0 1 0 -1 0 0 0 0 1 50 0 0"
MIRROR = "-1 0 0 0 1 0 0 0 1 0 0 0"


def approx(value):
    return pytest.approx(value, rel=EXACT)


@pytest.mark.parametrize(
    ("name", "size", "volume", "area", "bodies"),
    [
        ("cube20.stl", (20, 20, 20), 8000, 2400, 1),
        ("open_box.stl", (60, 40, 30), 60 * 40 * 30 - 56 * 36 * 28, 15952, 1),
        ("hollow_box_closed.stl", (40, 40, 40), 40**3 - 36**3, 6 * (40**2 + 36**2), 2),
        ("four_bodies.stl", (40, 40, 10), 9000, 4200, 4),
        ("l_bracket.stl", (60, 40, 50), 16580.1387, 9734.4801, 1),
    ],
)
def test_reference_parts(figures, name, size, volume, area, bodies):
    found = figures(DATA / name)
    assert found.size_mm == approx(size)
    assert found.volume_mm3 == pytest.approx(volume, rel=1e-6)
    assert found.area_mm2 == pytest.approx(area, rel=1e-6)
    assert (found.bodies, found.watertight, found.consistent) == (bodies, True, True)
    assert (found.format, found.unit, found.unit_source) == ("stl", "mm", "assumed")


@pytest.mark.parametrize("name", ["spur_gear.stl", "enclosure.stl"])
def test_no_false_alarm_on_intricate_parts(figures, name):
    figures(DATA / name)


def test_a_faceted_sphere(figures):
    rings, segments, radius = 24, 48, 20.0
    found = figures(make.stl(make.sphere(radius, rings, segments)))
    # A frustum between two regular polygons, for each pair of rings.
    polar = np.linspace(0, np.pi, rings + 1)
    polygon = segments / 2 * np.sin(2 * np.pi / segments) * (radius * np.sin(polar)) ** 2
    heights = -np.diff(radius * np.cos(polar))
    frusta = heights / 3 * (polygon[1:] + polygon[:-1] + np.sqrt(polygon[1:] * polygon[:-1]))
    assert found.volume_mm3 == approx(frusta.sum())
    assert found.bodies == 1


@pytest.mark.parametrize(("unit", "scale"), [("mm", 1), ("cm", 10), ("in", 25.4)])
def test_stl_in_a_given_unit(figures, unit, scale):
    found = figures(make.stl(make.box((1, 2, 3))), unit)
    assert found.size_mm == approx((scale, 2 * scale, 3 * scale))
    assert found.volume_mm3 == approx(6 * scale**3)
    assert found.area_mm2 == approx(22 * scale**2)
    assert (found.unit, found.unit_source) == (unit, "given")


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_text_stl(figures, line_end):
    found = figures(make.text_stl(make.box((1, 2, 3)), line_end))
    assert found.volume_mm3 == approx(6)
    assert found.triangles == 12


def test_binary_stl_that_begins_with_solid_and_has_trailing_junk(figures):
    content = make.stl(make.box(), header=b"solid made by some program")
    assert figures(content).volume_mm3 == approx(1000)
    assert figures(content + b"\0" * 200).volume_mm3 == approx(1000)


def test_a_small_part_far_away_from_the_origin(figures):
    assert figures(make.stl(make.box((8, 8, 8), at=(4096, -8192, 4096)))).volume_mm3 == approx(512)


@pytest.mark.parametrize(
    ("unit", "ours", "scale"), [("micron", "um", 0.001), ("millimeter", "mm", 1), ("inch", "in", 25.4)]
)
def test_3mf_carries_its_unit(figures, unit, ours, scale):
    found = figures(make.simple_threemf(make.box((20, 30, 40)), unit))
    assert found.volume_mm3 == approx(24000 * scale**3)
    assert found.size_mm == approx((20 * scale, 30 * scale, 40 * scale))
    assert (found.format, found.unit, found.unit_source) == ("3mf", ours, "file")


def test_3mf_in_a_given_unit(figures):
    found = figures(make.simple_threemf(make.box((1, 1, 1)), "inch"), "cm")
    assert found.volume_mm3 == approx(1000)
    assert (found.unit, found.unit_source) == ("cm", "given")


def test_3mf_instances_and_nested_transforms(figures):
    """Two bars, a pair of them that is turned and moved, and one that is mirrored."""
    bar = make.object_xml(1, make.mesh_xml(make.box((10, 2, 3))))
    pair = make.object_xml(2, make.components_xml(make.component_xml(1), make.component_xml(1, SHIFT)))
    items = [make.item_xml(2, TURN_AND_SHIFT), make.item_xml(1, MIRROR)]
    found = figures(make.threemf(make.model_xml([bar, pair], items)))
    assert found.bodies == 3
    assert found.volume_mm3 == approx(180)
    # The pair reaches from (48, 0) to (50, 110), the mirrored bar from (-10, 0) to (0, 2).
    assert found.size_mm == approx((60, 110, 3))


def test_3mf_objects_in_other_members_and_helpers(figures):
    part = make.model_xml([make.object_xml(7, make.mesh_xml(make.box((2, 3, 4))))], [])
    objects = [
        make.object_xml(1, make.components_xml(make.component_xml(7, path="/3D/Objects/part.model"))),
        make.object_xml(2, make.mesh_xml(make.box((100, 100, 100))), kind="support"),
    ]
    root = make.model_xml(objects, [make.item_xml(1), make.item_xml(2)])
    found = figures(make.threemf(root, **{"3D__Objects__part_dot_model": part}))
    assert found.volume_mm3 == approx(24)


def test_step_in_millimetres(figures):
    found = figures(DATA / "box_mm.step")
    assert found.size_mm == approx((10, 20, 30))
    assert found.volume_mm3 == approx(6000)
    assert found.area_mm2 == approx(2200)
    assert (found.format, found.unit, found.unit_source) == ("step", "mm", "file")


@pytest.mark.parametrize(("unit", "scale"), [("in", 25.4), ("m", 1000)])
def test_step_in_its_own_unit_whatever_is_given(saved, unit, scale):
    measurement = measure(saved(make.step_in(unit)), "cm")
    if scale == 1000:  # 30 m long: right, and too large
        assert measurement.reason.code == "implausible_size"
        assert float(measurement.reason.params["size_mm"]) == approx(30 * scale)
    else:
        figures = measurement.measured.figures
        assert figures.size_mm == approx((10 * scale, 20 * scale, 30 * scale))
        assert (figures.unit, figures.unit_source) == (unit, "file")


def test_step_written_by_cad_in_inches(figures):
    assert figures(DATA / "box_inchunit.step").size_mm == approx((254, 508, 762))


def test_step_assembly(figures):
    found = figures(DATA / "asm3.step")
    assert found.bodies == 3
    assert found.volume_mm3 == pytest.approx(1641, rel=2e-3)  # round faces are meshed


lengths = st.floats(0.5, 200, width=32)
places = st.floats(-500, 500, width=32)


def signed_volume(corners: np.ndarray) -> float:
    return mesh.totals(stl.corner_chunks(corners)).volume


@TRIED
@given(size=st.tuples(lengths, lengths, lengths), at=st.tuples(places, places, places))
def test_volume_does_not_depend_on_the_place(size, at):
    assert signed_volume(make.box(size, at)) == pytest.approx(float(np.prod(np.float64(size))), rel=1e-9)


@TRIED
@given(size=st.tuples(lengths, lengths, lengths), seed=st.integers(0, 2**32 - 1))
def test_volume_and_area_do_not_depend_on_the_direction(size, seed):
    turn, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(3, 3)))
    turn *= np.linalg.det(turn)  # a rotation, no mirror
    x, y, z = size
    found = mesh.totals(stl.corner_chunks(make.box(size) @ turn))
    assert found.volume == pytest.approx(x * y * z, rel=1e-9)
    assert found.area == pytest.approx(2 * (x * y + y * z + z * x), rel=1e-9)


@TRIED
@given(size=st.tuples(lengths, lengths, lengths))
def test_inches_are_25_4_cubed_of_millimetres(tmp_path_factory, size):
    path = tmp_path_factory.mktemp("unit") / "upload"
    path.write_bytes(make.stl(make.box(size)))
    volumes = [measure(path, unit).measured.figures.volume_mm3 for unit in ("mm", "in")]
    assert volumes[1] == pytest.approx(volumes[0] * 25.4**3, rel=1e-12)


@TRIED
@given(st.lists(st.tuples(st.integers(-3, 3), st.integers(-3, 3), st.integers(-3, 3)), min_size=1, max_size=60))
def test_welding_merges_equal_points_and_no_others(points):
    coordinates = np.array(points, dtype=np.float32)
    faces = np.arange(len(points), dtype=np.int32).repeat(3).reshape(-1, 3)
    first, place_of = mesh._equal_points(coordinates)
    assert len(first) == len(set(points))
    assert (coordinates[first][place_of] == coordinates).all()
    assert len(mesh.weld(coordinates, faces).faces) == 0  # they all use one vertex three times


def test_points_that_share_a_hash_stay_apart(monkeypatch):
    """With millions of points some slots are bound to be shared; here nearly all are."""
    monkeypatch.setattr(mesh, "_hashes", lambda points: points[:, 0].astype(np.uint64) % np.uint64(3))
    points = np.array([[x, 0, 0] for x in (5, 2, 8, 5, 8, 1, 2)], dtype=np.float32)
    first, place_of = mesh._equal_points(points)
    assert (points[first][place_of] == points).all()
