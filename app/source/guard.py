"""What happens when a source does not work: one sentence, and the document goes back to one that does."""

from __future__ import annotations

from PySide6.QtCore import QObject, QSignalBlocker

from app.source.edits import identity, remembered, source_name, with_source
from app.state.document import Document
from app.state.engine_link import EngineLink
from app.state.notices import Notices
from app.state.settings import Recent, Settings
from engine.protocol import SourceState
from engine.spec.project import Project
from engine.spec.source import Source

ABOUT = "source"
WORKING = ("still", "playing", "paused", "ended")
MAX_KEPT = 20


class SourceGuard(QObject):
    """Watches how the document's source does.

    A source that fails when it was just chosen is taken back as if it had never been chosen. One that was reached
    by undo stays, or the way further back and forth would be cut off. One that is lost stays: it is tried again
    by itself.
    """

    def __init__(self, document: Document, link: EngineLink, notices: Notices, settings: Settings) -> None:
        super().__init__(link)
        self._document = document
        self._link = link
        self._notices = notices
        self._settings = settings
        self._good: dict[tuple[object, ...], Source] = {}
        self._bad: list[Source] = []
        self._said: tuple[int, str, str] | None = None
        self._posted = False
        self._stays_for: Source | None = None
        link.source_state.connect(self._hear)

    def _hear(self, state: SourceState) -> None:
        source = self._link.source_of(state.show)
        # How a source does that was replaced meanwhile is no news.
        if source is None or source != self._document.project.source:
            return
        if state.state in WORKING:
            self._works(source)
        elif state.state == "lost":
            self._say(state, source, f"{source_name(source)} was lost; it is tried again by itself.")
        elif state.state == "failed":
            if self._say(state, source, f"{source_name(source)} cannot be opened; choose another source."):
                self._fails(source)
        elif self._said is not None and self._said[1] == "failed":
            # It is being tried once more: if it fails again, that is worth saying again.
            self._said = None

    def _say(self, state: SourceState, source: Source, otherwise: str) -> bool:
        """Post the sentence once; False if it was said already."""
        said = (state.show, state.state, state.message)
        if said == self._said:
            return False
        self._said, self._stays_for, self._posted = said, None, True
        self._notices.problem(state.message or otherwise, ABOUT)
        return True

    def _works(self, source: Source) -> None:
        # Why the last choice was taken back stays readable although the source before it works.
        if self._posted and source != self._stays_for:
            self._said, self._stays_for, self._posted = None, None, False
            self._notices.clear(ABOUT)
        self._bad = [bad for bad in self._bad if bad != source]
        key = identity(source)
        newest = next(reversed(self._good), None)
        self._good.pop(key, None)
        self._good[key] = source
        if key == newest:
            return
        for oldest in list(self._good)[:-MAX_KEPT]:
            del self._good[oldest]
        self._remember(source)

    def _remember(self, source: Source) -> None:
        entry = remembered(source)
        if entry is not None and self._settings.values.recent[:1] != (Recent(kind=entry[0], path=entry[1]),):
            self._settings.add_recent(*entry)

    def _fails(self, source: Source) -> None:
        self._bad = [*(bad for bad in self._bad if bad != source), source][-MAX_KEPT:]
        if self._document.redo_text:
            return
        before = self._before()
        if before is not None and before.source not in self._bad and self._only_source_differs(before):
            self._stays_for = before.source
            self._document.withdraw(before)
        else:
            self._replace(self._fallback(), at_start=before is None)

    def _before(self) -> Project | None:
        """What undo would bring back, without anyone noticing that it was looked at."""
        if not self._document.undo_text:
            return None
        with QSignalBlocker(self._document):
            self._document.undo()
            before = self._document.project
            self._document.redo()
        return before

    def _only_source_differs(self, before: Project) -> bool:
        return with_source(before, self._document.project.source) == self._document.project

    def _fallback(self) -> Source:
        worked = [good for good in reversed(self._good.values()) if good not in self._bad]
        return worked[0] if worked else Project().source

    def _replace(self, source: Source, at_start: bool) -> None:
        if source in self._bad:
            return
        self._stays_for = source
        project = with_source(self._document.project, source)
        if at_start:
            self._document.withdraw(project)
        else:
            self._document.edit(project, f"go back to {source_name(source)}")
