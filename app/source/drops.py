"""Files, folders, addresses and pictures that are dropped on the window or pasted into it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QObject, Qt
from PySide6.QtGui import QDropEvent, QGuiApplication
from PySide6.QtWidgets import QWidget

from app.source.edits import source_for_text, source_name, with_source
from app.source.mime import is_plausible, pasted_folder, source_from
from app.state.document import Document
from app.state.notices import Notices
from engine.errors import EngineError
from engine.spec.source import Source

ABOUT = "open"
_MOVES = (QEvent.Type.DragEnter, QEvent.Type.DragMove)


class Drops(QObject):
    """Makes what is dropped or pasted the document's source; what cannot be one is answered with a sentence."""

    def __init__(self, document: Document, notices: Notices, folder: Path | None = None) -> None:
        super().__init__(document)
        self._document = document
        self._notices = notices
        self._folder = folder or pasted_folder()
        self.takers: list[Callable[[QMimeData], bool]] = []
        """Who else takes what is dropped or pasted: asked first, each says whether it was theirs."""

    def install(self, widget: QWidget) -> None:
        """Take drops anywhere on `widget`, except on a part of it that takes them itself."""
        widget.setAcceptDrops(True)
        widget.installEventFilter(self)

    def paste(self) -> None:
        """Use what is on the clipboard."""
        self.take(QGuiApplication.clipboard().mimeData())

    def open_path(self, text: str) -> None:
        """Use a file or folder named on the command line."""
        self._open(lambda: source_for_text(text))

    def take(self, mime: QMimeData) -> None:
        """Use this data as the source, unless it is somebody else's."""
        if any(take(mime) for take in self.takers):
            return
        name, many = self._open(lambda: source_from(mime, self._folder)), len(mime.urls())
        if name and many > 1:
            self._notices.info(f"Opened {name}, the first of {many}; drop a folder to step through many.", ABOUT)

    def _open(self, make: Callable[[], Source]) -> str:
        """The name of the source that `make` found, or empty: then it was said why."""
        try:
            source = make()
        except EngineError as error:
            self._notices.problem(str(error), ABOUT)
            return ""
        name = source_name(source)
        self._document.edit(with_source(self._document.project, source), f"open {name}")
        return name

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Answer drags over the window and drops on it."""
        # DragEnter and DragMove are drop events too.
        if not isinstance(event, QDropEvent):
            return False
        if event.type() in _MOVES and is_plausible(event.mimeData()):
            _as_copy(event)
            return True
        if event.type() == QEvent.Type.Drop:
            _as_copy(event)
            self.take(event.mimeData())
            return True
        return False


def _as_copy(event: QDropEvent) -> None:
    """Whoever drags must not take it for moved and delete it."""
    event.setDropAction(Qt.DropAction.CopyAction)
    event.accept()
