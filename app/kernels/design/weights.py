"""A filter's kernel changed as a whole: by tools that work on arrays, by files, by text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.kernels.convert import spec_of
from engine.spec.edit import with_channels, with_kernel
from engine.spec.filter import FilterSpec, KernelSpec

Array = NDArray[Any]
DUST = 1e-9
"""Of the largest weight: what is less is nothing but rounding."""
Make = Callable[[Array], Array]


def array_of(kernel: KernelSpec) -> NDArray[np.float64]:
    """A kernel's weights in double precision, as they stand in the document: [kH, kW] or [kH, kW, 3]."""
    planes = np.array(kernel.weights, dtype=np.float64)
    return planes[0] if len(planes) == 1 else np.ascontiguousarray(np.moveaxis(planes, 0, -1))


def made_of(kernel: KernelSpec, make: Make) -> KernelSpec:
    """The kernel that a tool makes of another one.

    Raises:
        SpecError: if the tool cannot, or what it makes is larger than a kernel may be.
    """
    made = np.asarray(make(array_of(kernel)))
    # Zeros that are off by a rounding error would be shown as 1.2e-17.
    return spec_of(np.where(np.abs(made) < DUST * np.abs(made).max(initial=0.0), made.dtype.type(0), made))


def each_plane(make: Make) -> Make:
    """A tool for one plane as a tool for kernels of three planes too, each on its own."""

    def made(weights: Array) -> Array:
        if weights.ndim == 2:
            return make(weights)
        return np.stack([make(weights[..., plane]) for plane in range(weights.shape[2])], axis=2)

    return made


def with_given(spec: FilterSpec, kernel: KernelSpec) -> FilterSpec:
    """The filter with a kernel that came from outside; one of three planes is summed over the colours."""
    summed = len(kernel.weights) == 3 and spec.channels != "sum"
    return with_kernel(with_channels(spec, "sum") if summed else spec, kernel)
