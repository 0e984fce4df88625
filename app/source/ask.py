"""Asking the person for a file or folder; the one place where the source bar opens a dialog."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtWidgets import QFileDialog, QWidget

from app.source.edits import CLIP_SUFFIXES, PICTURE_SUFFIXES
from app.widgets.data_dialogs import data_file, data_folder


class Ask(Protocol):
    """What the bar asks. Every answer is a path, or empty if the person thought better of it."""

    def picture(self, parent: QWidget) -> str:
        """A picture file."""
        ...

    def clip(self, parent: QWidget) -> str:
        """A video file."""
        ...

    def folder(self, parent: QWidget) -> str:
        """A folder with pictures."""
        ...

    def data_folder(self, parent: QWidget) -> str:
        """A folder with a data set."""
        ...

    def data_file(self, parent: QWidget) -> str:
        """A file with a data set."""
        ...


class FileDialogs:
    """Asks by the platform's own dialogs."""

    def picture(self, parent: QWidget) -> str:
        """A picture file."""
        return _file(parent, "Open picture", f"Pictures ({_patterns(PICTURE_SUFFIXES)});;All files (*)")

    def clip(self, parent: QWidget) -> str:
        """A video file."""
        return _file(parent, "Open clip", f"Clips ({_patterns(CLIP_SUFFIXES)});;All files (*)")

    def folder(self, parent: QWidget) -> str:
        """A folder with pictures."""
        return QFileDialog.getExistingDirectory(parent, "Open folder of pictures")

    def data_folder(self, parent: QWidget) -> str:
        """A folder with a data set."""
        return data_folder(parent)

    def data_file(self, parent: QWidget) -> str:
        """A file with a data set."""
        return data_file(parent)


def _file(parent: QWidget, title: str, kinds: str) -> str:
    return QFileDialog.getOpenFileName(parent, title, "", kinds)[0]


def _patterns(suffixes: tuple[str, ...]) -> str:
    return " ".join(f"*{suffix} *{suffix.upper()}" for suffix in suffixes)
