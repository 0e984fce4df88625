"""How often a kernel visits each pixel of its input."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.arithmetic.checks import pair
from engine.arithmetic.padding import check_padding_mode, padding_per_side
from engine.arithmetic.sizes import SizeFormula

Counts = NDArray[np.int64]


def visit_counts(
    size: tuple[int, int],
    kernel_size: tuple[int, int],
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    padding_mode: str = "zeros",
) -> Counts:
    """How many times the kernel reads each pixel of the picture on its way over it.

    A window is a rectangle, so the count of a pixel is the count of its row times the count of its column. With
    padding that copies pixels, a visit to a copy counts for the pixel it was copied from.

    Args:
        size: (height, width) of the picture.
        kernel_size: (height, width) of the kernel.
        stride: one number or (vertical, horizontal).
        padding: "valid", "same", "full", one number or (vertical, horizontal).
        dilation: one number or (vertical, horizontal).
        padding_mode: "zeros", "reflect", "replicate" or "circular".

    Returns:
        int64 [H, W].

    Raises:
        SpecError: if the kernel does not fit, or the picture is too small for that padding.

    Example:
        >>> visit_counts((3, 3), (2, 2)).tolist()
        [[1, 2, 1], [2, 4, 2], [1, 2, 1]]
    """
    cells, weights = pair(size, "Picture size", 1), pair(kernel_size, "Kernel size", 1)
    steps, gaps = pair(stride, "Stride", 1), pair(dilation, "Dilation", 1)
    sides = padding_per_side(padding, weights, gaps)
    rows, columns = (
        axis_visits(SizeFormula(cells[i], weights[i], steps[i], *sides[i], gaps[i]), padding_mode) for i in (0, 1)
    )
    return np.outer(rows, columns)


def axis_visits(formula: SizeFormula, padding_mode: str = "zeros") -> Counts:
    """How many times each cell of one axis is read; int64 [n]."""
    n, before = formula.size, formula.before
    check_padding_mode(padding_mode, n, before, formula.after)
    padded = np.zeros(n + before + formula.after, dtype=np.int64)
    for start in range(0, formula.extent, formula.dilation):
        padded[start : start + formula.floor * formula.stride + 1 : formula.stride] += 1
    if padding_mode == "zeros":
        return padded[before : before + n]
    counts = np.zeros(n, dtype=np.int64)
    np.add.at(counts, _origins(np.arange(len(padded)) - before, n, padding_mode), padded)
    return counts


def _origins(cells: NDArray[np.intp], n: int, padding_mode: str) -> NDArray[np.intp]:
    """Which pixel each cell, counted from the first pixel, holds."""
    if padding_mode == "circular":
        return np.mod(cells, n)
    if padding_mode == "replicate":
        return np.clip(cells, 0, n - 1)
    mirrored: NDArray[np.intp] = (n - 1) - np.abs((n - 1) - np.abs(cells))
    return mirrored
