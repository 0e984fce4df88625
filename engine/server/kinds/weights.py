"""The weights of the layer that is looked at, by the project's rule; made once and kept."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.errors import SpecError
from engine.kinds.facts import bias_shape, weight_shape
from engine.kinds.spec import KindSpec
from engine.kinds.weights import random_weights, repeated_weights
from engine.spec.filter import KernelSpec
from engine.spec.trial import TrialSpec

Array = NDArray[np.float32]
Weights = tuple[Array, Array | None]


class Weighing:
    """Keeps the weights that were asked for last."""

    def __init__(self) -> None:
        self._key: tuple[object, ...] | None = None
        self._weights: Weights | None = None

    def of(self, spec: KindSpec, trial: TrialSpec, kernel: KernelSpec) -> Weights:
        """The weight and the bias of a layer that `check_page` has let pass.

        Raises:
            SpecError: if the page's kernel is asked for, and does not fit.
        """
        key = (spec, trial.weights, trial.seed, kernel if trial.weights == "kernel" else None)
        if self._weights is None or key != self._key:
            self._key, self._weights = None, None  # before the new ones are made: both may be large
            self._weights = weights_of(spec, trial, kernel)
            self._key = key
        return self._weights


def weights_of(spec: KindSpec, trial: TrialSpec, kernel: KernelSpec) -> Weights:
    """The weight and the bias that a trial's rule gives a layer.

    Raises:
        SpecError: as `Weighing.of`.

    Example:
        >>> weights_of(KindSpec(size=(4,), kernel_size=2), TrialSpec(weights="mean"), KernelSpec())[0].tolist()
        [[[0.5, 0.5]]]
    """
    if trial.weights == "random":
        return random_weights(spec, trial.seed)
    offsets = bias_shape(spec)
    bias = None if offsets is None else np.zeros(offsets, np.float32)
    if trial.weights == "mean":
        shape = weight_shape(spec)
        count = shape[-1] if spec.kind == "dense" else shape[-spec.dimensions - 1] * spec.taps
        return np.full(shape, 1 / count, np.float32), bias
    _check_kernel(spec, kernel)
    return repeated_weights(spec, np.asarray(kernel.weights[0], np.float32)), bias


def _check_kernel(spec: KindSpec, kernel: KernelSpec) -> None:
    if spec.dimensions != 2:
        raise SpecError("The kernel of this page is for pictures; choose random or mean values for other inputs.")
    if kernel.size != spec.kernel_size:
        given, taken = ("×".join(map(str, size)) for size in (kernel.size, spec.kernel_size))
        raise SpecError(f"The kernel of this page is {given} and this layer's {taken}; set the kernel size to {given}.")
