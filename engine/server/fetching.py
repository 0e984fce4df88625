"""Downloads of known data sets, one at a time, in a thread of their own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from engine.data import Progress
from engine.errors import EngineError
from engine.protocol import Download, Downloading, Event

SECONDS = 0.1
"""Between two times that it is told how far it is."""
Fetch = Callable[[str, Progress, Callable[[], bool]], Path]


class Fetching:
    """Fetches what the window asks for; a newer wish ends the download before."""

    def __init__(self, emit: Callable[[Event], None], fetch: Fetch | None = None) -> None:
        self._emit = emit
        self._fetch = fetch or _fetch
        self._stopped = threading.Event()

    def handle(self, request: Download) -> None:
        """Begin, or stop."""
        self._stopped.set()
        if request.action == "start":
            self._stopped = threading.Event()
            threading.Thread(target=self._run, args=(request, self._stopped), name="download", daemon=True).start()

    def close(self) -> None:
        """Stop what runs."""
        self._stopped.set()

    def _run(self, request: Download, stopped: threading.Event) -> None:
        say = partial(Downloading, id=request.id, name=request.name)
        told = [0.0]

        def progress(done: int, total: int) -> None:
            if time.monotonic() - told[0] >= SECONDS:
                told[0] = time.monotonic()
                self._emit(say(state="running", done=done, total=total))

        try:
            folder = self._fetch(request.name, progress, stopped.is_set)
        except EngineError as error:
            self._emit(say(state="failed", message=str(error)))
        else:
            self._emit(say(state="done", folder=str(folder)))


def _fetch(name: str, progress: Progress, stopped: Callable[[], bool]) -> Path:
    from engine.data.download import download  # nobody else needs a network

    return download(name, None, progress, stopped)
