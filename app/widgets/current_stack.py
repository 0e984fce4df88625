"""Widgets in one place of which one is in sight, and which ask for no more room than that one needs."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QStackedWidget, QWidget


class CurrentStack(QStackedWidget):
    """Qt's own is as large as the largest of its widgets, whichever is in sight."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.currentChanged.connect(self._changed)

    def minimumSizeHint(self) -> QSize:
        """What the widget in sight needs."""
        current = self.currentWidget()
        if current is None:
            return QSize(0, 0)
        return current.minimumSizeHint().expandedTo(current.minimumSize())

    def _changed(self, _place: int) -> None:
        self.updateGeometry()


class Roomy(QScrollArea):
    """Gives a widget all the room there is, and as much as it needs: what does not fit is scrolled to.

    Qt's own way of resizing would give a widget with words that wrap the height it likes best.
    """

    def __init__(self, widget: QWidget) -> None:
        super().__init__()
        self._widget = widget
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(widget)
        for part in (self.viewport(), widget):
            part.setAutoFillBackground(False)
        widget.installEventFilter(self)

    def minimumSizeHint(self) -> QSize:
        """It can always be scrolled."""
        return QSize(0, 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """There is another room."""
        super().resizeEvent(event)
        self._fit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The widget may need another room."""
        if event.type() == QEvent.Type.LayoutRequest and watched is self._widget:
            self._fit()
        return super().eventFilter(watched, event)

    def _fit(self) -> None:
        widget = self._widget
        room, need = self.maximumViewportSize(), widget.minimumSizeHint()
        bars = self.horizontalScrollBar().sizeHint().height(), self.verticalScrollBar().sizeHint().width()
        if need.width() > room.width():
            room.setHeight(room.height() - bars[0])
        if need.height() > room.height():
            room.setWidth(room.width() - bars[1])
        widget.resize(need.expandedTo(room))
