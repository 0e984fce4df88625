"""Asking the person for a data set or a run; the one place where this page opens a dialog."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from app.training.data_words import size_words
from app.widgets.data_dialogs import data_file, data_folder
from app.widgets.tips import tip_text
from engine.data.known import KNOWN


class Ask(Protocol):
    """What the page asks. Every answer is a path, or empty if the person thought better of it."""

    def data_folder(self, parent: QWidget) -> str:
        """A folder with a data set."""
        ...

    def data_file(self, parent: QWidget) -> str:
        """A file with a data set."""
        ...

    def known_set(self, parent: QWidget) -> str:
        """The name of a data set that can be fetched."""
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

    def known_set(self, parent: QWidget) -> str:
        """The name of a data set that can be fetched."""
        menu = QMenu(parent)
        menu.setToolTipsVisible(True)
        for entry in KNOWN:
            action = menu.addAction(f"{entry.name}: {entry.summary} ({size_words(entry.bytes)})")
            action.setData(entry.name)
            action.setToolTip(tip_text(f"Needs a network, once. From {entry.base}"))
        chosen = menu.exec(parent.mapToGlobal(parent.rect().topLeft()))
        menu.deleteLater()
        return str(chosen.data()) if chosen is not None else ""

    def run_folder(self, parent: QWidget, start: Path) -> str:
        """The folder of a run."""
        return QFileDialog.getExistingDirectory(parent, "Open the folder of a run", str(start))
