"""Pictures, each under a line that says what it is."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from app.state.engine_link import Shown
from app.widgets.fonts import number_font
from app.widgets.picture_view import PictureView
from app.widgets.theme import set_role
from app.widgets.tips import tip_text
from app.widgets.tokens import tokens
from engine.protocol import Plane

HEADER_HEIGHT = 36
NARROW = 560
"""Pixels of width below which the title's line is short of room."""
_REDUCED = (
    "The picture has more cells than the screen needs: {0}×{0} of them are painted as one. "
    "Values under the cursor are those of single cells."
)

_LIVE = (
    "While the picture moves, or edits come faster than all of it can be worked on, it is made {0} times smaller in "
    "both directions before the kernel is laid on it: the screen has no more room for it. "
    "Pause it, enlarge it or point at a cell, and the whole resolution is worked out. "
    "What is read and saved always comes from the whole."
)


class Note(QLabel):
    """A few words flush right, cut with … where there is no room."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The words that fit."""
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        painter = QPainter(self)
        painter.setPen(tokens().colour("second"))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)


class PicturePanel(QFrame):
    """A picture view with a title, a size, and room for more at the right of the title."""

    narrow_changed = Signal(bool)
    """Whether the title's line is short of room."""

    def __init__(self, title: str, tip: str, placeholder: str, view: PictureView | None = None) -> None:
        super().__init__()
        set_role(self, "panel")
        self.view = view or PictureView(title, tip)
        self.view.set_placeholder(placeholder)
        self._names = (title, title)
        self._narrow = True
        self._title = QLabel(title)
        self._size = QLabel()
        self._size.setFont(number_font(12))
        self._note = Note()
        header = QWidget()
        header.setFixedHeight(HEADER_HEIGHT)
        self._header = QHBoxLayout(header)
        self._header.setContentsMargins(12, 0, 8, 0)
        self._header.setSpacing(8)
        self._header.addWidget(self._title)
        self._header.addWidget(self._size)
        self._header.addWidget(self._note, 1)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(1, 0, 1, 1)
        self._column.setSpacing(0)
        self._column.addWidget(header)
        self._column.addWidget(self.view, 1)

    @property
    def is_narrow(self) -> bool:
        """Whether the title's line is short of room."""
        return self._narrow

    def add_to_header(self, widget: QWidget) -> None:
        """Put something at the right end of the title's line."""
        self._header.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)

    def add_beside_title(self, widget: QWidget) -> None:
        """Put something right behind the title."""
        self._header.insertWidget(self._header.indexOf(self._size), widget, 0, Qt.AlignmentFlag.AlignVCenter)

    def add_below(self, widget: QWidget) -> None:
        """Put something under the picture."""
        self._column.addWidget(widget)

    def show_picture(self, shown: Shown) -> None:
        """Show what the engine painted."""
        plane = shown.plane
        self.view.set_image(shown.image, plane.rows, plane.columns, shown.generation, plane.part)
        self.show_size(plane)

    def show_size(self, plane: Plane) -> None:
        """Say how large the picture is."""
        if plane.live:
            self._size.setText(f"{plane.rows}×{plane.columns} shown at 1/{plane.reduction}")
            self._size.setToolTip(tip_text(_LIVE.format(plane.reduction)))
            return
        reduced = plane.reduction > 1
        self._size.setText(f"{plane.rows}×{plane.columns}" + (f" 1:{plane.reduction}" if reduced else ""))
        self._size.setToolTip(tip_text(_REDUCED.format(plane.reduction)) if reduced else "Height × width")

    def show_nothing(self, reason: str) -> None:
        """There is no picture; say why where it would be."""
        self.view.set_placeholder(reason)
        self.view.clear()
        self._size.setText("")

    def size_text(self) -> str:
        """What the title's line says of the picture's size."""
        return self._size.text()

    def title(self) -> str:
        """What the picture is called."""
        return self._names[0]

    def set_title(self, title: str, short: str = "") -> None:
        """Call the picture something else; `short` where there is little room."""
        self._names = (title, short or title)
        self._title.setText(self._names[self._narrow])

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Take the title that there is room for."""
        super().resizeEvent(event)
        if (self.width() < NARROW) != self._narrow:
            self._narrow = not self._narrow
            self._title.setText(self._names[self._narrow])
            self.narrow_changed.emit(self._narrow)

    def set_size_text(self, text: str, tip: str = "") -> None:
        """Say something else of the size."""
        self._size.setText(text)
        self._size.setToolTip(tip_text(tip))

    def note(self) -> str:
        """The words at the right of the title."""
        return self._note.text()

    def set_note(self, text: str) -> None:
        """A few words at the right of the title."""
        self._note.setText(text)
