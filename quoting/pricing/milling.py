"""Milling: from the smallest stock that holds the part, cut to length; as many set-ups as it takes to reach everything."""

from decimal import Decimal
from typing import NamedTuple

from quoting.geometry.values import Reason
from quoting.pricing import cutting
from quoting.pricing.amounts import plain
from quoting.pricing.contract import Component
from quoting.pricing.job import Formula, Job, material_component


class Stock(NamedTuple):
    """A piece of bar or plate, in mm: cut to length, in a section that the shop has."""

    length: Decimal
    width: Decimal
    thickness: Decimal

    @property
    def volume_mm3(self) -> Decimal:
        return self.length * self.width * self.thickness


def smallest_stock(
    box_mm: tuple[Decimal, Decimal, Decimal], allowance_mm: Decimal, sections: tuple[tuple[Decimal, Decimal], ...]
) -> Stock | None:
    """The section of the smallest area that holds Y and Z of the box with the allowance; X is cut to length.

    Without a list of sections every size can be had. None: no section is large enough.
    """
    x, y, z = (extent + allowance_mm for extent in box_mm)
    if not sections:
        return Stock(x, y, z)
    holding = [section for section in sections if max(section) >= y and min(section) >= z]
    if not holding:
        return None
    width, thickness = min(holding, key=lambda section: section[0] * section[1])
    return Stock(x, width, thickness)


def _stock(job: Job) -> Stock | None:
    figures, part = cutting.figures(job)
    return smallest_stock(cutting.box_of(part), figures.allowance_mm, job.material.sections_mm)


def obstacle(job: Job) -> Reason | None:
    if reason := cutting.obstacle(job):
        return reason
    if _stock(job) is None:
        return Reason(code="no_stock", params={"material": job.material.name})
    return None


def charged_setups(job: Job) -> int:
    figures, part = cutting.figures(job)
    return min(max(1, part.setups), figures.counted_setups or part.setups or 1)


def components(job: Job) -> tuple[Component, ...]:
    """Material = price × stock^k per copy; machine as in `cutting`; holes per copy."""
    stock = _stock(job)
    assert stock is not None, "ask obstacle() first"
    size = " ".join(plain(extent) for extent in stock)
    material = material_component(job, stock.volume_mm3, basis="stock", stock_mm=size)
    return material, cutting.machine_time(job, stock.volume_mm3, charged_setups(job), "milling"), *cutting.holes(job)


def once_per_model(job: Job) -> tuple[Component, ...]:
    return cutting.once_per_model(job, charged_setups(job))


FORMULA = Formula(obstacle, components, once_per_model)
