"""Everything of an open window by name: what the table of actions works on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QFileDialog

from app.kernels.page import KernelPage
from app.pages import Pages
from app.projects import ProjectFiles
from app.source.bar import SourceBar
from app.source.drops import Drops
from app.source.edits import source_for_path, source_name, with_source
from app.source.guard import SourceGuard
from app.source.pad import DrawingPad
from app.state.document import Document
from app.state.engine_link import EngineLink
from app.state.notices import Notices
from app.state.settings import Settings
from app.widgets.theme import apply_theme
from app.window import Window
from engine.errors import SpecError
from engine.protocol import Problem, Saved

PROJECTS = (".convscope", ".json")


@dataclass
class Parts:
    """Everything that was made for one window."""

    document: Document
    link: EngineLink
    notices: Notices
    settings: Settings
    window: Window
    source_bar: SourceBar
    drops: Drops
    page: KernelPage
    pages: Pages
    pad: DrawingPad
    guard: SourceGuard
    projects: ProjectFiles


class Workbench(QObject):
    """The few verbs that concern several parts of the window."""

    def __init__(self, parts: Parts) -> None:
        super().__init__(parts.window)
        self.parts = parts
        self.document = parts.document
        self.projects = parts.projects
        self.link = parts.link
        self.notices = parts.notices
        self.settings = parts.settings
        self.window = parts.window
        self.source_bar = parts.source_bar
        self.drops = parts.drops
        self.page = parts.page
        self.pages = parts.pages
        self.link.saved.connect(self._on_saved)
        self.link.problem.connect(self._on_problem)

    def close(self) -> None:
        """Remember the window's place and end the engine."""
        self.settings.change(geometry=self.window.placement())
        self.link.close()

    def open_path(self, path: str) -> None:
        """Open a picture, clip, folder, kernel or project that was named on the command line."""
        if self.page.kernel.take_file(Path(path)):
            return
        if Path(path).suffix.lower() in PROJECTS:
            self.projects.open_path(Path(path))
            return
        try:
            source = source_for_path(path)
        except SpecError as error:
            self.notices.problem(str(error), "source")
            return
        self.document.edit(with_source(self.document.project, source), f"open {source_name(source)}")

    def save_map(self) -> None:
        """Ask where to, and have the engine write the feature map there."""
        kinds = "Values (*.npy);;Picture as it looks (*.png)"
        path, kind = QFileDialog.getSaveFileName(self.window, "Save feature map", "feature-map.npy", kinds)
        if path:
            if "." not in path.rsplit("/", 1)[-1]:
                path += ".png" if "png" in kind else ".npy"
            self.link.save(path)

    def _on_saved(self, saved: Saved) -> None:
        self.notices.info(f"Saved {saved.path}.", "save")

    def _on_problem(self, problem: Problem) -> None:
        if problem.code != "spec":
            self.notices.problem(problem.message, problem.code)

    def copy_script(self) -> None:
        """Put the page on the clipboard as a Python script."""
        from engine.codegen import filter_script  # the first paint of the window does not wait for what menus need

        project = self.document.project
        QGuiApplication.clipboard().setText(filter_script(project))
        self.notices.info("Copied a script that computes this feature map.", "copy")

    def copy_kernel(self) -> None:
        """Put the kernel's numbers on the clipboard."""
        self.page.kernel.copy_text()

    def play_or_pause(self) -> None:
        """Play what is paused, pause what plays."""
        state = self.link.last_source
        playing = state is not None and state.state == "playing"
        self.link.transport("pause" if playing else "play")

    def toggle_theme(self) -> None:
        """Change between dark and light, here and in the engine's colours."""
        self.set_dark(not self.settings.values.dark)

    def set_dark(self, dark: bool) -> None:
        """Use the dark or the light look, and remember it."""
        self.settings.change(dark=dark)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        apply_theme(application, dark)
        self.link.set_dark(dark)
