"""Sweeps up what a process that was killed in the middle of writing a file has left in a folder."""

from __future__ import annotations

import contextlib
import os
import re
import time
from pathlib import Path

OLD_SECONDS = 300.0
"""What is younger may be another process writing at this moment."""
_TEMPORARY = re.compile(r"\.convscope-\d+-[0-9a-f]{12}\.tmp")


def sweep(folder: Path) -> int:
    """Remove temporary files of the atomic writer that nobody will finish; returns how many.

    It never fails: what cannot be removed stays.
    """
    removed, limit = 0, time.time() - OLD_SECONDS
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if _TEMPORARY.fullmatch(entry.name):
                with contextlib.suppress(OSError):
                    if entry.stat(follow_symlinks=False).st_mtime < limit:
                        os.unlink(entry.path)
                        removed += 1
    return removed
