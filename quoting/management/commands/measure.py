"""`manage.py measure FILE`: what the geometry code finds in a file. Needs no database."""

import json
import sys
from argparse import ArgumentParser
from typing import Any, get_args

from django.core.management.base import BaseCommand

from quoting.geometry.isolate import measure_file
from quoting.geometry.values import Measurement, Unit
from quoting.words import say

FIGURES = ("format", "unit", "unit_source", "triangles", "bodies", "watertight", "size_mm", "volume_mm3", "area_mm2")


class Command(BaseCommand):
    help = (
        "Measure a 3D model (STL, 3MF, STEP, OBJ, PLY, GLB, IGES): size, volume, area, and whether it can be trusted."
    )
    requires_system_checks: list[str] = []  # none of them concerns a file

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file")
        parser.add_argument("--unit", choices=get_args(Unit), default="", help="what the file's numbers mean")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        measurement = measure_file(options["file"], options["unit"])
        answer = as_dict(measurement)
        self.stdout.write(json.dumps(answer) if options["json"] else as_text(answer))
        if not measurement.ok:
            sys.exit(1)


def as_dict(measurement: Measurement) -> dict[str, Any]:
    """A flat answer for scripts; lengths in mm. The figures are None when the file is refused."""
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


def as_text(answer: dict[str, Any]) -> str:
    if not answer["ok"]:
        return f"Refused ({answer['reason']}): {answer['message']}"
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
    return "\n".join(lines)
