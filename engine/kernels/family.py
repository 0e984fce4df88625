"""A family of kernels (one rule and its parameters) and a kernel (one member of it)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.kernels.convert import spec_of
from engine.kernels.parameter import Parameter, checked_values
from engine.spec.filter import MAX_KERNEL_SIZE, KernelSpec

Weights = NDArray[np.float32]
Group = Literal["lecture", "edges", "blobs", "blur", "sharpen", "texture"]

NUMBER_OF_CELLS = Parameter(
    name="size",
    label="Size",
    help="Height and width of the kernel; 0 chooses it from the other parameters.",
    default=0,
    minimum=3,
    maximum=MAX_KERNEL_SIZE,
    step=2,
    unit="cells",
    integer=True,
    odd=True,
    automatic=True,
)


@dataclass(frozen=True, eq=False)
class Kernel:
    """A named kernel ready for use.

    `weights` is float32 [kH, kW] and cannot be written to; `parameters` holds every parameter's value, `summary` says
    in one line what the kernel does, and `source` where it is defined.
    """

    name: str
    parameters: dict[str, float]
    weights: Weights
    summary: str
    source: str

    def spec(self) -> KernelSpec:
        """The kernel as it stands in a project."""
        return spec_of(self.weights, self.name, self.parameters)


class Family(msgspec.Struct, frozen=True, kw_only=True):
    """The rule behind a named kernel; `make` takes the parameters by name and gives [kH, kW]."""

    name: str
    label: str
    group: Group
    summary: str
    source: str
    make: Callable[..., NDArray[Any]]
    parameters: tuple[Parameter, ...] = ()

    def kernel(self, given: Mapping[str, Any]) -> Kernel:
        """The member of the family with these parameters.

        Raises:
            SpecError: for an unknown parameter or a value out of its range.
        """
        values = checked_values(self.name, self.parameters, given)
        weights = np.array(self.make(**values), dtype=np.float32)
        weights.flags.writeable = False
        return Kernel(self.name, values, weights, self.summary, self.source)


def printed(*rows: tuple[float, ...]) -> Callable[[], NDArray[Any]]:
    """A rule without parameters: the weights as a page prints them."""
    return lambda: np.array(rows)


def odd_size(size: float, radius: float) -> int:
    """`size`, or where it is 0 the smallest odd size with `radius` cells on each side, as far as 31 allows."""
    return int(size) or min(2 * int(np.ceil(radius)) + 1, MAX_KERNEL_SIZE)


def grid(size: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(x, y) of every cell, counted from the centre; x grows to the right and y downwards, [size, size] each."""
    steps = np.arange(size) - (size - 1) / 2
    x, y = np.meshgrid(steps, steps)
    return x, y
