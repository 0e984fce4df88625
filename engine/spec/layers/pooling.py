"""Pooling by a window on the move: a summary of each window of a map. There is nothing to learn in it."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from engine.arithmetic import extent, pooled_size, size_formula
from engine.errors import SpecError
from engine.spec.fields import field
from engine.spec.layers.base import Amount, AxisWindow, Layer, Shape, View, per_axis, shape_text
from engine.spec.layers.maps import amount_text, check_maps, skipping
from engine.spec.layers.misfit import Doubt, Fix, Misfit

MAX_POOL_SIZE = 256

_Size = Annotated[
    Amount, field("Pool size", "How many cells the pooling window has along each axis.", 1, MAX_POOL_SIZE, "cells")
]
_Stride = Annotated[
    Amount | None,
    field("Stride", "How far the window moves; as far as it is large if left out.", 1, 256, "cells"),
]
_Padding = Annotated[
    Amount, field("Padding", "Cells added around the map: at most half the window.", 0, MAX_POOL_SIZE // 2, "cells")
]
_RoundUp = Annotated[
    bool,
    field("Round up", "Lets the last window reach over the map's edge, so that no cell at the end is left out."),
]


class Pooling(Layer, frozen=True, kw_only=True):
    """A window on the move."""

    prefix: ClassVar[str] = "pool"
    group: ClassVar[str] = "Pooling"
    starting: ClassVar[dict[str, Any]] = {"kernel_size": 2}
    unpadded: ClassVar[bool] = False
    """Whether torch wants the window to fit into the map without its padding, as it does of means over volumes."""

    kernel_size: _Size
    stride: _Stride = None
    ceil_mode: _RoundUp = False

    @property
    def gaps(self) -> tuple[int, ...]:
        """The distance between neighbouring cells of the window."""
        return (1,) * self.axes

    @property
    def added(self) -> tuple[int, ...]:
        """The cells added at each end."""
        return (0,) * self.axes

    @property
    def window(self) -> tuple[int, ...]:
        """The cells of the window along each axis."""
        return per_axis(self.kernel_size, self.axes)

    @property
    def step(self) -> tuple[int, ...]:
        """The stride in force."""
        return self.window if self.stride is None else per_axis(self.stride, self.axes)

    @property
    def _extents(self) -> tuple[int, ...]:
        return tuple(map(extent, self.window, self.gaps))

    def output_shape(self, shape: Shape) -> Shape:
        """(C, H', W') by H' = ⌊(H − e + 2p) / s⌋ + 1, or ⌈…⌉ when rounding up."""
        check_maps(self, shape)
        self._check_padding()
        if self.unpadded and any(k > n for k, n in zip(self.window, shape[1:], strict=True)):
            raise Misfit(self._too_large(shape), self._smaller(shape))
        try:
            return (shape[0], *(self._size(n, axis) for axis, n in enumerate(shape[1:])))
        except SpecError:
            raise Misfit(self._too_large(shape), self._smaller(shape)) from None

    def _size(self, size: int, axis: int) -> int:
        return pooled_size(size, self.window[axis], self.step[axis], self.added[axis], self.gaps[axis], self.ceil_mode)

    def formulas(self, shape: Shape) -> tuple[str, ...]:
        """The size formula of each axis."""
        return tuple(self._formula(n, axis) for axis, n in enumerate(shape[1:]))

    def _formula(self, n: int, axis: int) -> str:
        step, before, made = self.step[axis], self.added[axis], self._size(n, axis)
        if self.ceil_mode:
            e = self._extents[axis]
            most = -(-(n - e + 2 * before) // step) + 1
            last = f" = {most}, the last window left out" if most != made else ""
            return f"⌈({n} − {e} + 2·{before}) / {step}⌉ + 1{last} = {made}"
        return size_formula(n, self.window[axis], step, before, self.gaps[axis]).text

    def _check_padding(self) -> None:
        if any(2 * p > k for p, k in zip(self.added, self.window, strict=True)):
            most = tuple(min(p, k // 2) for p, k in zip(self.added, self.window, strict=True))
            raise Misfit(
                f"Padding {amount_text(self.added)} is more than half the pool size {amount_text(self.window)}.",
                [Fix(f"padding {amount_text(most)}", {"padding": most})],
            )

    def _too_large(self, shape: Shape) -> str:
        spread = f", spread to {shape_text(self._extents)}," if max(self.gaps) > 1 else ""
        return f"A window of {shape_text(self.window)}{spread} is larger than its {shape_text(shape[1:])} input."

    def _smaller(self, shape: Shape) -> list[Fix]:
        fits = tuple(map(min, self.window, shape[1:]))
        plain = {"dilation": 1} if max(self.gaps) > 1 else {}
        fixes = [Fix("dilation 1", plain)] if plain else []
        unpadded = {"padding": 0} if max(self.added) else {}
        return [*fixes, Fix(f"pool size {amount_text(fits)}", {"kernel_size": fits, **unpadded, **plain})]

    def view(self, shape: Shape) -> View:
        """The window."""
        return tuple(map(AxisWindow, self._extents, self.step, self.added))

    def doubts(self, shape: Shape, made: Shape) -> list[Doubt]:
        """Strides that leave cells unread."""
        return skipping(self._extents, self.step)


class _MaxPool(Pooling, frozen=True, kw_only=True):
    signature: ClassVar[tuple[str, ...]] = (
        "kernel_size",
        "stride",
        "padding",
        "dilation",
        "return_indices",
        "ceil_mode",
    )
    without_effect: ClassVar[dict[str, tuple[Any, ...]]] = {"return_indices": (False,)}

    padding: _Padding = 0
    dilation: Annotated[
        Amount, field("Dilation", "Distance between neighbouring cells of the window; 1 is none.", 1, 64, "cells")
    ] = 1

    @property
    def gaps(self) -> tuple[int, ...]:
        """The dilation."""
        return per_axis(self.dilation, self.axes)

    @property
    def added(self) -> tuple[int, ...]:
        """The padding."""
        return per_axis(self.padding, self.axes)


class MaxPool1d(_MaxPool, frozen=True, kw_only=True, tag=True):
    """Keeps the largest value of each window of a signal."""

    axes: ClassVar[int] = 1


class MaxPool2d(_MaxPool, frozen=True, kw_only=True, tag=True):
    """Keeps the largest value of each window."""

    axes: ClassVar[int] = 2


class MaxPool3d(_MaxPool, frozen=True, kw_only=True, tag=True):
    """Keeps the largest value of each window of a volume."""

    axes: ClassVar[int] = 3


class _AvgPool(Pooling, frozen=True, kw_only=True):
    signature: ClassVar[tuple[str, ...]] = (
        "kernel_size",
        "stride",
        "padding",
        "ceil_mode",
        "count_include_pad",
        "divisor_override",
    )
    without_effect: ClassVar[dict[str, tuple[Any, ...]]] = {"divisor_override": (None,)}

    padding: _Padding = 0
    count_include_pad: Annotated[
        bool, field("Count padding", "Whether the zeros of the padding count when the mean is taken.")
    ] = True

    @property
    def added(self) -> tuple[int, ...]:
        """The padding."""
        return per_axis(self.padding, self.axes)


class AvgPool1d(_AvgPool, frozen=True, kw_only=True, tag=True):
    """Keeps the mean of each window of a signal."""

    axes: ClassVar[int] = 1
    signature: ClassVar[tuple[str, ...]] = _AvgPool.signature[:-1]
    without_effect: ClassVar[dict[str, tuple[Any, ...]]] = {}


class AvgPool2d(_AvgPool, frozen=True, kw_only=True, tag=True):
    """Keeps the mean of each window."""

    axes: ClassVar[int] = 2


class AvgPool3d(_AvgPool, frozen=True, kw_only=True, tag=True):
    """Keeps the mean of each window of a volume."""

    axes: ClassVar[int] = 3
    unpadded: ClassVar[bool] = True


class _LPPool(Pooling, frozen=True, kw_only=True):
    starting: ClassVar[dict[str, Any]] = {"norm_type": 2.0, "kernel_size": 2}
    leading: ClassVar[tuple[str, ...]] = ("norm_type",)
    signature: ClassVar[tuple[str, ...]] = ("norm_type", "kernel_size", "stride", "ceil_mode")
    told: ClassVar[tuple[str, ...]] = ("norm_type",)

    norm_type: Annotated[
        float,
        field("Power", "p of the sum Σxᵖ whose p-th root is kept: 1 is the sum, 2 the window's length.", 1.0, 64.0),
    ] = 2.0


class LPPool1d(_LPPool, frozen=True, kw_only=True, tag=True):
    """Keeps the p-th root of Σxᵖ over each window of a signal; with p = 2 its length."""

    axes: ClassVar[int] = 1


class LPPool2d(_LPPool, frozen=True, kw_only=True, tag=True):
    """Keeps the p-th root of Σxᵖ over each window; with p = 2 its length."""

    axes: ClassVar[int] = 2


class LPPool3d(_LPPool, frozen=True, kw_only=True, tag=True):
    """Keeps the p-th root of Σxᵖ over each window of a volume; with p = 2 its length."""

    axes: ClassVar[int] = 3
    unpadded: ClassVar[bool] = True
