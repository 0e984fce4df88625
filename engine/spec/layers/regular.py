"""Layers that steady the training: normalisation and dropout."""

from __future__ import annotations

import math
from typing import Annotated, Any, ClassVar

from engine.spec.fields import field
from engine.spec.layers.base import Layer, Shape
from engine.spec.layers.convolution import MAX_CHANNELS
from engine.spec.layers.maps import check_maps
from engine.spec.layers.misfit import Doubt, Fix, Misfit


class BatchNorm2d(Layer, frozen=True, kw_only=True, tag=True):
    """Brings each channel to mean 0 and variance 1, over the batch in training and by running averages after it.

    Source: Ioffe and Szegedy, Batch Normalization (2015), algorithms 1 and 2.
    """

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
    without_effect: ClassVar[dict[str, tuple[Any, ...]]] = {
        "track_running_stats": (True,),
        "bias": (True,),
        "device": (None,),
        "dtype": (None,),
    }

    num_features: Annotated[
        int | None,
        field("Channels", "How many maps come in. Left out, it follows from the layer before.", 1, MAX_CHANNELS),
    ] = None
    eps: Annotated[float, field("Epsilon", "Added to the variance, so that nothing is divided by zero.", 0.0, 1.0)] = (
        1e-5
    )
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
        return shape[0] if len(shape) == 3 else None

    def output_shape(self, shape: Shape) -> Shape:
        """The input's."""
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


class Dropout(Layer, frozen=True, kw_only=True, tag=True):
    """Sets a share of the values to zero while training, others each time; afterwards it passes its input on.

    Source: Srivastava et al., Dropout (2014).
    """

    prefix: ClassVar[str] = "dropout"
    group: ClassVar[str] = "Normalisation"
    signature: ClassVar[tuple[str, ...]] = ("p", "inplace")
    without_effect: ClassVar[dict[str, tuple[Any, ...]]] = {"inplace": (False, True)}

    p: Annotated[float, field("Share", "The share of values that is set to zero while training.", 0.0, 1.0)] = 0.5

    def doubts(self, shape: Shape, made: Shape) -> list[Doubt]:
        """A share of 1 leaves nothing."""
        if self.p < 1:
            return []
        return [Doubt("A share of 1 leaves nothing to learn from.", (Fix("share 0.5", {"p": 0.5}),))]
