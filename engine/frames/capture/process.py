"""Starting and ending a capture process."""

from __future__ import annotations

import atexit
import contextlib
import os
import signal
from collections.abc import Callable
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from multiprocessing.heap import Arena

from engine.frames.capture.child import main
from engine.frames.capture.ring import Ring, make_arena
from engine.spawn import start_child

Target = Callable[[Connection, Arena, int], None]
_ENDING = 1.0


def block_interrupts() -> None:
    """Let Ctrl-C pass by this thread and every process it starts; the main thread gets it."""
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})


class CaptureProcess:
    """A capture process, its pipe, and the memory shared with it."""

    def __init__(self, frame_bytes: int, target: Target = main) -> None:
        arena = make_arena(frame_bytes)
        self.ring = Ring(arena)
        self.pipe, theirs = Pipe()
        try:
            self._process = start_child(target, (theirs, arena, os.getpid()), "capture")
        except BaseException:
            self.pipe.close()
            raise
        finally:
            theirs.close()  # else the end of the child would not be seen on the pipe
        self.sentinel = self._process.sentinel
        # At the interpreter's end, children are waited for: one that nobody closed must be gone by then.
        atexit.register(self._process.kill)

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid or 0

    def end(self) -> None:
        """Kill it: it holds nothing that could be lost, and may hang."""
        atexit.unregister(self._process.kill)
        self._process.kill()
        self._process.join(_ENDING)
        self.pipe.close()
        with contextlib.suppress(ValueError):  # a read stuck in the system outlives even this
            self._process.close()
