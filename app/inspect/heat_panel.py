"""The picture with the heat over it, how opaque that is, and what its colours mean."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QLabel, QSizePolicy

from app.featuremaps.colours import STOPS, MapLegend
from app.featuremaps.panels import PicturePanel
from app.inspect.form import inspect_form
from app.inspect.words import heat_words
from app.state.document import Document
from app.state.engine_link import Shown
from app.state.form import slider
from app.state.notices import Notices
from app.widgets.calm import Calm
from app.widgets.fonts import text_font
from app.widgets.number_text import shown
from app.widgets.theme import set_role
from app.widgets.tips import describe
from app.widgets.tokens import tokens
from engine.display.tables import stops
from engine.protocol import HeatTold
from engine.spec.inspect import InspectSpec, look_named

COMPUTING = "Computing…"
_TIP = (
    "The frame that was explained. Where it is coloured, the number came from there; what the network does not see is "
    "dark. The picture above is always the newest one."
)


class HeatPanel(PicturePanel):
    """Shows explanations as the engine painted them; says of each whose it is."""

    def __init__(self, document: Document, notices: Notices) -> None:
        super().__init__("Explanation", _TIP, COMPUTING)
        self._told: HeatTold | None = None
        self._classes: Mapping[int, str] = {}
        self._calm = Calm(self._write, self)
        self.legend = MapLegend()
        self.opacity = slider(InspectSpec, "opacity", 0.05)
        self.opacity.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._form = inspect_form(self, document, notices)
        self._form.bind("opacity", self.opacity)
        self.said = QLabel()
        self.said.setFont(text_font(11))
        self.said.setTextFormat(Qt.TextFormat.PlainText)
        self.said.setContentsMargins(12, 4, 8, 4)
        self.said.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        set_role(self.said, "second")
        self.add_below(self.said)
        self.add_to_header(self.legend)
        self.add_to_header(self.opacity)

    @property
    def told(self) -> HeatTold | None:
        """What the picture shows, or is about to."""
        return self._told

    def take(self, told: HeatTold, names: Mapping[int, str]) -> None:
        """What the next picture shows. Numbers that change with every frame are calmed."""
        before, self._told, self._classes = self._told, told, names
        if before is None or (before.method, before.target) != (told.method, told.target) or not told.rate:
            self._calm.now()
        else:
            self._calm.wish()

    def show_heat(self, picture: Shown) -> None:
        """Show the picture that belongs to what was taken last."""
        if self._told is not None:
            self.show_picture(picture)

    def show_reason(self, reason: str) -> None:
        """There is no explanation; say why in its place."""
        self._told = None
        self.show_nothing(reason)
        self.said.setText("")
        self.legend.clear()

    def _write(self) -> None:
        told = self._told
        if told is None:
            return
        words = heat_words(told, self._classes)
        self.said.setText(words)
        describe(self.said, words, look_named(told.method).meaning)
        scale = told.range
        colours = stops(scale.table, tokens().name == "dark", STOPS)  # type: ignore[arg-type]
        self.legend.set_scale(colours, scale.low, scale.high, (shown(scale.low, 2), shown(scale.high, 2)))

    def changeEvent(self, event: QEvent) -> None:
        """Take the colours of a new theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "legend"):
            self._write()
