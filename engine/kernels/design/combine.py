"""Several kernels made one: one after the other, or side by side and added."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from engine.errors import SpecError
from engine.kernels.catalogue import kernel
from engine.kernels.convert import weights_of
from engine.kernels.design.grid import OPERATIONS, placed
from engine.kernels.design.planes import MOST_CELLS, Planes, Weights, kernel_of, one_of, planes_of
from engine.spec.filter import KernelSpec, Operation


def compose(first: ArrayLike, *others: ArrayLike) -> Weights:
    """The one kernel that does in one step what several do one after the other.

    It is their full convolution k₁∗k₂∗…, for both operations. Convolution is associative, x∗k₁∗k₂ = x∗(k₁∗k₂). For
    cross-correlation, Σ_b (Σ_a x[i + b + a]·k₁[a])·k₂[b] = Σ_c x[i + c]·(Σ_{a + b = c} k₁[a]·k₂[b]): the inner sum is
    the convolution again. So the order does not matter either, and all this holds with stride 1 wherever no padding
    is met. With padding "same" the border differs, and along an axis on which m kernels have an even size the
    composed one gives each answer ⌊m/2⌋ cells later.

    Args:
        first: [kH, kW], or [kH, kW, C] for a kernel that sums over the channels.
        others: as many as wanted; among all of them at most one with channels, since its map has none.

    Returns:
        [Σ kH − (n − 1), Σ kW − (n − 1)] for n kernels, with the channels of the one that has some.

    Raises:
        SpecError: for what is no kernel, more than one with channels, or a result above 151×151.

    Source: Goodfellow, Bengio and Courville, Deep Learning (2016), section 9.1, on flipping and commutativity.

    Example:
        >>> compose([[1, 1]], [[1, 1]], [[1], [-1]]).tolist()
        [[1.0, 2.0, 1.0], [-1.0, -2.0, -1.0]]
    """
    parts = [planes_of(part) for part in (first, *others)]
    if sum(part.ndim == 3 for part in parts) > 1:
        raise SpecError("Only one kernel of a chain can have channels: the map that it makes has none.")
    height, width = (sum(part.shape[axis] for part in parts) - len(parts) + 1 for axis in (0, 1))
    if max(height, width) > MOST_CELLS:
        raise SpecError(
            f"One after the other these kernels are one of {height}×{width}; {MOST_CELLS}×{MOST_CELLS} is the most."
        )
    return kernel_of(reduce(_convolved, parts))


def _convolved(one: Planes, other: Planes) -> Planes:
    """The full convolution: one kernel laid down, scaled, at every cell of the smaller one."""
    large, small = (one, other) if one.size >= other.size else (other, one)
    height, width = large.shape[0] + small.shape[0] - 1, large.shape[1] + small.shape[1] - 1
    depth = (*large.shape[2:], *small.shape[2:])
    found = np.zeros((height, width, *depth))
    # With channels on the smaller one, each of its cells holds one factor a channel.
    stamp = large[..., np.newaxis] if small.ndim == 3 else large
    for i, j in np.argwhere(small.reshape(*small.shape[:2], -1).any(axis=-1)).tolist():
        found[i : i + large.shape[0], j : j + large.shape[1]] += stamp * small[i, j]
    return found


def weighted_sum(parts: Sequence[tuple[float, Any]], operation: Operation = "correlation") -> Weights:
    """One kernel whose map is the weighted sum of the maps of several.

    The kernels are laid on a common grid as large as the largest height and width, anchor on anchor (see `anchor`),
    so with padding "same" this holds exactly, for even sizes too.

    Args:
        parts: (factor, kernel) pairs; a kernel is an array [kH, kW] or [kH, kW, C], a name, `engine.kernel(…)` or a
            spec.
        operation: what the kernel will be used for; it matters where even and odd sizes meet.

    Raises:
        SpecError: for no parts, a factor that is no number, an unknown name, or kernels of different depths.

    Source: linearity of convolution: Goodfellow, Bengio and Courville, Deep Learning (2016), eq. 9.4.

    Example:
        >>> weighted_sum([(2, "identity"), (-1, "box")]).round(3).tolist()
        [[-0.111, -0.111, -0.111], [-0.111, 1.889, -0.111], [-0.111, -0.111, -0.111]]
        >>> weighted_sum([(1, [[1, 2, 3]]), (10, [[1, 1]])]).tolist()
        [[1.0, 12.0, 13.0]]
    """
    one_of("Operation", operation, OPERATIONS)
    if not parts:
        raise SpecError("A sum needs at least one kernel.")
    for factor, _ in parts:
        if not math.isfinite(factor):
            raise SpecError(f"A kernel's factor is a finite number; it is {factor}.")
    kernels = [planes_of(_weights(given)) for _, given in parts]
    if len({found.shape[2:] for found in kernels}) > 1:
        raise SpecError("Kernels with channels and without cannot be added, nor those with different numbers of them.")
    size = max(found.shape[0] for found in kernels), max(found.shape[1] for found in kernels)
    laid = [factor * placed(found, size, operation) for (factor, _), found in zip(parts, kernels, strict=True)]
    return kernel_of(np.sum(laid, axis=0))


def _weights(given: Any) -> Any:
    if isinstance(given, KernelSpec):
        return weights_of(given)
    return kernel(given).weights if isinstance(given, str) else getattr(given, "weights", given)
