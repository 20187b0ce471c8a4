"""What a file takes to print with a slicer's configuration. Runs in a throw-away child (see isolate.py)."""

from pathlib import Path

from quoting.geometry import layers, slicer_ini
from quoting.geometry.bodies import load_body
from quoting.geometry.heal import heal, united
from quoting.geometry.measure import measure
from quoting.geometry.mesh import Mesh
from quoting.geometry.values import Healing, PrintForecast, Reason

# True time / estimate for 8 of 10 closed parts and configurations (bench/fdm_layers.py).
LOW, HIGH = 0.85, 1.15
THIN = 4  # line widths: parts whose walls are thinner than this on average are told with less certainty (a guess)
THIN_LOW, THIN_HIGH = 0.6, 1.6


def job(path: str, unit: str, body: int, configuration: str) -> dict[str, str]:
    """What isolate.py calls in the child: `forecast` in plain strings."""
    return {"forecast": forecast(Path(path), unit, body, configuration).model_dump_json()}


def forecast(path: Path, unit: str, body: int, configuration: str) -> PrintForecast:
    """Filament and time; a reason instead for a part that cannot be trusted, or that is printed in a way not known."""
    printer = slicer_ini.printer_of(configuration)
    measurement = measure(path, unit, body)
    if measurement.measured is None:
        return PrintForecast(reason=measurement.reason)
    measured = measurement.measured
    if measured.needs_review:
        return PrintForecast(reason=measured.needs_review[0])
    for setting, used in (
        ("support_material", printer.supports),
        ("raft_layers", printer.raft_layers > 0),
        ("spiral_vase", printer.spiral_vase),
    ):
        if used:
            return PrintForecast(reason=Reason(code="setting_not_estimated", params={"setting": setting}))
    made = layers.estimate(_mesh(path, unit, body, measured.healing), printer)
    if not (made.seconds > 0 and made.filament_mm3 > 0):
        return PrintForecast(reason=Reason(code="no_volume"))
    is_thin = 2 * measured.figures.volume_mm3 / measured.figures.area_mm2 < THIN * printer.outer_width / 2
    low, high = (THIN_LOW, THIN_HIGH) if is_thin else (LOW, HIGH)
    return PrintForecast(filament_mm3=made.filament_mm3, seconds=made.seconds, low=low, high=high)


def _mesh(path: Path, unit: str, body: int, healing: Healing | None) -> Mesh:
    """The mesh that was measured."""
    mesh, _ = heal(load_body(path, unit, body).mesh)
    if healing is not None and healing.bodies_united:
        return united(mesh, *mesh.bodies) or mesh
    return mesh
