"""What a network does not mind: its maps and its answer while the input is moved, turned, blurred or made brighter."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.errors import SpecError
from engine.explain.target import likeliest, output_of
from engine.nn.maps import evaluating, run

Change = Literal["shift", "rotate", "scale", "blur", "noise", "brightness"]
UNITS: dict[str, str] = {
    "shift": "cells to the right",
    "rotate": "degrees against the clock",
    "scale": "times as large",
    "blur": "cells, the standard deviation",
    "noise": "of the range, the standard deviation",
    "brightness": "added to every cell",
}
NEUTRAL: dict[str, float] = {"scale": 1.0}
"""The amount that changes nothing; 0 for the rest."""


def changes() -> tuple[str, ...]:
    """What can be done to an input.

    Example:
        >>> changes()[:2]
        ('shift', 'rotate')
    """
    return get_args(Change)


def changed(inputs: Tensor, change: str, amount: float, seed: int = 0) -> Tensor:
    """Inputs moved, turned, made larger, blurred, noisier or brighter.

    Args:
        inputs: [N, C, H, W] or [N, C, L], in [0, 1]. What comes in from outside is the nearest edge.
        change: one of `changes()`.
        amount: in the unit that `UNITS` tells. Whole shifts move cells without mixing them.
        seed: of the noise.

    Raises:
        SpecError: if there is no such change, or it means nothing for such inputs.

    Example:
        >>> changed(torch.tensor([[[1.0, 2.0, 3.0]]]), "shift", 1)
        tensor([[[1., 1., 2.]]])
    """
    if change not in get_args(Change):
        raise SpecError(f"There is no change {change!r}; {', '.join(changes())} are there.")
    if not math.isfinite(amount) or (change == "scale" and amount <= 0) or (change in ("blur", "noise") and amount < 0):
        raise SpecError(f"An input cannot be changed by {change} {amount}; a smaller positive number would do.")
    if change == "brightness":
        return inputs + amount
    if change == "noise":
        chance = torch.Generator(inputs.device).manual_seed(seed)
        return inputs + amount * torch.randn(inputs.shape, generator=chance, device=inputs.device)
    if inputs.ndim == 3 and change == "rotate":
        raise SpecError("A signal cannot be turned; shift or scale would do.")
    if inputs.ndim not in (3, 4):
        raise SpecError("Only pictures and signals can be moved; brightness and noise would do.")
    if inputs.ndim == 3:
        return changed(inputs[:, :, None], change, amount)[:, :, 0]
    if change == "blur":
        return _blurred(inputs, amount)
    return (
        _shifted(inputs, int(amount)) if change == "shift" and amount == int(amount) else _moved(inputs, change, amount)
    )


def _shifted(inputs: Tensor, columns: int) -> Tensor:
    at = (torch.arange(inputs.shape[-1], device=inputs.device) - columns).clamp(0, inputs.shape[-1] - 1)
    return inputs.index_select(-1, at)


def _moved(inputs: Tensor, change: str, amount: float) -> Tensor:
    """By an affine map about the middle, bilinear between cells."""
    height, width = inputs.shape[2:]
    turn = math.radians(amount) if change == "rotate" else 0.0
    shrink = 1 / amount if change == "scale" else 1.0
    shift = -2 * amount / width if change == "shift" else 0.0
    rows = height / width if width and height > 1 else 1.0
    if height == 1:
        matrix = [[shrink, 0.0, shift], [0.0, 1.0, 0.0]]
    else:
        cosine, sine = shrink * math.cos(turn), shrink * math.sin(turn)
        matrix = [[cosine, -sine * rows, shift], [sine / rows, cosine, 0.0]]
    theta = inputs.new_tensor([matrix]).expand(len(inputs), -1, -1)
    grid = functional.affine_grid(theta, list(inputs.shape), align_corners=False)
    return functional.grid_sample(inputs, grid, mode="bilinear", padding_mode="border", align_corners=False)


def _blurred(inputs: Tensor, deviation: float) -> Tensor:
    if deviation == 0:
        return inputs
    reach = max(math.ceil(3 * deviation), 1)
    at = torch.arange(-reach, reach + 1, device=inputs.device, dtype=inputs.dtype)
    weights = torch.exp(-(at**2) / (2 * deviation**2))
    weights /= weights.sum()
    made = inputs.flatten(0, 1)[:, None]  # [N·C, 1, H, W]
    for axis in (2, 3):
        if made.shape[axis] == 1:
            continue
        pad = (0, 0, reach, reach) if axis == 2 else (reach, reach, 0, 0)
        kernel = weights.reshape(1, 1, -1, 1) if axis == 2 else weights.reshape(1, 1, 1, -1)
        made = functional.conv2d(functional.pad(made, pad, mode="replicate"), kernel)
    return made.reshape(inputs.shape)


@dataclass(frozen=True, eq=False)
class Sweep:
    """One network under one change: at each amount how far its maps are from those of the input unchanged.

    `distances` are of the layer's maps, ‖changed − unchanged‖ / ‖unchanged‖; `probabilities` of the class that the
    network gives the unchanged input.
    """

    name: str
    change: str
    amounts: tuple[float, ...]
    distances: tuple[float, ...]
    probabilities: tuple[float, ...]


def sweep(
    networks: Mapping[str, nn.Module],
    inputs: Tensor,
    change: str,
    amounts: Sequence[float],
    layers: Mapping[str, str] | str = "",
    progress: Callable[[int, int], None] | None = None,
) -> list[Sweep]:
    """Change an input by more and more, and watch some networks side by side.

    Args:
        networks: {name: module}; their modes and weights stay as they are.
        inputs: [N, C, *size], all changed alike; the figures are the mean over them.
        change: one of `changes()`.
        amounts: of the change.
        layers: whose maps are compared, by its path: one for all, or {name: path}; the output if left out.
        progress: called before each amount of each network.

    Raises:
        SpecError: if there is no such change or layer.
    """
    made = []
    total = len(networks) * len(amounts)
    for place, (name, module) in enumerate(networks.items()):
        layer = layers if isinstance(layers, str) else layers.get(name, "")
        distances, probabilities = [], []
        with evaluating(module), torch.no_grad():
            chosen = [likeliest(module, each).map for each in torch.split(inputs, 1)]
            before = output_of(module, inputs, layer).flatten(1)
            for step, amount in enumerate(amounts):
                if progress is not None:
                    progress(place * len(amounts) + step, total)
                other = changed(inputs, change, amount)
                away = (output_of(module, other, layer).flatten(1) - before).norm(dim=1)
                distances.append((away / before.norm(dim=1).clamp_min(1e-12)).mean().item())
                scores = run(module, other)
                likely = (scores.flatten(2).mean(2) if scores.ndim > 2 else scores).softmax(1)
                probabilities.append(likely[range(len(chosen)), chosen].mean().item())
        made.append(Sweep(name, change, tuple(amounts), tuple(distances), tuple(probabilities)))
    return made
