"""The source bar: where the picture comes from, on top of all pages."""

from __future__ import annotations

from functools import partial

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSizePolicy, QWidget

from app.source import menus
from app.source.address import AddressLine
from app.source.ask import Ask, FileDialogs
from app.source.button import SourceButton
from app.source.edits import identity, source_help, source_name, with_source
from app.source.elided import ElidedLabel
from app.source.kinds import KINDS, figures_text
from app.state.document import Document
from app.state.engine_link import EngineLink
from app.state.notices import Notices
from app.state.settings import Settings
from app.widgets.theme import set_role
from engine.errors import SpecError
from engine.protocol import SourceState
from engine.spec.source import Camera, Clip, Drawing, Folder, Pattern, Picture, Sample, Source, Stream

ABOUT = "open"
COMPACT_BELOW = 974
"""Pixels that all buttons with their texts, a long name and a size take."""


class SourceBar(QWidget):
    """One button for each kind of source; the one in use is down and carries the source's name."""

    def __init__(
        self, document: Document, link: EngineLink, settings: Settings, notices: Notices, ask: Ask | None = None
    ) -> None:
        super().__init__()
        self._document = document
        self._link = link
        self._settings = settings
        self._notices = notices
        self._ask = ask or FileDialogs()
        self._source: Source | None = None
        # What was in use before is come back to as it was: a drawing above all.
        self._last: dict[type, Source] = {kind: kind() for kind in (Camera, Drawing, Pattern)}
        self.buttons = {kind: SourceButton(*what) for kind, what in KINDS.items()}
        self.figures = ElidedLabel("Frames")
        self.address = AddressLine()
        self._build()
        self._connect()
        document.changed.connect(self._follow)
        link.source_state.connect(self._hear)
        self._follow()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give up the names of the kinds that are not in use where there is no room for them."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        for button in self.buttons.values():
            button.set_compact(self.width() < COMPACT_BELOW)

    def _build(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        for button in self.buttons.values():
            row.addWidget(button)
        row.addSpacing(8)
        row.addWidget(self.figures, 1)
        row.addWidget(self.address, 1)
        set_role(self.figures, "second")
        self.figures.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.address.hide()

    def _connect(self) -> None:
        fills = {
            Picture: self._fill_pictures,
            Clip: self._fill_clips,
            Pattern: self._fill_patterns,
            Sample: self._fill_data,
        }
        for kind, fill in fills.items():
            menu = self.buttons[kind].add_menu()
            menu.aboutToShow.connect(partial(fill, menu))
        cameras = self.buttons[Camera].add_menu(beside=True)
        cameras.aboutToShow.connect(partial(self._fill_cameras, cameras))
        for kind in (Camera, Drawing):
            self.buttons[kind].clicked.connect(partial(self._come_back_to, kind))
        self.buttons[Folder].clicked.connect(self.open_folder)
        self.buttons[Stream].clicked.connect(self.ask_for_address)
        self.address.entered.connect(self._connect_to)
        self.address.left.connect(self._stop_asking)

    def open_picture(self) -> None:
        """Ask for a picture file and show it."""
        path = self._ask.picture(self.window())
        if path:
            self._open(Picture(path=path))

    def open_clip(self) -> None:
        """Ask for a video file and play it."""
        path = self._ask.clip(self.window())
        if path:
            self._open(Clip(path=path))

    def open_folder(self) -> None:
        """Ask for a folder and show its pictures."""
        path = self._ask.folder(self.window())
        if path:
            self._open(Folder(path=path))

    def open_data_folder(self) -> None:
        """Ask for a folder with a data set and show its first picture."""
        path = self._ask.data_folder(self.window())
        if path:
            self._open(Sample(data=path))

    def open_data_file(self) -> None:
        """Ask for a file with a data set and show its first picture."""
        path = self._ask.data_file(self.window())
        if path:
            self._open(Sample(data=path))

    def ask_for_address(self) -> None:
        """Have a stream's address typed, in the bar itself."""
        known = [entry.path for entry in self._settings.values.recent if entry.kind == "stream"]
        self.address.set_known(known)
        now = self._source
        self.address.set_address(now.url if isinstance(now, Stream) else next(iter(known), ""))
        self._show_address(True)
        self.address.setFocus()
        self.address.selectAll()

    def _open(self, source: Source) -> None:
        name = source_name(source)
        self._document.edit(with_source(self._document.project, source), f"open {name}")

    def _come_back_to(self, kind: type, _down: bool = False) -> None:
        self._open(self._last[kind])

    def _connect_to(self, address: str) -> None:
        try:
            source = Stream(url=address)
        except SpecError as error:
            self._notices.problem(str(error), ABOUT)
            return
        self._notices.clear(ABOUT)
        self._show_address(False)
        self._open(source)

    def _stop_asking(self) -> None:
        if self.address.isVisibleTo(self):
            self._show_address(False)

    def _show_address(self, on: bool) -> None:
        had_focus = self.address.hasFocus()
        self.figures.setVisible(not on)
        self.address.setVisible(on)
        if had_focus and not on:
            self.buttons[Stream].setFocus()

    def _fill_pictures(self, menu: QMenu) -> None:
        menu.clear()
        menus.add_samples(menu, "images", self._open)
        menus.add_recent(menu, self._settings.values.recent, ("picture", "folder"), self._open)
        menus.add_verb(menu, "Open picture…", self.open_picture)

    def _fill_clips(self, menu: QMenu) -> None:
        menu.clear()
        menus.add_samples(menu, "clips", self._open)
        menus.add_recent(menu, self._settings.values.recent, ("clip", "stream"), self._open)
        menus.add_verb(menu, "Open clip…", self.open_clip)

    def _fill_cameras(self, menu: QMenu) -> None:
        menu.clear()
        camera = self._last[Camera]
        assert isinstance(camera, Camera)
        menus.add_cameras(menu, camera, self._open)

    def _fill_patterns(self, menu: QMenu) -> None:
        menu.clear()
        pattern = self._last[Pattern]
        assert isinstance(pattern, Pattern)
        menus.add_patterns(menu, pattern, self._open)

    def _fill_data(self, menu: QMenu) -> None:
        menu.clear()
        menus.add_data(menu, self._document.project.data, self._open)
        menus.add_recent(menu, self._settings.values.recent, ("data",), self._open)
        menus.add_verb(menu, "Open data folder…", self.open_data_folder)
        menus.add_verb(menu, "Open data file…", self.open_data_file, first=False)

    def _follow(self) -> None:
        source, before = self._document.project.source, self._source
        if source == before:
            return
        self._source = self._last[type(source)] = source
        for kind, button in self.buttons.items():
            if isinstance(source, kind):
                button.show_name(source_name(source), source_help(source))
            elif before is None or isinstance(before, kind):
                button.show_name("")
        self._fit()
        if before is None or identity(source) != identity(before):
            self.figures.set_whole("")
            self._hear(self._link.last_source)

    def _hear(self, state: SourceState | None) -> None:
        source = self._link.source_of(state.show) if state is not None else None
        # How the source before this one did may still be on its way.
        if state is None or source is None or self._source is None or identity(source) != identity(self._source):
            return
        text = figures_text(source, state)
        if text != self.figures.whole():
            self.figures.set_whole(text)
