"""A network in training: it takes steps, and is tried on pictures. Knows nothing of files, events or people."""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import NamedTuple

import msgspec
import torch
from torch import Tensor, nn

from engine.data.augment import augment
from engine.data.dataset import DataSet
from engine.nn import State, layout_for, seed_for, seeded
from engine.spec.data import AugmentSpec
from engine.spec.train import TrainSpec
from engine.train.chance import bounds, order
from engine.train.compiled import Compiled
from engine.train.controls import Weights
from engine.train.faults import first_bad
from engine.train.figures import Look
from engine.train.held import Held, as_inputs
from engine.train.losses import count_right, loss_of
from engine.train.optimiser import Optimiser
from engine.train.quick import quickened
from engine.train.score import Score, evaluate
from engine.train.team import Share, Team

CALL_STEPS = 16
"""On a GPU a team hears after so many steps what its leader has to say."""


class Diverged(Exception):
    """The loss of a step, or a weight after it, is no finite number."""

    def __init__(self, step: int) -> None:
        super().__init__(step)
        self.step = step


class Taken(NamedTuple):
    """One step: mean loss, how many were named rightly and the gradient's length, on the device, and of how many."""

    loss: Tensor
    right: Tensor
    pictures: int
    norm: Tensor | None = None


class Trainer:
    """A module, an optimiser, and a data set that lies whole on the device.

    Args:
        module: it is moved to the device and belongs to the trainer from now on.
        data: pictures of the module's input shape.
        settings: how to train.
        device: where.
        team: the processes that train it together; None if it is this one alone.
    """

    def __init__(
        self,
        module: nn.Module,
        data: DataSet,
        settings: TrainSpec,
        device: torch.device,
        team: Team | None = None,
    ) -> None:
        self.device = device
        self.team = team
        self.settings = settings
        self.step = 0
        self.is_measured = True
        """Whether the next step's gradient is measured, be it not clipped."""
        self.scale = 1.0
        """What plateaus have made of the learning rate."""
        self.augment = AugmentSpec()
        """How each training picture is varied when it is seen."""
        self._train = Held(data.train, device)
        self._test = Held(data.test, device)
        self._order: tuple[int, Tensor] | None = None
        self._take_in(module)
        self._begin_epoch(0, 0)

    def _take_in(self, module: nn.Module) -> None:
        # Apple's GPU has no kernels for channels that lie innermost
        layout = torch.contiguous_format if self.device.type == "mps" else layout_for(module)
        self.module = module.to(device=self.device, memory_format=layout).train()  # type: ignore[call-overload]
        rest_frozen(self.module)
        quick, size = quickened(self.module), min(self.settings.batch_size, len(self._train))
        share = size if self.team is None else size // self.team.size
        compiles = self.settings.compile == "on"
        self._quick: Callable[[Tensor], Tensor] = Compiled(quick, share, self.device) if compiles else quick
        self._optimiser = Optimiser(self.module, self.settings, self.device)
        self._lone_joins = has(module, nn.modules.batchnorm._BatchNorm)
        self._chance = has(module, nn.modules.dropout._DropoutNd)
        self._whole = bounds(len(self._train), self.settings.batch_size, self._lone_joins)

    def _begin_epoch(self, epoch: int, seen: int) -> None:
        """Go on in an epoch of which so many pictures were shown."""
        left = bounds(len(self._train) - seen, self.settings.batch_size, self._lone_joins)
        self._epoch, self._index = epoch, 0
        self._bounds = tuple((start + seen, stop + seen) for start, stop in left)

    @property
    def steps_per_epoch(self) -> int:
        """How many batches show every training picture once."""
        return len(self._whole)

    @property
    def steps(self) -> int:
        """How many steps the whole run has."""
        settings, epochs_left = self.settings, self.settings.epochs - self._epoch - 1
        steps = max(self.step, self.step + len(self._bounds) - self._index + epochs_left * self.steps_per_epoch)
        return min(steps, settings.max_steps) if settings.max_steps else steps

    @property
    def epochs_done(self) -> int:
        """How many epochs have been shown whole."""
        return self._epoch

    @property
    def seen(self) -> int:
        """How many pictures of the epoch that has begun were shown."""
        return self._bounds[self._index][0]

    @property
    def epoch_now(self) -> int:
        """The epoch of the last step, counted from 1."""
        return self._epoch + bool(self.seen)

    def take_step(self, look: Look | None = None, rate: float | None = None) -> Taken:
        """Look at the next batch and change the weights.

        Args:
            look: sees how the layers do; the step is the same with it.
            rate: another learning rate than the schedule's.

        Raises:
            Diverged: if the loss is no finite number; the weights stay then as they are. On a GPU it is not looked
                at, since that would make it wait: whoever reads the loss finds out.
        """
        start, stop = self._bounds[self._index]
        inputs, labels = self.batch()
        with self.seeded(), nullcontext() if look is None else look.watching(self.module):
            outputs = (self._quick if look is None else self.module)(inputs).flatten(1)
        loss = loss_of(self.settings.loss, outputs, labels, self.settings.label_smoothing)
        right = count_right(outputs.detach(), labels)
        if self.team is not None:
            loss, right = self._together(self.team, loss, right, len(labels))
        # the processor has computed the loss by now, and looking at it costs a microsecond
        if self.device.type == "cpu" and not math.isfinite(loss.item()):
            raise Diverged(self.step + 1)
        if self.team is None:
            loss.backward()  # type: ignore[no-untyped-call]
        if look is not None:
            look.felt(self.module)
        norm, most = None, self.settings.clip_norm
        if most or self.is_measured:
            norm = self._optimiser.gradient_norm(quickly=not most)
        if norm is not None and most:
            self._optimiser.clip(norm, most)
        self._optimiser.step(self.learning_rate if rate is None else rate)
        if look is not None:
            look.moved(self.module)
        self._advance(stop)
        return Taken(loss.detach(), right, stop - start, norm)

    def _together(self, team: Team, loss: Tensor, right: Tensor, pictures: int) -> tuple[Tensor, Tensor]:
        """The way back of this process's share, and the sums over all of them: loss and count of the whole batch."""
        start, stop = self._bounds[self._index]
        weight = self._share.weight
        weighed = loss * weight
        weighed.backward()  # type: ignore[no-untyped-call]
        count = right * (weight * (stop - start) / pictures)
        sums, told = team.add_up(weighed, count, self._optimiser.gradients())
        # a GPU would have to wait for it, so that there it is read seldom
        if self.device.type == "cpu" or self.step % CALL_STEPS == 0:
            team.hear_calls(told)
        return sums[0], sums[1].round()

    @property
    def _share(self) -> Share:
        """What of the next batch this process takes."""
        start, stop = self._bounds[self._index]
        return Share(start, stop, 1.0) if self.team is None else self.team.share(start, stop)

    def gather(self) -> None:
        """All processes have the leader's weights now."""
        if self.team is not None:
            self.team.follow(self.module.state_dict().values())

    def batch(self) -> tuple[Tensor, Tensor]:
        """Inputs and labels of the next step; of a team's, this process's share."""
        start, stop, _ = self._share
        chosen = self._in_order(self._epoch)[start:stop]
        if not self.augment.is_active:
            return self._train.batch(chosen)
        inputs, labels = self._train.raw(chosen)
        chance = torch.Generator().manual_seed(self._seed("augment"))
        return as_inputs(augment(inputs, self.augment, chance)), labels

    def _advance(self, shown: int) -> None:
        self.step += 1
        self._index += 1
        if shown == len(self._train):
            self._begin_epoch(self._epoch + 1, 0)

    def evaluate(self) -> Score:
        """Try the network on all test pictures, each process of a team on its share of them."""
        if self.team is not None:
            self.team.follow(self.module.buffers())
        return evaluate(self.module, self._test, self.settings.loss, self.team)

    def is_finite(self) -> bool:
        """Whether every weight is a finite number."""
        finite = [tensor.isfinite().all() for tensor in self.module.state_dict().values()]
        return bool(torch.stack(finite).all())

    def first_bad(self) -> str:
        """The first layer where numbers of the next step are not finite; empty if there is none."""
        with self.seeded():
            return first_bad(self.module, self.batch()[0])

    @property
    def learning_rate(self) -> float:
        """That of the next step."""
        return self.scale * self.settings.rate_at(self.step, self.steps, self._epoch)

    def set_learning_rate(self, rate: float) -> None:
        """Take steps of another length from now on; the schedule goes on with the new rate."""
        self.settings = msgspec.structs.replace(self.settings, learning_rate=rate)

    def change(self, settings: TrainSpec) -> None:
        """Go on with other settings; what the optimiser keeps stays."""
        seen = self.seen
        self.settings = settings
        self._whole = bounds(len(self._train), settings.batch_size, self._lone_joins)
        self._begin_epoch(self._epoch, seen)
        self.lay_again(self._optimiser.state())

    def rebuild(self, module: nn.Module, optimiser: State) -> None:
        """Go on with another module, and what the optimiser keeps of the old one's weights that are in it."""
        seen = self.seen
        self._take_in(module)
        self._begin_epoch(self._epoch, seen)
        self._optimiser.put_back(optimiser)

    def lay_again(self, optimiser: State) -> None:
        """Make the optimiser anew, after settings or frozen layers have changed."""
        rest_frozen(self.module)
        self._optimiser = Optimiser(self.module, self.settings, self.device)
        self._optimiser.put_back(optimiser)

    def weights(self) -> Weights:
        """Copies of the weights on the processor."""
        state = {name: tensor.detach().to("cpu", copy=True) for name, tensor in self.module.state_dict().items()}
        return Weights(self.step, state)

    def optimiser_state(self) -> State:
        """Copies of what the optimiser keeps."""
        return self._optimiser.state()

    def put_back(
        self, step: int, weights: State, optimiser: State, learning_rate: float, at: tuple[int, int] | None = None
    ) -> None:
        """Go on from an earlier place; `at` is its epoch and how many pictures of it were shown."""
        self.module.load_state_dict(weights)
        self._optimiser.put_back(optimiser)
        self.set_learning_rate(learning_rate)
        self.step = step
        epoch, index = divmod(step, self.steps_per_epoch)
        self._begin_epoch(*(at or (epoch, self._whole[index][0])))

    def _in_order(self, epoch: int) -> Tensor:
        if self._order is None or self._order[0] != epoch:
            self._order = epoch, order(self.settings.seed, epoch, len(self._train)).to(self.device)
        return self._order[1]

    def seeded(self) -> AbstractContextManager[None]:
        """Dropout draws from the step's own chance."""
        if not self._chance:
            return nullcontext()
        return seeded(self._seed("step"), self.device)

    def _seed(self, purpose: str) -> int:
        """The step's own; each process of a team varies its share otherwise."""
        rank = 0 if self.team is None else self.team.rank
        return seed_for(self.settings.seed, f"{purpose} of {rank}" if rank else purpose, self.step)


def rest_frozen(module: nn.Module) -> None:
    """Normalisations whose weights are frozen keep their statistics; the others gather theirs."""
    for part in module.modules():
        if isinstance(part, nn.modules.batchnorm._BatchNorm) and part.weight is not None:
            part.train(part.weight.requires_grad)


def has(module: nn.Module, kind: type[nn.Module]) -> bool:
    """Whether a layer of a kind is in a module."""
    return any(isinstance(part, kind) for part in module.modules())
