"""The start and the end of the capture process. Loads cv2 only after its switches are set."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
import traceback
from multiprocessing.connection import Connection
from multiprocessing.heap import Arena

from engine.spawn import end_with_parent

_SWITCHES = {
    "OPENCV_LOG_LEVEL": "SILENT",
    "OPENCV_FFMPEG_LOGLEVEL": "-8",
    # Left on, opening a camera takes up to a minute on Windows.
    "OPENCV_VIDEOIO_MSMF_ENABLE_HW_TRANSFORMS": "0",
    # macOS cannot ask for permission from a process without a window; the window asks.
    "OPENCV_AVFOUNDATION_SKIP_AUTH": "1",
}
_PR_SET_PDEATHSIG = 1


def main(pipe: Connection, arena: Arena, owner: int) -> None:
    """Serve the owner (its process id) until it goes; never returns.

    It ends by `os._exit`: left to the interpreter, shutting down could wait for a read that hangs.
    """
    prepare(owner)
    status = 0
    try:
        from engine.frames.capture.session import serve

        serve(pipe, arena)
    except (EOFError, OSError):
        pass  # the owner is gone
    except BaseException:
        traceback.print_exc()
        status = 1
    os._exit(status)


def prepare(owner: int) -> None:
    """Set what must be set before the first import, and make sure to end with the owner."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ.update(_SWITCHES)
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != owner:  # it died before the line above
            os._exit(0)
    end_with_parent()
