"""Several filters in a row: each sees the feature map of the one before."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from numpy.typing import NDArray

from engine.errors import SpecError
from engine.filtering.picture import FilterResult, apply_filter
from engine.spec.filter import FilterSpec
from engine.spec.geometry import blamed


def apply_chain(
    frame: NDArray[Any], steps: Sequence[FilterSpec], cancelled: Callable[[], bool] | None = None
) -> FilterResult:
    """Filter a frame step by step.

    Args:
        frame: uint8 [H, W, 3], red first; or float32 [H, W, 3] or [H, W], taken as it is.
        steps: at least one; the second is applied to the first one's feature map, and so on.
        cancelled: asked again and again while the work goes on.

    Returns:
        The last step's result; `input` is the map of the step before it, `seconds` is the time of all.

    Raises:
        SpecError: if a step does not fit what it is given; with several, it tells which.
        Cancelled: once `cancelled()` is true.

    Example:
        >>> import numpy as np
        >>> blurred_twice = [FilterSpec(padding="valid"), FilterSpec(padding="valid")]
        >>> apply_chain(np.zeros((8, 9, 3), np.uint8), blurred_twice).map.shape
        (4, 5)
    """
    if not steps:
        raise SpecError("A chain has at least one step; give a filter.")
    begun, seen = time.perf_counter(), frame
    for place, step in enumerate(steps):
        with blamed(place, len(steps)):
            result = apply_filter(seen, step, cancelled)
        seen = result.map
    return replace(result, seconds=time.perf_counter() - begun)
