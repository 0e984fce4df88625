"""Transposed convolutions: the way back of a convolution, which makes maps larger."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Annotated, Any, ClassVar

from engine.arithmetic import extent
from engine.spec.fields import field
from engine.spec.layers.base import Amount, AxisWindow, Layer, Shape, View, per_axis
from engine.spec.layers.convolution import (
    MAX_PADDING,
    Bias,
    Channels,
    Dilation,
    Groups,
    KernelSize,
    OutChannels,
    check_channels,
    check_groups,
)
from engine.spec.layers.initial import BESIDE, Frozen, Init, InitSeed
from engine.spec.layers.maps import amount_text, check_maps
from engine.spec.layers.misfit import Fix, Misfit

_Stride = Annotated[
    Amount,
    field("Stride", "How far apart the kernels are laid down. Above 1 the maps grow by this factor.", 1, 256, "cells"),
]
_Padding = Annotated[Amount, field("Padding", "Cells cut off what comes out, at each end.", 0, MAX_PADDING, "cells")]
_More = Annotated[
    Amount,
    field("Output padding", "Cells that come out in addition, at the end: fewer than the stride.", 0, 256, "cells"),
]


class Transposed(Layer, frozen=True, kw_only=True):
    """Lays a kernel down for every cell of the input, weighted by it, and adds up where they overlap.

    Source: Dumoulin and Visin, A guide to convolution arithmetic for deep learning (2016), chapter 4.
    """

    prefix: ClassVar[str] = "up"
    group: ClassVar[str] = "Convolution"
    starting: ClassVar[dict[str, Any]] = {"out_channels": 8, "kernel_size": 2, "stride": 2}
    derived: ClassVar[str] = "in_channels"
    leading: ClassVar[tuple[str, ...]] = ("in_channels", "out_channels")
    signature: ClassVar[tuple[str, ...]] = (
        "in_channels",
        "out_channels",
        "kernel_size",
        "stride",
        "padding",
        "output_padding",
        "groups",
        "bias",
        "dilation",
        "padding_mode",
        "device",
        "dtype",
    )
    without_effect: ClassVar[dict[str, tuple[Any, ...]]] = {
        "padding_mode": ("zeros",),
        "device": (None,),
        "dtype": (None,),
    }
    beside: ClassVar[tuple[str, ...]] = BESIDE

    in_channels: Channels = None
    out_channels: OutChannels
    kernel_size: KernelSize
    stride: _Stride = 1
    padding: _Padding = 0
    output_padding: _More = 0
    dilation: Dilation = 1
    groups: Groups = 1
    bias: Bias = True
    frozen: Frozen = False
    init: Init = "default"
    init_seed: InitSeed = None

    def derive(self, shape: Shape) -> int | None:
        """`in_channels` is what comes in."""
        return shape[0] if len(shape) == self.axes + 1 else None

    @property
    def _axes(self) -> list[tuple[int, int, int, int]]:
        """(e, s, p, o) of each axis: what the kernel spans, stride, padding and output padding."""
        kernel, gaps = per_axis(self.kernel_size, self.axes), per_axis(self.dilation, self.axes)
        more = per_axis(self.output_padding, self.axes)
        rest = (per_axis(self.stride, self.axes), per_axis(self.padding, self.axes), more)
        return list(zip(map(extent, kernel, gaps), *rest, strict=True))

    def output_shape(self, shape: Shape) -> Shape:
        """(out_channels, H', W') by H' = (H − 1) · s + e − 2p + o."""
        check_maps(self, shape)
        check_channels(self.in_channels, shape[0])
        check_groups(self.groups, shape[0], self.out_channels)
        self._check_more()
        made = tuple((n - 1) * s + e - 2 * p + o for n, (e, s, p, o) in zip(shape[1:], self._axes, strict=True))
        if min(made) < 1:
            raise Misfit(
                f"Padding {amount_text(per_axis(self.padding, self.axes))} cuts off all that would come out.",
                self._less(shape),
            )
        return (self.out_channels, *made)

    def _check_more(self) -> None:
        dilation = per_axis(self.dilation, self.axes)
        most = tuple(max(s, gap) - 1 for (_, s, _, _), gap in zip(self._axes, dilation, strict=True))
        more = per_axis(self.output_padding, self.axes)
        if any(given > allowed for given, allowed in zip(more, most, strict=True)):
            fits = tuple(map(min, more, most))
            raise Misfit(
                f"Output padding {amount_text(more)} is not below the stride {amount_text(self._strides)}.",
                [Fix(f"output padding {amount_text(fits)}", {"output_padding": fits})],
            )

    @property
    def _strides(self) -> tuple[int, ...]:
        return per_axis(self.stride, self.axes)

    def _less(self, shape: Shape) -> list[Fix]:
        uncut = ((n - 1) * s + e + o for n, (e, s, _, o) in zip(shape[1:], self._axes, strict=True))
        fits = tuple(min(p, (n - 1) // 2) for (_, _, p, _), n in zip(self._axes, uncut, strict=True))
        return [Fix(f"padding {amount_text(fits)}", {"padding": fits})]

    def formulas(self, shape: Shape) -> tuple[str, ...]:
        """The size formula of each axis."""
        return tuple(_text(n, *numbers) for n, numbers in zip(shape[1:], self._axes, strict=True))

    def parameters(self, shape: Shape) -> int:
        """A kernel for each pair of channels of a group, and the biases."""
        return self._factors(shape) + self.out_channels * self.bias

    def macs(self, shape: Shape, made: Shape) -> int:
        """Every cell of the input is multiplied by a kernel of each output channel of its group."""
        return math.prod(shape[1:]) * self._factors(shape)

    def _factors(self, shape: Shape) -> int:
        return math.prod(per_axis(self.kernel_size, self.axes)) * shape[0] * (self.out_channels // self.groups)

    def view(self, shape: Shape) -> View:
        """The cells whose kernels reach the place: from (o + p − e + 1) / s to (o + p) / s."""
        return tuple(
            AxisWindow(Fraction(e - 1, s) + 1, Fraction(1, s), Fraction(e - 1 - p, s)) for e, s, p, _ in self._axes
        )


def _text(n: int, e: int, s: int, p: int, o: int) -> str:
    added = f" + {o}" if o else ""
    return f"({n} − 1)·{s} + {e} − 2·{p}{added} = {(n - 1) * s + e - 2 * p + o}"


class ConvTranspose1d(Transposed, frozen=True, kw_only=True, tag=True):
    """Lays a kernel down for every cell of a signal, weighted by it: signals grow longer.

    Example:
        >>> ConvTranspose1d(out_channels=4, kernel_size=2, stride=2).formulas((1, 8))
        ('(8 − 1)·2 + 2 − 2·0 = 16',)
    """

    axes: ClassVar[int] = 1


class ConvTranspose2d(Transposed, frozen=True, kw_only=True, tag=True):
    """Lays a kernel down for every cell of the input, weighted by it: maps grow larger."""

    axes: ClassVar[int] = 2


class ConvTranspose3d(Transposed, frozen=True, kw_only=True, tag=True):
    """Lays a kernel down for every cell of a volume, weighted by it: volumes grow larger."""

    axes: ClassVar[int] = 3
