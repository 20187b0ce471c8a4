"""FDM: material and hours both come from the print estimate of the chosen profile (shells, infill and supports)."""

from quoting.geometry.values import Reason
from quoting.pricing.amounts import component
from quoting.pricing.contract import Component
from quoting.pricing.job import SECONDS_IN_HOUR, Formula, Job, material_component


def obstacle(job: Job) -> Reason | None:
    """No estimate yet: it is being made and nothing is guessed. An estimate of nothing is a case for the shop."""
    if job.estimate is None:
        return Reason(code="estimate_pending", params={"profile": job.profile})
    if job.estimate.seconds <= 0 or job.estimate.filament_mm3 <= 0:
        return Reason(code="estimate_empty", params={"profile": job.profile})
    return None


def components(job: Job) -> tuple[Component, ...]:
    """Material = price × filament^k; machine = hours × hourly rate; both per copy, times the quantity."""
    assert job.estimate is not None, "ask obstacle() first"
    seconds, rate = job.estimate.seconds, job.machine.hourly_rate
    machine_time = component(
        "machine_time",
        seconds / SECONDS_IN_HOUR * rate * job.quantity,
        job.currency,
        basis="estimate",
        profile=job.profile,
        seconds=seconds,
        hourly_rate=rate,
        quantity=job.quantity,
    )
    return material_component(job, job.estimate.filament_mm3), machine_time


FORMULA = Formula(obstacle, components)
