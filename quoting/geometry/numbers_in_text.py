"""Numbers in lines of text, many at a time: what OBJ and text PLY files are made of."""

from collections.abc import Iterator

import numpy as np

from quoting.geometry.values import FileRefused

BLOCK_BYTES = 4 * 1024**2


def blocks_of_lines(text: bytes) -> Iterator[list[bytes]]:
    """The lines, some megabytes at a time, whatever ends them. Empty ones may be among them."""
    if b"\r" in text:
        text = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    start = 0
    while start < len(text):
        end = text.find(b"\n", start + BLOCK_BYTES)
        end = len(text) if end < 0 else end + 1
        yield text[start:end].split(b"\n")
        start = end


def table(lines: list[bytes], columns: int) -> np.ndarray:
    """The first columns (k, columns) of lines of numbers; FileRefused when one has fewer, or no numbers."""
    widths = {len(line.split()) for line in lines}
    if widths and min(widths) < columns:
        raise FileRefused("unreadable", detail="a line with too few numbers")
    if widths <= {columns}:
        return numbers(b" ".join(lines)).reshape(-1, columns)
    return numbers(b" ".join(b" ".join(line.split()[:columns]) for line in lines)).reshape(-1, columns)


def numbers(text: bytes, kind: type = np.float64) -> np.ndarray:
    """All numbers (k,) of a text; FileRefused when anything else is in it."""
    try:
        return np.fromstring(text, dtype=kind, sep=" ") if text.strip() else np.empty(0, dtype=kind)
    except ValueError as error:
        raise FileRefused("unreadable", detail="text where a number should be") from error
