"""Which part of the picture a cell of a layer sees, and which cells of a layer see a part of the picture."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from app.state.document import Document
from engine.protocol import Box
from engine.spec.network import NetworkSpec
from engine.spec.reach import Reach, own_cells
from engine.spec.shapes import walk

INPUT = ""


class Rectangle(NamedTuple):
    """Top, left, height and width, in cells that need not be whole."""

    top: float
    left: float
    height: float
    width: float


class Fields:
    """Works the fields out when they are first asked for after an edit. All pairs are (row, column)."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._network: NetworkSpec | None = None
        self._known: dict[str, tuple[tuple[int, ...], Reach]] = {}

    def _of(self, path: str) -> tuple[tuple[int, ...], Reach] | None:
        network = self._document.project.network
        if network is not self._network:
            self._network = network
            shape = network.input_shape
            self._known = {INPUT: (shape, own_cells(shape))}
            self._known |= {
                step.path: (step.leaving.shape, step.leaving.reach) for step in walk(network) if step.leaving
            }
        return self._known.get(path)

    def field(self, path: str, row: int, column: int) -> Box | None:
        """What a cell sees of the network's input, without the padding; None where that is no picture."""
        known = self._of(path)
        if known is None or len(known[1].axes) < 2:
            return None
        (shape, reach), sizes = known, self._document.project.network.input_shape[-2:]
        cell = (row, column) if len(shape) == len(reach.axes) + 1 else (0, 0)
        ranges = [reach.range_of(len(reach.axes) - 2 + axis, cell[axis]) for axis in (0, 1)]
        starts = [min(max(span.start, 0), size - 1) for span, size in zip(ranges, sizes, strict=True)]
        ends = [max(min(span.stop, size), 1) for span, size in zip(ranges, sizes, strict=True)]
        return starts[0], starts[1], max(ends[0] - starts[0], 1), max(ends[1] - starts[1], 1)

    def reached(self, path: str, row: int, column: int) -> Box | None:
        """The cells of each map of a layer that see a pixel of the network's input; None if none does."""
        known = self._of(path)
        if known is None or len(known[1].axes) < 2 or len(known[0]) != len(known[1].axes) + 1:
            return None
        shape, reach = known
        spans = [
            _seeing(reach, len(reach.axes) - 2 + axis, shape[axis - 2], pixel)
            for axis, pixel in enumerate((row, column))
        ]
        if spans[0] is None or spans[1] is None:
            return None
        return spans[0][0], spans[1][0], spans[0][1], spans[1][1]

    def area(self, path: str) -> Rectangle | None:
        """Where a whole map lies on the network's input: each cell in the middle of what it sees, as wide as a step."""
        known = self._of(path)
        if known is None or len(known[1].axes) < 2:
            return None
        (shape, reach), sizes = known, self._document.project.network.input_shape[-2:]
        spatial = len(shape) == len(reach.axes) + 1
        along = [
            _stretch(reach, len(reach.axes) - 2 + axis, shape[axis - 2] if spatial else 1, size)
            for axis, size in enumerate(sizes)
        ]
        return Rectangle(along[0][0], along[1][0], along[0][1], along[1][1])


def _seeing(reach: Reach, axis: int, size: int, pixel: int) -> tuple[int, int] | None:
    """(first, how many) of the cells along an axis that see a pixel."""
    lines = reach.axes[axis]
    starts = np.array([min(line.low(cell) for line in lines) for cell in range(size)])
    ends = np.array([max(line.high(cell) for line in lines) for cell in range(size)])
    found = np.flatnonzero((starts <= pixel) & (pixel < ends))
    return (int(found[0]), int(found[-1] - found[0] + 1)) if len(found) else None


def _stretch(reach: Reach, axis: int, size: int, whole: int) -> tuple[float, float]:
    """(begin, length) of a map along an axis of the input."""
    first, last = reach.range_of(axis, 0), reach.range_of(axis, size - 1)
    middles = (first.start + first.stop) / 2, (last.start + last.stop) / 2
    if size < 2 or middles[1] <= middles[0]:
        return 0.0, float(whole)
    step = (middles[1] - middles[0]) / (size - 1)
    return middles[0] - step / 2, step * size


def on_frame(box: Rectangle | Box, window: Box, input_shape: tuple[int, ...]) -> Rectangle:
    """A rectangle of the network's input on the frame, of which the network sees `window`.

    Example:
        >>> on_frame((0, 14, 14, 14), (0, 80, 480, 480), (1, 28, 28))
        Rectangle(top=0.0, left=320.0, height=240.0, width=240.0)
    """
    down, across = window[2] / input_shape[-2], window[3] / input_shape[-1]
    return Rectangle(window[0] + box[0] * down, window[1] + box[1] * across, box[2] * down, box[3] * across)


def on_input(row: float, column: float, window: Box, input_shape: tuple[int, ...]) -> tuple[int, int] | None:
    """The pixel of the network's input that a pixel of the frame went into; None if the network does not see it."""
    down, across = (row + 0.5 - window[0]) / window[2], (column + 0.5 - window[1]) / window[3]
    if not (0 <= down < 1 and 0 <= across < 1):
        return None
    return int(down * input_shape[-2]), int(across * input_shape[-1])
