"""Pooling: each window of a feature map becomes one number."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.arithmetic import pair, pooled_size
from engine.errors import SpecError
from engine.filtering.bands import over_rows
from engine.filtering.reuse import result_array
from engine.filtering.scratch import scratch

Array = NDArray[np.float32]
Pair = tuple[int, int]
KINDS = ("max", "average", "l2")
COST = 0.8
"""Nanoseconds for one number."""


def pool(feature_map: Array, kind: str, kernel_size: Any, stride: Any = None, padding: Any = 0) -> Array:
    """Put one number in the place of every window of a feature map.

    Args:
        feature_map: float32 [H, W] or [H, W, C]; each channel is pooled by itself.
        kind: "max", "average" (cells of the padding count, as zeros) or "l2" (√Σx², not divided by anything).
        kernel_size: of the window; one number or (vertical, horizontal).
        stride: how far the window moves; its own size if None.
        padding: cells added at each side, at most half the window: −∞ for "max", otherwise zeros.

    Returns:
        float32 [H', W'] or [H', W', C] with n' = ⌊(n + 2p − k) / s⌋ + 1.

    Raises:
        SpecError: if the window does not fit or the padding is too large.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.MaxPool2d.html, AvgPool2d and LPPool2d beside it.

    Example:
        >>> pool(np.arange(16, dtype=np.float32).reshape(4, 4), "max", 2).tolist()
        [[5.0, 7.0], [13.0, 15.0]]
    """
    if kind not in KINDS:
        raise SpecError(f"Pooling cannot be {kind!r}; it can be {', '.join(KINDS)}.")
    window = pair(kernel_size, "Pool size", 1)
    step = window if stride is None else pair(stride, "Pool stride", 1)
    around = pair(padding, "Pool padding", 0)
    size = [pooled_size(feature_map.shape[axis], window[axis], step[axis], around[axis]) for axis in (0, 1)]
    cells = np.ascontiguousarray(feature_map).reshape(*feature_map.shape[:2], -1)
    out = result_array((*size, cells.shape[2]))

    def work(low: int, high: int) -> None:
        _pool_rows(cells, out[low:high], low, kind, window, step, around)

    over_rows(work, size[0], cells.size, "pooling", COST)
    return out.reshape(*size, *feature_map.shape[2:])


def _pool_rows(cells: Array, out: Array, low: int, kind: str, window: Pair, step: Pair, around: Pair) -> None:
    """Rows `low`, … of the pooled map."""
    lanes = cells.shape[2]
    count = (len(out) - 1) * step[0] + window[0]
    band = _padded(cells, low * step[0] - around[0], count, around[1], -np.inf if kind == "max" else 0.0)
    if kind == "l2":
        band = np.square(band, out=scratch("squares", band.shape))
    join: np.ufunc = np.maximum if kind == "max" else np.add
    if window[0] <= 2 * step[0]:
        tall = _reduce([band[i :: step[0]][: len(out)] for i in range(window[0])], join)
    else:
        tall = _slide(band, window[0], join)[:: step[0]]
    wide = _slide(tall.reshape(len(out), -1), window[1], join, lanes, axis=1)
    np.copyto(out, wide.reshape(len(out), -1, lanes)[:, :: step[1]][:, : out.shape[1]])
    if kind == "average":
        np.divide(out, np.float32(window[0] * window[1]), out=out)
    elif kind == "l2":
        np.sqrt(out, out=out)


def _padded(cells: Array, first: int, count: int, side: int, value: float) -> Array:
    """Rows `first` to `first + count` of the map with `side` columns of `value` at both sides and rows beyond it."""
    height, width, lanes = cells.shape
    if side == 0 and first >= 0 and first + count <= height:
        return cells[first : first + count]
    band = scratch("padded", (count, width + 2 * side, lanes))
    band.fill(value)
    top, bottom = max(first, 0), min(first + count, height)
    band[top - first : bottom - first, side : side + width] = cells[top:bottom]
    return band


def _reduce(parts: list[Array], join: np.ufunc) -> Array:
    found = parts[0]
    for part in parts[1:]:
        found = join(found, part, out=scratch("reduced", part.shape))
    return found


def _slide(cells: Array, size: int, join: np.ufunc, unit: int = 1, axis: int = 0) -> Array:
    """Every window of `size` along an axis of [rows, columns]; log₂ steps: windows of 1, 2, 4, … are put together.

    Args:
        cells: rows first; along the columns one step is `unit` numbers.
        size: of the window.
        join: np.maximum or np.add.
        unit: numbers from one cell to the next.
        axis: 0 for down the columns, 1 for along the rows.

    Returns:
        A view of the cells, or scratch memory that the next call for this axis overwrites.
    """

    def cut(values: Array, start: int, length: int) -> Array:
        return values[start : start + length] if axis == 0 else values[:, start : start + length]

    def joined(name: str, left: Array, right: Array) -> Array:
        together: Array = join(left, right, out=scratch(f"{name} {axis}", left.shape))
        return together

    places = cells.shape[axis] - (size - 1) * unit
    powers, reach = [cells], 1  # windows of 1, 2, 4, …
    while 2 * reach <= size:
        length = powers[-1].shape[axis] - reach * unit
        last = powers[-1]
        powers.append(joined(f"power {2 * reach}", cut(last, 0, length), cut(last, reach * unit, length)))
        reach *= 2
    found, offset = cut(powers[-1], 0, places), reach
    for power in reversed(range(len(powers) - 1)):
        if size >> power & 1:
            found = joined("found", found, cut(powers[power], offset * unit, places))
            offset += 1 << power
    return found
