"""Two curves over the share of cells that were changed."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF

from app.widgets.fonts import number_font, text_font
from app.widgets.painted import PaintedWidget
from app.widgets.tips import describe
from app.widgets.tokens import tokens
from engine.protocol import SanityTold

HEIGHT = 132
_LEFT, _BOTTOM, _TOP, _RIGHT = 34, 34, 8, 8
_TIP = (
    "How sure the network is of the class, or how much of the unit's value is left, while the hottest cells are greyed "
    "out first (deleted), and while they are put back into a grey picture first (inserted). The faster the one falls "
    "and the other rises, the better the explanation."
)


class SanityCurves(PaintedWidget):
    """Deletion in the colour of what is below zero, insertion in that of what is above."""

    def __init__(self) -> None:
        super().__init__()
        self._told: SanityTold | None = None
        self.setFixedHeight(HEIGHT)
        describe(self, "Deletion and insertion curves", _TIP)

    def show_curves(self, told: SanityTold | None) -> None:
        """Draw these; nothing if there are none."""
        self._told = told
        self.setVisible(told is not None)
        self.update()

    @property
    def told(self) -> SanityTold | None:
        """What is drawn."""
        return self._told

    def sizeHint(self) -> QSize:
        """Wide enough for both axes."""
        return QSize(240, HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Axes, then both curves."""
        if self._told is None:
            return
        painter, table = QPainter(self), tokens()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        field = QRectF(self.rect()).adjusted(_LEFT, _TOP, -_RIGHT, -_BOTTOM)
        top = max(1.0, *self._told.deletion, *self._told.insertion)
        self._paint_axes(painter, field, top)
        below, above = table.colour("negative"), table.colour("positive")
        for values, colour in ((self._told.deletion, below), (self._told.insertion, above)):
            self._paint_curve(painter, field, values, top, colour)
        words = QRectF(field.left(), self.height() - 17, field.width(), 17)
        painter.setFont(text_font(11))
        for text, colour, side in (
            ("deleted", below, Qt.AlignmentFlag.AlignLeft),
            ("inserted", above, Qt.AlignmentFlag.AlignRight),
        ):
            painter.setPen(colour)
            painter.drawText(words, side | Qt.AlignmentFlag.AlignVCenter, text)
        painter.setPen(table.colour("second"))
        painter.drawText(words, Qt.AlignmentFlag.AlignCenter, "share of cells")

    def _paint_axes(self, painter: QPainter, field: QRectF, top: float) -> None:
        table = tokens()
        painter.setPen(QPen(table.colour("line"), 1))
        painter.drawRect(field)
        painter.setFont(number_font(11))
        painter.setPen(table.colour("second"))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for share, text in ((0.0, f"{top:.2g}"), (1.0, "0")):
            middle = field.top() + share * field.height()
            painter.drawText(QRectF(0, middle - 8, _LEFT - 6, 16), right, text)
        for share, text in ((0.0, "0"), (0.5, "50 %"), (1.0, "100 %")):
            at = field.left() + share * field.width()
            place = QRectF(at - 30, field.bottom() + 1, 60, 15)
            side = Qt.AlignmentFlag.AlignHCenter
            if share == 1.0:
                place, side = QRectF(at - 60, field.bottom() + 1, 60, 15), Qt.AlignmentFlag.AlignRight
            painter.drawText(place, side, text)

    def _paint_curve(
        self, painter: QPainter, field: QRectF, values: Sequence[float], top: float, colour: QColor
    ) -> None:
        assert self._told is not None
        points = [
            QPointF(field.left() + share * field.width(), field.bottom() - max(value, 0.0) / top * field.height())
            for share, value in zip(self._told.shares, values, strict=True)
        ]
        painter.setPen(QPen(colour, 2))
        painter.drawPolyline(QPolygonF(points))
