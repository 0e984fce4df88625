"""The frame of the program: pages on a rail, the source bar above them, the live figures below."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QByteArray, QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QGuiApplication
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QMainWindow,
    QSplitter,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.widgets.current_stack import CurrentStack, Roomy
from app.widgets.theme import set_role

RAIL_WIDTH = 72
START_SIZE = (1280, 800)


class Rail(QFrame):
    """One button a page, in the order of the lecture; pages to come are absent rather than empty."""

    chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        set_role(self, "bar")
        self.setFixedWidth(RAIL_WIDTH)
        self._group = QButtonGroup(self)
        self._group.idClicked.connect(self.chosen)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 8, 0, 8)
        self._column.setSpacing(4)
        self._column.addStretch(1)

    def add(self, text: str, help: str) -> QToolButton:
        """A button for the next page; the caller gives it its icon."""
        number = len(self._group.buttons())
        button = QToolButton()
        button.setText(text)
        button.setCheckable(True)
        button.setChecked(number == 0)
        set_role(button, "rail")
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        button.setIconSize(QSize(22, 22))
        button.setToolTip(help)
        button.setAccessibleName(f"Page {text}")
        self._group.addButton(button, number)
        self._column.insertWidget(number, button)
        return button

    def check(self, number: int) -> None:
        """Show that this page is in sight."""
        self._group.button(number).setChecked(True)


class Window(QMainWindow):
    """Places the parts it is given; knows nothing of what they do."""

    closing = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setWindowTitle("Convscope")
        self.resize(*START_SIZE)
        self.setMinimumSize(960, 600)
        self.rail = Rail()
        self.pages = CurrentStack()
        self.may_close: Callable[[], bool] | None = None
        """Says whether the window may be closed now; who says no may close it later."""
        self._body = QVBoxLayout()
        self._body.setContentsMargins(0, 0, 0, 0)
        self._body.setSpacing(0)

    def build(self, top: QWidget, strip: QWidget, notices: QWidget, hud: QWidget) -> None:
        """Put the bar, the source's strip, the line for notices, the pages and the figures in their places."""
        middle = QVBoxLayout()
        middle.setContentsMargins(0, 0, 0, 0)
        middle.setSpacing(0)
        for part in (strip, notices):
            middle.addWidget(part)
        middle.addWidget(Roomy(self.pages), 1)
        across = QHBoxLayout()
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(0)
        across.addWidget(self.rail)
        across.addLayout(middle, 1)
        self._body.addWidget(top)
        self._body.addLayout(across, 1)
        self._body.addWidget(hud)
        centre = QWidget()
        centre.setLayout(self._body)
        self.setCentralWidget(centre)

    def toggle_full_screen(self) -> None:
        """Use the whole screen, or stop doing so."""
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def place(self, geometry: str) -> None:
        """Go where the window was last time, unless no screen is there any more."""
        if not geometry:
            return
        self.restoreGeometry(QByteArray.fromBase64(geometry.encode("ascii", "ignore")))
        on_a_screen = any(
            screen.availableGeometry().intersects(self.frameGeometry()) for screen in QGuiApplication.screens()
        )
        if not on_a_screen:
            self.resize(*START_SIZE)
            self.move(0, 0)

    def placement(self) -> str:
        """For `place` at the next start."""
        return bytes(self.saveGeometry().toBase64().data()).decode("ascii")

    def quit(self) -> None:
        """Close the window, which ends the program."""
        self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        if self.may_close is not None and not self.may_close():
            event.ignore()
            return
        self.closing.emit()
        super().closeEvent(event)


def splitter_states(widget: QWidget) -> dict[str, str]:
    """The state of every splitter in a widget that has an object name, by that name, as texts to be remembered."""
    return {
        splitter.objectName(): bytes(splitter.saveState().toBase64().data()).decode("ascii")
        for splitter in widget.findChildren(QSplitter)
        if splitter.objectName()
    }


def restore_splitters(widget: QWidget, states: Mapping[str, str]) -> None:
    """Put the splitters of a widget back; one with a state that is damaged, or with none, stays as it is."""
    for splitter in widget.findChildren(QSplitter):
        state = states.get(splitter.objectName(), "")
        if state:
            splitter.restoreState(QByteArray.fromBase64(state.encode("ascii", "ignore")))
