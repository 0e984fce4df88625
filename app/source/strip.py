"""The row under the bar with the controls of the source at hand."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy

from app.source.camera_controls import CameraControls
from app.source.clip_controls import ClipControls
from app.source.controls import SourceControls
from app.source.drawing_controls import DrawingControls
from app.source.edits import identity
from app.source.folder_controls import FolderControls
from app.source.page_controls import PageControls
from app.source.pattern_controls import PatternControls
from app.source.pen import Pen
from app.source.sample_controls import SampleControls
from app.source.stream_controls import StreamControls
from app.state.document import Document
from app.state.engine_link import EngineLink
from app.state.notices import Notices
from app.widgets.theme import set_role
from engine.protocol import SourceState
from engine.spec.source import Camera, Clip, Drawing, Folder, Pattern, Picture, Sample, Source, Stream

HEIGHT = 40


class SourceStrip(QFrame):
    """Shows the controls of one kind of source at a time, made when first needed; hidden when there are none."""

    def __init__(self, document: Document, link: EngineLink, notices: Notices, pen: Pen) -> None:
        super().__init__()
        self._document = document
        self._link = link
        self._makers: dict[type, Callable[[], SourceControls]] = {
            Picture: partial(PageControls, document, link, notices),
            Clip: partial(ClipControls, document, link, notices),
            Folder: partial(FolderControls, document, link, notices),
            Camera: partial(CameraControls, document, link, notices),
            Stream: partial(StreamControls, document, link, notices),
            Drawing: partial(DrawingControls, document, link, notices, pen),
            Pattern: partial(PatternControls, document, link, notices),
            Sample: partial(SampleControls, document, link, notices),
        }
        self._made: dict[type, SourceControls] = {}
        self._current: SourceControls | None = None
        self._source: Source | None = None
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(12, 0, 12, 0)
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Source")
        set_role(self, "bar")
        document.changed.connect(self._follow)
        link.source_state.connect(self._hear)
        self._follow()

    def controls(self) -> SourceControls:
        """Those of the source at hand, whether or not they are seen."""
        assert self._current is not None
        return self._current

    def _follow(self) -> None:
        source, before = self._document.project.source, self._source
        if source == before:
            return
        self._source = source
        self._change_to(self._controls_for(type(source)))
        self.controls().show_source(source)
        if before is None or identity(source) != identity(before):
            self.controls().show_state(None)
            self._hear(self._link.last_source)
        self._reveal()

    def _change_to(self, controls: SourceControls) -> None:
        if self._current is not None:
            self._current.hide()
        self._current = controls
        controls.show()
        self._fit()

    def _controls_for(self, kind: type) -> SourceControls:
        if kind not in self._made:
            self._made[kind] = self._makers[kind]()
            self._row.addWidget(self._made[kind], 1)
        return self._made[kind]

    def _hear(self, state: SourceState | None) -> None:
        source = self._link.source_of(state.show) if state is not None else None
        # How the source before this one did may still be on its way.
        if source is None or self._source is None or identity(source) != identity(self._source):
            return
        self.controls().show_state(state)
        self._reveal()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Make the controls fit."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        margins = self._row.contentsMargins()
        self.controls().fit(self.width() - margins.left() - margins.right())

    def _reveal(self) -> None:
        wanted = self.controls().wanted
        # Without a parent it would come up as a window of its own.
        if not wanted or self.parentWidget() is not None:
            self.setVisible(wanted)
