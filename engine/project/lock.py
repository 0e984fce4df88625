"""A file that one process holds until it lets it go or ends, however it ends: the system lets go for the dead."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path


class FileLock:
    """Holds a file of its own; nothing is ever written to it.

    Raises:
        OSError: if another process holds it, or it cannot be made.
    """

    def __init__(self, path: Path, make: bool) -> None:
        self._path = path
        self._handle = os.open(path, os.O_RDWR | (os.O_CREAT | os.O_EXCL if make else 0), 0o600)
        try:
            take(self._handle)
            # Whoever held it may have removed it between the two calls; then it guards nothing any more.
            if not os.path.samestat(os.fstat(self._handle), os.stat(path)):
                raise OSError(f"{path} is another file by now")
        except OSError:
            os.close(self._handle)
            raise

    def release(self) -> None:
        """Let it go, for another process to take."""
        os.close(self._handle)

    def remove(self) -> None:
        """Let it go for good."""
        if sys.platform != "win32":  # there, what is open cannot be removed
            with contextlib.suppress(OSError):
                self._path.unlink()
        os.close(self._handle)
        with contextlib.suppress(OSError):
            self._path.unlink(missing_ok=True)


if sys.platform == "win32":
    import msvcrt

    def take(handle: int) -> None:
        """Take a file that is open for this process, or raise OSError."""
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def take(handle: int) -> None:
        """Take a file that is open for this process, or raise OSError."""
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
