"""The engine process: one thread reads the pipe, the main thread computes."""

from __future__ import annotations

import os
import signal
import threading
from multiprocessing.connection import Connection

from engine.buffers import PictureBuffers, View
from engine.protocol import Event, Hello, Quit, decode_request, encode
from engine.spawn import end_with_parent


class _Line:
    """The pipe's sending side, shared by two threads. A send that fails means that the window is gone."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._lock = threading.Lock()

    def emit(self, event: Event) -> None:
        try:
            with self._lock:
                self._connection.send_bytes(encode(event))
        except (OSError, ValueError):
            os._exit(0)


def main(connection: Connection, buffers: PictureBuffers, held: dict[View, int]) -> None:
    """Serve the window at the other end of `connection` until it says quit or is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent()
    line = _Line(connection)
    line.emit(Hello(pid=os.getpid(), threads=os.cpu_count() or 1))
    import cv2  # the pipe and Hello first: the window may already be waiting

    from engine.server.session import Session
    from engine.server.warm_up import warm_up

    # One picture is filtered in bands by our own threads; OpenCV's would compete with them and with the window.
    cv2.setNumThreads(1)
    awake = threading.Event()
    session = Session(buffers, line.emit, awake.set, held, apart=True)
    reader = threading.Thread(target=_read, args=(connection, session, awake), name="reader", daemon=True)
    reader.start()
    threading.Thread(target=warm_up, name="warm-up", daemon=True).start()
    while reader.is_alive():
        if not session.step():
            awake.wait(session.patience)
            awake.clear()
    session.close()
    # Interpreter shutdown with torch's and OpenCV's threads alive aborts now and then; nothing is left to save.
    os._exit(0)


def _read(connection: Connection, session: object, awake: threading.Event) -> None:
    from engine.server.session import Session

    assert isinstance(session, Session)
    try:
        while True:
            request = decode_request(connection.recv_bytes())
            if isinstance(request, Quit):
                break
            if session.handle(request):
                awake.set()
    except (EOFError, OSError):
        pass
    finally:
        awake.set()
