"""Metal powder (SLM): as other powder beds, but nothing floats in the powder: supports are printed along and paid."""

from quoting.pricing import powder
from quoting.pricing.contract import Component
from quoting.pricing.job import Formula, Job, material_component


def components(job: Job) -> tuple[Component, ...]:
    """Material = price × (V × (1 + supports))^k per copy; machine = build hours × rate × builds."""
    _powder_alone, machine_time = powder.components(job)
    share = job.machine.support_share
    return material_component(job, job.volume_mm3 * (1 + share), support_share=share), machine_time


FORMULA = Formula(powder.obstacle, components)
