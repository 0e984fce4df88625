"""What a tool with settings makes of a kernel: always of the kernel it began with, so that settings can be moved."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from itertools import count

from PySide6.QtCore import QObject, Signal

from app.kernels.lenses import put_filter
from app.state.document import Document, Gesture
from engine.errors import SpecError
from engine.spec.edit import with_kernel
from engine.spec.filter import KernelSpec, Plane

Planes = tuple[Plane, ...]


class Live(QObject):
    """Remembers which settings made which kernel, so that undo and redo move the settings too.

    All that one tool makes of one kernel is one undo. A kernel that somebody else has made is the one to begin with
    from then on.
    """

    moved = Signal(object)
    """The settings that made the document's kernel, when it was not `put` that made it; `start` for a new one."""

    _numbers = count(1)

    def __init__(self, document: Document, kind: str, start: Hashable, parent: QObject) -> None:
        super().__init__(parent)
        self._document = document
        self._kind = kind
        self._start = start
        self._writing = False
        self._known: dict[Planes, Hashable] = {}
        self._last: Planes | None = None
        self._begin()
        document.changed.connect(self._follow)

    @property
    def base(self) -> KernelSpec:
        """The kernel that the tool began with."""
        return self._base

    def end(self) -> None:
        """The tool is closed: what happens to the kernel is no business of it any more."""
        self._document.changed.disconnect(self._follow)

    def put(self, settings: Hashable, make: Callable[[KernelSpec], KernelSpec], text: str) -> str:
        """Make the kernel that `make` makes of the base the document's. Returns why not; empty if it is."""
        project = self._document.project
        try:
            made = self._base if settings == self._start else make(self._base)
            spec = with_kernel(project.filter, made)
        except SpecError as error:
            return str(error)
        self._remember(spec.kernel.weights, settings)
        self._writing = True
        try:
            self._document.edit(put_filter(project, spec), text, Gesture(self._kind, self._number))
        finally:
            self._writing = False
        return ""

    def _remember(self, weights: Planes, settings: Hashable) -> None:
        """What was made last in the same act is nothing that undo could come back to."""
        if self._last is not None:
            self._known.pop(self._last, None)
        # Settings may well lead back to the base, which stays what the tool began with.
        self._last = weights if weights not in self._known else None
        self._known.setdefault(weights, settings)

    def _begin(self) -> None:
        self._base = self._document.project.filter.kernel
        self._known, self._last = {self._base.weights: self._start}, None
        self._number = next(self._numbers)

    def _follow(self) -> None:
        if self._writing:
            return
        weights = self._document.project.filter.kernel.weights
        self._last = None
        if weights not in self._known:
            self._begin()
        self.moved.emit(self._known[weights])
