"""Pooling that divides a map into a grid, whatever its size."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from engine.spec.fields import field
from engine.spec.layers.base import Amount, Layer, Shape, View, per_axis
from engine.spec.layers.maps import check_maps


class Adaptive(Layer, frozen=True, kw_only=True):
    """A grid of parts over each map."""

    prefix: ClassVar[str] = "pool"
    group: ClassVar[str] = "Pooling"
    starting: ClassVar[dict[str, Any]] = {"output_size": 1}
    signature: ClassVar[tuple[str, ...]] = ("output_size",)

    output_size: Annotated[Amount, field("Output size", "How many cells come out along each axis.", 1, 4096, "cells")]

    def output_shape(self, shape: Shape) -> Shape:
        """(C, output_size)."""
        check_maps(self, shape)
        return (shape[0], *per_axis(self.output_size, self.axes))

    def view(self, shape: Shape) -> View:
        """The parts' sizes follow the input's, so all of it is given."""
        return "whole"


class AdaptiveAvgPool1d(Adaptive, frozen=True, kw_only=True, tag=True):
    """Divides each signal into parts and keeps the mean of each, whatever the signal's length; 1 is global."""

    axes: ClassVar[int] = 1


class AdaptiveAvgPool2d(Adaptive, frozen=True, kw_only=True, tag=True):
    """Divides each map into a grid and keeps the mean of each part, whatever the map's size; 1×1 is global."""

    axes: ClassVar[int] = 2


class AdaptiveAvgPool3d(Adaptive, frozen=True, kw_only=True, tag=True):
    """Divides each volume into a grid and keeps the mean of each part, whatever its size; 1×1×1 is global."""

    axes: ClassVar[int] = 3


class _Max(Adaptive, frozen=True, kw_only=True):
    signature: ClassVar[tuple[str, ...]] = ("output_size", "return_indices")
    without_effect: ClassVar[dict[str, tuple[Any, ...]]] = {"return_indices": (False,)}


class AdaptiveMaxPool1d(_Max, frozen=True, kw_only=True, tag=True):
    """Divides each signal into parts and keeps the largest value of each, whatever the signal's length."""

    axes: ClassVar[int] = 1


class AdaptiveMaxPool2d(_Max, frozen=True, kw_only=True, tag=True):
    """Divides each map into a grid and keeps the largest value of each part, whatever the map's size."""

    axes: ClassVar[int] = 2


class AdaptiveMaxPool3d(_Max, frozen=True, kw_only=True, tag=True):
    """Divides each volume into a grid and keeps the largest value of each part, whatever its size."""

    axes: ClassVar[int] = 3


def GlobalAvgPool() -> AdaptiveAvgPool2d:  # noqa: N802 - reads like the layer it stands for
    """The mean of each map, as the layer of torch that takes it.

    Example:
        >>> GlobalAvgPool().output_size
        (1, 1)
    """
    return AdaptiveAvgPool2d(output_size=1)
