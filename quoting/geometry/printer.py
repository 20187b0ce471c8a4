"""How an FDM printer prints: every setting that the estimate looks at, worked out to plain numbers.

Made from a PrusaSlicer configuration (slicer_ini.py). Lengths in mm, speeds in mm/s, accelerations in mm/s², flow in mm³/s, times in s.
"""

import math
from dataclasses import dataclass

ROUND_EDGES = 1 - math.pi / 4  # a line's section is a rectangle with half-round ends: what is missing of its height


@dataclass(frozen=True)
class Printer:
    """Settings with the names and, where nothing is said, the defaults of PrusaSlicer 2.5."""

    layer_height: float = 0.3
    first_layer_height: float = 0.35
    nozzle: float = 0.4
    # Widths of lines
    outer_width: float = 0.45
    inner_width: float = 0.45
    sparse_width: float = 0.45
    solid_width: float = 0.45
    top_width: float = 0.4
    first_width: float = 0.7
    # What is printed
    perimeters: int = 3
    top_layers: int = 3
    bottom_layers: int = 3
    top_thickness: float = 0.0
    bottom_thickness: float = 0.0
    density: float = 0.2  # of the sparse infill, 0 to 1
    fill_angle: float = 45.0
    overlap: float = 0.25  # of infill with perimeters, as a share of the line spacing
    solid_below_area: float = 70.0
    vertical_shells: bool = False  # slopes get solid infill behind them
    gap_fill: bool = True
    thick_bridges: bool = True
    bridge_flow: float = 1.0
    spiral_vase: bool = False
    skirts: int = 1
    skirt_distance: float = 6.0
    skirt_height: int = 1
    brim_width: float = 0.0
    raft_layers: int = 0
    supports: bool = False
    # Speeds
    outer_speed: float = 30.0
    inner_speed: float = 60.0
    small_speed: float = 15.0
    sparse_speed: float = 80.0
    solid_speed: float = 20.0
    top_speed: float = 15.0
    bridge_speed: float = 60.0
    gap_speed: float = 20.0
    first_speed: float | None = 30.0  # None: a share of the others
    first_share: float = 1.0
    travel_speed: float = 130.0
    z_speed: float = 12.0
    most_flow: float = 0.0  # 0: no limit
    # Accelerations, and the jump of speed that the firmware allows in a corner ("jerk")
    perimeter_acceleration: float = 1500.0
    infill_acceleration: float = 1500.0
    travel_acceleration: float = 1500.0
    z_acceleration: float = 500.0
    jerk: float = 10.0
    z_jerk: float = 0.2
    # Drawing the filament back before a move
    retract_length: float = 2.0
    retract_speed: float = 40.0
    unretract_speed: float = 40.0
    lift: float = 0.0
    # Layers that would be over too soon are slowed down
    least_layer_time: float = 5.0
    least_speed: float = 10.0
    flow_factor: float = 1.0  # extrusion multiplier
    # What no setting says
    layer_overhead: float = 0.6  # s lost between two layers
    fixed_overhead: float = 5.0  # s per print

    @property
    def outer_spacing(self) -> float:
        return self.outer_width - self.layer_height * ROUND_EDGES

    @property
    def inner_spacing(self) -> float:
        return self.inner_width - self.layer_height * ROUND_EDGES

    @property
    def solid_spacing(self) -> float:
        return self.solid_width - self.layer_height * ROUND_EDGES

    @property
    def top_spacing(self) -> float:
        return self.top_width - self.layer_height * ROUND_EDGES

    @property
    def sparse_spacing(self) -> float:
        return self.sparse_width - self.layer_height * ROUND_EDGES

    @property
    def wall_depth(self) -> float:
        """From the surface to where infill begins."""
        if self.perimeters == 0:
            return 0.0
        outer = self.outer_width / 2 + self.outer_spacing / 2
        return outer + (self.perimeters - 1) * self.inner_spacing

    def capped(self, speed: float, spacing: float) -> float:
        """The speed at which the hotend can still melt what a line takes."""
        return min(speed, self.most_flow / (spacing * self.layer_height)) if self.most_flow > 0 else speed
