"""One cell of the map, written out as the sum it is."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout

from app.kernels.chain import ending, without_terms
from app.kernels.terms import place_text, sum_of, values_text
from app.widgets.fonts import number_font, text_font
from app.widgets.theme import set_role
from engine.protocol import Readout
from engine.spec.filter import FilterSpec

WIDTH = 300
FITS = ((11, 42), (10, 46))
"""Font size in pixels, and the characters of a line; the larger one where the whole sum fits."""
HINT = "Move the cursor over the feature map: each of its cells is a sum of products, written out here."


class ReadoutPanel(QFrame):
    """Weight · pixel for every pixel in the window, the bias and the sum, then detector and pooling."""

    def __init__(self) -> None:
        super().__init__()
        set_role(self, "panel")
        self.setFixedWidth(WIDTH)
        self.setAccessibleName("Cell under the cursor")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(12, 6, 8, 6)
        self._column.setSpacing(1)
        self._hint = self._label(text_font(), "second", wraps=True)
        self._title = self._label(text_font())
        self._words = self._label(text_font(12), wraps=True)
        # A label each, since a change of theme takes a label back to its first font.
        self._sums = [(self._label(number_font(pixels)), room) for pixels, room in FITS]
        self._before = self._label(number_font(11), wraps=True)
        self._result = self._label(number_font(11), "result", wraps=True)
        self._column.addStretch(1)
        self.clear()

    def _label(self, font: QFont, role: str = "", wraps: bool = False) -> QLabel:
        label = QLabel()
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setFont(font)
        # The role after the font, or the style sheet would take it back to the font before.
        set_role(label, role)
        label.setWordWrap(wraps)
        self._column.addWidget(label)
        return label

    def clear(self) -> None:
        """Nothing is under the cursor."""
        self._write({self._hint: HINT})

    def show_readout(self, readout: Readout, spec: FilterSpec) -> None:
        """Write a cell out; `spec` says what the sum went through."""
        title = place_text(readout)
        if readout.view == "input":
            self._write({self._title: title, self._result: values_text(readout.values)})
            return
        before, result = ending(readout, spec)
        last = {self._before: before, self._result: result}
        if readout.terms:
            label, text, share = self._sum(readout, spec.kernel.size[1])
            self._write({self._title: f"{title} · {share}{len(readout.terms)} products", label: text, **last})
        else:
            self._write({self._title: title, self._words: without_terms(readout, spec), **last})

    def _sum(self, readout: Readout, columns: int) -> tuple[QLabel, str, str]:
        """(the label with the largest font that the whole sum fits, the sum, what of it that is)."""
        for label, room in self._sums:
            found = sum_of(readout.terms, columns, room)
            if found.whole:
                return label, found.text, ""
        return label, found.text, "middle of "

    def _write(self, texts: dict[QLabel, str]) -> None:
        """These labels with these texts, and no others."""
        for label in self.findChildren(QLabel):
            label.setText(texts.get(label, ""))
            label.setVisible(bool(label.text()))
