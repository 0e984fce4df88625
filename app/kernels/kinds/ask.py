"""Asking for the file of a signal; the one place where the look opens a dialog."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtWidgets import QFileDialog, QWidget

KINDS = "Signals (*.wav *.wave *.csv *.tsv *.txt);;All files (*)"


class Ask(Protocol):
    """The answer is a path, empty if the person thought better of it."""

    def open(self, parent: QWidget) -> str:
        """Which signal to open."""


class Dialogs:
    """Asks by the platform's own dialog."""

    def open(self, parent: QWidget) -> str:
        """Which signal to open."""
        return QFileDialog.getOpenFileName(parent, "Open a signal", "", KINDS)[0]
