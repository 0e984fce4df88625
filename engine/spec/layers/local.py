"""Convolutions that do not share one set of kernels among all places or all channels."""

from __future__ import annotations

import math
from typing import Annotated, Any, ClassVar

import msgspec

from engine.errors import SpecError
from engine.spec.fields import field
from engine.spec.layers.base import Amount, Layer, Shape, View, per_axis
from engine.spec.layers.convolution import (
    MAX_CHANNELS,
    Bias,
    Convolution,
    KernelSize,
    Padding,
    Stride,
    full_padding,
)
from engine.spec.layers.initial import BESIDE, Frozen, Init2d, InitSeed
from engine.spec.layers.maps import Move, Sides, check_maps, sides_of, sizes_after, skipping
from engine.spec.layers.misfit import Doubt, Fix, Misfit

MAX_TILE = 16


class UnsharedConv2d(Convolution, frozen=True, kw_only=True, tag=True):
    """Has kernels of its own for every place: a convolution whose weights are not shared.

    Source: Goodfellow, Bengio and Courville, Deep Learning (2016), equation 9.9.
    """

    prefix: ClassVar[str] = "local"
    axes: ClassVar[int] = 2
    beside: ClassVar[tuple[str, ...]] = BESIDE

    frozen: Frozen = False
    init: Init2d = "default"
    init_seed: InitSeed = None

    @property
    def torch_name(self) -> str:
        """torch has none."""
        return self.type

    def parameters(self, shape: Shape) -> int:
        """Kernels and a bias for every cell that comes out."""
        made = self.output_shape(shape)
        return math.prod(made) * (self._factors(shape) + self.bias)


class TiledConv2d(Convolution, frozen=True, kw_only=True, tag=True):
    """Has several sets of kernels that take turns from place to place, like tiles on a floor.

    Source: Goodfellow, Bengio and Courville, Deep Learning (2016), equation 9.10.
    """

    prefix: ClassVar[str] = "tiled"
    axes: ClassVar[int] = 2
    beside: ClassVar[tuple[str, ...]] = BESIDE

    tile: Annotated[
        Amount,
        field("Tile", "How many sets of kernels take turns, downwards and across; 1 is one set.", 1, MAX_TILE),
    ] = 2
    frozen: Frozen = False
    init: Init2d = "default"
    init_seed: InitSeed = None

    @property
    def torch_name(self) -> str:
        """torch has none."""
        return self.type

    def parameters(self, shape: Shape) -> int:
        """A set of kernels and biases for each place of the tile."""
        return math.prod(per_axis(self.tile, 2)) * Convolution.parameters(self, shape)


class TableConv2d(Layer, frozen=True, kw_only=True, tag=True):
    """A convolution in which a table says which input channels each feature map sees.

    Source: LeCun, Bottou, Bengio and Haffner, Gradient-Based Learning Applied to Document Recognition (1998), table I.
    """

    prefix: ClassVar[str] = "conv"
    group: ClassVar[str] = "Convolution"
    starting: ClassVar[dict[str, Any]] = {"connections": ((0,),), "kernel_size": 3, "padding": "same"}
    axes: ClassVar[int] = 2
    wants: ClassVar[dict[str, str]] = {"connections": "a tuple of input channels, counted from 0, for each map"}
    beside: ClassVar[tuple[str, ...]] = BESIDE

    connections: tuple[tuple[int, ...], ...]
    """For each feature map the input channels that it sees."""
    kernel_size: KernelSize
    stride: Stride = 1
    padding: Padding = 0
    bias: Bias = True
    frozen: Frozen = False
    init: Init2d = "default"
    init_seed: InitSeed = None

    def __post_init__(self) -> None:
        Layer.__post_init__(self)
        _check_table(self.connections)
        if self.padding == "full":
            msgspec.structs.force_setattr(self, "padding", full_padding(self.move, 2))

    @property
    def move(self) -> Move:
        """The kernels' way over the maps."""
        kernel = per_axis(self.kernel_size, 2)
        return Move(kernel, per_axis(self.stride, 2), sides_of(self.padding, kernel, (1, 1)), (1, 1))

    @property
    def sides(self) -> Sides:
        """((top, bottom), (left, right)): the cells that the padding adds."""
        return self.move.sides

    @property
    def links(self) -> int:
        """How many kernels there are: one for each map and channel that belong together."""
        return sum(map(len, self.connections))

    def output_shape(self, shape: Shape) -> Shape:
        """(maps, H', W')."""
        check_maps(self, shape)
        most = max(max(row) for row in self.connections)
        if most >= shape[0]:
            kept = tuple(tuple(channel for channel in row if channel < shape[0]) or (0,) for row in self.connections)
            raise Misfit(
                f"The table speaks of input channel {most}, and there are the channels 0 to {shape[0] - 1}.",
                [Fix("leave out what is not there", {"connections": kept})],
            )
        return (len(self.connections), *sizes_after(self.move, shape))

    def formulas(self, shape: Shape) -> tuple[str, ...]:
        """The size formula of each axis."""
        return tuple(formula.text for formula in self.move.formulas(shape))

    def parameters(self, shape: Shape) -> int:
        """A kernel for each connection, and a bias for each map."""
        return self.links * math.prod(self.move.kernel) + len(self.connections) * self.bias

    def macs(self, shape: Shape, made: Shape) -> int:
        """Every cell of a map is a sum over the kernels of its channels."""
        return math.prod(made[1:]) * math.prod(self.move.kernel) * self.links

    def view(self, shape: Shape) -> View:
        """The kernel."""
        return self.move.windows()

    def doubts(self, shape: Shape, made: Shape) -> list[Doubt]:
        """Strides that leave cells unread."""
        return skipping(self.move.extents, self.move.stride)


def _check_table(connections: tuple[tuple[int, ...], ...]) -> None:
    if not 1 <= len(connections) <= MAX_CHANNELS or not all(connections):
        raise SpecError("A table of connections needs at least one map, and each map at least one input channel.")
    for place, row in enumerate(connections):
        if len(set(row)) != len(row) or min(row) < 0 or max(row) >= MAX_CHANNELS:
            raise SpecError(
                f"Map {place} of the table cannot see the channels {row}; different ones, counted from 0, would do."
            )
