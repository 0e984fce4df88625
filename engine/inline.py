"""The engine in the caller's own process: the same session, stepped by whoever polls. For tests and scripts."""

from __future__ import annotations

import os
import threading

from engine.buffers import PictureBuffers, View
from engine.protocol import Event, Explain, Hello, Probe, Quit, Request, Show
from engine.server.session import Session

MAX_STEPS = 100


class InlineEngine:
    """Speaks as `engine.client.process.EngineProcess` does, without a process of its own."""

    def __init__(self) -> None:
        self.buffers = PictureBuffers()
        self.held: dict[View, int] = {}
        self._lock = threading.Lock()
        self._events: list[Event] = []
        self._start()

    def _start(self) -> None:
        self._session = Session(self.buffers, self._say, self._ignore, self.held)
        self._say(Hello(pid=os.getpid(), threads=1))

    def _say(self, event: Event) -> None:
        with self._lock:
            self._events.append(event)

    def _ignore(self) -> None:
        """Nobody sleeps here, so nobody is woken."""

    @property
    def bell(self) -> None:
        """Nothing rings: work is done when somebody asks."""
        return None

    @property
    def silent_for(self) -> float:
        """It always answers."""
        return 0.0

    def offer(self, request: Show | Probe | Explain) -> None:
        """Ask for a state of affairs."""
        self._session.handle(request)

    def send(self, request: Request) -> None:
        """Say something that must arrive."""
        if not isinstance(request, Quit):
            self._session.handle(request)

    def poll(self) -> list[Event]:
        """Do all the work there is, then everything that was said since the last time."""
        for _ in range(MAX_STEPS):
            if not self._session.step():
                break
        with self._lock:
            events, self._events = self._events, []
        return events

    def restart(self) -> None:
        """Forget everything and start again."""
        self._session.close()
        self._start()

    def close(self) -> None:
        """Close the source."""
        self._session.close()
