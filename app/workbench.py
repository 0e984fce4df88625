"""Everything of an open window by name: what the table of actions works on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from platformdirs import user_data_path
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget

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
from app.window import Window, restore_splitters, splitter_states
from engine.errors import SpecError
from engine.protocol import Problem, Saved

if TYPE_CHECKING:
    from app.state.keeper import Keeper
    from app.state.leftovers import Leftovers
    from app.state.weight_files import WeightFiles

PROJECTS = (".convscope", ".json")
WEIGHTS = (".safetensors", ".pt", ".pth", ".ckpt", ".bin")


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

    work_left = Signal()
    """Whether there is work of an earlier window to be restored may have changed."""

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
        self.keeper: Keeper | None = None
        self.leftovers: Leftovers | None = None
        self.link.saved.connect(self._on_saved)
        self.link.problem.connect(self._on_problem)

    def arrange(self) -> None:
        """Put window, page and dividers where they were when the last window was closed."""
        values = self.settings.values
        self.window.place(values.geometry)
        restore_splitters(self.window, values.splitters)
        self.pages.made.connect(self._arrange_page)
        if values.page in self.pages.ids:
            self.pages.show(values.page)

    def _arrange_page(self, _page_id: str, page: QWidget) -> None:
        restore_splitters(page, self.settings.values.splitters)

    def close(self) -> None:
        """Remember how the window looks and end the engine. Work need not be kept any more."""
        states = {**self.settings.values.splitters, **splitter_states(self.window)}
        self.settings.change(geometry=self.window.placement(), page=self.pages.current_id, splitters=states)
        if self.leftovers is not None:
            self.leftovers.close()
        if self.keeper is not None:
            self.keeper.close()
        self.link.close()

    def keep_work(self, folder: Path | None = None) -> None:
        """From now on keep the work in case of a crash, and offer what earlier windows could not save."""
        from app.state.keeper import Keeper  # the first paint of the window does not wait for it
        from app.state.leftovers import Leftovers
        from engine.project.kept import Shelf

        shelf = Shelf(folder or user_data_path("convscope", appauthor=False) / "kept")
        self.keeper = Keeper(self.document, self.projects, self.notices, shelf, self)
        self.leftovers = Leftovers(self.document, self.projects.belong, self.notices, shelf, self.keeper)
        self.leftovers.changed.connect(self.work_left)
        self.leftovers.offer()

    def ask_before_leaving(self) -> None:
        """From now on ask before unsaved work is left."""
        from app.closing import Closing  # nor for this

        Closing(self.window, self.projects)

    @property
    def has_left_work(self) -> bool:
        """Whether an earlier window has left work that could be restored."""
        return self.leftovers is not None and self.leftovers.offered is not None

    def restore_work(self) -> None:
        """Go on with it."""
        if self.leftovers is not None:
            self.leftovers.restore()

    def discard_work(self) -> None:
        """Forget it."""
        if self.leftovers is not None:
            self.leftovers.discard()

    def open_path(self, path: str) -> None:
        """Open a picture, clip, folder, kernel, project or weights that was named on the command line."""
        if self.page.kernel.take_file(Path(path)):
            return
        if Path(path).suffix.lower() in PROJECTS:
            self.projects.open_path(Path(path))
            return
        if Path(path).suffix.lower() in WEIGHTS:
            self.weights.open_path(Path(path))
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

    def save_diagram(self) -> None:
        """Ask where to, and write the network's drawing there."""
        page: Any = self.pages.page("network")
        page.diagram.save_as()

    @cached_property
    def weights(self) -> WeightFiles:
        """Opens weights that another program has learned."""
        from app.state.weight_files import WeightFiles  # nobody needs it before

        made = WeightFiles(self.link, self.notices, self.window)
        made.read.connect(self._show_network)
        return made

    def _show_network(self) -> None:
        if self.pages.current_id == "kernel":
            self.pages.show("network")

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
