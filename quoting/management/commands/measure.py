"""`manage.py measure FILE`: what the geometry code finds in a file. Needs no database."""

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from quoting.geometry.isolate import measure_file
from quoting.measure_blocks import BLOCKS


class Command(BaseCommand):
    help = (
        "Measure a 3D model (STL, 3MF, STEP, OBJ, PLY, GLB, IGES): size, volume, area, whether it can be trusted, "
        "walls, and what milling and molding need to know."
    )
    requires_system_checks: list[str] = []  # none of them concerns a file

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file")
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        for block in BLOCKS:
            block.add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        measurement = measure_file(options["file"], options["unit"])
        if options["json"]:
            answer: dict[str, Any] = {}
            for block in BLOCKS:
                answer |= block.as_json(measurement, options)
            self.stdout.write(json.dumps(answer))
        else:
            self.stdout.write("\n".join(line for block in BLOCKS for line in block.as_text(measurement, options)))
        if not measurement.ok:
            sys.exit(1)
