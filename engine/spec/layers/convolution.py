"""Convolutions along one, two or three axes."""

from __future__ import annotations

import math
from typing import Annotated, Any, ClassVar, Literal

import msgspec

from engine.errors import SpecError
from engine.spec.fields import field
from engine.spec.filter import PaddingMode
from engine.spec.layers.base import Amount, Layer, Shape, View, per_axis
from engine.spec.layers.initial import BESIDE, Frozen, Init, Init2d, InitSeed
from engine.spec.layers.maps import Move, Sides, check_added, check_maps, sides_of, sizes_after, skipping
from engine.spec.layers.misfit import Doubt, Fix, Misfit

MAX_CHANNELS = 65_536
MAX_KERNEL_SIZE = 256
MAX_PADDING = 512

Channels = Annotated[
    int | None,
    field("Input channels", "How many maps come in. Left out, it follows from the layer before.", 1, MAX_CHANNELS),
]
OutChannels = Annotated[
    int,
    field("Output channels", "How many kernels there are, and so how many feature maps come out.", 1, MAX_CHANNELS),
]
KernelSize = Annotated[
    Amount, field("Kernel size", "How many cells each kernel has along each axis.", 1, MAX_KERNEL_SIZE, "cells")
]
Stride = Annotated[
    Amount,
    field("Stride", "How many cells the kernel moves each time. Above 1, positions are skipped.", 1, 256, "cells"),
]
Padding = Annotated[
    Literal["valid", "same", "full"] | Amount,
    field(
        "Padding",
        "Cells added around the input before the kernel moves over it: none (valid), as many as keep the size "
        "(same), as many as let every cell be visited by every weight (full), or a number of your own.",
        0,
        MAX_PADDING,
        "cells",
    ),
]
Mode = Annotated[
    PaddingMode,
    field(
        "Padding mode",
        "What the added cells hold: zeros, the map mirrored without repeating its edge (reflect), its edge "
        "repeated (replicate), or its opposite side (circular).",
    ),
]
Dilation = Annotated[
    Amount,
    field("Dilation", "Distance between neighbouring weights: 1 is none, 2 leaves gaps of one.", 1, 64, "cells"),
]
Groups = Annotated[
    int,
    field(
        "Groups",
        "Splits the input's channels into so many groups, each seen only by its own kernels. As many groups as "
        "channels is a depthwise convolution.",
        1,
        MAX_CHANNELS,
    ),
]
Bias = Annotated[bool, field("Bias", "Adds one learned number to every cell of each feature map.")]


