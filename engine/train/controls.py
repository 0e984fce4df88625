"""What a run may be told while it goes on. The trainer reads it between two steps, so the module is never touched."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from engine.nn import State
from engine.spec.steering import Change, Steered


class Weights(NamedTuple):
    """All that the network has learned by this step: copies on the processor, {path.name: tensor}."""

    step: int
    state: State


class Orders(NamedTuple):
    """What the trainer is to do now."""

    stop: bool
    pause: bool
    once: bool
    given: tuple[Steered, ...]
    weights: bool


class Controls:
    """Pause, resume, stop, take one step, change what is trained and how, ask for the weights: from any thread.

    Attributes:
        watched: whether somebody looks at figures of the layers; see `engine.train.figures`.

    Example:
        >>> controls = Controls()
        >>> controls.stop()
        >>> controls.pending, controls.take().stop
        (True, True)
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._stop = self._pause = self._once = self._wanted = False
        self._given: list[Steered] = []
        self._weights: Weights | None = None
        self.watched = False
        self.pending = False
        """Whether there may be something to do; read at every step, therefore without the lock."""

    def pause(self) -> None:
        """Wait after the step in work."""
        with self._telling():
            self._pause = True

    def resume(self) -> None:
        """Go on after a pause."""
        with self._telling():
            self._pause = False

    def stop(self) -> None:
        """End after the step in work; the run can be resumed."""
        with self._telling():
            self._stop = True

    def step_once(self) -> None:
        """Take one step, and wait then."""
        with self._telling():
            self._pause = self._once = True

    def give_order(self, order: Steered) -> None:
        """Change the run between two steps; of several changes of one setting that wait, only the last is made."""
        with self._telling():
            last = self._given[-1] if self._given else None
            if isinstance(order, Change) and isinstance(last, Change) and last.name == order.name:
                self._given.pop()
            self._given.append(order)

    def set_learning_rate(self, rate: float) -> None:
        """Take steps of another length from now on.

        Raises:
            SpecError: for a rate that cannot be.
        """
        self.give_order(Change(name="learning_rate", new=rate))

    def want_weights(self) -> None:
        """Ask for the weights after the step in work; `weights` has them then."""
        with self._telling():
            self._wanted = True

    def watch(self, on: bool = True) -> None:
        """Have figures of the layers told now and then, or no more."""
        self.watched = on

    @property
    def weights(self) -> Weights | None:
        """The newest weights that were asked for, or those of the end."""
        return self._weights

    def take(self) -> Orders:
        """For the trainer: what is to be done; what can be done once is forgotten."""
        with self._changed:
            given = tuple(self._given)
            orders = Orders(self._stop, self._pause, self._once, given, self._wanted)
            self._given, self._wanted, self._once = [], False, False
            self.pending = self._stop or self._pause
            return orders

    def give(self, weights: Weights) -> None:
        """For the trainer: the weights that were asked for, and the last ones."""
        self._weights = weights

    def wait(self) -> None:
        """For the trainer in a pause: until there is something to do beside waiting."""
        with self._changed:
            self._changed.wait_for(self._is_news)

    def _is_news(self) -> bool:
        news = self._stop or self._once or self._wanted or bool(self._given)
        return news or not self._pause

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """Hold the lock while something is told, and wake the trainer afterwards."""
        with self._changed:
            yield
            self.pending = True
            self._changed.notify_all()
