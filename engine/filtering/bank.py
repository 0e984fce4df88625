"""Many kernels over one picture: what they have in common is done once, and cores share the kernels among them.

Kernels whose way is the Fourier transform see the same transformed blocks, which is nearly half of their work. One
batched `F.conv2d` for all was slower at every size that was measured (3×3 to 31×31): its maps leave the cache.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.errors import SpecError
from engine.filtering.bands import Cancelled, in_bands
from engine.filtering.detectors import PAIRED
from engine.filtering.fourier import fourier_blocks
from engine.filtering.picture import apply_filter, filter_plan, finisher, input_planes
from engine.filtering.plan import Plan, for_bank, make_plan
from engine.filtering.pooling import pool
from engine.filtering.run import LOUDEST, SPREADING, Finish, correlate
from engine.spec.filter import FilterSpec
from engine.spec.geometry import FilterGeometry

Array = NDArray[np.float32]
Stale = Callable[[], bool] | None
SHARED_COST = 0.6
"""What a kernel costs whose blocks others have transformed, as a share of what it costs alone."""
BATCH = 1 << 24
"""Numbers of maps that are filled at a time where pooling makes them smaller afterwards."""


class _One(NamedTuple):
    """A kernel of the bank, and where its map goes: [H', W', lanes]."""

    plan: Plan
    out: Array


def apply_bank(
    frame: NDArray[Any],
    specs: Sequence[FilterSpec],
    cancelled: Stale = None,
    seen: Array | None = None,
    out: Array | None = None,
) -> Array:
    """Filter a frame by every one of some filters that differ in their kernels alone.

    Args:
        frame: as for `apply_filter`.
        specs: at least one; all have the same settings, and maps of the same size.
        cancelled: asked again and again while the work goes on.
        seen: `input` of an earlier result for the same frame and channels, which need not be made again.
        out: memory for the maps, used if it has their shape.

    Returns:
        The maps, float32 [N, H', W'] or [N, H', W', 3].

    Raises:
        SpecError: if there is no filter, one does not fit, or their maps differ in size.
        Cancelled: once `cancelled()` is true.

    Example:
        >>> from engine.spec.edit import with_kernel
        >>> from engine.kernels import kernel
        >>> both = [with_kernel(FilterSpec(), kernel(name).spec()) for name in ("gaussian", "sharpen")]
        >>> apply_bank(np.zeros((8, 9, 3), np.uint8), both).shape
        (2, 8, 9)
    """
    if not specs:
        raise SpecError("A bank has at least one filter; give one.")
    seen = input_planes(frame, specs[0].channels) if seen is None else seen
    shape = _shape(seen, specs)
    fits = out is not None and out.shape == shape and out.dtype == np.float32
    maps = out if out is not None and fits else np.empty(shape, np.float32)
    _fill_all(frame, seen, specs, maps, cancelled)
    return maps


def _fill_all(frame: NDArray[Any], seen: Array, specs: Sequence[FilterSpec], maps: Array, cancelled: Stale) -> None:
    if specs[0].detector.kind in PAIRED:
        for spec, target in zip(specs, maps, strict=True):
            target[...] = apply_filter(frame, spec, cancelled, seen).map
    elif specs[0].pooling.kind == "none":
        _fill(seen, specs, maps, cancelled)
    else:
        _fill_pooled(seen, specs, maps, cancelled)


def _shape(seen: Array, specs: Sequence[FilterSpec]) -> tuple[int, ...]:
    """Of all maps together."""
    sizes = {FilterGeometry(spec, (seen.shape[0], seen.shape[1])).map_size for spec in specs}
    if len(sizes) > 1:
        raise SpecError("The kernels of this bank make maps of different sizes; padding 'same' would make them alike.")
    lanes = (3,) if specs[0].channels == "each" and seen.ndim == 3 else ()
    return len(specs), *sizes.pop(), *lanes


def _fill_pooled(seen: Array, specs: Sequence[FilterSpec], maps: Array, cancelled: Stale) -> None:
    """So many at a time that what is pooled is no larger than it must be."""
    pooling = specs[0].pooling
    size = FilterGeometry(specs[0], (seen.shape[0], seen.shape[1])).convolved_size
    many = max(1, BATCH // (size[0] * size[1]))
    whole = np.empty((min(many, len(specs)), *size, *maps.shape[3:]), np.float32)
    for first in range(0, len(specs), many):
        part = specs[first : first + many]
        _fill(seen, part, whole[: len(part)], cancelled)
        for place in range(len(part)):
            maps[first + place] = pool(whole[place], pooling.kind, pooling.kernel_size, pooling.step, pooling.padding)


def _fill(seen: Array, specs: Sequence[FilterSpec], maps: Array, cancelled: Stale) -> None:
    """Bank's maps before pooling, detector included."""
    cells = seen if seen.ndim == 3 else seen[:, :, np.newaxis]
    targets = maps if maps.ndim == 4 else maps[..., np.newaxis]
    finish = finisher(specs[0], detect=True)
    ones = [_One(filter_plan(seen.shape, spec), target) for spec, target in zip(specs, targets, strict=True)]
    if cv2.norm(seen, cv2.NORM_L2) < LOUDEST:
        ones = _together(ones)
    else:
        ones = [one._replace(plan=_careful(one.plan)) for one in ones]
    alike = defaultdict(list)
    for one in ones:
        alike[None if one.plan.fourier is None else (one.plan.geometry, one.plan.fourier.key)].append(one)
    apart = alike.pop(None, [])
    for group in alike.values():
        _blocks(cells, group, finish, cancelled)
    if apart:
        _one_by_one(cells, apart, finish, cancelled)


def _careful(plan: Plan) -> Plan:
    return make_plan(plan.weights, plan.geometry, robust=True) if plan.method in SPREADING else plan


def _together(ones: list[_One]) -> list[_One]:
    """With blocks transformed for all, the Fourier transform pays for smaller kernels than it does for one."""
    sizes = defaultdict(list)
    for one in ones:
        sizes[one.plan.geometry].append(one)
    return [
        one._replace(plan=for_bank(one.plan, SHARED_COST)) if len(sizes[one.plan.geometry]) > 2 else one for one in ones
    ]


def _one_by_one(cells: Array, ones: list[_One], finish: Finish | None, cancelled: Stale) -> None:
    """Each kernel its own way, on one core; several kernels at a time."""

    def work(low: int, high: int) -> None:
        for one in ones[low:high]:
            correlate(cells, replace(one.plan, shares=()), finish, cancelled, one.out)

    each = [(place, place + 1) for place in range(len(ones))]
    spent = sum(one.plan.nanoseconds for one in ones)
    in_bands(work, each, each, "bank", spent, cancelled)


def _blocks(cells: Array, ones: list[_One], finish: Finish | None, cancelled: Stale) -> None:
    """All kernels of one size on two blocks, then on the next two."""
    works = [one.plan.fourier for one in ones if one.plan.fourier is not None]
    outs = [one.out for one in ones]

    def work(low: int, high: int) -> None:
        for part in fourier_blocks(cells, outs, works, works[0].steps[low:high]):
            if cancelled is not None and cancelled():
                raise Cancelled
            if finish is not None:
                finish(part)

    spent = SHARED_COST * sum(one.plan.nanoseconds for one in ones)
    in_bands(work, ones[0].plan.bands, ones[0].plan.bands, "bank", spent, cancelled)
