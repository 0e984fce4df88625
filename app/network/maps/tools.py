"""A line of controls above the maps: their order, dead ones, the map over the picture, figures, explaining."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QVBoxLayout, QWidget

from app.featuremaps.colours import ABOUT, VIEW
from app.state.document import Document
from app.state.form import SpecForm, choice, described
from app.state.notices import Notices
from app.widgets.fields import Toggle
from app.widgets.icons import icon
from app.widgets.theme import set_role
from app.widgets.tips import describe, tip_text
from engine.spec.view import ViewSpec

NARROW, LEAST = 500, 280
_WORD = "Explain"
_STEPS = 20
_FIGURES = (
    "How often each value occurs in the map that is shown alone, or in all maps of the layer, and what they sum to."
)
_EXPLAIN = (
    "Click a cell of a map and read what its number was computed from: patch times kernel for each input channel, "
    "bias, normalisation, detector or the winner of a pooling, down to the picture. The arrow keys go to the cells "
    "around it."
)


class Opacity(QSlider):
    """How opaque the map over the picture is, as a share."""

    value_changed = Signal(object)

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        field = described(ViewSpec, "heat")
        self.setRange(0, _STEPS)
        self.setPageStep(_STEPS // 4)
        self.setMinimumWidth(64)
        describe(self, field.label, field.help)
        self.valueChanged.connect(self._slid)

    def set_value(self, share: float) -> None:
        """Stand at the step nearest to a share from 0 to 1."""
        with QSignalBlocker(self):
            self.setValue(round(share * _STEPS))

    def _slid(self, step: int) -> None:
        self.value_changed.emit(step / _STEPS)


class MapTools(QWidget):
    """What belongs to the project is bound to it; the rest is only of this page."""

    def __init__(self, document: Document, notices: Notices) -> None:
        super().__init__()
        self._form = SpecForm(self, document, notices, VIEW, ABOUT)
        dead = described(ViewSpec, "hide_dead")
        self.sort = choice(ViewSpec, "sort")
        self.hide_dead = Toggle("Hide dead", None, dead.label, dead.help)
        self.heat = Opacity()
        self.figures = Toggle("", icon("histogram", "second"), "Figures of the maps", _FIGURES)
        self.explain = Toggle(_WORD, icon("inspect", "second"), "Explain a number", _EXPLAIN)
        self._form.bind("sort", self.sort)
        self._form.bind("hide_dead", self.hide_dead)
        self._form.bind("heat", self.heat)
        self.over = QLabel("Over picture")
        self.over.setToolTip(tip_text(described(ViewSpec, "heat").help))
        set_role(self.over, "second")
        self._first, self._second = QHBoxLayout(), QHBoxLayout()
        self._narrow = False
        self._lay_out()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 0, 8, 4)
        column.setSpacing(4)
        for row in (self._first, self._second):
            row.setSpacing(8)
            column.addLayout(row)
        for widget in (self.sort, self.hide_dead, self.over, self.heat):
            self._first.addWidget(widget)
        self._first.addStretch(1)
        self._first.addWidget(self.figures)
        self._first.addWidget(self.explain)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is little room the map over the picture has a line of its own."""
        super().resizeEvent(event)
        narrow = self.width() < NARROW
        if narrow == self._narrow:
            return
        self._narrow = narrow
        self.explain.setText("" if narrow else _WORD)
        if narrow:
            self._second.addWidget(self.over)
            self._second.addWidget(self.heat, 1)
        else:
            self._first.insertWidget(2, self.over)
            self._first.insertWidget(3, self.heat)

    def minimumSizeHint(self) -> QSize:
        """So much is left of it in two lines."""
        return QSize(LEAST, super().minimumSizeHint().height())
