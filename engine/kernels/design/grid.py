"""A kernel on another grid: its anchor, cells added or cut off, its content stretched, gaps put between its cells."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.errors import SpecError
from engine.kernels.design.planes import MOST_CELLS, Planes, Weights, checked_size, kernel_of, one_of, planes_of
from engine.spec.filter import Operation

Pair = tuple[int, int]
Resampling = Literal["linear", "area"]

OPERATIONS: tuple[Operation, ...] = get_args(Operation)
RESAMPLINGS: tuple[Resampling, ...] = get_args(Resampling)


def anchor(size: Pair, operation: Operation = "correlation") -> Pair:
    """The cell of a kernel that lies on the pixel whose answer is computed, with padding "same".

    It is the centre where there is one. An axis of even size k has two middle cells: padding "same" puts
    ⌊(k − 1)/2⌋ cells before the picture, so cross-correlation takes the first of them, k/2 − 1, and convolution,
    which lays the kernel down turned by 180°, the second, k/2.

    Args:
        size: (height, width).
        operation: "correlation" or "convolution".

    Returns:
        (row, column), counted from 0.

    Example:
        >>> anchor((3, 5)), anchor((4, 2)), anchor((4, 2), "convolution")
        ((1, 2), (1, 0), (2, 1))
    """
    one_of("Operation", operation, OPERATIONS)
    height, width = checked_size(size)
    return ((height - 1) // 2, (width - 1) // 2) if operation == "correlation" else (height // 2, width // 2)


def resize(weights: ArrayLike, size: int | Pair, operation: Operation = "correlation") -> Weights:
    """A kernel on a larger or smaller grid, its content unchanged: zeros are added around it, or its edge is cut off.

    The anchor stays the anchor, so a larger grid gives the same map, and going back gives the same kernel.

    Args:
        weights: [kH, kW] or [kH, kW, C].
        size: (height, width), or one number for both; 1 to 151.
        operation: matters where an odd size becomes even or an even one odd; see `anchor`.

    Raises:
        SpecError: for what is no kernel or no size.

    Example:
        >>> resize([[1, 2]], (3, 4)).tolist()
        [[0.0, 0.0, 0.0, 0.0], [0.0, 1.0, 2.0, 0.0], [0.0, 0.0, 0.0, 0.0]]
        >>> resize([[1, 2, 3, 4, 5]], (1, 3)).tolist()
        [[2.0, 3.0, 4.0]]
    """
    return kernel_of(placed(planes_of(weights), checked_size(size), operation))


def placed(planes: Planes, size: Pair, operation: Operation) -> Planes:
    """[kH, kW, …] on a grid of zeros of another size, anchor on anchor, as far as it fits."""
    before = (planes.shape[0], planes.shape[1])
    rows, columns = (
        _overlap(*pair) for pair in zip(before, size, anchor(before, operation), anchor(size, operation), strict=True)
    )
    found = np.zeros((*size, *planes.shape[2:]))
    found[rows[1], columns[1]] = planes[rows[0], columns[0]]
    return found


def _overlap(before: int, after: int, old: int, new: int) -> tuple[slice, slice]:
    """Which cells of the old axis go to which of the new one, with cell `old` on cell `new`."""
    count_before, count_behind = min(old, new), min(before - old, after - new)
    return slice(old - count_before, old + count_behind), slice(new - count_before, new + count_behind)


def resample(weights: ArrayLike, size: int | Pair, method: Resampling = "linear") -> Weights:
    """A kernel stretched or shrunk onto another grid, so that it answers to larger or smaller things.

    A weight counts for as many cells as the area it comes to cover: the sum stays, roughly for "linear", exactly but
    for rounding for "area".

    Args:
        weights: [kH, kW] or [kH, kW, C].
        size: (height, width), or one number for both; 1 to 151.
        method: "linear" takes the weights for samples of a function that runs straight between them (and averages
            over what falls into one cell when shrinking); "area" takes each for a tile of constant height and gives
            each new cell the share that lies in it.

    Raises:
        SpecError: for what is no kernel or no size.

    Example:
        >>> resample([[2, 4]], (1, 4), "area").tolist()
        [[1.0, 1.0, 2.0, 2.0]]
        >>> resample([[-1, 0, 1]], (1, 5)).tolist()
        [[-0.6, -0.36, 0.0, 0.36, 0.6]]
    """
    planes = planes_of(weights)
    one_of("The method", method, RESAMPLINGS)
    height, width = checked_size(size)
    shares = _shares_linear if method == "linear" else _shares_area
    rows, columns = shares(planes.shape[0], height), shares(planes.shape[1], width)
    return kernel_of(np.einsum("ij,jk...,lk->il...", rows, planes, columns))


def _shares_area(before: int, after: int) -> NDArray[np.float64]:
    """[after, before]: which share of each old cell lies in each new one."""
    step = before / after  # old cells that one new cell covers
    old, new = np.arange(before), np.arange(after)[:, np.newaxis] * step
    return np.asarray(np.clip(np.minimum(old + 1, new + step) - np.maximum(old, new), 0, None))


def _shares_linear(before: int, after: int) -> NDArray[np.float64]:
    """[after, before]: triangles around each new centre, at least two old cells wide, brought to the share of area."""
    step = before / after
    centres = (np.arange(after)[:, np.newaxis] + 0.5) * step
    distance = np.abs(np.arange(before) + 0.5 - centres) / max(step, 1.0)
    shares = np.clip(1 - distance, 0, None)
    return np.asarray(step * shares / shares.sum(axis=1, keepdims=True))


def dilate(weights: ArrayLike, dilation: int | Pair) -> Weights:
    """The kernel that does without dilation what this one does with it: zeros are put between its cells.

    Args:
        weights: [kH, kW] or [kH, kW, C].
        dilation: (vertical, horizontal) distance of neighbouring weights, or one number for both; 1 changes nothing.

    Returns:
        [d·(kH − 1) + 1, d·(kW − 1) + 1, …].

    Raises:
        SpecError: for what is no kernel or no dilation, or a result above 151×151.

    Source: Yu and Koltun, Multi-scale context aggregation by dilated convolutions, ICLR 2016, section 2.

    Example:
        >>> dilate([[1, 2, 1]], 2).tolist()
        [[1.0, 0.0, 2.0, 0.0, 1.0]]
    """
    planes = planes_of(weights)
    down, across = checked_size(dilation)
    height, width = down * (planes.shape[0] - 1) + 1, across * (planes.shape[1] - 1) + 1
    if max(height, width) > MOST_CELLS:
        raise SpecError(f"Dilated, the kernel is {height}×{width}; {MOST_CELLS}×{MOST_CELLS} is the most.")
    found = np.zeros((height, width, *planes.shape[2:]))
    found[::down, ::across] = planes
    return kernel_of(found)
