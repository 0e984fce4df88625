"""One way to share weights, as the small matrix that it makes and two counts."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy

from app.kernels.matrix.hues import Rgb, matrix_image
from app.kernels.matrix.matrix_view import paint_small
from app.kernels.matrix.told import index_of
from app.kernels.matrix.words import NAMES, counts, counts_tip
from app.widgets.fonts import text_font
from app.widgets.tips import describe
from app.widgets.tokens import PANEL_RADIUS, tokens
from engine.protocol import Form

WORDS = 52
"""Pixels of height for the name and the counts."""


class FormCard(QAbstractButton):
    """Shows a matrix; a click asks for this way to share."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self._kind = kind
        self._form: Form | None = None
        self._colours: Rgb | None = None
        self._image = QImage()
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        describe(self, NAMES[kind])

    def show_form(self, form: Form | None, colours: Rgb | None) -> None:
        """Show this matrix in these colours; None shows none."""
        self._form, self._colours = form, colours
        if form is None:
            describe(self, NAMES[self._kind])
        else:
            spoken = form.problem or ", ".join(counts(form))
            describe(self, f"{NAMES[self._kind]}: {spoken}", counts_tip(form))
        self._draw()

    def form(self) -> Form | None:
        """What is shown."""
        return self._form

    def _draw(self) -> None:
        self._image = QImage()
        if self._form is not None and self._form.rows and self._colours is not None:
            self._image = matrix_image(index_of(self._form), self._colours, tokens().colour("canvas"))
        self.update()

    def sizeHint(self) -> QSize:
        """A small picture above two lines."""
        return QSize(110, 130)

    def nextCheckState(self) -> None:
        """What is chosen is the document's business."""

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._draw()

    def paintEvent(self, event: QPaintEvent) -> None:
        """A frame, the matrix, its name and its counts."""
        painter, table = QPainter(self), tokens()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        chosen, focus = self.isChecked(), self.hasFocus()
        line = "accent" if chosen or focus else "line"
        painter.setPen(QPen(table.colour(line), 2 if focus else 1))
        painter.setBrush(table.colour("accent_soft" if chosen else "hover" if self.underMouse() else "panel"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), PANEL_RADIUS, PANEL_RADIUS)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        if not self._image.isNull():
            paint_small(painter, self.rect().adjusted(8, 8, -8, -WORDS - 4), self._image)
        lines = ("—", "") if self._form is None or self._form.problem else counts(self._form)
        for place, (text, role, weight) in enumerate(
            (
                (NAMES[self._kind], "text", QFont.Weight.DemiBold),
                (lines[0], "second", QFont.Weight.Normal),
                (lines[1], "second", QFont.Weight.Normal),
            )
        ):
            painter.setFont(text_font(12 if place == 0 else 11, weight))
            painter.setPen(table.colour(role))
            if painter.fontMetrics().horizontalAdvance(text) > self.width() - 8:
                text = text.removesuffix(" entries")
            box = QRect(4, self.height() - WORDS + 16 * place, self.width() - 8, 16)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
