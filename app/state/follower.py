"""Listeners of the document that hear only of what they show."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from app.state.document import Document
from engine.spec.project import Project

_UNKNOWN = object()


class Follower(QObject):
    """Calls back after each edit that changes what `parts` takes from the project, and after no other.

    It lives as long as its owner, which has shown the parts as they are when this is made.

    Example:
        >>> import msgspec
        >>> from engine.spec.view import ViewSpec
        >>> document, heard = Document(), []
        >>> owner = QObject()
        >>> follower = Follower(owner, document, lambda project: project.view, lambda: heard.append("view"))
        >>> document.edit(msgspec.structs.replace(document.project, pretrained="lenet-5"), "choose")
        >>> document.edit(msgspec.structs.replace(document.project, view=ViewSpec(heat=0.5)), "lay over")
        >>> heard
        ['view']
    """

    def __init__(
        self, owner: QObject, document: Document, parts: Callable[[Project], object], call: Callable[[], object]
    ) -> None:
        super().__init__(owner)
        self._document = document
        self._parts = parts
        self._call = call
        self._known: object = parts(document.project)
        document.changed.connect(self._look)

    def forget(self) -> None:
        """What is shown may be something else: the next edit calls, whatever it changes."""
        self._known = _UNKNOWN

    def _look(self) -> None:
        now, before = self._parts(self._document.project), self._known
        self._known = now
        if now is not before and (before is _UNKNOWN or now != before):
            self._call()
