"""Geometry beyond volume: what was repaired, walls, what milling, molding and printing need to know (docs/geometry.md)."""

from argparse import ArgumentParser
from typing import Any

from quoting.geometry.values import Healing, Machining, Measurement, Molding, Orientation, Shape, Walls


def add_arguments(parser: ArgumentParser) -> None:
    """Nothing: the shape of a part is what it is."""


def as_json(measurement: Measurement, options: dict[str, Any]) -> dict[str, Any]:
    measured = measurement.measured
    shape = (measured and measured.shape) or Shape()
    return {
        "healing": _healing(measured.healing) if measured and measured.healing else None,
        "walls_mm": _walls(shape.walls) if shape.walls else None,
        "cnc": _cnc(shape.machining) if shape.machining else None,
        "mold": _mold(shape.molding, measured.figures.area_mm2) if measured and shape.molding else None,
        "orientation": _orientation(shape.orientation) if shape.orientation else None,
        "support_mm3": shape.orientation.as_is.support_mm3 if shape.orientation else None,
    }


def as_text(measurement: Measurement, options: dict[str, Any]) -> list[str]:
    answer = as_json(measurement, options)
    lines = []
    if (healing := answer["healing"]) and healing["changed"]:
        changes = ", ".join(f"{name} {count}" for name, count in healing.items() if type(count) is int and count)
        volumes = f"{healing['volume_before_mm3']:.2f} → {healing['volume_after_mm3']:.2f} mm³"
        lines.append(f"healed {changes}; volume {volumes}")
    if walls := answer["walls_mm"]:
        lines.append(f"walls  {walls['p05']:.2f} / {walls['median']:.2f} / {walls['p95']:.2f} mm (5 %, median, 95 %)")
    if cnc := answer["cnc"]:
        lines.append(
            f"CNC    {cnc['setups']} set-ups reach {cnc['reach']:.1%}, {len(cnc['holes'])} holes, "
            f"{cnc['sharp_inside_edge_mm']:.1f} mm of sharp inside edges"
        )
    if mold := answer["mold"]:
        lines.append(
            f"mold   pull {mold['pull']}, projected {mold['projected_mm2']:.1f} mm², undercut {mold['undercut']:.1%}"
        )
    if turned := answer["orientation"]:
        up = ", ".join(f"{part:.3f}" for part in turned["up"])
        lines.append(
            f"print  supports {answer['support_mm3']:.1f} mm³ as it stands; best with ({up}) up: supports "
            f"{turned['support_mm3']:.1f} mm³, {turned['height_mm']:.1f} mm high ({', '.join(turned['reasons'])})"
        )
    return lines


def _healing(healing: Healing) -> dict[str, Any]:
    return {"changed": healing.changed, **healing.model_dump()}


def _walls(walls: Walls) -> dict[str, float | None]:
    return {"p05": walls.p05_mm, "median": walls.median_mm, "p95": walls.p95_mm}


def _cnc(machining: Machining) -> dict[str, Any]:
    return {
        "setups": machining.setups,
        "reach": 1 - machining.unreachable_share,
        "holes": [
            {"diameter_mm": hole.diameter_mm, "depth_mm": hole.depth_mm, "through": hole.through}
            for hole in machining.holes
            for _ in range(hole.count)
        ],
        "sharp_inside_edge_mm": machining.sharp_inside_mm,
    }


def _mold(molding: Molding, area_mm2: float) -> dict[str, Any]:
    """`undercut` as a share of the surface."""
    return {
        "undercut": molding.undercut_mm2 / area_mm2,
        "projected_mm2": molding.projected_mm2,
        "pull": list(molding.pull),
    }


def _orientation(found: Orientation) -> dict[str, Any]:
    """The best way to stand, with what it has over how the part stands."""
    return {
        **found.best.model_dump(),
        "rotation": found.best.rotation,
        "reasons": found.reasons,
        "as_is": found.as_is.model_dump(),
    }
