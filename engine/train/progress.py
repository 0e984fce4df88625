"""The figures of a run: what its steps were like, and how long they took."""

from __future__ import annotations

import time

from engine.spec.events import Steps
from engine.train.figures import Look
from engine.train.tally import Sum, Tally
from engine.train.trainer import Diverged, Trainer

REPORT_SECONDS = 0.1


class Progress:
    """Takes the trainer's steps and keeps count. Only steps are timed: tests, checkpoints and pauses are not."""

    def __init__(self, trainer: Trainer, seconds: float, epoch_sum: Sum) -> None:
        self._trainer = trainer
        self._tally = Tally()
        self.epoch_sum = epoch_sum
        self.seconds = seconds
        """Since the run began, in all its sessions."""
        self._seconds_here = 0.0
        self._examples_here = 0
        self._reported = seconds

    @property
    def rate(self) -> float:
        """Training pictures a second in this session."""
        return self._examples_here / self._seconds_here if self._seconds_here else 0.0

    @property
    def due(self) -> bool:
        """Whether it is time for a report."""
        return self.seconds - self._reported >= REPORT_SECONDS

    def __len__(self) -> int:
        return len(self._tally)

    def take_step(self, look: Look | None = None) -> None:
        """One step of the trainer's, which somebody may look at.

        Raises:
            Diverged: if its loss is no finite number.
        """
        began = time.perf_counter()
        self._trainer.is_measured = not len(self._tally)  # once a report: each time would cost 4 % of a small network
        taken = self._trainer.take_step() if look is None else self._trainer.take_step(look)
        self._tally.add(*taken)
        self._examples_here += taken.pictures
        self._spent(began)

    def report(self) -> Steps:
        """What the steps since the last report were like.

        Raises:
            Diverged: if the loss of one of them is no finite number.
        """
        began = time.perf_counter()
        means = self._tally.read()  # a GPU finishes its steps here
        self._spent(began)
        trainer, steps = self._trainer, len(means.losses)
        if means.good < steps:
            raise Diverged(trainer.step - steps + means.good + 1)
        self.epoch_sum = self.epoch_sum.plus(means)
        took = max(self.seconds - self._reported, 1e-9)
        self._reported = self.seconds
        return Steps(
            step=trainer.step,
            epoch=trainer.epoch_now,
            count=steps,
            loss=means.loss,
            accuracy=means.accuracy,
            learning_rate=trainer.learning_rate,
            gradient_norm=means.gradient_norm,
            examples_per_second=means.examples / took,
            seconds=self.seconds,
            seconds_left=(trainer.steps - trainer.step) * took / steps,
        )

    def end_epoch(self) -> None:
        """The next epoch's sums begin."""
        self.epoch_sum = Sum()

    def _spent(self, began: float) -> None:
        seconds = time.perf_counter() - began
        self.seconds += seconds
        self._seconds_here += seconds
