"""Is a file without a unit really in millimetres? A pure rule over the size of its box.

STL, OBJ and PLY hold bare numbers. Workshops' parts are between some millimetres and a metre or two, and not thinner
than a foil; a box outside of that makes no sense in millimetres. Then the units that programs really write are tried,
the most common first, and the first in which the part would be of a comfortable size is asked about:

    in   programs of shops that work in inches: numbers of 0.4 to 40
    m    programs for pictures and buildings: numbers of 0.01 to 1. Where both fit, from 0.4 to 1, inches are likelier
         than a part of half a metre
    um   scans and files scaled by a thousand twice: numbers of 10,000 and more

Centimetres are never asked about: wherever they fit, inches do, and are far more common; they can be chosen by hand.
A size that makes sense is never questioned, as a question that is mostly wrong is soon answered without reading it.
"""

from quoting.geometry.values import UNIT_MM, Figures, UnitQuestion

SMALLEST_SENSIBLE_MM, LARGEST_SENSIBLE_MM, THINNEST_SENSIBLE_MM = 3.0, 2_000.0, 0.2
SMALLEST_COMFORTABLE_MM, LARGEST_COMFORTABLE_MM, THINNEST_COMFORTABLE_MM = 10.0, 1_000.0, 0.5
CANDIDATES = ("in", "m", "um")

Size = tuple[float, float, float]


def other_unit(figures: Figures) -> UnitQuestion | None:
    """The unit that the file is probably in, with the sizes in mm that follow; None when there is nothing to ask.

    A unit that the file names or that a person gave is not questioned.
    """
    if figures.unit_source != "assumed" or _is_sensible(figures.size_mm):
        return None
    for unit in CANDIDATES:
        factor = UNIT_MM[unit] / UNIT_MM[figures.unit]
        x, y, z = figures.size_mm
        size = (x * factor, y * factor, z * factor)
        if _is_comfortable(size):
            return UnitQuestion(assumed=figures.unit, assumed_size_mm=figures.size_mm, unit=unit, size_mm=size)
    return None


def _is_sensible(size: Size) -> bool:
    return SMALLEST_SENSIBLE_MM <= max(size) <= LARGEST_SENSIBLE_MM and min(size) >= THINNEST_SENSIBLE_MM


def _is_comfortable(size: Size) -> bool:
    return SMALLEST_COMFORTABLE_MM <= max(size) <= LARGEST_COMFORTABLE_MM and min(size) >= THINNEST_COMFORTABLE_MM
