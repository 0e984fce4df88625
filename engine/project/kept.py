"""Work that is kept for the case that its window does not come to save it: one file a window, in a folder of their own.

A window holds the lock beside its file for as long as it lives. A file whose lock is free was left by a window that
was killed, and whoever takes the lock may offer it; two windows never offer, or write, the same one.
"""

from __future__ import annotations

import contextlib
import os
import time
from functools import partial
from pathlib import Path
from typing import BinaryIO, NamedTuple

import msgspec

from engine.errors import BadFile
from engine.files import atomic_write
from engine.project.guarded import check_format, packed, parse_object, read_bytes
from engine.project.lock import FileLock
from engine.project.project_file import project_from_object, project_packed
from engine.project.sweep import sweep
from engine.spec.project import Project

FORMAT = "convscope-kept"
VERSION = 1
WORK, LOCK, BAD = ".work", ".lock", ".bad"
BAD_SECONDS = 30 * 86_400.0
"""What could not be read is put aside, and removed after a month."""


class Kept(NamedTuple):
    """A project, the file it belongs to (empty if it was never saved), and when it was kept, in seconds since 1970."""

    project: Project
    file: str
    at: float


class _Record(msgspec.Struct):
    file: str
    at: float
    project: msgspec.Raw


class Slot:
    """One window's place on the shelf, held by this process."""

    def __init__(self, path: Path, lock: FileLock) -> None:
        self.path = path
        self._lock = lock

    def write(self, project: Project, file: str = "") -> None:
        """Keep a project in the place of the one before, completely or not at all.

        Raises:
            BadFile: if it cannot be written.
        """
        record = _Record(file=file, at=time.time(), project=msgspec.Raw(project_packed(project)))
        atomic_write(self.path, partial(_write, packed(record, FORMAT, VERSION)))

    def read(self) -> Kept:
        """What is kept.

        Raises:
            BadFile: with one sentence, if it is damaged.
        """
        name = self.path.name
        found = parse_object(read_bytes(self.path), name, "kept work")
        check_format(found, name, FORMAT, VERSION, "kept work")
        file, at, project = found.get("file"), found.get("at"), found.get("project")
        if not (isinstance(file, str) and isinstance(at, float) and isinstance(project, dict)):
            raise BadFile(f"{name} holds no kept work: its file, time or project is missing.")
        return Kept(project_from_object(project, name), file, at)

    def clear(self) -> None:
        """There is nothing to keep at the moment; the place stays."""
        with contextlib.suppress(OSError):
            self.path.unlink()

    def put_aside(self) -> Path:
        """Give what cannot be read another name, and the place up; returns where it lies now."""
        bad = self.path.with_suffix(BAD)
        with contextlib.suppress(OSError):
            os.replace(self.path, bad)
        self.remove()
        return bad

    def remove(self) -> None:
        """Give the place up, and what is kept there."""
        self.clear()
        self._lock.remove()

    def release(self) -> None:
        """Leave what is kept there for another window."""
        self._lock.release()


class Shelf:
    """The folder in which windows keep their work.

    Example:
        >>> import tempfile
        >>> shelf = Shelf(Path(tempfile.mkdtemp()))
        >>> mine = shelf.place()
        >>> mine.write(Project(data="emoji-10"))
        >>> shelf.left()  # nobody else's
        []
        >>> mine.release()
        >>> [slot.read().project.data for slot in shelf.left()]
        ['emoji-10']
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def place(self) -> Slot:
        """A new place for this process.

        Raises:
            BadFile: if the folder cannot be written to.
        """
        path = self.folder / f"{os.getpid()}-{os.urandom(6).hex()}{WORK}"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            return Slot(path, FileLock(path.with_suffix(LOCK), make=True))
        except OSError as error:
            why = error.strerror or error
            raise BadFile(f"{self.folder} cannot be written to ({why}); make room there, or permit it.") from None

    def left(self) -> list[Slot]:
        """Places of windows that are gone without having given them up, now held by this process; newest first."""
        found = []
        for work in _by_age(self.folder, WORK):
            with contextlib.suppress(OSError):
                lock = work.with_suffix(LOCK)
                slot = Slot(work, FileLock(lock, make=not lock.exists()))
                if work.exists():
                    found.append(slot)
                else:
                    slot.remove()
        return found

    def sweep(self) -> None:
        """Remove what nobody needs: locks without work, half-written files, damaged ones of long ago."""
        for lock in _by_age(self.folder, LOCK):
            if not lock.with_suffix(WORK).exists():
                with contextlib.suppress(OSError):
                    FileLock(lock, make=False).remove()
        for bad in _by_age(self.folder, BAD):
            with contextlib.suppress(OSError):
                if bad.stat().st_mtime < time.time() - BAD_SECONDS:
                    bad.unlink()
        sweep(self.folder)


def _by_age(folder: Path, suffix: str) -> list[Path]:
    """The files with this ending, newest first."""
    dated = []
    with contextlib.suppress(OSError):
        for path in folder.glob(f"*{suffix}"):
            with contextlib.suppress(OSError):
                dated.append((path.stat().st_mtime, path))
    return [path for _, path in sorted(dated, reverse=True)]


def _write(content: bytes, file: BinaryIO) -> None:
    file.write(content)
