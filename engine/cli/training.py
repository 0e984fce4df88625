"""What `train` and `resume` share: events of a run as answers, a progress bar, and an interrupt that saves first."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import msgspec
from tqdm import tqdm

from engine.cli.answer import Answer, WorkFailed
from engine.data import Progress
from engine.spec.events import Epoch, Failed, Finished, Started, Steps, Stopped, TrainEvent, Warned

if TYPE_CHECKING:
    from engine.train import Controls


def answers(start: Callable[[Controls], Iterator[TrainEvent]]) -> Iterator[Answer]:
    """Every event of a run as an answer; the bar stands on standard error where that is a terminal.

    Raises:
        WorkFailed: if the run failed.
        KeyboardInterrupt: if it was interrupted; its checkpoint is written by then.
    """
    from engine.train import Controls
    from engine.train.team import team_here

    team, controls = team_here(), Controls()
    leads = team is None or team.leads
    last: TrainEvent | None = None
    with _bar(leads, desc="steps") as bar, stopped_by_signals(controls):
        for event in start(controls):
            _advance(bar, event)
            bar.clear()
            if leads:
                yield Answer(event_text(event), msgspec.to_builtins(event))
            last = event
    if isinstance(last, Failed):
        raise WorkFailed(last.message) if leads or last.reason == "memory" else SystemExit(1)
    if isinstance(last, Stopped):
        raise KeyboardInterrupt


@contextmanager
def reading_bar() -> Iterator[Progress]:
    """A progress bar for pictures that are read."""
    with _bar(desc="pictures", unit="") as bar:

        def told(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        yield told


def event_text(event: TrainEvent) -> str:
    """An event for people; empty for one that the bar shows."""
    if isinstance(event, Started):
        return _started_text(event)
    if isinstance(event, Epoch):
        return (
            f"epoch {event.epoch}: loss {event.train_loss:.4f}, accuracy {event.train_accuracy:.1%}; on test pictures "
            f"{event.test_loss:.4f}, {event.test_accuracy:.1%}; {event.examples_per_second:,.0f} pictures/s"
        )
    if isinstance(event, Warned):
        return f"warning: {event.message}"
    if isinstance(event, Stopped):
        return f"stopped after step {event.step}"
    if isinstance(event, Finished):
        kept = f", kept in {event.run}" if event.run else ""
        return (
            f"finished after {_epochs(event.epochs)}: {event.test_accuracy:.2%} of the test pictures right, "
            f"{event.examples_per_second:,.0f} pictures/s{kept}"
        )
    return ""


def _started_text(event: Started) -> str:
    threads = f"{event.threads} thread{'s' * (event.threads > 1)}"
    place = f"from step {event.step} of {event.steps}" if event.step else f"{event.steps} steps"
    lines = [
        f"{event.parameters:,} parameters on {event.device}, {threads}; {event.examples:,} pictures to learn from and "
        f"{event.test_examples:,} to be tested on; {_epochs(event.epochs)}, {place}"
    ]
    return "\n".join([*lines, *(f"note: {note}" for note in event.notes)])


def _epochs(count: int) -> str:
    return f"{count} epoch{'s' * (count != 1)}"


def _bar(shown: bool = True, **settings: Any) -> tqdm[Any]:
    return tqdm(file=sys.stderr, disable=None if shown else True, leave=False, dynamic_ncols=True, **settings)


def _advance(bar: tqdm[Any], event: TrainEvent) -> None:
    if isinstance(event, Started):
        bar.reset(total=event.steps)
        bar.update(event.step)
    elif isinstance(event, Steps):
        bar.set_postfix(loss=f"{event.loss:.4f}", accuracy=f"{event.accuracy:.1%}", refresh=False)
        bar.update(event.step - bar.n)


@contextmanager
def stopped_by_signals(controls: Controls) -> Iterator[None]:
    """The first interrupt ends the run after its step, with a checkpoint; a second one ends it at once."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.getsignal(number) for number in numbers}

    def stop(number: int, frame: object) -> None:
        controls.stop()
        signal.signal(number, before[signal.Signals(number)])

    for number in numbers:
        signal.signal(number, stop)
    try:
        yield
    finally:
        for number in numbers:
            signal.signal(number, before[number])
