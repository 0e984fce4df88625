"""Convolutions."""

from __future__ import annotations

import math
from typing import Annotated, Any, ClassVar, Literal

import msgspec

from engine.arithmetic import check_padding_mode, extent, padding_per_side, size_formula
from engine.errors import SpecError
from engine.spec.fields import Pair, field
from engine.spec.filter import PaddingMode
from engine.spec.layers.base import Amount, AxisWindow, Layer, Shape, View, pair_of, shape_text
from engine.spec.layers.maps import amount_text, check_maps, skipping
from engine.spec.layers.misfit import Doubt, Fix, Misfit

MAX_CHANNELS = 65_536
MAX_KERNEL_SIZE = 256
MAX_PADDING = 512
AXES = ("height", "width")

Sides = tuple[tuple[int, int], tuple[int, int]]


class Conv2d(Layer, frozen=True, kw_only=True, tag=True):
    """Moves learned kernels over the input; each makes one feature map.

    The kernel is laid on as it is (cross-correlation), as torch does. `padding="full"` is stored as the number it
    means; `padding="same"` works at any stride: ⌈size / stride⌉ cells come out.
    """

    prefix: ClassVar[str] = "conv"
    group: ClassVar[str] = "Convolution"
    starting: ClassVar[dict[str, Any]] = {"out_channels": 8, "kernel_size": 3, "padding": "same"}
    derived: ClassVar[str] = "in_channels"
    leading: ClassVar[tuple[str, ...]] = ("in_channels", "out_channels")
    signature: ClassVar[tuple[str, ...]] = (
        "in_channels",
        "out_channels",
        "kernel_size",
        "stride",
        "padding",
        "dilation",
        "groups",
        "bias",
        "padding_mode",
        "device",
        "dtype",
    )
    without_effect: ClassVar[dict[str, tuple[Any, ...]]] = {"device": (None,), "dtype": (None,)}

    in_channels: Annotated[
        int | None,
        field("Input channels", "How many maps come in. Left out, it follows from the layer before.", 1, MAX_CHANNELS),
    ] = None
    out_channels: Annotated[
        int,
        field("Output channels", "How many kernels there are, and so how many feature maps come out.", 1, MAX_CHANNELS),
    ]
    kernel_size: Annotated[
        Amount, field("Kernel size", "Height and width of each kernel.", 1, MAX_KERNEL_SIZE, "cells")
    ]
    stride: Annotated[
        Amount,
        field("Stride", "How many cells the kernel moves each time. Above 1, positions are skipped.", 1, 256, "cells"),
    ] = (1, 1)
    padding: Annotated[
        Literal["valid", "same", "full"] | Amount,
        field(
            "Padding",
            "Cells added around the input before the kernel moves over it: none (valid), as many as keep the size "
            "(same), as many as let every cell be visited by every weight (full), or a number of your own.",
            0,
            MAX_PADDING,
            "cells",
        ),
    ] = (0, 0)
    padding_mode: Annotated[
        PaddingMode,
        field(
            "Padding mode",
            "What the added cells hold: zeros, the map mirrored without repeating its edge (reflect), its edge "
            "repeated (replicate), or its opposite side (circular).",
        ),
    ] = "zeros"
    dilation: Annotated[
        Amount,
        field("Dilation", "Distance between neighbouring weights: 1 is none, 2 leaves gaps of one.", 1, 64, "cells"),
    ] = (1, 1)
    groups: Annotated[
        int,
        field(
            "Groups",
            "Splits the input's channels into so many groups, each seen only by its own kernels. As many groups as "
            "channels is a depthwise convolution.",
            1,
            MAX_CHANNELS,
        ),
    ] = 1
    bias: Annotated[bool, field("Bias", "Adds one learned number to every cell of each feature map.")] = True

    def __post_init__(self) -> None:
        Layer.__post_init__(self)
        if self.padding == "full":
            full = (self._extents[0] - 1, self._extents[1] - 1)
            if max(full) > MAX_PADDING:
                raise SpecError(
                    f"Full padding would add {max(full)} cells here; a kernel and dilation that ask for at most "
                    f"{MAX_PADDING} would do."
                )
            msgspec.structs.force_setattr(self, "padding", full)

    @property
    def _extents(self) -> Pair:
        kernel, gaps = pair_of(self.kernel_size), pair_of(self.dilation)
        return extent(kernel[0], gaps[0]), extent(kernel[1], gaps[1])

    @property
    def torch_name(self) -> str:
        """torch's own `padding="same"` refuses strides, and warns where it adds more cells after than before."""
        uneven = any(before != after for before, after in self.sides)
        return "SameConv2d" if self.padding == "same" and (uneven or self.stride != (1, 1)) else "Conv2d"

    def arguments(self, shape: Shape | None) -> dict[str, Any]:
        """Those of torch's Conv2d."""
        given = Layer.arguments(self, shape)
        if self.torch_name == "SameConv2d" and "in_channels" in given:
            del given["padding"]
        return given

    @property
    def sides(self) -> Sides:
        """((top, bottom), (left, right)): the cells that the padding adds."""
        return padding_per_side(self.padding, pair_of(self.kernel_size), self.dilation)

    def derive(self, shape: Shape) -> int | None:
        """`in_channels` is what comes in."""
        return shape[0] if len(shape) == 3 else None

    def output_shape(self, shape: Shape) -> Shape:
        """(out_channels, H', W') by H' = ⌊(H − e + p) / s⌋ + 1."""
        check_maps(self, shape)
        self._check_channels(shape[0])
        self._check_padding(shape)
        made = [self._size(shape, axis) for axis in (0, 1)]
        return (self.out_channels, *made)

    def _check_channels(self, channels: int) -> None:
        if self.in_channels not in (None, channels):
            raise Misfit(
                f"Input channels are set to {self.in_channels} and {channels} come in.",
                [Fix("follow the input", {"in_channels": None})],
            )
        if channels % self.groups or self.out_channels % self.groups:
            common = math.gcd(channels, self.out_channels)
            most = max(n for n in range(1, min(common, self.groups) + 1) if common % n == 0)
            fixes = [Fix(f"groups {most}", {"groups": most})]
            if channels % self.groups == 0:
                more = -(-self.out_channels // self.groups) * self.groups
                fixes.append(Fix(f"output channels {more}", {"out_channels": min(more, MAX_CHANNELS)}))
            raise Misfit(
                f"{self.groups} groups cannot share {channels} input and {self.out_channels} output channels evenly.",
                fixes,
            )

    def _check_padding(self, shape: Shape) -> None:
        try:
            for axis, (before, after) in enumerate(self.sides):
                check_padding_mode(self.padding_mode, shape[1 + axis], before, after, AXES[axis])
        except SpecError as error:
            less = self.padding_mode == "reflect"
            most = (min(max(self.sides[0]), shape[1] - less), min(max(self.sides[1]), shape[2] - less))
            fixes = [
                Fix("padding mode replicate", {"padding_mode": "replicate"}),
                Fix("padding mode zeros", {"padding_mode": "zeros"}),
                Fix(f"padding {amount_text(most)}", {"padding": most}),
            ]
            raise Misfit(str(error), fixes) from None

    def _size(self, shape: Shape, axis: int) -> int:
        kernel, stride = pair_of(self.kernel_size)[axis], pair_of(self.stride)[axis]
        size, added = shape[1 + axis], sum(self.sides[axis])
        if self._extents[axis] > size + added:
            raise Misfit(self._too_large(shape), self._smaller(shape))
        padding = self.padding if isinstance(self.padding, str) else pair_of(self.padding)[axis]
        return size_formula(size, kernel, stride, padding, pair_of(self.dilation)[axis]).result

    def _too_large(self, shape: Shape) -> str:
        spans = f", spread to {shape_text(self._extents)}," if self.dilation != (1, 1) else ""
        padded = tuple(n + sum(sides) for n, sides in zip(shape[1:], self.sides, strict=True))
        room = f"{shape_text(shape[1:])} input" + (f" padded to {shape_text(padded)}" if padded != shape[1:] else "")
        return f"A kernel of {shape_text(pair_of(self.kernel_size))}{spans} is larger than its {room}."

    def _smaller(self, shape: Shape) -> list[Fix]:
        room = [n + sum(sides) for n, sides in zip(shape[1:], self.sides, strict=True)]
        gaps, kernel = pair_of(self.dilation), pair_of(self.kernel_size)
        fits = (min(kernel[0], (room[0] - 1) // gaps[0] + 1), min(kernel[1], (room[1] - 1) // gaps[1] + 1))
        fixes = [
            Fix("padding same", {"padding": "same"}),
            Fix(f"kernel {amount_text(fits)}", {"kernel_size": fits}),
        ]
        return fixes + ([Fix("dilation 1", {"dilation": 1})] if gaps != (1, 1) else [])

    def parameters(self, shape: Shape) -> int:
        """One weight for each cell of each kernel in each input channel of its group, and the biases."""
        kernel = math.prod(pair_of(self.kernel_size)) * (shape[0] // self.groups)
        return self.out_channels * (kernel + self.bias)

    def macs(self, shape: Shape, made: Shape) -> int:
        """Every cell of the output is a sum over one kernel."""
        return math.prod(made) * math.prod(pair_of(self.kernel_size)) * (shape[0] // self.groups)

    def view(self, shape: Shape) -> View:
        """The kernel."""
        strides = pair_of(self.stride)
        return tuple(AxisWindow(self._extents[axis], strides[axis], self.sides[axis][0]) for axis in (0, 1))

    def doubts(self, shape: Shape, made: Shape) -> list[Doubt]:
        """Strides that leave cells unread."""
        return skipping(self, self._extents, pair_of(self.stride))
