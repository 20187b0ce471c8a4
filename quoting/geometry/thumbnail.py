"""A picture of a part: two lights, a neutral colour, thin dark edges, transparent ground.

Both ways to find out which triangle is seen at each point of the picture (Embree's rays where there are wheels of it,
a depth buffer in numpy elsewhere) give the same kind of answer, and everything after that is shared.
"""

import io
from typing import NamedTuple

import numpy as np
from PIL import Image

from quoting.geometry.mesh import Mesh

try:
    from embreex import rtcore_scene
    from embreex.mesh_construction import TriangleMesh
except ImportError:  # no wheel for this platform
    rtcore_scene = None

WIDTH, HEIGHT = 512, 384
SAMPLES = 2  # per pixel and direction
FILLED = 0.88  # share of the picture that the part fills
AZIMUTH, ELEVATION = np.radians(-35.0), np.radians(27.0)

COLOUR = np.array([138, 155, 178], dtype=np.float32)
EDGE_COSINE = np.cos(np.radians(35.0))  # sharper bends are drawn
EDGE_SHADE = 0.62
OUTLINE_SHADE = 0.45

THINNED_ABOVE = 300_000  # triangles
THINNING_CELL = 3.0  # samples
NOTHING = -1


class View(NamedTuple):
    """Vertices as the camera sees them: x to the right and y down in samples, depth towards the eye in mm."""

    points: np.ndarray  # (v, 3)
    right: np.ndarray  # the camera's axes in the part's coordinates
    up: np.ndarray
    towards_eye: np.ndarray
    width: int  # samples
    height: int


def render(mesh: Mesh) -> bytes:
    """A PNG of 512 × 384 pixels."""
    view = look_at(mesh)
    if len(mesh.faces) > THINNED_ABOVE:
        kept, coarse = _thinned(view, mesh.faces)
        seen = _seen(coarse, mesh.faces[kept])
        seen[seen != NOTHING] = kept[seen[seen != NOTHING]]
    else:
        seen = _seen(view, mesh.faces)
    light, cover = _shade(view, mesh, seen)
    buffer = io.BytesIO()
    Image.fromarray(_downsample(light, cover)).save(buffer, "PNG")
    return buffer.getvalue()


def look_at(mesh: Mesh) -> View:
    """The view from the front, a little from the left and above, that shows the whole part without perspective."""
    towards_eye = np.array(
        [np.cos(ELEVATION) * np.sin(AZIMUTH), -np.cos(ELEVATION) * np.cos(AZIMUTH), np.sin(ELEVATION)]
    )
    right = np.cross([0.0, 0.0, 1.0], towards_eye)
    right /= np.linalg.norm(right)
    up = np.cross(towards_eye, right)
    points = mesh.vertices.astype(np.float64) @ np.stack([right, -up, towards_eye], axis=1)
    low, high = points.min(axis=0), points.max(axis=0)
    width, height = WIDTH * SAMPLES, HEIGHT * SAMPLES
    scale = FILLED / max((high[0] - low[0]) / width, (high[1] - low[1]) / height)
    points = (points - (low + high) / 2) * scale
    points[:, :2] += [width / 2, height / 2]
    return View(points, right, up, towards_eye, width, height)


def _thinned(view: View, faces: np.ndarray) -> tuple[np.ndarray, View]:
    """The triangles that are left, and the view, when points snap to a grid of cells a little larger than a sample.

    A picture needs no more of a mesh with millions of triangles. The light still falls on the true triangles.
    """
    cells = np.floor(view.points / THINNING_CELL).astype(np.int32)
    keys = (cells[:, 0].astype(np.int64) << 42) + (cells[:, 1].astype(np.int64) << 21) + cells[:, 2]
    a, b, c = keys[faces[:, 0]], keys[faces[:, 1]], keys[faces[:, 2]]
    kept = np.flatnonzero((a != b) & (b != c) & (c != a))
    return kept, view._replace(points=(cells + 0.5) * THINNING_CELL)


def _seen(view: View, faces: np.ndarray) -> np.ndarray:
    return seen_by_numpy(view, faces) if rtcore_scene is None else seen_by_embree(view, faces)


def seen_by_embree(view: View, faces: np.ndarray) -> np.ndarray:
    """The number of the triangle seen at each sample (height, width), NOTHING where there is none."""
    scene = rtcore_scene.EmbreeScene()
    TriangleMesh(scene, view.points[faces].astype(np.float32))
    x, y = np.meshgrid(np.arange(view.width) + 0.5, np.arange(view.height) + 0.5)
    in_front = np.full(x.size, view.points[:, 2].max() + 1)
    origins = np.stack([x.ravel(), y.ravel(), in_front], axis=1).astype(np.float32)
    directions = np.zeros_like(origins)
    directions[:, 2] = -1
    hits = scene.run(origins, directions, query="INTERSECT")
    return np.asarray(hits).reshape(view.height, view.width)


