"""From a file to a mesh in millimetres, whatever the format."""

from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np

from quoting.geometry import cad, glb, intake, obj, ply, stl, threemf
from quoting.geometry.mesh import Mesh, Totals, totals, weld_corners
from quoting.geometry.values import UNIT_MM, FileRefused, Format

# A part smaller or larger than this is a part in another unit.
SMALLEST_MM = 0.01
LARGEST_MM = 10_000.0


UnitSource = Literal["file", "assumed", "given"]


class Loaded(NamedTuple):
    """A mesh and what is known about where it comes from."""

    mesh: Mesh
    totals: Totals  # of all triangles in the file, in mm
    triangles: int  # in the file, or in the mesh made of a STEP or IGES file's surfaces
    format: Format
    unit: str
    unit_source: UnitSource


def load(path: Path, unit: str = "") -> Loaded:
    """The mesh in the file at `path`, in mm. `unit` is what the customer says ("": nothing said).

    It counts for STL, OBJ and PLY, which have no unit, and overrides a 3MF or GLB file's own; the surfaces of STEP and
    IGES files are built in the file's unit, which is always right. Raises FileRefused.
    """
    recognised = intake.recognise(path)
    match recognised.kind:
        case "binary_stl":
            return _load_stl(stl.read_binary(path, recognised.triangles), unit)
        case "text_stl":
            return _load_stl(stl.read_text(path), unit)
        case "obj":
            return _finish(obj.read(path), "obj", unit or "mm", "given" if unit else "assumed")
        case "ply":
            return _finish(ply.read(path), "ply", unit or "mm", "given" if unit else "assumed")
        case "3mf":
            mesh, own_unit = threemf.read(path)
            return _finish(mesh, "3mf", unit or own_unit, "given" if unit else "file")
        case "glb":
            return _finish(glb.read(path), "glb", unit or "m", "given" if unit else "file")
        case "step":
            mesh, own_unit = cad.read_step(path)
            return _finish(mesh, "step", own_unit, "file", scale=1.0)
        case "iges":
            mesh, own_unit = cad.read_iges(path)
            return _finish(mesh, "iges", own_unit, "file", scale=1.0)


def _load_stl(corners: np.ndarray, unit: str) -> Loaded:
    in_file_units = totals(stl.corner_chunks(corners))
    scale = UNIT_MM[unit or "mm"]
    _refuse_impossible(in_file_units, unit or "mm", scale)
    mesh = weld_corners(corners)
    if len(mesh.faces) == 0:
        raise FileRefused("no_triangles")
    source: UnitSource = "given" if unit else "assumed"
    return Loaded(_scaled(mesh, scale), _scaled_totals(in_file_units, scale), len(corners), "stl", unit or "mm", source)


def _finish(mesh: Mesh, file_format: Format, unit: str, source: UnitSource, scale: float | None = None) -> Loaded:
    """`scale`: of the mesh's numbers to mm, where it is not that of the unit."""
    if len(mesh.faces) == 0:
        raise FileRefused("no_triangles")
    scale = UNIT_MM[unit] if scale is None else scale
    in_file_units = totals(mesh.corner_chunks())
    _refuse_impossible(in_file_units, unit, scale)
    return Loaded(
        _scaled(mesh, scale), _scaled_totals(in_file_units, scale), len(mesh.faces), file_format, unit, source
    )


def _refuse_impossible(in_file_units: Totals, unit: str, scale: float) -> None:
    """Refuse numbers that are not finite and sizes that cannot be a part's."""
    if not in_file_units.finite:
        raise FileRefused("not_finite")
    largest = float(in_file_units.size.max()) * scale
    if largest == 0:
        raise FileRefused("zero_size")
    if not SMALLEST_MM <= largest <= LARGEST_MM:
        raise FileRefused("implausible_size", size_mm=f"{largest:.6g}", unit=unit)


def _scaled(mesh: Mesh, scale: float) -> Mesh:
    return mesh if scale == 1 else Mesh(mesh.vertices.astype(np.float64) * scale, mesh.faces)


def _scaled_totals(sums: Totals, scale: float) -> Totals:
    return Totals(
        sums.volume * scale**3,
        sums.area * scale**2,
        sums.low.astype(np.float64) * scale,
        sums.high.astype(np.float64) * scale,
    )
