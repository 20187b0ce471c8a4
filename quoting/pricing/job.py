"""A line that can be priced: its request with everything looked up in the catalogue and measured figures as Decimal."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from quoting.geometry.values import Machining, Molding, Reason, Shape, Walls
from quoting.pricing.amounts import component
from quoting.pricing.catalogue import Finish, LeadTime, Machine, Material, Process
from quoting.pricing.contract import Component
from quoting.pricing.machines import Extra, Tolerance

CM3_IN_MM3 = Decimal(1000)
CM2_IN_MM2 = Decimal(100)
SECONDS_IN_HOUR = Decimal(3600)


@dataclass(frozen=True)
class Estimate:
    """What one copy takes on an FDM machine."""

    seconds: Decimal
    filament_mm3: Decimal


@dataclass(frozen=True)
class Job:
    """Everything that the formulas may know about a line. Lengths in mm, areas in mm², volumes in mm³."""

    quantity: int
    process: Process
    material: Material
    finish: Finish | None
    lead_time: LeadTime
    size_mm: tuple[Decimal, Decimal, Decimal]
    volume_mm3: Decimal
    area_mm2: Decimal
    profile: str  # key of the print profile chosen
    estimate: Estimate | None  # of that profile, if there is one
    currency: str
    shape: Shape | None = None  # beyond volume, if it was found
    tolerance: Tolerance | None = None
    extras: tuple[tuple[Extra, int], ...] = ()
    cavities: int = 1

    @property
    def machine(self) -> Machine:
        return self.process.machine

    @property
    def machining(self) -> Machining | None:
        return self.shape.machining if self.shape else None

    @property
    def molding(self) -> Molding | None:
        return self.shape.molding if self.shape else None

    @property
    def walls(self) -> Walls | None:
        return self.shape.walls if self.shape else None

    @property
    def height_mm(self) -> Decimal:
        return self.size_mm[2]


def nothing(job: Job) -> tuple[Component, ...]:
    return ()


class Formula(NamedTuple):
    """How a family of technologies is priced: one module each, registered in `technologies`."""

    obstacle: Callable[[Job], Reason | None]  # why the formula cannot be used yet, or at all
    components: Callable[[Job], tuple[Component, ...]]  # step 1, for all copies; only called without an obstacle
    per_model: Callable[[Job], tuple[Component, ...]] = nothing  # step 2, beside the process's programming


def material_component(job: Job, used_mm3: Decimal, **inputs: Decimal | int | str) -> Component:
    """Material (step 1): price × V^k × quantity, V the volume that one copy uses, in cm³."""
    volume = used_mm3 / CM3_IN_MM3
    price, exponent = job.material.price_per_cm3, job.material.size_exponent
    assert price is not None, "a material without price is to be quoted"
    return component(
        "material",
        price * volume**exponent * job.quantity,
        job.currency,
        material=job.material.key,
        name=job.material.name,
        volume_cm3=volume,
        price_per_cm3=price,
        size_exponent=exponent,
        quantity=job.quantity,
        **inputs,
    )


def missing_figure(job: Job, *names: str) -> Reason | None:
    """The machine lacks a figure that its formula needs: to be quoted rather than guessed."""
    missing = [name for name in names if getattr(job.machine, name) is None]
    if not missing:
        return None
    return Reason(code="machine_incomplete", params={"machine": job.machine.name, "missing": " ".join(missing)})
