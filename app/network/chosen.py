"""Which layer the person looks at."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from app.network.places import INPUT, exists, rows_of
from app.state.document import Document


class Chosen(QObject):
    """Holds the path of a layer, "" for the input. When the layer goes, the one that takes its place is chosen."""

    changed = Signal()

    def __init__(self, document: Document) -> None:
        super().__init__()
        self._document = document
        layers = document.project.network.layers
        self._path = layers[0].id if layers else INPUT
        self._place = 1 if layers else 0
        self._coming: str | None = None
        document.changed.connect(self._follow)

    @property
    def path(self) -> str:
        """The chosen layer's path. It is always one that exists."""
        if self._coming is not None or not exists(self._document.project.network, self._path):
            self._follow()
        return self._path

    def choose(self, path: str) -> None:
        """Look at another layer."""
        known = self._paths()
        if path in known:
            self._take(path, known)

    def expect(self, path: str | None) -> None:
        """Choose this layer as soon as the document has it."""
        self._coming = path

    def _paths(self) -> list[str]:
        return [row.path for row in rows_of(self._document.project.network) if row.kind != "part"]

    def _follow(self) -> None:
        known = self._paths()
        if self._coming in known:
            coming, self._coming = self._coming, None
            self._take(coming, known)
        elif self._path in known:
            self._place = known.index(self._path)
        else:
            self._take(known[min(self._place, len(known) - 1)], known)

    def _take(self, path: str, known: list[str]) -> None:
        self._place = known.index(path)
        if path != self._path:
            self._path = path
            self.changed.emit()
