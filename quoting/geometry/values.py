"""Plain values of the geometry code: importable everywhere (no numpy, no Django).

All lengths are millimetres, areas mm², volumes mm³, times seconds.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict

CODE_VERSION = "4"  # of the measuring code: a new one means that files are measured anew

Unit = Literal["mm", "cm", "in"]
Format = Literal["stl", "3mf", "step", "obj", "ply", "glb", "iges"]
UNIT_MM = {"mm": 1.0, "cm": 10.0, "in": 25.4, "m": 1000.0, "ft": 304.8, "um": 0.001}


# Every code that a refused file can carry. quoting/words.py has a sentence for each; a test compares the two.
REFUSALS = (
    "no_such_file",
    "empty_file",
    "not_a_model",
    "unsupported_format",  # format
    "truncated",  # expected, found: triangles
    "too_large",  # limit_mb
    "too_many_triangles",  # limit
    "too_many_components",  # limit
    "circular_components",
    "suspicious_archive",
    "unsafe_xml",
    "unreadable",  # detail
    "no_triangles",
    "not_finite",
    "zero_size",
    "implausible_size",  # size_mm, unit
    "no_such_body",  # body
    "memory_limit",
    "time_limit",
    "crashed",
)

# Every code in `needs_review`: the file was measured, but its figures may be wrong.
REVIEWS = (
    "not_closed",  # edges: belonging to one triangle only
    "crowded_edges",  # edges: belonging to more than two triangles
    "inconsistent_winding",  # edges: between triangles that face opposite ways
    "inverted",
    "no_volume",
    "overlapping_bodies",  # bodies
    "too_many_bodies",  # bodies
    "self_overlapping",
)


# Every code that a print forecast can carry besides those.
FORECASTS = ("setting_not_estimated",)  # setting


class Frozen(BaseModel):
    """A validated value that cannot be changed and refuses unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Reason(Frozen):
    """Why something is refused or needs a look: a code with parameters, put into words where it is shown."""

    code: str
    params: dict[str, str] = {}


class FileRefused(Exception):
    """The file cannot be measured; `reason` says why."""

    def __init__(self, code: str, **params: object) -> None:
        self.reason = Reason(code=code, params={name: str(value) for name, value in params.items()})
        super().__init__(code, self.reason.params)


class PrintProfile(Frozen):
    """How an FDM machine prints: what an estimate needs to know. Lengths in mm, speeds in mm/s."""

    layer_height: float
    first_layer_height: float
    line_width: float
    walls: int
    top_layers: int
    bottom_layers: int
    infill: float  # 0 to 1
    wall_speed: float
    infill_speed: float
    solid_speed: float
    travel_speed: float
    acceleration: float  # mm/s²
    layer_overhead: float = 0.6  # s lost between two layers
    fixed_overhead: float = 5.0  # s per print


class PrintEstimate(Frozen):
    """What one copy takes on an FDM machine, for one orientation and one print profile."""

    profile: str  # key of the profile in the catalogue
    orientation: str = "as_uploaded"
    seconds: float
    filament_mm3: float
    low: float = 0.75  # the true figures are expected between low and high times the estimate
    high: float = 1.25


class PrintForecast(Frozen):
    """What a part takes with a slicer's configuration, as it stands, without supports; or the reason why not known."""

    filament_mm3: float | None = None
    seconds: float | None = None
    low: float | None = None  # the true figures are expected between low and high times these
    high: float | None = None
    reason: Reason | None = None


class Body(Frozen):
    """One distinct body of a file that holds several, with how often it is there."""

    copies: int
    size_mm: tuple[float, float, float]
    volume_mm3: float
    area_mm2: float


class Walls(Frozen):
    """Wall thickness over the surface, in mm."""

    thinnest_mm: float  # the 1st percentile by area: a single bad ray is no wall
    median_mm: float
    p05_mm: float | None = None  # a twentieth of the surface has walls thinner than this; None: measured before it was
    p95_mm: float | None = None


class Hole(Frozen):
    """Round holes alike."""

    diameter_mm: float
    depth_mm: float
    through: bool
    count: int


