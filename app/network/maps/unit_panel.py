"""Explain this number: how it follows from what is before it, and the way down to the picture."""

from __future__ import annotations

import html
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from app.network.maps.asking import Place, UnitAsking
from app.network.maps.parts_list import PartsList, Share
from app.network.maps.unit_words import added, link_words, number, part_words, place_words
from app.widgets.fonts import NUMBER_FAMILY, number_font, text_font
from app.widgets.icons import icon
from app.widgets.number_grid import NumberGrid
from app.widgets.number_paint import Sheet
from app.widgets.theme import set_role
from app.widgets.tips import describe
from app.widgets.tokens import tokens
from engine.protocol import UnitExplained

HINT = "Click a cell of a map, or go to one with the arrow keys, to read what its number was computed from."
LOW, HIGH = 204, 268
"""Pixels of height where there is little room, and where there is enough."""
MOST_IN_ROW = 12
_GRIDS = (
    ("Values", "What the part of the layer before holds; a click explains one of its numbers."),
    ("Weights", "What each of them is multiplied by."),
    ("Products", "Value times weight: what each adds to the number."),
)
_SIGNS = ("×", "=")
_APART = " &nbsp; "
_ACROSS, _DOWN = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
_FLAT = 4
"""So many times as wide as high are rows that stand below each other."""
LEAST = 300


