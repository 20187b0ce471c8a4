"""Smooth patches of the surface, as a machinist sees faces: flats, bores, bosses, fillets; and inside corners."""

from typing import NamedTuple

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from quoting.geometry.solid import Solid

SHARP = 25.0  # degrees: a larger bend ends a patch
SMALL = 1e-4  # of the surface: smaller patches are no features of their own
INSIDE_CORNER = 40.0  # degrees from which an inside edge is a corner that a round tool leaves


class Patches(NamedTuple):
    of_face: np.ndarray  # (f,) the patch of each triangle
    areas: np.ndarray  # (p,) mm²

    @property
    def features(self) -> int:
        """How many patches are worth a tool's while."""
        return int((self.areas > SMALL * self.areas.sum()).sum())


def patches(solid: Solid) -> Patches:
    edges = solid.edges
    smooth = edges.faces[edges.angles < SHARP]
    count = len(solid.faces)
    links = coo_matrix((np.ones(len(smooth), np.int8), (smooth[:, 0], smooth[:, 1])), shape=(count, count))
    number, of_face = connected_components(links, directed=False)
    return Patches(of_face, np.bincount(of_face, solid.areas, number))


def sharp_inside_mm(solid: Solid) -> float:
    """Length of the inside corners that no round tool can cut."""
    edges = solid.edges
    return float(edges.lengths[edges.concave & (edges.angles >= INSIDE_CORNER)].sum())
