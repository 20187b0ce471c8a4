import io

import numpy as np
import pytest
from PIL import Image

from quoting.geometry import thumbnail
from quoting.geometry.mesh import weld_corners
from tests import make_models as make

BALL = weld_corners(make.sphere(20))


def opened(png: bytes) -> np.ndarray:
    image = Image.open(io.BytesIO(png))
    assert (image.format, image.mode, image.size) == ("PNG", "RGBA", (512, 384))
    return np.asarray(image).astype(int)


@pytest.fixture(params=["embree", "numpy"])
def way(request, monkeypatch):
    """Both ways to find what is seen; numpy's is taken where there is no Embree."""
    if request.param == "numpy":
        monkeypatch.setattr(thumbnail, "rtcore_scene", None)
    elif thumbnail.rtcore_scene is None:
        pytest.skip("no Embree for this platform")
    return request.param


def test_a_ball_is_a_disc(way):
    alpha = opened(thumbnail.render(BALL))[..., 3]
    # The height of the picture is what limits it.
    assert (alpha > 127).sum() == pytest.approx(np.pi * (0.88 * 384 / 2) ** 2, rel=0.01)
    assert alpha[192, 256] == 255
    assert alpha[0].max() == 0


def test_the_faces_of_a_cube_differ_in_brightness(way):
    picture = opened(thumbnail.render(weld_corners(make.box())))
    assert len(np.unique(picture[picture[..., 3] == 255][:, 0])) >= 3


def test_both_ways_give_the_same_picture(monkeypatch):
    by_embree = opened(thumbnail.render(BALL))
    monkeypatch.setattr(thumbnail, "rtcore_scene", None)
    assert np.abs(opened(thumbnail.render(BALL)) - by_embree).mean() < 2


def test_a_mesh_that_is_thinned_looks_the_same(way, monkeypatch):
    fine = weld_corners(make.sphere(20, rings=120, segments=240))
    whole = opened(thumbnail.render(fine))
    monkeypatch.setattr(thumbnail, "THINNED_ABOVE", 1000)
    assert np.abs(opened(thumbnail.render(fine)) - whole).mean() < 2
