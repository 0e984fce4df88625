"""Detectors: a function of each cell on its own. Without one, a stack of convolutions is one convolution."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from engine.spec.fields import field
from engine.spec.layers.base import Layer, Shape, View, shape_text
from engine.spec.layers.misfit import Doubt, Fix, Misfit

_IDLE: dict[str, tuple[Any, ...]] = {"inplace": (False, True)}


class _Detector(Layer, frozen=True, kw_only=True):
    group: ClassVar[str] = "Detector"


class ReLU(_Detector, frozen=True, kw_only=True, tag=True):
    """Keeps what is positive and makes the rest zero."""

    prefix: ClassVar[str] = "relu"
    signature: ClassVar[tuple[str, ...]] = ("inplace",)
    without_effect: ClassVar[dict[str, tuple[Any, ...]]] = _IDLE


class ReLU6(_Detector, frozen=True, kw_only=True, tag=True):
    """Keeps what lies between 0 and 6; what is below becomes 0, what is above 6."""

    prefix: ClassVar[str] = "relu"
    signature: ClassVar[tuple[str, ...]] = ("inplace",)
    without_effect: ClassVar[dict[str, tuple[Any, ...]]] = _IDLE


class LeakyReLU(_Detector, frozen=True, kw_only=True, tag=True):
    """Keeps what is positive and a small share of what is negative."""

    prefix: ClassVar[str] = "leaky"
    signature: ClassVar[tuple[str, ...]] = ("negative_slope", "inplace")
    without_effect: ClassVar[dict[str, tuple[Any, ...]]] = _IDLE

    negative_slope: Annotated[
        float, field("Negative slope", "What negative values are multiplied by.", -10.0, 10.0)
    ] = 0.01


class PReLU(_Detector, frozen=True, kw_only=True, tag=True):
    """Keeps what is positive and a share of what is negative, which is learned.

    Source: He, Zhang, Ren and Sun, Delving Deep into Rectifiers (2015), section 2.1.
    """

    prefix: ClassVar[str] = "prelu"
    signature: ClassVar[tuple[str, ...]] = ("num_parameters", "init", "device", "dtype")
    without_effect: ClassVar[dict[str, tuple[Any, ...]]] = {"device": (None,), "dtype": (None,)}

    num_parameters: Annotated[
        int, field("Shares", "How many shares are learned: one for all channels, or one for each.", 1, 65_536)
    ] = 1
    init: Annotated[float, field("First share", "What the shares are before training.", -10.0, 10.0)] = 0.25

    def output_shape(self, shape: Shape) -> Shape:
        """The input's."""
        if self.num_parameters not in (1, shape[0]):
            each = [Fix("a share for each channel", {"num_parameters": shape[0]})]
            raise Misfit(
                f"{self.num_parameters} shares cannot go to {shape[0]} channels.",
                [*each, Fix("one share for all", {"num_parameters": 1})],
            )
        return shape

    def parameters(self, shape: Shape) -> int:
        """The shares."""
        return self.num_parameters


class ELU(_Detector, frozen=True, kw_only=True, tag=True):
    """Keeps what is positive; what is negative falls off smoothly to −α.

    Source: Clevert, Unterthiner and Hochreiter, Exponential Linear Units (2016), equation 15.
    """

    prefix: ClassVar[str] = "elu"
    signature: ClassVar[tuple[str, ...]] = ("alpha", "inplace")
    without_effect: ClassVar[dict[str, tuple[Any, ...]]] = _IDLE

    alpha: Annotated[float, field("Alpha", "How far below zero it can go.", 0.0, 100.0)] = 1.0


class GELU(_Detector, frozen=True, kw_only=True, tag=True):
    """Multiplies each value by the share of a normal distribution that lies below it.

    Source: Hendrycks and Gimpel, Gaussian Error Linear Units (2016), section 2.
    """

    prefix: ClassVar[str] = "gelu"
    signature: ClassVar[tuple[str, ...]] = ("approximate",)

    approximate: Annotated[
        Literal["none", "tanh"],
        field("Approximate", "By the error function itself (none), or by a formula with tanh that is close to it."),
    ] = "none"


class SiLU(_Detector, frozen=True, kw_only=True, tag=True):
    """Multiplies each value by its own sigmoid; also called swish."""

    prefix: ClassVar[str] = "silu"
    signature: ClassVar[tuple[str, ...]] = ("inplace",)
    without_effect: ClassVar[dict[str, tuple[Any, ...]]] = _IDLE


class Sigmoid(_Detector, frozen=True, kw_only=True, tag=True):
    """Squeezes every value between 0 and 1."""

    prefix: ClassVar[str] = "sigmoid"


class Tanh(_Detector, frozen=True, kw_only=True, tag=True):
    """Squeezes every value between −1 and 1."""

    prefix: ClassVar[str] = "tanh"


class Softmax(_Detector, frozen=True, kw_only=True, tag=True):
    """Makes positive numbers that add up to 1 of the values along one dimension, as a rule of the channels."""

    prefix: ClassVar[str] = "softmax"
    signature: ClassVar[tuple[str, ...]] = ("dim",)
    told: ClassVar[tuple[str, ...]] = ("dim",)

    dim: Annotated[
        int,
        field(
            "Dimension",
            "Along which the values add up to 1, counted with the batch as 0: 1 are the channels, −1 is the last.",
            -1,
            4,
        ),
    ] = 1

    def output_shape(self, shape: Shape) -> Shape:
        """The input's."""
        if self.dim > len(shape):
            raise Misfit(
                f"There is no dimension {self.dim} in {shape_text(shape)}; with the batch it has 0 to {len(shape)}.",
                [Fix("dimension 1", {"dim": 1})],
            )
        return shape

    def view(self, shape: Shape) -> View:
        """Its own place in all channels; along another dimension, all of it."""
        return "own" if self.dim in (0, 1) or (self.dim == -1 and len(shape) == 1) else "whole"

    def doubts(self, shape: Shape, made: Shape) -> list[Doubt]:
        """Dimension 0 is the batch."""
        if self.dim:
            return []
        return [Doubt("Along dimension 0 the inputs of a batch are mixed.", (Fix("dimension 1", {"dim": 1}),))]
