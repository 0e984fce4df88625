"""Asking the person for a data set or a run; the one place where this page opens a dialog."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from PySide6.QtWidgets import QFileDialog, QWidget

from app.widgets.data_dialogs import data_file, data_folder


class Ask(Protocol):
    """What the page asks. Every answer is a path, or empty if the person thought better of it."""

    def data_folder(self, parent: QWidget) -> str:
        """A folder with a data set."""
        ...

    def data_file(self, parent: QWidget) -> str:
        """A file with a data set."""
        ...

    def run_folder(self, parent: QWidget, start: Path) -> str:
        """The folder of a run."""
        ...


class Dialogs:
    """Asks by the platform's own dialogs."""

    def data_folder(self, parent: QWidget) -> str:
        """A folder with a data set."""
        return data_folder(parent)

    def data_file(self, parent: QWidget) -> str:
        """A file with a data set."""
        return data_file(parent)

    def run_folder(self, parent: QWidget, start: Path) -> str:
        """The folder of a run."""
        return QFileDialog.getExistingDirectory(parent, "Open the folder of a run", str(start))
