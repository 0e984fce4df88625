"""What the classes of a data set are called, without reading its pictures where that can be helped."""

from __future__ import annotations

from pathlib import Path

from engine.data.idx import idx_files
from engine.data.walk import printable, walk


def folder_class_names(source: str) -> tuple[str, ...]:
    """The names of the class folders in a folder that hold a file which may be a picture; empty for other data sets.

    Raises:
        BadFile: if the folder cannot be read.
    """
    root = Path(source)
    if not source or not root.is_dir() or idx_files(root):
        return ()
    found = walk(root)
    names = {name for part in (found.train, found.test) if part for name, files in part.items() if files}
    return tuple(printable(name) for name in sorted(names, key=lambda name: (name.casefold(), name)))
