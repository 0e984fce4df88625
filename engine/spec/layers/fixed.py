"""Layers whose numbers a person gives: kernels of the Kernel page, and a normalisation."""

from __future__ import annotations

import math
from typing import Annotated, Any, ClassVar

import msgspec

from engine.errors import SpecError
from engine.spec.fields import field
from engine.spec.filter import KernelSpec
from engine.spec.layers.base import Layer, Shape, View, per_axis
from engine.spec.layers.convolution import Dilation, Mode, Padding, Stride, full_padding
from engine.spec.layers.maps import Move, Sides, check_added, check_maps, sides_of, sizes_after, skipping
from engine.spec.layers.misfit import Doubt, Fix, Misfit

MAX_KERNELS = 1024
_EDGES = (
    KernelSpec(),
    KernelSpec(name="sobel-horizontal", weights=(((-1.0, -2.0, -1.0), (0.0, 0.0, 0.0), (1.0, 2.0, 1.0)),)),
)


class FixedKernels(Layer, frozen=True, kw_only=True, tag=True):
    """A convolution with kernels of one's own, such as a bank from the Kernel page, frozen or as a start for learning.

    A kernel of one plane goes to every input channel, divided by their number; one of three planes needs three
    channels. Kernels smaller than the largest stand in the middle of zeros.
    """

    prefix: ClassVar[str] = "bank"
    group: ClassVar[str] = "Convolution"
    starting: ClassVar[dict[str, Any]] = {"kernels": _EDGES, "padding": "same"}
    axes: ClassVar[int] = 2
    wants: ClassVar[dict[str, str]] = {"kernels": "a tuple of kernels"}

    kernels: tuple[KernelSpec, ...]
    """One for each feature map."""
    stride: Stride = 1
    padding: Padding = 0
    padding_mode: Mode = "zeros"
    dilation: Dilation = 1
    trainable: Annotated[
        bool, field("Trainable", "Whether training changes the kernels; otherwise they stay as they were given.")
    ] = False

    def __post_init__(self) -> None:
        Layer.__post_init__(self)
        if not 1 <= len(self.kernels) <= MAX_KERNELS:
            raise SpecError(f"A layer has 1 to {MAX_KERNELS} fixed kernels; this one has {len(self.kernels)}.")
        if self.padding == "full":
            msgspec.structs.force_setattr(self, "padding", full_padding(self.move, 2))

    @property
    def kernel_size(self) -> tuple[int, int]:
        """(height, width) of the largest."""
        heights, widths = zip(*(kernel.size for kernel in self.kernels), strict=True)
        return max(heights), max(widths)

    @property
    def move(self) -> Move:
        """The kernels' way over the maps."""
        gaps = per_axis(self.dilation, 2)
        sides = sides_of(self.padding, self.kernel_size, gaps)
        return Move(self.kernel_size, per_axis(self.stride, 2), sides, gaps, self.padding_mode)

    @property
    def sides(self) -> Sides:
        """((top, bottom), (left, right)): the cells that the padding adds."""
        return self.move.sides

    def output_shape(self, shape: Shape) -> Shape:
        """(kernels, H', W')."""
        check_maps(self, shape)
        if shape[0] != 3 and any(len(kernel.weights) == 3 for kernel in self.kernels):
            flat = tuple(kernel for kernel in self.kernels if len(kernel.weights) == 1)
            raise Misfit(
                f"A kernel of three planes needs three input channels, and {shape[0]} come in.",
                [Fix("leave out kernels of three planes", {"kernels": flat})] if flat else [],
            )
        check_added(self.move, shape)
        return (len(self.kernels), *sizes_after(self.move, shape, resizable=False))

    def formulas(self, shape: Shape) -> tuple[str, ...]:
        """The size formula of each axis."""
        return tuple(formula.text for formula in self.move.formulas(shape))

    def parameters(self, shape: Shape) -> int:
        """None while they are frozen."""
        return self.trainable * len(self.kernels) * shape[0] * math.prod(self.kernel_size)

    def macs(self, shape: Shape, made: Shape) -> int:
        """Every cell of the output is a sum over one kernel in every channel."""
        return math.prod(made) * shape[0] * math.prod(self.kernel_size)

    def view(self, shape: Shape) -> View:
        """The largest kernel."""
        return self.move.windows()

    def doubts(self, shape: Shape, made: Shape) -> list[Doubt]:
        """Strides that leave cells unread."""
        return skipping(self.move.extents, self.move.stride)


class Normalize(Layer, frozen=True, kw_only=True, tag=True):
    """Takes a mean from each channel and divides it by a standard deviation, both given and not learned."""

    prefix: ClassVar[str] = "normalize"
    group: ClassVar[str] = "Normalisation"
    starting: ClassVar[dict[str, Any]] = {"mean": 0.5, "std": 0.5}

    mean: Annotated[
        float | tuple[float, ...],
        field("Mean", "What is taken from each channel: a number for all, or one for each.", -1e6, 1e6),
    ]
    std: Annotated[
        float | tuple[float, ...],
        field("Standard deviation", "What each channel is divided by: a number for all, or one for each.", 1e-6, 1e6),
    ]

    def output_shape(self, shape: Shape) -> Shape:
        """The input's."""
        for label, name in (("means", "mean"), ("deviations", "std")):
            given = getattr(self, name)
            if isinstance(given, tuple) and len(given) not in (1, shape[0]):
                first = given[0] if given else 0.5
                raise Misfit(
                    f"There are {len(given)} {label} and {shape[0]} channels come in.",
                    [Fix(f"the first of the {label} for all", {name: first})],
                )
        return shape
