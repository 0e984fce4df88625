"""Finding the picture files of a folder of class folders, however odd the folder: links, pipes, hidden files."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from engine.data.dataset import Skipped
from engine.errors import BadFile
from engine.frames.folder import SUFFIXES

MAX_DEPTH = 8
MAX_FILES = 2_000_000
_LEFT_BY_SYSTEMS = {"thumbs.db", "desktop.ini", "__macosx"}
_TRAIN = ("train", "training")
_TEST = ("test", "testing", "val", "valid", "validation")

Classes = dict[str, list[Path]]


@dataclass
class Walk:
    """What lies in a folder of class folders; nothing outside of it is looked at.

    Attributes:
        root: the folder.
        train: picture files to learn from, by class.
        test: those to be tested on; None where the folder sets none aside.
        skipped: files and folders left out, with the reason.
        seen: how many entries of folders were looked at.
    """

    root: Path
    train: Classes | None = None
    test: Classes | None = None
    skipped: list[Skipped] = field(default_factory=list)
    seen: int = 0

    def leave_out(self, path: Path, reason: str) -> None:
        """Note a file that is not used."""
        self.skipped.append(Skipped(printable(str(path.relative_to(self.root))), printable(reason)))

    def files(self) -> int:
        """How many picture files were found."""
        return sum(len(names) for part in (self.train, self.test) if part for names in part.values())


def walk(root: Path) -> Walk:
    """Find the picture files below a folder.

    Folders called `train` and `test` (or `val`) at its top hold the class folders, if there are any; else its own
    folders are the classes. Files in folders inside a class folder belong to the class.

    Raises:
        BadFile: if the folder cannot be read, or holds more files than a data set may.
    """
    found = Walk(root)
    top = {entry.name.lower(): Path(entry.path) for entry in _folders(found, root)}
    train = next((top[name] for name in _TRAIN if name in top), None)
    test = next((top[name] for name in _TEST if name in top), None)
    divided = [part for part in (train, test) if part is not None and _folders(found, part)]
    if not divided:
        found.train = _classes(found, root)
    elif train in divided:
        found.train = _classes(found, divided[0])
    if test is not None and test in divided:
        found.test = _classes(found, test)
    return found


def _folders(found: Walk, folder: Path) -> list[os.DirEntry[str]]:
    return [entry for entry in _entries(found, folder, counted=False) if entry.is_dir(follow_symlinks=False)]


def _classes(found: Walk, folder: Path) -> Classes:
    classes: Classes = {}
    for entry in _entries(found, folder):
        path = Path(entry.path)
        if entry.is_dir(follow_symlinks=False):
            classes[entry.name] = list(_pictures(found, path, depth=1))
        elif entry.is_symlink() and entry.is_dir():
            found.leave_out(path, "is a link to a folder, and links to folders are not followed")
        elif is_picture_name(entry.name):
            found.leave_out(path, "lies in no class folder")
    return classes


def _pictures(found: Walk, folder: Path, depth: int) -> Iterator[Path]:
    if depth > MAX_DEPTH:
        found.leave_out(folder, f"lies more than {MAX_DEPTH} folders deep")
        return
    for entry in _entries(found, folder):
        path = Path(entry.path)
        if entry.is_dir(follow_symlinks=False):
            yield from _pictures(found, path, depth + 1)
            continue
        reason = _why_not(entry, found.root)
        if reason:
            found.leave_out(path, reason)
        else:
            yield path


def _why_not(entry: os.DirEntry[str], root: Path) -> str:
    """Why a file is no picture to be read; empty if it may be one. Whether it is a pipe is seen when it is opened."""
    if entry.is_symlink():
        if entry.is_dir():
            return "is a link to a folder, and links to folders are not followed"
        target = Path(os.path.realpath(entry.path))
        if not target.exists():
            return "is a link that leads nowhere"
        if not target.is_relative_to(os.path.realpath(root)):
            return "is a link that leads out of the folder"
    return "" if is_picture_name(entry.name) else "has not the ending of a picture's name"


def is_picture_name(name: str) -> bool:
    """Whether a file's name ends as a picture's does."""
    return name.lower().endswith(SUFFIXES)


def _entries(found: Walk, folder: Path, counted: bool = True) -> list[os.DirEntry[str]]:
    """What a folder holds, sorted by name, without what is hidden or was left there by the system."""
    try:
        with os.scandir(folder) as entries:
            listed = [entry for entry in entries if not _is_hidden(entry.name)]
    except OSError as error:
        if folder == found.root:
            raise BadFile(f"The folder {folder} cannot be read: {error.strerror or error}.") from error
        if counted:
            found.leave_out(folder, "cannot be read")
        return []
    if counted:
        found.seen += len(listed)
        if found.seen > MAX_FILES:
            raise BadFile(f"The folder {found.root} holds more than {MAX_FILES:,} files; a smaller data set would do.")
    return sorted(listed, key=lambda entry: (entry.name.casefold(), entry.name))


def _is_hidden(name: str) -> bool:
    return name.startswith(".") or name.lower() in _LEFT_BY_SYSTEMS


def printable(name: str) -> str:
    """A file's name as text that can be printed, whatever bytes it has.

    Example:
        >>> printable("caf\\udce9.png")
        'caf\\\\xe9.png'
    """
    return os.fsencode(name).decode("utf-8", "backslashreplace")
