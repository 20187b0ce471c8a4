"""Cuts a closed mesh into the layers of a print: where the outlines run, and what they measure.

Outlines have the material on their left. Lengths in mm, areas in mm².
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from quoting.geometry.mesh import Mesh

MOST_SECTIONS = 96  # more layers than these are told from those in between
SHORTEST_LOOP = 0.8


@dataclass(frozen=True)
class Sections:
    """Straight pieces of outline (start, end) of sampled layers, and sums for each layer and each closed loop."""

    layers: int  # of the whole print
    stride: float  # layers that one section stands for
    layer: np.ndarray  # of each piece: number of its section
    start: np.ndarray
    end: np.ndarray
    turn: np.ndarray  # angle at the end of each piece, to the left
    area: np.ndarray  # of each section
    outline: np.ndarray
    corners: np.ndarray  # an outline moved inwards by d is 2·d·corners shorter
    loop_layer: np.ndarray
    loop_length: np.ndarray
    loop_area: np.ndarray  # negative for holes


def cut(mesh: Mesh, first: float, height: float) -> Sections:
    """Sections in the middle of layers; the first layer is `first` high, all others `height`."""
    vertices = mesh.vertices.astype(np.float64)
    vertices = vertices - vertices.min(axis=0)
    top = float(vertices[:, 2].max())
    middles = np.append(first / 2, np.arange(first + height / 2, top, height))
    middles = middles[middles < top] if (middles < top).any() else np.array([top / 2])
    layers = len(middles)
    count = min(layers, MOST_SECTIONS)
    levels = middles[((np.arange(count) + 0.5) * layers / count).astype(int)] + height * 1.03e-4
    face, layer, start, end, entry, leave = _pieces(vertices, mesh.faces, levels)
    mate = _mates(mesh)
    normal = np.cross(
        vertices[mesh.faces[:, 1]] - vertices[mesh.faces[:, 0]], vertices[mesh.faces[:, 2]] - vertices[mesh.faces[:, 0]]
    )
    heading = np.arctan2(normal[:, 1], normal[:, 0])
    across = mate[leave]
    turn = (heading[across // 3] - heading[face] + np.pi) % (2 * np.pi) - np.pi
    length = np.hypot(*(end - start).T)
    swept = 0.5 * (start[:, 0] * end[:, 1] - end[:, 0] * start[:, 1])
    loop, loops = _loops(entry * count + layer, across * count + layer)
    loop_length = np.bincount(loop, weights=length, minlength=loops)
    loop_layer = np.zeros(loops, dtype=int)
    loop_layer[loop] = layer
    kept = loop_length > SHORTEST_LOOP
    return Sections(
        layers=layers,
        stride=layers / count,
        layer=layer,
        start=start,
        end=end,
        turn=turn,
        area=np.maximum(np.bincount(layer, weights=swept, minlength=count), 0.0),
        outline=np.bincount(layer, weights=length, minlength=count),
        corners=np.bincount(layer, weights=np.tan(np.clip(turn, -2.6, 2.6) / 2), minlength=count),
        loop_layer=loop_layer[kept],
        loop_length=loop_length[kept],
        loop_area=np.bincount(loop, weights=swept, minlength=loops)[kept],
    )


def _pieces(vertices: np.ndarray, faces: np.ndarray, levels: np.ndarray) -> tuple[np.ndarray, ...]:
    """Where triangles meet levels: face, level, start, end, and the edges (3·face + corner) of entry and leaving."""
    heights = vertices[:, 2][faces]
    lowest = np.searchsorted(levels, heights.min(axis=1), "right")
    crossed = np.searchsorted(levels, heights.max(axis=1), "right") - lowest
    face = np.repeat(np.arange(len(faces)), crossed)
    layer = np.repeat(lowest - np.cumsum(crossed) + crossed, crossed) + np.arange(len(face))
    level = levels[layer]
    z = heights[face]
    above = z > level[:, None]
    upwards = above.sum(axis=1) == 1
    # One corner is alone on its side of the level; both sides that meet there are crossed.
    lone = np.where(upwards, above.argmax(axis=1), (~above).argmax(axis=1))
    row, second, third = np.arange(len(face)), (lone + 1) % 3, (lone + 2) % 3
    corner = vertices[:, :2][faces[face]]
    a, z_a = corner[row, lone], z[row, lone]
    on_second = a + ((level - z_a) / (z[row, second] - z_a))[:, None] * (corner[row, second] - a)
    on_third = a + ((level - z_a) / (z[row, third] - z_a))[:, None] * (corner[row, third] - a)
    up = upwards[:, None]
    start, end = np.where(up, on_second, on_third), np.where(up, on_third, on_second)
    edge_second, edge_third = 3 * face + lone, 3 * face + third
    return (
        face,
        layer,
        start,
        end,
        np.where(upwards, edge_second, edge_third),
        np.where(upwards, edge_third, edge_second),
    )


def _mates(mesh: Mesh) -> np.ndarray:
    """For each edge (3·face + corner) of a closed mesh the same edge of the neighbour."""
    first = mesh.faces.ravel().astype(np.int64)
    second = mesh.faces[:, [1, 2, 0]].ravel()
    order = np.argsort(np.minimum(first, second) * len(mesh.vertices) + np.maximum(first, second), kind="stable")
    mate = np.empty(len(first), dtype=np.int64)
    mate[order[0::2]], mate[order[1::2]] = order[1::2], order[0::2]
    return mate


def _loops(entries: np.ndarray, leavings: np.ndarray) -> tuple[np.ndarray, int]:
    """The loop of each piece: a piece is followed by that which enters where it leaves."""
    if len(entries) == 0:
        return entries, 0
    order = np.argsort(entries)
    following = order[np.minimum(np.searchsorted(entries[order], leavings), len(order) - 1)]
    links = coo_matrix((np.ones(len(entries), dtype=np.int8), (np.arange(len(entries)), following)))
    count, loop = connected_components(links, directed=False)
    return loop, count
