"""Normalisation: values brought to mean 0 and variance 1, over a batch, over groups of channels, or over a layer."""

from __future__ import annotations

import math
from typing import Annotated, Any, ClassVar

from engine.spec.fields import field
from engine.spec.layers.base import Layer, Shape, View, shape_text
from engine.spec.layers.convolution import MAX_CHANNELS
from engine.spec.layers.maps import check_maps
from engine.spec.layers.misfit import Doubt, Fix, Misfit

_NOWHERE: dict[str, tuple[Any, ...]] = {"bias": (True,), "device": (None,), "dtype": (None,)}

_Eps = Annotated[float, field("Epsilon", "Added to the variance, so that nothing is divided by zero.", 0.0, 1.0)]


class BatchNorm(Layer, frozen=True, kw_only=True):
    """Brings each channel to mean 0 and variance 1, over the batch in training and by running averages after it."""

    prefix: ClassVar[str] = "norm"
    group: ClassVar[str] = "Normalisation"
    derived: ClassVar[str] = "num_features"
    leading: ClassVar[tuple[str, ...]] = ("num_features",)
    signature: ClassVar[tuple[str, ...]] = (
        "num_features",
        "eps",
        "momentum",
        "affine",
        "track_running_stats",
        "device",
        "dtype",
    )
    without_effect: ClassVar[dict[str, tuple[Any, ...]]] = {"track_running_stats": (True,), **_NOWHERE}

    num_features: Annotated[
        int | None,
        field("Channels", "How many maps come in. Left out, it follows from the layer before.", 1, MAX_CHANNELS),
    ] = None
    eps: _Eps = 1e-5
    momentum: Annotated[
        float | None,
        field(
            "Momentum",
            "How much of a running average each batch replaces; left out, all batches count alike.",
            0.0,
            1.0,
        ),
    ] = 0.1
    affine: Annotated[bool, field("Scale and shift", "Learns a factor and an offset for each channel.")] = True

    def derive(self, shape: Shape) -> int | None:
        """`num_features` is the number of channels."""
        return shape[0] if self._takes(shape) else None

    def _takes(self, shape: Shape) -> bool:
        return len(shape) == self.axes + 1

    def output_shape(self, shape: Shape) -> Shape:
        """The input's."""
        if not self._takes(shape):
            check_maps(self, shape)
        if self.num_features not in (None, shape[0]):
            raise Misfit(
                f"Channels are set to {self.num_features} and {shape[0]} come in.",
                [Fix("follow the input", {"num_features": None})],
            )
        return shape

    def parameters(self, shape: Shape) -> int:
        """A factor and an offset for each channel; running averages are not learned."""
        return 2 * shape[0] * self.affine

    def doubts(self, shape: Shape, made: Shape) -> list[Doubt]:
        """Maps of one cell give no variance to a batch of one."""
        if math.prod(shape[1:]) > 1:
            return []
        return [Doubt("Each map has one cell here, so training needs batches of at least two.")]


class BatchNorm1d(BatchNorm, frozen=True, kw_only=True, tag=True):
    """Brings each channel of signals, or each value of a row, to mean 0 and variance 1 over the batch.

    Source: Ioffe and Szegedy, Batch Normalization (2015), algorithms 1 and 2.
    """

    axes: ClassVar[int] = 1

    def _takes(self, shape: Shape) -> bool:
        return len(shape) in (1, 2)


class BatchNorm2d(BatchNorm, frozen=True, kw_only=True, tag=True):
    """Brings each channel to mean 0 and variance 1, over the batch in training and by running averages after it.

    Source: Ioffe and Szegedy, Batch Normalization (2015), algorithms 1 and 2.
    """

    axes: ClassVar[int] = 2


class BatchNorm3d(BatchNorm, frozen=True, kw_only=True, tag=True):
    """Brings each channel of volumes to mean 0 and variance 1 over the batch.

    Source: Ioffe and Szegedy, Batch Normalization (2015), algorithms 1 and 2.
    """

    axes: ClassVar[int] = 3


