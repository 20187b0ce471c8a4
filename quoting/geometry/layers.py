"""Filament and time of a print, layer by layer: walls, solid and sparse infill, moves between them, cooling.

`estimate(mesh, printer)`; how far off it is from a slicer: `python -m bench.fdm_layers`.
"""

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from quoting.geometry.fills import Fills, fills
from quoting.geometry.mesh import Mesh
from quoting.geometry.printer import ROUND_EDGES, Printer
from quoting.geometry.sections import Sections, cut

SMALL_LOOP = 2 * np.pi * 6.5  # mm: shorter ones are printed at the speed of small perimeters
ANCHORED = 0.3  # share of the outline of sparse infill along which its lines are joined

Array = np.ndarray


class Print(NamedTuple):
    filament_mm3: float
    seconds: float


class Lines(NamedTuple):
    """Lines of one kind in each section: their length (mm), and the time lost by starting, stopping and turning."""

    length: Array
    speed: Array
    lost: Array


def estimate(mesh: Mesh, printer: Printer) -> Print:
    """What a closed, consistently wound mesh takes as it stands, without supports."""
    sections = cut(mesh, printer.first_layer_height, printer.layer_height)
    inner = fills(sections, printer)
    walls = _walls(sections, printer)
    scale = np.minimum(1, sections.area / np.maximum(sum(walls) * printer.inner_spacing, 1e-9))
    walls = [wall * scale for wall in walls]
    used = sum(walls) * printer.inner_spacing + sections.outline * (printer.outer_width - printer.outer_spacing) / 2
    gap = np.maximum(sections.area - inner.infill - used, 0) * printer.gap_fill
    solid, sparse, inner = _infill(sections, inner, printer)
    kinds = [*_wall_lines(sections, walls, printer), *_infill_lines(inner, solid, sparse, gap, printer)]
    seconds = _cooled(kinds, _moves(sections, inner, solid, sparse, gap, printer), printer)
    anchors = ANCHORED * sections.outline * printer.sparse_width * min(1.0, 2 * printer.density) * (sparse > 1e-3)
    bridged = (inner.over_air + inner.over_sparse) * _bridge_extra(printer)
    area = sum(walls) * printer.inner_spacing + gap + solid + sparse * printer.density + anchors + bridged
    skirt = _skirt_length(sections, printer)
    first_speed = printer.first_speed or printer.first_share * printer.inner_speed
    first_width = printer.first_width - printer.first_layer_height * ROUND_EDGES
    filament = float(area.sum()) * sections.stride * printer.layer_height
    filament += float(sections.area[0]) * (printer.first_layer_height - printer.layer_height)
    filament += skirt * first_width * printer.first_layer_height
    time = float(seconds.sum()) * sections.stride + printer.fixed_overhead + skirt / first_speed
    time += float(sections.area[0]) / first_width / first_speed  # the first layer; its own speed is counted for above
    return Print(filament * printer.flow_factor, time)


def move_seconds(length: Array, speed: Array, acceleration: float, jerk: float) -> Array:
    """The time of straight moves that begin and end at the speed `jerk` and go no faster than `speed`."""
    slow = np.minimum(jerk, speed)
    peak = np.minimum(np.sqrt(acceleration * length + slow**2), speed)
    ramps = 2 * (peak - slow) / acceleration
    return ramps + np.maximum(length - (peak**2 - slow**2) / acceleration, 0) / peak


def _walls(sections: Sections, printer: Printer) -> list[Array]:
    """The length of each wall; the inner ones do not fit where the section is thin."""
    thickness = 2 * sections.area / np.maximum(sections.outline, 1e-9)
    found = []
    for number in range(printer.perimeters):
        depth = printer.outer_width / 2 + number * printer.inner_spacing
        length = np.maximum(sections.outline - 2 * depth * sections.corners, 0)
        fits = 1 if number == 0 else np.clip(thickness / printer.inner_spacing - 2 * number - 1, 0, 1)
        found.append(length * fits)
    return found or [np.zeros(len(sections.area))]


def _infill(sections: Sections, inner: Fills, printer: Printer) -> tuple[Array, Array, Fills]:
    """Areas of solid and sparse infill, as they overlap the walls; islands below a certain area are solid."""
    rim = np.maximum(sections.outline - 2 * printer.wall_depth * sections.corners, 0)
    rim = np.minimum(rim, 4 * inner.infill / printer.inner_spacing)  # none where nothing is filled
    grown = 1 + np.minimum(printer.overlap * printer.inner_spacing * rim / np.maximum(inner.infill, 1e-9), 0.5)
    solid = np.minimum(inner.solid, inner.infill)
    sparse = inner.infill - solid
    if printer.solid_below_area > 0:
        depth = printer.wall_depth
        core = np.where(
            sections.loop_area > 0,
            np.maximum(sections.loop_area - depth * sections.loop_length + np.pi * depth**2, 0),
            0,
        )
        count = len(sections.area)
        little = np.bincount(sections.loop_layer, core * (core < printer.solid_below_area), count)
        moved = sparse * little / np.maximum(np.bincount(sections.loop_layer, core, count), 1e-9)
        lines = solid / inner.solid_line + moved / inner.sparse_line
        solid, sparse = solid + moved, sparse - moved
        inner = replace(inner, solid_line=np.where(lines > 0, solid / np.maximum(lines, 1e-9), inner.solid_line))
    return solid * grown, sparse * grown, inner


