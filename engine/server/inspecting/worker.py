"""A thread for work that takes longer than a frame: one piece at a time, and each can be given up."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch

from engine.errors import EngineError

log = logging.getLogger(__name__)

Progress = Callable[[int, int], None]
Work = Callable[[Progress], Any]


class GivenUp(Exception):
    """Nobody waits for the work any more."""


@dataclass(frozen=True, eq=False)
class Outcome:
    """What came of a piece of work; `problem` says in a sentence why it is nothing."""

    made: Any = None
    problem: str = ""


class Worker:
    """Uses one core, so that frames go on meanwhile; `wake` is called when there is news."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._thread: threading.Thread | None = None
        self._turn = threading.Condition()
        self._work: Work | None = None
        self._outcome: Outcome | None = None
        self._closed = False
        self._stopped = threading.Event()
        self.progress = (0, 0)
        """Runs of the network that are done, and how many there will be."""

    @property
    def busy(self) -> bool:
        """Whether it works, or has done something that was not taken yet."""
        return self._work is not None or self._outcome is not None

    def begin(self, work: Work) -> None:
        """Do this; only while not busy."""
        if self._thread is None:
            self._start()
        self._stopped.clear()
        self.progress = (0, 0)
        with self._turn:
            self._work = work
            self._turn.notify()

    def give_up(self) -> None:
        """End what is being done at the network's next run; nothing comes of it."""
        self._stopped.set()
        with self._turn:
            self._outcome = None

    def taken(self) -> Outcome | None:
        """What came of the work, once."""
        with self._turn:
            made, self._outcome = self._outcome, None
            return made

    def close(self) -> None:
        """Give up and end the thread."""
        self.give_up()
        with self._turn:
            self._closed = True
            self._turn.notify()
        if self._thread is not None:
            self._thread.join()

    def _start(self) -> None:
        threads, ready = torch.get_num_threads(), threading.Event()
        self._thread = threading.Thread(target=self._live, args=(ready,), name="explaining", daemon=True)
        self._thread.start()
        ready.wait()
        # The number is each thread's own, but those that are begun later take over the one that was set last.
        torch.set_num_threads(threads)

    def _live(self, ready: threading.Event) -> None:
        torch.set_num_threads(1)
        ready.set()
        while True:
            with self._turn:
                self._turn.wait_for(lambda: self._work is not None or self._closed)
                work = self._work
            if work is None or self._closed:
                return
            outcome = self._done(work)
            with self._turn:
                self._work = None
                self._outcome = None if self._stopped.is_set() else outcome
            self._wake()

    def _done(self, work: Work) -> Outcome | None:
        try:
            return Outcome(work(self._tell))
        except GivenUp:
            return None
        except EngineError as error:
            return Outcome(problem=str(error))
        except MemoryError:
            return Outcome(problem="There is not enough memory to explain this; a smaller network would do.")
        except Exception as error:
            log.exception("an explanation failed")
            return Outcome(problem=f"The method met an error of its own ({type(error).__name__}: {error}).")

    def _tell(self, done: int, total: int) -> None:
        if self._stopped.is_set():
            raise GivenUp
        self.progress = (done, total)
