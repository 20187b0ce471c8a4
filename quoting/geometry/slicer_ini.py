"""Read a configuration of PrusaSlicer (.ini, as its "Export Config" writes it) as the Printer it stands for.

What is not said has the default of PrusaSlicer 2.5. Percentages and zeros follow its rules, told beside each setting in
`prusa-slicer --help-fff`.
"""

import math
from collections.abc import Mapping
from pathlib import Path

from quoting.geometry.printer import Printer

MAX_BYTES = 1024**2

DEFAULTS = {
    "nozzle_diameter": "0.4",
    "layer_height": "0.3",
    "first_layer_height": "0.35",
    "extrusion_width": "0",
    "external_perimeter_extrusion_width": "0",
    "perimeter_extrusion_width": "0",
    "infill_extrusion_width": "0",
    "solid_infill_extrusion_width": "0",
    "top_infill_extrusion_width": "0",
    "first_layer_extrusion_width": "200%",
    "perimeters": "3",
    "top_solid_layers": "3",
    "bottom_solid_layers": "3",
    "top_solid_min_thickness": "0",
    "bottom_solid_min_thickness": "0",
    "fill_density": "20%",
    "fill_pattern": "stars",
    "fill_angle": "45",
    "infill_overlap": "25%",
    "infill_anchor": "600%",
    "infill_anchor_max": "50",
    "solid_infill_below_area": "70",
    "ensure_vertical_shell_thickness": "0",
    "gap_fill_enabled": "1",
    "thick_bridges": "1",
    "bridge_flow_ratio": "1",
    "spiral_vase": "0",
    "skirts": "1",
    "skirt_distance": "6",
    "skirt_height": "1",
    "min_skirt_length": "0",
    "brim_width": "0",
    "raft_layers": "0",
    "support_material": "0",
    "support_material_auto": "1",
    "perimeter_speed": "60",
    "external_perimeter_speed": "50%",
    "small_perimeter_speed": "15",
    "infill_speed": "80",
    "solid_infill_speed": "20",
    "top_solid_infill_speed": "15",
    "bridge_speed": "60",
    "gap_fill_speed": "20",
    "first_layer_speed": "30",
    "travel_speed": "130",
    "max_print_speed": "80",
    "max_volumetric_speed": "0",
    "filament_max_volumetric_speed": "0",
    "default_acceleration": "0",
    "perimeter_acceleration": "0",
    "infill_acceleration": "0",
    "first_layer_acceleration": "0",
    "machine_limits_usage": "time_estimate_only",
    "machine_max_acceleration_extruding": "1500",
    "machine_max_acceleration_travel": "1500",
    "machine_max_acceleration_x": "9000",
    "machine_max_acceleration_y": "9000",
    "machine_max_acceleration_z": "500",
    "machine_max_feedrate_x": "500",
    "machine_max_feedrate_y": "500",
    "machine_max_feedrate_z": "12",
    "machine_max_jerk_x": "10",
    "machine_max_jerk_y": "10",
    "machine_max_jerk_z": "0.2",
    "retract_length": "2",
    "retract_speed": "40",
    "deretract_speed": "0",
    "retract_lift": "0",
    "retract_before_travel": "2",
    "cooling": "1",
    "slowdown_below_layer_time": "5",
    "min_print_speed": "10",
    "extrusion_multiplier": "1",
}
FIRMWARE_LIMITS = ("machine_max_", "machine_min_")


class IniRefusedError(ValueError):
    """The configuration cannot be used; the message says why and what to do."""


def read(path: Path) -> Printer:
    """The printer of the configuration at `path`. IniRefusedError says what is wrong with it."""
    return printer_of(read_text(path))


def read_text(path: Path) -> str:
    """The text of a configuration."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise IniRefusedError(f"{path} is larger than a slicer's configuration can be.")
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise IniRefusedError(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise IniRefusedError(f"{path} is not a text file. Export the configuration from PrusaSlicer.") from error


def printer_of(text: str) -> Printer:
    """The printer of a configuration's text."""
    said = {}
    for line in text.splitlines():
        name, equals, value = line.partition("=")
        if equals and not name.lstrip().startswith(("#", ";", "[")):
            said[name.strip()] = value.strip()
    if said.get("printer_technology", "FFF") != "FFF":
        raise IniRefusedError(f"printer_technology is {said['printer_technology']}: only FFF configurations fit FDM.")
    if not said.keys() & DEFAULTS.keys():
        raise IniRefusedError("No setting of PrusaSlicer was found. Export the configuration from it (File > Export).")
    if said.get("machine_limits_usage") == "ignore":  # then the slicer reckons with its own
        said = {name: value for name, value in said.items() if not name.startswith(FIRMWARE_LIMITS)}
    return _printer(_Settings(DEFAULTS | said))


