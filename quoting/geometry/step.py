"""STEP files: exact surfaces, meshed by OpenCASCADE through cascadio. Lengths leave here in millimetres."""

import mmap
import re
import tempfile
from pathlib import Path

import cascadio
import numpy as np
import trimesh

from quoting.geometry.intake import MAX_TRIANGLES
from quoting.geometry.mesh import Mesh, concatenate, weld
from quoting.geometry.values import FileRefused

# The triangles stay within 0.05 mm and 0.3 rad of the true surface: volumes within half a percent on small spheres,
# a tenth of a percent on plates with holes. The angle matters more than the distance.
LINEAR_TOLERANCE_MM = 0.05
ANGULAR_TOLERANCE_RAD = 0.3

MM_PER_GLTF_UNIT = 1000.0  # glTF is in metres by definition, whatever the STEP file's unit was

SI_PREFIXES = {b"$": "m", b".MILLI.": "mm", b".CENTI.": "cm", b".MICRO.": "um"}
NAMED_UNITS = {b"INCH": "in", b"IN": "in", b"FOOT": "ft", b"FT": "ft", b"MILLIMETRE": "mm", b"CENTIMETRE": "cm"}


def read(path: Path) -> tuple[Mesh, str]:
    """The mesh of all solids, in mm, and the unit that the file is written in (for information only)."""
    with tempfile.TemporaryDirectory() as folder:
        glb = Path(folder) / "converted.glb"
        cascadio.step_to_glb(
            str(path),
            str(glb),
            tol_linear=LINEAR_TOLERANCE_MM,
            tol_angular=ANGULAR_TOLERANCE_RAD,
            use_parallel=False,
        )
        if not glb.exists() or glb.stat().st_size == 0:
            raise FileRefused("unreadable", detail="STEP: no shape could be built from it")
        scene = trimesh.load_scene(str(glb), process=False)
    solids = [_solid(scene, node) for node in scene.graph.nodes_geometry]
    solids = [solid for solid in solids if len(solid.faces)]
    if not solids:
        raise FileRefused("no_triangles")
    if sum(len(solid.faces) for solid in solids) > MAX_TRIANGLES:
        raise FileRefused("too_many_triangles", limit=MAX_TRIANGLES)
    return concatenate(solids), length_unit(path)


def _solid(scene: trimesh.Scene, node: str) -> Mesh:
    """One solid of the scene at its place, in mm, closed where the faces of the solid meet.

    The mesher gives every face of a solid its own vertices; those at the same place are merged whatever their
    normals. What collapses at the poles of spheres is dropped.
    """
    transform, name = scene.graph[node]
    mesh = trimesh.Trimesh(scene.geometry[name].vertices, scene.geometry[name].faces, process=False)
    mesh.apply_transform(transform)
    mesh.vertices *= MM_PER_GLTF_UNIT
    mesh.merge_vertices(merge_norm=True, merge_tex=True)
    mesh.update_faces(mesh.nondegenerate_faces())
    return weld(np.asarray(mesh.vertices), np.asarray(mesh.faces, dtype=np.int32))


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