class GroupNorm(Layer, frozen=True, kw_only=True, tag=True):
    """Brings each group of channels of each input to mean 0 and variance 1; the batch plays no part.

    Source: Wu and He, Group Normalization (2018), section 3.
    """

    prefix: ClassVar[str] = "norm"
    group: ClassVar[str] = "Normalisation"
    starting: ClassVar[dict[str, Any]] = {"num_groups": 1}
    derived: ClassVar[str] = "num_channels"
    leading: ClassVar[tuple[str, ...]] = ("num_groups", "num_channels")
    signature: ClassVar[tuple[str, ...]] = ("num_groups", "num_channels", "eps", "affine", "device", "dtype")
    without_effect: ClassVar[dict[str, tuple[Any, ...]]] = _NOWHERE

    num_groups: Annotated[
        int,
        field(
            "Groups",
            "How many groups the channels are split into, each with a mean of its own.",
            1,
            MAX_CHANNELS,
        ),
    ]
    num_channels: Annotated[
        int | None,
        field("Channels", "How many maps come in. Left out, it follows from the layer before.", 1, MAX_CHANNELS),
    ] = None
    eps: _Eps = 1e-5
    affine: Annotated[bool, field("Scale and shift", "Learns a factor and an offset for each channel.")] = True

    def derive(self, shape: Shape) -> int | None:
        """`num_channels` is the number of channels."""
        return shape[0]

    def output_shape(self, shape: Shape) -> Shape:
        """The input's."""
        if self.num_channels not in (None, shape[0]):
            raise Misfit(
                f"Channels are set to {self.num_channels} and {shape[0]} come in.",
                [Fix("follow the input", {"num_channels": None})],
            )
        if shape[0] % self.num_groups:
            most = max(n for n in range(1, min(shape[0], self.num_groups) + 1) if shape[0] % n == 0)
            raise Misfit(
                f"{self.num_groups} groups cannot share {shape[0]} channels evenly.",
                [Fix(f"groups {most}", {"num_groups": most})],
            )
        if math.prod(shape) == self.num_groups:
            raise Misfit(
                f"Each of {self.num_groups} groups has one value only, which has no variance.",
                [Fix("groups 1", {"num_groups": 1})],
            )
        return shape

    def parameters(self, shape: Shape) -> int:
        """A factor and an offset for each channel."""
        return 2 * shape[0] * self.affine

    def view(self, shape: Shape) -> View:
        """Mean and variance are those of all places."""
        return "whole"


class LayerNorm(Layer, frozen=True, kw_only=True, tag=True):
    """Brings all values of each input to mean 0 and variance 1 together; the batch plays no part.

    Source: Ba, Kiros and Hinton, Layer Normalization (2016), section 3.
    """

    prefix: ClassVar[str] = "norm"
    group: ClassVar[str] = "Normalisation"
    derived: ClassVar[str] = "normalized_shape"
    leading: ClassVar[tuple[str, ...]] = ("normalized_shape",)
    signature: ClassVar[tuple[str, ...]] = (
        "normalized_shape",
        "eps",
        "elementwise_affine",
        "bias",
        "device",
        "dtype",
    )
    without_effect: ClassVar[dict[str, tuple[Any, ...]]] = {"device": (None,), "dtype": (None,)}

    normalized_shape: Annotated[
        int | tuple[int, ...] | None,
        field(
            "Shape",
            "The last sizes of what comes in, over which mean and variance are taken. Left out, it is all of them.",
            1,
            2**31 - 1,
        ),
    ] = None
    eps: _Eps = 1e-5
    elementwise_affine: Annotated[
        bool, field("Scale and shift", "Learns a factor and an offset for each of these values.")
    ] = True
    bias: Annotated[bool, field("Offset", "Whether an offset is learned beside the factor.")] = True

    @property
    def _sizes(self) -> tuple[int, ...] | None:
        given = self.normalized_shape
        return (given,) if isinstance(given, int) else given

    def derive(self, shape: Shape) -> tuple[int, ...] | None:
        """`normalized_shape` is all that comes in."""
        return shape

    def output_shape(self, shape: Shape) -> Shape:
        """The input's."""
        sizes = self._sizes
        if sizes is not None and (not sizes or shape[-len(sizes) :] != sizes):
            raise Misfit(
                f"The shape is set to {shape_text(sizes) or 'nothing'}, and {shape_text(shape)} comes in.",
                [Fix("follow the input", {"normalized_shape": None})],
            )
        return shape

    def parameters(self, shape: Shape) -> int:
        """A factor, and an offset, for each value."""
        return self.elementwise_affine * (1 + self.bias) * math.prod(self._sizes or shape)

    def view(self, shape: Shape) -> View:
        """Mean and variance are those of all places."""
        return "whole"
