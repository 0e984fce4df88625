"""Asking the person for a folder; the one place where this page opens a dialog."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from PySide6.QtWidgets import QFileDialog, QWidget


class Ask(Protocol):
    """What the page asks. Every answer is a path, or empty if the person thought better of it."""

    def data_folder(self, parent: QWidget) -> str:
        """A folder with a data set."""
        ...

    def run_folder(self, parent: QWidget, start: Path) -> str:
        """The folder of a run."""
        ...


class FolderDialogs:
    """Asks by the platform's own dialogs."""

    def data_folder(self, parent: QWidget) -> str:
        """A folder with a data set."""
        return QFileDialog.getExistingDirectory(parent, "Open a folder with a folder of pictures for each class")

    def run_folder(self, parent: QWidget, start: Path) -> str:
        """The folder of a run."""
        return QFileDialog.getExistingDirectory(parent, "Open the folder of a run", str(start))
