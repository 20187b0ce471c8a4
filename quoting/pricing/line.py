"""The price of one line: steps 1 to 5 of "Order of the calculation" in pricing.md."""

from decimal import Decimal

from quoting.geometry.values import Reason
from quoting.pricing.amounts import component, rounded, total
from quoting.pricing.catalogue import Catalogue, Finish
from quoting.pricing.contract import LINE_COMPONENTS, Component, LinePrice, LineRequest, OneOffs
from quoting.pricing.job import CM2_IN_MM2, CM3_IN_MM3, Job
from quoting.pricing.judge import Reasons, judge, state_of
from quoting.pricing.technologies import FORMULAS

Components = tuple[Component, ...]
HUNDRED = Decimal(100)


def assess(catalogue: Catalogue, request: LineRequest) -> Job | Reasons:
    """A job whose steps 1 to 5 can be worked out, or the reasons why the line has no price."""
    verdict = judge(catalogue, request)
    if isinstance(verdict, Job) and total(_per_copy(verdict), verdict.currency) <= 0:
        return (Reason(code="price_is_zero"),)
    return verdict


def price_job(line: int, job: Job, one_offs: OneOffs, price_level_percent: Decimal) -> LinePrice:
    """All components of a line that can be priced, for its whole quantity."""
    made = _per_copy(job) + _per_model(job, one_offs) + _per_order(job, one_offs)
    made += _markups(job, made)
    made += _quantity_discount(job, made)
    made += _price_level(job, made, price_level_percent)
    made += _minimum_part(job, made)
    return LinePrice(
        line=line,
        state="priced",
        components=made,
        net=total(made, job.currency),
        tax_class=job.process.tax_class,
        days=job.lead_time.days + job.material.lead_days + (job.finish.lead_days if job.finish else 0),
    )


def unpriced(line: int, reasons: Reasons, tax_class: str) -> LinePrice:
    """A line without a price: it counts nothing in the sums, and says why."""
    return LinePrice(line=line, state=state_of(reasons), tax_class=tax_class, reasons=reasons)


def _per_copy(job: Job) -> Components:
    """Step 1: material, machine time, post-production and finish."""
    each = job.process.post_production_per_piece
    made = FORMULAS[job.process.technology].components(job) + _extras(job)
    if each:
        made += (
            component("post_production", each * job.quantity, job.currency, per_piece=each, quantity=job.quantity),
        )
    if job.finish and not job.finish.free:
        made += (_finish(job, job.finish),)
    return made


def _extras(job: Job) -> Components:
    """Threads, inserts and the like: what one of it costs × how many a copy has × quantity."""
    each = sum((extra.each * count for extra, count in job.extras), Decimal(0))
    if not each:
        return ()
    names = ", ".join(f"{count} × {extra.name}" for extra, count in job.extras)
    return (component("extras", each * job.quantity, job.currency, each=each, names=names, quantity=job.quantity),)


def _finish(job: Job, finish: Finish) -> Component:
    """max(lot charge, quantity × piece), piece = fixed + per cm² × area + per cm³ × volume."""
    area, volume = job.area_mm2 / CM2_IN_MM2, job.volume_mm3 / CM3_IN_MM3
    inputs: dict[str, Decimal] = {"lot_charge": finish.lot_charge}
    piece = Decimal(0)
    if finish.per_piece:
        piece += finish.per_piece
        inputs |= {"per_piece": finish.per_piece}
    if finish.per_cm2:
        piece += finish.per_cm2 * area
        inputs |= {"per_cm2": finish.per_cm2, "area_cm2": area}
    if finish.per_cm3:
        piece += finish.per_cm3 * volume
        inputs |= {"per_cm3": finish.per_cm3, "volume_cm3": volume}
    return component(
        "finish",
        max(finish.lot_charge, piece * job.quantity),
        job.currency,
        finish=finish.key,
        name=finish.name,
        quantity=job.quantity,
        **inputs,
    )


def _per_model(job: Job, one_offs: OneOffs) -> Components:
    """Step 2: programming, set-ups and tools, once per distinct file and process."""
    if not one_offs.per_model:
        return ()
    amount = job.process.programming_per_model
    made: Components = (component("programming", amount, job.currency, per_model=amount),) if amount else ()
    made += FORMULAS[job.process.technology].per_model(job)
    if setup := sum((extra.setup for extra, _count in job.extras), Decimal(0)):
        made += (component("extras_setup", setup, job.currency, setup=setup),)
    return tuple(sorted(made, key=lambda item: LINE_COMPONENTS.index(item.code)))


def _per_order(job: Job, one_offs: OneOffs) -> Components:
    """Step 3: start-up of the material, once per order."""
    material = job.material
    if not (one_offs.startup and material.startup):
        return ()
    inputs = {"material": material.key, "name": material.name}
    return (component("startup", material.startup, job.currency, startup=material.startup, **inputs),)


def _markups(job: Job, made: Components) -> Components:
    """Step 4: percents of rounded 1 + 2 + 3, added and not compounded.

    The mark-up leaves out a bought-in finish; both leave out start-up when the shop says so.
    """
    bought_in = job.finish is not None and job.finish.bought_in
    counted = [item for item in made if item.code != "startup" or job.process.markup_on_startup]
    own = [item for item in counted if not (item.code == "finish" and bought_in)]
    lead_time = {"lead_time": job.lead_time.key, "name": job.lead_time.name}
    base = total(counted, job.currency)
    made = _percent("markup", job.process.markup_percent, total(own, job.currency), job.currency)
    if job.tolerance:
        tolerance = {"tolerance": job.tolerance.key, "name": job.tolerance.name}
        made += _percent("tolerance", job.tolerance.percent, base, job.currency, **tolerance)
    return made + _percent("lead_time", job.lead_time.percent, base, job.currency, **lead_time)


def _quantity_discount(job: Job, made: Components) -> Components:
    """Step 5: the discount of the last break that the quantity reaches, on all of 1 to 4."""
    reached = [item for item in job.process.quantity_breaks if item.quantity <= job.quantity]
    if not reached:
        return ()
    base, last = total(made, job.currency), reached[-1]
    return _percent("quantity_discount", -last.percent, base, job.currency, from_quantity=last.quantity)


def _price_level(job: Job, made: Components, percent: Decimal) -> Components:
    """Step 5: the company's discount, on what is left after the quantity discount."""
    return _percent("price_level", -percent, total(made, job.currency), job.currency)


def _minimum_part(job: Job, made: Components) -> Components:
    """Step 5: max(0, minimum price per part × quantity − what was made so far)."""
    each, so_far = job.process.minimum_part_price, total(made, job.currency)
    lacking = rounded(each * job.quantity, job.currency) - so_far
    if lacking <= 0:
        return ()
    inputs = {"minimum": each, "sum": so_far}
    return (component("minimum_part", lacking, job.currency, quantity=job.quantity, **inputs),)


def _percent(code: str, percent: Decimal, base: Decimal, currency: str, **inputs: str | int) -> Components:
    """A component of so many percent of a base; none for 0 %. Discounts are negative percents."""
    if not percent:
        return ()
    return (component(code, base * percent / HUNDRED, currency, percent=percent, base=base, **inputs),)
