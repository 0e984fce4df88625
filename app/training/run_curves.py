"""The curves of one run: what each step and each epoch was like."""

from __future__ import annotations

from pathlib import PurePath
from typing import Literal

from app.training.series import Series
from engine.protocol import Curves, EpochDone, Points

Below = Literal["accuracy", "rate", "gradient"]
"""What the lower plot may show."""


class RunCurves:
    """Keeps every point.

    Attributes:
        run: the run's folder; empty if it is not known.
        lines: by what they are of; accuracies in percent.
        tests: of the test pictures, "loss" and "accuracy".
        best: (step, test loss, test accuracy) of the epoch that did best, and its number; None before the first.
    """

    def __init__(self, run: str = "") -> None:
        self.run = run
        self.lines = {name: Series() for name in ("loss", "accuracy", "rate", "gradient")}
        self.tests = {name: Series() for name in ("loss", "accuracy")}
        self.epochs: list[int] = []
        self.best: tuple[float, float, float] | None = None

    def __len__(self) -> int:
        return len(self.lines["loss"])

    @property
    def name(self) -> str:
        """What its folder is called."""
        return PurePath(self.run).name or "earlier run"

    def take_points(self, points: Points) -> None:
        """Add steps."""
        self._add(points.steps, points.losses, points.accuracies, points.rates, points.gradients)

    def take_epoch(self, done: EpochDone) -> None:
        """Add a test."""
        self._add_test(done.step, done.test_loss, done.test_accuracy)
        self.epochs.append(done.epoch)

    def _add(self, steps: tuple[int, ...], *numbers: tuple[float, ...]) -> None:
        losses, shares, rates, gradients = numbers
        self.lines["loss"].append(steps, losses)
        self.lines["accuracy"].append(steps, [100 * share for share in shares])
        self.lines["rate"].append(steps, rates)
        self.lines["gradient"].append(steps, gradients)

    def _add_test(self, step: int, loss: float, accuracy: float) -> None:
        self.tests["loss"].append([step], [loss])
        self.tests["accuracy"].append([step], [100 * accuracy])
        if self.best is None or 100 * accuracy > self.best[2]:
            self.best = float(step), loss, 100 * accuracy


def curves_from(told: Curves) -> RunCurves:
    """Those of a run that was read from its folder."""
    made = RunCurves(told.run)
    made._add(told.steps, told.losses, told.accuracies, told.rates, told.gradients)
    for step, loss, accuracy in zip(told.test_steps, told.test_losses, told.test_accuracies, strict=True):
        made._add_test(step, loss, accuracy)
    return made
