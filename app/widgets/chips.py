"""A row of numbered chips in an order that matters: one is chosen, any can be put elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleValueChangeEvent,
    QContextMenuEvent,
    QFocusEvent,
    QFontMetrics,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QApplication, QSizePolicy, QToolTip, QWidget

from app.widgets.chip_layout import ARROW, LEAST, OPENER, ChipRow
from app.widgets.chip_paint import ChipState, paint_arrow, paint_chip, paint_gap
from app.widgets.fonts import text_font
from app.widgets.tips import tip_text
from app.widgets.tokens import CONTROL_HEIGHT, tokens

PAD = 9
_MOVES: dict[int, int] = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
_ADD = (Qt.Key.Key_Insert, Qt.Key.Key_Plus)
_REMOVE = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)


class Chip(NamedTuple):
    """What one of them says; `idle` ones are not in use now."""

    label: str
    tip: str = ""
    problem: bool = False
    idle: bool = False


class Chips(QWidget):
    """Knows nothing of what the chips stand for; owns no truth, and says what a person wants of which one.

    A click or the arrow keys choose, a drag or Alt with an arrow moves, + adds one behind the chosen one, Ctrl+D
    copies it, Delete takes it out, and the arrow at its end or the menu key offers all of that.
    """

    chosen = Signal(int)
    moved = Signal(int, int)
    """(place, place it is to have afterwards)."""
    removed = Signal(int)
    copied = Signal(int)
    added = Signal()
    menu_wanted = Signal(int, QPoint)
    """(place, where on the screen)."""

    def __init__(self, name: str = "Chips", tip: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name, self._tip = name, tip
        self._chips: tuple[Chip, ...] = ()
        self._chosen = 0
        self._hover: int | None = None
        self._press: QPoint | None = None
        self._lift: int | None = None
        self._at = QPoint()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setFixedHeight(CONTROL_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._announce()

    def set_chips(self, chips: Sequence[Chip], chosen: int) -> None:
        """Show these, of which one is chosen."""
        if (tuple(chips), chosen) == (self._chips, self._chosen):
            return
        resized = [chip.label for chip in chips] != [chip.label for chip in self._chips]
        self._chips, self._chosen = tuple(chips), chosen
        self._drop_nothing()
        if resized:
            self.updateGeometry()
        self._announce()
        self.update()

    def count(self) -> int:
        """How many there are."""
        return len(self._chips)

    def current(self) -> int:
        """The place of the chosen one."""
        return self._chosen

    def chip_rectangle(self, place: int) -> QRect:
        """Where a chip is."""
        return self._row().rectangles[place]

    def _row(self) -> ChipRow:
        return ChipRow(self._wanted(), self._chosen, self.width(), self.height())

    def _wanted(self) -> list[int]:
        metrics = QFontMetrics(text_font())
        wide = [metrics.horizontalAdvance(f"{place + 1} {chip.label}") for place, chip in enumerate(self._chips)]
        return [width + 2 * PAD + (OPENER - 4) * (place == self._chosen) for place, width in enumerate(wide)]

    def opener_rectangle(self) -> QRect:
        """The arrow on the chosen chip that opens its menu."""
        return self._row().opener

    def sizeHint(self) -> QSize:
        """All of every chip."""
        wanted = self._wanted()
        return QSize(sum(wanted) + ARROW * max(len(wanted) - 1, 0), CONTROL_HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """The chosen one and a few numbers; the row moves in it."""
        return QSize(min(self.sizeHint().width(), 4 * LEAST + OPENER), CONTROL_HEIGHT)

    def _announce(self) -> None:
        self.setAccessibleDescription(self._tip)
        if not self._chips:
            self.setAccessibleName(self._name)
            return
        chip = self._chips[self._chosen]
        problem = ", does not fit" if chip.problem else ""
        said = f"{chip.label}, {self._chosen + 1} of {len(self._chips)}{problem}"
        self.setAccessibleName(f"{self._name}: {said}")
        if QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleValueChangeEvent(self, said))

    # Keys.

    def event(self, event: QEvent) -> bool:
        """Its keys belong to it whatever shortcut has them too; tool tips are those of the chips."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            copies = event.key() == Qt.Key.Key_D and event.modifiers() == Qt.KeyboardModifier.ControlModifier
            plain = not event.modifiers() & Qt.KeyboardModifier.ControlModifier
            if copies or (event.key() in _MOVES and plain):
                event.accept()
                return True
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            place = self._row().at(event.pos())
            if place is not None:
                QToolTip.showText(event.globalPos(), self._chips[place].tip, self, self.chip_rectangle(place))
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """As the class says."""
        key, held = event.key(), event.modifiers()
        if key == Qt.Key.Key_Escape and self._lift is not None:
            self._drop_nothing()
        elif key in _MOVES and held & Qt.KeyboardModifier.AltModifier:
            self._move(self._chosen, self._chosen + _MOVES[key])
        elif key in _MOVES:
            self._choose(self._chosen + _MOVES[key])
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self._choose(0 if key == Qt.Key.Key_Home else len(self._chips) - 1)
        elif key == Qt.Key.Key_D and held & Qt.KeyboardModifier.ControlModifier:
            self.copied.emit(self._chosen)
        elif key in _REMOVE:
            self.removed.emit(self._chosen)
        elif key in _ADD:
            self.added.emit()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._open_menu(self._chosen)
        else:
            event.ignore()

    def _choose(self, place: int) -> None:
        if 0 <= place < len(self._chips) and place != self._chosen:
            self.chosen.emit(place)

    def _move(self, place: int, to: int) -> None:
        if 0 <= to < len(self._chips) and to != place:
            self.moved.emit(place, to)

    def _open_menu(self, place: int) -> None:
        self.menu_wanted.emit(place, self.mapToGlobal(self.chip_rectangle(place).bottomLeft()))

    # Mouse.

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold; what becomes of it, the release says."""
        if event.button() == Qt.MouseButton.LeftButton and self._row().at(event.position().toPoint()) is not None:
            self._press = event.position().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Carry a chip along, or say which one is under the cursor."""
        self._at = event.position().toPoint()
        far = self._press is not None and (self._at - self._press).manhattanLength() >= QApplication.startDragDistance()
        if self._press is not None and self._lift is None and far and len(self._chips) > 1:
            self._lift = self._row().at(self._press)
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        hover = self._row().at(self._at)
        if hover != self._hover or self._lift is not None:
            self._hover = hover
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Put down what was carried; a click chooses, or opens the menu of the chosen one."""
        press, lift = self._press, self._lift
        row, x = self._row(), event.position().toPoint().x()
        self._drop_nothing()
        if lift is not None:
            self._move(lift, row.gap(lift, x))
        elif press is not None and event.button() == Qt.MouseButton.LeftButton:
            place = row.at(press)
            if place == self._chosen and row.opener.contains(press):
                self._open_menu(place)
            elif place is not None:
                self._choose(place)

    def _drop_nothing(self) -> None:
        self._press = None
        if self._lift is not None:
            self._lift = None
            self.unsetCursor()
            self.update()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The menu of the chip under the cursor, or of the chosen one."""
        keyboard = event.reason() == QContextMenuEvent.Reason.Keyboard
        place = self._chosen if keyboard else self._row().at(event.pos())
        if place is not None and self._chips:
            self._open_menu(place)

    def leaveEvent(self, event: QEvent) -> None:
        """No chip is under the cursor."""
        self._hover = None
        self.update()

    # Painting.

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the ring."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Hide the ring; nothing stays in the hand."""
        super().focusOutEvent(event)
        self._drop_nothing()
        self.update()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self.updateGeometry()
            self.update()

    def state_of(self, place: int) -> ChipState:
        """How a chip stands out."""
        chosen = place == self._chosen
        return ChipState(chosen, self._hover == place, chosen and self.hasFocus(), self._lift == place)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The chips, arrows between them, and the one in the hand."""
        painter, table = QPainter(self), tokens()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(text_font())
        row = self._row()
        for place, (chip, rect) in enumerate(zip(self._chips, row.rectangles, strict=True)):
            paint_chip(painter, place + 1, chip, rect, self.state_of(place), table)
            if place and row.has_arrows:
                paint_arrow(painter, row.rectangles[place - 1].right() + 1, rect, chip.idle, table)
        if self._lift is not None:
            self._paint_lifted(painter, row, self._lift)

    def _paint_lifted(self, painter: QPainter, row: ChipRow, lift: int) -> None:
        table, rect, gap = tokens(), row.rectangles[lift], row.gap(lift, self._at.x())
        if gap != lift:
            paint_gap(painter, row.gap_x(lift, gap), table)
        carried = rect.translated(self._at.x() - rect.center().x(), 0)
        paint_chip(painter, lift + 1, self._chips[lift], carried, ChipState(chosen=True), table)


def chip_tip(lines: Sequence[str]) -> str:
    """A tool tip of several lines."""
    return "<qt>" + "<br>".join(tip_text(line).removeprefix("<qt>").removesuffix("</qt>") for line in lines) + "</qt>"
