"""What may go wrong with a part as it was chosen: walls too thin for the material, inside corners that no mill can cut.

A risk can be accepted; what cannot be made has to be changed, or looked at by the shop. What has no price at all because
of its shape (too large for the machine, holes too deep) is said in `judge`.
"""

from decimal import Decimal

from quoting.geometry.values import Frozen, Measured, Reason, Walls
from quoting.pricing.amounts import measured, plain
from quoting.pricing.catalogue import Catalogue, Material, by_key
from quoting.pricing.contract import Selection

SHARP_MM = Decimal(1)  # of inside edges: less is an error of measuring
HOPELESS = Decimal("0.5")  # of the least wall: a twentieth of the surface with walls thinner than this cannot be made


class Risk(Frozen):
    makeable: bool
    reason: Reason


def risks(catalogue: Catalogue, shape: Measured | None, chosen: Selection) -> tuple[Risk, ...]:
    process = by_key(catalogue.processes, chosen.process)
    material = by_key(process.materials, chosen.material) if process else None
    if process is None or material is None or shape is None or shape.shape is None:
        return ()
    found = []
    if shape.shape.walls and (thin := _thin(material, shape.shape.walls)):
        found.append(thin)
    machining = shape.shape.machining
    if process.technology == "milling" and machining and measured(machining.sharp_inside_mm) >= SHARP_MM:
        told = {"length_mm": plain(round(measured(machining.sharp_inside_mm), 1))}
        found.append(Risk(makeable=True, reason=Reason(code="sharp_inside_corners", params=told)))
    return tuple(found)


def _thin(material: Material, walls: Walls) -> Risk | None:
    """A wall here and there that is too thin is a risk; a part that is mostly or much too thin cannot be made."""
    least, thinnest = material.min_wall_mm, measured(walls.thinnest_mm)
    many = None if walls.p05_mm is None else measured(walls.p05_mm)
    told = {"thinnest_mm": plain(round(thinnest, 2)), "least_mm": plain(least), "material": material.name}
    if measured(walls.median_mm) < least or (many is not None and many < least * HOPELESS):
        return Risk(makeable=False, reason=Reason(code="walls_too_thin", params=told))
    if thinnest < least:
        return Risk(makeable=True, reason=Reason(code="thin_walls", params=told))
    return None
