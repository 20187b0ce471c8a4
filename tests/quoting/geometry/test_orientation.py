"""Supports and the best way to stand, against shapes whose answers are known by hand."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from manifold3d import Manifold

from quoting.geometry.mesh import Mesh
from quoting.geometry.orientation import orientation
from quoting.geometry.solid import Solid
from quoting.geometry.supports import stance
from quoting.geometry.values import Orientation, Stance
from tests.quoting.geometry.test_beyond_volume import cuboid, part, turned_by
from tests.quoting.geometry.test_command import run

UP = np.array([0.0, 0.0, 1.0])
DATA = Path(__file__).parents[2] / "data"


def block(x: float, y: float, z: float, at: tuple[float, float, float] = (0, 0, 0)) -> Manifold:
    return Manifold.cube((x, y, z)).translate(at)


def mesh_of(shape: Manifold) -> Mesh:
    given = shape.to_mesh64()
    return Mesh(np.asarray(given.vert_properties)[:, :3].copy(), np.asarray(given.tri_verts).astype(np.int32))


def upside_down(mesh: Mesh) -> Mesh:
    return Mesh(mesh.vertices * (1, -1, -1), mesh.faces)


OVERHANG = mesh_of(block(10, 10, 20) + block(20, 10, 5, (10, 0, 15)))  # 20 × 10 mm hang 15 mm above the bed
TEE = mesh_of(block(10, 10, 30, (10, 0, 0)) + block(30, 10, 10, (0, 0, 30)))  # two arms 30 mm above the bed
LEGS = [block(4, 4, 20, (x, y, 0)) for x in (0, 36) for y in (0, 26)]
TABLE = mesh_of(sum(LEGS, start=block(40, 30, 4, (0, 0, 20))))
CONE = mesh_of(Manifold.cylinder(20, 20, 0, 90))  # 45° all round
WIDE_CONE = mesh_of(Manifold.cylinder(10, 20, 0, 180))  # flatter than 45°
BALL = mesh_of(Manifold.sphere(15, 128))
PIERS = block(10, 10, 20) + block(10, 10, 20, (30, 0, 0)) + block(10, 10, 8, (15, 0, 0))
BRIDGE = mesh_of(PIERS + block(40, 10, 5, (0, 0, 20)))
del LEGS, PIERS

# shape, supports in mm³, overhangs in mm², contact in mm², height, with z up
STANDING = {
    "block": (cuboid(10, 20, 30), 0, 0, 200, 30),
    "overhang": (OVERHANG, 20 * 10 * 15, 200, 100, 20),
    "T": (TEE, 2 * 10 * 10 * 30, 200, 100, 40),
    "table": (TABLE, (40 * 30 - 4 * 16) * 20, 40 * 30 - 4 * 16, 64, 24),
    "table upside down": (upside_down(TABLE), 0, 0, 1200, 24),
    "cone": (CONE, 0, 0, 90 * 200 * math.sin(2 * math.pi / 90), 20),
    "cone of 45° on its tip": (upside_down(CONE), 0, 0, 0, 20),
    # Of a cylinder around it two thirds.
    "flat cone on its tip": (upside_down(WIDE_CONE), math.pi * 400 * 10 * 2 / 3, math.pi * 20 * math.sqrt(500), 0, 10),
    # Of the ball's lower cap of 45° the space below it: spec/geometry.md, section 4.
    "ball": (BALL, 731.9, 2 * math.pi * 225 * (1 - math.sqrt(0.5)), 0, 30),
    # Two gaps of 5 mm down to the bed, and 12 mm down to the block in the middle.
    "on the part itself": (BRIDGE, 10 * 10 * 20 + 10 * 10 * 12, 200, 300, 25),
}


@pytest.mark.parametrize(("shape", "support", "overhang", "contact", "height"), STANDING.values(), ids=STANDING)
def test_supports_as_the_part_stands(shape, support, overhang, contact, height):
    found = stance(Solid(shape), UP)
    assert found.support_mm3 == pytest.approx(support, rel=0.02, abs=1e-6)
    assert found.overhang_mm2 == pytest.approx(overhang, rel=0.04, abs=1e-6)
    assert found.contact_mm2 == pytest.approx(contact, rel=1e-6, abs=0.1)
    assert found.height_mm == pytest.approx(height, rel=1e-6)


@pytest.mark.parametrize(("name", "support"), [("l_bracket.stl", 155.5), ("hollow_box_closed.stl", 36**3)])
def test_supports_of_reference_parts(name, support):
    """spec/geometry.md, section 4."""
    assert stance(Solid(part(name)), UP).support_mm3 == pytest.approx(support, rel=0.02)


# shape, the best supports, and the height that it has then
BEST = {
    "overhang": (OVERHANG, 0, 10),  # on its side
    "T": (TEE, 0, 10),
    "table": (TABLE, 0, 24),
    "cone": (CONE, 0, 20),
    "cone on its tip": (upside_down(CONE), 0, 20),
    "flat cone on its tip": (upside_down(WIDE_CONE), 0, 10),
    "plate on its edge": (cuboid(3, 60, 80), 0, 3),
    "tower": (cuboid(10, 10, 80), 0, 10),
}


def best(mesh: Mesh) -> Orientation:
    found = orientation(Solid(mesh))
    assert found is not None
    return found


@pytest.mark.parametrize(("shape", "support", "height"), BEST.values(), ids=BEST)
def test_the_best_way_to_stand(shape, support, height):
    found = best(shape).best
    assert (found.support_mm3, found.height_mm) == (pytest.approx(support, abs=1e-6), pytest.approx(height, rel=1e-6))
    assert found.contact_mm2 > 5


def test_a_table_is_turned_over_and_says_why():
    found = best(TABLE)
    assert found.best.up == pytest.approx((0, 0, -1))
    assert found.reasons == ("less_support", "more_contact")
    assert best(upside_down(TABLE)).reasons == ("as_it_stands",)


def test_a_ball_stays_as_it_stands():
    found = best(BALL)
    assert found.best == found.as_is


def test_the_rotation_brings_up_to_z():
    for up in ((0.0, 0.0, 1.0), (0.0, 0.0, -1.0), (1.0, 0.0, 0.0), (0.6, 0.0, -0.8), (2 / 3, -1 / 3, 2 / 3)):
        one = Stance(up=up, height_mm=1, support_mm3=0, overhang_mm2=0, contact_mm2=0)
        turn = np.array(one.rotation)
        assert turn @ up == pytest.approx((0, 0, 1))
        assert turn @ turn.T == pytest.approx(np.eye(3)) and np.linalg.det(turn) == pytest.approx(1)


@settings(max_examples=12, deadline=None)
@given(
    st.sampled_from(["overhang", "T", "table", "cone", "flat cone on its tip", "plate on its edge"]),
    st.tuples(*[st.floats(0, 6.2)] * 3),
    st.sampled_from([1.0, 4.0]),
)
def test_turning_the_file_changes_nothing_at_its_best(name, turn, scale):
    mesh = BEST[name][0]
    mesh = Mesh(mesh.vertices * scale, mesh.faces)
    before, after = best(mesh).best, best(turned_by(mesh, turn)).best
    assert after.support_mm3 == pytest.approx(before.support_mm3, rel=0.02, abs=1e-3 * scale**3)
    assert after.height_mm == pytest.approx(before.height_mm, rel=0.011)
    assert after.contact_mm2 == pytest.approx(before.contact_mm2, rel=1e-3, abs=1e-6)


@settings(max_examples=15, deadline=None)
@given(st.tuples(*[st.floats(1, 100)] * 3), st.tuples(*[st.floats(0, 6.2)] * 3))
def test_the_best_is_never_worse_than_as_it_stands(sides, turn):
    found = best(turned_by(cuboid(*sides), turn))
    assert found.best.support_mm3 <= found.as_is.support_mm3 + 1e-6
    assert found.best.support_mm3 == pytest.approx(0, abs=1e-6 * math.prod(sides))


def test_the_command_says_both():
    answer = json.loads(run(str(DATA / "l_bracket.stl"), "--json")[1])
    assert answer["support_mm3"] == pytest.approx(155.5, rel=0.02) == answer["orientation"]["as_is"]["support_mm3"]
    assert answer["orientation"]["height_mm"] == pytest.approx(40)  # on its side: lower, for a little more support
    assert len(answer["orientation"]["rotation"]) == 3 and answer["orientation"]["reasons"]
    assert "mm³ as it stands; best with (" in run(str(DATA / "l_bracket.stl"))[1]


def test_what_needs_review_has_neither(tmp_path):
    path = tmp_path / "open.stl"
    content = (DATA / "cube20.stl").read_bytes()
    path.write_bytes(content[:80] + (11).to_bytes(4, "little") + content[84:-50])
    answer = json.loads(run(str(path), "--json")[1])
    assert (answer["needs_review"], answer["orientation"], answer["support_mm3"]) == (["not_closed"], None, None)
