"""Asking for a data set by the platform's own dialogs. Every answer is a path, or empty."""

from __future__ import annotations

from PySide6.QtWidgets import QFileDialog, QWidget


def data_folder(parent: QWidget) -> str:
    """Ask for a folder with a data set."""
    title = "Open a data set: a folder of pictures for each class, or a folder of IDX files"
    return QFileDialog.getExistingDirectory(parent, title)


def data_file(parent: QWidget) -> str:
    """Ask for a file with a data set."""
    kinds = "Data sets (*.npz *.NPZ);;All files (*)"
    return QFileDialog.getOpenFileName(parent, "Open a data set", "", kinds)[0]
