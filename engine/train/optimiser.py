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

STATES: dict[OptimiserName, int] = {"adam": 2, "adamw": 2, "sgd": 1, "nesterov": 1, "rmsprop": 2, "adadelta": 2}
"""How many numbers each optimiser keeps for a weight."""
_AGE = "step"


class Optimiser:
    """Changes all weights of a module that are not frozen by their gradients, as the settings say."""

    def __init__(self, module: nn.Module, settings: TrainSpec, device: torch.device) -> None:
        self._module = module
        self._settings = settings
        self._device = device
        self._asleep: State = {}
        self._lay({})

    def _lay(self, ages: Mapping[str, int]) -> None:
        """Weights that have taken as many steps share a row: their optimiser counts these once."""
        weights = {name: weight for name, weight in self._module.named_parameters() if weight.requires_grad}
        groups: dict[int, set[str]] = {}
        for name in weights:
            groups.setdefault(ages.get(name, 0), set()).add(name)
        self._rows = [row for names in groups.values() for row in rows_of(self._module, self._device, names)]
        self._torch = torch_optimiser([row.parameter for row in self._rows], self._settings, self._device)
        self._one_age = len(groups) < 2

    def gradients(self) -> list[Tensor]:
        """Those of all weights that learn, in rows; what is written to them is written to the weights' own."""
        return [row.parameter.grad for row in self._rows if row.parameter.grad is not None]

    def gradient_norm(self, quickly: bool = False) -> Tensor:
        """The length of the gradient over all weights, on the device; quickly, it is infinite from 2e19 on."""
        slopes = self.gradients()
        if len(slopes) == 1 and quickly:
            return torch.dot(slopes[0].flatten(), slopes[0].flatten()).sqrt()
        if len(slopes) == 1:
            norm: Tensor = torch.linalg.vector_norm(slopes[0])
            return norm
        return torch.nn.utils.get_total_norm(slopes)

    def clip(self, norm: Tensor, most: float) -> None:
        """Shorten a gradient of this length to `most` if it is longer."""
        share = torch.clamp(most / (norm + 1e-6), max=1.0)
        for slope in self.gradients():
            slope.mul_(share)

    def step(self, rate: float) -> None:
        """Take a step of this learning rate along the gradients, and forget them."""
        for group in self._torch.param_groups:
            group["lr"] = rate
        self._torch.step()
        for row in self._rows:
            row.forget_gradient()

    def state(self) -> State:
        """Copies of what is kept for each weight, {what/weight: tensor} on the processor."""
        kept = {
            f"{what}/{name}": _part(row, name, kept).detach().to("cpu", copy=True).contiguous()
            for row in self._rows
            for name in row.views
            for what, kept in self._torch.state.get(row.parameter, {}).items()
            if isinstance(kept, Tensor)
        }
        return {**self._asleep, **kept}

    def put_back(self, state: Mapping[str, Tensor]) -> None:
        """Put back what `state` has taken; what is kept for frozen weights waits until they learn again.

        Each tensor is laid out in memory as its weight is: the fused update walks through both side by side.

        Raises:
            BadFile: if it is the state of another network's optimiser.
        """
        asleep = {name for name, weight in self._module.named_parameters() if not weight.requires_grad}
        self._asleep = {key: kept for key, kept in state.items() if key.partition("/")[2] in asleep}
        awake = {key: kept for key, kept in state.items() if key not in self._asleep}
        ages = {key.partition("/")[2]: int(kept) for key, kept in awake.items() if key.startswith(f"{_AGE}/")}
        names = {name for row in self._rows for name in row.views}
        if not self._one_age or len({ages.get(name, 0) for name in names}) > 1:
            self._lay(ages)
        rows = {name: row for row in self._rows for name in row.views}
        for key, kept in awake.items():
            what, _, name = key.partition("/")
            row = rows.get(name)
            if row is None or kept.shape not in (_part(row, name, row.parameter).shape, torch.Size([])):
                raise BadFile(f"The optimiser's state does not fit the network: {key} is {list(kept.shape)}.")
            self._put(row, name, what, kept)

    def _put(self, row: Row, name: str, what: str, kept: Tensor) -> None:
        entry = self._torch.state[row.parameter]
        if kept.shape == torch.Size([]):
            on = row.parameter.device if self._torch.defaults.get("fused") else kept.device
            entry[what] = kept.to(on, copy=True)
        else:
            whole = entry.setdefault(what, torch.zeros_like(row.parameter, dtype=kept.dtype).detach())
            _part(row, name, whole).copy_(kept)


def torch_optimiser(weights: list[nn.Parameter], settings: TrainSpec, device: torch.device) -> TorchOptimiser:
    """Where torch has it, the whole update is one operation ("fused")."""
    fused = device.type in ("cpu", "cuda")
    shared: dict[str, Any] = {"lr": settings.learning_rate, "weight_decay": settings.weight_decay}
    divided = {"eps": settings.epsilon} if settings.epsilon else {}
    moments: dict[str, Any] = {"betas": (settings.beta1, settings.beta2), "fused": fused, **shared, **divided}
    plain: dict[str, Any] = {"momentum": settings.momentum, "fused": fused, **shared}
    squares: dict[str, Any] = {**shared, **divided}
    alpha: dict[str, Any] = {"alpha": settings.rho} if settings.rho else {}
    rho: dict[str, Any] = {"rho": settings.rho} if settings.rho else {}
    makers: dict[OptimiserName, Callable[[], TorchOptimiser]] = {
        "adam": lambda: Adam(weights, **moments),
        "adamw": lambda: AdamW(weights, **moments),
        "sgd": lambda: SGD(weights, **plain),
        "nesterov": lambda: SGD(weights, nesterov=settings.momentum > 0.0, **plain),
        "rmsprop": lambda: RMSprop(weights, momentum=settings.momentum, **alpha, **squares),
        "adadelta": lambda: Adadelta(weights, **rho, **squares),
    }
    return makers[settings.optimiser]()


def _part(row: Row, name: str, kept: Tensor) -> Tensor:
    """What is kept for one weight; a number is kept for all of them."""
    return row.views[name](kept) if kept.shape == row.parameter.shape else kept
