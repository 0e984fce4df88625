"""Detectors: the non-linearity applied to every cell of a feature map on its own."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.errors import SpecError
from engine.filtering.bands import over_rows
from engine.filtering.reuse import result_array
from engine.filtering.scratch import scratch, zeros
from engine.spec.filter import DetectorSpec

Array = NDArray[np.float32]
PAIRED = ("magnitude", "direction")
"""Detectors that look at two maps: the kernel's and that of its quarter turn."""
_PI = np.float32(np.pi)
_ZERO = np.float32(0)


def apply_detector(feature_map: Array, detector: DetectorSpec, turned: Array | None = None) -> Array:
    """What a detector makes of a feature map.

    Args:
        feature_map: float32 [H', W'] or [H', W', C]; it is left as it is.
        detector: which one, and its setting.
        turned: the map of the kernel turned clockwise by 90°, for "magnitude" and "direction".

    Returns:
        float32 of the same shape: max(v, 0) for relu; v or slope·v below zero for leaky_relu; 1 / (1 + e^−v);
        tanh v; |v|; 1 where v > threshold and 0 elsewhere; √(a² + b²); the angle atan2(b, a) in (−π, π].

    Raises:
        SpecError: if "magnitude" or "direction" has no second map of the same shape.

    Example:
        >>> apply_detector(np.array([[-2.0, 3.0]], np.float32), DetectorSpec(kind="relu")).tolist()
        [[0.0, 3.0]]
    """
    if detector.kind in PAIRED:
        if turned is None or turned.shape != feature_map.shape:
            raise SpecError(f"The detector '{detector.kind}' takes two maps of one shape, the kernel's and its turn's.")
        return join_pair(feature_map, turned, detector.kind)
    found = feature_map.copy()
    change = in_place(detector)
    if change is not None:
        change(found)
    return found


def in_place(detector: DetectorSpec) -> Callable[[Array], None] | None:
    """The detector as a function that changes cells where they lie; None where it changes none or takes two maps."""
    kind = detector.kind
    if kind == "leaky_relu":
        slope = np.float32(detector.negative_slope)
        return lambda cells: _leaky(cells, slope)
    if kind == "threshold":
        limit = np.float32(detector.threshold)
        return lambda cells: _threshold(cells, limit)
    return _PLAIN.get(kind)


def join_pair(across: Array, down: Array, kind: str) -> Array:
    """The strength √(a² + b²) or the direction atan2(b, a) of two maps' vectors."""
    out = result_array(across.shape)
    join, cost = (_magnitude, 0.3) if kind == "magnitude" else (_direction, 1.2)
    over_rows(lambda low, high: join(across[low:high], down[low:high], out[low:high]), len(out), out.size, kind, cost)
    return out


def _magnitude(across: Array, down: Array, out: Array) -> None:
    cv2.magnitude(across, down, out)


def _direction(across: Array, down: Array, out: Array) -> None:
    # adding 0 turns −0 into 0: where nothing changes, the direction is 0 and not π
    right = np.add(across, _ZERO, out=scratch("right", across.shape))
    np.arctan2(down, right, out=out)
    if out.min() <= -_PI:
        np.copyto(out, _PI, where=out <= -_PI)


def _relu(cells: Array) -> None:
    np.maximum(cells, zeros(cells.shape), out=cells)


def _leaky(cells: Array, slope: np.float32) -> None:
    np.maximum(cells, np.multiply(cells, slope, out=scratch("slope", cells.shape)), out=cells)


def _threshold(cells: Array, limit: np.float32) -> None:
    np.greater(cells, limit, out=cells, casting="unsafe")


def _sigmoid(cells: Array) -> None:
    with np.errstate(over="ignore"):  # e^−v is infinite below −88, and 1 / ∞ the 0 that is wanted
        np.negative(cells, out=cells)
        np.exp(cells, out=cells)
        np.add(cells, 1, out=cells)
        np.reciprocal(cells, out=cells)


def _tanh(cells: Array) -> None:
    np.tanh(cells, out=cells)


def _absolute(cells: Array) -> None:
    np.abs(cells, out=cells)


_PLAIN: dict[str, Callable[[Array], None]] = {
    "relu": _relu,
    "sigmoid": _sigmoid,
    "tanh": _tanh,
    "abs": _absolute,
}
