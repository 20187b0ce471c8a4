"""How far the FDM estimate is from a slicer: `python -m bench.fdm_estimate [FOLDER]`.

FOLDER holds slicer_reference.csv and slicer_configs/*.ini as PrusaSlicer reads them (made by
`prusa-slicer --export-gcode --load CONFIG.ini`); without it ../shared/reference is taken. Printed beside it is what a
guess from the volume alone gives, with the best factor for each configuration taken from the same table.
"""

import argparse
import csv
import statistics
import sys
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from quoting.geometry.fdm import estimate
from quoting.geometry.values import CODE_VERSION, Figures, PrintProfile

DEFAULT_FOLDER = Path(__file__).resolve().parents[2] / "shared" / "reference"

# PrusaSlicer's own defaults, for what a configuration does not say.
SLICER_DEFAULTS = {
    "first_layer_height": "0.35",
    "extrusion_width": "0.45",
    "perimeters": "3",
    "top_solid_layers": "3",
    "bottom_solid_layers": "3",
    "fill_density": "20%",
    "perimeter_speed": "60",
    "external_perimeter_speed": "30",
    "infill_speed": "80",
    "solid_infill_speed": "20",
    "top_solid_infill_speed": "15",
    "travel_speed": "130",
    "machine_max_acceleration_extruding": "1500",
    "default_acceleration": "0",
}


class Row(NamedTuple):
    """One mesh sliced with one configuration."""

    config: str
    figures: Figures
    seconds: float
    filament_mm3: float


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=DEFAULT_FOLDER)
    folder = parser.parse_args().folder
    if not (folder / "slicer_reference.csv").exists():
        print(f"There is no slicer_reference.csv in {folder}. Give the folder that holds one.", file=sys.stderr)
        return 2
    rows = defaultdict(list)
    for row in read_rows(folder / "slicer_reference.csv"):
        rows[row.config].append(row)
    header = (
        "config",
        "n",
        "filament",
        "p90",
        "naive",
        "ratio",
        "time",
        "p90",
        "naive",
        "ratio",
        "true/est p10",
        "p90",
    )
    print(("{:12} {:>3}" + " {:>9}" * 8 + " {:>13} {:>5}").format(*header))
    everything: list[list[float]] = [[], [], [], []]
    for config in sorted(rows):
        profile = profile_from_ini(folder / "slicer_configs" / f"{config}.ini")
        errors = errors_of(rows[config], profile)
        print_line(config, errors)
        everything = [known + new for known, new in zip(everything, errors, strict=True)]
    print_line("all", everything)
    return 0


def read_rows(path: Path) -> list[Row]:
    """The closed parts that the slicer could slice, without supports (the estimate knows none)."""
    with path.open(newline="") as file:
        table = [row for row in csv.DictReader(file) if row["time_s"] and row["watertight"] == "1"]
    return [
        Row(row["config"], _figures(row), float(row["time_s"]), 1000 * float(row["filament_cm3"]))
        for row in table
        if float(row["support_mm3"] or 0) == 0
    ]


def _figures(row: dict[str, str]) -> Figures:
    return Figures(
        code_version=CODE_VERSION,
        format="stl",
        unit="mm",
        unit_source="assumed",
        triangles=int(row["triangles"]),
        bodies=1,
        watertight=True,
        consistent=True,
        size_mm=(float(row["ext_x"]), float(row["ext_y"]), float(row["height_mm"])),
        volume_mm3=float(row["volume_mm3"]),
        area_mm2=float(row["area_mm2"]),
    )


def profile_from_ini(path: Path) -> PrintProfile:
    """The print profile that a PrusaSlicer configuration stands for."""
    lines = [line.partition("=") for line in path.read_text().splitlines() if "=" in line]
    settings = SLICER_DEFAULTS | {key.strip(): value.strip() for key, _, value in lines}

    def number(key: str) -> float:
        return float(settings[key].split(",")[0].rstrip("%"))

    walls = int(number("perimeters"))
    top, bottom = int(number("top_solid_layers")), int(number("bottom_solid_layers"))
    outer, inner = number("external_perimeter_speed"), number("perimeter_speed")
    solid, topmost = number("solid_infill_speed"), number("top_solid_infill_speed")
    return PrintProfile(
        layer_height=number("layer_height"),
        first_layer_height=number("first_layer_height"),
        line_width=number("extrusion_width"),
        walls=walls,
        top_layers=top,
        bottom_layers=bottom,
        infill=number("fill_density") / 100,
        # One line after the other: the mean speed is the harmonic one.
        wall_speed=walls / (1 / outer + (walls - 1) / inner),
        infill_speed=number("infill_speed"),
        solid_speed=(top + bottom) / (1 / topmost + (top + bottom - 1) / solid),
        travel_speed=number("travel_speed"),
        acceleration=number("default_acceleration") or number("machine_max_acceleration_extruding"),
    )


def errors_of(rows: list[Row], profile: PrintProfile) -> list[list[float]]:
    """Relative errors, signed: filament and time of the estimate, filament and time of the guess from the volume."""
    estimates = [estimate(row.figures, row.config, profile) for row in rows]
    return [
        [mine.filament_mm3 / row.filament_mm3 - 1 for mine, row in zip(estimates, rows, strict=True)],
        [mine.seconds / row.seconds - 1 for mine, row in zip(estimates, rows, strict=True)],
        naive_errors(rows, lambda row: row.filament_mm3),
        naive_errors(rows, lambda row: row.seconds),
    ]


def naive_errors(rows: list[Row], truth: Callable[[Row], float]) -> list[float]:
    """Errors of volume × the factor with the smallest possible median error on these very rows."""
    ratios = [truth(row) / row.figures.volume_mm3 for row in rows]

    def errors(factor: float) -> list[float]:
        return [factor / ratio - 1 for ratio in ratios]

    return min((errors(factor) for factor in ratios), key=lambda found: statistics.median(map(abs, found)))


def print_line(config: str, errors: list[list[float]]) -> None:
    filament, time, naive_filament, naive_time = ([abs(error) for error in kind] for kind in errors)
    cells = []
    for own, naive in ((filament, naive_filament), (time, naive_time)):
        own_median, naive_median = statistics.median(own), statistics.median(naive)
        cells += [
            f"{own_median:.1%}",
            f"{statistics.quantiles(own, n=10)[8]:.1%}",
            f"{naive_median:.1%}",
            f"{naive_median / own_median:.1f} x",
        ]
    true_over_estimate = statistics.quantiles([1 / (1 + error) for kind in errors[:2] for error in kind], n=10)
    print(
        f"{config:12} {len(filament):3}"
        + "".join(f" {cell:>9}" for cell in cells)
        + f" {true_over_estimate[0]:13.2f} {true_over_estimate[8]:5.2f}"
    )


if __name__ == "__main__":
    sys.exit(main())
