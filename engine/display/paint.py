"""Maps and frames painted as RGB32 pictures, straight into memory that is already there."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.display.entries import Entries, Ramp, careful_entries, entries, quick_entries
from engine.display.levels import Levels, MapLevels
from engine.display.reduce import reduce_frame, reduce_map, reduced_size
from engine.display.statistics import real
from engine.display.tables import NON_FINITE, Table
from engine.errors import SpecError

Picture = NDArray[np.uint8]
"""[H, W, 4]: blue, green, red, 255. Each row without gaps; it may be a view of shared memory."""


def paint_map(values: NDArray[Any], levels: Levels, table: Table, out: Picture, factor: int = 1) -> None:
    """Paint one feature map.

    Args:
        values: [H, W] real numbers; float32 is fast.
        levels: the range of the colours, from `measure` or `union`; values outside take the colour of its end.
        table: from `tables.table`; NaN and infinite cells get its entry 0.
        out: [⌈H / factor⌉, ⌈W / factor⌉, 4], every byte of which is written.
        factor: from `reduction`; see `reduce_map` for what a block of cells shows.

    Raises:
        SpecError: there is nothing to paint, or `values` is no map of real numbers.
    """
    _check(values, 2, out, factor)
    shown = reduce_map(real(values)[None], factor, levels.kind)[0]
    paint_entries(entries(shown, Ramp(np.array(levels.low), np.array(levels.high))), table, out)


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
    cv2.cvtColor(reduce_frame(frame, factor), cv2.COLOR_RGB2BGRA, dst=out)


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
