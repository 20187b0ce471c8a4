"""The shop's catalogue: one document, numbered and frozen when published (PriceListVersion.payload).

Amounts are in the catalogue's currency. An amount that is not set is None, and what needs it is to be quoted;
0 is never a way of saying "not set yet".
"""

from collections.abc import Iterable
from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Literal, Self, TypeVar

from pydantic import Field, model_validator

from quoting.geometry.values import Frozen, PrintProfile
from quoting.pricing.machines import Amount, Cutting, Extra, Key, Length, MoldMaking, Positive, Price, Resin, Tolerance

Technology = Literal["fdm", "sla", "sls", "mjf", "slm", "milling", "turning", "molding"]

Share = Annotated[Decimal, Field(gt=0, le=1)]
Percent = Annotated[Decimal, Field(ge=0, le=100)]
Days = Annotated[int, Field(ge=0, le=365)]
Country = Annotated[str, Field(pattern="^[A-Z]{2}$")]


class Colour(Frozen):
    key: Key
    name: str
    hex: str = Field(pattern="^#[0-9a-fA-F]{6}$")


class Material(Frozen):
    key: Key
    name: str
    description: str = ""
    density_g_cm3: Annotated[Decimal, Field(gt=0)]
    price_per_cm3: Price | None = None  # None: no price set, lines are to be quoted
    size_exponent: Annotated[Decimal, Field(gt=0, le=2)] = Decimal(1)  # price × V^k
    startup: Amount = Decimal(0)  # once per material and order
    lead_days: Days = 0  # added to the machine's
    colours: tuple[Colour, ...] = ()
    min_wall_mm: Length
    # --- cutting
    sections_mm: tuple[tuple[Length, Length], ...] = ()  # of bars and plates; empty: every size
    rods_mm: tuple[Length, ...] = ()  # diameters; empty: every size
    removal_factor: Positive = Decimal(1)  # how many times as long as in aluminium
    # --- molding
    resin: Resin | None = None


class Finish(Frozen):
    """A finish costs max(lot charge, quantity × (per piece + per cm² × area + per cm³ × volume))."""

    key: Key
    name: str
    description: str = ""
    per_piece: Price | None = None
    per_cm2: Price | None = None
    per_cm3: Price | None = None
    lot_charge: Amount = Decimal(0)
    lead_days: Days = 0
    bought_in: bool = False  # done outside: no mark-up
    free: bool = False  # comes with the part: costs nothing, which is not the same as having no price

    @property
    def has_price(self) -> bool:
        amounts = (self.per_piece, self.per_cm2, self.per_cm3)
        return self.free or self.lot_charge > 0 or any(amount is not None for amount in amounts)

    @model_validator(mode="after")
    def _free_has_no_amounts(self) -> Self:
        if self.free and (self.lot_charge or self.per_piece or self.per_cm2 or self.per_cm3):
            raise ValueError(f"finish {self.key!r} is free and has amounts")
        return self


class Profile(Frozen):
    """An FDM print profile as offered: a name for the customer, the figures for the estimate."""

    key: Key
    name: str
    settings: PrintProfile


class LeadTime(Frozen):
    key: Key
    name: str
    days: Days  # of the machine and shop; the material's and finish's are added
    percent: Annotated[Decimal, Field(gt=-100, le=1000)] = Decimal(0)  # mark-up on rounded 1 + 2 + 3; < 0: economy


class QuantityBreak(Frozen):
    """A discount that holds from this quantity up to the next break."""

    quantity: Annotated[int, Field(ge=2)]
    percent: Percent


class Machine(Frozen):
    name: str
    build_mm: tuple[Length, Length, Length]  # x, y, z
    hourly_rate: Amount
    growth_mm_per_h: Length | None = None  # powder, metal
    layer_mm: Length | None = None  # resin
    seconds_per_layer: Annotated[Decimal, Field(gt=0)] | None = None  # resin: exposure + lift
    packing_density: Share | None = None  # powder: share of the build volume
    stacked: bool = False  # powder: hours from the stacked height instead of one layer of parts per build
    support_share: Annotated[Decimal, Field(ge=0, le=5)] = Decimal(0)  # resin, metal: share of the part's volume
    minimum_order: Amount = Decimal(0)
    cutting: Cutting | None = None
    molding: MoldMaking | None = None