def _wall_lines(sections: Sections, walls: list[Array], printer: Printer) -> list[Lines]:
    count = len(sections.area)
    is_small = sections.loop_length < SMALL_LOOP
    short = np.bincount(sections.loop_layer, sections.loop_length * is_small, count)
    small = np.clip(short / np.maximum(sections.outline, 1e-9), 0, 1)
    change = 2 * np.sin(np.abs(sections.turn) / 2)  # of the direction, as a share of the speed
    kinds = []
    for number, length in enumerate(walls):
        usual = printer.inner_speed if number else printer.outer_speed
        speed = printer.capped(usual, printer.inner_spacing)
        kept = np.minimum(speed, printer.jerk / np.maximum(change, 1e-6))
        per_corner = (speed - kept) ** 2 / (printer.perimeter_acceleration * speed)
        lost = np.minimum(np.bincount(sections.layer, per_corner, count), 4 * sections.outline / speed)
        lost = lost * length / np.maximum(sections.outline, 1e-9)
        mean = 1 / ((1 - small) / speed + small / min(speed, printer.small_speed))
        kinds.append(Lines(length, mean, lost * (1 - small)))
    return kinds


def _infill_lines(inner: Fills, solid: Array, sparse: Array, gap: Array, printer: Printer) -> list[Lines]:
    top = np.minimum(inner.top, solid)
    bridges = np.minimum(inner.over_air + inner.over_sparse, solid - top)
    gap_speed = np.full_like(gap, printer.capped(printer.gap_speed, printer.inner_spacing))
    kinds = [Lines(gap / printer.inner_spacing, gap_speed, 0 * gap)]
    for area, spacing, usual, mean in (
        (solid - top - bridges, printer.solid_spacing, printer.solid_speed, inner.solid_line),
        (top, printer.top_spacing, printer.top_speed, inner.solid_line),
        (bridges, printer.nozzle, printer.bridge_speed, inner.solid_line),
        (sparse * printer.density, printer.sparse_spacing, printer.sparse_speed, inner.sparse_line),
    ):
        speed, jerk = printer.capped(usual, spacing), printer.jerk / np.sqrt(2)
        length = area / spacing
        each = move_seconds(mean, np.asarray(speed), printer.infill_acceleration, jerk)
        step = move_seconds(np.asarray(spacing), np.asarray(speed), printer.infill_acceleration, jerk)
        lost = length / mean * (each - mean / speed + step)
        kinds.append(Lines(length, np.full_like(length, speed), lost))
    return kinds


def _moves(sections: Sections, inner: Fills, solid: Array, sparse: Array, gap: Array, printer: Printer) -> Array:
    """Time without printing in each layer: travelling, drawing the filament back, lifting, starting loops."""
    count = len(sections.area)
    islands = np.bincount(sections.loop_layer, sections.loop_area > 0, count)
    loops = np.bincount(sections.loop_layer, minlength=count)
    wide = (sections.loop_area > 0) & (2 * np.abs(sections.loop_area) > 2.5 * sections.loop_length)
    filled = np.bincount(sections.loop_layer, wide, count)
    reach = np.sqrt(np.maximum(sections.area / np.maximum(islands, 1), 1))
    travel = move_seconds(reach, np.asarray(printer.travel_speed), printer.travel_acceleration, printer.jerk / 2)
    pulled: Array | float = printer.retract_length * (1 / printer.retract_speed + 1 / printer.unretract_speed)
    if printer.lift:
        pulled += 2 * move_seconds(
            np.asarray(printer.lift), np.asarray(printer.z_speed), printer.z_acceleration, printer.z_jerk
        )
    visits = (sparse > 0.05 * sections.area).astype(float) + (solid > 0.02 * sections.area)
    visits += gap > 0.02 * sections.area
    pauses = (printer.outer_speed + (printer.perimeters - 1) * printer.inner_speed) / printer.perimeter_acceleration
    starts = loops * max(pauses + printer.perimeters * 2 * np.sqrt(0.6 / printer.travel_acceleration), 0)
    return (islands + filled * visits) * (travel + pulled) + starts + printer.layer_overhead * (sections.area > 0)


def _cooled(kinds: list[Lines], moves: Array, printer: Printer) -> Array:
    """The time of each layer, those that would be over too soon slowed down."""
    plain = sum(kind.length / kind.speed for kind in kinds)
    slowest = sum(kind.length / np.minimum(kind.speed, printer.least_speed) for kind in kinds)
    wanted = np.clip(printer.least_layer_time - moves, plain, np.maximum(slowest, plain))
    lost = sum(kind.lost for kind in kinds) * plain / np.maximum(wanted, 1e-9)  # slower lines lose less
    return wanted + lost + moves


def _bridge_extra(printer: Printer) -> float:
    """By how much more than a solid layer a bridge takes: thick ones are round threads of the nozzle's size."""
    if not printer.thick_bridges:
        return 0.0
    return (np.pi / 4 * printer.nozzle**2 * printer.bridge_flow / (printer.nozzle + 0.05)) / printer.layer_height - 1


def _skirt_length(sections: Sections, printer: Printer) -> float:
    """Of skirts and brim (mm)."""
    at_first = sections.layer == 0
    if not at_first.any():
        return 0.0
    around = 2 * float(np.ptp(sections.start[at_first], axis=0).sum())
    skirts = (
        printer.skirts * printer.skirt_height * (around + 2 * np.pi * (printer.skirt_distance + printer.brim_width))
    )
    spacing = printer.first_width - printer.first_layer_height * ROUND_EDGES
    return skirts + printer.brim_width / spacing * (around + np.pi * printer.brim_width)
