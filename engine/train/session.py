"""A run as it goes: steps, tests and checkpoints in their order, commands between two steps, an event for each."""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

from engine.errors import BadFile
from engine.spec.events import Epoch, Failed, Finished, Metric, Paused, Resumed, Saved, Stopped, TrainEvent, Warned
from engine.train.checkpoint import Place
from engine.train.controls import Controls
from engine.train.folder import RunFolder
from engine.train.progress import Progress
from engine.train.score import Score
from engine.train.trainer import Diverged, Trainer

SAVE_SECONDS = 30.0


class Stop(Exception):
    """It was told to end."""


class Session:
    """Drives a trainer to the end of its epochs.

    Args:
        trainer: a module in training, at the place where the run is.
        place: that place.
        controls: what it is told from outside.
        folder: where checkpoints and metrics go; None to keep nothing.
    """

    def __init__(self, trainer: Trainer, place: Place, controls: Controls, folder: RunFolder | None) -> None:
        self._trainer = trainer
        self._place = place
        self._controls = controls
        self._folder = folder
        self._progress = Progress(trainer, place.seconds, place.epoch_sum)
        self._score: Score | None = None
        self._saved_step = place.step
        self._saved_at = time.monotonic()
        self._checkpoint = ""
        self._first: Saved | None = None
        self._complained = False

    @property
    def step(self) -> int:
        """How many steps the run has taken."""
        return self._trainer.step

    @property
    def checkpoint(self) -> str:
        """The last checkpoint of this session; empty if there is none."""
        return self._checkpoint

    def save_first(self) -> None:
        """Write the checkpoint before the first step.

        Raises:
            BadFile: if the folder cannot be written to.
        """
        if self._folder is not None:
            path = self._folder.save(self._here(None), self._trainer.weights().state, self._trainer.optimiser_state())
            self._first = self._told(path, best=False)

    def events(self) -> Iterator[TrainEvent]:
        """Train, and tell of it; the last event says how it ended.

        Closing the iterator at an event leaves a checkpoint behind, as being told to stop does.
        """
        try:
            try:
                yield from self._train()
            except Stop:
                self._controls.give(self._trainer.weights())
                yield from self._save()
                yield Stopped(step=self.step, epoch=self._trainer.epochs_done)
        except Diverged as bad:
            yield self._diverged(bad.step)
        except GeneratorExit:
            with contextlib.suppress(Diverged):
                for _ in self._save():
                    pass
            raise

    def _train(self) -> Iterator[TrainEvent]:
        if self._first is not None:
            yield self._first
        while True:
            if self._trainer.epochs_done > self._place.tested:
                yield from self._end_epoch()
            yield from self._obey()
            if self.step >= self._trainer.steps:
                break
            self._progress.take_step()
            if self._progress.due:
                yield from self._report()
            if time.monotonic() - self._saved_at >= SAVE_SECONDS:
                yield from self._save()
        yield from self._finish()

    def _report(self) -> Iterator[TrainEvent]:
        if len(self._progress):
            report = self._progress.report()
            warnings = list(self._note(report))
            yield report
            yield from warnings

    def _end_epoch(self) -> Iterator[TrainEvent]:
        yield from self._report()
        score = self._trainer.evaluate()
        if not math.isfinite(score.loss):
            raise Diverged(self.step)
        done = self._epoch(score)
        self._score = score
        self._progress.end_epoch()
        if score.accuracy > self._place.best_accuracy:
            self._update(best_accuracy=score.accuracy, best_epoch=done.epoch, best_step=self.step)
        self._update(tested=done.epoch)
        told = [*self._note(done), *self._save(score.accuracy)]  # the checkpoint is there when the epoch is told
        yield done
        yield from told

    def _epoch(self, score: Score) -> Epoch:
        return Epoch(
            epoch=self._trainer.epochs_done,
            step=self.step,
            train_loss=self._progress.epoch_sum.loss,
            train_accuracy=self._progress.epoch_sum.accuracy,
            test_loss=score.loss,
            test_accuracy=score.accuracy,
            confusion=score.confusion,
            examples_per_second=self._progress.rate,
            seconds=self._progress.seconds,
        )

    def _finish(self) -> Iterator[TrainEvent]:
        if self._folder is not None and self._saved_step < self.step:
            message = "The last checkpoint cannot be saved; free some space and resume the run."
            yield Failed(reason="disk", message=message, step=self.step, checkpoint=self._checkpoint)
            return
        self._controls.give(self._trainer.weights())
        score = self._score or self._trainer.evaluate()
        done = Finished(
            run="" if self._folder is None else str(self._folder.path),
            epochs=self._trainer.epochs_done,
            step=self.step,
            test_accuracy=score.accuracy,
            test_loss=score.loss,
            confusion=score.confusion,
            best_accuracy=self._place.best_accuracy,
            best_epoch=self._place.best_epoch,
            examples_per_second=self._progress.rate,
            seconds=self._progress.seconds,
        )
        yield from self._note(done)
        yield done

    def _obey(self) -> Iterator[TrainEvent]:
        """Do what was asked for since the last step, and wait as long as it is to wait."""
        if not self._controls.pending or not self._do_orders():
            return
        yield from self._report()
        yield Paused(step=self.step)
        while self._do_orders():
            self._controls.wait()
        yield Resumed(step=self.step)

    def _do_orders(self) -> bool:
        """Whether it is to wait now.

        Raises:
            Stop: if it is to end.
        """
        orders = self._controls.take()
        if orders.learning_rate is not None:
            self._trainer.set_learning_rate(orders.learning_rate)
        if orders.weights:
            self._controls.give(self._trainer.weights())
        if orders.stop:
            raise Stop
        return orders.pause

    def _note(self, metric: Metric) -> Iterator[TrainEvent]:
        """Keep a line of the metrics; that it cannot be kept is told once."""
        if self._folder is None:
            return
        try:
            self._folder.note(metric)
        except BadFile as error:
            if not self._complained:
                self._complained = True
                yield Warned(message=f"Training goes on without a line of its metrics: {error}")

    def _save(self, test_accuracy: float | None = None) -> Iterator[TrainEvent]:
        """Write a checkpoint; if that fails, training goes on and it is tried again at its time.

        Raises:
            Diverged: if a weight is no finite number, so that a bad checkpoint never replaces a good one.
        """
        self._saved_at = time.monotonic()
        if self._folder is None or (self._saved_step == self.step and test_accuracy is None):
            return
        yield from self._report()
        if not self._trainer.is_finite():
            raise Diverged(self.step)
        weights, optimiser = self._trainer.weights().state, self._trainer.optimiser_state()
        try:
            path = self._folder.save(self._here(test_accuracy), weights, optimiser)
        except BadFile as error:
            yield Warned(message=f"No checkpoint is saved and training goes on: {error}")
            return
        yield self._told(path, best=test_accuracy is not None and self._place.best_step == self.step)

    def _told(self, path: Path, best: bool) -> Saved:
        self._saved_step, self._checkpoint = self.step, str(path)
        return Saved(step=self.step, path=str(path), best=best)

    def _here(self, test_accuracy: float | None) -> Place:
        """Where the run is now."""
        self._update(
            step=self.step,
            learning_rate=self._trainer.settings.learning_rate,
            lines=0 if self._folder is None else self._folder.lines,
            seconds=self._progress.seconds,
            epoch_sum=self._progress.epoch_sum,
            test_accuracy=test_accuracy,
        )
        return self._place

    def _update(self, **changes: object) -> None:
        self._place = msgspec.structs.replace(self._place, **changes)

    def _diverged(self, step: int) -> Failed:
        rate = self._trainer.settings.learning_rate
        kept = " The checkpoint before it is kept." if self._checkpoint else ""
        message = (
            f"The training diverged in step {step} at the learning rate {rate:g}: a number is no longer finite; a "
            f"smaller learning rate would do.{kept}"
        )
        return Failed(reason="diverged", message=message, step=step, checkpoint=self._checkpoint)
