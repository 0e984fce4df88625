"""Pooling: a summary of each window, or of each part, of a map. There is nothing to learn in it."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from engine.arithmetic import extent, pooled_size
from engine.errors import SpecError
from engine.spec.fields import Pair, field
from engine.spec.layers.base import Amount, AxisWindow, Layer, Shape, View, pair_of, shape_text
from engine.spec.layers.maps import amount_text, check_maps, skipping
from engine.spec.layers.misfit import Doubt, Fix, Misfit

MAX_POOL_SIZE = 256


class _Pooling(Layer, frozen=True, kw_only=True):
    """A window on the move."""

    prefix: ClassVar[str] = "pool"
    group: ClassVar[str] = "Pooling"
    starting: ClassVar[dict[str, Any]] = {"kernel_size": 2}

    kernel_size: Annotated[
        Amount, field("Pool size", "Height and width of the pooling window.", 1, MAX_POOL_SIZE, "cells")
    ]
    stride: Annotated[
        Amount | None,
        field("Stride", "How far the window moves; as far as it is large if left out.", 1, 256, "cells"),
    ] = None
    padding: Annotated[
        Amount, field("Padding", "Cells added around the map: at most half the window.", 0, MAX_POOL_SIZE // 2, "cells")
    ] = (0, 0)
    ceil_mode: Annotated[
        bool,
        field("Round up", "Lets the last window reach over the map's edge, so that no cell at the end is left out."),
    ] = False

    @property
    def gaps(self) -> Pair:
        """The distance between neighbouring cells of the window."""
        return 1, 1

    @property
    def step(self) -> Pair:
        """The stride in force."""
        return pair_of(self.kernel_size if self.stride is None else self.stride)

    @property
    def _extents(self) -> Pair:
        kernel = pair_of(self.kernel_size)
        return extent(kernel[0], self.gaps[0]), extent(kernel[1], self.gaps[1])

    def output_shape(self, shape: Shape) -> Shape:
        """(C, H', W') by H' = ⌊(H − e + 2p) / s⌋ + 1, or ⌈…⌉ when rounding up."""
        check_maps(self, shape)
        self._check_padding()
        try:
            return (shape[0], *(self._size(shape[1 + axis], axis) for axis in (0, 1)))
        except SpecError:
            raise Misfit(self._too_large(shape), self._smaller(shape)) from None

    def _size(self, size: int, axis: int) -> int:
        kernel, padding = pair_of(self.kernel_size)[axis], pair_of(self.padding)[axis]
        return pooled_size(size, kernel, self.step[axis], padding, self.gaps[axis], self.ceil_mode)

    def _check_padding(self) -> None:
        kernel, padding = pair_of(self.kernel_size), pair_of(self.padding)
        if any(2 * p > k for p, k in zip(padding, kernel, strict=True)):
            most = (min(padding[0], kernel[0] // 2), min(padding[1], kernel[1] // 2))
            raise Misfit(
                f"Padding {amount_text(padding)} is more than half the pool size {amount_text(kernel)}.",
                [Fix(f"padding {amount_text(most)}", {"padding": most})],
            )

    def _too_large(self, shape: Shape) -> str:
        spread = f", spread to {shape_text(self._extents)}," if self.gaps != (1, 1) else ""
        window = shape_text(pair_of(self.kernel_size))
        return f"A window of {window}{spread} is larger than its {shape_text(shape[1:])} input."

    def _smaller(self, shape: Shape) -> list[Fix]:
        kernel = pair_of(self.kernel_size)
        fits = (min(kernel[0], shape[1]), min(kernel[1], shape[2]))
        plain = {"dilation": 1} if self.gaps != (1, 1) else {}
        fixes = [Fix("dilation 1", plain)] if plain else []
        return [*fixes, Fix(f"pool size {amount_text(fits)}", {"kernel_size": fits, "padding": 0, **plain})]

    def view(self, shape: Shape) -> View:
        """The window."""
        before = pair_of(self.padding)
        return tuple(AxisWindow(self._extents[axis], self.step[axis], before[axis]) for axis in (0, 1))

    def doubts(self, shape: Shape, made: Shape) -> list[Doubt]:
        """Strides that leave cells unread."""
        return skipping(self, self._extents, self.step)


class MaxPool2d(_Pooling, frozen=True, kw_only=True, tag=True):
    """Keeps the largest value of each window."""

    signature: ClassVar[tuple[str, ...]] = (
        "kernel_size",
        "stride",
        "padding",
        "dilation",
        "return_indices",
        "ceil_mode",
    )
    without_effect: ClassVar[dict[str, tuple[Any, ...]]] = {"return_indices": (False,)}

    dilation: Annotated[
        Amount, field("Dilation", "Distance between neighbouring cells of the window; 1 is none.", 1, 64, "cells")
    ] = (1, 1)

    @property
    def gaps(self) -> Pair:
        """The dilation."""
        return pair_of(self.dilation)


class AvgPool2d(_Pooling, frozen=True, kw_only=True, tag=True):
    """Keeps the mean of each window."""

    signature: ClassVar[tuple[str, ...]] = (
        "kernel_size",
        "stride",
        "padding",
        "ceil_mode",
        "count_include_pad",
        "divisor_override",
    )
    without_effect: ClassVar[dict[str, tuple[Any, ...]]] = {"divisor_override": (None,)}

    count_include_pad: Annotated[
        bool, field("Count padding", "Whether the zeros of the padding count when the mean is taken.")
    ] = True


class AdaptiveAvgPool2d(Layer, frozen=True, kw_only=True, tag=True):
    """Divides each map into a grid and keeps the mean of each part, whatever the map's size; 1×1 is global."""

    prefix: ClassVar[str] = "pool"
    group: ClassVar[str] = "Pooling"
    starting: ClassVar[dict[str, Any]] = {"output_size": 1}
    signature: ClassVar[tuple[str, ...]] = ("output_size",)

    output_size: Annotated[Amount, field("Output size", "Height and width of what comes out.", 1, 4096, "cells")]

    def output_shape(self, shape: Shape) -> Shape:
        """(C, output_size)."""
        check_maps(self, shape)
        return (shape[0], *pair_of(self.output_size))

    def view(self, shape: Shape) -> View:
        """The parts' sizes follow the input's, so all of it is given."""
        return "whole"


def GlobalAvgPool() -> AdaptiveAvgPool2d:  # noqa: N802 - reads like the layer it stands for
    """The mean of each map, as the layer of torch that takes it.

    Example:
        >>> GlobalAvgPool().output_size
        (1, 1)
    """
    return AdaptiveAvgPool2d(output_size=1)
