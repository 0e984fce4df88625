"""One line in place for what a person should know: no pop-up where a sentence will do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from PySide6.QtCore import QPoint, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QToolButton, QWidget

from app.widgets.icons import draw_icon, icon
from app.widgets.theme import set_role
from app.widgets.tips import describe

Kind = Literal["info", "problem"]
Action = tuple[str, str]
_INFO_SECONDS = 6.0
_MOST_KEPT = 5


class Notice(NamedTuple):
    """A sentence, what it is, its buttons as (id, label), seconds to stay (0: until closed), how often it came."""

    text: str
    kind: Kind
    actions: tuple[Action, ...]
    seconds: float
    times: int = 1


class _ActionButton(QPushButton):
    """A button that says its own id."""

    acted = Signal(str)

    def __init__(self, action: Action) -> None:
        super().__init__(action[1])
        self._id = action[0]
        describe(self, action[1])
        self.clicked.connect(self._act)

    def _act(self) -> None:
        self.acted.emit(self._id)


class NoticeBar(QFrame):
    """Shows the newest notice; when it goes, the last one that stays until it is closed comes back."""

    acted = Signal(str)
    """The id of the button that was pressed. The notice stays until its owner or the person closes it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._notices: list[Notice] = []
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.dismiss)
        self._label = QLabel()
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self._label.setWordWrap(True)
        self._label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._buttons: list[_ActionButton] = []
        self._close = QToolButton()
        self._close.setIcon(icon("close", "second"))
        self._close.setIconSize(QSize(14, 14))
        set_role(self._close, "flat")
        describe(self._close, "Close this message")
        self._close.clicked.connect(self.dismiss)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(36, 4, 4, 4)
        self._row.setSpacing(8)
        self._row.addWidget(self._label, 1)
        self._row.addWidget(self._close)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self.hide()

    def notice(self) -> Notice | None:
        """What is shown."""
        return self._notices[-1] if self._notices else None

    def show_notice(
        self, text: str, kind: Kind = "info", actions: Sequence[Action] = (), seconds: float | None = None
    ) -> None:
        """Show one sentence. The same sentence again is counted, not repeated.

        Args:
            actions: (id, label) of the buttons beside it.
            seconds: how long it stays; 0 until it is closed. By default a problem stays and news goes.
        """
        if seconds is None:
            seconds = _INFO_SECONDS if kind == "info" else 0.0
        times = sum(old.times for old in self._notices if (old.text, old.kind) == (text, kind))
        # News that was going to pass by itself does not come back after what covers it.
        stay = [old for old in self._notices if old.seconds == 0 and (old.text, old.kind) != (text, kind)]
        self._notices = [*stay, Notice(text, kind, tuple(actions), seconds, times + 1)][-_MOST_KEPT:]
        self._display()
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    def dismiss(self) -> None:
        """Close what is shown."""
        if self._notices:
            self._notices.pop()
        self._display()

    def withdraw(self, text: str) -> None:
        """Take back a sentence that is no longer true, shown or not."""
        self._notices = [old for old in self._notices if old.text != text]
        self._display()

    def _display(self) -> None:
        self._timer.stop()
        for button in self._buttons:
            self._row.removeWidget(button)
            button.hide()
            button.deleteLater()
        self._buttons = []
        notice = self.notice()
        if notice is None:
            self.hide()
            return
        self._label.setText(notice.text + (f"  (×{notice.times})" if notice.times > 1 else ""))
        set_role(self, "notice-problem" if notice.kind == "problem" else "notice")
        self.setAccessibleName(notice.text)
        for action in notice.actions:
            self._add_button(action)
        if notice.seconds > 0:
            self._timer.start(round(notice.seconds * 1000))
        self.show()
        self.update()

    def _add_button(self, action: Action) -> None:
        button = _ActionButton(action)
        button.acted.connect(self.acted)
        self._row.insertWidget(self._row.count() - 1, button)
        self._buttons.append(button)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The frame, then a sign of what kind it is."""
        super().paintEvent(event)
        notice = self.notice()
        if notice is not None:
            name, role = ("warning", "problem") if notice.kind == "problem" else ("info", "accent")
            draw_icon(QPainter(self), name, QPoint(20, self.height() // 2), 18, role)
