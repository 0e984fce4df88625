"""Detectors: a function of each cell on its own. Without one, a stack of convolutions is one convolution."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from engine.spec.fields import field
from engine.spec.layers.base import Layer


class _Detector(Layer, frozen=True, kw_only=True):
    group: ClassVar[str] = "Detector"


class ReLU(_Detector, frozen=True, kw_only=True, tag=True):
    """Keeps what is positive and makes the rest zero."""

    prefix: ClassVar[str] = "relu"
    signature: ClassVar[tuple[str, ...]] = ("inplace",)
    without_effect: ClassVar[dict[str, tuple[Any, ...]]] = {"inplace": (False, True)}


class LeakyReLU(_Detector, frozen=True, kw_only=True, tag=True):
    """Keeps what is positive and a small share of what is negative."""

    prefix: ClassVar[str] = "leaky"
    signature: ClassVar[tuple[str, ...]] = ("negative_slope", "inplace")
    without_effect: ClassVar[dict[str, tuple[Any, ...]]] = {"inplace": (False, True)}

    negative_slope: Annotated[
        float, field("Negative slope", "What negative values are multiplied by.", -10.0, 10.0)
    ] = 0.01


class Sigmoid(_Detector, frozen=True, kw_only=True, tag=True):
    """Squeezes every value between 0 and 1."""

    prefix: ClassVar[str] = "sigmoid"


class Tanh(_Detector, frozen=True, kw_only=True, tag=True):
    """Squeezes every value between −1 and 1."""

    prefix: ClassVar[str] = "tanh"
