"""Can a line be priced? Either a Job with everything looked up, or the reasons why not.

Things without a price never cost zero: whatever is missing, unknown or doubtful ends here as a reason.
"""

from decimal import Decimal

from quoting.geometry.values import Measured, Reason
from quoting.pricing.amounts import measured, plain
from quoting.pricing.catalogue import Catalogue, Colour, Finish, Process, Profile, by_key
from quoting.pricing.contract import WORKING_REASONS, LineRequest, PriceState, Selection
from quoting.pricing.job import Estimate, Job
from quoting.pricing.technologies import FORMULAS

Reasons = tuple[Reason, ...]


def first_selection(process: Process) -> Selection:
    """The first of everything that a process offers: what a new line starts with."""

    def first(items: tuple[Finish | Colour | Profile, ...]) -> str:
        return items[0].key if items else ""

    material = process.materials[0]
    return Selection(
        process=process.key,
        material=material.key,
        finish=first(process.finishes),
        colour=first(material.colours),
        profile=first(process.profiles),
        lead_time=process.lead_times[0].key,
        tolerance=process.tolerances[0].key if process.tolerances else "",
        cavities=process.machine.molding.cavities[0] if process.machine.molding else 0,
    )


def state_of(reasons: Reasons) -> PriceState:
    """No reasons: priced. Only such as pass by themselves: working. Any other: the shop has to quote."""
    if not reasons:
        return "priced"
    return "working" if all(reason.code in WORKING_REASONS for reason in reasons) else "to_be_quoted"


def judge(catalogue: Catalogue, request: LineRequest) -> Job | Reasons:
    """Look a line up in the catalogue; the answer does not depend on quantity, terms or other lines."""
    if request.refused:
        return (Reason(code="not_measured"),)
    if request.measured is None:
        return (Reason(code="measuring"),)
    shape = _shape_reasons(request.measured)
    process = by_key(catalogue.processes, request.selection.process)
    chosen = _selection_reasons(process, request.selection)
    if process is None or chosen or _implausible(request.measured):
        return shape + chosen
    job = _job(catalogue, process, request, request.measured)
    reasons = shape + _price_reasons(job)
    if not reasons:  # only now: an estimate is not waited for when the shop has to look anyway
        obstacle = FORMULAS[process.technology].obstacle(job)
        reasons = (obstacle,) if obstacle else ()
    return reasons or job


def weight_kg(catalogue: Catalogue, request: LineRequest) -> Decimal | None:
    """Weight of all copies of a line, volume × density × quantity; None as long as shape or material is not known."""
    process = by_key(catalogue.processes, request.selection.process)
    material = by_key(process.materials, request.selection.material) if process else None
    if material is None or request.measured is None or _implausible(request.measured):
        return None
    cm3 = measured(request.measured.figures.volume_mm3) / 1000
    return cm3 * material.density_g_cm3 * request.quantity / 1000


def _shape_reasons(shape: Measured) -> Reasons:
    if _implausible(shape):
        return (*shape.needs_review, Reason(code="implausible_figures"))
    return shape.needs_review


def _implausible(shape: Measured) -> bool:
    """No solid has such figures."""
    figures = (shape.figures.volume_mm3, shape.figures.area_mm2, *shape.figures.size_mm)
    return any(measured(figure) <= 0 for figure in figures)


def _selection_reasons(process: Process | None, chosen: Selection) -> Reasons:
    """What is still to be chosen, and what is no longer in the catalogue."""
    if process is None:
        return (_gone("process", chosen.process) if chosen.process else _choose("process"),)
    required = ["material", "lead_time", *(["profile"] if process.profiles else [])]
    missing = [name for name in required if not getattr(chosen, name)]
    material = by_key(process.materials, chosen.material)
    known = {
        "material": material,
        "finish": by_key(process.finishes, chosen.finish),
        "colour": by_key(material.colours, chosen.colour) if material else chosen.colour,
        "profile": by_key(process.profiles, chosen.profile),
        "lead_time": by_key(process.lead_times, chosen.lead_time),
        "tolerance": by_key(process.tolerances, chosen.tolerance),
    }
    gone = tuple(_gone(name, key) for name in known if (key := getattr(chosen, name)) and not known[name])
    gone += tuple(_gone("extras", key) for key, _count in chosen.extras if by_key(process.extras, key) is None)
    offered = process.machine.molding.cavities if process.machine.molding else ()
    if chosen.cavities and chosen.cavities not in offered:
        gone += (_gone("cavities", str(chosen.cavities)),)
    return ((_choose(*missing),) if missing else ()) + gone


def _choose(*missing: str) -> Reason:
    return Reason(code="choose_options", params={"missing": " ".join(missing)})


def _gone(field: str, key: str) -> Reason:
    return Reason(code="no_longer_offered", params={"field": field, "key": key})


def _job(catalogue: Catalogue, process: Process, request: LineRequest, shape: Measured) -> Job:
    chosen, figures = request.selection, shape.figures
    material = by_key(process.materials, chosen.material)
    lead_time = by_key(process.lead_times, chosen.lead_time)
    assert material is not None, "ask _selection_reasons() first"
    assert lead_time is not None, "ask _selection_reasons() first"
    width, depth, height = figures.size_mm
    return Job(
        quantity=request.quantity,
        process=process,
        material=material,
        finish=by_key(process.finishes, chosen.finish),
        lead_time=lead_time,
        size_mm=(measured(width), measured(depth), measured(height)),
        volume_mm3=measured(figures.volume_mm3),
        area_mm2=measured(figures.area_mm2),
        profile=chosen.profile,
        estimate=_estimate(shape, chosen.profile),
        currency=catalogue.currency,
        shape=shape.shape,
        tolerance=by_key(process.tolerances, chosen.tolerance) or next(iter(process.tolerances), None),
        extras=tuple((extra, count) for key, count in chosen.extras if (extra := by_key(process.extras, key))),
        cavities=chosen.cavities or (process.machine.molding.cavities[0] if process.machine.molding else 1),
    )


def _estimate(shape: Measured, profile: str) -> Estimate | None:
    for estimate in shape.estimates:
        if estimate.profile == profile and estimate.orientation == "as_uploaded":
            return Estimate(seconds=measured(estimate.seconds), filament_mm3=measured(estimate.filament_mm3))
    return None


def _price_reasons(job: Job) -> Reasons:
    """Everything that leaves a job without a firm price: no formula, no amount, no machine large enough."""
    process, material, finish = job.process, job.material, job.finish
    found = []
    if not process.instant or process.technology not in FORMULAS:
        found.append(Reason(code="quoted_by_hand", params={"process": process.name}))
    elif material.price_per_cm3 is None:
        found.append(Reason(code="material_without_price", params={"material": material.name}))
    if finish is not None and not finish.has_price:
        found.append(Reason(code="finish_without_price", params={"finish": finish.name}))
    part, build = sorted(job.size_mm), sorted(job.machine.build_mm)
    if any(extent > limit for extent, limit in zip(part, build, strict=True)):
        sizes = {"part_mm": " ".join(map(plain, part)), "machine_mm": " ".join(map(plain, build))}
        found.append(Reason(code="too_big_for_machine", params=sizes))
    return tuple(found)
