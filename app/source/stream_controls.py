"""The strip of a network stream: its address."""

from __future__ import annotations

from app.source.address import HELP, AddressLine
from app.source.controls import PlayButton, SourceControls
from app.source.form import SourceForm
from app.state.document import Document
from app.state.engine_link import EngineLink
from app.state.notices import Notices
from engine.protocol import SourceState
from engine.spec.source import Stream


class StreamControls(SourceControls):
    """Another address connects anew."""

    def __init__(self, document: Document, link: EngineLink, notices: Notices) -> None:
        super().__init__(document, link, notices)
        self.play = PlayButton(link)
        self.address = AddressLine()
        self._form = SourceForm(self, document, notices, Stream)
        self.address.entered.connect(self._enter)
        self.add(self.play)
        self.add(self.address, "Address", HELP, stretch=1)

    def show_source(self, source: Stream) -> None:
        """Show the address."""
        self.address.set_address(source.url)

    def show_state(self, state: SourceState | None) -> None:
        """Show whether it runs."""
        self.play.show_state(state)

    def _enter(self, address: str) -> None:
        self._form.change({"url": address}, "change address")
