"""Turning: from the thinnest rod that holds the part; copies share a bar."""

from decimal import ROUND_FLOOR, Decimal

from quoting.geometry.values import Reason
from quoting.pricing import cutting
from quoting.pricing.amounts import measured
from quoting.pricing.contract import Component
from quoting.pricing.job import Formula, Job, material_component

PI = Decimal("3.14159265358979323846")
SETUPS = 2  # one for each end


def parts_per_bar(bar_mm: Decimal, end_mm: Decimal, length_mm: Decimal, cutoff_mm: Decimal, facing_mm: Decimal) -> int:
    """⌊(bar − end) ÷ (length + cut-off + facing)⌋"""
    return int(((bar_mm - end_mm) / (length_mm + cutoff_mm + facing_mm)).to_integral_value(ROUND_FLOOR))


def rod(diameter_mm: Decimal, rods_mm: tuple[Decimal, ...]) -> Decimal | None:
    """The thinnest rod that is no thinner; without a list every size can be had."""
    if not rods_mm:
        return diameter_mm
    return next((size for size in sorted(rods_mm) if size >= diameter_mm), None)


def _size(job: Job) -> tuple[Decimal, Decimal] | None:
    """Diameter with its allowance, and length, in mm; None for a part that is not round."""
    figures, part = cutting.figures(job)
    if part.turned_diameter_mm is None or part.turned_length_mm is None:
        return None
    return measured(part.turned_diameter_mm) + 2 * figures.allowance_radius_mm, measured(part.turned_length_mm)


def _per_bar(job: Job, length: Decimal) -> int:
    figures, _part = cutting.figures(job)
    return parts_per_bar(figures.bar_mm, figures.bar_end_mm, length, figures.cutoff_mm, figures.facing_mm)


def obstacle(job: Job) -> Reason | None:
    if reason := cutting.obstacle(job):
        return reason
    if (size := _size(job)) is None:
        return Reason(code="not_round")
    if rod(size[0], job.material.rods_mm) is None or _per_bar(job, size[1]) < 1:
        return Reason(code="no_stock", params={"material": job.material.name})
    return None


def components(job: Job) -> tuple[Component, ...]:
    """Material = price × (rod × bar length ÷ parts per bar)^k per copy; machine as in `cutting`."""
    figures, _part = cutting.figures(job)
    size = _size(job)
    assert size is not None, "ask obstacle() first"
    diameter, length = rod(size[0], job.material.rods_mm), size[1]
    assert diameter is not None, "ask obstacle() first"
    section = PI * diameter * diameter / 4
    per_bar = _per_bar(job, length)
    used = (section * figures.bar_mm / per_bar).quantize(Decimal("0.001"))
    material = material_component(job, used, basis="bar", rod_mm=diameter, per_bar=per_bar)
    blank = section * (length + figures.facing_mm)
    return material, cutting.machine_time(job, blank, SETUPS, "turning"), *cutting.holes(job)


def once_per_model(job: Job) -> tuple[Component, ...]:
    return cutting.once_per_model(job, SETUPS)


FORMULA = Formula(obstacle, components, once_per_model)
