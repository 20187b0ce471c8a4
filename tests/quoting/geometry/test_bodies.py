"""Which bodies a file holds, how often, and each measured on its own."""

import numpy as np
import pytest

from quoting.geometry import bodies
from quoting.geometry.measure import measure
from quoting.geometry.values import Reason
from tests import make_models as make
from tests.make_models import DATA

ARM = make.box((10, 20, 30))


def at(corners: np.ndarray, x: float) -> np.ndarray:
    return corners + [x, 0, 0]


def turned(corners: np.ndarray, degrees: float, axis: int = 2) -> np.ndarray:
    angle = np.radians(degrees)
    turn = np.eye(3)
    i, j = [k for k in range(3) if k != axis]
    turn[i, i] = turn[j, j] = np.cos(angle)
    turn[i, j], turn[j, i] = -np.sin(angle), np.sin(angle)
    return corners @ turn.T


def wedge() -> np.ndarray:
    """A tetrahedron with three different legs: it is not its own mirror image."""
    a, b, c, d = np.array([(0.0, 0, 0), (10, 0, 0), (0, 20, 0), (0, 0, 30)])
    return np.array([(a, c, b), (a, b, d), (a, d, c), (b, c, d)])


def mirrored(corners: np.ndarray) -> np.ndarray:
    return (corners * [-1, 1, 1])[:, ::-1]


def found(measured, *pieces: np.ndarray) -> list[tuple[int, int]]:
    """(copies, volume) of each distinct body."""
    figures = measured(make.stl(np.concatenate(pieces))).figures
    return [(body.copies, round(body.volume_mm3)) for body in figures.distinct_bodies]


def test_one_body_is_not_split(measured):
    assert found(measured, ARM) == []


def test_copies_are_counted_wherever_they_stand_and_however_they_are_turned(measured):
    copies = [wedge(), at(wedge(), 50), at(turned(wedge(), 90), 100), at(turned(turned(wedge(), 33), 71, 0), 200)]
    assert found(measured, *copies, at(ARM, 300)) == [(1, 6000), (4, 1000)]


def test_a_mirror_image_is_another_part(measured):
    assert found(measured, wedge(), at(mirrored(wedge()), 50)) == [(1, 1000), (1, 1000)]


def test_bodies_alike_in_volume_area_and_size_alone_are_distinct(measured):
    """An L and a T."""
    outlines = [
        [(0, 0), (30, 0), (30, 5), (5, 5), (5, 30), (0, 30)],
        [(62, 0), (67, 0), (67, 25), (80, 25), (80, 30), (50, 30), (50, 25), (62, 25)],
    ]
    lines: list[str] = []
    vertices = 0
    for outline in outlines:
        sides = len(outline)
        low = [vertices + i + 1 for i in range(sides)]
        high = [number + sides for number in low]
        lines += [f"v {x} {y} {z}" for z in (0, 10) for x, y in outline]
        faces = [low[::-1], high, *([low[i - 1], low[i], high[i], high[i - 1]] for i in range(sides))]
        lines += ["f " + " ".join(map(str, face)) for face in faces]
        vertices += 2 * sides
    found = measured("\n".join(lines).encode()).figures.distinct_bodies
    assert [(body.copies, body.volume_mm3, body.area_mm2) for body in found] == [(1, 2750, 1750)] * 2


def test_a_cavity_belongs_to_the_body_around_it(measured):
    hollow = [make.box((20, 20, 20)), make.inside_out(make.box((10, 10, 10), at=(5, 5, 5)))]
    assert found(measured, *hollow) == []
    assert found(measured, *hollow, *(at(one, 50) for one in hollow), at(ARM, 100)) == [(2, 7000), (1, 6000)]


def test_bodies_that_overlap_are_united_and_can_be_had_one_by_one(measured):
    result = measured(make.stl(np.concatenate([ARM, at(ARM, 5)])))
    assert result.needs_review == ()
    assert (result.healing.bodies_united, result.figures.volume_mm3) == (2, pytest.approx(9000))
    assert [body.copies for body in result.figures.distinct_bodies] == [2]


def test_an_open_file_is_not_split(measured):
    assert found(measured, ARM, at(ARM, 50)[1:]) == []


def test_more_distinct_bodies_than_anybody_wants_as_lines(measured):
    row = [at(make.box((1, 1, 1 + i / 10)), 3 * i) for i in range(bodies.MOST_DISTINCT + 1)]
    assert len(found(measured, *row[:-1])) == bodies.MOST_DISTINCT
    assert found(measured, *row) == []


@pytest.mark.parametrize(
    ("name", "expected"), [("inst10.step", [10]), ("asm3.step", [1, 1, 1]), ("four_bodies.stl", [4])]
)
def test_files(measured, name, expected):
    assert [body.copies for body in measured(DATA / name).figures.distinct_bodies] == expected


def test_each_body_measured_alone_is_what_the_file_says_of_it():
    whole = measure(DATA / "asm3.step").measured.figures
    for number, body in enumerate(whole.distinct_bodies, start=1):
        alone = measure(DATA / "asm3.step", body=number).measured
        assert alone.needs_review == ()
        assert alone.figures.distinct_bodies == ()
        assert alone.figures.bodies == 1
        assert alone.figures.volume_mm3 == pytest.approx(body.volume_mm3)
        assert alone.figures.size_mm == pytest.approx(body.size_mm)
    assert sum(body.volume_mm3 for body in whole.distinct_bodies) == pytest.approx(whole.volume_mm3)
    assert measure(DATA / "asm3.step", body=4).reason == Reason(code="no_such_body", params={"body": "4"})
