"""Learned weights as named tensors: taken out, and put back as far as they fit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import torch
from torch import Tensor, nn

State = dict[str, Tensor]


class Kept(NamedTuple):
    """Paths of the layers whose weights were put back, and of those that keep their own."""

    kept: tuple[str, ...]
    fresh: tuple[str, ...]


def state_of(module: nn.Module) -> State:
    """A copy of everything a module has learned, {path.name: tensor}, apart from the module and its gradients."""
    return {name: tensor.detach().clone() for name, tensor in module.state_dict().items()}


def load_state(module: nn.Module, state: Mapping[str, Tensor]) -> Kept:
    """Put weights back into the layers that they still fit, so that an edit loses no more than it must.

    A layer takes its tensors if each of those that `state` has under its path has the shape it had; a bias that was
    only now switched on stays fresh beside its kernels. Everything else in `state` is left alone.

    Args:
        module: one from `engine.build`.
        state: from `state_of`, of this network or of one that it was edited from.

    Returns:
        Which layers took their weights, and which keep those they were built with.
    """
    own = module.state_dict()
    layers: dict[str, list[str]] = {}
    for name in own:
        layers.setdefault(name.rpartition(".")[0], []).append(name)
    kept, fresh = [], []
    with torch.no_grad():
        for path, names in layers.items():
            known = [name for name in names if name in state]
            if known and all(_fits(own[name], state[name]) for name in known):
                for name in known:
                    own[name].copy_(state[name])
                kept.append(path)
            else:
                fresh.append(path)
    return Kept(tuple(kept), tuple(fresh))


def _fits(own: Tensor, given: Tensor) -> bool:
    return given.shape == own.shape and given.dtype == own.dtype
