"""A run as it goes: steps, tests and checkpoints in their order, and an event for each."""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Iterable, Iterator

from engine.errors import BadFile
from engine.spec.events import Epoch, Failed, Finished, Looked, Saved, Stopped, TrainEvent
from engine.spec.steering import Change
from engine.train.checkpoint import Place
from engine.train.controls import Controls
from engine.train.course import Ending, Judged
from engine.train.figures import Look, Pace
from engine.train.folder import RunFolder
from engine.train.helm import Helm, Stop
from engine.train.keeper import Keeper
from engine.train.score import Score
from engine.train.trainer import Diverged, Trainer
from engine.train.wheel import Wheel

SAVE_SECONDS = 30.0


class Session:
    """Drives a trainer to the end of its epochs.

    Args:
        trainer: a module in training, at the place where the run is.
        place: that place.
        controls: what it is told from outside.
        folder: where checkpoints and metrics go; None to keep nothing.
        wheel: carries out orders.
        until: a step to end at, be it before the run's own end.
    """

    def __init__(
        self,
        trainer: Trainer,
        place: Place,
        controls: Controls,
        folder: RunFolder | None,
        wheel: Wheel,
        until: int | None = None,
    ) -> None:
        self._trainer = trainer
        self._wheel = wheel
        self._until = until
        self._controls = controls
        self._keeper = Keeper(trainer, wheel, place, folder)
        self._helm = Helm(trainer, wheel, controls, self._keeper)
        self._progress = self._keeper.progress
        self._scored: tuple[int, Score] | None = None
        self._first: Saved | None = None
        self._pace = Pace()
        trainer.scale = place.course.scale

    @property
    def step(self) -> int:
        """How many steps the run has taken."""
        return self._trainer.step

    @property
    def checkpoint(self) -> str:
        """The last checkpoint of this session; empty if there is none."""
        return self._keeper.checkpoint

    def save_first(self) -> None:
        """Write the checkpoint before the first step.

        Raises:
            BadFile: if the folder cannot be written to.
        """
        self._first = self._keeper.save_first()

    def change(self, changes: Iterable[Change]) -> None:
        """Change settings before the first step of this session.

        Raises:
            SpecError, BadFile: if that cannot be done.
        """
        for change in changes:
            self._helm.obeyed(self._wheel.obey(change))

    def events(self) -> Iterator[TrainEvent]:
        """Train, and tell of it; the last event says how it ended.

        Closing the iterator at an event leaves a checkpoint behind, as being told to stop does.
        """
        try:
            try:
                yield from self._train()
            except Stop:
                self._controls.give(self._trainer.weights())
                yield from self._keeper.save()
                yield Stopped(step=self.step, epoch=self._trainer.epochs_done)
        except Diverged as bad:
            yield self._diverged(bad.step)
        except GeneratorExit:
            with contextlib.suppress(Diverged):
                for _ in self._keeper.save():
                    pass
            raise

    def _train(self) -> Iterator[TrainEvent]:
        self._trainer.gather()
        if self._first is not None:
            yield self._first
        while True:
            if self._trainer.epochs_done > self._keeper.place.tested:
                yield from self._end_epoch()
            yield from self._helm.obey()
            ending = self._ending()
            if ending is not None or self.step == self._until:
                break
            yield from self._step()
            yield from self._keeper.remember()
            if self._progress.due:
                yield from self._keeper.report()
            if time.monotonic() - self._keeper.saved_at >= SAVE_SECONDS:
                yield from self._keeper.save()
        yield from self._finish(ending or "steps")

    def _step(self) -> Iterator[TrainEvent]:
        """One step, and now and then how its layers did, if somebody watches."""
        self._helm.before_step()
        if not self._controls.watched or not self._pace.is_due:
            self._progress.take_step()
            return
        look, began = Look(), time.monotonic()
        self._progress.take_step(look)
        self._pace.took(time.monotonic() - began)
        yield Looked(step=self.step, layers=look.layers)

    def _ending(self) -> Ending | None:
        trainer, course = self._trainer, self._keeper.place.course
        return course.ending(trainer.settings, trainer.step, trainer.steps, self._helm.seconds)

    def _end_epoch(self) -> Iterator[TrainEvent]:
        yield from self._keeper.report()
        score = self._trainer.evaluate()
        if not math.isfinite(score.loss):
            raise Diverged(self.step)
        done = self._epoch(score)
        self._scored = self.step, score
        self._progress.end_epoch()
        self._judge(done)
        if score.accuracy > self._keeper.place.best_accuracy:
            self._keeper.update(best_accuracy=score.accuracy, best_epoch=done.epoch, best_step=self.step)
        self._keeper.update(tested=done.epoch)
        told = [
            *self._keeper.note(done),
            *self._keeper.save(score.accuracy),
            *self._keeper.remember(score),
        ]  # the checkpoint is there when the epoch is told
        yield done
        yield from told

    def _judge(self, done: Epoch) -> None:
        judged = Judged(train_loss=done.train_loss, test_loss=done.test_loss, test_accuracy=done.test_accuracy)
        course = self._keeper.place.course.after(judged, self._trainer.settings)
        self._keeper.update(course=course)
        self._trainer.scale = course.scale

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

    def _finish(self, ending: Ending) -> Iterator[TrainEvent]:
        keeper = self._keeper
        yield from keeper.report()
        yield from keeper.save()
        if keeper.is_behind:
            message = "The last checkpoint cannot be saved; free some space and resume the run."
            yield Failed(reason="disk", message=message, step=self.step, checkpoint=keeper.checkpoint)
            return
        self._controls.give(self._trainer.weights())
        tested = self._scored is not None and self._scored[0] == self.step
        score = self._scored[1] if self._scored is not None and tested else self._trainer.evaluate()
        done = Finished(
            run=keeper.run,
            epochs=self._trainer.epochs_done,
            step=self.step,
            test_accuracy=score.accuracy,
            test_loss=score.loss,
            confusion=score.confusion,
            best_accuracy=max(keeper.place.best_accuracy, score.accuracy),
            best_epoch=keeper.place.best_epoch,
            examples_per_second=self._progress.rate,
            seconds=self._progress.seconds,
            reason=ending,
        )
        yield from keeper.note(done)
        yield done

    def _diverged(self, step: int) -> Failed:
        rate, layer = self._trainer.settings.learning_rate, self._trainer.first_bad()
        with contextlib.suppress(BadFile):
            self._wheel.broken()
        checkpoint, good_step = self.checkpoint, self._keeper.good_step
        where = f" in {layer}" if layer else " in the loss"
        kept = f" The checkpoint after step {good_step} is kept." if good_step >= 0 else ""
        message = (
            f"The training diverged in step {step} at the learning rate {rate:g}: a number{where} is no longer finite; "
            f"a smaller learning rate would do.{kept}"
        )
        return Failed(
            reason="diverged",
            message=message,
            step=step,
            checkpoint=checkpoint,
            layer=layer,
            good_step=good_step,
            learning_rate=rate,
        )
