"""What a run has learned about its own progress: plateaus of the test loss, and whether it is time to stop."""

from __future__ import annotations

import math
from typing import Literal

import msgspec

from engine.spec.train import TrainSpec

THRESHOLD = 1e-4
"""A plateau's loss is better only by more than this share, as in torch."""

Ending = Literal["epochs", "steps", "seconds", "accuracy", "no progress"]


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """What an epoch was like."""

    train_loss: float
    test_loss: float
    test_accuracy: float


class Course(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What checkpoints keep of all epochs so far, so that a resumed run decides as one that was not interrupted.

    Attributes:
        scale: what plateaus have made of the learning rate.
        lowest, flat: the best test loss, and epochs since without a better one; for the plateau.
        best, idle: the best of what the early stop watches, and epochs since without a better one.
        reached: the run's goal in accuracy has been reached.
    """

    scale: float = 1.0
    lowest: float | None = None
    flat: int = 0
    best: float | None = None
    idle: int = 0
    reached: bool = False

    def after(self, epoch: Judged, settings: TrainSpec) -> Course:
        """With one epoch more.

        Example:
            >>> spec = TrainSpec(schedule="plateau", patience=0, decay_factor=0.1)
            >>> same = Judged(train_loss=1.0, test_loss=1.0, test_accuracy=0.5)
            >>> Course().after(same, spec).scale, Course().after(same, spec).after(same, spec).scale
            (1.0, 0.1)
        """
        scale, flat = self.scale, self.flat + 1
        better = self.lowest is None or epoch.test_loss < self.lowest * (1.0 - THRESHOLD)
        lowest = epoch.test_loss if better else self.lowest
        flat = 0 if better else flat
        if settings.schedule == "plateau" and flat > settings.patience:
            scale, flat = scale * settings.decay_factor, 0
        watched = _watched(epoch, settings)
        gained = self.best is None or watched > self.best
        reached = 0.0 < settings.target_accuracy <= epoch.test_accuracy
        return Course(
            scale=scale,
            lowest=lowest,
            flat=flat,
            best=watched if gained else self.best,
            idle=0 if gained else self.idle + 1,
            reached=reached,
        )

    def ending(self, settings: TrainSpec, step: int, steps: int, seconds: float) -> Ending | None:
        """Why the run is over, if it is.

        Args:
            settings: those of the run.
            step, steps: how many were taken, and of how many.
            seconds: that steps have taken.
        """
        if self.reached:
            return "accuracy"
        if 0 < settings.stop_epochs <= self.idle:
            return "no progress"
        if step >= steps:
            return "steps" if step == settings.max_steps else "epochs"
        limit = settings.max_seconds or math.inf
        return "seconds" if seconds >= limit else None


def _watched(epoch: Judged, settings: TrainSpec) -> float:
    """What the early stop watches; more is better."""
    if settings.stop_watch == "test-accuracy":
        return epoch.test_accuracy
    return -(epoch.test_loss if settings.stop_watch == "test-loss" else epoch.train_loss)
