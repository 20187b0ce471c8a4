"""The GLB for the viewer: light, valid, and the same shape."""

import numpy as np
import pytest

from quoting.geometry import glb, preview
from quoting.geometry.mesh import totals, weld_corners
from tests import make_models as make


def read(content: bytes, tmp_path):
    path = tmp_path / "preview.glb"
    path.write_bytes(content)
    return glb.read(path)


def test_a_small_part_comes_as_it_is(tmp_path):
    made = read(preview.light_glb(weld_corners(make.box((10, 20, 30), at=(5, 5, 5)))), tmp_path)
    sums = totals(made.corner_chunks())
    assert (len(made.vertices), len(made.faces)) == (8, 12)
    assert sums.volume == pytest.approx(6000)
    assert sums.low.tolist() == [5, 5, 5]


def test_a_large_part_becomes_light_and_keeps_its_shape(tmp_path, monkeypatch):
    monkeypatch.setattr(preview, "MOST_TRIANGLES", 2000)
    fine = weld_corners(make.sphere(20, 100, 200))
    content = preview.light_glb(fine)
    made = read(content, tmp_path)
    assert len(made.faces) <= 2000 * preview.SLACK
    assert len(content) < 2000 * preview.SLACK * 20
    assert totals(made.corner_chunks()).volume == pytest.approx(totals(fine.corner_chunks()).volume, rel=0.01)


def test_many_loose_pieces_become_light_too(tmp_path, monkeypatch):
    """None of them can be simplified."""
    monkeypatch.setattr(preview, "MOST_TRIANGLES", 2000)
    places = np.random.default_rng(3).random((1000, 1, 1, 3)) * 100
    pieces = weld_corners(np.concatenate(make.box((0.1, 0.1, 0.1)) + places))
    assert pieces.bodies[0] > 900
    assert len(read(preview.light_glb(pieces), tmp_path).faces) <= 2000 * preview.SLACK
