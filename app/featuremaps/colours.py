"""The colours of maps: which table, which scale, and the legend that says what they mean."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from app.state.document import Document
from app.state.form import SpecForm, choice, described, lens_on
from app.state.notices import Notices
from app.widgets.calm import Calm
from app.widgets.fields import Toggle
from app.widgets.icons import icon
from app.widgets.legend import ColourLegend
from app.widgets.number_text import shown
from app.widgets.tokens import tokens
from engine.display.tables import stops
from engine.protocol import Range
from engine.spec.view import ViewSpec

ABOUT = "view"
STOPS = 33
COLOUR_TABLE = "colour"
LEAST_BAR = 32


VIEW = lens_on(ViewSpec, "view")


class MapLegend(ColourLegend):
    """A legend whose bar becomes shorter where there is little room; numbers that would be cut are left out."""

    def __init__(self) -> None:
        super().__init__("Colours", "Which colour means which value.")
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def _words(self) -> int:
        return super().sizeHint().width() - round(super().bar_rectangle().width())

    def bar_rectangle(self) -> QRectF:
        """The bar between its two texts."""
        bar = super().bar_rectangle()
        bar.setWidth(max(self.width() - self._words(), 1))
        return bar

    def minimumSizeHint(self) -> QSize:
        """Nothing at all: where there is no room, what is beside it comes first."""
        return QSize(0, self.sizeHint().height())

    def fits(self) -> bool:
        """Whether there is room for both texts and a short bar."""
        return self.width() >= self._words() + LEAST_BAR

    def paintEvent(self, event: QPaintEvent) -> None:
        """All of it or nothing: half a number would be another number."""
        if self.fits():
            super().paintEvent(event)


class SharedScale(QObject):
    """The button "one scale for all maps" as a control of the words that the spec has for it."""

    value_changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        field = described(ViewSpec, "scale")
        self.button = Toggle("", icon("link", "second"), "Shared scale", field.help)
        self.button.value_changed.connect(self._toggled)

    def set_value(self, scale: str) -> None:
        """Show "own" or "shared"."""
        self.button.set_value(scale == "shared")

    def _toggled(self, on: bool) -> None:
        self.value_changed.emit("shared" if on else "own")


class ColourControls(QWidget):
    """Sits in the header of maps."""

    def __init__(self, document: Document, notices: Notices) -> None:
        super().__init__()
        self._range: Range | None = None
        self.legend = MapLegend()
        self._calm = Calm(self._write, self)
        self._form = SpecForm(self, document, notices, VIEW, ABOUT)
        self._table = choice(ViewSpec, "colour_map")
        self._scale = SharedScale()
        self._form.bind("colour_map", self._table)
        self._form.bind("scale", self._scale)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self.legend)
        row.addSpacing(4)
        row.addWidget(self._table)
        row.addWidget(self._scale.button)

    def show_range(self, values: Range | None) -> None:
        """Draw the legend for this range; None if there is no map. Ends that change with every frame are calmed."""
        if values == self._range:
            return
        before, self._range = self._range, values
        if before is None or values is None or values.table != before.table:
            self._calm.now()
        else:
            self._calm.wish()

    def _write(self) -> None:
        values = self._range
        if values is None:
            self.legend.clear()
            return
        ends = ("−π", "π") if values.table == "cyclic" else (shown(values.low, 3), shown(values.high, 3))
        name = "grey" if values.table == COLOUR_TABLE else values.table
        colours = stops(name, tokens().name == "dark", STOPS)  # type: ignore[arg-type]
        self.legend.set_scale(colours, values.low, values.high, ends)

    def changeEvent(self, event: QEvent) -> None:
        """Take the colours of a new theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._write()
