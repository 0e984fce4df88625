"""Numbers to put into a layer: random ones, or one kernel repeated wherever the kind wants one."""

from __future__ import annotations

import math
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.errors import SpecError
from engine.kinds.facts import bias_shape, check, weight_shape
from engine.kinds.matrix import layer_matrix
from engine.kinds.spec import KindSpec

Array = NDArray[np.float32]


def random_weights(spec: KindSpec, seed: int = 0) -> tuple[Array, Array | None]:
    """A weight and a bias for a layer, drawn as torch draws them: evenly within ±1/√(factors in a cell's sum).

    Returns:
        float32 arrays in the shapes of `weight_shape` and `bias_shape`; the same ones for the same seed.

    Raises:
        SpecError: if the layer cannot be, or its weights are too large; before any of them is made.

    Example:
        >>> random_weights(KindSpec(bias=True))[0].shape
        (1, 1, 3, 3)
    """
    check(spec)
    rng = np.random.default_rng(seed)
    shape, offsets = weight_shape(spec), bias_shape(spec)
    fan = shape[-1] if spec.kind == "dense" else shape[-spec.dimensions - 1] * spec.taps
    bound = np.float32(1 / math.sqrt(fan))

    def drawn(size: tuple[int, ...]) -> Array:
        return (rng.random(size, np.float32) * 2 - 1) * bound

    return drawn(shape), None if offsets is None else drawn(offsets)


def repeated_weights(spec: KindSpec, kernel: Any) -> Array:
    """The same kernel at every place, so that every kind makes the map of the shared one (or, transposed, its own).

    Args:
        spec: the layer.
        kernel: [*kernel_size], for every pair of channels alike, or the whole shared weight.

    Returns:
        float32 in the shape of `weight_shape`. For a dense layer it is the matrix of the shared one.

    Raises:
        SpecError: if the layer cannot be, or the kernel has another shape.

    Example:
        >>> repeated_weights(KindSpec(kind="unshared", size=(4,), kernel_size=2), [1, -1]).shape
        (3, 1, 1, 2)
    """
    check(spec)
    if spec.kind == "dense":
        shared = msgspec.structs.replace(spec, kind="shared")
        found = layer_matrix(shared, repeated_weights(shared, kernel)).entries
        assert found is not None
        return found
    shape = weight_shape(spec)
    given = np.asarray(kernel, np.float32)
    if given.shape not in (spec.kernel_size, shape[-spec.dimensions - 2 :]):
        raise SpecError(f"A kernel of the shape {given.shape} does not fit; this layer takes {spec.kernel_size}.")
    return np.array(np.broadcast_to(given, shape))
