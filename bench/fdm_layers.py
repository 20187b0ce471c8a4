"""How far the layer-by-layer FDM estimate is from a slicer: `python -m bench.fdm_layers [FOLDER]`.

FOLDER holds slicer_reference.csv, slicer_configs/ and the meshes in meshes/ and meshes-third-party/; without it
../shared/reference is taken. Closed parts without supports; time of the slicer as the table has it.
"""

import csv
import sys
import time
from collections import defaultdict
from pathlib import Path

import numpy as np

from quoting.geometry import layers, slicer_ini
from quoting.geometry.heal import heal
from quoting.geometry.loaders import load
from quoting.geometry.mesh import Mesh, edge_census

DEFAULT_FOLDER = Path(__file__).resolve().parents[2] / "shared" / "reference"


def main(folder: Path) -> int:
    meshes: dict[str, Mesh] = {}
    errors = defaultdict(list)
    with (folder / "slicer_reference.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["time_s"] and not float(row["support_mm3"] or 0)]
    for row in rows:
        printer = slicer_ini.read(folder / "slicer_configs" / f"{row['config']}.ini")
        if printer.supports:
            continue
        if row["mesh"] not in meshes:
            places = (folder / name / f"{row['mesh']}.stl" for name in ("meshes", "meshes-third-party"))
            meshes[row["mesh"]] = heal(load(next(path for path in places if path.exists())).mesh)[0]
        mesh = meshes[row["mesh"]]
        if not edge_census(mesh).consistent:
            continue
        started = time.process_time()
        made = layers.estimate(mesh, printer)
        ratio = float(row["slicer_wall_s"]) / (time.process_time() - started)
        filament, seconds = made.filament_mm3 / 1000 / float(row["filament_cm3"]), made.seconds / float(row["time_s"])
        for key in (row["config"], "all"):
            errors[key].append((filament - 1, seconds - 1, ratio))
    print(
        "config         n  filament (<= 4%)  time (<= 5%)  times within 10% (>= 85%)  true/est. time p10  p90  faster"
    )
    for config, found in errors.items():
        table = np.array(found)
        filament, seconds = np.median(np.abs(table[:, :2]), axis=0)
        low, high = np.percentile(1 / (1 + table[:, 1]), (10, 90))
        within = np.mean(np.abs(table[:, 1]) <= 0.1)
        print(
            f"{config:12} {len(found):3} {filament:17.1%} {seconds:13.1%} {within:26.0%} {low:14.2f} {high:5.2f}"
            f" {np.median(table[:, 2]):5.0f} x"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_FOLDER))
