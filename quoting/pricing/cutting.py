"""What milling and turning have in common: removing material, set-ups, tools, holes, programming.

Times are minutes per copy unless a name says otherwise. Sources of the formulas: spec/pricing.md, "CNC milling and
turning".
"""

from decimal import ROUND_CEILING, Decimal

from quoting.geometry.values import Hole, Machining, Reason
from quoting.pricing.amounts import component, measured, plain
from quoting.pricing.contract import Component
from quoting.pricing.job import CM2_IN_MM2, CM3_IN_MM3, Job
from quoting.pricing.machines import Cutting, HolePrice

MINUTES_IN_HOUR = Decimal(60)
SECONDS_IN_MINUTE = Decimal(60)


def figures(job: Job) -> tuple[Cutting, Machining]:
    """Of the machine and of the part. Ask `obstacle` first."""
    assert job.machine.cutting is not None and job.machining is not None, "ask obstacle() first"
    return job.machine.cutting, job.machining


def obstacle(job: Job) -> Reason | None:
    """Why a machine that cuts cannot make this part, or nobody knows."""
    if job.machine.cutting is None:
        return Reason(code="machine_incomplete", params={"machine": job.machine.name, "missing": "cutting"})
    if job.machining is None:
        return Reason(code="shape_unknown")
    cutting, part = job.machine.cutting, job.machining
    if measured(part.unreachable_share) > cutting.max_unreachable:
        return Reason(code="unreachable", params={"percent": plain(round(measured(part.unreachable_share) * 100))})
    if part.setups > cutting.max_setups:
        return Reason(code="too_many_setups", params={"setups": str(part.setups), "most": str(cutting.max_setups)})
    for hole in part.holes:
        if cutting.holes and hole_price(cutting, hole) is None:
            told = {"diameter_mm": plain(measured(hole.diameter_mm)), "depth_mm": plain(measured(hole.depth_mm))}
            return Reason(code="hole_too_deep", params=told)
    return None


def complexity(cutting: Cutting, area_mm2: Decimal, box_mm: tuple[Decimal, Decimal, Decimal], features: int) -> Decimal:
    """A factor on cutting time: 1 for a plain box, more with its surface ÷ the box's surface and with its features."""
    x, y, z = box_mm
    ratio = area_mm2 / (2 * (x * y + y * z + z * x))
    factor = 1 + cutting.complexity_per_ratio * max(ratio - 1, Decimal(0)) + cutting.complexity_per_feature * features
    return min(cutting.max_complexity, factor).quantize(Decimal("0.0001"))


def roughing_minutes(cutting: Cutting, removed_cm3: Decimal, material_factor: Decimal) -> Decimal:
    """Volume to remove ÷ the rate of its band; a harder material takes so many times as long."""
    band = next(b for b in cutting.removal if b.up_to_cm3 is None or removed_cm3 <= b.up_to_cm3)
    return removed_cm3 / band.cm3_per_min * material_factor


def machine_time(job: Job, stock_mm3: Decimal, setups: int, basis: str) -> Component:
    """Hours × rate × quantity: (roughing + finishing) × complexity + tool changes + set-ups."""
    cutting, part = figures(job)
    removed = max(Decimal(0), stock_mm3 - job.volume_mm3) / CM3_IN_MM3
    roughing = roughing_minutes(cutting, removed, job.material.removal_factor)
    finishing = job.area_mm2 / CM2_IN_MM2 / cutting.finishing_cm2_per_min
    factor = complexity(cutting, job.area_mm2, box_of(part), part.features)
    tools = (Decimal(part.features) / cutting.features_per_tool).to_integral_value(ROUND_CEILING)
    changes = tools * cutting.tool_seconds / SECONDS_IN_MINUTE
    minutes = (roughing + finishing) * factor + changes + setups * cutting.setup_minutes
    return component(
        "machine_time",
        minutes / MINUTES_IN_HOUR * job.machine.hourly_rate * job.quantity,
        job.currency,
        basis=basis,
        removed_cm3=removed,
        roughing_min=roughing,
        finishing_min=finishing,
        complexity=factor,
        tools=tools,
        tool_min=changes,
        setups=setups,
        setup_min=setups * cutting.setup_minutes,
        minutes=minutes,
        hourly_rate=job.machine.hourly_rate,
        quantity=job.quantity,
    )


def box_of(part: Machining) -> tuple[Decimal, Decimal, Decimal]:
    """The smallest oriented box, X ≥ Y ≥ Z, in mm."""
    x, y, z = sorted((measured(extent) for extent in part.box_mm), reverse=True)
    return x, y, z


def hole_price(cutting: Cutting, hole: Hole) -> HolePrice | None:
    ratio = measured(hole.depth_mm) / measured(hole.diameter_mm)
    return next((price for price in cutting.holes if ratio <= price.up_to_ratio), None)


def holes(job: Job) -> tuple[Component, ...]:
    """Price per hole and copy by depth ÷ diameter, blind ones × a factor."""
    cutting, part = figures(job)
    each, count = Decimal(0), 0
    for hole in part.holes:
        if price := hole_price(cutting, hole):
            each += price.each * hole.count * (1 if hole.through else cutting.blind_factor)
            count += hole.count
    if not each:
        return ()
    return (component("holes", each * job.quantity, job.currency, each=each, holes=count, quantity=job.quantity),)


def once_per_model(job: Job, setups: int) -> tuple[Component, ...]:
    """Programming, set-ups and the holes' set-up (step 2)."""
    cutting, part = figures(job)
    rate = job.machine.hourly_rate
    by_features = cutting.programming_minutes_per_feature * part.features / MINUTES_IN_HOUR
    hours = max(cutting.programming_hours, by_features)
    told: dict[str, Decimal | int] = {"hours": hours, "features": part.features, "hourly_rate": rate}
    made = [component("programming_time", hours * rate, job.currency, **told)] if hours else []
    if cutting.setup_hours:
        once = cutting.setup_hours
        amount = once * setups * rate
        made.append(component("setups", amount, job.currency, hours=once, setups=setups, hourly_rate=rate))
    prices = [price for hole in part.holes if (price := hole_price(cutting, hole))]
    if setup := sum((price.setup for price in prices), Decimal(0)):
        made.append(component("holes_setup", setup, job.currency, setup=setup, kinds=len(prices)))
    return tuple(made)
