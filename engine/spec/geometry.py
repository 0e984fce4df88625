"""Sizes and receptive fields of a filter on a picture of a given size, without computing the filter."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from engine.arithmetic import Box, SizeFormula, Window, cells_reached, padding_per_side, receptive_field, size_formula
from engine.spec.fields import Pair
from engine.spec.filter import FilterSpec


def _per_axis(padding: object, axis: int) -> int | str:
    if isinstance(padding, str):
        return padding
    assert isinstance(padding, tuple)
    return int(padding[axis])


@dataclass(frozen=True)
class FilterGeometry:
    """Everything about a `FilterSpec` on an input of (height, width) that needs no pixel.

    Raises:
        SpecError: on making `formulas` or `pool_formulas`, if the kernel or the pooling window does not fit.
    """

    spec: FilterSpec
    input_size: Pair

    @cached_property
    def formulas(self) -> tuple[SizeFormula, SizeFormula]:
        """The convolution's size formula, vertical and horizontal."""
        return self._formula(0), self._formula(1)

    def _formula(self, axis: int) -> SizeFormula:
        spec = self.spec
        padding = _per_axis(spec.padding, axis)
        return size_formula(
            self.input_size[axis], spec.kernel.size[axis], spec.stride[axis], padding, spec.dilation[axis]
        )

    @property
    def convolved_size(self) -> Pair:
        """(height, width) after the convolution."""
        return self.formulas[0].result, self.formulas[1].result

    @cached_property
    def pool_formulas(self) -> tuple[SizeFormula, SizeFormula] | None:
        """The pooling's size formula, or None without pooling."""
        pooling = self.spec.pooling
        if pooling.kind == "none":
            return None
        vertical, horizontal = (
            size_formula(
                self.convolved_size[axis], pooling.kernel_size[axis], pooling.step[axis], pooling.padding[axis]
            )
            for axis in (0, 1)
        )
        return vertical, horizontal

    @property
    def map_size(self) -> Pair:
        """(height, width) of the feature map."""
        pooled = self.pool_formulas
        return (pooled[0].result, pooled[1].result) if pooled else self.convolved_size

    @property
    def convolution_window(self) -> Window:
        """The kernel as a window on the move."""
        spec = self.spec
        (top, _), (left, _) = padding_per_side(spec.padding, spec.kernel.size, spec.dilation)
        return Window(spec.kernel.size, spec.stride, (top, left), spec.dilation)

    @property
    def pooling_window(self) -> Window | None:
        """The pooling window, or None."""
        pooling = self.spec.pooling
        if pooling.kind == "none":
            return None
        return Window(pooling.kernel_size, pooling.step, pooling.padding)

    @property
    def windows(self) -> list[Window]:
        """The chain from the picture to the feature map."""
        pooling = self.pooling_window
        return [self.convolution_window, *([pooling] if pooling else [])]

    def field(self, cell: Pair) -> Box:
        """The part of the input (padding included) that a cell of the feature map depends on."""
        return receptive_field(self.windows, cell)

    def reached(self, pixel: Pair) -> tuple[list[int], list[int]]:
        """Rows and columns of the feature map that a pixel of the input has a part in."""
        sizes = [self.convolved_size, *([self.map_size] if self.pool_formulas else [])]
        return cells_reached(self.windows, pixel, sizes)
