"""Two steps of a chain made one, where one kernel can do what both do."""

from __future__ import annotations

import msgspec
import numpy as np

from engine.arithmetic import padding_per_side
from engine.errors import SpecError
from engine.kernels.algebra import quarter_turn
from engine.kernels.convert import spec_of, weights_of
from engine.kernels.design.combine import compose
from engine.kernels.design.grid import dilate
from engine.kernels.design.planes import Weights
from engine.kernels.design.turn import flip
from engine.spec.fields import PaddingAmount
from engine.spec.filter import Channels, FilterSpec

_WORDS: tuple[PaddingAmount, ...] = ("valid", "same", "full")
_TURNING = ("magnitude", "direction")
Sides = tuple[tuple[int, int], tuple[int, int]]


def merged(first: FilterSpec, second: FilterSpec) -> FilterSpec:
    """One filter that does what two do one after the other: its kernel is k₁∗k₂, all else is as in the second.

    The maps are the same but for a border as wide as the kernel: between two steps the border is padded again, which
    one step does not do. Without padding they are the same everywhere.

    Args:
        first: linear and at every pixel: no detector, no pooling, stride 1.
        second: a filter that sees what the first one makes.

    Raises:
        SpecError: if something between the two is not linear or leaves pixels out, or if no kernel or padding there
            is does what both do.

    Source: associativity of convolution: Goodfellow, Bengio and Courville, Deep Learning (2016), section 9.1.

    Example:
        >>> step = FilterSpec(padding="valid")
        >>> merged(step, step).kernel.weights[0][2]
        (6.0, 0.0, -12.0, 0.0, 6.0)
    """
    _check_linear(first)
    one, other = (dilate(weights_of(step.kernel), step.dilation) for step in (first, second))
    if first.operation != second.operation:
        one = flip(one)
    _check_turning(one, second)
    channels, weights = _channels(first, second), compose(one, other)
    return msgspec.structs.replace(
        second,
        kernel=spec_of(weights),
        channels=channels,
        dilation=(1, 1),
        padding=_padding(first, second, (weights.shape[0], weights.shape[1])),
        padding_mode=second.padding_mode if first.padding == "valid" else first.padding_mode,
        bias=second.bias + first.bias * float(other.sum(dtype=np.float64)),
    )


def _check_linear(first: FilterSpec) -> None:
    if first.detector.kind != "none":
        raise SpecError("The first of the two steps has a detector, which no kernel can do; take it off to merge them.")
    if first.pooling.kind != "none":
        raise SpecError("The first of the two steps has pooling, which no kernel can do; take it off to merge them.")
    if first.stride != (1, 1):
        raise SpecError("The first of the two steps leaves pixels out; set its stride to 1 to merge them.")


def _check_turning(one: Weights, second: FilterSpec) -> None:
    """A gradient's second kernel is the first one turned; what comes before must look the same turned."""
    if second.detector.kind in _TURNING and not np.array_equal(quarter_turn(one), one):
        raise SpecError(
            f"Gradient {second.detector.kind} turns the second kernel only, and a merged one would be turned whole; "
            f"choose another detector to merge them."
        )


def _channels(first: FilterSpec, second: FilterSpec) -> Channels:
    if first.channels == "each":
        return second.channels
    if second.channels == "sum":
        raise SpecError("The second of the two steps needs three channels, and the first hands on one.")
    return first.channels


def _padding(first: FilterSpec, second: FilterSpec, size: tuple[int, int]) -> PaddingAmount:
    """What makes the map as large as that of both steps, and leaves it in its place."""
    padded = [step for step in (first, second) if step.padding != "valid"]
    if len({step.padding_mode for step in padded}) > 1:
        raise SpecError("The two steps pad with different values; give both the same padding mode to merge them.")
    one, other = (padding_per_side(step.padding, step.kernel.size, step.dilation) for step in (first, second))
    (top, bottom), (left, right) = wanted = _added(one, other)
    for word in _WORDS:
        if padding_per_side(word, size) == wanted:
            return word
    if top != bottom or left != right:
        raise SpecError(
            "Both kernels have an even size, and the map of one kernel would lie half a pixel beside theirs; "
            "give one of them an odd size, or take padding 'valid'."
        )
    return top, left


def _added(one: Sides, other: Sides) -> Sides:
    (top, bottom), (left, right) = one
    (above, below), (before, behind) = other
    return (top + above, bottom + below), (left + before, right + behind)
