"""What a part takes on an FDM printer, estimated from its volume, area and box alone.

The part is thought of as a stack of layers of the mean section. Its skin is divided into flat areas, which get solid
layers, and sides, which get walls; the rest is sparse infill. How far off that is, measured against a slicer:
`python -m bench.fdm_estimate`.
"""

import math

from quoting.geometry.values import Figures, PrintEstimate, PrintProfile

# Nothing tells how the skin is divided, so these are guesses that suit ordinary parts:
FLAT_BETWEEN = 0.5  # the flat area seen from above lies between the mean section (0) and the box (1)
FLAT_MOST_OF_SKIN = 0.35  # of the whole area, for each of above and below
SLOPES_NEED_SOLID = 1.5  # slopes and steps get solid layers beyond the flat areas
TRAVELS_PER_LAYER = 8
TRAVEL_OVERHEAD = 0.25  # s: drawing the filament back, lifting

# True value / estimate for 8 of 10 closed parts and profiles (bench/fdm_estimate.py).
LOW, HIGH = 0.84, 1.32


def estimate(figures: Figures, profile_key: str, profile: PrintProfile) -> PrintEstimate:
    """Print time (s) and filament (mm³) of one copy, standing as uploaded, without supports.

    Meaningful only for figures of a closed mesh: see Measured.needs_review. ValueError when there is no volume.
    """
    if figures.volume_mm3 <= 0 or min(figures.size_mm) <= 0:
        raise ValueError("a part without volume cannot be estimated")
    side, flat = _divided_skin(figures)
    spacing = _line_spacing(profile)
    walls = figures.volume_mm3 * _wall_share(side * profile.walls * spacing / figures.volume_mm3)
    inside = figures.volume_mm3 - walls
    solid_depth = (profile.top_layers + profile.bottom_layers) * profile.layer_height * SLOPES_NEED_SOLID
    solid = inside * min(1.0, flat * solid_depth / figures.volume_mm3)
    sparse = (inside - solid) * profile.infill

    line_area = spacing * profile.layer_height
    width = 4 * figures.volume_mm3 / side  # of the mean section: for a round or square one, what a ruler would show
    seconds = profile.fixed_overhead + layers(figures, profile) * (profile.layer_overhead + _travel(width, profile))
    for volume, speed in (
        (walls, profile.wall_speed),
        (solid, profile.solid_speed),
        (sparse, profile.infill_speed),
    ):
        seconds += volume / line_area / width * line_seconds(width, speed, profile.acceleration)
    return PrintEstimate(profile=profile_key, seconds=seconds, filament_mm3=walls + solid + sparse, low=LOW, high=HIGH)


def layers(figures: Figures, profile: PrintProfile) -> int:
    """The number of layers of the part as it stands, at least one."""
    above_first = max(0.0, figures.size_mm[2] - profile.first_layer_height)
    return 1 + math.ceil(above_first / profile.layer_height - 1e-6)


def line_seconds(length: float, speed: float, acceleration: float) -> float:
    """The time for a straight move (mm) from rest to rest; a short one never gets up to speed."""
    if length >= speed**2 / acceleration:
        return length / speed + speed / acceleration
    return 2 * math.sqrt(length / acceleration)


def _divided_skin(figures: Figures) -> tuple[float, float]:
    """The area of all sides, and the flat area seen from above (mm²)."""
    x, y, z = figures.size_mm
    section = figures.volume_mm3 / z
    flat = min(section + FLAT_BETWEEN * (x * y - section), FLAT_MOST_OF_SKIN * figures.area_mm2)
    round_tower = 2 * math.sqrt(math.pi * section) * z  # no shape has smaller sides
    return max(figures.area_mm2 - 2 * flat, round_tower), flat


def _line_spacing(profile: PrintProfile) -> float:
    """The distance between neighbouring lines: they have round edges and overlap a little."""
    return profile.line_width - profile.layer_height * (1 - math.pi / 4)


def _wall_share(thin: float) -> float:
    """The share of the volume that is wall; `thin`: side area × thickness of walls / volume.

    In thin parts walls meet, and in corners they overlap: the share grows more slowly than `thin`, up to everything.
    """
    thin = min(thin, 4.0)
    return min(1.0, thin * (1 - thin / 8))


def _travel(width: float, profile: PrintProfile) -> float:
    """Time per layer (s) for moves without printing."""
    move = line_seconds(width, profile.travel_speed, profile.acceleration)
    return TRAVELS_PER_LAYER * (TRAVEL_OVERHEAD + move)
