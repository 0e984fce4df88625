"""PyTorch scripts in files."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO, Protocol

from PySide6.QtWidgets import QFileDialog, QWidget

from engine.errors import BadFile
from engine.files import atomic_write
from engine.project.guarded import read_bytes

_KINDS = "Python (*.py)"
_SUFFIX = ".py"


class Ask(Protocol):
    """Answers are paths, empty if the person thought better of it."""

    def open(self, parent: QWidget) -> str:
        """Which script to open."""

    def save(self, parent: QWidget) -> str:
        """Where to save."""


class Dialogs:
    """Asks by the platform's own dialogs."""

    def open(self, parent: QWidget) -> str:
        """Which script to open."""
        return QFileDialog.getOpenFileName(parent, "Open PyTorch code", "", _KINDS)[0]

    def save(self, parent: QWidget) -> str:
        """Where to save."""
        path = QFileDialog.getSaveFileName(parent, "Save PyTorch code", "network.py", _KINDS)[0]
        return f"{path}{_SUFFIX}" if path and not Path(path).suffix else path


def read_script(path: Path) -> str:
    """The text of a script.

    Raises:
        BadFile: if it is too large, or no text.
    """
    try:
        return read_bytes(path).decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError:
        raise BadFile(f"{path.name} is no text; a file of Python source would do.") from None


def save_script(code: str, path: Path) -> None:
    """Write a script, completely or not at all.

    Raises:
        BadFile: if the name ends in something else, or the file cannot be written.
    """
    if path.suffix.lower() != _SUFFIX:
        raise BadFile(f"{path.name}: code is saved in a file that ends in {_SUFFIX}.")

    def write(handle: BinaryIO) -> None:
        handle.write(code.encode())

    atomic_write(path, write)