class UnitPanel(QFrame):
    """Shows the answers of an `UnitAsking`; a click on a number asks for that one."""

    closed = Signal()

    def __init__(self, asking: UnitAsking) -> None:
        super().__init__()
        self._asking = asking
        self._told: UnitExplained | None = None
        set_role(self, "panel")
        self.setFixedHeight(HIGH)
        self.title = QLabel()
        self.back = _button("‹ Back", "Back", "Back to the number that this one goes into (Backspace).")
        self.close_button = _button("", "Close the explanation", "Explain no number any more.")
        self.close_button.setIcon(icon("close", "second"))
        self.product = QLabel()
        """One product, while the cursor is on it."""
        self.steps = QLabel()
        self.parts = PartsList()
        self.grids = [NumberGrid(name, tip) for name, tip in _GRIDS]
        self._signs = [QLabel(sign) for sign in _SIGNS]
        self._terms = QWidget()
        self._lay_out()
        self.back.clicked.connect(asking.go_back)
        self.close_button.clicked.connect(self.closed)
        self.parts.opened.connect(self._open)
        for grid in self.grids:
            grid.chosen.connect(self._go_to)
            grid.hovered.connect(self._point)
        asking.told.connect(self._show)
        asking.moved.connect(self._moved)
        self._moved()

    def _lay_out(self) -> None:
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        # However long the way down is, the panel is as wide as its place.
        self.title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.steps.setFont(text_font(12))
        self.steps.setTextFormat(Qt.TextFormat.RichText)
        self.steps.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.steps.setWordWrap(True)
        self.steps.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        describe(self.steps, "How the number follows", "From the number that was picked back to a sum, a line each.")
        self.steps.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        head, body, terms = QHBoxLayout(), QHBoxLayout(), QBoxLayout(_ACROSS, self._terms)
        set_role(self.product, "second")
        self.product.setFont(number_font(12))
        for widget, stretch in ((self.back, 0), (self.title, 1), (self.product, 0), (self.close_button, 0)):
            head.addWidget(widget, stretch)
        terms.setContentsMargins(0, 0, 0, 0)
        terms.setSpacing(6)
        for place, grid in enumerate(self.grids):
            terms.addWidget(grid, 1)
            if place < len(self._signs):
                terms.addWidget(self._signs[place])
        body.setSpacing(12)
        body.addWidget(self.parts, 4)
        body.addWidget(self._terms, 7)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 4, 8, 10)
        column.setSpacing(6)
        column.addLayout(head)
        column.addWidget(self.steps)
        column.addLayout(body, 1)

    @property
    def told(self) -> UnitExplained | None:
        """What is shown."""
        return self._told

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_terms") and self._told is not None:
            self._show(self._told)

    def _moved(self) -> None:
        trail = self._asking.trail
        self.back.setVisible(len(trail) > 1)
        self.title.setText("  ›  ".join(place_words(*place) for place in trail) if trail else "Explain a number")
        if not trail:
            self._say(HINT)

    def _say(self, words: str) -> None:
        self._told = None
        self.steps.setText(words)
        self.parts.hide()
        self._terms.hide()

    def _show(self, event: UnitExplained) -> None:
        if event.problem:
            self._say(html.escape(event.problem))
            return
        self._told = event
        self.steps.setText(_steps(event))
        several = len(event.parts) > 1
        self.parts.setVisible(several)
        if several:
            shares = [Share(part_words(part, event.sources), part.total) for part in event.parts]
            self.parts.show_shares(shares, event.part if len(_numbers(event.values)) > 1 else -1)
        self._show_terms(event)

    def _show_terms(self, event: UnitExplained) -> None:
        values, weights = _numbers(event.values), _numbers(event.weights)
        self._terms.setVisible(len(values) > 1)
        if len(values) < 2:
            return
        self._arrange(_across(event.shape) >= _FLAT * -(-len(values) // _across(event.shape)))
        padding = _folded(~np.frombuffer(event.inside, np.bool_), event.shape, True)
        largest = event.chain[-1].rule == "largest"
        for grid, numbers in zip(self.grids, (values, weights, values * weights), strict=True):
            grid.set_sheet(Sheet(_folded(numbers, event.shape, np.nan), padding))
            winner = np.argwhere(_folded(weights, event.shape, 0.0) == 1)[0] if largest else None
            grid.set_ring(None if winner is None else (int(winner[0]), int(winner[1])))
        for widget in (*self.grids[1:], *self._signs):
            widget.setVisible(not largest)

    def _arrange(self, flat: bool) -> None:
        """Rows of numbers stand below each other, where they have the whole width."""
        layout = self._terms.layout()
        if isinstance(layout, QBoxLayout):
            layout.setDirection(_DOWN if flat else _ACROSS)
        for sign in self._signs:
            sign.setAlignment(Qt.AlignmentFlag.AlignCenter)

    def minimumSizeHint(self) -> QSize:
        """Lists and grids grow small before the window has to grow."""
        return QSize(LEAST, super().minimumSizeHint().height())

    def _point(self, cell: tuple[int, int] | None) -> None:
        """Say what stands under the cursor with all its digits: where there is little room, grids are colours only."""
        event = self._told
        at = -1 if cell is None or event is None else cell[0] * _across(event.shape) + cell[1]
        if event is None or not 0 <= at < len(event.inside):
            self.product.setText("")
            return
        value, weight = float(_numbers(event.values)[at]), float(_numbers(event.weights)[at])
        zero = "" if event.inside[at] else "  (a zero of the padding)"
        self.product.setText(f"{number(value)} · {number(weight)} = {number(value * weight)}{zero}")

    def _open(self, row: int) -> None:
        """A share: one number is explained in its turn, several are shown one by one."""
        if self._told is None or row >= len(self._told.parts):
            return
        part = self._told.parts[row]
        if part.cell:
            self._asking.go_down(Place(self._told.sources[part.source], part.cell))
        else:
            self._asking.choose_part(row)

    def _go_to(self, row: int, column: int) -> None:
        """A number of the layer before."""
        event = self._told
        if event is None:
            return
        at = row * _across(event.shape) + column
        if at >= len(event.inside) or not event.inside[at]:
            return
        places = np.frombuffer(event.places, np.int64).reshape(-1, event.axes)
        cell = tuple(int(place) for place in places[at] if place >= 0)
        self._asking.go_down(Place(event.sources[event.parts[event.part].source], cell))


def _button(text: str, name: str, tip: str) -> QToolButton:
    made = QToolButton()
    made.setText(text)
    set_role(made, "flat")
    describe(made, name, tip)
    return made


def _steps(event: UnitExplained) -> str:
    """A row for each number on the way: which one it is, and how it follows from the next."""
    second, family = tokens().second, NUMBER_FAMILY
    rows = []
    for link in event.chain:
        where = html.escape(place_words(link.path, link.cell)).replace(" ", "&nbsp;")
        words = html.escape(link_words(link, event))
        rest = _rest(event) if link is event.chain[-1] else ""
        rows.append(
            f"<tr><td style='color:{second}; padding-right:14px'>{where}</td>"
            f"<td><span style=\"font-family:'{family}'\">{words}</span>"
            f"<span style='color:{second}'>{rest}</span></td></tr>"
        )
    return f"<table cellspacing='0' cellpadding='0'>{''.join(rows)}</table>"


def _rest(event: UnitExplained) -> str:
    """What the list of shares leaves out, and how the layer rounded the sum."""
    words = f"{_APART}{event.left_out:,} more shares {added(event.rest)}" if event.left_out else ""
    last = event.chain[-1]
    if event.count > 1 and abs(last.value - last.before) > 1e-4 * max(abs(last.value), 1e-6):
        words += f"{_APART}in double precision {number(last.before)}"
    return words


def _numbers(data: bytes) -> NDArray[np.float64]:
    return np.frombuffer(data, np.float64)


def _across(shape: tuple[int, ...]) -> int:
    """How many numbers stand in a row."""
    if len(shape) > 1:
        return shape[-1]
    return min(shape[0], MOST_IN_ROW) if shape else 1


def _folded(numbers: NDArray[Any], shape: tuple[int, ...], rest: object) -> NDArray[Any]:
    """Numbers in rows; the places left over in the last one hold `rest`."""
    across = _across(shape)
    rows = -(-len(numbers) // across)
    made = np.full(rows * across, rest, numbers.dtype)
    made[: len(numbers)] = numbers
    return made.reshape(rows, across)
