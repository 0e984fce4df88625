"""Which of four ways is the quickest for a kernel on a picture; all give the same numbers to float32 rounding.

The costs are fixed figures, measured once, so that the same call always takes the same way and gives the same bits.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from engine.filtering.bands import WORTH_SHARING, Band, split, workers
from engine.filtering.direct import MOST_LANES, InPlace, Kernels, in_place
from engine.filtering.factors import factors
from engine.filtering.fourier import Blocks, FourierWork, choose_blocks, fourier_work, peak, spectrum
from engine.filtering.geometry import Geometry
from engine.filtering.separable import Term, terms
from engine.filtering.tiles import groups

Weights = NDArray[np.float64]
Method = Literal["direct", "separable", "fourier", "box"]

# Nanoseconds for one number of the map on one core (AVX-512, 2.6 GHz); only their ratios decide.
PASS = 0.2
TAP = 0.038
COPY = 0.25
TWO_PASSES = 0.55
BOX = 1.6
FOURIER = 4.0
FOURIER_DOUBLE = 7.0
TAP_BY_TAP = 0.2

PATIENCE = 8_000_000
"""Nanoseconds that a band may take, so that work given up ends soon."""
BAND_BYTES = 1_000_000
"""What a band reads at most; it is still in the cache when the second pass comes."""

LOSS = 2.4e-7
"""What the direct way may lose on a flat picture, as a share of Σ|K|·max|x|."""
LOSS_OF_FEW = 3.4e-7
"""The same for at most 7×7 weights, where adding up two parts would cost a third of the speed."""
FEW = 49
QUIET = 0.35
"""Up to this share of Σ|K| at its loudest frequency a kernel loses at most 4e-7 in float32 transforms."""
LOUDEST = 1e20
"""Σ|K| beyond which a float32 transform could overflow."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How one kernel will be applied: `method` in one word, what the method needs, and the time it should take.

    `direct` holds each plane's kernel cut for cv2, `separable` each plane's products, `fourier` the blocks' work,
    `weights` the kernel [planes, kH, kW] as correlation lays it down; `nanoseconds` is for one thread. `bands` are the
    parts that the work is done in, rows of the map or blocks, and `shares` those for several threads; `in_place` is
    set where cv2 writes the map itself, `at_once` where it does so in a single small call. `shape` is the map's,
    [H', W', lanes].
    """

    method: Method
    nanoseconds: float
    weights: Weights
    geometry: Geometry
    bands: tuple[Band, ...] = ()
    shares: tuple[Band, ...] = ()
    in_place: InPlace | None = None
    at_once: InPlace | None = None
    shape: tuple[int, int, int] = (0, 0, 0)
    direct: Kernels = ()
    separable: tuple[tuple[Term, ...], ...] = ()
    fourier: FourierWork | None = None


def make_plan(weights: Weights, geometry: Geometry, robust: bool = False) -> Plan:
    """Choose how to apply a kernel.

    Args:
        weights: float64 [planes, kH, kW], already turned if a convolution is wanted.
        geometry: where the kernel moves.
        robust: only ways that keep an infinite or undefined number of the picture where it is.

    Example:
        >>> from engine.filtering.geometry import geometry
        >>> make_plan(np.ones((1, 25, 25)) / 625, geometry((480, 640), (25, 25))).method
        'box'
    """
    return _make_plan(np.ascontiguousarray(weights, np.float64).tobytes(), len(weights), geometry, robust)


@lru_cache(maxsize=128)
def _make_plan(packed: bytes, depth: int, geometry: Geometry, robust: bool) -> Plan:
    weights = np.frombuffer(packed, np.float64).reshape(depth, *geometry.kernel_size)
    rough = _direct(weights, geometry, exact=False)
    best = _cheapest(rough, robust)
    if best is rough:  # only now is it worth finding out how its sums must be cut, which may make it dearer
        best = _cheapest(_direct(weights, geometry), robust)
    return complete(best)


def for_bank(plan: Plan, share: float) -> Plan:
    """The plan by way of Fourier if that is quicker once its blocks are transformed for others anyway.

    Args:
        plan: as made for one kernel alone.
        share: of the Fourier transform's cost that is left.
    """
    if plan.fourier is not None:
        return plan
    return _fourier_plan(plan.weights.tobytes(), len(plan.weights), plan.geometry, plan.nanoseconds / share) or plan


@lru_cache(maxsize=128)
def _fourier_plan(packed: bytes, depth: int, geometry: Geometry, limit: float) -> Plan | None:
    weights = np.frombuffer(packed, np.float64).reshape(depth, *geometry.kernel_size)
    found = _fourier(weights, geometry, limit)
    return None if found is None else complete(found)


def _cheapest(best: Plan, robust: bool) -> Plan:
    for way in (_separable,) if robust else (_separable, _box, _fourier):
        other = way(best.weights, best.geometry, best.nanoseconds)
        if other is not None and other.nanoseconds < best.nanoseconds:
            best = other
    return best


def complete(plan: Plan) -> Plan:
    """The plan with its parts and shortcuts worked out."""
    if plan.direct:
        plan = replace(plan, in_place=in_place(plan.geometry, plan.direct))
    shares = _bands(plan, workers()) if plan.nanoseconds >= WORTH_SHARING else ()
    at_once = None if shares else plan.in_place
    shape = *plan.geometry.size, plan.geometry.lanes
    return replace(plan, bands=_bands(plan, 1), shares=shares, at_once=at_once, shape=shape)


def _bands(plan: Plan, threads: int) -> tuple[Band, ...]:
    """Bands as few as the threads, the patience and (where there is something between two passes) the cache allow."""
    if plan.fourier is not None:
        count = len(plan.fourier.steps)
        return tuple((low, min(low + 2, count)) for low in range(0, count, 2))
    geometry, rows = plan.geometry, plan.geometry.size[0]
    parts = max(math.ceil(plan.nanoseconds / PATIENCE), threads)
    if plan.in_place is not None:
        if threads > 1:  # what is done twice where bands meet stays below a twentieth
            parts = min(parts, max(threads, rows // (60 * geometry.span[0])))
        return tuple(split(rows, parts, least=geometry.span[0]))
    row_bytes = 4 * geometry.padded[1] * geometry.channels * geometry.stride[0]
    fitting = max(BAND_BYTES // row_bytes, 4 * geometry.span[0] // geometry.stride[0], 8)
    return tuple(split(rows, max(parts, rows // fitting)))


def _numbers(geometry: Geometry) -> float:
    """Numbers of the map with horizontal stride 1: dropped columns are computed, dropped rows are not."""
    return float(geometry.size[0] * geometry.dense[1] * geometry.lanes)


def _direct(weights: Weights, geometry: Geometry, exact: bool = True) -> Plan:
    stride, dilation = geometry.stride[0], geometry.dilation[0]
    loss = (LOSS_OF_FEW if weights[0].size <= FEW else LOSS) if exact else math.inf
    kernels = tuple(groups(kernel, loss, stride, dilation) for kernel in weights)
    calls = sum(len(group.tiles) for kernel in kernels for group in kernel)
    cost = calls * PASS + np.count_nonzero(weights) * TAP + (calls - 1 + geometry.summed * len(weights)) * COPY
    if geometry.lanes * geometry.dilation[1] > MOST_LANES:
        kernels, cost = (), np.count_nonzero(weights) * TAP_BY_TAP
    return Plan("direct", _numbers(geometry) * cost, weights, geometry, direct=kernels)


def _separable(weights: Weights, geometry: Geometry, limit: float) -> Plan | None:
    (kh, kw), numbers = geometry.kernel_size, _numbers(geometry)
    each = TWO_PASSES + (kh + kw) * TAP
    most = int(limit / (numbers * len(weights) * each))
    if most < 1 or min(kh, kw) == 1 or geometry.lanes * geometry.dilation[1] > MOST_LANES:
        return None
    pairs = [factors(kernel, most) if kernel.any() else () for kernel in weights]
    if any(found is None for found in pairs) or not any(pairs):
        return None
    kernels = tuple(terms(found, geometry) for found in pairs if found is not None)
    count = sum(map(len, kernels))
    passes = sum(sum(len(g.tiles) for g in term.column) + len(term.row) for kernel in kernels for term in kernel)
    extra = passes - 2 * count + (count - 1) + geometry.summed * len(weights)
    cost = numbers * (count * each + extra * (PASS + COPY))
    return Plan("separable", cost, weights, geometry, separable=kernels)


def _box(weights: Weights, geometry: Geometry, limit: float) -> Plan | None:
    cost = BOX * geometry.dense[0] * geometry.dense[1] * geometry.lanes
    if cost > limit or geometry.summed or geometry.dilation != (1, 1) or geometry.lanes > MOST_LANES:
        return None
    return Plan("box", cost, weights, geometry) if np.ptp(weights) == 0 else None


def _fourier(weights: Weights, geometry: Geometry, limit: float) -> Plan | None:
    (sy, _), (dy, dx), (kh, kw) = geometry.stride, geometry.dilation, geometry.kernel_size
    if (sy > 1 and dy > 1) or not 0 < np.abs(weights).sum() < LOUDEST:
        return None
    rows, columns, gap = -(-geometry.dense[0] // dy), geometry.dense[1] * geometry.lanes, dx * geometry.lanes
    blocks = choose_blocks(rows, columns, kh, (kw - 1) * gap + 1, geometry.lanes)
    if blocks is None or _fourier_cost(blocks, len(weights), dy, FOURIER) > limit:
        return None
    double = any(peak(kernel) > QUIET for kernel in weights if kernel.any())
    cost = _fourier_cost(blocks, len(weights), dy, FOURIER_DOUBLE if double else FOURIER)
    if cost > limit:
        return None
    return Plan("fourier", cost, weights, geometry, fourier=_fourier_work(weights, geometry, blocks, double))


def _fourier_cost(blocks: Blocks, depth: int, phases: int, each: float) -> float:
    """Planes share the transform back, which is nearly half of the work."""
    return each * blocks.numbers * phases * (depth + 1) / 2


def _fourier_work(weights: Weights, geometry: Geometry, blocks: Blocks, double: bool) -> FourierWork:
    gap = geometry.dilation[1] * geometry.lanes
    spectra = (spectrum(kernel.tobytes(), geometry.kernel_size, gap, blocks.shape, double) for kernel in weights)
    return fourier_work(geometry, blocks, tuple(spectra), double)
