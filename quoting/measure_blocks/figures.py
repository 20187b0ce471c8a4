"""Whether the file can be read and trusted, its size, volume and area."""

from argparse import ArgumentParser
from typing import Any, get_args

from quoting.geometry.values import Measurement, Unit
from quoting.words import say

FIGURES = ("format", "unit", "unit_source", "triangles", "bodies", "watertight", "size_mm", "volume_mm3", "area_mm2")


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--unit", choices=get_args(Unit), default="", help="what the file's numbers mean")


def as_json(measurement: Measurement, options: dict[str, Any]) -> dict[str, Any]:
    figures = measurement.measured.figures.model_dump() if measurement.measured else {}
    reviews = measurement.measured.needs_review if measurement.measured else ()
    reason = measurement.reason
    return {
        "ok": measurement.ok,
        "reason": reason.code if reason else None,
        "needs_review": [review.code for review in reviews],
        "message": " ".join(say(each) for each in ([reason] if reason else reviews)),
        **{name: figures.get(name) for name in FIGURES},
        "seconds": round(measurement.seconds, 3),
    }


def as_text(measurement: Measurement, options: dict[str, Any]) -> list[str]:
    answer = as_json(measurement, options)
    if not answer["ok"]:
        return [f"Refused ({answer['reason']}): {answer['message']}"]
    size = " × ".join(f"{extent:.2f}" for extent in answer["size_mm"])
    lines = [
        f"{answer['format'].upper()}, lengths in {answer['unit']} ({answer['unit_source']})",
        f"{answer['triangles']} triangles, {answer['bodies']} bodies, {'' if answer['watertight'] else 'not '}closed",
        f"size   {size} mm",
        f"volume {answer['volume_mm3']:.2f} mm³",
        f"area   {answer['area_mm2']:.2f} mm²",
    ]
    if answer["needs_review"]:
        lines.append(f"needs review ({', '.join(answer['needs_review'])}): {answer['message']}")
    return lines
