"""One layer of one kind of convolution on an input of one size, in torch's terms."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Annotated, Any, Literal

import msgspec

from engine.arithmetic import extent, padding_amounts, whole
from engine.errors import SpecError
from engine.spec.fields import Spec, field, fields_of
from engine.spec.filter import Operation, PaddingMode

Sharing = Literal["shared", "unshared", "tiled", "dense", "transposed"]
Axes = tuple[int, ...]
"""One number for each axis, outermost first: (height, width)."""
Sides = tuple[tuple[int, int], ...]

AXIS_NAMES = {1: ("length",), 2: ("height", "width"), 3: ("depth", "height", "width")}
PER_AXIS = {"kernel_size": 1, "stride": 1, "padding": 0, "dilation": 1, "tile": 1, "output_padding": 0}
"""The settings that have a number for each axis, and the least that it may be."""
MAX_SIZE = 1 << 27


class KindSpec(Spec, frozen=True, kw_only=True):
    """A convolution of some kind: how its weights are shared, and torch's settings of it.

    `size` has one number for each axis, so its length makes the layer 1-, 2- or 3-dimensional. In every other setting
    with a number for each axis, one number stands for all of them.

    Raises:
        SpecError: when made with a setting out of its range. What is at odds as a whole is kept, and told by
            `engine.kinds.facts.kind_facts`.

    Example:
        >>> spec = KindSpec(size=(28, 28), kernel_size=5, padding="same")
        >>> spec.kernel_size, spec.sides, spec.input_shape
        ((5, 5), ((2, 2), (2, 2)), (1, 28, 28))
    """

    kind: Annotated[
        Sharing,
        field(
            "Weights",
            "Who uses which weights: one kernel for all places (shared); a kernel of its own for each place "
            "(unshared); a few kernels that take turns from place to place (tiled); a weight from every input cell to "
            "every output cell (dense); or a shared kernel with input and output in each other's roles (transposed).",
        ),
    ] = "shared"
    in_channels: Annotated[int, field("Input channels", "How many maps come in.", 1, 4096)] = 1
    out_channels: Annotated[int, field("Output channels", "How many maps come out.", 1, 4096)] = 1
    size: Annotated[
        Axes, field("Input size", "Cells of the input: length; height, width; depth, height, width.", 1, MAX_SIZE)
    ] = (8, 8)
    kernel_size: Annotated[Axes, field("Kernel size", "Cells of each kernel.", 1, 256, "cells")] = (3,)
    stride: Annotated[
        Axes,
        field(
            "Stride",
            "How far the kernel moves each time. In a transposed convolution it is the output that it moves over.",
            1,
            256,
            "cells",
        ),
    ] = (1,)
    padding: Annotated[
        Literal["valid", "same", "full"] | Axes,
        field(
            "Padding",
            "Cells added around the input: none (valid), as many as keep the size (same), as many as let every cell "
            "meet every weight (full), or a number of your own. A transposed convolution cuts as many off its output.",
            0,
            512,
            "cells",
        ),
    ] = (0,)
    padding_mode: Annotated[
        PaddingMode,
        field(
            "Padding mode",
            "What the added cells hold: zeros, the input mirrored without repeating its edge (reflect), its edge "
            "repeated (replicate), or its opposite side (circular).",
        ),
    ] = "zeros"
    dilation: Annotated[
        Axes,
        field("Dilation", "Distance between neighbouring weights: 1 is none, 2 leaves gaps of one.", 1, 64, "cells"),
    ] = (1,)
    groups: Annotated[
        int,
        field(
            "Groups",
            "Splits the channels into so many groups that do not see each other; as many as channels is depthwise.",
            1,
            4096,
        ),
    ] = 1
    tile: Annotated[
        Axes, field("Tile", "How many kernels take turns along each axis of a tiled convolution.", 1, 64, "kernels")
    ] = (2,)
    output_padding: Annotated[
        Axes,
        field("Output padding", "Cells added at the far end of a transposed convolution's output.", 0, 255, "cells"),
    ] = (0,)
    bias: Annotated[bool, field("Bias", "Adds one number to each output cell, shared as the kernels are.")] = False
    operation: Annotated[
        Operation,
        field(
            "Operation",
            "Cross-correlation lays the kernel down as it is, as torch does; convolution turns it around first.",
            labels={"correlation": "Cross-correlation", "convolution": "Convolution"},
        ),
    ] = "correlation"

    def __post_init__(self) -> None:
        msgspec.structs.force_setattr(self, "size", _numbers(self.size, "Input size", 1))
        if self.dimensions not in AXIS_NAMES:
            raise SpecError(f"Input size takes one to three numbers; it has {self.dimensions}.")
        for name, least in PER_AXIS.items():
            given, label = getattr(self, name), fields_of(type(self))[name].label
            if not isinstance(given, str):
                msgspec.structs.force_setattr(self, name, self._along_axes(given, label, least))
        for name in ("in_channels", "out_channels", "groups"):
            whole(getattr(self, name), fields_of(type(self))[name].label, 1)
        if not isinstance(self.bias, bool):
            raise SpecError(f"Bias is True or False, not {self.bias!r}.")
        Spec.__post_init__(self)

    def _along_axes(self, given: Any, label: str, least: int) -> Axes:
        numbers = _numbers(given, label, least)
        if len(numbers) == 1:
            return numbers * self.dimensions
        if len(numbers) != self.dimensions:
            names = ", ".join(self.axis_names)
            raise SpecError(f"{label} takes one number or {self.dimensions} ({names}); it has {len(numbers)}.")
        return numbers

    @property
    def dimensions(self) -> int:
        """1 for a signal, 2 for a picture, 3 for a volume."""
        return len(self.size)

    @property
    def axis_names(self) -> tuple[str, ...]:
        """What the axes are called, in their order."""
        return AXIS_NAMES[self.dimensions]

    @property
    def input_shape(self) -> tuple[int, ...]:
        """(channels, *size)."""
        return (self.in_channels, *self.size)

    @property
    def extents(self) -> Axes:
        """How many cells the kernel spans along each axis: e = d(k − 1) + 1."""
        return tuple(extent(k, d) for k, d in zip(self.kernel_size, self.dilation, strict=True))

    @property
    def sides(self) -> Sides:
        """(before, after) along each axis: the cells that the padding adds, or cuts off where it is transposed."""
        padding = [self.padding] * self.dimensions if isinstance(self.padding, str) else self.padding
        axes = zip(padding, self.kernel_size, self.dilation, strict=True)
        return tuple(padding_amounts(p, k, d) for p, k, d in axes)

    @property
    def taps(self) -> int:
        """How many weights one kernel has for one channel."""
        return math.prod(self.kernel_size)


def _numbers(given: Any, label: str, least: int) -> Axes:
    several = given if isinstance(given, (tuple, list)) else (given,)
    return tuple(whole(number, label, least) for number in several)


def with_size(spec: KindSpec, size: Iterable[int]) -> KindSpec:
    """The same layer on an input of another size, which may have more axes or fewer.

    A new axis gets the numbers of the last one; axes that go are the last ones.

    Example:
        >>> with_size(KindSpec(size=(9, 9), kernel_size=(3, 5)), (9, 9, 9)).kernel_size
        (3, 5, 5)
    """
    wanted = tuple(size)
    along: dict[str, Any] = {}
    for name in PER_AXIS:
        now = getattr(spec, name)
        along[name] = now if isinstance(now, str) else (now + now[-1:] * len(wanted))[: max(len(wanted), 1)]
    return msgspec.structs.replace(spec, size=wanted, **along)
