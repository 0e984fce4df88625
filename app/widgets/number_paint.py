"""Paints a grid of numbers: cells with their numbers, or colours alone."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter

from app.widgets.colours import mixed, readable_on, signed_colour
from app.widgets.fonts import number_font
from app.widgets.kernel_layout import Cell, KernelLayout
from app.widgets.number_layout import Writing, cell_text
from app.widgets.picture_overlay import hatch
from app.widgets.tokens import Tokens

Numbers = NDArray[np.float64]
Colouring = Literal["signed", "grey"]
_LETTER_PIXELS = 10
_LETTER_HEIGHT = 12
_LETTER_FROM = 28  # pixels that a cell is high before a letter stands above its number


class Sheet(NamedTuple):
    """What a grid shows: [rows, columns] of numbers; NaN for a cell that holds none.

    `padding` says which cells lie on padding: hatched, their numbers in brackets. `letters` are written above the
    numbers. `peak` is the number that has the full colour; the largest one if 0.
    """

    values: Numbers
    padding: NDArray[np.bool_] | None = None
    letters: Sequence[Sequence[str]] | None = None
    colouring: Colouring = "signed"
    peak: float = 0.0

    def is_padding(self, cell: Cell) -> bool:
        """Whether a cell lies on padding."""
        return self.padding is not None and bool(self.padding[cell])

    def full(self) -> float:
        """The number that has the full colour."""
        return self.peak or float(np.nanmax(np.abs(self.values), initial=0.0))


class CellPainter:
    """Draws the cells of one sheet."""

    def __init__(self, painter: QPainter, sheet: Sheet, layout: KernelLayout, table: Tokens) -> None:
        self._painter, self._sheet, self._layout, self._table = painter, sheet, layout, table
        self._peak = sheet.full()

    def paint(self, writing: Writing | None) -> None:
        """All of them, with their numbers if they can be written."""
        if writing is None:
            self._paint_colours()
            return
        letters = self._sheet.letters if self._layout.height >= _LETTER_FROM else None
        number, small = number_font(writing.pixels), number_font(_LETTER_PIXELS)
        for row, column in np.ndindex(self._sheet.values.shape):
            value, rect = float(self._sheet.values[row, column]), self._layout.rectangle(row, column)
            ink = self._paint_ground(rect, value, self._sheet.is_padding((row, column)))
            if np.isnan(value):
                continue
            text = cell_text(value, writing, self._sheet.is_padding((row, column))) or "…"
            if letters is None:
                self._write(rect, text, number, ink)
            else:
                self._write(rect.adjusted(0, _LETTER_HEIGHT - 2, 0, 0), text, number, ink)
                top = QRect(rect.left(), rect.top() + 1, rect.width(), _LETTER_HEIGHT)
                self._write(top, letters[row][column], small, ink)

    def _write(self, place: QRect, text: str, font: QFont, ink: QColor) -> None:
        self._painter.setFont(font)
        self._painter.setPen(ink)
        self._painter.drawText(place, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextDontClip, text)

    def _paint_ground(self, rect: QRect, value: float, padding: bool) -> QColor:
        """Returns the colour in which to write on it."""
        table = self._table
        if np.isnan(value):
            self._hatch(rect)
            return table.colour("second")
        if padding and value == 0:
            self._painter.fillRect(rect, table.colour("raised"))
            self._hatch(rect)
            return table.colour("second")
        fill = self._fill(value)
        if padding:  # so far towards the panel that lines and numbers can be told from it
            fill = mixed(fill, table.colour("panel"), 0.5)
        self._painter.fillRect(rect, fill)
        if padding:
            self._hatch(rect)
        return table.colour("second") if fill == table.colour("raised") else QColor(_ink(fill.rgb()))

    def _hatch(self, rect: QRect) -> None:
        hatch(self._painter, rect.toRectF(), self._table.colour("faint"), self._table.colour("panel"))

    def _fill(self, value: float) -> QColor:
        if self._sheet.colouring == "grey":
            return mixed(QColor("#000000"), QColor("#ffffff"), min(max(value, 0.0), 1.0))
        return signed_colour(value, self._peak, self._table)

    def _paint_colours(self) -> None:
        """Many cells are one small picture, enlarged."""
        rows, columns = self._sheet.values.shape
        layout = self._layout
        pixels = np.full((rows, columns, 4), 255, np.uint8)
        pixels[:, :, :3] = self._parts()[:, :, ::-1]
        image = QImage(pixels.data, columns, rows, columns * 4, QImage.Format.Format_RGB32)
        bounds = QRect(layout.left, layout.top, columns * layout.width, rows * layout.height)
        self._painter.drawImage(bounds, image)
        missing = np.isnan(self._sheet.values)
        padding = missing if self._sheet.padding is None else missing | self._sheet.padding
        for row, column in np.argwhere(padding):
            self._hatch(layout.rectangle(int(row), int(column)))

    def _parts(self) -> Numbers:
        """Red, green and blue of every cell."""
        values = np.nan_to_num(self._sheet.values)
        if self._sheet.colouring == "grey":
            return np.repeat(np.clip(values, 0, 1)[:, :, np.newaxis] * 255, 3, axis=2)
        zero, low, high = (_rgb(self._table.colour(role)) for role in ("raised", "negative", "positive"))
        share = np.clip(np.abs(values) / (self._peak or 1.0), 0, 1)[:, :, np.newaxis]
        return zero + (np.where((values < 0)[:, :, np.newaxis], low, high) - zero) * share


@lru_cache(maxsize=1024)
def _ink(rgb: int) -> int:
    return readable_on(QColor(rgb)).rgb()


def _rgb(colour: QColor) -> Numbers:
    return np.array([colour.red(), colour.green(), colour.blue()], np.float64)
