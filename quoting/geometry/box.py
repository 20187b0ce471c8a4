"""The smallest box around a part, turned as it may be: what stock it is cut from, and whether it fits a machine.

A box of least volume has a face flush with a face of the convex hull (nearly always; exactly for parts with flat sides),
so each of the hull's larger faces is tried, and in its plane the smallest rectangle by rotating calipers: one of its
sides is flush with an edge of the outline's hull.
"""

import numpy as np
from scipy.spatial import ConvexHull, QhullError

from quoting.geometry.directions import alike
from quoting.geometry.solid import Hull, Solid

FACES = 60  # of the hull, the largest, beside the axes
SAME = 3  # decimals by which two normals are held to be one
MOST_POINTS = 1000  # of the hull that are turned: rounder parts are thinned out to the outermost in as many directions


def smallest_box(solid: Solid) -> tuple[float, float, float]:
    """Its sides in mm, longest first."""
    x, y, z = sorted((float(side) for side in solid.size), reverse=True)
    points = solid.hull.points
    normals, thinned = _normals(solid.hull), _thinned(points)
    volumes = [float(np.prod(_flush_with(thinned, normal))) for normal in normals]
    best = _flush_with(points, normals[int(np.argmin(volumes))])
    if np.prod(best) >= x * y * z * (1 - 1e-9):
        return x, y, z
    longest, middle, shortest = sorted((float(side) for side in best), reverse=True)
    return longest, middle, shortest


def _normals(hull: Hull) -> np.ndarray:
    """The normals (k, 3) of the hull's faces worth trying: each direction once, those of the largest area first."""
    normals = hull.normals
    turned = np.where(_leading_negative(normals)[:, None], -normals, normals)
    group = alike(turned, SAME)
    sums = np.bincount(group, hull.areas)
    first = np.empty(len(sums), dtype=np.int64)
    first[group[::-1]] = np.arange(len(group))[::-1]
    return np.concatenate((np.eye(3), normals[first[np.argsort(-sums)[:FACES]]]))


def _leading_negative(normals: np.ndarray) -> np.ndarray:
    """A plane has two normals: which of them points the other way than the first of its parts that is not zero."""
    signs = np.sign(np.where(np.abs(normals) < 1e-9, 0, normals))
    weights = signs @ np.array([9, 3, 1])
    return np.asarray(weights < 0)


def _thinned(points: np.ndarray) -> np.ndarray:
    if len(points) <= MOST_POINTS:
        return points
    single = points.astype(np.float32)
    turns = np.arange(MOST_POINTS)
    height, angle = 1 - (2 * turns + 1) / MOST_POINTS, turns * np.pi * (3 - np.sqrt(5))
    ring = np.sqrt(1 - height**2)
    outwards = np.stack((ring * np.cos(angle), ring * np.sin(angle), height), axis=1)
    return points[
        np.unique(
            np.concatenate(
                [(part @ single.T).argmax(axis=1) for part in np.array_split(outwards.astype(np.float32), 16)]
            )
        )
    ]


def _flush_with(points: np.ndarray, normal: np.ndarray) -> np.ndarray:
    """The sides (3,) of the smallest box with a face across `normal`."""
    helper = np.eye(3)[np.argmin(np.abs(normal))]
    across = np.cross(normal, helper)
    across /= np.linalg.norm(across)
    flat = np.stack((points @ across, points @ np.cross(normal, across)), axis=1)
    depth = float(np.ptp(points @ normal))
    try:
        outline = flat[ConvexHull(flat).vertices]
    except (QhullError, ValueError):
        return np.array([*np.ptp(flat, axis=0), depth])
    edges = np.roll(outline, -1, axis=0) - outline
    edges /= np.maximum(np.linalg.norm(edges, axis=1), 1e-300)[:, None]
    widths = np.ptp(outline @ edges.T, axis=0)
    heights = np.ptp(outline @ np.stack((-edges[:, 1], edges[:, 0])), axis=0)
    best = int(np.argmin(widths * heights))
    return np.array([widths[best], heights[best], depth])
