"""How a layer makes one number: by what is known of its kind, and for every other kind by its derivatives."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.func import functional_call

from engine.forward.unit import Cell, Terms, block, joined
from engine.forward.windows import CONVOLUTIONS, LARGEST, MEANS, PARTS, Told, convolution, part, pooling

SAME = 1e-3
"""Relative distance below which a rule is held to be that of the layer: far above rounding, far below any mistake."""


def terms_of(module: nn.Module, inputs: Sequence[Tensor], made: Tensor, cell: Cell, pointwise: bool) -> Told:
    """The terms of one number of a layer.

    Args:
        module: the layer, in evaluation mode.
        inputs: what goes into it, each [C, …] without the batch; several for a layer that holds layers.
        made: what it makes, [C, …].
        cell: one of its numbers.
        pointwise: whether each number follows from that in the same place.
    """
    if len(inputs) > 1:
        return Told(_merged(inputs, made, cell))
    told = _known(module, inputs[0], made, cell)
    if told is not None and _agrees(told, float(made[cell])):
        return told
    if pointwise and inputs[0].shape == made.shape:
        told = _in_place(module, inputs[0], made, cell)
        if told is not None:
            return told
    return _by_derivatives(module, inputs[0], cell)


def _known(module: nn.Module, inputs: Tensor, made: Tensor, cell: Cell) -> Told | None:
    if isinstance(module, CONVOLUTIONS):
        return convolution(module, inputs, cell)
    if isinstance(module, (*LARGEST, *MEANS)):
        return pooling(module, inputs, cell)
    if isinstance(module, PARTS):
        return part(module, inputs, tuple(made.shape), cell)
    if isinstance(module, nn.Linear):
        return _row(module, inputs, cell)
    if isinstance(module, nn.Flatten) and made.ndim == 1:
        place = np.unravel_index(cell[0], tuple(inputs.shape))
        return Told(block([float(inputs[place])], [1.0], [place]))
    if isinstance(module, (nn.GroupNorm, nn.LayerNorm)):
        return _normalised(module, inputs, cell)
    return None


def _normalised(module: nn.GroupNorm | nn.LayerNorm, inputs: Tensor, cell: Cell) -> Told:
    """(x − mean) / deviation · factor + offset, with mean and deviation of what is normalised together with it."""
    if isinstance(module, nn.GroupNorm):
        many = len(inputs) // module.num_groups
        together, learned = inputs[cell[0] // many * many :][:many], cell[:1]
    else:
        axes = len(module.normalized_shape)
        together, learned = inputs[cell[: len(cell) - axes]], cell[len(cell) - axes :]
    numbers = together.double()
    deviation = math.sqrt(float(numbers.var(unbiased=False)) + module.eps)
    factor = 1.0 if module.weight is None else float(module.weight[learned].detach())
    offset = 0.0 if module.bias is None else float(module.bias[learned].detach())
    number, slope = float(inputs[cell]), factor / deviation
    return Told(block([number], [slope], [cell]), offset - slope * float(numbers.mean()))


def _row(module: nn.Linear, inputs: Tensor, cell: Cell) -> Told:
    values, weights = inputs[cell[:-1]].double().numpy(), module.weight[cell[-1]].detach().double().numpy()
    before = np.broadcast_to(np.array(cell[:-1], np.int64), (len(values), len(cell) - 1))
    places = np.column_stack([before, np.arange(len(values))])
    return Told(block(values, weights, places), 0.0 if module.bias is None else float(module.bias[cell[-1]].detach()))


def _agrees(told: Told, value: float) -> bool:
    products = told.terms.products
    size = float(np.abs(products).sum()) + abs(told.bias) + abs(value)
    close = abs(float(products.sum()) + told.bias - value) <= SAME * size
    return close or not math.isfinite(size)


def _merged(inputs: Sequence[Tensor], made: Tensor, cell: Cell) -> Terms:
    """A number of what several lists of layers make: their sum, or that of the one whose channels it is among."""
    try:
        added = inputs[0]
        for each in inputs[1:]:
            added = added + each
    except RuntimeError:
        added = inputs[0].new_zeros(())
    if added.shape == made.shape and torch.allclose(added, made, rtol=1e-4, atol=1e-6, equal_nan=True):
        return joined([_spread(each, cell, number) for number, each in enumerate(inputs)])
    channel = cell[0]
    for number, each in enumerate(inputs):
        if channel < len(each):
            return _one(each, (channel, *cell[1:]), number)
        channel -= len(each)
    raise IndexError(f"{cell} lies in none of the layers that go into it.")


def _spread(inputs: Tensor, cell: Cell, number: int) -> Terms:
    """The number of a smaller map that is repeated over the place."""
    own = cell[len(cell) - inputs.ndim :]
    return _one(inputs, tuple(0 if size == 1 else at for at, size in zip(own, inputs.shape, strict=True)), number)


def _one(inputs: Tensor, cell: Cell, number: int) -> Terms:
    return block([float(inputs[cell])], [1.0], [cell], source=number)


def _in_place(module: nn.Module, inputs: Tensor, made: Tensor, cell: Cell) -> Told | None:
    """Factor and offset of a layer that works on every place by itself: found on that place alone."""
    around = (slice(None), *(slice(at, at + 1) for at in cell[1:]))
    own = (cell[0], *(0 for _ in cell[1:]))
    try:
        value, slope = _derived(module, inputs[around], own)
    except (RuntimeError, ValueError):
        return None
    if abs(value - float(made[cell])) > SAME * (abs(value) + abs(float(made[cell]))) + 1e-6:
        return None
    number, factor = float(inputs[cell]), float(slope[own])
    return Told(block([number], [factor], [cell]), value - factor * number)


def _by_derivatives(module: nn.Module, inputs: Tensor, cell: Cell) -> Told:
    """What every input adds, by the layer's derivatives; exact for sums, and what they leave over is the bias."""
    value, slope = _derived(module, inputs, cell)
    found = slope.nonzero().numpy()
    if not len(found):
        found = np.array([_nearest(tuple(inputs.shape), cell)])
    where = tuple(found.T)
    values, weights = inputs.double().numpy()[where], slope.numpy()[where]
    terms = block(values, weights, found)
    return Told(terms, value - float(terms.products.sum()))


def _nearest(shape: Sequence[int], cell: Cell) -> Cell:
    """The same place, as far as there is one: for a number that nothing changes."""
    if len(shape) != len(cell):
        return (0,) * len(shape)
    return tuple(min(at, size - 1) for at, size in zip(cell, shape, strict=True))


def _derived(module: nn.Module, inputs: Tensor, cell: Cell) -> tuple[float, Tensor]:
    """A number of what a layer makes, in double precision, and its derivative by every input."""
    given = inputs.detach().double().requires_grad_()
    state: dict[str, Any] = {
        name: tensor.detach().double() if tensor.is_floating_point() else tensor
        for name, tensor in module.state_dict().items()
    }
    with torch.enable_grad():
        made = functional_call(module, state, (given[None].contiguous(),))[0][cell]
        (slope,) = torch.autograd.grad(made, given, allow_unused=True) if made.requires_grad else (None,)
    return float(made.detach()), torch.zeros_like(given) if slope is None else slope.detach()
