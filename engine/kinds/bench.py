"""What the theorem meters measure with: a picture, two kernels, and how far two results are apart."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from engine.filtering import filter_image

Array = NDArray[np.float32]

TOLERANCE = 1e-6
"""The largest residual that is nothing but rounding."""


@dataclass(frozen=True, eq=False)
class Meter:
    """One equation, measured.

    Attributes:
        name: one of `engine.kinds.meters.NAMES`.
        statement: the equation as it is written, x the picture, k and l the kernels.
        residual: max|left − right| / (Σ|k|·max|x|): the largest difference, as a share of the largest value that the
            kernels can make of the picture. Rounding alone stays below `TOLERANCE`.
        holds: whether it is no more than rounding.
        expected: whether the theorem says that it holds for any picture.
        sentence: what is to be expected, and why.
        left, right: float32, the two results that were compared, of one shape.
    """

    name: str
    statement: str
    residual: float
    holds: bool
    expected: bool
    sentence: str
    left: Array = field(repr=False)
    right: Array = field(repr=False)


@dataclass(frozen=True, eq=False)
class Bench:
    """A picture on the bench: how it is filtered, and how differences are measured."""

    image: Array
    kernel: Array
    other: Array
    operation: str
    circular: bool
    stride: tuple[int, int]
    shift: tuple[int, int]
    angle: float
    scale: float

    def apply(self, image: Array, kernel: Array, stride: tuple[int, int] = (1, 1)) -> Array:
        """The filter, with the border left out or the picture's opposite sides joined.

        Joined, cell n is Σ k[m] x[n − m] for a convolution and Σ k[m] x[n + m] for a correlation, all counted modulo
        the size.
        """
        if self.circular:
            more = [(k - 1, 0) if self.operation == "convolution" else (0, k - 1) for k in kernel.shape]
            image = np.pad(image, more, mode="wrap")
        found: Array = filter_image(image, kernel, self.operation, stride=stride)
        return found

    def meter(self, name: str, statement: str, sides: tuple[Array, Array], size: float, holds: bool, why: str) -> Meter:
        """Measure: `size` is what the differences are divided by, times the largest value of the picture."""
        left, right = sides
        largest = float(np.abs(self.image).max()) * size
        apart = float(np.abs(left.astype(np.float64) - right).max())
        residual = apart / largest if largest else apart
        return Meter(name, statement, residual, residual <= TOLERANCE, holds, why, left, right)

    @property
    def sign(self) -> str:
        """How the operation is written."""
        return "∗" if self.operation == "convolution" else "⋆"


def gain(kernel: Array) -> float:
    """Σ|k|: the largest value that the kernel makes of numbers within ±1."""
    return float(np.abs(kernel).sum(dtype=np.float64))


def turns_to_itself(plane: Array) -> bool:
    return bool(np.allclose(plane, plane[::-1, ::-1]))
