"""A network in training: it takes steps, and is tried on pictures. Knows nothing of files, events or people."""

from __future__ import annotations

import math
from contextlib import AbstractContextManager, nullcontext
from typing import NamedTuple

import msgspec
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.data.dataset import DataSet
from engine.nn import State, layout_for, seed_for, seeded
from engine.spec.train import TrainSpec
from engine.train.chance import bounds, order
from engine.train.controls import Weights
from engine.train.held import Held
from engine.train.optimiser import Optimiser
from engine.train.quick import quickened
from engine.train.score import Score, evaluate


class Diverged(Exception):
    """The loss of a step, or a weight after it, is no finite number."""

    def __init__(self, step: int) -> None:
        super().__init__(step)
        self.step = step


class Taken(NamedTuple):
    """One step: the mean loss and how many pictures were named rightly, both on the device, and of how many."""

    loss: Tensor
    right: Tensor
    pictures: int


class Trainer:
    """A module, an optimiser, and a data set that lies whole on the device.

    Args:
        module: it is moved to the device and belongs to the trainer from now on.
        data: pictures of the module's input shape.
        settings: how to train.
        device: where.
    """

    def __init__(self, module: nn.Module, data: DataSet, settings: TrainSpec, device: torch.device) -> None:
        self.device = device
        self.settings = settings
        self.step = 0
        # Apple's GPU has no kernels for channels that lie innermost
        layout = torch.contiguous_format if device.type == "mps" else layout_for(module)
        self.module = module.to(device=device, memory_format=layout).train()  # type: ignore[call-overload]
        self._quick = quickened(self.module)
        self._optimiser = Optimiser(self.module, settings, device)
        self._train = Held(data.x_train, data.y_train, device)
        self._test = Held(data.x_test, data.y_test, device)
        self._bounds = bounds(len(data.y_train), settings.batch_size, has(module, nn.modules.batchnorm._BatchNorm))
        self._chance = has(module, nn.modules.dropout._DropoutNd)
        self._order: tuple[int, Tensor] | None = None

    @property
    def steps_per_epoch(self) -> int:
        """How many batches show every training picture once."""
        return len(self._bounds)

    @property
    def steps(self) -> int:
        """How many steps the whole run has."""
        return self.steps_per_epoch * self.settings.epochs

    @property
    def epochs_done(self) -> int:
        """How many epochs have been shown whole."""
        return self.step // self.steps_per_epoch

    def take_step(self) -> Taken:
        """Look at the next batch and change the weights.

        Raises:
            Diverged: if the loss is no finite number; the weights stay then as they are. On a GPU it is not looked
                at, since that would make it wait: whoever reads the loss finds out.
        """
        epoch, index = divmod(self.step, self.steps_per_epoch)
        start, stop = self._bounds[index]
        inputs, labels = self._train.batch(self._in_order(epoch)[start:stop])
        with self._seeded():
            logits = self._quick(inputs).flatten(1)
        loss = F.cross_entropy(logits, labels)
        # the processor has computed the loss by now, and looking at it costs a microsecond
        if self.device.type == "cpu" and not math.isfinite(loss.item()):
            raise Diverged(self.step + 1)
        loss.backward()  # type: ignore[no-untyped-call]
        self._optimiser.step(self.learning_rate)
        self.step += 1
        right = (logits.detach().argmax(1) == labels).sum()
        return Taken(loss.detach(), right, stop - start)

    def evaluate(self) -> Score:
        """Try the network on all test pictures."""
        return evaluate(self.module, self._test)

    def is_finite(self) -> bool:
        """Whether every weight is a finite number."""
        finite = [tensor.isfinite().all() for tensor in self.module.state_dict().values()]
        return bool(torch.stack(finite).all())

    @property
    def learning_rate(self) -> float:
        """That of the next step."""
        return self.settings.rate_at(self.step, self.steps)

    def set_learning_rate(self, rate: float) -> None:
        """Take steps of another length from now on; the schedule goes on with the new rate."""
        self.settings = msgspec.structs.replace(self.settings, learning_rate=rate)

    def weights(self) -> Weights:
        """Copies of the weights on the processor."""
        state = {name: tensor.detach().to("cpu", copy=True) for name, tensor in self.module.state_dict().items()}
        return Weights(self.step, state)

    def optimiser_state(self) -> State:
        """Copies of what the optimiser keeps."""
        return self._optimiser.state()

    def put_back(self, step: int, weights: State, optimiser: State, learning_rate: float) -> None:
        """Go on from an earlier place."""
        self.module.load_state_dict(weights)
        self._optimiser.put_back(optimiser)
        self.set_learning_rate(learning_rate)
        self.step = step

    def _in_order(self, epoch: int) -> Tensor:
        if self._order is None or self._order[0] != epoch:
            self._order = epoch, order(self.settings.seed, epoch, len(self._train)).to(self.device)
        return self._order[1]

    def _seeded(self) -> AbstractContextManager[None]:
        """Dropout draws from the step's own chance."""
        if not self._chance:
            return nullcontext()
        return seeded(seed_for(self.settings.seed, "step", self.step), self.device)


def has(module: nn.Module, kind: type[nn.Module]) -> bool:
    """Whether a layer of a kind is in a module."""
    return any(isinstance(part, kind) for part in module.modules())
