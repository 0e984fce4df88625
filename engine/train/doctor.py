"""The filter doctor: what is wrong with the layers of a network, found on one batch without changing anything.

Every finding names a layer, what was measured and what would do. The limits are wide: a network that learns well has
none of these.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any, Literal

import msgspec
import torch
from torch import Tensor, nn

Illness = Literal["not finite", "dead", "saturated", "duplicated", "vanishing", "exploding"]

FLAT = 0.02
"""Sigmoid and tanh are saturated where their slope is less than this share of its largest."""
SATURATED = 0.95
"""A filter is saturated if this share of its cells is."""
ALIKE = 0.999
"""Two filters are the same if the cosine between their weights is larger."""
APART = 1e4
"""Between two layers' slopes for a cell lies at most this factor."""
_HINGES = (nn.ReLU, nn.ReLU6)
_BOUNDED = (nn.Sigmoid, nn.Tanh)
_FILTERS = (nn.Conv1d, nn.Conv2d, nn.Conv3d, nn.Linear)


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """Something wrong with a layer; `filters` are those that have it, or empty where the whole layer has."""

    layer: str
    illness: Illness
    filters: tuple[int, ...]
    message: str


def examine(module: nn.Module, inputs: Tensor, loss: Any = None) -> tuple[Finding, ...]:
    """Look for what is wrong.

    Args:
        module: a network; its weights, gradients and statistics are as before afterwards.
        inputs: float32 [N, ...], some dozens of training pictures.
        loss: what makes a loss of the outputs; without it gradients are not looked at.

    Example:
        >>> layers = nn.Sequential(nn.Conv2d(1, 3, 2), nn.ReLU())
        >>> _ = nn.init.constant_(layers[0].bias, -100.0)
        >>> [(found.layer, found.illness, found.filters) for found in examine(layers, torch.rand(8, 1, 5, 5))]
        [('1', 'dead', (0, 1, 2))]
    """
    made, came, slopes = _looked_at(module, inputs, loss)
    found = [*_not_finite(module, made)]
    if found:
        return tuple(found)
    for path, layer in module.named_modules():
        if path in made and isinstance(layer, _HINGES):
            found += _dead(path, came[path])
        elif path in made and isinstance(layer, _BOUNDED):
            found += _saturated(path, layer, made[path])
        elif isinstance(layer, _FILTERS):
            found += _empty(path, layer.weight.detach())
            found += _duplicated(path, layer.weight.detach())
    return (*found, *_slopes(slopes))


def _looked_at(
    module: nn.Module, inputs: Tensor, loss: Any
) -> tuple[dict[str, Tensor], dict[str, Tensor], dict[str, float]]:
    """What every innermost layer makes and gets, and the root mean square of the loss's slope for its weights."""
    made: dict[str, Tensor] = {}
    came: dict[str, Tensor] = {}

    def keep(path: str) -> Any:
        def hook(_: nn.Module, given: tuple[Tensor, ...], output: Tensor) -> None:
            came[path], made[path] = given[0].detach(), output.detach()

        return hook

    modes = [(part, part.training) for part in module.modules()]
    with ExitStack() as stack, torch.enable_grad():
        for path, layer in module.named_modules():
            if path and next(layer.children(), None) is None:
                stack.callback(layer.register_forward_hook(keep(path)).remove)
        outputs = module.eval()(inputs).flatten(1)
        for part, training in modes:
            part.training = training
    return made, came, {} if loss is None else _gradients(module, loss(outputs))


def _gradients(module: nn.Module, loss: Tensor) -> dict[str, float]:
    weights = {name: w for name, w in module.named_parameters() if w.requires_grad and w.ndim > 1}
    slopes = torch.autograd.grad(loss, list(weights.values()), allow_unused=True)
    return {
        name.rpartition(".")[0]: float(slope.square().mean().sqrt())
        for name, slope in zip(weights, slopes, strict=True)
        if slope is not None
    }


def _not_finite(module: nn.Module, made: dict[str, Tensor]) -> list[Finding]:
    for path, output in made.items():
        tensors = [output, *module.get_submodule(path).parameters()]
        if not all(bool(tensor.isfinite().all()) for tensor in tensors):
            message = f"{path} has numbers that are not finite; go back to an earlier step."
            return [Finding(layer=path, illness="not finite", filters=(), message=message)]
    return []


def _by_filter(made: Tensor) -> Tensor:
    """[filters, cells] of [N, filters, ...]."""
    return made.movedim(1, 0).flatten(1) if made.ndim > 1 else made[None]


def _dead(path: str, came: Tensor) -> list[Finding]:
    """Maps that are zero for every picture, and whose best cell is far from firing; one that is near may come back."""
    if came.ndim < 3:
        return []  # single numbers often rest for all pictures of a healthy network
    cells = _by_filter(came)
    still = (cells.amax(1) + cells.std(1) < 0).nonzero().flatten().tolist()
    if not still:
        return []
    message = f"{len(still)} of {came.shape[1]} maps of {path} are zero for every picture; a smaller rate would do."
    return [Finding(layer=path, illness="dead", filters=tuple(still), message=message)]


def _empty(path: str, weight: Tensor) -> list[Finding]:
    """Filters without any weight: whatever comes, they say the same."""
    rows = weight.flatten(1)
    still = (rows.abs().amax(1) == 0).nonzero().flatten().tolist()
    if not still:
        return []
    message = f"{len(still)} of {len(rows)} filters of {path} are zero in every cell; other first weights would do."
    return [Finding(layer=path, illness="dead", filters=tuple(still), message=message)]


def _saturated(path: str, layer: nn.Module, made: Tensor) -> list[Finding]:
    slope = 4 * made * (1 - made) if isinstance(layer, nn.Sigmoid) else 1 - made.square()
    shares = _by_filter((slope < FLAT).float()).mean(1)
    full = (shares > SATURATED).nonzero().flatten().tolist()
    if not full:
        return []
    message = f"{len(full)} of {made.shape[1]} maps of {path} are saturated and pass no gradient; smaller weights do."
    return [Finding(layer=path, illness="saturated", filters=tuple(full), message=message)]


def _duplicated(path: str, weight: Tensor) -> list[Finding]:
    rows = weight.flatten(1)
    if len(rows) < 2 or rows.shape[1] < 4:
        return []  # a filter of a few cells is like another one by chance
    unit = torch.nn.functional.normalize(rows, dim=1)
    alike = (unit @ unit.T).triu(1) > ALIKE
    twice = sorted({int(place) for pair in alike.nonzero() for place in pair})
    if not twice:
        return []
    message = f"{len(twice)} of {len(rows)} filters of {path} do the same as another one; fewer filters would do."
    return [Finding(layer=path, illness="duplicated", filters=tuple(twice), message=message)]


def _slopes(slopes: dict[str, float]) -> list[Finding]:
    """Layers whose weights feel much less, or much more, of the loss than the middle one of all layers."""
    felt = {path: slope for path, slope in slopes.items() if slope > 0}
    middle = sorted(felt.values())[len(felt) // 2] if felt else 0.0
    found = []
    for path, slope in slopes.items():
        if slope * APART < middle:
            told = "hardly feels the loss: its gradient vanishes; normalisation or other activations would do."
            found.append(Finding(layer=path, illness="vanishing", filters=(), message=f"{path} {told}"))
        elif slope > APART * middle > 0 or slope > APART:
            told = "has a gradient that explodes; clipping, or a smaller learning rate, would do."
            found.append(Finding(layer=path, illness="exploding", filters=(), message=f"{path} {told}"))
    return found
