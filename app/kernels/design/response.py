"""The frequency response of a kernel as a picture: what it does to stripes of every width and direction."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QWidget

from app.kernels.design.pop_out import words
from app.widgets.cells import ARROWS
from app.widgets.fonts import number_font
from app.widgets.number_text import shown
from app.widgets.tips import describe, tip_text
from app.widgets.tokens import tokens
from engine.display.tables import FIRST, STEPS, table
from engine.kernels import design

Cell = tuple[int, int]
SIZE = 64
TABLE = "viridis"
_LEFT, _RIGHT, _TOP, _BELOW = 26, 10, 2, 15
_FONT = 10
_NAME = "Frequency response"
_HELP = (
    "How strongly stripes come through, |FFT| of the kernel: broad stripes in the middle, the finest at the edge (half "
    "a cycle per pixel), in the direction in which they follow each other. Bright passes, dark does not. Arrow keys "
    "or the cursor read a value."
)
KINDS_HELP = (
    "low-pass: flat areas and broad stripes pass, not fine ones. high-pass: only fine stripes. band-pass: stripes of "
    "one width. high-boost: everything, fine stripes more. all-pass: everything alike. mixed: none of these. Stripes "
    "are as wide as one bright and one dark one together; across means that they follow each other from left to right."
)


class ResponseView(QWidget):
    """Draws |H| with its axes in cycles per pixel, frequency 0 in the middle."""

    told = Signal(str)
    """A sentence: what kind of filter it is, or the value at the cursor."""

    def __init__(self) -> None:
        super().__init__()
        self._plane: NDArray[np.float64] = np.zeros((1, 1))
        self._response = design.frequency_response(self._plane, SIZE)
        self._image = QImage()
        self._kind = ""
        self._cell: Cell | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        describe(self, _NAME, _HELP)

    def set_weights(self, weights: Any) -> None:
        """Show the response of these rows of numbers."""
        plane = np.array(weights, dtype=np.float64)
        if plane.shape == self._plane.shape and np.array_equal(plane, self._plane):
            return
        self._plane = plane
        self._response = design.frequency_response(plane, SIZE)
        self._image = _painted(self._response.magnitude)
        self._kind = kind_text(plane)
        self._say()
        self.update()

    def value_at(self, cell: Cell) -> tuple[float, float, float]:
        """(vertical, horizontal) in cycles per pixel at a cell of the picture, and the magnitude there."""
        steps = self._response.frequencies
        return float(steps[cell[0]]), float(steps[cell[1]]), float(self._response.magnitude[cell])

    def text(self) -> str:
        """What is to be said now: of the cursor's frequency, or of the kernel."""
        if self._cell is None:
            return self._kind
        down, across, value = self.value_at(self._cell)
        radius = math.hypot(down, across)
        stripes = f"stripes of {shown(1 / radius, 3)} px" if radius else "flat areas"
        place = f"{shown(across, 2)} across, {shown(down, 2)} down"
        return f"{place}: {stripes} ×{shown(value, 3)}"

    def plot(self) -> QRect:
        """The pixels of the picture itself."""
        side = max(min(self.width() - _LEFT - _RIGHT, self.height() - _TOP - _BELOW), 8)
        return QRect(_LEFT, _TOP, side, side)

    def cell_at(self, position: QPointF) -> Cell | None:
        """The (row, column) of the frequency nearest to a position; None beside the picture."""
        plot = QRectF(self.plot())
        if not plot.contains(position):
            return None
        row, column = (position.y() - plot.top()) / plot.height(), (position.x() - plot.left()) / plot.width()
        return min(int(row * SIZE), SIZE - 1), min(int(column * SIZE), SIZE - 1)

    def _set_cell(self, cell: Cell | None) -> None:
        if cell != self._cell:
            self._cell = cell
            self._say()
            self.update()

    def _say(self) -> None:
        self.setAccessibleName(f"{_NAME}: {self.text()}")
        self.told.emit(self.text())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Read the value under the cursor."""
        self._set_cell(self.cell_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is under the cursor."""
        self._set_cell(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows read the next frequency, Home goes to the middle, Esc reads nothing."""
        key = event.key()
        if key in ARROWS:
            row, column = self._cell or (SIZE // 2, SIZE // 2)
            down, across = ARROWS[key] if self._cell else (0, 0)
            self._set_cell((min(max(row + down, 0), SIZE - 1), min(max(column + across, 0), SIZE - 1)))
        elif key == Qt.Key.Key_Home:
            self._set_cell((SIZE // 2, SIZE // 2))
        elif key == Qt.Key.Key_Escape and self._cell is not None:
            self._set_cell(None)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the focus ring."""
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Hide it, and what the keys read."""
        self._set_cell(None)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The picture, its axes, and the cursor."""
        colours, plot = tokens(), self.plot()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(plot, self._image)
        painter.setPen(colours.colour("accent" if self.hasFocus() else "control_line"))
        painter.drawRect(plot.adjusted(-1, -1, 0, 0))
        self._paint_axes(painter, plot)
        if self._cell is not None:
            self._paint_cursor(painter, plot, self._cell)

    def _paint_axes(self, painter: QPainter, plot: QRect) -> None:
        painter.setFont(number_font(_FONT))
        painter.setPen(tokens().colour("faint"))
        align = Qt.AlignmentFlag
        for text, share in (("−.5", 0.0), ("0", 0.5), (".5", 1.0)):
            x, y = plot.left() + round(share * plot.width()), plot.top() + round(share * plot.height())
            painter.drawText(
                QRect(x - 12, plot.bottom() + 2, 24, _BELOW - 2), align.AlignHCenter | align.AlignTop, text
            )
            top = min(max(y - 6, plot.top() - 2), plot.bottom() - 9)
            painter.drawText(
                QRect(plot.left() - _LEFT, top, _LEFT - 4, 12), align.AlignRight | align.AlignVCenter, text
            )

    def _paint_cursor(self, painter: QPainter, plot: QRect, cell: Cell) -> None:
        pitch = plot.width() / SIZE
        rect = QRectF(plot.left() + cell[1] * pitch - 2, plot.top() + cell[0] * pitch - 2, pitch + 4, pitch + 4)
        for colour, width in ((tokens().colour("shade"), 3.0), (tokens().colour("result"), 1.5)):
            painter.setPen(QPen(colour, width))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(rect)


class Response:
    """The view, and a line of words that goes below it."""

    def __init__(self, height: int) -> None:
        self.view = ResponseView()
        self.view.setFixedSize(height - _TOP - _BELOW + _LEFT + _RIGHT, height)
        self.text = words("second")
        self.text.setToolTip(tip_text(KINDS_HELP))
        self.view.told.connect(self.text.setText)


def kind_text(plane: NDArray[np.float64]) -> str:
    """What kind of filter a kernel is, and what it passes most.

    Example:
        >>> kind_text(np.array([[1.0, 2.0, 1.0]]))
        'low-pass: ×4 for flat areas'
        >>> kind_text(np.array([[1.0, 0.0, -1.0]]))
        'band-pass: ×2 for 4 px stripes, across'
    """
    band = design.passband(plane)
    if band.kind == "silent":
        return "silent: nothing comes through"
    if band.wavelength is None:
        return f"{band.kind}: ×{shown(band.peak, 3)} for flat areas"
    return f"{band.kind}: ×{shown(band.peak, 3)} for {shown(band.wavelength, 3)} px stripes{_direction(band.angle)}"


def _direction(angle: float | None) -> str:
    """Where the stripes follow each other to; empty where that does not matter."""
    if angle is None:
        return ""
    return {0: ", across", 90: ", down"}.get(round(angle), f", about {shown(5 * round(angle / 5))}°")


def _painted(magnitude: NDArray[np.float64]) -> QImage:
    """The magnitudes as colours, black where nothing passes and the brightest at the peak."""
    peak = float(magnitude.max()) or 1.0
    levels = (FIRST + np.rint(magnitude / peak * STEPS)).astype(np.uint8)
    pixels = np.ascontiguousarray(table(TABLE)[levels])
    return QImage(pixels.data, SIZE, SIZE, SIZE * 4, QImage.Format.Format_RGB32).copy()
