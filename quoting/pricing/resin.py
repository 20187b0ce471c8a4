"""Resin (SLA): volume with supports; hours from the number of layers, exposure and lift."""

from decimal import ROUND_CEILING, Decimal

from quoting.geometry.values import Reason
from quoting.pricing.amounts import component
from quoting.pricing.contract import Component
from quoting.pricing.job import SECONDS_IN_HOUR, Formula, Job, material_component, missing_figure


def obstacle(job: Job) -> Reason | None:
    return missing_figure(job, "layer_mm", "seconds_per_layer")


def layers(height_mm: Decimal, layer_mm: Decimal) -> Decimal:
    """Layers of a part, the last one begun counts."""
    return (height_mm / layer_mm).to_integral_value(ROUND_CEILING)


def components(job: Job) -> tuple[Component, ...]:
    """Material = price × (V × (1 + supports))^k; machine = layers × seconds a layer × rate; both per copy."""
    machine = job.machine
    assert machine.layer_mm is not None and machine.seconds_per_layer is not None, "ask obstacle() first"
    count = layers(job.height_mm, machine.layer_mm)
    machine_time = component(
        "machine_time",
        count * machine.seconds_per_layer / SECONDS_IN_HOUR * machine.hourly_rate * job.quantity,
        job.currency,
        basis="layers",
        height_mm=job.height_mm,
        layer_mm=machine.layer_mm,
        layers=count,
        seconds_per_layer=machine.seconds_per_layer,
        hourly_rate=machine.hourly_rate,
        quantity=job.quantity,
    )
    used = job.volume_mm3 * (1 + machine.support_share)
    return material_component(job, used, support_share=machine.support_share), machine_time


FORMULA = Formula(obstacle, components)
