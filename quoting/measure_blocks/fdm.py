"""What printing takes with a slicer's configuration: `manage.py measure FILE --slicer-config FILE.ini`."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from quoting.geometry import slicer_ini
from quoting.geometry.isolate import estimate_print
from quoting.geometry.values import Measurement
from quoting.words import say


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--slicer-config", default="", help="PrusaSlicer's .ini: filament and time of a print with it")


def as_json(measurement: Measurement, options: dict[str, Any]) -> dict[str, Any]:
    return {"fdm": _forecast(options)}


def as_text(measurement: Measurement, options: dict[str, Any]) -> list[str]:
    found = _forecast(options)
    if found is None:
        return []
    if found["reason"]:
        return [f"print  not estimated: {found['message']}"]
    hours = "{:.2f} to {:.2f} h".format(*(seconds / 3600 for seconds in found["range"]["time_s"]))
    filament = "{:.2f} to {:.2f} cm³".format(*found["range"]["filament_cm3"])
    return [f"print  {found['filament_cm3']:.2f} cm³ ({filament}), {found['time_s'] / 3600:.2f} h ({hours})"]


def _forecast(options: dict[str, Any]) -> dict[str, Any] | None:
    """None when no configuration was given."""
    if not options["slicer_config"]:
        return None
    try:
        text = slicer_ini.read_text(Path(options["slicer_config"]))
        slicer_ini.printer_of(text)
    except slicer_ini.IniRefusedError as error:
        raise CommandError(str(error)) from error
    made = estimate_print(options["file"], options["unit"], text)
    if made.filament_mm3 is None or made.seconds is None or made.low is None or made.high is None:
        reason = made.reason
        return {
            "filament_cm3": None,
            "time_s": None,
            "range": None,
            "reason": reason.code if reason else "crashed",
            "message": say(reason) if reason else "",
        }
    filament, seconds = made.filament_mm3 / 1000, made.seconds
    return {
        "filament_cm3": round(filament, 4),
        "time_s": round(seconds, 1),
        "range": {
            "filament_cm3": [round(filament * made.low, 4), round(filament * made.high, 4)],
            "time_s": [round(seconds * made.low, 1), round(seconds * made.high, 1)],
        },
        "reason": None,
        "message": "",
    }
