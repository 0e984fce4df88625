"""Which pixels an output cell looks at through a chain of windows, and which cells a pixel reaches.

A chain lists its windows from the picture on: first the convolution, then the pooling, and so on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

Pair = tuple[int, int]


class Window(NamedTuple):
    """A kernel or pooling window on the move; every pair is (vertical, horizontal), padding is what comes before."""

    kernel_size: Pair
    stride: Pair = (1, 1)
    padding: Pair = (0, 0)
    dilation: Pair = (1, 1)


class Box(NamedTuple):
    """A rectangle of pixels; it may reach into the padding, where rows and columns are below 0 or beyond the end."""

    rows: range
    columns: range

    def clipped(self, size: Pair) -> Box:
        """The part of the box that lies on a picture of this (height, width)."""
        return Box(*(range(max(r.start, 0), max(min(r.stop, n), 0)) for r, n in zip(self, size, strict=True)))


class ChainGeometry(NamedTuple):
    """A whole chain seen as one window: cell o looks at `size` pixels from pixel `offset` + o · `jump` on."""

    size: Pair
    jump: Pair
    offset: Pair


def chain_geometry(windows: Sequence[Window]) -> ChainGeometry:
    """The size, jump and offset of a chain's receptive fields.

    Returns:
        Per axis r, j and o from r = j = 1, o = 0 by r += (e − 1)·j, o −= p·j, j *= s for each window.

    Source: Dumoulin and Visin (2016) for one window; Araujo, Norris and Sim, Computing receptive fields of
        convolutional neural networks (Distill, 2019), section "The single-path case", for the chain.

    Example:
        >>> chain_geometry([Window((3, 3), padding=(1, 1)), Window((2, 2), stride=(2, 2))])
        ChainGeometry(size=(4, 4), jump=(2, 2), offset=(-1, -1))
    """
    size, jump, offset = [1, 1], [1, 1], [0, 0]
    for window in windows:
        for axis in (0, 1):
            size[axis] += window.dilation[axis] * (window.kernel_size[axis] - 1) * jump[axis]
            offset[axis] -= window.padding[axis] * jump[axis]
            jump[axis] *= window.stride[axis]
    return ChainGeometry((size[0], size[1]), (jump[0], jump[1]), (offset[0], offset[1]))


def receptive_field(windows: Sequence[Window], cell: Pair) -> Box:
    """The rectangle of pixels around everything that can change output cell (row, column); not clipped.

    Example:
        >>> receptive_field([Window((3, 3), padding=(1, 1))], (0, 5))
        Box(rows=range(-1, 2), columns=range(4, 7))
    """
    chain = chain_geometry(windows)
    firsts = [chain.offset[axis] + cell[axis] * chain.jump[axis] for axis in (0, 1)]
    rows, columns = (range(firsts[axis], firsts[axis] + chain.size[axis]) for axis in (0, 1))
    return Box(rows, columns)


def pixels_read(windows: Sequence[Window], cell: Pair, sizes: Sequence[Pair]) -> tuple[list[int], list[int]]:
    """The rows and columns that output cell (row, column) truly reads; dilation leaves gaps in its rectangle.

    Args:
        windows: the chain.
        cell: (row, column) in the last map.
        sizes: (height, width) of the picture and of each map but the last, one for each window.

    Returns:
        (rows, columns), sorted; the pixels read are all their crossings. Padding is left out.
    """
    found: tuple[list[int], list[int]] = ([], [])
    for axis in (0, 1):
        cells = {cell[axis]}
        for window, size in zip(reversed(windows), reversed(sizes), strict=True):
            cells = read_on_axis(window, axis, cells, size[axis])
        found[axis].extend(sorted(cells))
    return found


def read_on_axis(window: Window, axis: int, cells: Iterable[int], size: int) -> set[int]:
    """The rows (axis 0) or columns of a picture of that size that a window reads for these cells of its map."""
    gap, step, before = window.dilation[axis], window.stride[axis], window.padding[axis]
    reads = {o * step - before + i * gap for o in cells for i in range(window.kernel_size[axis])}
    return {position for position in reads if 0 <= position < size}


def cells_reached(windows: Sequence[Window], pixel: Pair, sizes: Sequence[Pair]) -> tuple[list[int], list[int]]:
    """The rows and columns of the output cells that pixel (row, column) has a part in: the inverse of `pixels_read`.

    Args:
        windows: the chain.
        pixel: (row, column) in the picture. Copies of it in the padding are not followed.
        sizes: (height, width) of each map that the chain makes, one for each window.

    Returns:
        (rows, columns), sorted; the cells reached are all their crossings. Empty where strides step over the pixel.

    Example:
        >>> cells_reached([Window((3, 3))], (0, 5), sizes=[(8, 8)])
        ([0], [3, 4, 5])
    """
    found: tuple[list[int], list[int]] = ([], [])
    for axis in (0, 1):
        cells = {pixel[axis]}
        for window, size in zip(windows, sizes, strict=True):
            cells = reached_on_axis(window, axis, cells, size[axis])
        found[axis].extend(sorted(cells))
    return found


def reached_on_axis(window: Window, axis: int, cells: Iterable[int], size: int) -> set[int]:
    """The rows (axis 0) or columns of a map of that size that these cells have a part in; the inverse."""
    gap, step, before = window.dilation[axis], window.stride[axis], window.padding[axis]
    starts = {position + before - i * gap for position in cells for i in range(window.kernel_size[axis])}
    return {start // step for start in starts if start % step == 0 and 0 <= start // step < size}
