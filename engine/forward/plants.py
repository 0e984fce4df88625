"""A person's own kernels in a module, and the weights in whose place they stand."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import torch
from torch import Tensor, nn

from engine.nn import Network, put_planted
from engine.spec.project import Planted


class Held(NamedTuple):
    """A copy of the weights of a convolution."""

    weight: Tensor
    bias: Tensor | None


class Plants:
    """Puts kernels in, and takes them out again, layer by layer."""

    def __init__(self) -> None:
        self._put: dict[str, list[Planted]] = {}
        self._bare: dict[str, Held] = {}
        self._count: dict[str, int] = {}

    @property
    def count(self) -> int:
        """How many stand in the place of other weights."""
        return sum(self._count.values())

    def begin(self, module: Network, planted: Iterable[Planted]) -> None:
        """Put kernels into a module that holds none."""
        self._put, self._bare, self._count = {}, {}, {}
        self.change(module, planted)

    def change(self, module: Network, planted: Iterable[Planted]) -> dict[str, Held]:
        """Have these kernels in the module and no others.

        Returns:
            What the layers that have other kernels now held before, by their paths.
        """
        wanted: dict[str, list[Planted]] = {}
        for each in planted:
            wanted.setdefault(each.layer, []).append(each)
        changed = {}
        for path in {**self._put, **wanted}:
            if wanted.get(path) != self._put.get(path):
                before = self._plant(module, path, wanted.get(path, []))
                changed.update({path: before} if before is not None else {})
        self._put = wanted
        return changed

    def _plant(self, module: Network, path: str, planted: list[Planted]) -> Held | None:
        layer = _convolution(module, path)
        before = None if layer is None else _held(layer)
        if layer is not None and before is not None:
            bare = self._bare.setdefault(path, before)
            with torch.no_grad():
                layer.weight.copy_(bare.weight)
                if layer.bias is not None and bare.bias is not None:
                    layer.bias.copy_(bare.bias)
        # One that an edit has left without its place waits there for the edit to be undone; the page says so.
        self._count[path] = len(planted) - len(put_planted(module, planted))
        return before


def _convolution(module: Network, path: str) -> nn.Conv2d | None:
    try:
        layer = module.get_submodule(path)
    except AttributeError:
        return None
    return layer if isinstance(layer, nn.Conv2d) else None


def _held(layer: nn.Conv2d) -> Held:
    bias = None if layer.bias is None else layer.bias.detach().clone()
    return Held(layer.weight.detach().clone(), bias)
