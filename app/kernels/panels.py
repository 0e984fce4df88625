"""The two pictures of the page, each under a line that says what it is."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.state.engine_link import Shown
from app.widgets.fonts import number_font
from app.widgets.picture_view import PictureView
from app.widgets.theme import set_role


class PicturePanel(QFrame):
    """A picture view with a title, a size, and room for more at the right of the title."""

    def __init__(self, title: str, tip: str, placeholder: str) -> None:
        super().__init__()
        set_role(self, "panel")
        self.view = PictureView(title, tip)
        self.view.set_placeholder(placeholder)
        self._size = QLabel()
        self._size.setFont(number_font(12))
        self._note = QLabel()
        set_role(self._note, "second")
        self._header = QHBoxLayout()
        self._header.setContentsMargins(12, 0, 12, 0)
        self._header.setSpacing(8)
        for part in (QLabel(title), self._size):
            self._header.addWidget(part)
        self._header.addStretch(1)
        self._header.addWidget(self._note)
        header = QWidget()
        header.setFixedHeight(34)
        header.setLayout(self._header)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 0, 1, 1)
        column.setSpacing(0)
        column.addWidget(header)
        column.addWidget(self.view, 1)

    def add_to_header(self, widget: QWidget) -> None:
        """Put something at the right end of the title's line."""
        self._header.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)

    def show_picture(self, shown: Shown) -> None:
        """Show what the engine painted."""
        plane = shown.plane
        self.view.set_image(shown.image, plane.rows, plane.columns, shown.generation)
        reduced = f" · shown 1:{plane.reduction}" if plane.reduction > 1 else ""
        self._size.setText(f"{plane.rows}×{plane.columns}{reduced}")

    def show_nothing(self, reason: str) -> None:
        """There is no picture; say why where it would be."""
        self.view.set_placeholder(reason)
        self.view.clear()
        self._size.setText("")

    def set_note(self, text: str) -> None:
        """A few words at the right of the title."""
        self._note.setText(text)
