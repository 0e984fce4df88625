"""Carries a plan out: bands of rows or blocks, on one core or several, with a way to give up in between."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from engine.filtering.bands import Band, Cancelled, run_bands, split, workers
from engine.filtering.box import NotFinite, box_band
from engine.filtering.direct import direct_band, is_seamless, seamless_band, taps_band
from engine.filtering.fourier import FourierWork, fourier_pair
from engine.filtering.geometry import Geometry
from engine.filtering.plan import Plan, make_plan
from engine.filtering.separable import separable_band

__all__ = ["Cancelled", "correlate"]

Array = NDArray[np.float32]
SHARE = 600_000
"""Nanoseconds of work from which a second core pays: waking a helper takes about 60,000."""
PATIENCE = 4_000_000
"""Nanoseconds that a band may take, so that work given up ends soon."""
BAND_BYTES = 400_000
"""A band's rows and what is made of them stay in the second-level cache."""


def correlate(
    image: Array,
    weights: NDArray[np.float64],
    geometry: Geometry,
    bias: float = 0.0,
    cancelled: Callable[[], bool] | None = None,
) -> tuple[Array, Plan]:
    """The map [H', W', lanes] of a picture [H, W, C], and how it was made.

    Args:
        image: float32; numbers of a pixel and pixels of a row lie side by side in memory.
        weights: float64 [planes, kH, kW], already turned if a convolution is wanted.
        geometry: where the kernel moves.
        bias: added to every cell.
        cancelled: asked between bands.

    Raises:
        Cancelled: when `cancelled()` is true.
    """
    out = np.empty((*geometry.size, geometry.lanes), np.float32)
    plan = make_plan(weights, geometry)
    try:
        _carry_out(plan, image, out, geometry, bias, cancelled)
    except NotFinite:
        plan = make_plan(weights, geometry, robust=True)
        _carry_out(plan, image, out, geometry, bias, cancelled)
    return out, plan


def _carry_out(
    plan: Plan, image: Array, out: Array, geometry: Geometry, bias: float, cancelled: Callable[[], bool] | None
) -> None:
    parallel = plan.nanoseconds >= SHARE
    if plan.fourier is not None:
        starts = plan.fourier.starts
        pairs = [starts[i : i + 2] for i in range(0, len(starts), 2)]
        work = partial(_fourier_pairs, plan.fourier, image, out, bias, pairs)
        run_bands(work, split(len(pairs), len(pairs)), parallel, cancelled)
        return
    run_bands(_band_work(plan, image, out, geometry, bias), _bands(plan, geometry, parallel), parallel, cancelled)


def _fourier_pairs(
    work: FourierWork, image: Array, out: Array, bias: float, pairs: list[list[tuple[int, int, int]]], low: int, high: int
) -> None:
    for pair in pairs[low:high]:
        fourier_pair(image, out, work, bias, pair)


def _band_work(plan: Plan, image: Array, out: Array, geometry: Geometry, bias: float) -> Callable[[int, int], None]:
    if plan.method == "box":
        weight = float(plan.weights[0, 0, 0])
        return lambda low, high: box_band(image, out, geometry, weight, bias, (low, high))
    if plan.method == "separable":
        return lambda low, high: separable_band(image, out, geometry, plan.separable, bias, (low, high))
    if not plan.direct:
        return lambda low, high: taps_band(image, out, geometry, plan.weights, bias, (low, high))
    if is_seamless(geometry, plan.direct):
        tile = plan.direct[0][0].tiles[0].weights
        return lambda low, high: seamless_band(image, out, geometry, tile, bias, (low, high))
    return lambda low, high: direct_band(image, out, geometry, plan.direct, bias, (low, high))


def _bands(plan: Plan, geometry: Geometry, parallel: bool) -> list[Band]:
    """Bands as few as the threads, the patience and (where there is something between two passes) the cache allow."""
    rows = geometry.size[0]
    parts = max(int(np.ceil(plan.nanoseconds / PATIENCE)), workers() if parallel else 1)
    if plan.direct and is_seamless(geometry, plan.direct):
        return split(rows, parts, least=geometry.span[0])
    row_bytes = 4 * geometry.padded[1] * geometry.channels * geometry.stride[0]
    fitting = max(BAND_BYTES // row_bytes, 2 * geometry.span[0] // geometry.stride[0], 8)
    return split(rows, max(parts, rows // fitting))