def seen_by_numpy(view: View, faces: np.ndarray) -> np.ndarray:
    """As `seen_by_embree`, without it: every triangle is strewn with points that go into a depth buffer.

    Depth and number of a triangle are packed into one integer, so that the nearest wins by a plain maximum.
    """
    corners = view.points[faces].astype(np.float32)
    depth_low, depth_range = float(corners[..., 2].min()), max(float(np.ptp(corners[..., 2])), 1e-9)
    nearest = np.zeros(view.width * view.height, dtype=np.uint64)
    longest = np.ptp(corners[..., :2], axis=1).max(axis=1)
    # Triangles of similar size get the same grid of points: a power of two along each side, under a sample apart.
    level = np.clip(np.ceil(np.log2(np.maximum(longest, 0.5) * 1.3)), 0, 11).astype(int)
    for steps_log2 in np.unique(level):
        shares = _triangular_grid(1 << int(steps_log2))
        triangles = np.flatnonzero(level == steps_log2)
        block = max(1, 1_000_000 // len(shares))
        for start in range(0, len(triangles), block):
            chosen = triangles[start : start + block]
            x, y, depth = np.einsum("gc,tck->ktg", shares, corners[chosen])
            column, row = x.astype(np.int64), y.astype(np.int64)
            inside = (column >= 0) & (column < view.width) & (row >= 0) & (row < view.height)
            packed = ((depth - depth_low) / depth_range * 2**31).astype(np.uint64) << np.uint64(32)
            packed |= (chosen[:, None] + 1).astype(np.uint64)
            np.maximum.at(nearest, (row * view.width + column)[inside], packed[inside])
    seen = (nearest & np.uint64(0xFFFFFFFF)).astype(np.int64) - 1
    return seen.reshape(view.height, view.width)


def _triangular_grid(steps: int) -> np.ndarray:
    """Barycentric coordinates (g, 3) of points evenly over a triangle, its corners among them."""
    i, j = np.meshgrid(np.arange(steps + 1), np.arange(steps + 1))
    keep = i + j <= steps
    first, second = i[keep] / steps, j[keep] / steps
    return np.stack([1 - first - second, first, second], axis=1).astype(np.float32)


def _shade(view: View, mesh: Mesh, seen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Brightness and cover (1 where there is something), both (height, width) float32."""
    covered = seen != NOTHING
    chosen, number = seen[covered], np.zeros(len(mesh.faces), dtype=np.int32)
    is_seen = np.zeros(len(mesh.faces), dtype=bool)
    is_seen[chosen] = True
    number[is_seen] = np.arange(is_seen.sum())
    normals = _normals(mesh, is_seen, view.towards_eye).take(number[chosen], axis=0)
    key_light = _direction(0.45 * view.towards_eye + 0.65 * view.up - 0.5 * view.right)
    fill_light = _direction(0.5 * view.towards_eye + 0.1 * view.up + 0.8 * view.right)
    light = np.zeros(seen.shape, dtype=np.float32)
    light[covered] = 0.36 + 0.62 * np.clip(normals @ key_light, 0, 1) + 0.26 * np.clip(normals @ fill_light, 0, 1)
    field = np.zeros((*seen.shape, 3), dtype=np.float32)
    field[covered] = normals
    return light * _edge_shades(field, covered), covered.astype(np.float32)


def _normals(mesh: Mesh, is_seen: np.ndarray, towards_eye: np.ndarray) -> np.ndarray:
    """The normals (k, 3) float32 of the triangles that are seen, turned to the eye: inside-out meshes look alike."""
    triangles = mesh.vertices[mesh.faces[is_seen]].astype(np.float64)
    normals = np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0])
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-30)
    return (normals * np.where(normals @ towards_eye < 0, -1, 1)[:, None]).astype(np.float32)


def _direction(vector: np.ndarray) -> np.ndarray:
    return vector / np.linalg.norm(vector)


def _edge_shades(normals: np.ndarray, covered: np.ndarray) -> np.ndarray:
    """Factors (height, width) that darken the outline and sharp bends, one sample wide."""
    shades = np.ones(covered.shape, dtype=np.float32)
    for here, there in ((np.s_[:, :-1], np.s_[:, 1:]), (np.s_[:-1, :], np.s_[1:, :])):
        both = covered[here] & covered[there]
        bend = both & (np.einsum("ijk,ijk->ij", normals[here], normals[there]) < EDGE_COSINE)
        rim = covered[here] ^ covered[there]
        for side in (here, there):
            shades[side] = np.minimum(shades[side], np.where(rim, OUTLINE_SHADE, np.where(bend, EDGE_SHADE, 1.0)))
    return shades


def _downsample(light: np.ndarray, cover: np.ndarray) -> np.ndarray:
    """The RGBA picture (HEIGHT, WIDTH, 4) uint8: the mean of each pixel's samples."""
    blocks = (HEIGHT, SAMPLES, WIDTH, SAMPLES)
    covered = cover.reshape(blocks).sum(axis=(1, 3))
    brightness = light.reshape(blocks).sum(axis=(1, 3)) / np.maximum(covered, 1)
    colour = np.clip(COLOUR * brightness[..., None] * 1.15, 0, 255)
    alpha = covered / SAMPLES**2 * 255
    return np.concatenate([colour, alpha[..., None]], axis=2).round().astype(np.uint8)
