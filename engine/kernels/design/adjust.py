"""A kernel's weights made larger, smaller, rounder, or brought to a common measure; their places stay."""

from __future__ import annotations

import math
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from engine.errors import SpecError
from engine.kernels.design.planes import Planes, Weights, kernel_of, one_of, planes_of

Measure = Literal["sum-1", "zero-mean", "l1-norm-1", "l2-norm-1", "largest-1"]

MEASURES: tuple[Measure, ...] = get_args(Measure)

# What is left of a sum in which all digits cancel: to divide by it would only make noise of rounding errors.
_NOTHING = 1e-6


def negate(weights: ArrayLike) -> Weights:
    """A kernel with every sign turned: bright answers become dark ones.

    Example:
        >>> negate([[-1, 0, 1]]).tolist()
        [[1.0, 0.0, -1.0]]
    """
    return kernel_of(-planes_of(weights))


def scale(weights: ArrayLike, factor: float) -> Weights:
    """A kernel with every weight multiplied by the same number; the map is multiplied by it too.

    Args:
        weights: [kH, kW] or [kH, kW, C].
        factor: any finite number.

    Raises:
        SpecError: for what is no kernel or no number, or a result too large.

    Example:
        >>> scale([[1, 2, 1]], 1 / 4).tolist()
        [[0.25, 0.5, 0.25]]
    """
    planes = planes_of(weights)
    if not math.isfinite(factor):
        raise SpecError(f"A factor is a finite number; it is {factor}.")
    return kernel_of(planes * factor)


def round_to(weights: ArrayLike, step: float = 1.0) -> Weights:
    """A kernel with every weight brought to the nearest multiple of `step`; of two equally near, the even one.

    Args:
        weights: [kH, kW] or [kH, kW, C].
        step: above 0; 1 makes whole numbers, 0.01 keeps two decimals.

    Raises:
        SpecError: for what is no kernel or no such step.

    Example:
        >>> round_to([[0.26, -1.49, 2.5]], 0.5).tolist()
        [[0.5, -1.5, 2.5]]
    """
    planes = planes_of(weights)
    if not (math.isfinite(step) and step > 0):
        raise SpecError(f"Weights are rounded to multiples of a number above 0; it is {step}.")
    return kernel_of(np.rint(planes / step) * step)


def normalise(weights: ArrayLike, to: Measure = "sum-1") -> Weights:
    """A kernel brought to a common measure, over all its planes together.

    Args:
        weights: [kH, kW] or [kH, kW, C].
        to: what holds afterwards.
            "sum-1": ΣK = 1, so that flat areas keep their value. "zero-mean": ΣK = 0, so that flat areas give
            nothing; the mean is taken off every weight. "l1-norm-1": Σ|K| = 1, so that no answer to pixels within ±1
            leaves ±1. "l2-norm-1": ΣK² = 1, so that white noise keeps its spread, and kernels can be compared by how
            well they match. "largest-1": the weight furthest from 0 becomes 1 or −1.

    Returns:
        float32; the measure holds to its rounding.

    Raises:
        SpecError: where it cannot be reached: weights that are all 0, or sum to 0 for "sum-1".

    Example:
        >>> normalise([[1, 2, 1]]).tolist()
        [[0.25, 0.5, 0.25]]
        >>> normalise([[0, 3]], "zero-mean").tolist()
        [[-1.5, 1.5]]
        >>> normalise([[3, -4]], "l2-norm-1").tolist()
        [[0.6, -0.8]]
    """
    planes = planes_of(weights)
    one_of("The measure", to, MEASURES)
    if to == "zero-mean":
        return kernel_of(planes - planes.mean())
    return kernel_of(planes / _divisor(planes, to))


def _divisor(planes: Planes, to: Measure) -> float:
    size = np.abs(planes)
    largest, total = float(size.max()), float(planes.sum())
    if largest == 0:
        raise SpecError("Every weight of this kernel is 0, and no factor changes that; set one first.")
    if to == "sum-1":
        if abs(total) <= _NOTHING * float(size.sum()):
            raise SpecError("The weights of this kernel sum to 0, and no factor makes that 1; choose a norm instead.")
        return total
    if to == "l1-norm-1":
        return float(size.sum())
    return largest if to == "largest-1" else largest * float(np.sqrt(((planes / largest) ** 2).sum()))
