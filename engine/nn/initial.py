"""The first weights of a layer, where its spec asks for others than torch's own."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import torch
from torch import Tensor, nn

from engine.kernels.banks import bank
from engine.nn.chance import seeded
from engine.nn.local import TableConv2d, TiledConv2d, UnsharedConv2d
from engine.spec.layers import AnyLayer
from engine.spec.layers.initial import BANK, BESIDE

_DRAWS: dict[str, Callable[..., Any]] = {
    "kaiming-uniform": nn.init.kaiming_uniform_,
    "kaiming-normal": nn.init.kaiming_normal_,
    "xavier-uniform": nn.init.xavier_uniform_,
    "xavier-normal": nn.init.xavier_normal_,
    "orthogonal": nn.init.orthogonal_,
}


def begin(module: nn.Module, layer: AnyLayer) -> None:
    """Give a layer's module the first weights that its spec asks for; nothing happens where it asks for torch's own.

    A layer with a seed of its own leaves torch's random state as it was.
    """
    if set(BESIDE) - {*layer.beside}:
        return
    word, seed = getattr(layer, "init"), getattr(layer, "init_seed")  # noqa: B009 - not every type has them
    if word == "default" and seed is None:
        return
    weight = module.get_parameter("weight")
    if weight.device.type == "meta":
        return
    with torch.no_grad(), nullcontext() if seed is None else seeded(seed, weight.device):
        if word == "default":
            module.reset_parameters()  # type: ignore[operator]  # all layers with an initialiser have it
            return
        for kernels in _each(module, weight):
            _fill(word, kernels)
        bias = getattr(module, "bias", None)
        if bias is not None:
            nn.init.zeros_(bias)


def _each(module: nn.Module, weight: Tensor) -> list[Tensor]:
    """The weights as they make one set of maps, [O, C, …]: one set for each place where kernels are not shared."""
    if isinstance(module, UnsharedConv2d | TiledConv2d):
        return list(weight.flatten(0, 1))
    if isinstance(module, TableConv2d):
        first, found = 0, []
        for row in module.connections:
            found.append(weight[None, first : first + len(row)])
            first += len(row)
        return found
    return [weight]


def _fill(word: str, kernels: Tensor) -> None:
    if word == "zeros":
        nn.init.zeros_(kernels)
    elif word.startswith(BANK):
        kernels.copy_(_of_bank(word.removeprefix(BANK), kernels))
    elif word.startswith("kaiming"):
        _DRAWS[word](kernels, nonlinearity="relu")
    else:
        _DRAWS[word](kernels)


def _of_bank(name: str, like: Tensor) -> Tensor:
    """A bank's kernels one after the other in the shape of a weight, [O, C, kH, kW], divided by the channels.

    A kernel larger than the layer's is cut to its middle, a smaller one stands in the middle of zeros.
    """
    held = bank(name).kernels
    made = torch.zeros_like(like)
    for place in range(len(like)):
        plane = torch.from_numpy(held[place % len(held)].weights.copy()).to(like)
        plane = plane.mean(0) if plane.ndim == 3 else plane
        inner = [_middle(have, room) for have, room in zip(plane.shape, like.shape[-2:], strict=True)]
        outer = [_middle(room, have) for have, room in zip(plane.shape, like.shape[-2:], strict=True)]
        made[place, :, outer[0], outer[1]] = plane[inner[0], inner[1]] / like.shape[1]
    return made


def _middle(have: int, room: int) -> slice:
    """The middle `room` of `have` cells; all if there are fewer."""
    first = max(0, (have - room) // 2)
    return slice(first, first + min(have, room))
