"""Walls and inside corners that may go wrong."""

import pytest

from quoting.geometry.values import Walls
from quoting.pricing.risks import risks
from tests.quoting.pricing.builders import chosen, fdm, material, milling, shape, shop, solid

LEAST = 1  # mm: what the material needs


@pytest.mark.parametrize(
    ("thinnest", "p05", "median", "expected"),
    [
        (1.0, 1.0, 1.0, None),
        (0.99, 1.2, 2.0, "thin_walls"),
        (0.2, 0.6, 2.0, "thin_walls"),
        (0.2, 0.49, 2.0, "walls_too_thin"),
        (0.8, 0.9, 0.95, "walls_too_thin"),  # most of it
        (0.2, None, 2.0, "thin_walls"),  # measured before the twentieth was
    ],
)
def test_walls(thinnest: float, p05: float | None, median: float, expected: str | None) -> None:
    process = fdm(materials=(material(min_wall_mm=LEAST),))
    beyond = solid().model_copy(update={"walls": Walls(thinnest_mm=thinnest, median_mm=median, p05_mm=p05)})
    found = risks(shop(process), shape(beyond=beyond), chosen(process))
    assert [risk.reason.code for risk in found] == ([expected] if expected else [])
    assert all(risk.makeable == (risk.reason.code == "thin_walls") for risk in found)


@pytest.mark.parametrize(("sharp", "mills", "expected"), [(40.0, True, 1), (0.4, True, 0), (40.0, False, 0)])
def test_inside_corners_matter_to_mills_only(sharp: float, mills: bool, expected: int) -> None:
    process = milling() if mills else fdm()
    machining = solid().machining.model_copy(update={"sharp_inside_mm": sharp})  # type: ignore[union-attr]
    beyond = solid().model_copy(update={"machining": machining})
    found = risks(shop(process), shape(beyond=beyond), chosen(process))
    assert [risk.reason.code for risk in found] == ["sharp_inside_corners"] * expected
    assert all(risk.makeable for risk in found)


def test_of_what_is_not_known_nothing_is_said() -> None:
    process = fdm()
    assert risks(shop(process), None, chosen(process)) == risks(shop(process), shape(), chosen(process)) == ()
    assert risks(shop(process), shape(beyond=solid(wall_mm=0.1)), chosen(process, material="gone")) == ()
