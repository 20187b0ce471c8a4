"""The layer-by-layer estimate: known answers, what must not change it, and the reading of configurations."""

import dataclasses
import io
import json

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from quoting.geometry import layers, slicer_ini
from quoting.geometry.mesh import weld_corners
from quoting.geometry.printer import Printer
from tests import make_models as make
from tests.make_models import DATA

PLAIN = dataclasses.replace(Printer(), layer_height=0.2, first_layer_height=0.2, first_width=0.45, skirts=0)


def cube(size: float = 20.0, angle: float = 0.0, move: float = 0.0):
    corners = np.asarray(make.box(), dtype=float).reshape(-1, 3, 3)
    corners = (corners - corners.min(axis=(0, 1))) / np.ptp(corners, axis=(0, 1)) * size
    c, s = np.cos(angle), np.sin(angle)
    return weld_corners(corners @ np.array([[c, s, 0], [-s, c, 0], [0, 0, 1]]) + move)


def test_a_massive_cube_takes_its_own_volume():
    made = layers.estimate(cube(), dataclasses.replace(PLAIN, density=1.0, overlap=0.0))
    assert made.filament_mm3 == pytest.approx(8000, rel=0.02)


def test_walls_alone_take_their_loops():
    """Per layer three loops: 80 mm around less 8 × their depth; a line's section is spacing × height."""
    printer = dataclasses.replace(
        PLAIN, density=0.0, top_layers=0, bottom_layers=0, solid_below_area=0.0, gap_fill=False, thick_bridges=False
    )
    spacing = printer.inner_spacing
    loops = sum(80 - 8 * (printer.outer_width / 2 + number * spacing) for number in range(3))
    assert layers.estimate(cube(), printer).filament_mm3 == pytest.approx(loops * spacing * 20, rel=0.01)


@pytest.mark.parametrize(("angle", "move"), [(0.0, 123.4), (0.5, 0.0), (1.2, -50.0)])
def test_moved_and_turned_about_z_is_nearly_the_same(angle, move):
    plain, other = layers.estimate(cube(), PLAIN), layers.estimate(cube(20, angle, move), PLAIN)
    assert other.filament_mm3 == pytest.approx(plain.filament_mm3, rel=0.03)  # the raster of infill is coarse
    assert other.seconds == pytest.approx(plain.seconds, rel=0.06)


def test_larger_takes_more():
    made = [layers.estimate(cube(size), PLAIN) for size in (5, 10, 20, 40)]
    assert made == sorted(made)


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("layer_height = 0.2", "outer_width", 0.45),  # by the nozzle
        ("layer_height = 0.2\nextrusion_width = 200%", "outer_width", 0.4),  # of the layer height
        ("layer_height = 0.2\nextrusion_width = 0.5\nperimeter_extrusion_width = 0.6", "inner_width", 0.6),
        ("layer_height = 0.2\nfirst_layer_height = 150%", "first_layer_height", 0.3),
        ("perimeter_speed = 40", "outer_speed", 20.0),
        ("perimeter_speed = 0\nmax_print_speed = 70", "inner_speed", 70.0),
        ("infill_speed = 100\nsolid_infill_speed = 50%", "solid_speed", 50.0),
        ("fill_density = 15%", "density", 0.15),
        ("fill_density = 15", "density", 0.15),
        ("nozzle_diameter = 0.6,0.4", "top_width", 0.6),
        ("cooling = 0\nlayer_height = 0.2", "least_layer_time", 0.0),
        ("machine_limits_usage = ignore\nmachine_max_jerk_x = 5", "jerk", 10.0),
        ("default_acceleration = 9000", "perimeter_acceleration", 1500.0),
        ("filament_max_volumetric_speed = 8\nmax_volumetric_speed = 11", "most_flow", 8.0),
        ("first_layer_speed = 50%", "first_share", 0.5),
    ],
)
def test_settings_are_read_as_the_slicer_reads_them(text, field, value):
    assert getattr(slicer_ini.printer_of(text), field) == pytest.approx(value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "No setting of PrusaSlicer was found"),
        ("layer_height = thick", "'thick' is not a number"),
        ("layer_height = 0", "is not between"),
        ("perimeters = nan", "is not between"),
        ("printer_technology = SLA\nlayer_height = 0.05", "only FFF"),
    ],
)
def test_an_odd_configuration_is_refused_in_words(text, message):
    with pytest.raises(slicer_ini.IniRefusedError, match=message):
        slicer_ini.printer_of(text)


def told(path, configuration) -> dict:
    output = io.StringIO()
    call_command("measure", str(path), "--json", "--slicer-config", str(configuration), stdout=output)
    return json.loads(output.getvalue())["fdm"]


def test_the_command_tells_filament_and_time(tmp_path):
    configuration = tmp_path / "printer.ini"
    configuration.write_text("layer_height = 0.2")
    found = told(DATA / "l_bracket.stl", configuration)
    assert found["reason"] is None
    assert found["range"]["time_s"][0] < found["time_s"] < found["range"]["time_s"][1]
    assert found["filament_cm3"] > 1


def test_the_command_says_why_nothing_is_told(tmp_path):
    configuration, part = tmp_path / "printer.ini", tmp_path / "part.stl"
    part.write_bytes(make.stl(make.box()[:-1]))
    configuration.write_text("layer_height = 0.2")
    found = told(part, configuration)
    assert (found["filament_cm3"], found["time_s"], found["range"], found["reason"]) == (None, None, None, "not_closed")
    configuration.write_text("raft_layers = 2")
    assert told(DATA / "cube20.stl", configuration)["reason"] == "setting_not_estimated"
    with pytest.raises(CommandError, match="cannot be read"):
        told(part, tmp_path / "gone.ini")
