"""What a run may be told while it goes on. The trainer reads it between two steps, so the module is never touched."""

from __future__ import annotations

import threading
from typing import NamedTuple

from engine.nn import State
from engine.spec.train import TrainSpec


class Weights(NamedTuple):
    """All that the network has learned by this step: copies on the processor, {path.name: tensor}."""

    step: int
    state: State


class Orders(NamedTuple):
    """What the trainer is to do now."""

    stop: bool
    pause: bool
    learning_rate: float | None
    weights: bool


class Controls:
    """Pause, resume, stop, change the learning rate, ask for the weights: from any thread, at any time.

    Example:
        >>> controls = Controls()
        >>> controls.stop()
        >>> controls.pending, controls.take().stop
        (True, True)
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._stop = False
        self._pause = False
        self._learning_rate: float | None = None
        self._wanted = False
        self._weights: Weights | None = None
        self.pending = False
        """Whether there may be something to do; read at every step, therefore without the lock."""

    def pause(self) -> None:
        """Wait after the step in work."""
        self._tell(pause=True)

    def resume(self) -> None:
        """Go on after a pause."""
        self._tell(pause=False)

    def stop(self) -> None:
        """End after the step in work; the run can be resumed."""
        self._tell(stop=True)

    def set_learning_rate(self, rate: float) -> None:
        """Take steps of another length from now on.

        Raises:
            SpecError: for a rate that cannot be.
        """
        self._tell(learning_rate=TrainSpec(learning_rate=rate).learning_rate)

    def want_weights(self) -> None:
        """Ask for the weights after the step in work; `weights` has them then."""
        self._tell(wanted=True)

    @property
    def weights(self) -> Weights | None:
        """The newest weights that were asked for, or those of the end."""
        return self._weights

    def take(self) -> Orders:
        """For the trainer: what is to be done; what can be done once is forgotten."""
        with self._changed:
            orders = Orders(self._stop, self._pause, self._learning_rate, self._wanted)
            self._learning_rate, self._wanted = None, False
            self.pending = self._stop or self._pause
            return orders

    def give(self, weights: Weights) -> None:
        """For the trainer: the weights that were asked for, and the last ones."""
        self._weights = weights

    def wait(self) -> None:
        """For the trainer in a pause: until there is something to do beside waiting."""
        with self._changed:
            self._changed.wait_for(
                lambda: self._stop or not self._pause or self._learning_rate is not None or self._wanted
            )

    def _tell(
        self,
        stop: bool | None = None,
        pause: bool | None = None,
        learning_rate: float | None = None,
        wanted: bool = False,
    ) -> None:
        with self._changed:
            self._stop = self._stop if stop is None else stop
            self._pause = self._pause if pause is None else pause
            self._learning_rate = self._learning_rate if learning_rate is None else learning_rate
            self._wanted = self._wanted or wanted
            self.pending = True
            self._changed.notify_all()
