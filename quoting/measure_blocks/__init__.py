"""What `manage.py measure` prints, block by block. Each block is a module of its own with

add_arguments(parser)                    what it wants to be told, if anything
as_json(measurement, options) -> dict    its keys of the answer; the same keys for every file, None where not known
as_text(measurement, options) -> list    its lines for people; none where there is nothing to say
"""

from argparse import ArgumentParser
from typing import Any, Protocol

from quoting.geometry.values import Measurement
from quoting.measure_blocks import fdm, figures, price, shape

Options = dict[str, Any]


class Block(Protocol):
    def add_arguments(self, parser: ArgumentParser) -> None: ...
    def as_json(self, measurement: Measurement, options: Options) -> dict[str, Any]: ...
    def as_text(self, measurement: Measurement, options: Options) -> list[str]: ...


BLOCKS: tuple[Block, ...] = (figures, shape, fdm, price)
