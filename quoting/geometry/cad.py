"""STEP and IGES files: exact surfaces, meshed by OpenCASCADE through cascadio. Lengths leave here in millimetres."""

import mmap
import re
from pathlib import Path
from typing import Literal

import cascadio

from quoting.geometry import glb
from quoting.geometry.mesh import Mesh
from quoting.geometry.values import FileRefused

# The triangles stay within 0.05 mm and 0.3 rad of the true surface: volumes within half a percent on small spheres,
# a tenth of a percent on plates with holes. The angle matters more than the distance.
LINEAR_TOLERANCE_MM = 0.05
ANGULAR_TOLERANCE_RAD = 0.3

# Of a STEP file cascadio makes a glTF in metres, as it should be; of an IGES file one whose numbers are millimetres.
STEP_MM, IGES_MM = 1000.0, 1.0

SI_PREFIXES = {b"$": "m", b".MILLI.": "mm", b".CENTI.": "cm", b".MICRO.": "um"}
NAMED_UNITS = {b"INCH": "in", b"IN": "in", b"FOOT": "ft", b"FT": "ft", b"MILLIMETRE": "mm", b"CENTIMETRE": "cm"}
IGES_UNITS = {b"1": "in", b"2": "mm", b"4": "ft", b"6": "m", b"9": "um", b"10": "cm"}  # field 14 of its global section


def read_step(path: Path) -> tuple[Mesh, str]:
    """The mesh of all solids, in mm, and the unit that the file is written in (for information only)."""
    return _read(path, "step", STEP_MM), length_unit(path)


def read_iges(path: Path) -> tuple[Mesh, str]:
    """As `read_step`. Surfaces that are not joined to a solid give an open mesh, which goes to review."""
    return _read(path, "iges", IGES_MM), iges_unit(path)


def _read(path: Path, kind: Literal["step", "iges"], scale: float) -> Mesh:
    converted = cascadio.load(
        path.read_bytes(),
        file_type=kind,
        tol_linear=LINEAR_TOLERANCE_MM,
        tol_angular=ANGULAR_TOLERANCE_RAD,
        use_parallel=False,
    )
    if not converted:
        raise FileRefused("unreadable", detail=f"{kind.upper()}: no shape could be built from it")
    mesh = glb.read_bytes(converted)
    return Mesh(mesh.vertices * scale, mesh.faces)


def iges_unit(path: Path) -> str:
    """The unit that an IGES file declares; "mm" when we do not know it."""
    with path.open("rb") as file:
        lines = file.read(64 * 1024).splitlines()
    text = b"".join(line[:72] for line in lines if line[72:73] == b"G")
    # Strings are written with their length, "2HMM", and may hold the comma that parts the fields.
    fields = re.findall(rb"(?:\d+H[^,]*|[^,;]*)[,;]", text)
    return IGES_UNITS.get(fields[13].strip(b" ,;"), "mm") if len(fields) > 13 else "mm"


def length_unit(path: Path) -> str:
    """The unit of lengths that a STEP file declares; "mm" when it declares none that we know, or several."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text:
        units = {
            match[1]: _unit_name(match[2])
            for match in re.finditer(rb"(#\d+)\s*=\s*\(([^;]*LENGTH_UNIT\s*\(\s*\)[^;]*)\)\s*;", text)
        }
        used = set()
        for match in re.finditer(rb"GLOBAL_UNIT_ASSIGNED_CONTEXT\s*\(\s*\(([#\d,\s]*)\)", text):
            used |= {units[identifier] for identifier in re.findall(rb"#\d+", match[1]) if identifier in units}
    return (used.pop() if len(used) == 1 else None) or "mm"


def _unit_name(definition: bytes) -> str | None:
    """The unit defined by the inside of a LENGTH_UNIT entity, as a key of values.UNIT_MM; None: not known."""
    named = re.search(rb"CONVERSION_BASED_UNIT\s*\(\s*'([^']*)'", definition)
    if named:
        return NAMED_UNITS.get(named[1].strip().upper())
    standard = re.search(rb"SI_UNIT\s*\(\s*([$.\w]+)\s*,\s*\.METRE\.\s*\)", definition)
    return SI_PREFIXES.get(standard[1]) if standard else None
