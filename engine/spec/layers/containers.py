"""Layers that hold layers, and the union of all."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

import msgspec

from engine.errors import SpecError
from engine.spec.fields import field
from engine.spec.layers import (
    activations,
    adaptive,
    convolution,
    dense,
    fixed,
    local,
    norms,
    pooling,
    regular,
    reshape,
    transposed,
)
from engine.spec.layers.base import Layer, Shape, shape_text
from engine.spec.layers.ids import with_ids
from engine.spec.layers.misfit import Doubt, Fix, Misfit

MAX_DEPTH = 8
MAX_PATHS = 32


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
        _check_depth(self)

    def parts(self) -> dict[str, tuple[AnyLayer, ...]]:
        """Body and shortcut."""
        return {"body": self.body, "shortcut": self.shortcut}

    def with_parts(self, parts: dict[str, tuple[AnyLayer, ...]]) -> Residual:
        """The same block with another body or shortcut."""
        return msgspec.structs.replace(self, **parts)

    def merged(self, shape: Shape, made: dict[str, Shape]) -> Shape:
        """The shape of the sum, by torch's rule: sizes agree, or one of them is 1."""
        total = _sum(made.values())
        if total is None:
            raise Misfit(
                f"The body makes {shape_text(made['body'])} and the shortcut {shape_text(made['shortcut'])}, which "
                f"cannot be added.",
                _projections(shape, made["body"]),
            )
        return total

    def merge_doubts(self, shape: Shape, made: dict[str, Shape]) -> list[Doubt]:
        """Sums of different shapes."""
        body, shortcut = made["body"], made["shortcut"]
        if body == shortcut:
            return []
        alike = f"The body makes {shape_text(body)} and the shortcut {shape_text(shortcut)}; the smaller is repeated."
        return [Doubt(alike, tuple(_projections(shape, body)))]


class Branches(Layer, frozen=True, kw_only=True, tag=True):
    """Gives its input to several paths and puts together what they make: channels one after the other, or sums.

    Source: Szegedy et al., Going Deeper with Convolutions (2015), figure 2.
    """

    prefix: ClassVar[str] = "branch"
    group: ClassVar[str] = "Block"
    signature: ClassVar[tuple[str, ...]] = ("paths", "merge")
    wants: ClassVar[dict[str, str]] = {"paths": "a tuple of tuples of layers"}

    paths: tuple[tuple[AnyLayer, ...], ...] = ((), ())
    merge: Annotated[
        Literal["concat", "add"],
        field("Put together", "Channels of all paths one after the other (concat), or the sum of all paths (add)."),
    ] = "concat"

    def __post_init__(self) -> None:
        Layer.__post_init__(self)
        if not 1 <= len(self.paths) <= MAX_PATHS:
            raise SpecError(f"Branches has 1 to {MAX_PATHS} paths; this one has {len(self.paths)}.")
        msgspec.structs.force_setattr(self, "paths", tuple(with_ids(path) for path in self.paths))
        _check_depth(self)

    def parts(self) -> dict[str, tuple[AnyLayer, ...]]:
        """The paths: path1, path2, and so on."""
        return {f"path{number}": path for number, path in enumerate(self.paths, start=1)}

    def with_parts(self, parts: dict[str, tuple[AnyLayer, ...]]) -> Branches:
        """The same layer with some of its paths replaced."""
        return msgspec.structs.replace(self, paths=tuple((self.parts() | parts).values()))

    def merged(self, shape: Shape, made: dict[str, Shape]) -> Shape:
        """The shape of all channels together, or that of the sum."""
        shapes = list(made.values())
        total = _sum(shapes) if self.merge == "add" else _joined(shapes)
        if total is None:
            told = ", ".join(f"{name} {shape_text(each)}" for name, each in made.items())
            verb = "added" if self.merge == "add" else "put one after the other"
            raise Misfit(f"The paths make {told}, which cannot be {verb}.", self._repairs(shapes))
        return total

    def _repairs(self, shapes: list[Shape]) -> list[Fix]:
        """Adding where only channels agree, and otherwise every path brought to the size of the smallest."""
        other: str = "concat" if self.merge == "add" else "add"
        fixes = []
        if (_joined(shapes) if other == "concat" else _sum(shapes)) is not None:
            fixes.append(Fix(f"put together by {other}", {"merge": other}))
        maps = [each for each in shapes if len(each) == 3]
        if len(maps) == len(shapes):
            size = (min(each[1] for each in maps), min(each[2] for each in maps))
            fixes.append(Fix(f"pool every path to {shape_text(size)}", {"paths": self._pooled(shapes, size)}))
        return fixes

    def _pooled(self, shapes: list[Shape], size: tuple[int, int]) -> tuple[tuple[AnyLayer, ...], ...]:
        channels = max(each[0] for each in shapes)
        made = []
        for path, shape in zip(self.paths, shapes, strict=True):
            more: tuple[AnyLayer, ...] = ()
            if shape[1:] != size:
                more += (adaptive.AdaptiveAvgPool2d(output_size=size),)
            if self.merge == "add" and shape[0] != channels:
                more += (convolution.Conv2d(out_channels=channels, kernel_size=1),)
            made.append((*path, *more))
        return tuple(made)

    def merge_doubts(self, shape: Shape, made: dict[str, Shape]) -> list[Doubt]:
        """Sums of different shapes."""
        if self.merge == "concat" or len(set(made.values())) == 1:
            return []
        told = ", ".join(f"{name} {shape_text(each)}" for name, each in made.items())
        return [Doubt(f"The paths make {told}; the smaller are repeated.")]


