"""When is a customer asked about the unit? Only when millimetres make no sense and another unit does."""

import pytest

from quoting.geometry.plausible import other_unit
from quoting.geometry.values import Figures


def figures(size: tuple[float, float, float], source: str = "assumed", unit: str = "mm") -> Figures:
    return Figures(
        code_version="2",
        format="stl",
        unit=unit,
        unit_source=source,
        triangles=12,
        bodies=1,
        watertight=True,
        consistent=True,
        size_mm=size,
        volume_mm3=1,
        area_mm2=1,
    )


CASES = [
    ((20, 20, 20), None),
    ((3, 3, 3), None),  # small, and there are such parts
    ((2000, 300, 300), None),
    ((100, 50, 0.3), None),  # thin, and there is such sheet
    ((2.5, 1.5, 0.5), "in"),
    ((0.5, 0.2, 0.2), "in"),  # rather half an inch than half a metre
    ((6, 4, 0.1), "in"),  # a foil in millimetres, a plate in inches
    ((0.2, 0.1, 0.05), "m"),
    ((0.012, 0.012, 0.012), "m"),
    ((9000, 4000, 4000), None),  # no unit makes a part of it
    ((50_000, 20_000, 9000), "um"),
    ((60, 40, 0.01), None),  # a foil in any unit
    ((0.0001, 0.0001, 0.0001), None),
]


@pytest.mark.parametrize(("size", "unit"), CASES)
def test_the_unit_that_is_asked_about(size, unit):
    question = other_unit(figures(size))
    assert (question.unit if question else None) == unit


def test_both_sizes_are_told():
    question = other_unit(figures((2, 1, 1)))
    assert (question.assumed, question.assumed_size_mm) == ("mm", (2, 1, 1))
    assert question.size_mm == pytest.approx((50.8, 25.4, 25.4))


@pytest.mark.parametrize("source", ["file", "given"])
def test_a_unit_that_is_known_is_not_questioned(source):
    assert other_unit(figures((2, 1, 1), source)) is None
