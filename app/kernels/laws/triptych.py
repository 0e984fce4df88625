"""Three small pictures side by side: the left side of an equation, its right side, and their difference."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy

from app.widgets.fonts import text_font
from app.widgets.painted import PaintedWidget
from app.widgets.tips import describe
from app.widgets.tokens import tokens
from engine.protocol import Box

CAPTIONS = ("left side", "right side", "difference")
GAP = 6
CAPTION_HEIGHT = 16
RATIOS = (0.8, 1.25)


class Triptych(PaintedWidget):
    """Paints parts of one picture; as wide as three pictures of its height."""

    painted = Signal()
    """What was set last is on the screen."""
    widened = Signal(int)
    """It has another width."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._image: QImage | None = None
        self._boxes: Sequence[Box] = ()
        self._unpainted = False
        self._ratio = 1.0
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        describe(self, f"{name}, pictures")

    def set_parts(self, image: QImage | None, boxes: Sequence[Box]) -> None:
        """Show these parts of the picture; none if there are none."""
        self._image, self._boxes, self._unpainted = image, boxes, True
        self.update()

    def boxes(self) -> Sequence[Box]:
        """The parts that are shown."""
        return self._boxes

    def sizeHint(self) -> QSize:
        """Three squares."""
        return QSize(3 * 64 + 2 * GAP, 64)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """As wide as three pictures of this height."""
        super().resizeEvent(event)
        self._fit()

    def set_ratio(self, ratio: float) -> None:
        """How wide the pictures are for their height, as far as there is room for it."""
        self._ratio = min(max(ratio, RATIOS[0]), RATIOS[1])
        self._fit()

    def _fit(self) -> None:
        width = 3 * round(max(self.height(), 16) * self._ratio) + 2 * GAP
        if width != self.width():
            self.setFixedWidth(width)
            self.widened.emit(width)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Each part as large as it fits."""
        painter, table = QPainter(self), tokens()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        for place, frame in enumerate(_frames(self.width(), self.height())):
            painter.fillRect(frame, table.colour("canvas"))
            painter.setPen(table.colour("line"))
            painter.drawRect(frame.adjusted(0, 0, -1, -1))
            if self._image is not None and place < len(self._boxes):
                top, left, height, width = self._boxes[place]
                painter.drawImage(_fitting(frame, height, width), self._image, QRectF(left, top, width, height))
        if self._unpainted:
            self._unpainted = False
            self.painted.emit()


class Captions(PaintedWidget):
    """What each of the three pictures is, above the first ones of a column."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(CAPTION_HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The words, each in the middle of its picture."""
        painter = QPainter(self)
        painter.setFont(text_font(11))
        painter.setPen(tokens().colour("faint"))
        for caption, frame in zip(CAPTIONS, _frames(self.width(), self.height()), strict=True):
            painter.drawText(frame, Qt.AlignmentFlag.AlignCenter, caption)


def _frames(width: int, height: int) -> list[QRectF]:
    """Where the three lie."""
    side = (width - 2 * GAP) / 3
    return [QRectF(place * (side + GAP), 0, side, height) for place in range(len(CAPTIONS))]


def _fitting(frame: QRectF, height: int, width: int) -> QRectF:
    """The largest rectangle of these proportions in the middle of the frame."""
    zoom = min(frame.width() / width, frame.height() / height)
    made = QRectF(0, 0, width * zoom, height * zoom)
    made.moveCenter(frame.center())
    return made
