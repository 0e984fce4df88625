"""Between weights as an array and weights as they stand in a spec."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import SpecError
from engine.spec.filter import MAX_KERNEL_SIZE, MAX_WEIGHT, KernelSpec, check_weight

Weights = NDArray[np.float32]


def check_weights(weights: NDArray[Any]) -> None:
    """Raise SpecError unless this is a kernel: [kH, kW] or [kH, kW, C], 1×1 to 31×31, every weight a usable number."""
    if weights.ndim not in (2, 3) or weights.size == 0:
        raise SpecError(f"A kernel has the shape [height, width] or [height, width, channels], not {weights.shape}.")
    height, width = weights.shape[:2]
    if max(height, width) > MAX_KERNEL_SIZE:
        raise SpecError(f"A kernel is 1×1 to {MAX_KERNEL_SIZE}×{MAX_KERNEL_SIZE}; this one is {height}×{width}.")
    wrong = ~(np.isfinite(weights) & (np.abs(weights) <= MAX_WEIGHT))
    if wrong.any():
        check_weight(float(weights[wrong][0]))


def spec_of(weights: NDArray[Any], name: str = "custom", parameters: Mapping[str, float] | None = None) -> KernelSpec:
    """A kernel's spec from its weights, [kH, kW] or [kH, kW, 3].

    Weights in double precision stand there as they are; others as the shortest decimals that mean the same in single
    precision, since that is how they are shown.

    Raises:
        SpecError: where no spec can hold them.

    Example:
        >>> spec_of(np.ones((1, 2))).weights
        (((1.0, 1.0),),)
        >>> spec_of(np.array([[0.1]], np.float32)).weights
        (((0.1,),),)
    """
    check_weights(weights)
    planes = weights[np.newaxis] if weights.ndim == 2 else np.moveaxis(weights, -1, 0)
    number = float if weights.dtype == np.float64 else _shortest
    rows = tuple(tuple(tuple(map(number, row)) for row in plane) for plane in planes)
    return KernelSpec(name=name, parameters=dict(parameters or {}), weights=rows)


def _shortest(weight: Any) -> float:
    return float(str(np.float32(weight)))


def weights_of(spec: KernelSpec) -> Weights:
    """A spec's weights as float32: [kH, kW], or [kH, kW, 3] for a kernel that sums over the volume."""
    planes = np.array(spec.weights, dtype=np.float32)
    return planes[0] if len(planes) == 1 else np.ascontiguousarray(np.moveaxis(planes, 0, -1))