class Machining(Frozen):
    """What milling and turning need to know."""

    box_mm: tuple[float, float, float]  # smallest oriented box, X ≥ Y ≥ Z
    setups: int  # directions needed to reach all that can be reached
    unreachable_share: float  # of the area, seen from no direction
    holes: tuple[Hole, ...] = ()
    features: int = 0  # faces of a machinist's kind: flats, bores, pockets; what programming and tool changes go by
    sharp_inside_mm: float = 0.0  # length of inside corners that no mill can cut
    turned_diameter_mm: float | None = None  # None: not round about an axis
    turned_length_mm: float | None = None


class Molding(Frozen):
    """What an injection mould needs to know, for the best of the directions of pull."""

    pull: tuple[float, float, float]
    projected_mm2: float  # area seen along the pull
    undercut_mm2: float  # seen from neither side


WORTH_TELLING = 0.01  # mm, mm² or mm³


class Stance(Frozen):
    """How a part stands when it is printed in layers."""

    up: tuple[float, float, float]  # of length one, in the file's axes
    height_mm: float
    support_mm3: float  # space between overhangs and what is below them
    overhang_mm2: float  # faces down and needs a support
    contact_mm2: float  # lies on the bed

    @property
    def rotation(self) -> tuple[tuple[float, ...], ...]:
        """The least rotation that turns `up` to where z is: three rows, to be multiplied by a point."""
        x, y, z = self.up
        if z < -1 + 1e-12:
            return (1.0, 0.0, 0.0), (0.0, -1.0, 0.0), (0.0, 0.0, -1.0)
        return (1 - x * x / (1 + z), -x * y / (1 + z), -x), (-x * y / (1 + z), 1 - y * y / (1 + z), -y), (x, y, z)


class Orientation(Frozen):
    """As the file has it, z up, and turned for the best."""

    as_is: Stance
    best: Stance  # the same where turning gains nothing

    @property
    def reasons(self) -> tuple[str, ...]:
        """What the best has over how the part stands."""
        if self.best == self.as_is:
            return ("as_it_stands",)
        gains = {
            "less_support": self.as_is.support_mm3 - self.best.support_mm3,
            "lower": self.as_is.height_mm - self.best.height_mm,
            "more_contact": self.best.contact_mm2 - self.as_is.contact_mm2,
        }
        return tuple(name for name, gain in gains.items() if gain > WORTH_TELLING)


class Healing(Frozen):
    """What was changed in a mesh before it was measured; nothing in most."""

    welded: int = 0  # vertices moved onto one close by
    degenerate_removed: int = 0  # triangles without area
    duplicates_removed: int = 0  # triangles that were there twice
    flipped: int = 0  # triangles turned round
    holes_closed: int = 0
    bodies_united: int = 0  # that lay over each other
    volume_before_mm3: float
    volume_after_mm3: float

    @property
    def changed(self) -> bool:
        """Whether the surface is another one than the file's."""
        return any(
            (
                self.welded,
                self.degenerate_removed,
                self.duplicates_removed,
                self.flipped,
                self.holes_closed,
                self.bodies_united,
            )
        )


class Shape(Frozen):
    """Geometry beyond volume. An analysis that was not possible is None, and what needs it is to be quoted."""

    walls: Walls | None = None
    machining: Machining | None = None
    molding: Molding | None = None
    orientation: Orientation | None = None


class Figures(Frozen):
    """What the measuring code found in a file."""

    code_version: str
    format: Format
    unit: str  # the unit of the file's own numbers
    unit_source: Literal["file", "assumed", "given"]
    triangles: int
    bodies: int
    watertight: bool
    consistent: bool  # every edge is passed once in each direction
    size_mm: tuple[float, float, float]
    volume_mm3: float
    area_mm2: float
    distinct_bodies: tuple[Body, ...] = ()  # only where there are several; at most 50


class UnitQuestion(Frozen):
    """A file without a unit is probably not in the one that was assumed: the other, and both sizes."""

    assumed: str
    assumed_size_mm: tuple[float, float, float]
    unit: str  # a key of UNIT_MM
    size_mm: tuple[float, float, float]


class Measured(Frozen):
    """Everything that pricing may know about a part's shape."""

    figures: Figures
    shape: Shape | None = None
    healing: Healing | None = None  # None: measured before there was any
    estimates: tuple[PrintEstimate, ...] = ()
    needs_review: tuple[Reason, ...] = ()  # not empty: the figures may be wrong, no instant price


class Measurement(Frozen):
    """The outcome of measuring one file: `measured`, or the `reason` why not."""

    measured: Measured | None = None
    reason: Reason | None = None
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        return self.measured is not None
