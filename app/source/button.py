"""The buttons of the source bar."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QMenu, QToolButton

from app.source.elided import elided
from app.widgets.icons import icon
from app.widgets.number_field import draw_chevron
from app.widgets.tips import describe
from app.widgets.tokens import tokens

NAME_WIDTH = 180
ARROW_WIDTH = 16
_BARE_ARROW = f"""
QToolButton::menu-button {{ border: 0px; background: transparent; width: {ARROW_WIDTH}px; }}
QToolButton::menu-arrow {{ image: none; }}
"""


class SourceButton(QToolButton):
    """Stands for one kind of source; it is down, and carries the source's name, while that kind is in use."""

    def __init__(self, text: str, picture: str, tip: str) -> None:
        super().__init__()
        self._kind = text
        self._tip = tip
        self.setIcon(icon(picture))
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setCheckable(True)
        self.show_name("")

    def nextCheckState(self) -> None:
        """A click does not put it down: only the document does."""

    def add_menu(self, beside: bool = False) -> QMenu:
        """Open a menu when clicked, or `beside` the click. Returns it, to be filled when it is about to show."""
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        self.setMenu(menu)
        modes = QToolButton.ToolButtonPopupMode
        self.setPopupMode(modes.MenuButtonPopup if beside else modes.InstantPopup)
        self.setStyleSheet(_BARE_ARROW)
        return menu

    def show_name(self, name: str, whole: str = "") -> None:
        """Carry the name of the source in use, `whole` in the tool tip; an empty name means another kind is."""
        self.setText(elided(self, name or self._kind, NAME_WIDTH).replace("&", "&&"))
        self.setChecked(bool(name))
        describe(self, f"{self._kind}: {name}" if name else self._kind, f"{whole}. {self._tip}" if name else self._tip)

    def set_compact(self, compact: bool) -> None:
        """Make do with the icon, unless this kind is in use."""
        styles = Qt.ToolButtonStyle
        bare = compact and not self.isChecked()
        self.setToolButtonStyle(styles.ToolButtonIconOnly if bare else styles.ToolButtonTextBesideIcon)

    def sizeHint(self) -> QSize:
        """Room for icon, text and the arrow that says there is a menu."""
        # Qt counts the arrow itself where the menu is beside the click, but puts it too close.
        beside = self.popupMode() == QToolButton.ToolButtonPopupMode.MenuButtonPopup
        room = ARROW_WIDTH if self.menu() is not None else 0
        return super().sizeHint() + QSize(room // 2 if beside else room, 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The button, then the arrow."""
        super().paintEvent(event)
        if self.menu() is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(tokens().colour("second"), 1.3))
        draw_chevron(painter, QPoint(self.width() - 11, self.height() // 2), 1)