class Process(Frozen):
    key: Key
    name: str
    description: str = ""
    technology: Technology
    machine: Machine
    materials: tuple[Material, ...] = Field(min_length=1)
    finishes: tuple[Finish, ...]
    profiles: tuple[Profile, ...] = ()  # FDM, where there must be one
    lead_times: tuple[LeadTime, ...] = Field(min_length=1)
    tolerances: tuple[Tolerance, ...] = ()  # the first is the usual one
    extras: tuple[Extra, ...] = ()
    programming_per_model: Amount = Decimal(0)
    post_production_per_piece: Amount = Decimal(0)
    markup_percent: Annotated[Decimal, Field(ge=0, le=1000)] = Decimal(0)  # on our own operations
    markup_on_startup: bool = True  # False: start-up is left out of mark-up and lead-time mark-up
    minimum_part_price: Amount = Decimal(0)
    quantity_breaks: tuple[QuantityBreak, ...] = ()
    instant: bool = True  # False: can be chosen, always to be quoted
    tax_class: str = "standard"

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        _refuse_duplicates(f"materials of {self.key}", (item.key for item in self.materials))
        _refuse_duplicates(f"finishes of {self.key}", (item.key for item in self.finishes))
        _refuse_duplicates(f"profiles of {self.key}", (item.key for item in self.profiles))
        _refuse_duplicates(f"lead times of {self.key}", (item.key for item in self.lead_times))
        _refuse_duplicates(f"tolerances of {self.key}", (item.key for item in self.tolerances))
        _refuse_duplicates(f"extras of {self.key}", (item.key for item in self.extras))
        _refuse_unsorted(f"quantity breaks of {self.key}", (item.quantity for item in self.quantity_breaks))
        if self.technology == "fdm" and not self.profiles:
            raise ValueError(f"{self.key} has no print profile")
        return self


class ShippingBand(Frozen):
    """By weight or by what the goods cost."""

    up_to_kg: Positive | None = None
    up_to_value: Positive | None = None
    price: Amount

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.up_to_kg is None) == (self.up_to_value is None):
            raise ValueError("a shipping band goes by weight or by value")
        return self


class ShippingMethod(Frozen):
    key: Key
    name: str
    pickup: bool = False  # at the workshop: country and weight do not matter, the first band is the price
    days: str = ""  # "2 to 3 business days"
    countries: tuple[Country, ...] = ()  # ISO 3166 alpha-2; empty: every country
    bands: tuple[ShippingBand, ...] = Field(min_length=1)
    free_from: Amount | None = None  # order value from which it is free

    @property
    def by_value(self) -> bool:
        return self.bands[0].up_to_value is not None

    @model_validator(mode="after")
    def _bands_ascend(self) -> Self:
        weights = [band.up_to_kg for band in self.bands if band.up_to_kg is not None]
        values = [band.up_to_value for band in self.bands if band.up_to_value is not None]
        if weights and values:
            raise ValueError(f"bands of {self.key} go by weight or by value, not by both")
        _refuse_unsorted(f"weight bands of {self.key}", weights)
        _refuse_unsorted(f"value bands of {self.key}", values)
        return self


class TaxRate(Frozen):
    tax_class: str = "standard"
    percent: Percent


class Catalogue(Frozen):
    currency: str = Field(pattern="^[A-Z]{3}$")
    prices_gross: bool = False  # True: amounts include tax
    processes: tuple[Process, ...]
    shipping: tuple[ShippingMethod, ...]
    taxes: tuple[TaxRate, ...] = Field(min_length=1)  # the first also takes what belongs to no line

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        _refuse_duplicates("processes", (item.key for item in self.processes))
        _refuse_duplicates("shipping methods", (item.key for item in self.shipping))
        _refuse_duplicates("tax classes", (item.tax_class for item in self.taxes))
        _refuse_duplicates("tax rates", (str(item.percent.normalize()) for item in self.taxes))
        unknown = {item.tax_class for item in self.processes} - {item.tax_class for item in self.taxes}
        if unknown:
            raise ValueError(f"tax classes without a rate: {', '.join(sorted(unknown))}")
        return self


Keyed = TypeVar("Keyed", Material, Finish, Colour, Profile, LeadTime, Process, ShippingMethod, Tolerance, Extra)


def by_key(items: tuple[Keyed, ...], key: str) -> Keyed | None:
    return next((item for item in items if item.key == key), None)


def _refuse_duplicates(what: str, keys: Iterable[str]) -> None:
    seen: set[str] = set()
    for key in keys:
        if key in seen:
            raise ValueError(f"{what}: {key!r} is there twice")
        seen.add(key)


def _refuse_unsorted(what: str, limits: Iterable[Decimal | int]) -> None:
    if any(Decimal(here) >= after for here, after in pairwise(limits)):
        raise ValueError(f"{what} must rise")
