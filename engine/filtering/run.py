"""Carries a plan out: bands of rows or blocks, on one core or several, with a way to give up in between."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.filtering.bands import Cancelled, Work, in_bands
from engine.filtering.box import box_band
from engine.filtering.direct import InPlace, direct_band, seamless_band, taps_band
from engine.filtering.fourier import FourierWork, fourier_pair
from engine.filtering.plan import Plan, make_plan
from engine.filtering.reuse import result_array
from engine.filtering.separable import separable_band

__all__ = ["Cancelled", "correlate"]

Array = NDArray[np.float32]
Finish = Callable[[Array], None]
SPREADING = ("box", "fourier")
"""Ways that would spread an infinite or undefined number of the picture over what does not see it."""
LOUDEST = 1e16
"""Root of the sum of squares beyond which they might overflow on the way; NaN is not below it either."""


class _Run(NamedTuple):
    """What every band of one filtering shares."""

    plan: Plan
    image: Array
    out: Array
    finish: Finish | None


def correlate(
    image: Array,
    plan: Plan,
    finish: Finish | None = None,
    cancelled: Callable[[], bool] | None = None,
    out: Array | None = None,
) -> Array:
    """The map [H', W', lanes] of a picture [H, W, C].

    Args:
        image: float32; numbers of a pixel and pixels of a row lie side by side in memory.
        plan: made for a picture of this shape.
        finish: changes cells in place; called once for every part of the map while it is still in the cache.
        cancelled: asked between bands.
        out: memory for the map, [H', W', lanes] without gaps; its own if None.

    Raises:
        Cancelled: when `cancelled()` is true.
    """
    if plan.at_once is not None and finish is None:
        if cancelled is not None and cancelled():
            raise Cancelled
        return write_at_once(image, result_array(plan.shape) if out is None else out, plan.at_once)
    out = result_array(plan.shape) if out is None else out
    if plan.method in SPREADING and not cv2.norm(image, cv2.NORM_L2) < LOUDEST:
        plan = make_plan(plan.weights, plan.geometry, robust=True)
    run = _Run(plan, image, out, finish)
    work = _blocks(run, plan.fourier) if plan.fourier is not None else _finished(run)
    at_once = plan.in_place is not None and cancelled is None  # nobody to ask, so nothing to gain from bands
    alone = ((0, plan.shape[0]),) if at_once else plan.bands
    in_bands(work, alone, plan.shares, plan.method, plan.nanoseconds, cancelled)
    return out


def write_at_once(image: Array, out: Array, how: InPlace) -> Array:
    """The whole map by one call of cv2, written where it belongs."""
    weights, anchor, border = how
    cv2.filter2D(image, -1, weights, out, anchor, 0.0, border)
    return out


def _blocks(run: _Run, fourier: FourierWork) -> Work:
    steps = fourier.steps

    def work(low: int, high: int) -> None:
        parts = fourier_pair(run.image, run.out, fourier, steps[low:high])
        if run.finish is not None:
            for part in parts:
                run.finish(part)

    return work


def _finished(run: _Run) -> Work:
    fill, out, finish = _filler(run), run.out, run.finish
    if finish is None:
        return fill

    def work(low: int, high: int) -> None:
        fill(low, high)
        finish(out[low:high])

    return work


def _filler(run: _Run) -> Work:
    plan, image, out, _ = run
    geometry = plan.geometry
    how = plan.in_place
    if how is not None:
        return lambda low, high: seamless_band(image, out, geometry, how, (low, high))
    if plan.method == "box":
        weight = float(plan.weights[0, 0, 0])
        return lambda low, high: box_band(image, out, geometry, weight, (low, high))
    if plan.method == "separable":
        return lambda low, high: separable_band(image, out, geometry, plan.separable, (low, high))
    if not plan.direct:
        return lambda low, high: taps_band(image, out, geometry, plan.weights, (low, high))
    return lambda low, high: direct_band(image, out, geometry, plan.direct, (low, high))
