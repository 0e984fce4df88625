"""Steering: orders are checked, written into the run's log, and carried out between two steps."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import msgspec
import torch
from torch import nn

from engine.data.dataset import DataSet
from engine.errors import SpecError
from engine.nn import State, fresh_module, load_state, seed_for
from engine.spec.data import check_augment
from engine.spec.steering import (
    Broken,
    Cell,
    Change,
    Entry,
    Freeze,
    Number,
    Rebuild,
    Redraw,
    RollBack,
    Standing,
    Steered,
    Vary,
)
from engine.train.memory import check_memory
from engine.train.suits import suited
from engine.train.trainer import Trainer

Log = Callable[[Entry], None]


class Wheel:
    """Changes a trainer as it is told.

    Args:
        trainer: a module in training.
        standing: what it is trained with, after the first `done` of the orders.
        data: what it learns from, as the network takes it.
        orders: those that were told in an earlier session; what is left of them is carried out at its step.
        done: how many of them the trainer has behind it.
        log: keeps a line; None keeps nothing.
    """

    def __init__(
        self,
        trainer: Trainer,
        standing: Standing,
        data: DataSet,
        orders: list[Entry] | None = None,
        done: int = 0,
        log: Log | None = None,
    ) -> None:
        self._trainer = trainer
        self.standing = standing
        self._data = data
        self._entries = list(orders or [])
        self.done = done
        self._log = log

    def catch_up(self) -> list[Entry]:
        """Carry out what was told in an earlier session for this step, and say what that was."""
        caught = []
        while self.done < len(self._entries) and self._entries[self.done].step <= self._trainer.step:
            entry = self._entries[self.done]
            if not isinstance(entry.order, RollBack | Broken):
                self._carry_out(entry.order)
            self.done += 1
            caught.append(entry)
        return caught

    def obey(self, order: Steered) -> Entry:
        """Carry out an order; what an earlier session was told for later steps is given up.

        Raises:
            SpecError: if it cannot be carried out; nothing has changed then.
            BadFile: if it cannot be written into the log.
        """
        if isinstance(order, Freeze | Redraw):
            self._part(order.layer)
        entry = Entry(step=self._trainer.step, time=time.time(), order=order, old=self._old(order))
        self._check(order)
        self.give_up_the_rest()
        self._note(entry)
        self._carry_out(order)
        self.done += 1
        return entry

    def broken(self) -> None:
        """Note that a number is no longer finite."""
        self._note(Entry(step=self._trainer.step, time=time.time(), order=Broken()))

    def give_up_the_rest(self) -> None:
        """What an earlier session was told for later steps does not stand any more."""
        if self.done < len(self._entries):
            order = RollBack(kept=self.done)
            if self._log is not None:
                self._log(Entry(step=self._trainer.step, time=time.time(), order=order))
            del self._entries[self.done :]

    def _note(self, entry: Entry) -> None:
        if self._log is not None:
            self._log(entry)
        self._entries.append(entry)

    def _old(self, order: Steered) -> Number | bool | dict[str, Any] | None:
        if isinstance(order, Change):
            old: Number = getattr(self.standing.settings, order.name)
            return old
        if isinstance(order, Freeze):
            return not any(weight.requires_grad for weight in self._part(order.layer).parameters())
        if isinstance(order, Cell):
            return float(self._weight(order)[order.index])
        if isinstance(order, Redraw):
            return None
        old_one = self.standing.augment if isinstance(order, Vary) else self.standing.network
        plain: dict[str, Any] = msgspec.to_builtins(old_one)
        return plain

    def _check(self, order: Steered) -> None:
        after = self.standing.after(order)
        if isinstance(order, Freeze):
            self._check_one_learns(order)
        elif isinstance(order, Redraw):
            self._check_filters(order)
        elif isinstance(order, Vary):
            check_augment(order.augment, after.network.input_shape)
        elif isinstance(order, Change) and order.name != "batch_size":
            return
        elif not isinstance(order, Cell):
            if after.network.input_shape != self.standing.network.input_shape:
                raise SpecError("A run cannot change the input of its network; a new run would do.")
            found = suited(after.network, self._data, after.settings)
            count, device = len(self._data.y_train), self._trainer.device
            check_memory(found.network, after.network.input_shape, count, after.settings, device)

    def _check_one_learns(self, order: Freeze) -> None:
        frozen = {id(weight) for weight in self._part(order.layer).parameters()} if order.frozen else set()
        left = [w for w in self._trainer.module.parameters() if w.requires_grad and id(w) not in frozen]
        if not left and order.frozen:
            raise SpecError(f"With {order.layer} frozen nothing would learn any more; leave one layer as it is.")

    def _check_filters(self, order: Redraw) -> None:
        count = len(next(self._part(order.layer).parameters()))
        if not all(0 <= number < count for number in order.filters):
            raise SpecError(f"{order.layer} has {count} filters, counted from 0; some of those would do.")

    def _part(self, path: str) -> nn.Module:
        part: nn.Module | None = dict(self._trainer.module.named_modules()).get(path) if path else None
        if part is None or next(part.parameters(), None) is None:
            raise SpecError(f"The network has no layer {path!r} with weights; the path of one would do.")
        return part

    def _weight(self, order: Cell) -> torch.Tensor:
        weight: torch.Tensor | None = dict(self._trainer.module.named_parameters()).get(order.weight)
        if weight is None:
            raise SpecError(f"The network has no weight {order.weight!r}; one such as 'conv1.weight' would do.")
        inside = all(0 <= place < size for place, size in zip(order.index, weight.shape, strict=False))
        if len(order.index) != weight.ndim or not inside:
            raise SpecError(f"{order.weight} has no cell {order.index}; it is {tuple(weight.shape)}.")
        return weight.detach()

    def _carry_out(self, order: Steered) -> None:
        self.standing = self.standing.after(order)
        if isinstance(order, Change):
            if order.name == "learning_rate":
                self._trainer.set_learning_rate(float(order.new))
            else:
                self._trainer.change(msgspec.structs.replace(self._trainer.settings, **{order.name: order.new}))
        elif isinstance(order, Cell):
            self._weight(order)[order.index] = order.new
        elif isinstance(order, Vary):
            self._trainer.augment = order.augment
        elif isinstance(order, Freeze):
            kept = self._trainer.optimiser_state()
            set_frozen(self._trainer.module, {order.layer: order.frozen})
            self._trainer.lay_again(kept)
        elif isinstance(order, Redraw):
            self._redraw(order)
        else:
            self._rebuild(order)

    def _redraw(self, order: Redraw) -> None:
        """Weights as in a fresh network, drawn by the run's seed and the step."""
        seed = seed_for(self._trainer.settings.seed, "redraw", self._trainer.step)
        fresh = fresh_module(self.standing.network, seed).get_submodule(order.layer)
        chosen = torch.tensor(order.filters, dtype=torch.int64, device=self._trainer.device)
        for weight, new in zip(self._part(order.layer).parameters(), fresh.parameters(), strict=True):
            weight.detach()[chosen] = new.detach().to(weight.device)[chosen]

    def _rebuild(self, order: Rebuild) -> None:
        """Every weight whose layer and shape are still there stays, and what the optimiser keeps of it."""
        before, kept = self._trainer.weights().state, self._trainer.optimiser_state()
        module = fresh_module(order.network, self._trainer.settings.seed)
        stays = staying(module, before)
        set_frozen(module, self.standing.frozen)
        self._trainer.rebuild(module, {key: value for key, value in kept.items() if key.partition("/")[2] in stays})


def staying(module: nn.Module, before: State) -> set[str]:
    """Put the weights into a module that they still fit; their names."""
    layers = set(load_state(module, before).kept)
    return {name for name in module.state_dict() if name in before and name.rpartition(".")[0] in layers}


def set_frozen(module: nn.Module, frozen: dict[str, bool]) -> None:
    """Freeze some layers, by their paths, and have others learn; those that are not there are passed over."""
    parts = dict(module.named_modules())
    for path, still in frozen.items():
        for weight in parts[path].parameters() if path in parts else ():
            weight.requires_grad_(not still)
            weight.grad = None
