"""Recording a data set of one's own: frames of each class, kept as pictures in class folders and nothing besides."""

from __future__ import annotations

import contextlib
import os
import re
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from engine.errors import BadFile, SpecError
from engine.files import atomic_write

MOST = 20_000
"""A recorded set has at most so many pictures."""
MOST_NAME = 80
_NUMBERED = re.compile(r"(\d{5,})\.png")
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


class Recorder:
    """Puts frames into a folder of class folders, which `engine.load_data` opens like any other.

    Args:
        folder: made if it does not exist; a set that was recorded before is gone on with.
        size: (height, width) that every frame is brought to, its middle part; None keeps frames as they are.
        most: how many pictures the set may have.

    Raises:
        BadFile: if the folder cannot be made.

    Example:
        >>> import tempfile
        >>> recorder = Recorder(Path(tempfile.mkdtemp()) / "hands")
        >>> recorder.add("open", np.zeros((4, 4), np.uint8)).name
        '00001.png'
        >>> recorder.counts
        {'open': 1}
        >>> recorder.undo().name, recorder.counts
        ('00001.png', {})
    """

    def __init__(self, folder: str | Path, size: tuple[int, int] | None = None, most: int = MOST) -> None:
        self.folder = Path(folder)
        self._size = size
        self._most = most
        self._added: list[Path] = []
        _make(self.folder)
        self._numbers = {name: numbers for name in _folders(self.folder) if (numbers := _numbers(self.folder / name))}

    @property
    def counts(self) -> dict[str, int]:
        """How many pictures of each class are recorded, in the order of their names."""
        return {name: len(numbers) for name, numbers in sorted(self._numbers.items()) if numbers}

    @property
    def total(self) -> int:
        """How many pictures there are."""
        return sum(len(numbers) for numbers in self._numbers.values())

    def add(self, name: str, frame: NDArray[np.uint8]) -> Path:
        """Keep a frame as a picture of a class, without loss.

        Args:
            name: the class; also the name of its folder.
            frame: uint8 [H, W, 3], RGB, or [H, W], grey.

        Returns:
            The picture's file.

        Raises:
            SpecError: if a class cannot have that name, this is no frame, or there are as many as may be.
            BadFile: if it cannot be written; then nothing is.
        """
        check_class_name(name)
        if self.total >= self._most:
            raise SpecError(f"{self.folder.name} has {self.total:,} pictures, as many as may be; record another set.")
        pixels = self._fitted(frame)
        numbers = self._numbers.setdefault(name, set())
        number = max(numbers, default=0) + 1
        path = self.folder / name / f"{number:05}.png"
        _make(path.parent)
        _write(pixels, path)
        numbers.add(number)
        self._added.append(path)
        return path

    def undo(self) -> Path | None:
        """Take the last picture back that was added here, and its folder if it is empty then.

        Returns:
            The file that is gone; None if there is nothing to take back.

        Raises:
            BadFile: if it cannot be removed.
        """
        if not self._added:
            return None
        path = self._added[-1]
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise BadFile(f"{path.name} cannot be removed: {error.strerror or error}.") from error
        self._added.pop()
        numbers = self._numbers[path.parent.name]
        numbers.discard(int(path.stem))
        if not numbers:
            del self._numbers[path.parent.name]
            with contextlib.suppress(OSError):  # something else lies in it
                path.parent.rmdir()
        return path

    def _fitted(self, frame: NDArray[np.uint8]) -> NDArray[np.uint8]:
        if frame.dtype != np.uint8 or frame.ndim not in (2, 3) or (frame.ndim == 3 and frame.shape[2] != 3):
            raise SpecError(f"A frame is uint8 [H, W, 3] or [H, W]; this one is {frame.dtype} {list(frame.shape)}.")
        if 0 in frame.shape:
            raise SpecError("A frame without pixels cannot be recorded.")
        if self._size is None:
            return np.ascontiguousarray(frame)
        from engine.data.fit import fit_picture

        cells = frame[..., None] if frame.ndim == 2 else frame
        fitted = np.moveaxis(fit_picture(cells, (cells.shape[2], *self._size)), 0, -1)
        return np.ascontiguousarray(fitted[..., 0] if frame.ndim == 2 else fitted)


def check_class_name(name: str) -> None:
    """See that a class can be called so, on every system.

    Raises:
        SpecError: with one sentence on why not.

    Example:
        >>> check_class_name("../up")
        Traceback (most recent call last):
        engine.errors.SpecError: '../up' cannot be the name of a class; letters, digits, spaces and - _ would do.
    """
    odd = _FORBIDDEN.search(name) or _DEVICES.fullmatch(name) or name != name.strip() or name[-1:] == "."
    if not name or odd or name.startswith(".") or len(name.encode("utf-8", "replace")) > MOST_NAME:
        raise SpecError(f"{name[:40]!r} cannot be the name of a class; letters, digits, spaces and - _ would do.")


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadFile(f"The folder {folder} cannot be made: {error.strerror or error}; choose another.") from error


def _folders(folder: Path) -> list[str]:
    with os.scandir(folder) as entries:
        return [entry.name for entry in entries if entry.is_dir() and not entry.name.startswith(".")]


def _numbers(folder: Path) -> set[int]:
    with os.scandir(folder) as entries:
        found = [_NUMBERED.fullmatch(entry.name) for entry in entries if entry.is_file()]
    return {int(match.group(1)) for match in found if match}


def _write(pixels: NDArray[np.uint8], path: Path) -> None:
    from PIL import Image

    picture = Image.fromarray(pixels)

    def write(handle: BinaryIO) -> None:
        picture.save(handle, format="PNG", compress_level=3)

    atomic_write(path, write)
