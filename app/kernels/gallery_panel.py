"""Every named kernel on the current picture, small: a click takes it."""

from __future__ import annotations

from PySide6.QtCore import QRect
from PySide6.QtWidgets import QFrame, QVBoxLayout

from app.kernels.lenses import put_filter
from app.state.document import Document
from app.state.engine_link import EngineLink, Shown
from app.widgets.gallery import Entry, Gallery
from app.widgets.theme import set_role
from engine.kernels import families, family, kernel
from engine.protocol import Thumbnails
from engine.spec.edit import with_kernel

SIDE = 72


class GalleryPanel(QFrame):
    """A strip of live thumbnails; the kernel in use is marked."""

    def __init__(self, document: Document, link: EngineLink) -> None:
        super().__init__()
        set_role(self, "panel")
        self._document = document
        self._thumbnails: Thumbnails | None = None
        self.gallery = Gallery("Named kernels on the current picture", SIDE)
        self.gallery.set_entries([Entry(f.name, f.label, f"{f.summary}\n{f.source}") for f in families()])
        self.gallery.chosen.connect(self._choose)
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 4, 4, 4)
        column.addWidget(self.gallery)
        document.changed.connect(self._refresh)
        link.thumbnails.connect(self._on_thumbnails)
        link.picture.connect(self._on_picture)
        self._refresh()

    def _refresh(self) -> None:
        self.gallery.set_current(self._document.project.filter.kernel.name)

    def _choose(self, name: str) -> None:
        project = self._document.project
        spec = with_kernel(project.filter, kernel(name).spec())
        self._document.edit(put_filter(project, spec), f"choose {family(name).label}")

    def _on_thumbnails(self, thumbnails: Thumbnails) -> None:
        self._thumbnails = thumbnails

    def _on_picture(self, view: str, shown: Shown) -> None:
        if view == "gallery" and self._thumbnails is not None:
            tiles = [QRect(left, top, width, height) for top, left, height, width in self._thumbnails.tiles]
            self.gallery.set_image(shown.image, tiles)
