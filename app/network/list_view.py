"""The list of layers to look at: cards painted in one widget, with fields and buttons where something is typed."""

from __future__ import annotations

from functools import partial
from operator import attrgetter

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt
from PySide6.QtGui import (
    QAccessible,
    QAccessibleValueChangeEvent,
    QHelpEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QFrame, QToolTip, QWidget

from app.network.cards import Card, cards_of
from app.network.input_fields import InputFields
from app.network.list_layout import HEAD, PAD, Line, ListLayout
from app.network.list_paint import State, paint_card
from app.network.places import INPUT
from app.network.reading import Reading
from app.network.repairs import RepairButtons
from app.network.stack import Stack
from app.network.words import summary_line
from app.state.document import Document
from app.state.follower import Follower
from app.widgets.painted import PaintedArea
from app.widgets.tips import tip_text
from app.widgets.tokens import CONTROL_HEIGHT, tokens
from engine.spec.summary import Repair

GUTTER = 10
"""At the right, where the scroll bar comes and goes without moving anything."""
_MANY = 40
"""A card that is chosen is brought into sight with so much of what is around it."""


class LayerCards(PaintedArea):
    """Shows the document's network and which layer is chosen."""

    def __init__(self, document: Document, stack: Stack, reading: Reading) -> None:
        super().__init__()
        self.stack = stack
        self.reading = reading
        self.closed: set[str] = set()
        self._cards: list[Card] = []
        self._layout = ListLayout([], 1, _no_height)
        self._hover: int | None = None
        self._together: frozenset[str] = frozenset()
        """All chosen layers, asked for once a painting."""
        self._buttons: dict[str, RepairButtons] = {}
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setAutoFillBackground(False)
        self.viewport().setMouseTracking(True)
        self.input = InputFields(self.viewport())
        self.input.value_changed.connect(self._set_input)
        self.input.rejected.connect(stack.refuse)
        Follower(self, document, attrgetter("network"), self.refresh)
        stack.chosen.changed.connect(self._chosen_changed)
        stack.chosen.selected.connect(self._selected)
        self.refresh()

    def _set_input(self, shape: tuple[int, ...]) -> None:
        self.stack.set_input(shape, ("input", "input_shape"))

    def refresh(self) -> None:
        """Show the network as it is now."""
        self._cards = cards_of(self.reading, self.closed)
        self.input.set_value(self.reading.network.input_shape)
        self._make_buttons()
        self._arrange()
        self._announce()

    def _make_buttons(self) -> None:
        wanted = {card.row.path: card for card in self._cards if card.repairs}
        for path, buttons in list(self._buttons.items()):
            if path not in wanted or wanted[path].repairs != buttons.repairs:
                del self._buttons[path]
                buttons.hide()
                buttons.deleteLater()
        for path, card in wanted.items():
            if path not in self._buttons:
                self._buttons[path] = self._made(path, card)

    def _made(self, path: str, card: Card) -> RepairButtons:
        buttons = RepairButtons(card.repairs, card.name, self.viewport())
        buttons.wanted.connect(partial(self._repair, path))
        before: QWidget = self.input.fields[-1] if self.input.fields else self
        for button in buttons.buttons:
            QWidget.setTabOrder(before, button)
            before = button
        buttons.show()
        return buttons

    def _repair(self, path: str, repair: Repair) -> None:
        self.setFocus()
        self.stack.repair(path, repair)

    def _below(self, card: Card, width: int) -> int:
        buttons = self._buttons.get(card.row.path)
        return buttons.heightForWidth(width) if buttons is not None else 0

    @property
    def lines(self) -> list[Line]:
        """Every card and its place in the whole list."""
        return self._layout.lines

    @property
    def places(self) -> ListLayout:
        """Where everything is in the whole list."""
        return self._layout

    def repairs_of(self, path: str) -> RepairButtons | None:
        """The buttons below a card."""
        return self._buttons.get(path)

    def _arrange(self) -> None:
        self._layout = ListLayout(self._cards, max(self.width() - GUTTER, 1), self._below)
        bar = self.verticalScrollBar()
        bar.setRange(0, max(self._layout.height - self.viewport().height(), 0))
        bar.setPageStep(self.viewport().height())
        bar.setSingleStep(CONTROL_HEIGHT)
        self._hover = None
        self._place_parts()
        self.viewport().update()

    def _place_parts(self) -> None:
        for line in self._layout.lines:
            if line.card.row.path == INPUT and line.card.row.kind == "input":
                rect = self.on_screen(line.rect)
                self.input.setGeometry(rect.adjusted(PAD, HEAD + 2, -PAD, -PAD))
            buttons = self._buttons.get(line.card.row.path)
            if buttons is not None:
                buttons.setGeometry(self.on_screen(line.repairs))

    def on_screen(self, rect: QRect) -> QRect:
        """A rectangle of the list, on the viewport."""
        return rect.translated(0, -self.verticalScrollBar().value())

    def height_at(self, position: QPoint) -> int:
        """The height in the list of a position of the viewport."""
        return position.y() + self.verticalScrollBar().value()

    def chosen_index(self) -> int | None:
        """The line of the chosen layer; None if a closed block hides it."""
        return self._layout.index_of(self.stack.chosen.path)

    def _chosen_changed(self) -> None:
        self._open_around(self.stack.chosen.path)
        self.reveal_chosen()
        self._announce()
        self.viewport().update()

    def _selected(self) -> None:
        self._announce()
        self.viewport().update()

    def _open_around(self, path: str) -> None:
        hiding = {block for block in self.closed if path.startswith(f"{block}.")}
        if hiding:
            self.closed -= hiding
            self.refresh()

    def reveal_chosen(self) -> None:
        """Bring the chosen card into sight."""
        index = self.chosen_index()
        if index is None:
            return
        line, bar = self._layout.lines[index], self.verticalScrollBar()
        top = line.rect.top() - _MANY
        bottom = max(line.rect.bottom(), line.repairs.bottom()) + _MANY
        if top < bar.value():
            bar.setValue(top)
        elif bottom > bar.value() + self.viewport().height():
            bar.setValue(bottom - self.viewport().height())

    def _announce(self) -> None:
        index = self.chosen_index()
        if index is None:
            return
        card = self._cards[index]
        count = sum(each.row.kind == "layer" for each in self._cards)
        chosen = len(self.stack.chosen.paths)
        together = f", {chosen} layers chosen" if chosen > 1 else ""
        self.setAccessibleName(f"Layers: {card.spoken()}{together}")
        self.setAccessibleDescription(
            f"{count} layers; Shift with the up and down arrows chooses several, Alt with them moves what is chosen."
        )
        if QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleValueChangeEvent(self, card.spoken()))

    def set_hover(self, index: int | None) -> None:
        """Mark the card under the cursor."""
        if index != self._hover:
            self._hover = index
            self.viewport().update()

    def state_of(self, index: int) -> State:
        """How a card stands out."""
        row = self._cards[index].row
        is_chosen = row.kind != "part" and row.path == self.stack.chosen.path
        is_with = row.kind == "layer" and row.path in self._together
        return State(is_chosen or is_with, is_chosen and self.hasFocus(), index == self._hover)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The cards that are in sight."""
        self._together = frozenset(self.stack.chosen.paths)
        painter = QPainter(self.viewport())
        for index, line in enumerate(self._layout.lines):
            rect = self.on_screen(line.rect)
            if rect.intersects(event.rect()):
                paint_card(painter, line.card, rect, self.state_of(index), tokens())

    def viewportEvent(self, event: QEvent) -> bool:
        """Tool tips per card; leaving ends the hover."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            index = self._layout.at(self.height_at(event.pos()))
            card = self._cards[index] if index is not None else None
            if card is not None and card.row.kind == "layer" and card.row.layer is not None:
                words = [summary_line(type(card.row.layer)), f"{card.spoken()}."]
                QToolTip.showText(event.globalPos(), tip_text(" ".join(words)), self.viewport())
                return True
        if event.type() == QEvent.Type.Leave:
            self.set_hover(None)
        return super().viewportEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Arrange the cards anew; the chosen one stays in sight."""
        super().resizeEvent(event)
        self._arrange()
        self.reveal_chosen()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """Take the fields and buttons along."""
        self._place_parts()
        super().scrollContentsBy(dx, dy)

    def minimumSizeHint(self) -> QSize:
        """A few cards."""
        return QSize(200, 160)


def _no_height(card: Card, width: int) -> int:
    return 0
