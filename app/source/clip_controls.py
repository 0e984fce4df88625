"""The strip of a clip: play, step, scrub, loop, speed."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, QTimer
from PySide6.QtWidgets import QSlider

from app.source.controls import PlaceLabel, PlayButton, SourceControls, TurnButton
from app.source.form import SourceForm
from app.state.document import Document
from app.state.engine_link import EngineLink
from app.state.form import number
from app.state.notices import Notices
from app.widgets.fields import Toggle
from app.widgets.icons import icon
from app.widgets.tips import describe
from engine.protocol import SourceState
from engine.spec.source import Clip

SEEK_MS = 30
"""Least time between two seeks: a drag says many places, and each that is sent is gone to."""


class Scrubber(QSlider):
    """The place in a clip; the person's drag is not disturbed by where the clip is meanwhile."""

    def __init__(self, link: EngineLink) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._link = link
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SEEK_MS)
        self._timer.timeout.connect(self._seek)
        self.setMinimumWidth(120)
        describe(self, "Place in the clip", "Drag to go to another frame; the arrow keys go one frame.")
        self.valueChanged.connect(self._moved)

    def show_place(self, position: int, count: int) -> None:
        """Stand at `position` of `count` frames."""
        self.setEnabled(count > 1)
        if self.isSliderDown() or self._timer.isActive():
            return
        with QSignalBlocker(self):
            self.setRange(0, max(count - 1, position, 0))
            self.setPageStep(max(count // 10, 1))
            self.setValue(position)

    def _moved(self) -> None:
        if not self._timer.isActive():
            self._timer.start()

    def _seek(self) -> None:
        self._link.transport("seek", self.value())


class ClipControls(SourceControls):
    """Loop and speed belong to the project; where the clip is does not."""

    def __init__(self, document: Document, link: EngineLink, notices: Notices) -> None:
        super().__init__(document, link, notices)
        self.play = PlayButton(link)
        self.back, self.forward = TurnButton("frame", -1), TurnButton("frame", 1)
        self.scrubber = Scrubber(link)
        self.place = PlaceLabel("Frame")
        self.loop = Toggle("", icon("loop"), "Loop", "Start over at the end of the clip.")
        self.speed = number(Clip, "speed", 0.25)
        self._count = 0
        self.back.turned.connect(self._turn)
        self.forward.turned.connect(self._turn)
        self.scrubber.valueChanged.connect(self._scrubbed)
        self._form = SourceForm(self, document, notices, Clip)
        self._form.bind("loop", self.loop)
        self._form.bind("speed", self.speed)
        for widget in (self.play, self.back, self.forward):
            self.add(widget)
        self.add(self.scrubber, stretch=1)
        self.add(self.place)
        self.add(self.loop)
        self.add(self.speed, "Speed")
        self.show_state(None)

    def show_source(self, source: Clip) -> None:
        """Show loop and speed."""
        self._form.refresh()

    def show_state(self, state: SourceState | None) -> None:
        """Show where the clip is."""
        self._count = state.count if state is not None else 0
        position = state.position if state is not None else 0
        self.play.show_state(state)
        self.scrubber.show_place(position, self._count)
        self.place.show_place(self.scrubber.value(), self._count)

    def _turn(self, delta: int) -> None:
        self.link.transport("step", delta)

    def _scrubbed(self, position: int) -> None:
        self.place.show_place(position, self._count)
