"""The map's colours: which table, which scale, and the legend that says what they mean."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.kernels.lenses import VIEW
from app.kernels.terms import number
from app.state.document import Document
from app.state.form import SpecForm, choice
from app.state.notices import Notices
from app.widgets.legend import ColourLegend
from app.widgets.tokens import tokens
from engine.display.tables import stops
from engine.protocol import Range
from engine.spec.view import ViewSpec

ABOUT = "view"
STOPS = 33
COLOUR_TABLE = "colour"


class ColourControls(QWidget):
    """Sits in the feature map's header."""

    def __init__(self, document: Document, notices: Notices) -> None:
        super().__init__()
        self._range: Range | None = None
        self.legend = ColourLegend("Colours", "Which colour means which value.")
        form = SpecForm(self, document, notices, VIEW, ABOUT)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.legend)
        for name in ("colour_map", "scale"):
            control = choice(ViewSpec, name)
            form.bind(name, control)
            row.addWidget(control)

    def show_range(self, shown: Range | None) -> None:
        """Draw the legend for this range."""
        if shown is not None and shown == self._range:
            return
        self._range = shown
        self._write()

    def _write(self) -> None:
        shown = self._range
        if shown is None:
            self.legend.clear()
            return
        dark = tokens().name == "dark"
        texts = ("−π", "π") if shown.table == "cyclic" else (number(shown.low), number(shown.high))
        table = "grey" if shown.table == COLOUR_TABLE else shown.table
        self.legend.set_scale(stops(table, dark, STOPS), shown.low, shown.high, texts)  # type: ignore[arg-type]

    def changeEvent(self, event: QEvent) -> None:
        """Take the colours of a new theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._write()
