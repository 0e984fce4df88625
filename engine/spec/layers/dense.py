"""Flatten, Linear and Identity."""

from __future__ import annotations

import math
from typing import Annotated, Any, ClassVar

from engine.spec.fields import field
from engine.spec.layers.base import Layer, Shape, View, shape_text
from engine.spec.layers.initial import BESIDE, Frozen, Init, InitSeed
from engine.spec.layers.misfit import Doubt, Fix, Misfit

MAX_FEATURES = 2**31 - 1


class Flatten(Layer, frozen=True, kw_only=True, tag=True):
    """Writes all values of all maps in one row."""

    prefix: ClassVar[str] = "flatten"
    group: ClassVar[str] = "Shape"
    signature: ClassVar[tuple[str, ...]] = ("start_dim", "end_dim")
    without_effect: ClassVar[dict[str, tuple[Any, ...]]] = {"start_dim": (1,), "end_dim": (-1,)}

    def output_shape(self, shape: Shape) -> Shape:
        """(C · H · W)."""
        return (math.prod(shape),)


class Linear(Layer, frozen=True, kw_only=True, tag=True):
    """Makes every output a weighted sum of all inputs: fully connected."""

    prefix: ClassVar[str] = "linear"
    group: ClassVar[str] = "Dense"
    starting: ClassVar[dict[str, Any]] = {"out_features": 10}
    derived: ClassVar[str] = "in_features"
    leading: ClassVar[tuple[str, ...]] = ("in_features", "out_features")
    signature: ClassVar[tuple[str, ...]] = ("in_features", "out_features", "bias", "device", "dtype")
    without_effect: ClassVar[dict[str, tuple[Any, ...]]] = {"device": (None,), "dtype": (None,)}
    beside: ClassVar[tuple[str, ...]] = BESIDE

    in_features: Annotated[
        int | None,
        field("Inputs", "How many values come in. Left out, it follows from the layer before.", 1, MAX_FEATURES),
    ] = None
    out_features: Annotated[int, field("Outputs", "How many values come out.", 1, 1_048_576)]
    bias: Annotated[bool, field("Bias", "Adds one learned number to each output.")] = True
    frozen: Frozen = False
    init: Init = "default"
    init_seed: InitSeed = None

    def derive(self, shape: Shape) -> int:
        """`in_features` is the length of a row."""
        return shape[-1]

    def output_shape(self, shape: Shape) -> Shape:
        """The input's with `out_features` in the place of its last size, as torch does."""
        if self.in_features not in (None, shape[-1]):
            fixes = [Fix("follow the input", {"in_features": None})]
            if len(shape) > 1:
                flat = {} if self.in_features == math.prod(shape) else {"in_features": None}
                fixes.insert(0, Fix("insert Flatten", flat, before=(Flatten(),)))
            raise Misfit(f"Inputs are set to {self.in_features} and rows of {shape[-1]} come in.", fixes)
        return (*shape[:-1], self.out_features)

    def parameters(self, shape: Shape) -> int:
        """A weight for each pair of input and output, and the biases."""
        return self.out_features * (shape[-1] + self.bias)

    def macs(self, shape: Shape, made: Shape) -> int:
        """Every output is a sum over one row."""
        return math.prod(made) * shape[-1]

    def view(self, shape: Shape) -> View:
        """Everything."""
        return "whole"

    def doubts(self, shape: Shape, made: Shape) -> list[Doubt]:
        """Maps that nobody flattened."""
        if len(shape) == 1:
            return []
        rows = f"Linear takes each row of {shape_text(shape)} on its own; for all values at once put Flatten before it."
        return [Doubt(rows, (Fix("insert Flatten", {"in_features": None}, before=(Flatten(),)),))]


class Identity(Layer, frozen=True, kw_only=True, tag=True):
    """Passes its input on."""

    prefix: ClassVar[str] = "identity"
    group: ClassVar[str] = "Shape"
