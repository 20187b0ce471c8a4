"""Geometry beyond volume, against shapes whose answers are known (spec/geometry.md, section 4, figures copied by hand)."""

import itertools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quoting.geometry import machining, mold, patches, shape, walls
from quoting.geometry.box import smallest_box
from quoting.geometry.loaders import load
from quoting.geometry.mesh import Mesh, weld_corners
from quoting.geometry.shape import analyse
from quoting.geometry.solid import Solid
from quoting.geometry.values import Shape

DATA = Path(__file__).parents[2] / "data"


def cuboid(x: float, y: float, z: float) -> Mesh:
    vertices = np.array(list(itertools.product((0, x), (0, y), (0, z))), dtype=float)
    quads = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    faces = [half for a, b, c, d in quads for half in ((a, b, c), (a, c, d))]
    return Mesh(vertices, np.array(faces, dtype=np.int32))


def lathe(profile: list[tuple[float, float]], sides: int = 90) -> Mesh:
    """A closed body turned about z from (radius, height) points, from the axis to the axis."""
    turns = np.arange(sides) * 2 * np.pi / sides
    rings = [np.stack((r * np.cos(turns), r * np.sin(turns), np.full(sides, h)), axis=1) for r, h in profile]
    corners = []
    for low, high in itertools.pairwise(rings):
        for k in range(sides):
            n = (k + 1) % sides
            corners += [(low[k], low[n], high[n]), (low[k], high[n], high[k])]
    return weld_corners(np.array(corners))


def turned_by(mesh: Mesh, angles: tuple[float, float, float]) -> Mesh:
    matrix = np.eye(3)
    for axis, angle in enumerate(angles):
        a, b = [one for one in range(3) if one != axis]
        step = np.eye(3)
        step[a, a] = step[b, b] = np.cos(angle)
        step[a, b], step[b, a] = -np.sin(angle), np.sin(angle)
        matrix = step @ matrix
    return Mesh(mesh.vertices @ matrix.T + 17.0, mesh.faces)


def part(name: str) -> Mesh:
    return load(DATA / name).mesh


SHAFT = lathe([(0, 0), (10, 0), (10, 40), (6, 40), (6, 60), (0, 60)])
CONE = lathe([(0, 0), (15, 0), (5, 30), (0, 30)])
PLATE = cuboid(80, 60, 3)
CUBE = cuboid(20, 20, 20)
angles = st.tuples(*[st.floats(0, 6.2)] * 3)


@pytest.mark.parametrize(
    ("mesh", "thinnest", "usual"),
    [(CUBE, 20, 20), (PLATE, 3, 3), (part("open_box.stl"), 2, 2), (part("l_bracket.stl"), 4, 4), (SHAFT, 12, 20)],
)
def test_walls(mesh: Mesh, thinnest: float, usual: float) -> None:
    found = walls.walls(Solid(mesh))
    assert found is not None
    assert found.median_mm == pytest.approx(usual, rel=0.01)
    assert found.thinnest_mm == pytest.approx(thinnest, rel=0.02)


@settings(max_examples=25, deadline=None)
@given(st.tuples(*[st.floats(1, 200)] * 3), angles)
def test_the_smallest_box_of_a_turned_cuboid_is_the_cuboid(sides: tuple, turn: tuple) -> None:
    found = smallest_box(Solid(turned_by(cuboid(*sides), turn)))
    assert found == pytest.approx(sorted(sides, reverse=True), rel=1e-6)


def test_the_smallest_box_of_a_bracket_beats_none_turned_askew() -> None:
    assert smallest_box(Solid(part("l_bracket.stl"))) == pytest.approx((60, 50, 40), rel=1e-6)
    askew = smallest_box(Solid(turned_by(part("l_bracket.stl"), (0.3, 0.9, 2.0))))
    assert np.prod(askew) <= 60 * 50 * 40 * 1.000001


@pytest.mark.parametrize(
    ("mesh", "setups", "unreachable"),
    [
        (CUBE, 2, 0.0),
        (PLATE, 2, 0.0),
        (part("l_bracket.stl"), 3, 0.0),
        (part("open_box.stl"), 2, 0.0),
        (part("hollow_box_closed.stl"), 2, 1 - 0.5525),
    ],
)
def test_setups(mesh: Mesh, setups: int, unreachable: float) -> None:
    found = machining.machining(Solid(mesh))
    assert found is not None
    assert found.setups == setups
    assert found.unreachable_share == pytest.approx(unreachable, abs=0.01)


def test_holes_features_and_inside_corners() -> None:
    bracket = machining.machining(Solid(part("l_bracket.stl")))
    assert bracket is not None
    assert [(hole.through, hole.count) for hole in bracket.holes] == [(True, 4)]
    assert bracket.holes[0].diameter_mm == pytest.approx(5.5, rel=0.01)
    assert bracket.holes[0].depth_mm == pytest.approx(4.0, rel=0.01)
    assert bracket.features == 12  # eight flats, four bores
    assert bracket.sharp_inside_mm == pytest.approx(40.0, rel=1e-3)
    assert patches.sharp_inside_mm(Solid(part("open_box.stl"))) == pytest.approx(296.0, rel=1e-3)
    enclosure = machining.machining(Solid(part("enclosure.stl")))
    assert enclosure is not None
    blind = [hole for hole in enclosure.holes if not hole.through]
    assert [(round(hole.diameter_mm, 1), hole.count) for hole in blind] == [(2.5, 4)]


