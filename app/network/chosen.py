"""Which layers the person works on, and which of them is looked at."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal

from app.network.places import INPUT, exists, rows_of
from app.state.document import Document


class Chosen(QObject):
    """Holds the path of the layer that is looked at, "" for the input, and those of all that are chosen with it.

    When the layer goes, the one that takes its place is chosen, alone.
    """

    changed = Signal()
    """Another layer is looked at."""
    selected = Signal()
    """Others are chosen with it, or no longer."""

    def __init__(self, document: Document) -> None:
        super().__init__()
        self._document = document
        layers = document.project.network.layers
        self._path = layers[0].id if layers else INPUT
        self._place = 1 if layers else 0
        self._also: frozenset[str] = frozenset()
        self._anchor = self._path
        self._coming: tuple[str, ...] = ()
        document.changed.connect(self._follow)

    @property
    def path(self) -> str:
        """The path of the layer that is looked at. It is always one that exists."""
        if self._coming or not exists(self._document.project.network, self._path):
            self._follow()
        return self._path

    @property
    def paths(self) -> tuple[str, ...]:
        """All chosen layers, as they stand in the list; none if the input is."""
        path = self.path
        if not self._also:
            return () if path == INPUT else (path,)
        return tuple(each for each in self._paths() if each != INPUT and (each == path or each in self._also))

    def choose(self, path: str) -> None:
        """Look at another layer, and at it alone."""
        known = self._paths()
        if path in known:
            self._anchor = path
            self._take(path, known, ())

    def toggle(self, path: str) -> None:
        """Choose one more, which is then looked at, or one less."""
        known, chosen = self._paths(), self.paths
        if path not in known or path == INPUT or chosen == (path,):
            return
        if path not in chosen:
            self._anchor = path
            self._take(path, known, chosen)
            return
        left = tuple(each for each in chosen if each != path)
        self._anchor = self._path if self._path in left else left[-1]
        self._take(self._anchor, known, left)

    def extend(self, path: str) -> None:
        """Choose all from the one that was chosen first to this one."""
        known = self._paths()
        if path not in known or path == INPUT:
            return
        start = known.index(self._anchor) if self._anchor in known else known.index(self.path)
        end = known.index(path)
        between = known[min(start, end) : max(start, end) + 1]
        self._take(path, known, [each for each in between if each != INPUT])

    def choose_all(self) -> None:
        """Choose every layer."""
        known = self._paths()
        layers = [each for each in known if each != INPUT]
        if layers:
            self._take(self._path if self._path in layers else layers[0], known, layers)

    def expect(self, *paths: str) -> None:
        """Choose these layers as soon as the document has them; the last is looked at."""
        self._coming = paths

    def _paths(self) -> list[str]:
        return [row.path for row in rows_of(self._document.project.network) if row.kind != "part"]

    def _follow(self) -> None:
        known = self._paths()
        coming = [path for path in self._coming if path in known]
        if coming:
            self._coming = ()
            self._anchor = coming[0]
            self._take(coming[-1], known, coming)
        elif self._path in known:
            self._place = known.index(self._path)
            self._take(self._path, known, self._also.intersection(known))
        else:
            self._anchor = known[min(self._place, len(known) - 1)]
            self._take(self._anchor, known, ())

    def _take(self, path: str, known: list[str], also: Iterable[str]) -> None:
        others = frozenset(also) - {path}
        is_other, are_others = path != self._path, others != self._also
        self._place = known.index(path)
        self._path, self._also = path, others
        if is_other:
            self.changed.emit()
        if is_other or are_others:
            self.selected.emit()
