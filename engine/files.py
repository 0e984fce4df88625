"""The one writer of files: what was there before stays whole until the new file is complete on the disk."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import stat
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from engine.errors import BadFile

# Windows refuses a rename while a virus scanner or an indexer has the target open: about 2.5 s of patience.
_RENAME_WAITS = (0.05, 0.1, 0.2, 0.4, 0.8, 1.0)
_HELD_OPEN = (5, 32, 33)
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_FORBIDDEN = (errno.EACCES, errno.EPERM)
# Answers of file systems that cannot sync a folder at all, as opposed to failing at it.
_NO_FOLDER_SYNC = (errno.EINVAL, errno.ENOTSUP, errno.EBADF)


def atomic_write(path: str | Path, write: Callable[[BinaryIO], None]) -> None:
    """Write a file completely or not at all.

    The bytes go to a temporary file in the same folder, are forced to the disk, and take the target's name in
    one step. If anything fails, the target is as it was and the temporary file is gone.

    Args:
        path: the file to make or replace; its folder must exist. A link is followed.
        write: called once with the open temporary file.

    Raises:
        BadFile: with one sentence, when the file cannot be written. Whatever else `write` raises passes through.

    Example:
        >>> import tempfile
        >>> target = Path(tempfile.mkdtemp()) / "note.txt"
        >>> atomic_write(target, lambda handle: handle.write(b"hello") and None)
        >>> target.read_bytes()
        b'hello'
    """
    target = Path(os.path.realpath(path))
    temporary = target.with_name(f".convscope-{os.getpid()}-{os.urandom(6).hex()}.tmp")
    with _told_to_people(target), _removed_on_failure(temporary):
        _check_target(target)
        written = _fill(temporary, write, _mode_of(target))
        if temporary.stat().st_size != written:
            raise OSError(errno.EIO, "the disk kept fewer bytes than were written")
        _rename(temporary, target)
        _sync_folder(target.parent)


def _check_target(target: Path) -> None:
    folder = target.parent
    if not folder.is_dir():
        raise BadFile(f"{target.name} cannot be saved: the folder {folder} does not exist; make it or choose another.")
    if target.is_dir():
        raise BadFile(f"{target} is a folder; give the name of a file in it.")
    if target.exists() and not target.is_file():
        raise BadFile(f"{target} is not an ordinary file and will not be replaced; choose another name.")


def _mode_of(target: Path) -> int | None:
    """The permissions of the file to be replaced, or None for a new one."""
    return stat.S_IMODE(target.stat().st_mode) if target.exists() else None


def _fill(temporary: Path, write: Callable[[BinaryIO], None], mode: int | None) -> int:
    """Let `write` fill a new file, force it to the disk, and return how many bytes it has."""
    descriptor = os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
    with open(descriptor, "w+b") as handle:
        if mode is not None:
            with contextlib.suppress(OSError):  # not every file system keeps permissions
                os.chmod(temporary, mode)
        write(handle)
        handle.flush()
        os.fsync(handle.fileno())
        return os.fstat(handle.fileno()).st_size


def _rename(temporary: Path, target: Path) -> None:
    for wait in (*_RENAME_WAITS, None):
        try:
            os.replace(temporary, target)
            return
        except OSError as error:
            if wait is None or getattr(error, "winerror", None) not in _HELD_OPEN:
                raise
            time.sleep(wait)


def _sync_folder(folder: Path) -> None:
    """Force the rename itself to the disk; Windows has no such thing."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _NO_FOLDER_SYNC:
            raise
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _removed_on_failure(temporary: Path) -> Iterator[None]:
    try:
        yield
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise


@contextlib.contextmanager
def _told_to_people(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise BadFile(_sentence(target, error)) from error


def _sentence(target: Path, error: OSError) -> str:
    folder, code = target.parent, error.errno
    if code in _NO_ROOM:
        return f"{target.name} cannot be saved: {_room(folder)}; free some space or choose another folder."
    if code == errno.EROFS:
        return f"{target.name} cannot be saved: {folder} is read-only; choose another folder."
    if code in _FORBIDDEN:
        return f"{target.name} cannot be saved: writing in {folder} is not permitted; choose another folder."
    if code == errno.ENAMETOOLONG:
        return f"{target.name[:40]}… cannot be saved: the name is too long; choose a shorter one."
    reason = error.strerror or str(error) or type(error).__name__
    return f"{target.name} cannot be saved in {folder}: {reason}; choose another folder."


def _room(folder: Path) -> str:
    try:
        free = shutil.disk_usage(folder).free
    except OSError:
        return f"the disk of {folder} is full"
    return f"the disk of {folder} is full ({free:,} bytes free)"
