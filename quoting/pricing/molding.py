"""Injection molding: a tool once per model, then pieces by shot and cycle. Sources: spec/pricing.md, "Injection molding"."""

from decimal import ROUND_CEILING, Decimal

from quoting.geometry.values import Molding, Reason, Walls
from quoting.pricing.amounts import component, measured, plain
from quoting.pricing.contract import Component
from quoting.pricing.job import CM2_IN_MM2, CM3_IN_MM3, SECONDS_IN_HOUR, Formula, Job, material_component
from quoting.pricing.machines import MoldMaking, Press, Resin, ToolBase
from quoting.pricing.turning import PI

SLIDE_SHARE = Decimal("0.1")  # of the surface that one slide frees
NO_UNDERCUT = Decimal("0.005")  # of the surface: less is a matter of draft


def clamp_t(projected_cm2: Decimal, cavities: int, cavity_mpa: Decimal) -> Decimal:
    """Clamp force in t: area [cm²] × cavities × pressure [MPa] ÷ 100."""
    return projected_cm2 * cavities * cavity_mpa / 100


def press_for(presses: tuple[Press, ...], force_t: Decimal) -> Press | None:
    """The smallest press that reaches the force."""
    return next((press for press in presses if press.clamp_t >= force_t), None)


def cooling_s(wall_mm: Decimal, resin: Resin) -> Decimal:
    """s² ÷ (π² a) × ln(4/π × (melt − mold) ÷ (ejection − mold)): until the middle of the wall may be ejected."""
    ratio = 4 / PI * (resin.melt_c - resin.mold_c) / (resin.ejection_c - resin.mold_c)
    return (wall_mm * wall_mm / (PI * PI * resin.diffusivity_mm2_s) * ratio.ln()).quantize(Decimal("0.01"))


def slides(undercut_mm2: Decimal, area_mm2: Decimal) -> int:
    """How many slides free the undercuts: none below half a percent of the surface, then one per tenth of it."""
    share = undercut_mm2 / area_mm2
    return 0 if share < NO_UNDERCUT else int((share / SLIDE_SHARE).to_integral_value(ROUND_CEILING))


def _figures(job: Job) -> tuple[MoldMaking, Molding, Walls, Resin]:
    making, resin = job.machine.molding, job.material.resin
    assert making and job.molding and job.walls and resin, "ask obstacle() first"
    return making, job.molding, job.walls, resin


def _base(job: Job, making: MoldMaking) -> ToolBase | None:
    return next((base for base in making.bases if max(job.size_mm) <= base.up_to_mm), None)


def _press(job: Job) -> tuple[Decimal, Press | None]:
    making, part, _walls, _resin = _figures(job)
    force = clamp_t(measured(part.projected_mm2) / CM2_IN_MM2, job.cavities, making.cavity_mpa)
    return force, press_for(making.presses, force)


def obstacle(job: Job) -> Reason | None:
    missing = [
        name for name, there in (("molding", job.machine.molding), ("resin", job.material.resin)) if there is None
    ]
    if missing:
        return Reason(code="machine_incomplete", params={"machine": job.machine.name, "missing": " ".join(missing)})
    if job.molding is None or job.walls is None:
        return Reason(code="shape_unknown")
    force, press = _press(job)
    if press is None:
        return Reason(code="no_press", params={"clamp_t": plain(force.quantize(Decimal(1), ROUND_CEILING))})
    if _base(job, _figures(job)[0]) is None:
        return Reason(code="no_mold_base", params={"longest_mm": plain(max(job.size_mm))})
    return None


def components(job: Job) -> tuple[Component, ...]:
    """Pieces: material = price × (V × (1 + scrap))^k; machine = cycle ÷ cavities × the press's rate."""
    making, _part, walls, resin = _figures(job)
    force, press = _press(job)
    assert press is not None, "ask obstacle() first"
    cooling = cooling_s(measured(walls.median_mm), resin)
    cycle = making.fill_s + cooling + making.ejection_s
    machine_time = component(
        "machine_time",
        cycle / job.cavities / SECONDS_IN_HOUR * press.hourly_rate * job.quantity,
        job.currency,
        basis="press",
        fill_s=making.fill_s,
        cooling_s=cooling,
        ejection_s=making.ejection_s,
        cycle_s=cycle,
        cavities=job.cavities,
        clamp_t=force.quantize(Decimal("0.1")),
        press_t=press.clamp_t,
        hourly_rate=press.hourly_rate,
        quantity=job.quantity,
    )
    return material_component(job, job.volume_mm3 * (1 + making.scrap), scrap=making.scrap), machine_time


def once_per_model(job: Job) -> tuple[Component, ...]:
    """The tool: base by size + cavities × cutting them + slides for undercuts."""
    making, part, _walls, _resin = _figures(job)
    base = _base(job, making)
    assert base is not None, "ask obstacle() first"
    volume, area = job.volume_mm3 / CM3_IN_MM3, job.area_mm2 / CM2_IN_MM2
    cavity = making.per_cm3 * volume + making.per_cm2 * area
    count = slides(measured(part.undercut_mm2), job.area_mm2)
    amount = base.price + job.cavities * cavity + count * making.slide_price
    return (
        component(
            "tool",
            amount,
            job.currency,
            base=base.price,
            cavities=job.cavities,
            cavity=cavity,
            slides=count,
            slide=making.slide_price,
        ),
    )


FORMULA = Formula(obstacle, components, once_per_model)
