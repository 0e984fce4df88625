"""Whether what is dropped on the Train page is a data set: judged by names alone, and at once."""

from __future__ import annotations

import itertools
import os

from app.widgets.data_dialogs import FILE_ENDINGS

_IN_FOLDERS = ("-ubyte", "-ubyte.gz", ".bin", *FILE_ENDINGS)
_MOST = 1000
"""Entries of a folder that are looked at."""


def seems_data(path: str) -> bool:
    """Whether a file, or a folder with folders or files of data sets in it, may be a data set.

    Example:
        >>> seems_data("/pictures/leaves.csv"), seems_data("/pictures/leaf.png")
        (True, False)
    """
    if not os.path.isdir(path):
        return path.lower().endswith(FILE_ENDINGS)
    try:
        with os.scandir(path) as entries:
            return any(_belongs(entry) for entry in itertools.islice(entries, _MOST))
    except OSError:
        return False


def _belongs(entry: os.DirEntry[str]) -> bool:
    name = entry.name.lower()
    if name.startswith("."):
        return False
    return entry.is_dir() or name.endswith(_IN_FOLDERS) or name.startswith(("data_batch", "test_batch"))
