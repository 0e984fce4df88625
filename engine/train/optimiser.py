"""torch's optimisers by name, and their state as named tensors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import SGD, Adadelta, Adam, AdamW, RMSprop
from torch.optim import Optimizer as TorchOptimiser

from engine.errors import BadFile
from engine.nn import State
from engine.spec.train import OptimiserName, TrainSpec
from engine.train.rows import Row, rows_of

STATES: dict[OptimiserName, int] = {"adam": 2, "adamw": 2, "sgd": 1, "rmsprop": 2, "adadelta": 2}
"""How many numbers each optimiser keeps for a weight."""


class Optimiser:
    """Changes all weights of a module by its gradients, as the settings say."""

    def __init__(self, module: nn.Module, settings: TrainSpec, device: torch.device) -> None:
        self._rows = rows_of(module, device)
        self._torch = _made([row.parameter for row in self._rows], settings, device)

    def step(self, rate: float) -> None:
        """Take a step of this learning rate along the gradients, and forget them."""
        for group in self._torch.param_groups:
            group["lr"] = rate
        self._torch.step()
        for row in self._rows:
            row.forget_gradient()

    def state(self) -> State:
        """Copies of what is kept for each weight, {what/weight: tensor} on the processor."""
        return {
            f"{what}/{name}": _part(row, name, kept).detach().to("cpu", copy=True).contiguous()
            for row in self._rows
            for name in row.views
            for what, kept in self._torch.state.get(row.parameter, {}).items()
            if isinstance(kept, Tensor)
        }

    def put_back(self, state: Mapping[str, Tensor]) -> None:
        """Put back what `state` has taken.

        Each tensor is laid out in memory as its weight is: the fused update walks through both side by side.

        Raises:
            BadFile: if it is the state of another network's optimiser.
        """
        rows = {name: row for row in self._rows for name in row.views}
        for key, kept in state.items():
            what, _, name = key.partition("/")
            row = rows.get(name)
            if row is None or kept.shape not in (_part(row, name, row.parameter).shape, torch.Size([])):
                raise BadFile(f"The optimiser's state does not fit the network: {key} is {list(kept.shape)}.")
            entry = self._torch.state[row.parameter]
            if kept.shape == torch.Size([]):
                on = row.parameter.device if self._torch.defaults.get("fused") else kept.device
                entry[what] = kept.to(on, copy=True)
            else:
                whole = entry.setdefault(what, torch.zeros_like(row.parameter, dtype=kept.dtype).detach())
                _part(row, name, whole).copy_(kept)


def _made(weights: list[nn.Parameter], settings: TrainSpec, device: torch.device) -> TorchOptimiser:
    """Where torch has it, the whole update is one operation ("fused")."""
    fused = device.type in ("cpu", "cuda")
    shared: dict[str, Any] = {"lr": settings.learning_rate, "weight_decay": settings.weight_decay}
    makers: dict[OptimiserName, Callable[[], TorchOptimiser]] = {
        "adam": lambda: Adam(weights, fused=fused, **shared),
        "adamw": lambda: AdamW(weights, fused=fused, **shared),
        "sgd": lambda: SGD(weights, momentum=settings.momentum, fused=fused, **shared),
        "rmsprop": lambda: RMSprop(weights, momentum=settings.momentum, **shared),
        "adadelta": lambda: Adadelta(weights, **shared),
    }
    return makers[settings.optimiser]()


def _part(row: Row, name: str, kept: Tensor) -> Tensor:
    """What is kept for one weight; a number is kept for all of them."""
    return row.views[name](kept) if kept.shape == row.parameter.shape else kept
