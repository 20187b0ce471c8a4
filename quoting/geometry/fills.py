"""What lies inside the walls of each layer: solid and sparse infill, told from a raster of the sections.

The raster lies along the infill lines, so that the lines are its rows and columns.
"""

from dataclasses import dataclass

import numpy as np

from quoting.geometry.printer import Printer
from quoting.geometry.sections import Sections

MOST_CELLS = 1_000_000
FINEST = 0.2  # mm
MOST_STEPS = 12  # cells from the outline up to which distances are told


@dataclass(frozen=True)
class Fills:
    """Areas (mm²) of each section, and the mean length (mm) of infill lines across them."""

    infill: np.ndarray  # everything within the walls
    solid: np.ndarray
    top: np.ndarray  # of the solid: nothing above
    over_air: np.ndarray  # of the solid: nothing below
    over_sparse: np.ndarray  # of the solid: sparse infill below
    solid_line: np.ndarray
    sparse_line: np.ndarray


def fills(sections: Sections, printer: Printer) -> Fills:
    inside, cell = _raster(sections, printer.fill_angle)
    square = cell * cell
    seen = inside.sum(axis=(1, 2)) * square
    true = np.where(seen > 0, np.clip(sections.area / np.maximum(seen, 1e-9), 0.5, 2), 1.0) * square
    deep = _share_deeper(inside, cell, printer.wall_depth)
    core = deep > 0.5
    solid = _solid(inside, core, sections.stride, printer)
    sparse_core = core & (solid < 0.5)
    one_up, one_down = _moved(inside, 1), _moved(inside, -1)
    below = deep * ~one_down
    below[0] = 0
    infill = deep.sum(axis=(1, 2), dtype=np.float64) * true
    return Fills(
        infill=np.minimum(infill, sections.area),
        solid=np.minimum((deep * solid).sum(axis=(1, 2), dtype=np.float64) * true, sections.area),
        top=(deep * ~one_up).sum(axis=(1, 2), dtype=np.float64) * true / sections.stride,
        over_air=below.sum(axis=(1, 2), dtype=np.float64) * true / sections.stride,
        over_sparse=(core & (solid >= 0.5) & _moved(sparse_core, -1)).sum(axis=(1, 2)) * true / sections.stride,
        solid_line=_mean_run(core & (solid > 0.01), cell),
        sparse_line=_mean_run(sparse_core, cell),
    )


def _raster(sections: Sections, angle: float) -> tuple[np.ndarray, float]:
    """Which cells (layer, row, column) are inside, and their size. A row enters and leaves at each outline."""
    turned = np.exp(-1j * np.radians(angle))
    start = (sections.start[:, 0] + 1j * sections.start[:, 1]) * turned
    end = (sections.end[:, 0] + 1j * sections.end[:, 1]) * turned
    count = len(sections.area)
    low = complex(start.real.min(), start.imag.min())
    width, depth = np.ptp(start.real), np.ptp(start.imag)
    cell = max(FINEST, float(np.sqrt(max(width, 0.5) * max(depth, 0.5) * count / MOST_CELLS)))
    columns, rows = int(width / cell) + 5, int(depth / cell) + 5
    start, end = (start - low) / cell + (1.5 + 1.5j), (end - low) / cell + (1.5 + 1.5j)
    first = np.ceil(np.minimum(start.imag, end.imag)).astype(int)
    crossed = np.ceil(np.maximum(start.imag, end.imag)).astype(int) - first
    piece = np.repeat(np.arange(len(first)), crossed)
    row = np.repeat(first - np.cumsum(crossed) + crossed, crossed) + np.arange(len(piece))
    share = (row - start.imag[piece]) / (end.imag[piece] - start.imag[piece])
    column = np.ceil(start.real[piece] + share * (end.real[piece] - start.real[piece])).astype(int)
    entering = np.where(end.imag[piece] < start.imag[piece], 1, -1)
    place = (sections.layer[piece] * rows + row) * columns + column
    steps = np.bincount(place, weights=entering, minlength=count * rows * columns).astype(np.int8)
    return np.cumsum(steps.reshape(count, rows, columns), axis=2, dtype=np.int8) > 0, cell


