"""The input that a unit would like best, found by climbing its gradient."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from engine.errors import SpecError
from engine.explain.target import Scored
from engine.nn.maps import evaluating
from engine.spec.attribution import Target
from engine.spec.layers import Shape

RATE = 0.05
SPREAD = 0.01
JITTER = 8
"""The picture is moved by up to an eighth of its sides before each step: what depends on one place does not grow."""


@dataclass(frozen=True, eq=False)
class Imagined:
    """The picture after some steps, float32 [C, *size] in [0, 1], and the unit's value for it as it lies."""

    step: int
    picture: Tensor
    value: float


def imagine(module: nn.Module, shape: Shape, target: Target, steps: int = 256, seed: int = 0) -> Iterator[Imagined]:
    """Grow a picture that excites a unit; take from the iterator as long as you like.

    The picture is made of waves, each as free to grow as a natural picture's are strong: low ones more than high ones.

    Args:
        module: the network; its mode and weights stay as they are.
        shape: of its input, (C, *size).
        target: the unit, or the mean of a map, or the score of a class.
        steps: how many.
        seed: of the waves at the beginning and of the jitter.

    Raises:
        SpecError: if there is no such layer, map or cell, or nothing of the input reaches it.

    Source: Olah, Mordvintsev and Schubert, Feature Visualization, Distill 2017
    """
    chance = torch.Generator().manual_seed(seed)
    size = shape[1:]
    scale = _natural(size)
    waves = (SPREAD * torch.randn(*shape[:1], *scale.shape, 2, generator=chance)).requires_grad_()
    climber = torch.optim.Adam([waves], RATE)
    scored = Scored(module, target)
    for step in range(1, steps + 1):
        with evaluating(module), torch.enable_grad():
            picture = _picture(waves, scale, size)
            value = scored(_jittered(picture, chance)[None])[0, 0]
            if value.grad_fn is None:
                raise SpecError("Nothing of the input reaches this number; another layer would do.")
            (slope,) = torch.autograd.grad(-value, waves)
        waves.grad = slope
        climber.step()
        with evaluating(module), torch.no_grad():
            picture = _picture(waves, scale, size)
            yield Imagined(step, picture, scored(picture[None]).item())


def _natural(size: Shape) -> Tensor:
    """By how much each wave counts: one over its frequency, at most that of one period in the picture."""
    axes = [torch.fft.fftfreq(each) for each in size[:-1]] + [torch.fft.rfftfreq(size[-1])]
    squares = torch.zeros([len(axis) for axis in axes])
    for place, axis in enumerate(axes):
        squares += (axis**2).reshape([-1 if other == place else 1 for other in range(len(axes))])
    return squares.sqrt().clamp_min(1 / max(size)).reciprocal()


def _picture(waves: Tensor, scale: Tensor, size: Shape) -> Tensor:
    spectrum = torch.view_as_complex(waves) * scale
    made: Tensor = torch.fft.irfftn(spectrum, s=size, dim=list(range(1, len(size) + 1)), norm="ortho").sigmoid()
    return made


def _jittered(picture: Tensor, chance: torch.Generator) -> Tensor:
    moves = [
        int(torch.randint(-(each // JITTER), each // JITTER + 1, (1,), generator=chance)) for each in picture.shape[1:]
    ]
    return picture.roll(moves, dims=list(range(1, picture.ndim)))
