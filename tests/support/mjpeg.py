"""A loopback MJPEG server: the closest thing to a live camera on a machine without one.

It can be stopped in mid-picture, come back on the same port, and hold its breath with the connection open.
"""

from __future__ import annotations

import contextlib
import io
import socket
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Picture = Callable[[int], NDArray[np.uint8]]


def grey_steps(number: int, height: int = 120, width: int = 160) -> NDArray[np.uint8]:
    """A flat picture whose grey level tells its number: 8 · (number mod 32)."""
    return np.full((height, width, 3), number % 32 * 8, np.uint8)


class MjpegServer:
    """Serves `picture(0)`, `picture(1)`, … as JPEG at `fps`, from 0 for each client.

    Example:
        >>> with MjpegServer() as server:
        ...     server.url.startswith("http://127.0.0.1:")
        True
    """

    def __init__(self, picture: Picture = grey_steps, fps: float = 30.0) -> None:
        self.picture = picture
        self.fps = fps
        self.clients = 0
        self.breathing = threading.Event()
        self.breathing.set()
        self._port = 0
        self._server: _Server | None = None

    @property
    def url(self) -> str:
        """Where the stream is, also while the server is stopped."""
        return f"http://127.0.0.1:{self._port}/stream"

    def start(self) -> None:
        """Serve, on the same port as before."""
        server = self._server = _Server(("127.0.0.1", self._port), self)
        self._port = server.server_port
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def stop(self) -> None:
        """Go away at once, connections and all."""
        server, self._server = self._server, None
        if server is not None:
            server.over.set()
            server.shutdown()
            server.server_close()
            server.cut()

    def __enter__(self) -> MjpegServer:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.breathing.set()
        self.stop()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], owner: MjpegServer) -> None:
        self.owner = owner
        self.over = threading.Event()
        self._open: list[socket.socket] = []
        super().__init__(address, _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.append(request)
        super().process_request(request, client_address)

    def cut(self) -> None:
        """Break every connection."""
        for connection in self._open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def log_message(self, format: str, *args: Any) -> None:
        """Keep quiet."""

    def do_GET(self) -> None:
        """Send pictures until stopped."""
        owner, over = self.server.owner, self.server.over
        owner.clients += 1
        with contextlib.suppress(OSError):
            self.send_response(200)
            self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=picture")
            self.end_headers()
            number, due = 0, time.monotonic()
            while not over.wait(max(due - time.monotonic(), 0.0)):
                owner.breathing.wait()
                due = max(due + 1 / owner.fps, time.monotonic())
                data = _jpeg(owner.picture(number))
                head = f"--picture\r\nContent-Type: image/jpeg\r\nContent-Length: {len(data)}\r\n\r\n"
                self.wfile.write(head.encode() + data + b"\r\n")
                number += 1


def _jpeg(pixels: NDArray[np.uint8]) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=90)
    return buffer.getvalue()
