"""What every tool does first and last: numbers in, checked and in double precision; a kernel out, in float32."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.errors import SpecError

Weights = NDArray[np.float32]
Planes = NDArray[np.float64]

MOST_CELLS = 151
"""Most rows and columns of a kernel at work here: five of 31×31, one after the other. A page shows at most 31×31."""

_LARGEST = float(np.finfo(np.float32).max)


def planes_of(weights: ArrayLike) -> Planes:
    """A kernel's weights as float64 [kH, kW] or [kH, kW, C], a copy.

    Raises:
        SpecError: for what is no array of finite numbers of such a shape, at most 151×151.
    """
    try:
        found = np.asarray(weights)
    except ValueError:
        raise SpecError("The kernel's rows must all have the same number of values.") from None
    if found.dtype.kind not in "biuf":
        raise SpecError(f"A kernel is an array of real numbers; this one holds {found.dtype}.")
    if found.ndim not in (2, 3) or found.size == 0:
        raise SpecError(f"A kernel has the shape [height, width] or [height, width, channels], not {found.shape}.")
    checked_size(found.shape[:2])
    planes: Planes = np.array(found, dtype=np.float64)
    if not (np.abs(planes) <= _LARGEST).all():  # which NaN is not either
        raise SpecError("A kernel's weights must be finite numbers; one of these is none that float32 holds.")
    return planes


def plane_of(weights: ArrayLike) -> Planes:
    """A kernel of one plane as float64 [kH, kW].

    Raises:
        SpecError: for a kernel of several planes, and for what is none.
    """
    planes = planes_of(weights)
    if planes.ndim != 2:
        raise SpecError(f"One plane is looked at at a time, [height, width], not an array of {planes.shape}.")
    return planes


def kernel_of(planes: NDArray[Any]) -> Weights:
    """What a tool has made, as float32 with its cells in order.

    Raises:
        SpecError: where a weight has become larger than float32 holds.
    """
    if not (np.abs(planes) <= _LARGEST).all():
        raise SpecError("The weights of the result are too large to be kept; scale the kernel down first.")
    # Adding 0 makes the zeros plain ones: -0.0 would be shown with its sign.
    return np.ascontiguousarray(planes, dtype=np.float32) + np.float32(0)


def checked_size(size: Any) -> tuple[int, int]:
    """A grid's (height, width); one number stands for both.

    Raises:
        SpecError: unless both are whole numbers from 1 to 151.
    """
    pair = tuple(size) if isinstance(size, (tuple, list, np.ndarray)) else (size, size)
    if len(pair) != 2 or not all(isinstance(n, (int, np.integer)) and 1 <= n <= MOST_CELLS for n in pair):
        raise SpecError(f"A kernel's size is a whole number from 1 to {MOST_CELLS}, or a pair of them; it is {size}.")
    return int(pair[0]), int(pair[1])


def one_of(name: str, value: Any, words: tuple[str, ...]) -> None:
    """Raise SpecError unless the value is one of the words."""
    if value not in words:
        raise SpecError(f"{name} cannot be {value!r}; it can be {', '.join(words)}.")