class _Settings:
    """Values as numbers: of the first extruder, percentages of what they are percentages of."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self.values = values

    def number(self, name: str, whole: float = 1.0, least: float = 0.0) -> float:
        text = self.values[name].split(",")[0].split(";")[0].strip()
        try:
            value = float(text.removesuffix("%"))
        except ValueError:
            raise IniRefusedError(f"{name} = {text!r} is not a number. Correct that line.") from None
        value = value / 100 * whole if text.endswith("%") else value
        if not math.isfinite(value) or not least <= value <= 1e6:
            raise IniRefusedError(f"{name} = {text!r} is not between {least:g} and 1000000. Correct that line.")
        return value

    def count(self, name: str) -> int:
        return int(self.number(name))

    def flag(self, name: str) -> bool:
        return self.number(name) != 0

    def width(self, name: str, automatic: float, height: float) -> float:
        """A percentage is one of the layer height; 0 means the general width, and that 0: by the nozzle."""
        return self.number(name, height) or self.number("extrusion_width", height) or automatic

    def speed(self, name: str, whole: float = 0.0) -> float:
        """0 means: as fast as may be."""
        return self.number(name, whole) or self.number("max_print_speed") or 80.0


def _printer(read: _Settings) -> Printer:
    number = read.number
    nozzle, height = number("nozzle_diameter", least=0.05), number("layer_height", least=0.01)
    first = number("first_layer_height", height) or height
    usual = 1.125 * nozzle
    inner_speed, sparse_speed = read.speed("perimeter_speed"), read.speed("infill_speed")
    solid_speed = read.speed("solid_infill_speed", sparse_speed)
    said_first = read.values["first_layer_speed"].strip()
    share = said_first.endswith("%")
    flows = [flow for name in ("max_volumetric_speed", "filament_max_volumetric_speed") if (flow := number(name))]
    inner, sparse = (read.width(f"{kind}_extrusion_width", usual, height) for kind in ("perimeter", "infill"))
    most_xy = min(number("machine_max_feedrate_x"), number("machine_max_feedrate_y")) or 500.0
    return Printer(
        layer_height=height,
        first_layer_height=first,
        nozzle=nozzle,
        outer_width=read.width("external_perimeter_extrusion_width", usual, height),
        inner_width=inner,
        sparse_width=sparse,
        solid_width=read.width("solid_infill_extrusion_width", usual, height),
        top_width=read.width("top_infill_extrusion_width", nozzle, height),
        first_width=number("first_layer_extrusion_width", first) or inner,
        perimeters=read.count("perimeters"),
        top_layers=read.count("top_solid_layers"),
        bottom_layers=read.count("bottom_solid_layers"),
        top_thickness=number("top_solid_min_thickness"),
        bottom_thickness=number("bottom_solid_min_thickness"),
        density=min(1.0, _share(read, "fill_density")),
        fill_angle=number("fill_angle"),
        overlap=number("infill_overlap", inner) / inner,
        solid_below_area=number("solid_infill_below_area"),
        vertical_shells=read.flag("ensure_vertical_shell_thickness"),
        gap_fill=read.flag("gap_fill_enabled") and number("gap_fill_speed") > 0,
        thick_bridges=read.flag("thick_bridges"),
        bridge_flow=number("bridge_flow_ratio"),
        spiral_vase=read.flag("spiral_vase"),
        skirts=read.count("skirts"),
        skirt_distance=number("skirt_distance"),
        skirt_height=read.count("skirt_height"),
        brim_width=number("brim_width"),
        raft_layers=read.count("raft_layers"),
        supports=read.flag("support_material") and read.flag("support_material_auto"),
        outer_speed=min(most_xy, read.speed("external_perimeter_speed", inner_speed)),
        inner_speed=min(most_xy, inner_speed),
        small_speed=min(most_xy, read.speed("small_perimeter_speed", inner_speed)),
        sparse_speed=min(most_xy, sparse_speed),
        solid_speed=min(most_xy, solid_speed),
        top_speed=min(most_xy, read.speed("top_solid_infill_speed", solid_speed)),
        bridge_speed=min(most_xy, read.speed("bridge_speed")),
        gap_speed=min(most_xy, read.speed("gap_fill_speed")),
        first_speed=None if share or not number("first_layer_speed") else number("first_layer_speed"),
        first_share=number("first_layer_speed") if share else 1.0,
        travel_speed=min(most_xy, number("travel_speed") or 130.0),
        z_speed=number("machine_max_feedrate_z") or 12.0,
        most_flow=min(flows, default=0.0),
        perimeter_acceleration=_acceleration(read, "perimeter_acceleration"),
        infill_acceleration=_acceleration(read, "infill_acceleration"),
        travel_acceleration=_acceleration(read, "default_acceleration", "machine_max_acceleration_travel"),
        z_acceleration=number("machine_max_acceleration_z") or 500.0,
        jerk=min(number("machine_max_jerk_x"), number("machine_max_jerk_y")) or 10.0,
        z_jerk=number("machine_max_jerk_z") or 0.2,
        retract_length=number("retract_length"),
        retract_speed=number("retract_speed") or 40.0,
        unretract_speed=number("deretract_speed") or number("retract_speed") or 40.0,
        lift=number("retract_lift"),
        least_layer_time=number("slowdown_below_layer_time") if read.flag("cooling") else 0.0,
        least_speed=number("min_print_speed") or 1.0,
        flow_factor=number("extrusion_multiplier"),
    )


def _share(read: _Settings, name: str) -> float:
    """A share that old configurations give as 0.2 and new ones as 20%; a plain 20 is a percentage too."""
    value = read.number(name)
    return value / 100 if value > 1 else value


def _acceleration(read: _Settings, name: str, limit: str = "machine_max_acceleration_extruding") -> float:
    """What is asked for, within what the firmware allows; a move along both axes may use both of them."""
    axes = [read.number(f"machine_max_acceleration_{axis}") or 9000.0 for axis in "xy"]
    most = min(read.number(limit) or 1500.0, 1.2 * min(axes))
    return min(read.number(name) or read.number("default_acceleration") or most, most)