def _check_depth(layer: Layer) -> None:
    if _depth(layer) > MAX_DEPTH:
        raise SpecError(f"Layers can hold layers at most {MAX_DEPTH} deep; these are {_depth(layer)} deep.")


def _depth(layer: Layer) -> int:
    """How many lists deep the layers inside lie. Bounded, since those inside were checked before."""
    return max((1 + _depth(inner) for part in layer.parts().values() for inner in part), default=0)


def _sum(shapes: Any) -> Shape | None:
    """The shape of a sum by torch's rule, with a batch of one in front; None if they cannot be added."""
    longest = max(map(len, shapes)) + 1
    rows = [(1,) * (longest - len(shape)) + shape for shape in shapes]
    made = []
    for sizes in zip(*rows, strict=True):
        if len({size for size in sizes if size != 1}) > 1:
            return None
        made.append(max(sizes))
    return tuple(made)[1:]


def _joined(shapes: list[Shape]) -> Shape | None:
    """The shape of all channels one after the other; None if the other sizes differ."""
    if len({shape[1:] for shape in shapes}) > 1:
        return None
    return (sum(shape[0] for shape in shapes), *shapes[0][1:])


def _projections(shape: Shape, wanted: Shape) -> list[Fix]:
    """A 1×1 convolution that brings the shortcut to the body's shape, if there is one."""
    axes = len(shape) - 1
    if len(wanted) != axes + 1 or axes not in (1, 2, 3):
        return []
    strides = [_stride(*sizes) for sizes in zip(shape[1:], wanted[1:], strict=True)]
    if None in strides:
        return []
    kinds: dict[int, Any] = {1: convolution.Conv1d, 2: convolution.Conv2d, 3: convolution.Conv3d}
    projection = kinds[axes](out_channels=wanted[0], kernel_size=1, stride=tuple(step or 1 for step in strides))
    return [Fix("1×1 convolution in the shortcut", {"shortcut": (projection,)})]


def _stride(size: int, wanted: int) -> int | None:
    """The step that leaves `wanted` of `size` cells."""
    return next((step for step in range(1, 257) if -(-size // step) == wanted), None)


_Convolutions = (
    convolution.Conv2d
    | convolution.Conv1d
    | convolution.Conv3d
    | transposed.ConvTranspose2d
    | transposed.ConvTranspose1d
    | transposed.ConvTranspose3d
    | local.UnsharedConv2d
    | local.TiledConv2d
    | local.TableConv2d
    | fixed.FixedKernels
)
_Pooling = (
    pooling.MaxPool2d
    | pooling.AvgPool2d
    | pooling.LPPool2d
    | adaptive.AdaptiveAvgPool2d
    | adaptive.AdaptiveMaxPool2d
    | pooling.MaxPool1d
    | pooling.AvgPool1d
    | pooling.LPPool1d
    | adaptive.AdaptiveAvgPool1d
    | adaptive.AdaptiveMaxPool1d
    | pooling.MaxPool3d
    | pooling.AvgPool3d
    | pooling.LPPool3d
    | adaptive.AdaptiveAvgPool3d
    | adaptive.AdaptiveMaxPool3d
)
_Detectors = (
    activations.ReLU
    | activations.ReLU6
    | activations.LeakyReLU
    | activations.PReLU
    | activations.ELU
    | activations.GELU
    | activations.SiLU
    | activations.Sigmoid
    | activations.Tanh
    | activations.Softmax
)
_Steadying = (
    norms.BatchNorm2d
    | norms.BatchNorm1d
    | norms.BatchNorm3d
    | norms.GroupNorm
    | norms.LayerNorm
    | fixed.Normalize
    | regular.Dropout
    | regular.Dropout2d
)
_Shaping = dense.Flatten | reshape.Upsample | reshape.Pad | dense.Identity
Leaf = _Convolutions | _Pooling | _Detectors | _Steadying | _Shaping | dense.Linear
AnyLayer = Leaf | Residual | Branches
