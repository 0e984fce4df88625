"""The search for a learning rate: steps of the project at rising rates, where trainings take theirs."""

from __future__ import annotations

import threading
from collections.abc import Callable

import msgspec

from engine.errors import SpecError
from engine.protocol import Event, RateTest, Train
from engine.server.runner import Begin, Runner, Steering, sentence
from engine.spec.events import Ranged
from engine.train.range_test import RULE

END_SECONDS = 5.0


class Rater:
    """Watches over one search at a time; a training that begins ends it."""

    def __init__(self, emit: Callable[[Event], None], wake: Callable[[], None], runner: Runner) -> None:
        self._emit = emit
        self._wake = wake
        self._runner = runner
        self._controls: Steering | None = None
        self._thread: threading.Thread | None = None
        self._left = False
        self._told = RateTest(state="running")

    def start(self, request: Train) -> None:
        """Search, from the beginning.

        Raises:
            SpecError: if the request brings no project.
        """
        if request.project is None:
            raise SpecError("The search for a rate needs a project; none came with the request.")
        self.end()
        self._controls, begin = self._runner.run(request)
        self._left = False
        self._told = RateTest(state="running", rule=RULE)
        self._tell()
        self._thread = threading.Thread(target=self._run, args=(begin,), name="rates", daemon=True)
        self._thread.start()

    def leave(self) -> None:
        """End the search with what has been found."""
        if self._controls is not None:
            self._left = True
            self._controls.stop()

    def end(self) -> None:
        """End it and wait until it has."""
        self.leave()
        if self._thread is not None:
            self._thread.join(END_SECONDS)
        self._controls = self._thread = None

    def _run(self, begin: Begin) -> None:
        try:
            for event in begin():
                if isinstance(event, Ranged):
                    share = len(event.rates) / event.steps
                    self._tell(rates=event.rates, losses=event.losses, share=share, suggestion=event.suggestion)
            self._tell(state="stopped" if self._left else "done", share=1.0)
        except Exception as error:
            self._tell(state="failed", message=sentence(error))

    def _tell(self, **changes: object) -> None:
        self._told = msgspec.structs.replace(self._told, **changes)
        self._emit(self._told)
        self._wake()
