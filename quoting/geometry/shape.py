"""Geometry beyond volume, for closed and consistent meshes: walls, machining, molding, printing (values.Shape).

Pure and always the same for the same mesh. What cannot be known is None, and what needs it is quoted by the shop.
"""

import logging

import numpy as np

from quoting.geometry.machining import machining
from quoting.geometry.mesh import Mesh
from quoting.geometry.mold import molding
from quoting.geometry.orientation import orientation
from quoting.geometry.preview import simplified
from quoting.geometry.solid import Solid
from quoting.geometry.values import Shape
from quoting.geometry.walls import walls

log = logging.getLogger("partwright.geometry")

LARGEST = 150_000  # triangles: above that a lighter mesh says the same in a fraction of the time


def analyse(mesh: Mesh) -> Shape:
    """All that is known of the shape. Never raises because of the mesh."""
    lighter = simplified(mesh) if len(mesh.faces) > LARGEST else mesh
    if len(lighter.faces) < 4 or np.ptp(lighter.vertices, axis=0).min() <= 0:
        return Shape()
    solid = Solid(lighter)
    try:
        return Shape(
            walls=walls(solid),
            machining=machining(solid),
            molding=molding(solid),
            orientation=orientation(solid),
        )
    except (ArithmeticError, ValueError, np.linalg.LinAlgError) as error:
        log.warning("no analysis of the shape: %s", error)
        return Shape()
