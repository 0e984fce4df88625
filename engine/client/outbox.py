"""Sending to an engine that may be slow or frozen, without ever waiting for it."""

from __future__ import annotations

import threading
from collections import deque
from multiprocessing.connection import Connection

from engine.protocol import Explain, Probe, Request, Show, encode

CREDIT = 4
"""Requests on their way that the engine has not read yet."""

SMALL = 32 * 1024
"""Four messages of this size fit into a pipe whose other end reads nothing."""


class Outbox:
    """Messages that must arrive, in order, and the newest `Show`, `Probe` and `Explain`.

    A message too large for the pipe's own buffer is written by a short-lived thread; until it is through,
    everything else waits here.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._queue: deque[Request] = deque()
        self._newest: dict[type, Show | Probe | Explain] = {}
        self._unanswered = 0
        self._writer: threading.Thread | None = None
        self.broken = False

    def post(self, request: Request) -> None:
        """Send as soon as can be without waiting."""
        self._queue.append(request)
        self.flush()

    def offer(self, request: Show | Probe | Explain) -> None:
        """Send this unless a newer one is offered before the engine has room for it."""
        self._newest[type(request)] = request
        self.flush()

    def taken(self) -> None:
        """The engine has read something that was offered."""
        self._unanswered -= 1
        self.flush()

    def flush(self) -> None:
        """Send what there is room for."""
        while self._queue and not self._busy():
            self._write(self._queue.popleft())
        for kind in list(self._newest):
            if self._unanswered < CREDIT and not self._busy():
                self._unanswered += 1
                self._write(self._newest.pop(kind))

    def _busy(self) -> bool:
        return self._writer is not None and self._writer.is_alive()

    def _write(self, request: Request) -> None:
        data = encode(request)
        if len(data) <= SMALL:
            self._put(data)
            return
        self._writer = threading.Thread(target=self._put, args=(data,), name="large-message", daemon=True)
        self._writer.start()

    def _put(self, data: bytes) -> None:
        try:
            self._connection.send_bytes(data)
        except (OSError, ValueError):
            self.broken = True
