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
        self._title = QLabel()
        self._sum = QLabel()
        self._before = QLabel()
        self._result = QLabel()
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 8, 8)
        column.setSpacing(2)
        for label, font in self._fonts():
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setFont(font)
            column.addWidget(label)
        # After its font: what the style sheet knows a widget by, it takes that font back to.
        set_role(self._result, "result")
        self._title.setWordWrap(True)
        column.addStretch(1)
        self.clear()

    def _fonts(self) -> list[tuple[QLabel, QFont]]:
        return [
            (self._title, text_font()),
            (self._sum, text_font(12)),
            (self._before, number_font(11)),
            (self._result, number_font(11)),
        ]

    def clear(self) -> None:
        """Nothing is under the cursor."""
        self._write(HINT, "", "", "", explains=True)

    def show_readout(self, readout: Readout, spec: FilterSpec) -> None:
        """Write a cell out; `spec` says what the sum went through."""
        title = place_text(readout)
        if readout.view == "input":
            self._write(title, "", "", values_text(readout.values))
            return
        before, result = ending(readout, spec)
        if not readout.terms:
            self._write(title, without_terms(readout, spec), before, result, explains=True)
            return
        for pixels, room in FITS:
            found = sum_of(readout.terms, spec.kernel.size[1], room)
            self._sum.setFont(number_font(pixels))
            if found.whole:
                break
        share = "" if found.whole else "middle of "
        self._write(f"{title} · {share}{len(readout.terms)} products", found.text, before, result)

    def _write(self, title: str, body: str, before: str, result: str, explains: bool = False) -> None:
        """`explains` where the body is words and no sum."""
        if explains:
            self._sum.setFont(text_font(12))
        for label in (self._sum, self._result):
            label.setWordWrap(explains)
        set_role(self._title, "second" if title == HINT else "")
        for label, text in ((self._title, title), (self._sum, body), (self._before, before), (self._result, result)):
            label.setText(text)
            label.setVisible(bool(text))
