"""Meshes that can be measured, and whose figures may be wrong: each goes to review with its reason."""

import numpy as np
import pytest

from quoting.geometry import overlaps
from quoting.geometry.mesh import weld_corners
from quoting.geometry.overlaps import RAYS_PER_SIDE
from quoting.geometry.values import REVIEWS
from quoting.words import say_repairs
from tests import make_models as make

CUBE = make.box((10, 10, 10))
FLIPPED = CUBE.copy()
FLIPPED[3] = FLIPPED[3, ::-1]


def extruded(outline: list[tuple[float, float]], height: float) -> np.ndarray:
    """The corners of a prism over an outline that is star-shaped about its first point."""
    points = np.array(outline)
    low = np.column_stack([points, np.zeros(len(points))])
    high = low + [0, 0, height]
    triangles = []
    for i in range(len(points)):
        j = (i + 1) % len(points)
        triangles += [(low[i], low[j], high[j]), (low[i], high[j], high[i])]
    for i in range(1, len(points) - 1):
        triangles += [(low[0], low[i + 1], low[i]), (high[0], high[i], high[i + 1])]
    return np.array(triangles)


# A bow tie: its outline crosses itself, and one half of it is inside out.
BOW_TIE = extruded([(0, 5), (30, 0), (30, 10), (0, 0)], 10)

CASES = {
    "open box": (CUBE[:-1], {"not_closed": "3"}),
    "a body within a body": (
        np.concatenate([CUBE, make.box((4, 4, 4), at=(3, 3, 3))]),
        {"overlapping_bodies": "2"},
    ),
    "an inside-out body beside another": (
        np.concatenate([CUBE, make.inside_out(make.box((4, 4, 4), at=(30, 0, 0)))]),
        {"inverted": None},
    ),
    "a cavity that sticks out": (
        np.concatenate([CUBE, make.inside_out(make.box((4, 4, 4), at=(8, 3, 3)))]),
        {"inverted": None},
    ),
    "two cavities that overlap": (
        np.concatenate([CUBE, *(make.inside_out(make.box((4, 4, 4), at=(at, at, at))) for at in (2, 4))]),
        {"overlapping_bodies": "2"},
    ),
    "flat from both sides": (
        np.concatenate([CUBE[:1], make.inside_out(CUBE[:1])]),
        {"no_volume": None},
    ),
    "a surface that passes through itself": (BOW_TIE, {"self_overlapping": None}),
}


@pytest.mark.parametrize(("corners", "expected"), CASES.values(), ids=CASES)
def test_doubts(measured, corners, expected):
    reasons = {reason.code: reason.params for reason in measured(make.stl(corners)).needs_review}
    assert set(reasons) == set(expected)
    assert set(reasons) <= set(REVIEWS)
    for code, count in expected.items():
        assert count is None or count in reasons[code].values()


def test_an_inside_out_part_still_has_its_volume(measured):
    assert measured(make.stl(make.inside_out(CUBE))).figures.volume_mm3 == pytest.approx(1000)


def test_a_cavity_is_subtracted(figures):
    hollow = np.concatenate([CUBE, make.inside_out(make.box((4, 4, 4), at=(3, 3, 3)))])
    assert figures(make.stl(hollow)).volume_mm3 == pytest.approx(1000 - 64)


def test_a_cavity_in_the_notch_of_an_l_is_no_cavity(measured):
    """Its box lies within the box of the L, and the body itself outside of the L."""
    angle = extruded([(0, 0), (30, 0), (30, 5), (5, 5), (5, 30), (0, 30)], 10)
    loose = make.inside_out(make.box((4, 4, 4), at=(15, 15, 3)))
    found = measured(make.stl(np.concatenate([angle, loose])))
    assert [reason.code for reason in found.needs_review] == ["inverted"]


def test_bodies_that_touch_do_not_overlap(figures):
    """In a 3MF they stay two bodies; in an STL their edges would be one."""
    objects = [make.object_xml(1, make.mesh_xml(CUBE)), make.object_xml(2, make.mesh_xml(make.box(at=(10, 0, 0))))]
    found = figures(make.threemf(make.model_xml(objects, [make.item_xml(1), make.item_xml(2)])))
    assert (found.bodies, found.volume_mm3) == (2, pytest.approx(2000))


def test_more_bodies_than_one_part_has(measured):
    row = np.concatenate([make.box((1, 1, 1), at=(2 * i, 0, 0)) for i in range(overlaps.MAX_BODIES + 1)])
    assert [reason.code for reason in measured(make.stl(row)).needs_review] == ["too_many_bodies"]


@pytest.mark.parametrize(("point", "expected"), [((5, 5, 5), 1), ((5, 5, 50), 0), ((-1, 5, 5), 0)])
def test_winding_number(point, expected):
    assert overlaps.winding_number(np.array(point, dtype=float), CUBE) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("decimals", [0, 1, 2, 3])
def test_rays_that_meet_edges_leave_as_often_as_they_enter(decimals):
    """Rounded coordinates lie on few lines, and rays on the edges between them."""
    mesh = weld_corners(make.sphere(RAYS_PER_SIDE, rings=90, segments=90).round(decimals))
    ray, _, step = overlaps._crossings(mesh)
    assert (np.bincount(ray - ray.min(), weights=step) == 0).all()
    assert overlaps.winding_is_plain(mesh)


HEALED = {
    "one flipped triangle": (FLIPPED, "flipped", 1, 1000),
    "inside out": (make.inside_out(CUBE), "flipped", 12, 1000),
    "the same body twice": (np.concatenate([CUBE, CUBE]), "duplicates_removed", 12, 1000),
    "overlapping bodies": (np.concatenate([CUBE, make.box(at=(5, 5, 5))]), "bodies_united", 2, 1875),
    "a triangle without area": (np.concatenate([CUBE, CUBE[:1, [0, 0, 1]]]), "degenerate_removed", 1, 1000),
}


@pytest.mark.parametrize(("corners", "name", "count", "volume"), HEALED.values(), ids=HEALED)
def test_what_can_safely_be_repaired_is_and_is_told(measured, corners, name, count, volume):
    found = measured(make.stl(corners))
    assert found.needs_review == ()
    assert found.figures.volume_mm3 == found.healing.volume_after_mm3 == pytest.approx(volume)
    assert {key: n for key, n in found.healing.model_dump().items() if n and isinstance(n, int)} == {name: count}
    assert str(count) in say_repairs(found.healing)
    assert say_repairs(measured(make.stl(CUBE)).healing) == ""
