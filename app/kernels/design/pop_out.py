"""The frame of a tool that is open under the kernel: a title, a button that closes it, what it offers, and why not."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from app.widgets.fonts import text_font
from app.widgets.group import FieldRow
from app.widgets.icons import icon
from app.widgets.theme import set_role
from app.widgets.tips import describe, tip_text

_CROSS = QSize(12, 12)
_SMALL = 12


class PopOut(QFrame):
    """Esc and the cross close it. What a tool refuses is written at its lower end."""

    closed = Signal()
    """The person wants it closed."""
    reshaped = Signal()
    """It has other controls than before."""

    def __init__(self, title: str, help: str) -> None:
        super().__init__()
        set_role(self, "inset")
        self.setAccessibleName(title)
        self.setAccessibleDescription(help)
        label = QLabel(title)
        label.setToolTip(tip_text(help))
        cross = QToolButton()
        cross.setIcon(icon("close", "second"))
        cross.setIconSize(_CROSS)
        set_role(cross, "mini")
        describe(cross, f"Close: {title}", "Close this tool (Esc); what it has made of the kernel stays.")
        cross.clicked.connect(self._close)
        self.cross = cross
        head = QHBoxLayout()
        head.addWidget(label)
        head.addStretch(1)
        head.addWidget(cross)
        self._body = QVBoxLayout(self)
        self._body.setContentsMargins(8, 2, 8, 6)
        self._body.setSpacing(4)
        self._body.addLayout(head)
        self._told = words("second")
        self._problem = words("problem")
        for part in (self._told, self._problem):
            self._body.addWidget(part)
            part.hide()

    @property
    def waits(self) -> bool:
        """Whether the kernel is still to become what was asked for."""
        return False

    def _close(self) -> None:
        self.closed.emit()

    def begin(self) -> None:
        """The tool is open and in sight."""

    def end(self) -> None:
        """The tool is being closed: let go of what it holds outside of itself."""

    def add(self, *widgets: QWidget) -> None:
        """Widgets side by side, over the whole width."""
        if len(widgets) == 1:
            self._insert(widgets[0])
            return
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        for widget in widgets:
            row.addWidget(widget)
        row.addStretch(1)
        self._insert(holder)

    def add_row(self, label: str, *controls: QWidget, tip: str = "") -> FieldRow:
        """A labelled row of controls, flush right."""
        row = FieldRow(label, *controls, tip=tip)
        self._insert(row)
        return row

    def _insert(self, widget: QWidget) -> None:
        self._body.insertWidget(self._body.count() - 2, widget)

    def tell(self, text: str, help: str = "") -> None:
        """A line of what the tool has made; empty for none. `help` says what it means."""
        self._told.setText(text)
        self._told.setToolTip(tip_text(help))
        self._told.setVisible(bool(text))

    def refuse(self, text: str) -> None:
        """Say why the kernel is not what was asked for; empty if it is."""
        self._problem.setText(text)
        self._problem.setVisible(bool(text))

    def refusal(self) -> str:
        """What `refuse` says now."""
        return self._problem.text()

    def told(self) -> str:
        """What `tell` says now."""
        return self._told.text()

    def controls(self) -> list[QWidget]:
        """What takes the focus, in order; the cross comes first."""
        none, window = Qt.FocusPolicy.NoFocus, self.window()
        # The list of a choice opens in a window of its own.
        return [part for part in self.findChildren(QWidget) if part.focusPolicy() != none and part.window() is window]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc closes, wherever in the tool the focus is."""
        if event.key() == Qt.Key.Key_Escape:
            self._close()
        else:
            super().keyPressEvent(event)


def words(role: str) -> QLabel:
    """A label of small print that wraps."""
    label = QLabel()
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setFont(text_font(_SMALL))
    label.setWordWrap(True)
    set_role(label, role)
    return label


def button(text: str, name: str, help: str) -> QPushButton:
    """A button of a tool."""
    made = QPushButton(text)
    describe(made, name, help)
    return made