def _share_deeper(inside: np.ndarray, cell: float, depth: float) -> np.ndarray:
    """How much of each cell lies deeper than `depth` below the outline, 0 to 1."""
    steps = min(int(np.ceil(depth / cell)) + 1, MOST_STEPS)
    along = np.where(inside, steps + 1, 0).astype(np.int16)
    for step in range(steps, 0, -1):
        near = np.zeros_like(inside)
        near[:, :, :-step] |= ~inside[:, :, step:]
        near[:, :, step:] |= ~inside[:, :, :-step]
        along[near & inside] = step
    along *= along
    squared = along.copy()
    for step in range(1, steps + 1):
        across = np.int16(step * step)
        np.minimum(squared[:, step:], along[:, :-step] + across, out=squared[:, step:])
        np.minimum(squared[:, :-step], along[:, step:] + across, out=squared[:, :-step])
    distance = (np.sqrt(np.arange((steps + 1) ** 2 + 1)) - 0.5) * cell
    share = np.clip((distance - depth) / cell + 0.5, 0, 1).astype(np.float32)
    share[0] = 0
    return share[squared]


def _moved(cells: np.ndarray, layers: int) -> np.ndarray:
    """For each cell, what is so many layers above it; nothing beyond the ends."""
    moved = np.zeros_like(cells)
    if 0 < layers < len(cells):
        moved[:-layers] = cells[layers:]
    elif layers < 0 and -layers < len(cells):
        moved[-layers:] = cells[:layers]
    return moved


def _solid(inside: np.ndarray, core: np.ndarray, stride: float, printer: Printer) -> np.ndarray:
    """The share of each cell's layers that is solid: not covered by so many layers, above and below."""
    height = printer.layer_height
    solid = np.zeros(inside.shape, dtype=np.float32)
    if printer.density >= 1:
        return solid + 1
    kinds = (
        (printer.top_layers, printer.top_thickness, 1),
        (printer.bottom_layers, printer.bottom_thickness, -1),
    )
    for layers, thickness, direction in kinds:
        shells = max(float(layers), thickness / height) if layers else 0.0
        if shells:
            _expose(solid, inside, shells / stride, direction)
        if printer.vertical_shells and shells > 1:
            behind = np.zeros_like(solid)
            _expose(behind, core, (shells - 1) / stride, direction)
            np.maximum(solid, _without_slivers(core & (behind > 0)) * behind, out=solid)
    return solid


def _expose(solid: np.ndarray, cells: np.ndarray, layers: float, direction: int) -> None:
    covered = np.ones(cells.shape, dtype=bool)
    whole = int(layers)
    for step in range(1, whole + 1):
        covered &= _moved(cells, direction * step)
    np.maximum(solid, ~covered, out=solid)
    if layers - whole > 1e-3:
        covered &= _moved(cells, direction * (whole + 1))
        np.maximum(solid, ~covered * np.float32(layers - whole), out=solid)


def _without_slivers(cells: np.ndarray) -> np.ndarray:
    """Without what is a single cell wide: the slicer prints no rings thinner than a line."""
    eroded = cells.copy()
    eroded[:, :-1] &= cells[:, 1:]
    eroded[:, :, :-1] &= eroded[:, :, 1:]
    opened = eroded.copy()
    opened[:, 1:] |= eroded[:, :-1]
    opened[:, :, 1:] |= opened[:, :, :-1]
    return opened & cells


def _mean_run(cells: np.ndarray, cell: float) -> np.ndarray:
    """The mean length of uninterrupted lines along rows and columns."""
    ends = (cells[:, :, 1:] != cells[:, :, :-1]).sum(axis=(1, 2)) + (cells[:, 1:] != cells[:, :-1]).sum(axis=(1, 2))
    return np.maximum(4 * cells.sum(axis=(1, 2)) * cell / np.maximum(ends, 1), 2 * cell)
