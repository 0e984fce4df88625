"""The project as a file: open, save, save as. A file that cannot be opened leaves everything as it was."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from app.state.document import Document
from app.state.notices import Notices
from engine.errors import EngineError
from engine.spec.project import Project

ABOUT = "project"
SUFFIX = ".convscope"
KINDS = f"Convscope projects (*{SUFFIX} *.json)"


class Ask(Protocol):
    """Answers are paths, empty if the person thought better of it."""

    def open(self, parent: QWidget) -> str:
        """Which project to open."""

    def save(self, parent: QWidget, suggestion: str) -> str:
        """Where to save."""


class Dialogs:
    """Asks by the platform's own dialogs."""

    def open(self, parent: QWidget) -> str:
        """Which project to open."""
        return QFileDialog.getOpenFileName(parent, "Open project", "", KINDS)[0]

    def save(self, parent: QWidget, suggestion: str) -> str:
        """Where to save."""
        return QFileDialog.getSaveFileName(parent, "Save project", suggestion, KINDS)[0]


class ProjectFiles(QObject):
    """Knows which file the document belongs to."""

    changed = Signal()
    """The document belongs to another file, or that file holds something else."""

    def __init__(self, document: Document, notices: Notices, window: QWidget, ask: Ask | None = None) -> None:
        super().__init__(window)
        self._document = document
        self._notices = notices
        self._window = window
        self._ask = ask or Dialogs()
        self.path: Path | None = None
        self.saved: Project | None = document.project
        """What is in that file, or was there at the start; None if nobody knows."""
        self.before_leaving: Callable[[str, Callable[[], None]], None] | None = None
        """Is told what would leave the work that is open, in words and as a call, and calls once that is agreed to."""

    @property
    def is_unsaved(self) -> bool:
        """Whether there is work that no file holds."""
        return self.saved is None or self._document.project != self.saved

    def new(self) -> None:
        """Begin a project; undo brings back what was there before."""
        if self.before_leaving is None:
            self._begin()
        else:
            self.before_leaving("beginning a new project", self._begin)

    def _begin(self) -> None:
        project = Project()
        self._document.edit(project, "new project")
        self.belong(None, project)

    def open(self) -> None:
        """Ask for a project and open it; undo brings back what was there before."""
        path = self._ask.open(self._window)
        if path:
            self.open_path(Path(path))

    def open_path(self, path: Path) -> None:
        """Open this project; one with unsaved work is asked about first."""
        if self.before_leaving is None:
            self._open(path)
        else:
            self.before_leaving("opening another project", partial(self._open, path))

    def _open(self, path: Path) -> None:
        from engine.project import load_project  # the first paint of the window does not wait for it

        try:
            project = load_project(path)
        except EngineError as error:
            self._notices.problem(str(error), ABOUT)
            return
        self._notices.clear(ABOUT)
        self._document.edit(project, f"open {path.name}")
        self._belong_to(path)

    def save(self) -> None:
        """Save to the project's file, or ask for one if it has none yet."""
        if self.path is None:
            self.save_as()
        else:
            self._write(self.path)

    def save_as(self) -> None:
        """Ask where to, and save there from now on."""
        chosen = self._ask.save(self._window, str(self.path or f"project{SUFFIX}"))
        if chosen:
            path = Path(chosen)
            self._write(path if path.suffix else path.with_name(path.name + SUFFIX))

    def _write(self, path: Path) -> None:
        from engine.project import save_project

        try:
            save_project(self._document.project, path)
        except EngineError as error:
            self._notices.problem(str(error), ABOUT)
            return
        self._belong_to(path)
        self._notices.info(f"Saved {path.name}.", ABOUT)

    def _belong_to(self, path: Path) -> None:
        self.path, self.saved = path, self._document.project
        self._window.setWindowTitle(f"{path.stem} – Convscope")
        self.changed.emit()

    def belong(self, path: Path | None, saved: Project | None = None) -> None:
        """The document is work on this file, on none if None; `saved` is what need not be saved of it."""
        self.path, self.saved = path, saved
        self._window.setWindowTitle(f"{path.stem} – Convscope" if path else "Convscope")
        self.changed.emit()
