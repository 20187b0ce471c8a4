"""Powder bed (SLS, MJF): copies of a line share builds; hours from height ÷ growth rate.

As laid down in pricing.md: a build holds one layer of parts, more layers are more builds; or, where the shop stacks
parts in the powder, hours come from the height that the parts fill at the machine's packing density.
"""

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal

from quoting.geometry.values import Reason
from quoting.pricing.amounts import component
from quoting.pricing.contract import Component
from quoting.pricing.job import Formula, Job, material_component, missing_figure

_HEIGHT_STEP = Decimal("0.001")


def obstacle(job: Job) -> Reason | None:
    return missing_figure(job, "growth_mm_per_h", "packing_density")


def capacity(plate_mm2: Decimal, height_mm: Decimal, packing_density: Decimal, volume_mm3: Decimal) -> int:
    """Copies in one layer of parts: ⌊plate area × part height × packing density ÷ part volume⌋, at least 1."""
    fitting = plate_mm2 * height_mm * packing_density / volume_mm3
    return max(1, int(fitting.to_integral_value(ROUND_FLOOR)))


def builds(quantity: int, per_build: int) -> int:
    return int((Decimal(quantity) / per_build).to_integral_value(ROUND_CEILING))


def stacked_height(job: Job) -> Decimal:
    """Height in mm that all copies fill at the packing density, and no less than one copy is high."""
    width, depth, _ = job.machine.build_mm
    assert job.machine.packing_density is not None, "ask obstacle() first"
    filled = job.quantity * job.volume_mm3 / (width * depth * job.machine.packing_density)
    return max(job.height_mm, filled.quantize(_HEIGHT_STEP, ROUND_HALF_UP))


def components(job: Job) -> tuple[Component, ...]:
    """Material = price × V^k per copy; machine = build hours × rate × builds for the line."""
    machine_time = _stacked_time(job) if job.machine.stacked else _build_time(job)
    return material_component(job, job.volume_mm3), machine_time


def _build_time(job: Job) -> Component:
    machine = job.machine
    assert machine.growth_mm_per_h is not None and machine.packing_density is not None, "ask obstacle() first"
    width, depth, _ = machine.build_mm
    per_build = capacity(width * depth, job.height_mm, machine.packing_density, job.volume_mm3)
    count = builds(job.quantity, per_build)
    return component(
        "machine_time",
        job.height_mm * machine.hourly_rate * count / machine.growth_mm_per_h,
        job.currency,
        basis="builds",
        height_mm=job.height_mm,
        growth_mm_per_h=machine.growth_mm_per_h,
        hourly_rate=machine.hourly_rate,
        capacity=per_build,
        builds=count,
        quantity=job.quantity,
    )


def _stacked_time(job: Job) -> Component:
    machine = job.machine
    assert machine.growth_mm_per_h is not None, "ask obstacle() first"
    height = stacked_height(job)
    return component(
        "machine_time",
        height * machine.hourly_rate / machine.growth_mm_per_h,
        job.currency,
        basis="stacked",
        height_mm=height,
        growth_mm_per_h=machine.growth_mm_per_h,
        hourly_rate=machine.hourly_rate,
        quantity=job.quantity,
    )


FORMULA = Formula(obstacle, components)
