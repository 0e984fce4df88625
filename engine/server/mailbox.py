"""Between the thread that reads the pipe and the one that computes: the newest of each, and the few that all count."""

from __future__ import annotations

import threading
from collections import deque

from engine.protocol import (
    CareRequest,
    DataRequest,
    Explain,
    Inspect,
    PastRequest,
    Patch,
    Probe,
    Save,
    Show,
    Train,
    Transport,
)

Job = Transport | Save | Patch | Train | DataRequest | CareRequest | PastRequest | Inspect
Question = Probe | Explain


class Mailbox:
    """Every queue has length one and overwrites, except for what must all be done: saving, moving, training."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._show: Show | None = None
        self._questions: dict[type, Question] = {}
        self._jobs: deque[Job] = deque()

    def put(self, message: Show | Question | Job) -> None:
        """Keep a message for the computing thread."""
        with self._lock:
            if isinstance(message, Show):
                self._show = message
            elif isinstance(message, Question):
                self._questions[type(message)] = message
            else:
                self._jobs.append(message)

    @property
    def has_show(self) -> bool:
        """Whether a newer state of affairs waits: reason to give up the present computation."""
        return self._show is not None

    def take_show(self) -> Show | None:
        """The newest `Show` since the last time."""
        with self._lock:
            show, self._show = self._show, None
            return show

    def take_question(self) -> Question | None:
        """The newest `Probe` or `Explain` since the last time."""
        with self._lock:
            return self._questions.pop(next(iter(self._questions))) if self._questions else None

    def take_job(self) -> Job | None:
        """The oldest of the things that must all be done."""
        with self._lock:
            return self._jobs.popleft() if self._jobs else None
