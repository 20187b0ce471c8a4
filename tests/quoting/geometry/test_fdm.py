import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quoting.geometry.fdm import estimate, layers, line_seconds
from quoting.geometry.values import CODE_VERSION, Figures, PrintProfile

TRIED = settings(max_examples=50, deadline=None)  # a busy machine is no finding
PROFILE = PrintProfile(
    layer_height=0.2,
    first_layer_height=0.2,
    line_width=0.45,
    walls=2,
    top_layers=5,
    bottom_layers=4,
    infill=0.2,
    wall_speed=32,
    infill_speed=80,
    solid_speed=65,
    travel_speed=180,
    acceleration=1000,
)


def box_figures(x: float, y: float, z: float) -> Figures:
    return Figures(
        code_version=CODE_VERSION,
        format="stl",
        unit="mm",
        unit_source="assumed",
        triangles=12,
        bodies=1,
        watertight=True,
        consistent=True,
        size_mm=(x, y, z),
        volume_mm3=x * y * z,
        area_mm2=2 * (x * y + y * z + z * x),
    )


@pytest.mark.parametrize(
    ("size", "filament", "seconds"),
    # What PrusaSlicer 2.5 makes of them with the same settings.
    [((20, 20, 20), 3300, 1384), ((100, 100, 40), 106220, 23258), ((80, 60, 3), 10420, 2760)],
)
def test_near_the_slicer_on_simple_blocks(size, filament, seconds):
    found = estimate(box_figures(*size), "standard", PROFILE)
    assert found.filament_mm3 == pytest.approx(filament, rel=0.15)
    assert found.seconds == pytest.approx(seconds, rel=0.3)
    assert (found.profile, found.orientation) == ("standard", "as_uploaded")
    assert found.low < 1 < found.high


lengths = st.floats(0.5, 300)


@TRIED
@given(lengths, lengths, lengths)
def test_never_more_filament_than_the_part_has_volume(x, y, z):
    figures = box_figures(x, y, z)
    found = estimate(figures, "standard", PROFILE)
    assert 0 < found.filament_mm3 <= figures.volume_mm3 * (1 + 1e-9)
    assert found.seconds > PROFILE.fixed_overhead


@TRIED
@given(lengths, lengths, lengths, st.floats(0, 0.9))
def test_more_infill_takes_more_of_both(x, y, z, infill):
    figures = box_figures(x, y, z)
    light = estimate(figures, "standard", PROFILE.model_copy(update={"infill": infill}))
    dense = estimate(figures, "standard", PROFILE.model_copy(update={"infill": infill + 0.1}))
    assert dense.filament_mm3 >= light.filament_mm3
    assert dense.seconds >= light.seconds


def test_layers():
    thick_first = PROFILE.model_copy(update={"first_layer_height": 0.3})
    assert [layers(box_figures(5, 5, z), PROFILE) for z in (0.1, 0.2, 0.21, 20)] == [1, 1, 2, 100]
    assert layers(box_figures(5, 5, 20.1), thick_first) == 100


def test_moves():
    assert line_seconds(100, 50, 1000) == pytest.approx(2.05)
    assert line_seconds(1, 50, 1000) == pytest.approx(2 * (1 / 1000) ** 0.5)


def test_no_volume_no_estimate():
    with pytest.raises(ValueError, match="volume"):
        estimate(box_figures(10, 10, 0), "standard", PROFILE)
