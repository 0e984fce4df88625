"""How the layers are doing: histograms of weights, gradients and what is made, and how far a step moves the weights."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from engine.spec.events import Histogram, LayerFigures

BINS = 32
SECONDS = 1.0
"""Layers are looked at no more often,"""
SHARE = 0.02
"""and so seldom that it takes this share of the time at most."""


class Look:
    """Looks at the layers while one step is taken; the step is the same as if nobody had looked."""

    def __init__(self) -> None:
        self._made: dict[str, Histogram] = {}
        self._still: dict[str, float] = {}
        self._slopes: dict[str, Tensor] = {}
        self._before: dict[str, Tensor] = {}
        self.layers: tuple[LayerFigures, ...] = ()

    @contextmanager
    def watching(self, module: nn.Module) -> Iterator[None]:
        """While inputs go through the module."""

        def keep(path: str) -> Any:
            def hook(_: nn.Module, __: Any, made: Tensor) -> None:
                self._made[path], self._still[path] = histogram(made.detach()), still(made.detach())

            return hook

        with ExitStack() as stack:
            for path, layer in module.named_modules():
                if path and next(layer.children(), None) is None:
                    stack.callback(layer.register_forward_hook(keep(path)).remove)
            yield

    def felt(self, module: nn.Module) -> None:
        """After the way back, before the weights move."""
        for name, weight in module.named_parameters():
            if name.endswith(".weight") and weight.grad is not None and weight.requires_grad:
                self._slopes[name] = weight.grad.detach().clone()
                self._before[name] = weight.detach().clone()

    def moved(self, module: nn.Module) -> None:
        """After the step."""
        weights = dict(module.named_parameters())
        found = []
        for path, made in self._made.items():
            name = f"{path}.weight"
            weight = weights.get(name)
            slope, before = self._slopes.get(name), self._before.get(name)
            ratio = 0.0 if weight is None or before is None else _ratio(before, weight.detach())
            found.append(
                LayerFigures(
                    layer=path,
                    made=made,
                    weights=None if weight is None else histogram(weight.detach()),
                    gradients=None if slope is None else histogram(slope),
                    update_ratio=ratio,
                    still=self._still[path],
                )
            )
        self.layers = tuple(found)


class Pace:
    """Says when it is time for another look, so that looking costs a small share of the time whatever it takes."""

    def __init__(self) -> None:
        self._next = 0.0
        self._is_warm = False
        self.every = SECONDS
        """Seconds between the last look and the next, at least."""

    @property
    def is_due(self) -> bool:
        """Whether it is time."""
        return time.monotonic() >= self._next

    def took(self, seconds: float) -> None:
        """A look, with its step, took so long; the first one loads what the others have, and tells nothing."""
        self.every = max(SECONDS, seconds / SHARE) if self._is_warm else SECONDS
        self._is_warm = True
        self._next = time.monotonic() + self.every


def histogram(values: Tensor) -> Histogram:
    """How often values occur, in 32 equal parts between the least and the largest finite one.

    Example:
        >>> found = histogram(torch.tensor([0.0, 1.0, 1.0, torch.nan]))
        >>> found.counts[0], found.counts[-1], found.low, found.high, found.odd
        (1, 2, 0.0, 1.0, 1)
    """
    flat = values.flatten().float()
    finite = flat[flat.isfinite()]
    if not len(finite):
        return Histogram(counts=(0,) * BINS, low=0.0, high=0.0, odd=len(flat))
    low, high = float(finite.min()), float(finite.max())
    counts = torch.histc(finite, BINS, low, high).to(torch.int64).tolist()
    return Histogram(counts=tuple(counts), low=low, high=high, odd=len(flat) - len(finite))


def still(made: Tensor) -> float:
    """The share of maps, or of single numbers, that are zero for every picture.

    Args:
        made: [N, maps, ...].

    Example:
        >>> still(torch.tensor([[0.0, 1.0], [0.0, 0.0]]))
        0.5
    """
    if made.ndim < 2 or not made.numel():
        return 0.0
    return float((made.movedim(1, 0).flatten(1).abs().amax(1) == 0).float().mean())


def _ratio(before: Tensor, after: Tensor) -> float:
    """How long a step is beside the weights that it moves; 0 of weights that are all zero, or not finite."""
    ratio = float((after - before).norm() / before.norm().clamp_min(1e-30))
    return ratio if ratio < 1e20 else 0.0
