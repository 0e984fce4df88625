"""Maps and frames painted as RGB32 pictures, straight into memory that is already there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.display.entries import Entries, Ramp, careful_entries, entries, quick_entries
from engine.display.levels import Levels, MapLevels
from engine.display.reduce import reduce_frame, reduce_map, reduced_size
from engine.display.statistics import real
from engine.display.tables import NON_FINITE, Kind, Table
from engine.errors import SpecError
from engine.filtering.bands import Work, over_rows
from engine.filtering.scratch import scratch

Picture = NDArray[np.uint8]
"""[H, W, 4]: blue, green, red, 255. Each row without gaps; it may be a view of shared memory."""
MAP_COST, FRAME_COST, BLOCK_COST = 0.6, 0.06, 1.5
"""Nanoseconds to paint one number; the last is of a map whose blocks of cells are painted as one."""


def paint_map(
    values: NDArray[Any],
    levels: Levels,
    table: Table,
    out: Picture,
    factor: int = 1,
    bounds: tuple[float, float] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> None:
    """Paint one feature map.

    Args:
        values: [H, W] real numbers; float32 is fast.
        levels: the range of the colours, from `measure` or `union`; values outside take the colour of its end.
        table: from `tables.table`; NaN and infinite cells get its entry 0.
        out: [⌈H / factor⌉, ⌈W / factor⌉, 4], every byte of which is written.
        factor: from `reduction`; see `reduce_map` for what a block of cells shows.
        bounds: the smallest and the largest value where that is known and all are finite: saves another look at each.
        cancelled: asked again and again, where `bounds` are known.

    Raises:
        SpecError: there is nothing to paint, or `values` is no map of real numbers.
        Cancelled: once `cancelled()` is true.
    """
    _check(values, 2, out, factor)
    ramp = Ramp(np.array(levels.low), np.array(levels.high))
    if bounds is None or values.dtype != np.float32 or not ramp.gentle:
        shown = reduce_map(real(values)[None], factor, levels.kind)[0]
        paint_entries(entries(shown, ramp), table, out)
        return
    inside = levels.low <= bounds[0] and bounds[1] <= levels.high
    work = _finite_rows(values, ramp, inside, table, out, factor, levels.kind)
    cost = MAP_COST if factor == 1 else BLOCK_COST
    over_rows(work, len(out), values.size, f"map colours 1:{min(factor, 2)}", cost, cancelled)


def _finite_rows(
    values: NDArray[np.float32], ramp: Ramp, inside: bool, table: Table, out: Picture, factor: int, kind: Kind
) -> Work:
    """Paints a band of rows: what is between value and colour stays in the cache."""
    colours, pixels = table.view(np.int32).reshape(1, 256), out.view(np.int32)[..., 0]
    low, high = np.float32(ramp.low), np.float32(ramp.high)
    scale, shift = ramp.scale.item(), ramp.shift.item()

    def work(top: int, bottom: int) -> None:
        band = reduce_map(values[None, top * factor : bottom * factor], factor, kind)[0]
        if not inside:
            band = np.clip(band, low, high, out=scratch("inside", band.shape))
        chosen = cv2.convertScaleAbs(band, dst=scratch("entries", band.shape, np.uint8), alpha=scale, beta=shift)
        cv2.LUT(chosen, colours, dst=pixels[top:bottom])

    return work


def paint_colour(values: NDArray[Any], levels: MapLevels, out: Picture, factor: int = 1) -> None:
    """Paint a map of red, green and blue channels in its own colours.

    Nothing below zero: 0 is dark and 1 (or the largest value, if that is more) full light, as in a picture.
    Otherwise zero is the middle grey of each channel, and darker is below it.

    Args:
        values: [H, W, 3] real numbers.
        levels: from `measure_channels`: one for all channels or one for each.
        out: [⌈H / factor⌉, ⌈W / factor⌉, 4]; pixels with a NaN or infinite channel get the colour `NON_FINITE`.
        factor: from `reduction`; see `reduce_map`.

    Raises:
        SpecError: there is nothing to paint, or `values` is no map of real numbers with three channels.
    """
    _check(values, 3, out, factor)
    kind = levels[0].kind
    shown = real(values)
    if factor > 1:
        shown = np.moveaxis(reduce_map(np.moveaxis(shown, -1, 0), factor, kind), 0, -1)
    shown = np.ascontiguousarray(shown)
    ramp = Ramp(levels.low, levels.high, first=0 if kind == "sequential" else 1)
    quick = quick_entries(shown, ramp)
    cv2.cvtColor(careful_entries(shown, ramp) if quick is None else quick, cv2.COLOR_RGB2BGRA, dst=out)
    if quick is None:
        out[~np.isfinite(shown).all(axis=-1)] = (*NON_FINITE[::-1], 255)


def paint_frame(frame: NDArray[np.uint8], out: Picture, factor: int = 1) -> None:
    """Paint a frame, uint8 [H, W, 3] red, green, blue; reduced, each pixel is the mean of its block."""
    _check(frame, 3, out, factor)
    shown = reduce_frame(frame, factor)

    def work(top: int, bottom: int) -> None:
        cv2.cvtColor(shown[top:bottom], cv2.COLOR_RGB2BGRA, dst=out[top:bottom])

    over_rows(work, len(shown), shown.size, "frame colours", FRAME_COST)


def paint_entries(chosen: Entries, table: Table, out: Picture) -> None:
    """Look every entry [H, W] up in a table: one pass in which a pixel is one 32-bit number."""
    cv2.LUT(chosen, table.view(np.int32).reshape(1, 256), dst=out.view(np.int32)[..., 0])


def _check(values: NDArray[Any], dimensions: int, out: Picture, factor: int) -> None:
    """Refuse what OpenCV would answer with an array of its own instead of writing into `out`."""
    if values.ndim != dimensions or (dimensions == 3 and values.shape[2] != 3):
        wanted = "height × width" if dimensions == 2 else "height × width × 3"
        raise SpecError(f"A picture of {wanted} is needed; this one is {_times(values.shape)}.")
    if values.size == 0:
        raise SpecError(f"A picture of {_times(values.shape)} cells has nothing to show; at least 1×1 is needed.")
    check_picture(out, *reduced_size(values.shape[0], values.shape[1], factor))


def check_picture(out: Picture, height: int, width: int) -> None:
    """Raise ValueError unless `out` is memory for a picture of this size."""
    if out.shape != (height, width, 4) or out.dtype != np.uint8:
        raise ValueError(f"out must be uint8 {height}×{width}×4, not {out.dtype} {_times(out.shape)}")
    if not (out[0].flags.c_contiguous and out.flags.writeable):
        raise ValueError("out must be writeable, and its rows without gaps")


def _times(shape: tuple[int, ...]) -> str:
    return "×".join(str(size) for size in shape)
