"""The strip of a data set's picture: which part, which picture of it, and the class that it truly has."""

from __future__ import annotations

from PySide6.QtCore import Qt

from app.source.controls import SourceControls, TurnButton
from app.source.elided import ElidedLabel
from app.source.form import SourceForm
from app.source.page_controls import PlaceField
from app.state.document import Document
from app.state.engine_link import EngineLink
from app.state.form import choice, described
from app.state.notices import Notices
from engine.protocol import SourceState
from engine.spec.source import Sample


class SampleControls(SourceControls):
    """Part and picture belong to the project; what the picture shows is told by the data set."""

    def __init__(self, document: Document, link: EngineLink, notices: Notices) -> None:
        super().__init__(document, link, notices)
        self._index = 0
        self._position = 0
        self._count = 0
        part, place = described(Sample, "split"), described(Sample, "index")
        self.part = choice(Sample, "split")
        self.back, self.forward = TurnButton("picture", -1), TurnButton("picture", 1)
        self.place = PlaceField(place)
        self.label = ElidedLabel("Class", Qt.TextElideMode.ElideRight)
        self._form = SourceForm(self, document, notices, Sample)
        self.part.value_changed.connect(self._change_part)
        self.back.turned.connect(self._turn)
        self.forward.turned.connect(self._turn)
        self.place.chosen.connect(self._go)
        self.add(self.part, "Pictures", part.help)
        self.add(self.back)
        self.add(self.forward)
        self.add(self.place, place.label, place.help)
        self.add(self.label, stretch=1)

    def show_source(self, source: Sample) -> None:
        """Show which picture the project wants."""
        self._index = self._position = source.index
        self.part.set_value(source.split)
        self._show()

    def show_state(self, state: SourceState | None) -> None:
        """Show of how many it is one, and its class."""
        self._count = state.count if state is not None else 0
        self._position = state.position if state is not None and self._count else self._index
        self.label.set_whole(f"Class: {state.label}" if state is not None and state.label else "")
        self._show()

    def _show(self) -> None:
        self.place.show_place(self._position, self._count)
        self.back.setEnabled(self._position > 0)
        self.forward.setEnabled(self._position + 1 < self._count)

    def _turn(self, delta: int) -> None:
        self._go(min(max(self._position + delta, 0), self._count - 1))

    def _go(self, index: int) -> None:
        if index == self._index:
            # The project says so already, but a key may have gone elsewhere.
            self.link.transport("seek", index)
        else:
            self._form.change({"index": index}, f"turn to picture {index + 1}", "index")

    def _change_part(self, part: object) -> None:
        self._form.change({"split": part, "index": 0}, "show the other part")
