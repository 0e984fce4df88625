"""The shares of a sum, largest first, each as a bar to the left or the right of zero."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import QFrame, QListWidget, QListWidgetItem, QStyledItemDelegate, QStyleOptionViewItem

from app.widgets.fonts import number_font, text_font
from app.widgets.number_text import shown
from app.widgets.tips import describe
from app.widgets.tokens import tokens

ROW = 22
_ROLE = int(Qt.ItemDataRole.UserRole)
_TIP = (
    "What the number is the sum of, largest first. Enter or a click opens a share: an input channel is shown weight by "
    "weight, and a single number is explained in its turn."
)


class Share(NamedTuple):
    """What a share is called, and how much it adds."""

    words: str
    total: float


class _Bars(QStyledItemDelegate):
    """Paints a share: its words, its number, and the bar beneath."""

    peak = 1.0

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """One row."""
        share, table = index.data(_ROLE), tokens()
        if not isinstance(share, Share):
            return
        view = self.parent()
        rect = QRectF(option.rect)
        chosen = isinstance(view, PartsList) and view.chosen == index.row()
        if chosen:
            painter.fillRect(rect, table.colour("accent_soft"))
        if isinstance(view, PartsList) and view.hasFocus() and view.currentRow() == index.row():
            painter.setPen(table.colour("accent"))
            painter.drawRect(rect.adjusted(0, 0, -1, -1))
        middle, reach = rect.center().x(), (rect.width() - 12) / 2
        long = reach * min(abs(share.total) / self.peak, 1.0) if self.peak else 0.0
        bar = QRectF(middle if share.total >= 0 else middle - long, rect.bottom() - 4, long, 3)
        painter.fillRect(bar, table.colour("positive" if share.total >= 0 else "negative"))
        painter.fillRect(QRectF(middle, rect.bottom() - 5, 1, 5), table.colour("faint"))
        text = rect.adjusted(6, 0, -6, -3)
        painter.setPen(table.colour("text"))
        painter.setFont(number_font(12))
        value = shown(share.total, 4)
        painter.drawText(text, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, value)
        room = text.width() - painter.fontMetrics().horizontalAdvance(value) - 8
        painter.setPen(table.colour("text" if chosen else "second"))
        painter.setFont(text_font(12))
        words = painter.fontMetrics().elidedText(share.words, Qt.TextElideMode.ElideMiddle, round(room))
        painter.drawText(text, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, words)

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Rows of one height."""
        return QSize(120, ROW)


class PartsList(QListWidget):
    """Shows shares; says which one is opened."""

    opened = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.chosen = -1
        """The share that is open."""
        self._bars = _Bars(self)
        self.setItemDelegate(self._bars)
        self.setUniformItemSizes(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumWidth(136)
        self.itemClicked.connect(self._clicked)
        describe(self, "Shares of the number", _TIP)

    def show_shares(self, shares: Sequence[Share], chosen: int) -> None:
        """Show these; `chosen` is the one that is open, −1 if none is."""
        self._bars.peak = max((abs(share.total) for share in shares), default=1.0)
        while self.count() > len(shares):
            self.takeItem(self.count() - 1)
        while self.count() < len(shares):
            self.addItem(QListWidgetItem())
        for row, share in enumerate(shares):
            item = self.item(row)
            if item.data(_ROLE) != share:
                item.setData(_ROLE, share)
                item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{share.words}: {shown(share.total, 4)}")
        self.chosen = chosen
        self.viewport().update()

    def shares(self) -> list[Share]:
        """What is shown."""
        return [self.item(row).data(_ROLE) for row in range(self.count())]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens the share that the arrow keys have gone to."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentRow() >= 0:
            self.opened.emit(self.currentRow())
        else:
            super().keyPressEvent(event)

    def _clicked(self, item: QListWidgetItem) -> None:
        self.opened.emit(self.row(item))
