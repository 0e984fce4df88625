"""Kernels in files: opened, saved, dropped on the window. What cannot be opened leaves the kernel as it was."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QWidget

from app.kernels.design.weights import with_given
from app.kernels.lenses import put_filter
from app.state.document import Document
from app.state.notices import Notices
from engine.errors import EngineError
from engine.kernels import load_kernel, save_kernel
from engine.kernels.files import FORMAT, SUFFIXES

ABOUT = "kernel"
KINDS = "Kernels (*.json *.npy *.txt)"
SAVED_KINDS = "With name and settings (*.json);;Array (*.npy);;Text (*.txt)"
SUFFIX = ".json"
_HEAD = 4096


class Ask(Protocol):
    """Answers are paths, empty if the person thought better of it."""

    def open(self, parent: QWidget) -> str:
        """Which kernel to open."""

    def save(self, parent: QWidget, suggestion: str) -> str:
        """Where to save."""


class Dialogs:
    """Asks by the platform's own dialogs."""

    def open(self, parent: QWidget) -> str:
        """Which kernel to open."""
        return QFileDialog.getOpenFileName(parent, "Open kernel", "", KINDS)[0]

    def save(self, parent: QWidget, suggestion: str) -> str:
        """Where to save."""
        path, kind = QFileDialog.getSaveFileName(parent, "Save kernel", suggestion, SAVED_KINDS)
        if path and not Path(path).suffix:
            path += next((suffix for suffix in SUFFIXES if suffix in kind), SUFFIX)
        return path


def holds_kernel(path: Path) -> bool:
    """Whether a file seems to hold a kernel; a .json may also hold a project or a bank of kernels."""
    suffix = path.suffix.lower()
    if suffix != SUFFIX:
        return suffix in SUFFIXES
    try:
        with path.open("rb") as handle:
            head = handle.read(_HEAD).lstrip(b"\xef\xbb\xbf \t\r\n")
            handle.seek(0)
            return head.startswith(b"[") or f'"{FORMAT}"'.encode() in handle.read(1_000_000)
    except OSError:
        return False


class KernelFiles(QObject):
    """Reads and writes the document's kernel."""

    def __init__(self, document: Document, notices: Notices, window: QWidget, ask: Ask | None = None) -> None:
        super().__init__(window)
        self._document = document
        self._notices = notices
        self._window = window
        self.ask: Ask = ask or Dialogs()
        self._path: Path | None = None

    def open(self) -> None:
        """Ask for a kernel's file and open it."""
        path = self.ask.open(self._window)
        if path:
            self.open_path(Path(path))

    def open_path(self, path: Path) -> None:
        """Make this file's kernel the document's."""
        project = self._document.project
        try:
            spec = with_given(project.filter, load_kernel(path))
        except EngineError as error:
            self._notices.problem(str(error), ABOUT)
            return
        self._notices.clear(ABOUT)
        self._path = path
        self._document.edit(put_filter(project, spec), f"open {path.name}")
        self._notices.info(f"Opened {path.name}.", ABOUT)

    def save(self) -> None:
        """Ask where to, and save the kernel there."""
        kernel = self._document.project.filter.kernel
        chosen = self.ask.save(self._window, str(self._path or f"{kernel.name}{SUFFIX}"))
        if not chosen:
            return
        path = Path(chosen)
        path = path if path.suffix else path.with_name(path.name + SUFFIX)
        try:
            save_kernel(kernel, path)
        except EngineError as error:
            self._notices.problem(str(error), ABOUT)
            return
        self._path = path
        self._notices.info(f"Saved {path.name}.", ABOUT)
