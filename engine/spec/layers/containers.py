"""Layers that hold layers, and the union of all."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from engine.errors import SpecError
from engine.spec.layers.activations import LeakyReLU, ReLU, Sigmoid, Tanh
from engine.spec.layers.base import Layer, Shape, shape_text
from engine.spec.layers.convolution import Conv2d
from engine.spec.layers.dense import Flatten, Identity, Linear
from engine.spec.layers.ids import with_ids
from engine.spec.layers.misfit import Doubt, Fix, Misfit
from engine.spec.layers.pooling import AdaptiveAvgPool2d, AvgPool2d, MaxPool2d
from engine.spec.layers.regular import BatchNorm2d, Dropout

MAX_DEPTH = 8


class Residual(Layer, frozen=True, kw_only=True, tag=True):
    """Adds what its body makes to what its shortcut passes on; an empty shortcut passes the input itself on.

    Source: He, Zhang, Ren and Sun, Deep Residual Learning for Image Recognition (2016), figure 2.
    """

    prefix: ClassVar[str] = "res"
    group: ClassVar[str] = "Block"
    signature: ClassVar[tuple[str, ...]] = ("body", "shortcut")

    body: tuple[AnyLayer, ...] = ()
    shortcut: tuple[AnyLayer, ...] = ()

    def __post_init__(self) -> None:
        Layer.__post_init__(self)
        for name, layers in self.parts().items():
            msgspec.structs.force_setattr(self, name, with_ids(layers))
        if _depth(self) > MAX_DEPTH:
            raise SpecError(f"Layers can hold layers at most {MAX_DEPTH} deep; these are {_depth(self)} deep.")

    def parts(self) -> dict[str, tuple[AnyLayer, ...]]:
        """Body and shortcut."""
        return {"body": self.body, "shortcut": self.shortcut}

    def merge(self, shape: Shape, made: dict[str, Shape]) -> Shape:
        """The shape of the sum, by torch's rule: sizes agree, or one of them is 1."""
        rows = _aligned(made)
        if any(a != b and 1 not in (a, b) for a, b in zip(*rows, strict=True)):
            raise Misfit(
                f"The body makes {shape_text(made['body'])} and the shortcut {shape_text(made['shortcut'])}, which "
                f"cannot be added.",
                _projections(shape, made["body"]),
            )
        return tuple(max(sizes) for sizes in zip(*rows, strict=True))[1:]

    def merge_doubts(self, shape: Shape, made: dict[str, Shape]) -> list[Doubt]:
        """Sums of different shapes."""
        body, shortcut = made["body"], made["shortcut"]
        if body == shortcut:
            return []
        alike = f"The body makes {shape_text(body)} and the shortcut {shape_text(shortcut)}; the smaller is repeated."
        return [Doubt(alike, tuple(_projections(shape, body)))]


def _depth(layer: Layer) -> int:
    """How many lists deep the layers inside lie. Bounded, since those inside were checked before."""
    return max((1 + _depth(inner) for part in layer.parts().values() for inner in part), default=0)


def _aligned(made: dict[str, Shape]) -> list[Shape]:
    """The shapes with a batch of one in front, all equally long, as torch lines them up."""
    longest = max(map(len, made.values())) + 1
    return [(1,) * (longest - len(shape)) + shape for shape in made.values()]


def _projections(shape: Shape, wanted: Shape) -> list[Fix]:
    """A 1×1 convolution that brings the shortcut to the body's shape, if there is one."""
    if len(shape) != 3 or len(wanted) != 3:
        return []
    strides = [_stride(*sizes) for sizes in zip(shape[1:], wanted[1:], strict=True)]
    if None in strides:
        return []
    projection = Conv2d(out_channels=wanted[0], kernel_size=1, stride=(strides[0] or 1, strides[1] or 1))
    return [Fix("1×1 convolution in the shortcut", {"shortcut": (projection,)})]


def _stride(size: int, wanted: int) -> int | None:
    """The step that leaves `wanted` of `size` cells."""
    return next((step for step in range(1, 257) if -(-size // step) == wanted), None)


_Windows = Conv2d | MaxPool2d | AvgPool2d | AdaptiveAvgPool2d
_Detectors = ReLU | LeakyReLU | Sigmoid | Tanh
_Steadying = BatchNorm2d | Dropout
Leaf = _Windows | _Detectors | _Steadying | Flatten | Linear | Identity
AnyLayer = Leaf | Residual
