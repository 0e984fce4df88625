"""Waiting on facts about a source of frames."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from types import TracebackType

from engine.frames import Frame, FrameSource, SourceStatus
from engine.sources import open_source
from engine.spec.source import Source

PATIENCE = 20.0
Opener = Callable[[Source, Callable[[], None]], FrameSource]


class Watched:
    """A source, every frame taken from it, and every status it woke us with."""

    def __init__(self, spec: Source, opener: Opener = open_source, take: bool = True) -> None:
        self.frames: list[Frame] = []
        self.history: list[tuple[float, SourceStatus]] = []
        self._take = take
        self._woken = threading.Event()
        self._ready = threading.Event()
        self.source = opener(spec, self._wake)
        self._ready.set()

    def _wake(self) -> None:
        self._ready.wait(PATIENCE)
        self.history.append((time.monotonic(), self.source.status()))
        self._woken.set()

    @property
    def status(self) -> SourceStatus:
        """How the source is doing now."""
        return self.source.status()

    def until(self, fact: Callable[[], object], patience: float = PATIENCE) -> None:
        """Take frames until something is so."""
        end = time.monotonic() + patience
        while True:
            self._woken.clear()
            frame = self.source.take() if self._take else None
            if frame is not None:
                self.frames.append(frame)
            if fact():
                return
            assert time.monotonic() < end, f"never came to be; the source says {self.status}"
            self._woken.wait(0.05)

    def state(self, state: str) -> SourceStatus:
        """Wait for a state and return the status."""
        self.until(lambda: self.status.state == state)
        return self.status

    def more(self, count: int = 1) -> list[Frame]:
        """The next frames to come."""
        have = len(self.frames)
        self.until(lambda: len(self.frames) >= have + count)
        return self.frames[have:]

    def when(self, state: str, after: float = 0.0) -> float:
        """When the source first said that it was in a state, at or after a moment."""
        return next(at for at, status in self.history if status.state == state and at >= after)

    def __enter__(self) -> Watched:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.source.close()
