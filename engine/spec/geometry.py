"""Sizes and receptive fields of a filter on a picture of a given size, without computing the filter."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

from engine.arithmetic import Box, SizeFormula, Window, cells_reached, padding_per_side, receptive_field, size_formula
from engine.errors import SpecError
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


@dataclass(frozen=True)
class ChainGeometry:
    """The same of several filters in a row, each on the map of the one before; `input_size` is the picture's.

    Raises:
        SpecError: on asking for anything but `windows` or `field`, if a kernel or a pooling window does not fit.
    """

    steps: tuple[FilterSpec, ...]
    input_size: Pair

    @cached_property
    def each(self) -> tuple[FilterGeometry, ...]:
        """The geometry of every step."""
        size, made = self.input_size, []
        for place, step in enumerate(self.steps):
            geometry = FilterGeometry(step, size)
            with blamed(place, len(self.steps)):
                size = geometry.map_size
            made.append(geometry)
        return tuple(made)

    @property
    def last(self) -> FilterGeometry:
        """The last step's, on what it sees."""
        before = ChainGeometry(self.steps[:-1], self.input_size)
        return FilterGeometry(self.steps[-1], before.map_size if before.steps else self.input_size)

    @property
    def map_size(self) -> Pair:
        """(height, width) of the last feature map."""
        return self.each[-1].map_size

    @property
    def windows(self) -> list[Window]:
        """Every kernel and every pooling window, from the picture on."""
        return [window for step in self.steps for window in FilterGeometry(step, self.input_size).windows]

    def field(self, cell: Pair) -> Box:
        """The part of the picture (padding included) that a cell of the last map depends on."""
        return receptive_field(self.windows, cell)

    def reached(self, pixel: Pair) -> tuple[list[int], list[int]]:
        """Rows and columns of the last map that a pixel of the picture has a part in."""
        sizes: list[Pair] = []
        for geometry in self.each:
            sizes += [geometry.convolved_size, *([geometry.map_size] if geometry.pool_formulas else [])]
        return cells_reached(self.windows, pixel, sizes)


@contextmanager
def blamed(place: int, count: int) -> Iterator[None]:
    """Say of which step a problem is, where there are several."""
    try:
        yield
    except SpecError as error:
        if count == 1:
            raise
        raise SpecError(f"Step {place + 1}: {error}") from error
