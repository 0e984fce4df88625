"""The strip of a folder of pictures: previous, next, play, rate."""

from __future__ import annotations

from PySide6.QtCore import Qt

from app.source.controls import PlayButton, SourceControls, TurnButton
from app.source.elided import ElidedLabel
from app.source.form import SourceForm
from app.source.page_controls import PlaceField
from app.state.document import Document
from app.state.engine_link import EngineLink
from app.state.form import described, number
from app.state.notices import Notices
from app.widgets.theme import set_role
from engine.protocol import SourceState
from engine.spec.source import Folder


class FolderControls(SourceControls):
    """A picture chosen by its number belongs to the project; stepping and playing through the folder do not."""

    def __init__(self, document: Document, link: EngineLink, notices: Notices) -> None:
        super().__init__(document, link, notices)
        self._index = 0
        field = described(Folder, "index")
        self.back, self.forward = TurnButton("picture", -1), TurnButton("picture", 1)
        self.play = PlayButton(link)
        self.place = PlaceField(field)
        self.rate = number(Folder, "fps", 0.5)
        self.name = ElidedLabel("Name", Qt.TextElideMode.ElideMiddle)
        set_role(self.name, "second")
        self._form = SourceForm(self, document, notices, Folder)
        self._form.bind("fps", self.rate)
        self.back.turned.connect(self._turn)
        self.forward.turned.connect(self._turn)
        self.place.chosen.connect(self._go)
        for widget in (self.back, self.play, self.forward):
            self.add(widget)
        self.add(self.place, field.label, field.help)
        self.add(self.rate, described(Folder, "fps").label)
        self.add(self.name, stretch=1)

    def show_source(self, source: Folder) -> None:
        """Show the rate."""
        self._index = source.index
        self._form.refresh()

    def show_state(self, state: SourceState | None) -> None:
        """Show which picture of how many is seen."""
        self.play.show_state(state)
        if state is None or not state.count:
            self.place.show_place(self._index, 0)
        else:
            self.place.show_place(state.position, state.count)
        self.name.set_whole(state.note if state is not None else "")

    def _turn(self, delta: int) -> None:
        self.link.transport("step", delta)

    def _go(self, index: int) -> None:
        if index == self._index:
            # The project says so already, but playing has gone on from there.
            self.link.transport("seek", index)
        else:
            self._form.change({"index": index}, f"turn to picture {index + 1}", "index")