@pytest.mark.parametrize(("mesh", "diameter", "length"), [(SHAFT, 20, 60), (CONE, 30, 30)])
@pytest.mark.parametrize("turn", [(0, 0, 0), (0.4, 1.1, 2.5)])
def test_what_is_round_can_be_turned(mesh: Mesh, diameter: float, length: float, turn: tuple) -> None:
    found = machining.machining(Solid(turned_by(mesh, turn)))
    assert found is not None and found.turned_diameter_mm is not None
    assert (found.turned_diameter_mm, found.turned_length_mm) == pytest.approx((diameter, length), rel=0.01)


@pytest.mark.parametrize("mesh", [CUBE, PLATE, part("spur_gear.stl"), part("l_bracket.stl")])
def test_what_is_not_round_cannot(mesh: Mesh) -> None:
    found = machining.machining(Solid(mesh))
    assert found is not None
    assert found.turned_diameter_mm is None


@pytest.mark.parametrize(
    ("mesh", "projected", "undercut"),
    [(part("open_box.stl"), 2400, 0), (PLATE, 4800, 0), (SHAFT, None, 0), (part("hollow_box_closed.stl"), 1600, 7776)],
)
def test_molds(mesh: Mesh, projected: float | None, undercut: float) -> None:
    found = mold.molding(Solid(mesh))
    assert found is not None
    assert projected is None or found.projected_mm2 == pytest.approx(projected, rel=0.002)
    assert found.undercut_mm2 == pytest.approx(undercut, rel=0.02, abs=1)


@settings(max_examples=6, deadline=None)
@given(angles, st.sampled_from([0.5, 2.0]))
def test_turning_and_scaling_change_nothing_but_the_scale(turn: tuple, scale: float) -> None:
    mesh = part("l_bracket.stl")
    before, after = analyse(mesh), analyse(Mesh(turned_by(mesh, turn).vertices * scale, mesh.faces))
    assert before.walls and after.walls and before.machining and after.machining
    assert after.walls.median_mm == pytest.approx(before.walls.median_mm * scale, rel=0.01)
    assert after.machining.sharp_inside_mm == pytest.approx(before.machining.sharp_inside_mm * scale, rel=0.01)
    assert [hole.count for hole in after.machining.holes] == [4]
    assert after.machining.features == before.machining.features


FLAT = Mesh(np.array([[0, 0, 0], [9, 0, 0], [0, 9, 0], [9, 9, 0]], float), np.array([[0, 1, 2], [2, 1, 3]], np.int32))


@pytest.mark.parametrize(
    "mesh",
    [
        FLAT,
        cuboid(1e-3, 1e-3, 1e-3),
        cuboid(9000, 9000, 9000),
        cuboid(500, 0.02, 0.02),
        Mesh(cuboid(1, 1, 1).vertices[:4], np.array([[0, 1, 2]], np.int32)),
    ],
)
def test_nothing_hangs_or_raises(mesh: Mesh) -> None:
    assert isinstance(analyse(mesh), Shape)


def test_a_part_is_always_the_same() -> None:
    assert analyse(part("enclosure.stl")) == analyse(part("enclosure.stl"))


def test_without_rays_only_what_needs_none_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Solid, "can_see", False)
    assert analyse(CUBE) == Shape()


def test_what_is_large_is_looked_at_lighter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shape, "LARGEST", 500)
    found = analyse(part("l_bracket.stl"))
    assert found.walls is not None
    assert found.walls.median_mm == pytest.approx(4.0, rel=0.05)


@settings(max_examples=5, deadline=None)
@given(st.randoms(use_true_random=False), st.sampled_from([0.1, 3.0]))
def test_the_order_of_triangles_and_the_scale_change_no_figure(chance, scale: float) -> None:
    mesh = part("enclosure.stl")
    order = list(range(len(mesh.faces)))
    chance.shuffle(order)
    before, after = analyse(mesh), analyse(Mesh(mesh.vertices * scale + 5, mesh.faces[order]))
    assert before.walls and after.walls and before.machining and after.machining and before.molding and after.molding
    assert after.walls.median_mm == pytest.approx(before.walls.median_mm * scale, rel=0.01)
    assert after.machining.setups == before.machining.setups
    assert [(h.through, h.count) for h in after.machining.holes] == [
        (h.through, h.count) for h in before.machining.holes
    ]
    assert after.machining.sharp_inside_mm == pytest.approx(before.machining.sharp_inside_mm * scale, rel=1e-3)
    assert after.molding.projected_mm2 == pytest.approx(before.molding.projected_mm2 * scale**2, rel=0.005)


def test_a_drilled_and_counterbored_hole_is_blind_where_it_ends() -> None:
    drilled = lathe([(0, 0), (20, 0), (20, 30), (8, 30), (8, 20), (5, 20), (5, 8), (0, 5)], sides=48)
    found = machining.machining(Solid(drilled))
    assert found is not None
    holes = {round(hole.diameter_mm): (round(hole.depth_mm, 3), hole.through) for hole in found.holes}
    assert holes == {16: (10.0, False), 10: (12.0, False)}
