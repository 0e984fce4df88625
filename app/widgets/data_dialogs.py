"""Asking for a data set by the platform's own dialogs. Every answer is a path, or empty."""

from __future__ import annotations

from PySide6.QtWidgets import QFileDialog, QWidget

FILE_ENDINGS = (".npz", ".csv", ".tsv", ".txt", ".tar.gz", ".tgz", ".tar")
"""How the names of files end that may be data sets."""


def data_folder(parent: QWidget) -> str:
    """Ask for a folder with a data set."""
    title = "Open a data set: a folder of pictures for each class, of IDX files (as MNIST comes), or of CIFAR batches"
    return QFileDialog.getExistingDirectory(parent, title)


def data_file(parent: QWidget) -> str:
    """Ask for a file with a data set."""
    title = "Open a data set: arrays (.npz), a table of picture files and classes or of series (.csv, .tsv), or CIFAR"
    endings = (*FILE_ENDINGS, *(ending.upper() for ending in FILE_ENDINGS))
    kinds = f"Data sets ({' '.join(f'*{ending}' for ending in endings)});;All files (*)"
    return QFileDialog.getOpenFileName(parent, title, "", kinds)[0]
