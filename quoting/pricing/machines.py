"""What a catalogue says of machines that cut and mold, and of what can be had on top. Part of quoting/pricing/catalogue.py.

Every figure is the shop's; the published rules of thumb that a new shop starts with stand in demo/catalogue.toml.
"""

from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Self

from pydantic import Field, model_validator

from quoting.geometry.values import Frozen

Key = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=60)]
Amount = Annotated[Decimal, Field(ge=0)]
Price = Annotated[Decimal, Field(gt=0)]
Length = Annotated[Decimal, Field(gt=0)]
Positive = Annotated[Decimal, Field(gt=0)]
Share = Annotated[Decimal, Field(ge=0, le=1)]


class RemovalBand(Frozen):
    """How fast roughing goes while no more than this is to be removed, in a material of factor 1."""

    up_to_cm3: Positive | None = None  # None: the last one, for all that is more
    cm3_per_min: Positive


class HolePrice(Frozen):
    """Holes no deeper than so many times their diameter."""

    up_to_ratio: Positive
    setup: Amount  # once per model and kind of hole
    each: Amount  # per hole and copy


class Cutting(Frozen):
    """Milling and turning."""

    removal: tuple[RemovalBand, ...] = Field(min_length=1)
    finishing_cm2_per_min: Positive
    setup_hours: Amount = Decimal("0.5")  # per set-up, once per model
    setup_minutes: Amount = Decimal(2)  # per set-up and copy
    max_setups: Annotated[int, Field(ge=1)] = 6
    counted_setups: Annotated[int, Field(ge=1)] | None = (
        None  # so many at most are charged: more axes reach more at once
    )
    features_per_tool: Annotated[int, Field(ge=1)] = 4
    tool_seconds: Amount = Decimal(15)
    programming_hours: Amount = Decimal("0.5")  # at least
    programming_minutes_per_feature: Amount = Decimal(5)
    holes: tuple[HolePrice, ...] = ()  # rising; deeper ones are to be quoted
    blind_factor: Positive = Decimal("1.2")
    complexity_per_ratio: Amount = Decimal("0.25")  # of surface ÷ surface of the smallest box, above 1
    complexity_per_feature: Amount = Decimal("0.005")
    max_complexity: Positive = Decimal(3)
    max_unreachable: Share = Decimal("0.02")  # of the surface, that no set-up sees
    # milling
    allowance_mm: Amount = Decimal("6.35")  # added to each side of the box
    # turning
    allowance_radius_mm: Amount = Decimal("1.6")
    bar_mm: Length = Decimal(2438)
    bar_end_mm: Amount = Decimal("76.2")
    cutoff_mm: Amount = Decimal("3.2")
    facing_mm: Amount = Decimal(1)

    @model_validator(mode="after")
    def _rising(self) -> Self:
        limits = [band.up_to_cm3 for band in self.removal]
        if limits[-1] is not None or None in limits[:-1]:
            raise ValueError("the last removal band, and no other, is without a limit")
        if any(here >= after for here, after in pairwise(limits[:-1]) if here is not None and after is not None):
            raise ValueError("removal bands must rise")
        if any(here.up_to_ratio >= after.up_to_ratio for here, after in pairwise(self.holes)):
            raise ValueError("hole prices must rise")
        return self


class Press(Frozen):
    clamp_t: Positive
    hourly_rate: Price


class ToolBase(Frozen):
    """What a mold costs before anything is cut into it, by the longest side of the part."""

    up_to_mm: Length
    price: Price


class MoldMaking(Frozen):
    """Injection molding: the tool, and the pieces."""

    presses: tuple[Press, ...] = Field(min_length=1)  # rising
    bases: tuple[ToolBase, ...] = Field(min_length=1)  # rising
    per_cm3: Amount  # machining of a cavity, by the part's volume
    per_cm2: Amount  # and by its surface
    slide_price: Amount
    cavities: tuple[Annotated[int, Field(ge=1, le=64)], ...] = (1,)
    cavity_mpa: Positive = Decimal(40)
    fill_s: Positive = Decimal("1.5")
    ejection_s: Positive = Decimal(2)
    scrap: Share = Decimal("0.05")

    @model_validator(mode="after")
    def _rising(self) -> Self:
        if any(here.clamp_t >= after.clamp_t for here, after in pairwise(self.presses)):
            raise ValueError("presses must rise")
        if any(here.up_to_mm >= after.up_to_mm for here, after in pairwise(self.bases)):
            raise ValueError("mold bases must rise")
        return self


class Resin(Frozen):
    """How a material behaves in a mold."""

    diffusivity_mm2_s: Positive
    melt_c: Decimal
    mold_c: Decimal
    ejection_c: Decimal

    @model_validator(mode="after")
    def _cools(self) -> Self:
        if not self.melt_c > self.ejection_c > self.mold_c:
            raise ValueError("a resin is ejected cooler than it melts and warmer than the mold")
        return self


class Tolerance(Frozen):
    """A class of tolerance: a mark-up on rounded 1 + 2 + 3."""

    key: Key
    name: str
    description: str = ""
    percent: Amount = Decimal(0)


class Extra(Frozen):
    """Something that is counted: threads, inserts, engravings. The customer says how many a part has."""

    key: Key
    name: str
    description: str = ""
    each: Price  # per piece of it and copy
    setup: Amount = Decimal(0)  # once per model
    most: Annotated[int, Field(ge=1, le=1000)] = 50
