"""Training in a process of its own, as the coach sees it: nothing that Python does here holds its steps up."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from functools import partial
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from safetensors.torch import load

from engine.errors import EngineError
from engine.nn import weights_to_bytes
from engine.protocol import Train
from engine.server import trainee
from engine.server.errands import Begin, Learned, Order, Over, Refused, Report, Steer, decode_report, encode
from engine.spawn import end_with_parent, start_child
from engine.spec.events import TrainEvent
from engine.spec.steering import Steered
from engine.spec.train import TrainSpec
from engine.train import Start, Weights

END_SECONDS = 1.0


class Apart:
    """Keeps one process, made when it is first needed and again after it has died; see ADR 8."""

    def __init__(self) -> None:
        self._process: BaseProcess | None = None
        self._connection: Connection | None = None

    def prepare(self) -> None:
        """Start the process: torch takes two seconds to load, and a person some seconds to press a button."""
        if self._process is not None and self._process.is_alive():
            return
        self.close()
        self._connection, theirs = Pipe()
        self._process = start_child(_child, (theirs, self._connection), "convscope-training")
        theirs.close()

    def run(self, request: Train, start: Start | None = None) -> tuple[Remote, Callable[[], Iterator[TrainEvent]]]:
        """See `Runner`."""
        self.prepare()
        assert self._connection is not None
        remote = Remote(self._connection)
        return remote, partial(self._events, begin_of(request, start), remote)

    def close(self) -> None:
        """End the process; of a run that goes on, what came after its last checkpoint is lost."""
        if self._process is None or self._connection is None:
            return
        self._connection.close()
        self._process.join(END_SECONDS)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._process = None

    def _events(self, begin: Begin, remote: Remote) -> Iterator[TrainEvent]:
        remote.say(begin)
        while True:
            report = remote.hear()
            if report is None:
                raise EngineError(f"The training process ended ({self._reason()}); the run can be resumed.")
            if isinstance(report, Over):
                return
            if isinstance(report, Refused):
                raise EngineError(report.message)
            if isinstance(report, Learned):
                remote.learned(report)
            else:
                yield report

    def _reason(self) -> str:
        assert self._process is not None
        self._process.join(END_SECONDS)
        code = self._process.exitcode
        if code is None:
            return "its connection broke"
        with contextlib.suppress(ValueError):
            return f"ended by {signal.Signals(-code).name}"
        return f"exit status {code}"


def begin_of(request: Train, start: Start | None) -> Begin:
    """The order to begin."""
    if start is None:
        return Begin(train=request)
    return Begin(train=request, source=start.source, sha256=start.sha256, weights=weights_to_bytes(start.state))


class Remote:
    """Steers the run in the training process, from any thread. Nobody hears it once the process is gone."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._lock = threading.Lock()
        self._weights: Weights | None = None

    @property
    def weights(self) -> Weights | None:
        """The newest weights that have come."""
        return self._weights

    def pause(self) -> None:
        """Wait after the step in work."""
        self.say(Steer(order="pause"))

    def resume(self) -> None:
        """Go on after a pause."""
        self.say(Steer(order="resume"))

    def stop(self) -> None:
        """End after the step in work."""
        self.say(Steer(order="stop"))

    def step_once(self) -> None:
        """Take one step, and wait then."""
        self.say(Steer(order="step_once"))

    def give_order(self, order: Steered) -> None:
        """Change the run between two steps."""
        self.say(Steer(order="give_order", given=order))

    def watch(self, on: bool = True) -> None:
        """Have figures of the layers told now and then, or no more."""
        self.say(Steer(order="watch", value=float(on)))

    def want_weights(self) -> None:
        """Ask for the weights after the step in work."""
        self.say(Steer(order="want_weights"))

    def set_learning_rate(self, rate: float) -> None:
        """Take steps of another length from now on.

        Raises:
            SpecError: for a rate that cannot be.
        """
        self.say(Steer(order="set_learning_rate", value=TrainSpec(learning_rate=rate).learning_rate))

    def say(self, order: Order) -> None:
        """Send an order."""
        with self._lock, contextlib.suppress(OSError):
            self._connection.send_bytes(encode(order))

    def hear(self) -> Report | None:
        """Wait for what the process says next; None if it is gone."""
        try:
            return decode_report(self._connection.recv_bytes())
        except (EOFError, OSError):
            return None

    def learned(self, report: Learned) -> None:
        """Keep the weights that have come."""
        self._weights = Weights(report.step, load(report.weights))


def _child(connection: Connection, theirs: Connection) -> None:
    """First thing in the child: give up the engine's end of the pipe, or its end would never be noticed."""
    theirs.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent()
    trainee.main(connection)
