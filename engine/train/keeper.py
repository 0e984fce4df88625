"""What a run tells of its steps and what of it is kept: lines of metrics, the timeline, checkpoints, and its place."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

from engine.errors import BadFile
from engine.spec.events import Metric, Saved, TrainEvent, Warned
from engine.train.checkpoint import Place
from engine.train.folder import RunFolder
from engine.train.progress import Progress
from engine.train.score import Score
from engine.train.trainer import Diverged, Trainer
from engine.train.wheel import Wheel


class Keeper:
    """Writes a run into its folder, if it has one; a disk that is full ends no run.

    Attributes:
        place: where the run is, as of its last change.
        checkpoint: the last one of this session; empty if there is none.
        saved_step, saved_at: of which step that is, and when it was tried.
    """

    def __init__(self, trainer: Trainer, wheel: Wheel, place: Place, folder: RunFolder | None) -> None:
        self._trainer = trainer
        self._wheel = wheel
        self._folder = folder
        self._complained = False
        self.progress = Progress(trainer, place.seconds, place.epoch_sum)
        self.place = place
        self.checkpoint = ""
        self.saved_step = place.step
        self.saved_at = time.monotonic()

    @property
    def run(self) -> str:
        """The run's folder; empty if nothing is kept."""
        return "" if self._folder is None else str(self._folder.path)

    @property
    def good_step(self) -> int:
        """The step that taking the run up again goes back to; -1 if nothing is kept."""
        return -1 if self._folder is None else self.saved_step

    @property
    def is_behind(self) -> bool:
        """Whether the last checkpoint is of an earlier step than this one."""
        return self._folder is not None and self.saved_step < self._trainer.step

    def save_first(self) -> Saved | None:
        """Write the checkpoint before the first step.

        Raises:
            BadFile: if the folder cannot be written to.
        """
        if self._folder is None:
            return None
        weights = self._trainer.weights().state
        path = self._folder.save(self._here(None), weights, self._trainer.optimiser_state())
        self._folder.timeline.add(self._trainer.step, 0, 0, weights)
        return self._told(path, best=False)

    def report(self) -> Iterator[TrainEvent]:
        """What the steps since the last report were like, if there were any.

        Raises:
            Diverged: if the loss of one of them is no finite number.
        """
        if len(self.progress):
            report = self.progress.report()
            warnings = list(self.note(report))
            yield report
            yield from warnings

    def note(self, metric: Metric) -> Iterator[TrainEvent]:
        """Keep a line of the metrics."""
        if self._folder is None:
            return
        try:
            self._folder.note(metric)
        except BadFile as error:
            yield from self._complaint(f"Training goes on without a line of its metrics: {error}")

    def remember(self, score: Score | None = None) -> Iterator[TrainEvent]:
        """Keep this step in the timeline; without a score only if it is one of those that are kept."""
        if self._folder is None:
            return
        trainer, done, timeline = self._trainer, self._wheel.done, self._folder.timeline
        if score is None and not timeline.is_due(trainer.step):
            return
        try:
            timeline.add(trainer.step, trainer.epochs_done, done, trainer.weights().state, score)
        except BadFile as error:
            yield from self._complaint(f"Training goes on without a step of its timeline: {error}")

    def _complaint(self, message: str) -> Iterator[TrainEvent]:
        """That something cannot be kept is told once."""
        if not self._complained:
            self._complained = True
            yield Warned(message=message)

    def save(self, test_accuracy: float | None = None) -> Iterator[TrainEvent]:
        """Write a checkpoint; if that fails, training goes on and it is tried again at its time.

        Raises:
            Diverged: if a weight is no finite number, so that a bad checkpoint never replaces a good one.
        """
        self.saved_at = time.monotonic()
        step = self._trainer.step
        if self._folder is None or (self.saved_step == step and test_accuracy is None):
            return
        yield from self.report()
        if not self._trainer.is_finite():
            raise Diverged(step)
        weights, optimiser = self._trainer.weights().state, self._trainer.optimiser_state()
        try:
            path = self._folder.save(self._here(test_accuracy), weights, optimiser)
        except BadFile as error:
            yield Warned(message=f"No checkpoint is saved and training goes on: {error}")
            return
        yield self._told(path, best=test_accuracy is not None and self.place.best_step == step)

    def _told(self, path: Path, best: bool) -> Saved:
        self.saved_step, self.checkpoint = self._trainer.step, str(path)
        return Saved(step=self.saved_step, path=self.checkpoint, best=best)

    def _here(self, test_accuracy: float | None) -> Place:
        """Where the run is now."""
        self.update(
            step=self._trainer.step,
            learning_rate=self._trainer.settings.learning_rate,
            lines=0 if self._folder is None else self._folder.lines,
            seconds=self.progress.seconds,
            epoch_sum=self.progress.epoch_sum,
            test_accuracy=test_accuracy,
            orders=self._wheel.done,
            epoch=self._trainer.epochs_done,
            seen=self._trainer.seen,
        )
        return self.place

    def update(self, **changes: object) -> None:
        """Something about the place is otherwise now."""
        self.place = msgspec.structs.replace(self.place, **changes)
