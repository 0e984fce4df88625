"""Small controls that show a value and say when the person has set another one."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QIcon, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QSizePolicy, QSlider, QToolButton, QWidget

from app.widgets.icons import icon
from app.widgets.number_field import NumberField, draw_chevron
from app.widgets.number_text import tidy
from app.widgets.tips import describe
from app.widgets.tokens import tokens

Option = tuple[object, str]
_LEAST_WIDTH = 76  # that of a number field, so that the two line up


class Choice(QComboBox):
    """One of several (value, label) options."""

    value_changed = Signal(object)

    def __init__(
        self, options: Sequence[Option], name: str = "Choice", tip: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._values: list[object] = []
        self._value: object = None
        self.setMinimumWidth(_LEAST_WIDTH)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.activated.connect(self._chosen)
        describe(self, name, tip)
        describe(self.view(), f"{name}, options", tip)
        self.set_options(options)

    def set_options(self, options: Sequence[Option]) -> None:
        """Offer these (value, label) pairs; the value shown stays if it is among them."""
        self._values = [value for value, _ in options]
        with QSignalBlocker(self):
            self.clear()
            self.addItems([label for _, label in options])
        self.set_value(self._value if self._value in self._values else next(iter(self._values), None))

    def value(self) -> object:
        """The value shown; None if it is none of the options."""
        return self._value

    def set_value(self, value: object) -> None:
        """Show `value`; nothing is shown if it is none of the options."""
        self._value = value
        self.setCurrentIndex(self._values.index(value) if value in self._values else -1)

    def _chosen(self, index: int) -> None:
        value = self._values[index]
        if value != self._value:
            self._value = value
            self.value_changed.emit(value)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The box, then the arrow that says it opens."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(tokens().colour("second" if self.isEnabled() else "control_line"), 1.3))
        draw_chevron(painter, QPoint(self.width() - 12, self.height() // 2), 1)


class PairField(QWidget):
    """(vertical, horizontal) whole numbers, with a button that keeps both the same."""

    value_changed = Signal(object)
    rejected = Signal(str)

    def __init__(
        self,
        minimum: int,
        maximum: int,
        unit: str = "",
        name: str = "Pair",
        tip: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._value = (minimum, minimum)
        self._vertical = NumberField(minimum, maximum, 1, True, unit, f"{name}, vertical", tip)
        self._horizontal = NumberField(minimum, maximum, 1, True, unit, f"{name}, horizontal", tip)
        self._link = QToolButton()
        self._link.setIcon(icon("link", "second"))
        self._link.setCheckable(True)
        self._link.setChecked(True)
        describe(self._link, f"{name}, same for both", "The same vertically and horizontally.")
        _row(self, 4, self._vertical, self._link, self._horizontal)
        self._vertical.value_changed.connect(self._vertical_changed)
        self._horizontal.value_changed.connect(self._horizontal_changed)
        self._link.clicked.connect(self._link_clicked)
        for part in (self._vertical, self._horizontal):
            part.rejected.connect(self.rejected)
        self.setFocusProxy(self._vertical)
        describe(self, name, tip)

    def value(self) -> tuple[int, int]:
        """(vertical, horizontal)."""
        return self._value

    def set_value(self, value: tuple[int, int]) -> None:
        """Show (vertical, horizontal); the link opens if they differ."""
        self._value = value
        self._vertical.set_value(value[0])
        self._horizontal.set_value(value[1])
        if value[0] != value[1]:
            self._link.setChecked(False)

    def set_range(self, minimum: int, maximum: int) -> None:
        """Other limits for both numbers."""
        self._vertical.set_range(minimum, maximum)
        self._horizontal.set_range(minimum, maximum)

    def _vertical_changed(self, vertical: int) -> None:
        self._take((vertical, vertical if self._link.isChecked() else self._value[1]))

    def _horizontal_changed(self, horizontal: int) -> None:
        self._take((horizontal if self._link.isChecked() else self._value[0], horizontal))

    def _link_clicked(self, linked: bool) -> None:
        if linked:
            self._take((self._value[0], self._value[0]))

    def _take(self, value: tuple[int, int]) -> None:
        if value != self._value:
            self.set_value(value)
            self.value_changed.emit(value)


class Slider(QWidget):
    """A range to slide along in steps, with the number beside it to type."""

    value_changed = Signal(object)
    rejected = Signal(str)

    def __init__(
        self,
        minimum: float,
        maximum: float,
        step: float,
        unit: str = "",
        integer: bool = False,
        name: str = "Value",
        tip: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._minimum, self._step, self._integer = minimum, step, integer
        self._value: float = minimum
        self._slider = QSlider(Qt.Orientation.Horizontal)
        self._slider.setRange(0, max(round((maximum - minimum) / step), 1))
        self._slider.setMinimumWidth(72)
        self._field = NumberField(minimum, maximum, step, integer, unit, name, tip)
        self._field.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        _row(self, 8, self._slider, self._field)
        self._slider.valueChanged.connect(self._slid)
        self._field.value_changed.connect(self._take)
        self._field.rejected.connect(self.rejected)
        self.setFocusProxy(self._field)
        describe(self._slider, f"{name}, slider", tip)
        describe(self, name, tip)

    def value(self) -> float:
        """The number shown."""
        return self._value

    def set_value(self, value: float) -> None:
        """Show `value`; the handle stands at the step nearest to it."""
        self._value = value
        self._field.set_value(value)
        with QSignalBlocker(self._slider):
            self._slider.setValue(round((value - self._minimum) / self._step))

    def _slid(self, position: int) -> None:
        value = tidy(self._minimum + position * self._step)
        self._take(round(value) if self._integer else value)

    def _take(self, value: float) -> None:
        if value != self._value:
            self.set_value(value)
            self.value_changed.emit(value)


class Toggle(QToolButton):
    """A button that stays down: on or off."""

    value_changed = Signal(object)

    def __init__(
        self, text: str, picture: QIcon | None = None, name: str = "", tip: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setText(text)
        if picture is not None:
            self.setIcon(picture)
            style = Qt.ToolButtonStyle.ToolButtonTextBesideIcon if text else Qt.ToolButtonStyle.ToolButtonIconOnly
            self.setToolButtonStyle(style)
        self.setCheckable(True)
        self.clicked.connect(self._clicked)
        describe(self, name or text, tip)

    def value(self) -> bool:
        """Whether it is on."""
        return self.isChecked()

    def set_value(self, on: bool) -> None:
        """Show it on or off."""
        self.setChecked(on)

    def _clicked(self, on: bool) -> None:
        self.value_changed.emit(on)


def _row(parent: QWidget, spacing: int, *parts: QWidget) -> None:
    layout = QHBoxLayout(parent)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(spacing)
    for part in parts:
        layout.addWidget(part)
