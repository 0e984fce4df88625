"""What holds for every test: no display, no network, nobody's own settings, and nothing left running behind."""

from __future__ import annotations

import contextlib
import os
import select
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

LONG = os.environ.get("CONVSCOPE_LONG") == "1"
GRACE = 2.0  # seconds that threads and child processes have to end after their test

# The engine's process inherits all of these.
_scratch = tempfile.TemporaryDirectory(prefix="convscope-tests-")
for _name in ("CONFIG", "DATA", "STATE", "CACHE"):
    os.environ[f"XDG_{_name}_HOME"] = str(Path(_scratch.name) / _name.lower())
os.environ.setdefault("XDG_RUNTIME_DIR", _scratch.name)
if not os.environ.get("DISPLAY") and not os.environ.get("WAYLAND_DISPLAY"):
    os.environ["QT_QPA_PLATFORM"] = "offscreen"

settings.register_profile(
    "ci",
    max_examples=30,
    derandomize=True,
    deadline=None,
    database=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.register_profile("long", settings.get_profile("ci"), max_examples=300, derandomize=False)
settings.load_profile("long" if LONG else "ci")

_reached_for: list[str] = []


def _watch_network(event: str, arguments: tuple[Any, ...]) -> None:
    """Refuses every address but this machine's own; noted too, because the code under test may swallow the refusal."""
    if event == "socket.connect":
        host = arguments[1][0] if isinstance(arguments[1], tuple) else None  # a path is a local socket
    elif event == "socket.getaddrinfo":
        host = arguments[0]
    else:
        return
    host = host.decode() if isinstance(host, bytes) else host
    if host not in (None, "", "localhost", "::1", "0.0.0.0") and not host.startswith("127."):
        _reached_for.append(host)
        raise ConnectionRefusedError(f"The tests use no network, and this one reached for {host}.")


sys.addaudithook(_watch_network)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves the long tests out of an ordinary run."""
    left_out = [] if LONG else [item for item in items if item.get_closest_marker("long")]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


def children() -> set[int]:
    """The child processes of this one, without the tracker that multiprocessing starts once and keeps."""
    found: set[int] = set()
    for file in Path("/proc/self/task").glob("*/children"):
        # Threads and processes may end while they are being listed.
        with contextlib.suppress(OSError):
            for pid in map(int, file.read_text().split()):
                with contextlib.suppress(OSError):
                    command = Path(f"/proc/{pid}/cmdline").read_bytes()
                    if b"multiprocessing.resource_tracker" not in command:
                        found.add(pid)
    return found


def has_ended(pid: int, deadline: float) -> bool:
    """Waits until the process has ended, at most to the deadline (a zombie has)."""
    try:
        handle = os.pidfd_open(pid)
    except OSError:
        return True
    try:
        return bool(select.select([handle], [], [], max(0.0, deadline - time.monotonic()))[0])
    finally:
        os.close(handle)


def thread_has_ended(thread: threading.Thread, deadline: float) -> bool:
    """Waits until the thread has ended, at most to the deadline."""
    thread.join(max(0.0, deadline - time.monotonic()))
    return not thread.is_alive()


@pytest.fixture
def started_qthreads(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The QThreads that the test starts."""
    from PySide6.QtCore import QThread

    started: list[Any] = []
    start = QThread.start

    def noted(self: QThread, *arguments: Any) -> None:
        started.append(self)
        start(self, *arguments)

    monkeypatch.setattr(QThread, "start", noted)
    return started


@pytest.fixture(autouse=True)
def nothing_left_behind(started_qthreads: list[Any]) -> Iterator[None]:
    """Fails a test that leaves a thread or a child process running, or that reached for the network."""
    threads_before, children_before = set(threading.enumerate()), children()
    _reached_for.clear()
    yield
    deadline = time.monotonic() + GRACE
    threads = set(threading.enumerate()) - threads_before
    left = [f"thread {thread.name}" for thread in threads if not thread_has_ended(thread, deadline)]
    left += [f"process {pid}" for pid in children() - children_before if not has_ended(pid, deadline)]
    left += [f"{thread!r}" for thread in started_qthreads if thread.isRunning()]
    assert not left, f"still running after the test: {', '.join(left)}"
    assert not _reached_for, f"reached for the network: {_reached_for}"