class Convolution(Layer, frozen=True, kw_only=True):
    """Moves learned kernels over the input; each makes one feature map."""

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
    beside: ClassVar[tuple[str, ...]] = BESIDE

    in_channels: Channels = None
    out_channels: OutChannels
    kernel_size: KernelSize
    stride: Stride = 1
    padding: Padding = 0
    padding_mode: Mode = "zeros"
    dilation: Dilation = 1
    groups: Groups = 1
    bias: Bias = True

    def __post_init__(self) -> None:
        Layer.__post_init__(self)
        if self.padding == "full":
            msgspec.structs.force_setattr(self, "padding", full_padding(self.move, self.axes))

    @property
    def move(self) -> Move:
        """The kernel's way over the maps."""
        kernel, gaps = per_axis(self.kernel_size, self.axes), per_axis(self.dilation, self.axes)
        sides = sides_of(self.padding, kernel, gaps)
        return Move(kernel, per_axis(self.stride, self.axes), sides, gaps, self.padding_mode)

    @property
    def sides(self) -> Sides:
        """((top, bottom), (left, right)), or those of other axes: the cells that the padding adds."""
        return self.move.sides

    @property
    def torch_name(self) -> str:
        """torch's own `padding="same"` refuses strides, and warns where it adds more cells after than before."""
        move = self.move
        uneven = any(before != after for before, after in move.sides)
        own = self.padding == "same" and (uneven or max(move.stride) > 1)
        return f"Same{self.type}" if own else self.type

    def arguments(self, shape: Shape | None) -> dict[str, Any]:
        """Those of torch's class."""
        given = Layer.arguments(self, shape)
        if self.torch_name != self.type and "in_channels" in given:
            del given["padding"]
        return given

    def derive(self, shape: Shape) -> int | None:
        """`in_channels` is what comes in."""
        return shape[0] if len(shape) == self.axes + 1 else None

    def output_shape(self, shape: Shape) -> Shape:
        """(out_channels, H', W') by H' = ⌊(H − e + p) / s⌋ + 1."""
        check_maps(self, shape)
        check_channels(self.in_channels, shape[0])
        check_groups(self.groups, shape[0], self.out_channels)
        check_added(self.move, shape)
        return (self.out_channels, *sizes_after(self.move, shape))

    def formulas(self, shape: Shape) -> tuple[str, ...]:
        """The size formula of each axis."""
        return tuple(formula.text for formula in self.move.formulas(shape))

    def parameters(self, shape: Shape) -> int:
        """One weight for each cell of each kernel in each input channel of its group, and the biases."""
        return self.out_channels * (self._factors(shape) + self.bias)

    def macs(self, shape: Shape, made: Shape) -> int:
        """Every cell of the output is a sum over one kernel."""
        return math.prod(made) * self._factors(shape)

    def _factors(self, shape: Shape) -> int:
        return math.prod(self.move.kernel) * (shape[0] // self.groups)

    def view(self, shape: Shape) -> View:
        """The kernel."""
        return self.move.windows()

    def doubts(self, shape: Shape, made: Shape) -> list[Doubt]:
        """Strides that leave cells unread."""
        return skipping(self.move.extents, self.move.stride)


class Conv1d(Convolution, frozen=True, kw_only=True, tag=True):
    """Moves learned kernels along a signal; each makes one feature map."""

    axes: ClassVar[int] = 1

    frozen: Frozen = False
    init: Init = "default"
    init_seed: InitSeed = None


class Conv2d(Convolution, frozen=True, kw_only=True, tag=True):
    """Moves learned kernels over the input; each makes one feature map.

    The kernel is laid on as it is (cross-correlation), as torch does. `padding="full"` is stored as the number it
    means; `padding="same"` works at any stride: ⌈size / stride⌉ cells come out.
    """

    axes: ClassVar[int] = 2

    frozen: Frozen = False
    init: Init2d = "default"
    init_seed: InitSeed = None


class Conv3d(Convolution, frozen=True, kw_only=True, tag=True):
    """Moves learned kernels through a volume; each makes one feature map, a volume itself."""

    axes: ClassVar[int] = 3

    frozen: Frozen = False
    init: Init = "default"
    init_seed: InitSeed = None


def DepthwiseConv2d(channels: int, kernel_size: Amount, **settings: Any) -> Conv2d:  # noqa: N802 - reads like a layer
    """A convolution in which each map sees one input channel alone, as the layer of torch that does it.

    Args:
        channels: how many come in; as many come out, or `out_channels`, a multiple of it.
        kernel_size: of each kernel.
        settings: further ones of Conv2d.

    Example:
        >>> DepthwiseConv2d(16, 3, padding="same").groups
        16
    """
    return Conv2d(**{"out_channels": channels, "groups": channels, "kernel_size": kernel_size, **settings})


def full_padding(move: Move, axes: int) -> Amount:
    """The number that `full` means."""
    full = tuple(spans - 1 for spans in move.extents)
    if max(full) > MAX_PADDING:
        raise SpecError(
            f"Full padding would add {max(full)} cells here; a kernel and dilation that ask for at most "
            f"{MAX_PADDING} would do."
        )
    return full[0] if axes == 1 else full


def check_channels(wanted: int | None, channels: int) -> None:
    """Raise a Misfit unless as many channels come in as were set."""
    if wanted not in (None, channels):
        raise Misfit(
            f"Input channels are set to {wanted} and {channels} come in.",
            [Fix("follow the input", {"in_channels": None})],
        )


def check_groups(groups: int, channels: int, out_channels: int) -> None:
    """Raise a Misfit unless the groups share the channels evenly."""
    if channels % groups == 0 and out_channels % groups == 0:
        return
    common = math.gcd(channels, out_channels)
    most = max(n for n in range(1, min(common, groups) + 1) if common % n == 0)
    fixes = [Fix(f"groups {most}", {"groups": most})]
    if channels % groups == 0:
        more = -(-out_channels // groups) * groups
        fixes.append(Fix(f"output channels {more}", {"out_channels": min(more, MAX_CHANNELS)}))
    raise Misfit(f"{groups} groups cannot share {channels} input and {out_channels} output channels evenly.", fixes)
