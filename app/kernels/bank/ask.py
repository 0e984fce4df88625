"""Asking for the file of a bank; the one place where the bank opens a dialog."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtWidgets import QFileDialog, QWidget

KINDS = "Banks of kernels (*.json *.npy *.npz)"


class Ask(Protocol):
    """Answers are paths, empty if the person thought better of it."""

    def open(self, parent: QWidget) -> str:
        """Which bank to open."""

    def save(self, parent: QWidget, suggestion: str) -> str:
        """Where to save."""


class Dialogs:
    """Asks by the platform's own dialogs."""

    def open(self, parent: QWidget) -> str:
        """Which bank to open."""
        return QFileDialog.getOpenFileName(parent, "Open a bank of kernels", "", KINDS)[0]

    def save(self, parent: QWidget, suggestion: str) -> str:
        """Where to save."""
        kinds = "Everything (*.json);;Weights by name (*.npz);;One stack of weights (*.npy)"
        path, kind = QFileDialog.getSaveFileName(parent, "Save the bank", suggestion, kinds)
        if path and "." not in path.replace("\\", "/").rsplit("/", 1)[-1]:
            path += next(suffix for suffix in (".npy", ".npz", ".json") if suffix in (kind or ".json"))
        return path
