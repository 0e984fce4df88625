"""Theorems on convolution as numbers: both sides of each equation are computed, and how far apart they are.

Commutativity: x∗k = k∗x. Associativity: (x∗k)∗l = x∗(k∗l). Linearity: (a·x + b·y)∗k = a·(x∗k) + b·(y∗k), y the mirror
image of x. Separability: x∗k = (x∗column)∗row, the two whose product is nearest to k. Shift, rotation and scale:
f(g(x)) = g(f(x)), f the filter and g the change of the picture.

Everything is computed by `engine.filtering` in float32, except that picture and kernel in each other's roles are
multiplied in the frequency domain: a second way, so that equal results mean something.

Source: Goodfellow, Bengio and Courville, Deep Learning (2016), section 9.1 (equations 9.4 to 9.6), and 9.2 on
equivariance.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from engine.arithmetic import pair
from engine.errors import SpecError
from engine.kinds import equivariance, theorems
from engine.kinds.bench import Array, Bench, Meter

_METERS: dict[str, Callable[[Bench], Meter | None]] = {
    "commutativity": theorems.commutativity,
    "associativity": theorems.associativity,
    "linearity": theorems.linearity,
    "separability": theorems.separability,
    "shift": equivariance.shift,
    "rotation": equivariance.rotated,
    "scale": equivariance.scaled,
}
NAMES = tuple(_METERS)


def meters(
    image: Any,
    kernel: Any,
    other_kernel: Any,
    operation: str = "convolution",
    stride: Any = 1,
    circular: bool = False,
    shift: Any = (3, 5),
    angle: float = 30.0,
    scale: float = 0.7,
    names: Sequence[str] = NAMES,
) -> tuple[Meter, ...]:
    """Measure how far the theorems on convolution hold for a picture x and two kernels, k and l.

    Args:
        image: [H, W], any real numbers.
        kernel, other_kernel: k and l, [kH, kW].
        operation: "convolution" or "correlation".
        stride: of the filter where shifts are measured; one number or (vertical, horizontal).
        circular: join the picture's opposite sides; otherwise the border is left out. Rotation and scale always look
            at the inside alone.
        shift: how far the picture is moved, (down, right); whole pixels, also negative.
        angle, scale: how far it is turned, in degrees, and how many times as large it is made.
        names: which meters, of `NAMES`. Rotation and scale are left out where the picture is too small for them.

    Raises:
        SpecError: if the kernels do not fit into the picture or into what a shift leaves of it, or a setting cannot be.

    Example:
        >>> picture = np.random.default_rng(0).random((64, 64))
        >>> [meter.holds for meter in meters(picture, [[-1, 0, 1]], [[1, 2]])]
        [True, True, True, True, True, False, False]
    """
    planes = _plane(image, "picture"), _plane(kernel, "kernel"), _plane(other_kernel, "kernel")
    _check(operation, angle, scale, names)
    by, steps = _whole_pair(shift), pair(stride, "Stride", 1)
    bench = Bench(*planes, operation, circular, steps, by, float(angle), float(scale))
    found = (_METERS[name](bench) for name in names)
    return tuple(meter for meter in found if meter is not None)


def _check(operation: str, angle: float, scale: float, names: Sequence[str]) -> None:
    unknown = [name for name in names if name not in NAMES]
    if unknown:
        raise SpecError(f"No meter is called {unknown[0]!r}; there are {', '.join(NAMES)}.")
    if operation not in ("convolution", "correlation"):
        raise SpecError(f"Operation cannot be {operation!r}; it can be convolution or correlation.")
    if not (math.isfinite(angle) and math.isfinite(scale) and 0.1 <= scale <= 10):
        raise SpecError(f"A picture is turned by any angle and scaled by 0.1 to 10; {angle} and {scale} cannot be.")


def _plane(given: Any, what: str) -> Array:
    found = np.asarray(given)
    if found.ndim != 2 or found.size == 0 or found.dtype.kind not in "biuf":
        raise SpecError(f"A {what} is measured as one plane of numbers [height, width], not as {list(found.shape)}.")
    plane = np.ascontiguousarray(found, np.float32)
    if not np.isfinite(plane).all():
        raise SpecError(f"The {what}'s numbers must be finite.")
    return plane


def _whole_pair(shift: Any) -> tuple[int, int]:
    both = tuple(shift) if isinstance(shift, (tuple, list)) else (shift, shift)
    if len(both) != 2 or not all(isinstance(cells, (int, np.integer)) for cells in both):
        raise SpecError(f"A shift is two whole numbers of pixels, (down, right), not {shift!r}.")
    return int(both[0]), int(both[1])
