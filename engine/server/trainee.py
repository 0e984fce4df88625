"""The training process: one thread takes the steps, another hears what it is told meanwhile."""

from __future__ import annotations

import os
import queue
import threading
from multiprocessing.connection import Connection

import torch
from safetensors.torch import load

from engine.nn import weights_to_bytes
from engine.protocol import Train
from engine.server.errands import Begin, Learned, Order, Over, Refused, Report, decode_order, encode
from engine.server.runner import events_of, sentence
from engine.train import Controls, Start, Weights


def main(connection: Connection) -> None:
    """Take the runs that are asked for, one after another, until whoever asks is gone."""
    torch.set_num_threads(1)
    trainee = _Trainee(connection)
    threading.Thread(target=trainee.listen, name="listener", daemon=True).start()
    trainee.work()
    # Interpreter shutdown with torch's threads alive aborts now and then; nothing is left to save.
    os._exit(0)


class _Telling(Controls):
    """Weights that were asked for are sent; nobody here will look at them."""

    def __init__(self, trainee: _Trainee) -> None:
        super().__init__()
        self._trainee = trainee

    def give(self, weights: Weights) -> None:
        """Send them from the thread that trains: the next step may change them."""
        self._trainee.say(Learned(step=weights.step, weights=weights_to_bytes(weights.state)))


class _Trainee:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._runs: queue.SimpleQueue[tuple[Train, Controls, Start | None] | None] = queue.SimpleQueue()
        self._controls: Controls | None = None

    def listen(self) -> None:
        """Hear what the engine says, until it is gone."""
        try:
            while True:
                self._obey(decode_order(self._connection.recv_bytes()))
        except (EOFError, OSError):
            self._runs.put(None)
            self._stop()

    def _obey(self, order: Order) -> None:
        if isinstance(order, Begin):
            self._controls = _Telling(self)
            start = Start(order.source, order.sha256, load(order.weights)) if order.weights else None
            self._runs.put((order.train, self._controls, start))
        elif self._controls is not None and order.order == "set_learning_rate":
            self._controls.set_learning_rate(order.value)
        elif self._controls is not None and order.order == "watch":
            self._controls.watch(bool(order.value))
        elif self._controls is not None and order.given is not None:
            self._controls.give_order(order.given)
        elif self._controls is not None:
            getattr(self._controls, order.order)()

    def work(self) -> None:
        """Train, run after run."""
        while (asked := self._runs.get()) is not None:
            try:
                for event in events_of(*asked):
                    self.say(event)
            except Exception as error:
                self.say(Refused(message=sentence(error)))
            else:
                self.say(Over())

    def say(self, report: Report) -> None:
        """Tell the engine; if it is gone, a run that goes on ends, with a checkpoint."""
        try:
            self._connection.send_bytes(encode(report))
        except OSError:
            self._stop()

    def _stop(self) -> None:
        if self._controls is not None:
            self._controls.stop()
