"""One trainer a run: two that write to the same folder would spoil each other's checkpoints."""

from __future__ import annotations

import os
from pathlib import Path

from engine.errors import BadFile
from engine.project.lock import take

NAME = "lock"


class Lock:
    """Holds a run's folder until it is let go, or the process ends, however it ends."""

    def __init__(self, folder: Path) -> None:
        try:
            self._handle = os.open(folder / NAME, os.O_RDWR | os.O_CREAT, 0o666)
        except OSError as error:
            raise BadFile(f"{folder} cannot be written to: {error.strerror}; choose another folder.") from error
        try:
            take(self._handle)
        except OSError as error:
            os.close(self._handle)
            raise BadFile(f"{folder} is being trained by another process; wait for it or stop it.") from error

    def release(self) -> None:
        """Let it go."""
        os.close(self._handle)
