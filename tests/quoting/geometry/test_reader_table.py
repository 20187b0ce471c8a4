"""Every format × unit × number of bodies, and of those that can place parts every unit × transform × number of instances."""

import itertools

import numpy as np
import pytest

from tests import make_models as make

SIZE = np.array([1.0, 2.0, 3.0])  # a box, in the file's own numbers
MM = {"mm": 1.0, "cm": 10.0, "in": 25.4, "m": 1000.0, "um": 0.001, "ft": 304.8}
THREEMF_UNITS = {"micron": "um", "millimeter": "mm", "centimeter": "cm", "inch": "in", "foot": "ft", "meter": "m"}
FITTED = {"micron": 100.0, "foot": 0.1, "meter": 0.05}  # that the part is neither dust nor a house
WRITERS = {
    "stl": make.stl,
    "text stl": make.text_stl,
    "obj": make.obj,
    "ply": make.ply,
    "ply of text": lambda corners: make.ply(corners, "ascii"),
    "big-endian ply": lambda corners: make.ply(corners, "binary_big_endian"),
    "glb": make.glb,
    "3mf": make.simple_threemf,
}
OWN_UNIT = {"glb": "m"}  # of a file of which nobody says anything; else mm

# What is done to each instance, as the rows of a (4, 3) matrix, and the factor of its volume.
TRANSFORMS = {
    "none": ([[1, 0, 0], [0, 1, 0], [0, 0, 1]], 1),
    "turned": ([[0, 1, 0], [-1, 0, 0], [0, 0, 1]], 1),
    "mirrored": ([[-1, 0, 0], [0, 1, 0], [0, 0, 1]], 1),
    "scaled": ([[2, 0, 0], [0, 2, 0], [0, 0, 2]], 8),
    "sheared": ([[1, 0, 0], [0.5, 1, 0], [0, 0, 1]], 1),
    "stretched and mirrored": ([[0.5, 0, 0], [0, 3, 0], [0, 0, -1]], 1.5),
}


def apart(bodies: int) -> np.ndarray:
    return np.concatenate([make.box(SIZE, at=(4.0 * number, 0, 0)) for number in range(bodies)])


@pytest.mark.parametrize("bodies", [1, 2, 7])
@pytest.mark.parametrize(("name", "said"), list(itertools.product(WRITERS, ("", "mm", "cm", "in"))))
def test_units_and_bodies(figures, name, said, bodies):
    unit = said or OWN_UNIT.get(name, "mm")
    shrunk = 0.01 if unit == "m" else 1.0  # a part of seven bodies of metres would be too large
    found = figures(WRITERS[name](apart(bodies) * shrunk), said)
    scale = MM[unit] * shrunk
    assert found.unit == unit
    assert found.size_mm == pytest.approx((scale * (4 * bodies - 3), scale * 2, scale * 3), rel=1e-6)
    assert found.volume_mm3 == pytest.approx(6 * bodies * scale**3, rel=1e-5)
    assert found.area_mm2 == pytest.approx(22 * bodies * scale**2, rel=1e-5)
    assert (found.bodies, found.triangles, found.watertight, found.consistent) == (bodies, 12 * bodies, True, True)
    copies = [(body.copies, pytest.approx(6 * scale**3, rel=1e-5)) for body in found.distinct_bodies]
    assert copies == ([] if bodies == 1 else [(bodies, 6 * scale**3)])


def expected(transform: str, instances: int) -> tuple[np.ndarray, float]:
    """Size and volume in the file's numbers of instances that are 20 apart along x."""
    matrix, factor = TRANSFORMS[transform]
    places = make.CUBE_CORNERS * SIZE @ np.array(matrix)
    size = np.ptp(places, axis=0) + (20.0 * (instances - 1), 0, 0)
    return size, 6 * factor * instances


def rows(transform: str, number: int) -> np.ndarray:
    return np.array([*TRANSFORMS[transform][0], [20.0 * number, 0, 0]])


@pytest.mark.parametrize("nested", [False, True])
@pytest.mark.parametrize("instances", [1, 3])
@pytest.mark.parametrize(("unit", "transform"), list(itertools.product(THREEMF_UNITS, TRANSFORMS)))
def test_3mf_places(figures, unit, transform, instances, nested):
    bar = make.object_xml(1, make.mesh_xml(make.box(SIZE)))
    fitted = FITTED.get(unit, 1.0)
    placed = [" ".join(f"{value:g}" for value in rows(transform, k).ravel() * fitted) for k in range(instances)]
    if nested:
        pile = make.object_xml(2, make.components_xml(*(make.component_xml(1, one) for one in placed)))
        model = make.model_xml([bar, pile], [make.item_xml(2)], unit)
    else:
        model = make.model_xml([bar], [make.item_xml(1, one) for one in placed], unit)
    size, volume = expected(transform, instances)
    _check(figures(make.threemf(model)), THREEMF_UNITS[unit], size * fitted, volume * fitted**3, instances)


@pytest.mark.parametrize("nested", [False, True])
@pytest.mark.parametrize("instances", [1, 3])
@pytest.mark.parametrize("transform", TRANSFORMS)
def test_glb_places(figures, transform, instances, nested):
    matrices = [np.hstack([rows(transform, k), [[0], [0], [0], [1]]]) for k in range(instances)]
    shrink = {"scale": [0.01] * 3} if nested else {}
    if not nested:
        for matrix in matrices:
            matrix[:, :3] *= 0.01
    leaves = [{"mesh": 0, "matrix": matrix.ravel().tolist()} for matrix in matrices]
    nodes = [{"children": list(range(1, instances + 1)), **shrink}, *leaves]
    box = make.box(SIZE)
    found = figures(make.glb(box, make.glb_document(box, nodes)))
    size, volume = expected(transform, instances)
    _check(found, "m", size * 0.01, volume * 1e-6, instances)


def _check(found, unit: str, size: np.ndarray, volume: float, instances: int) -> None:
    scale = MM[unit]
    assert found.unit == unit
    assert found.size_mm == pytest.approx(tuple(size * scale), rel=1e-5)
    assert found.volume_mm3 == pytest.approx(volume * scale**3, rel=1e-5)
    assert (found.bodies, found.watertight, found.consistent) == (instances, True, True)
