"""The drawing of the stack to look at: a click on a box chooses its layer."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QToolTip

from app.network.chosen import Chosen
from app.network.diagram.paint import paint_drawing
from app.state.document import Document
from app.widgets.painted import PaintedArea
from app.widgets.tips import tip_text
from app.widgets.tokens import tokens
from engine.drawing import Area, Drawing, colours, draw_network

ZOOMS = (0.4, 0.5, 0.65, 0.8, 1.0, 1.25, 1.6, 2.0, 2.5)
_WHOLE = ZOOMS.index(1.0)
_STEP = 40
_NOTCH = 120
_AROUND = 3.0
"""Of the chosen box's mark, outside of it."""
_MOVES: dict[int, int] = {Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1}
_ZOOM_KEYS: dict[int, int] = {Qt.Key.Key_Plus: 1, Qt.Key.Key_Equal: 1, Qt.Key.Key_Minus: -1}


class DiagramView(PaintedArea):
    """Draws anew what the document says while it is in sight, in rows as wide as it is itself.

    Arrows go from layer to layer, Enter to the form; + and − or Ctrl with the wheel zoom, 0 as it was.
    """

    form_wanted = Signal()

    def __init__(self, document: Document, chosen: Chosen) -> None:
        super().__init__()
        self._document = document
        self._chosen = chosen
        self._zoom = _WHOLE
        self._stale = True
        self._drawing = Drawing(1.0, 1.0, (), ())
        self._hover = ""
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.viewport().setMouseTracking(True)
        document.changed.connect(self._changed)
        chosen.changed.connect(self._choice_changed)
        self._announce()

    @property
    def zoom(self) -> float:
        """Pixels of the screen for one of the drawing."""
        return ZOOMS[self._zoom]

    @property
    def drawing(self) -> Drawing:
        """The drawing as it is now."""
        self._arrange()
        return self._drawing

    def set_zoom(self, step: int) -> None:
        """Larger or smaller by so many steps; 0 for as it was."""
        wanted = _WHOLE if step == 0 else min(max(self._zoom + step, 0), len(ZOOMS) - 1)
        if wanted != self._zoom:
            self._zoom = wanted
            self._redraw()
            self._reveal()

    def _changed(self) -> None:
        self._redraw()
        self._announce()

    def _redraw(self) -> None:
        """Draw anew, now if it is in sight: while it is painted, scroll bars may not come or go."""
        self._stale = True
        if self.isVisible():
            self._arrange()
        self.viewport().update()

    def _arrange(self) -> None:
        if self._stale:
            self._stale = False
            self._drawing = draw_network(self._document.project.network, self.viewport().width() / self.zoom)
            self._set_bars()

    def _choice_changed(self) -> None:
        if self.isVisible():
            self._reveal()
        self._announce()
        self.viewport().update()

    def _announce(self) -> None:
        told = f"Diagram: {self._chosen.path or 'input'}"
        self.setAccessibleName(told)
        self.setAccessibleDescription("The stack as boxes to scale. Arrows go from layer to layer, + and − zoom.")

    def _set_bars(self) -> None:
        height, width = self._drawing.height * self.zoom, self._drawing.width * self.zoom
        for bar, size, room in (
            (self.verticalScrollBar(), height, self.viewport().height()),
            (self.horizontalScrollBar(), width, self.viewport().width()),
        ):
            bar.setRange(0, max(round(size) - room, 0))
            bar.setPageStep(room)
            bar.setSingleStep(_STEP)

    def _reveal(self) -> None:
        """Bring the chosen box into sight."""
        area = self.drawing.area_of(self._chosen.path)
        if area is None:
            return
        for bar, start, size, room in (
            (self.verticalScrollBar(), area.top, area.height, self.viewport().height()),
            (self.horizontalScrollBar(), area.left, area.width, self.viewport().width()),
        ):
            first, last = round((start - _STEP) * self.zoom), round((start + size + _STEP) * self.zoom)
            if first < bar.value():
                bar.setValue(first)
            elif last > bar.value() + room:
                bar.setValue(min(last - room, first))

    def offset(self) -> QPoint:
        """How far the drawing is scrolled, in pixels of the screen."""
        return QPoint(self.horizontalScrollBar().value(), self.verticalScrollBar().value())

    def area_at(self, position: QPointF) -> Area | None:
        """The layer under a position of the viewport."""
        at = (position + QPointF(self.offset())) / self.zoom
        return self.drawing.at(at.x(), at.y())

    def place_of(self, path: str) -> QRectF:
        """Where a layer's box is on the viewport."""
        area = self.drawing.area_of(path)
        if area is None:
            return QRectF()
        rect = QRectF(area.left, area.top, area.width, area.height)
        return QRectF(rect.topLeft() * self.zoom - QPointF(self.offset()), rect.size() * self.zoom)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the layer under the cursor."""
        area = self.area_at(event.position())
        if area is not None and event.button() == Qt.MouseButton.LeftButton:
            self._chosen.choose(area.path)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Go to the layer's form."""
        if self.area_at(event.position()) is not None:
            self.form_wanted.emit()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Mark the layer under the cursor."""
        area = self.area_at(event.position())
        self._set_hover("" if area is None else area.path)
        self.setCursor(Qt.CursorShape.ArrowCursor if area is None else Qt.CursorShape.PointingHandCursor)

    def _set_hover(self, path: str) -> None:
        if path != self._hover:
            self._hover = path
            self.viewport().update()

    def viewportEvent(self, event: QEvent) -> bool:
        """Tool tips per layer; leaving ends the hover."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            area = self.area_at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), tip_text(area.told) if area is not None else "", self.viewport())
            return True
        if event.type() == QEvent.Type.Leave:
            self._set_hover("")
        return super().viewportEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll, and with Ctrl zoom."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            turned = event.angleDelta().y()
            self.set_zoom(1 if turned > 0 else -1) if turned else None
            event.accept()
        else:
            super().wheelEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """As the class says."""
        key = event.key()
        if key in _MOVES:
            self._walk(_MOVES[key])
        elif key in _ZOOM_KEYS:
            self.set_zoom(_ZOOM_KEYS[key])
        elif key == Qt.Key.Key_0:
            self.set_zoom(0)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.form_wanted.emit()
        else:
            super().keyPressEvent(event)

    def _walk(self, by: int) -> None:
        known = [area.path for area in self.drawing.areas]
        now = known.index(self._chosen.path) if self._chosen.path in known else 0
        self._chosen.choose(known[min(max(now + by, 0), len(known) - 1)])

    def paintEvent(self, event: QPaintEvent) -> None:
        """The part of the drawing that is in sight, with the chosen box marked."""
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), QColor(colours(self._dark())["ground"]))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(-QPointF(self.offset()))
        painter.scale(self.zoom, self.zoom)
        self._mark(painter, self._chosen.path, tokens().accent_soft, fill=True)
        seen = QRectF(event.rect().translated(self.offset()))
        paint_drawing(painter, self._drawing, self._dark(), QRectF(seen.topLeft() / self.zoom, seen.size() / self.zoom))
        if self._hover != self._chosen.path:
            self._mark(painter, self._hover, tokens().faint)
        self._mark(painter, self._chosen.path, tokens().accent)

    def _mark(self, painter: QPainter, path: str, colour: str, fill: bool = False) -> None:
        area = self._drawing.area_of(path)
        if area is None or (not path and path != self._chosen.path):
            return
        painter.setBrush(QColor(colour) if fill else Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(Qt.PenStyle.NoPen) if fill else QPen(QColor(colour), 2.0 / self.zoom))
        rect = QRectF(area.left, area.top, area.width, area.height)
        painter.drawRoundedRect(rect.adjusted(-_AROUND, -_AROUND, _AROUND, _AROUND), 5, 5)

    @staticmethod
    def _dark() -> bool:
        return tokens().name == "dark"

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Other rows for another width."""
        super().resizeEvent(event)
        self._redraw()

    def showEvent(self, event: QShowEvent) -> None:
        """What was not in sight is drawn now, with the chosen box in view."""
        super().showEvent(event)
        self._redraw()
        self._reveal()

    def minimumSizeHint(self) -> QSize:
        """A few boxes."""
        return QSize(200, 120)
