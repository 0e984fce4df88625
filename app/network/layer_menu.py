"""A menu to add a layer from: type a few letters and press Enter, or look through the groups."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QWidget, QWidgetAction

from app.network.finding import Entry, entries, found, often_used
from app.widgets.tips import describe, tip_text

_MOST = 12
"""So many are shown of what was found."""
_WIDTH = 250
_STEPS: dict[int, int] = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}


class LayerSearch(QObject):
    """Fills a menu with a field to type into and with what was found; lives as long as the menu.

    Down and Up choose, Enter adds, Esc takes the typed letters back and then closes the menu.
    """

    def __init__(self, menu: QMenu, add: Callable[[str], None], axes: int) -> None:
        super().__init__(menu)
        self._menu = menu
        self._add = add
        self._axes = axes
        self.field = QLineEdit()
        self.field.setPlaceholderText("Type to find a layer")
        self.field.setClearButtonEnabled(True)
        tip = "A layer's name, or another word for it such as dense, skip, dropout or depthwise. Enter adds the first."
        describe(self.field, "Find a layer", tip)
        self.field.installEventFilter(self)
        self.field.textChanged.connect(self._show)
        self._top = QWidgetAction(menu)
        self._top.setDefaultWidget(_framed(self.field))
        menu.addAction(self._top)
        self._show("")
        self.field.setFocus()

    def offered(self) -> list[QAction]:
        """What Enter, Up and Down go through."""
        return [action for action in self._menu.actions() if action.isEnabled() and action.text() and not action.menu()]

    def _show(self, typed: str) -> None:
        for action in self._menu.actions()[1:]:
            self._menu.removeAction(action)
            held = action.menu()
            (held if isinstance(held, QMenu) else action).deleteLater()
        if typed.strip():
            self._show_found(found(typed, self._axes)[:_MOST])
        else:
            self._show_groups()

    def _show_found(self, entries_found: list[Entry]) -> None:
        if not entries_found:
            self._menu.addAction("No layer is called that; try dense, pool, norm or skip.").setEnabled(False)
            return
        self._put(self._menu, entries_found)
        self._menu.setActiveAction(self.offered()[0])

    def _show_groups(self) -> None:
        known = {entry.name: entry for entry in entries()}
        self._menu.addAction("Often used").setEnabled(False)
        self._put(self._menu, (known[name] for name in often_used(self._axes)))
        self._menu.addSeparator()
        groups: dict[str, list[Entry]] = {}
        for entry in entries():
            groups.setdefault(entry.group, []).append(entry)
        for group, held in groups.items():
            below = self._menu.addMenu(group)
            below.setToolTipsVisible(True)
            self._put(below, held)

    def _put(self, menu: QMenu, some: Iterable[Entry]) -> None:
        for entry in some:
            action = menu.addAction(entry.name)
            action.setToolTip(tip_text(entry.help))
            action.triggered.connect(partial(self._take, entry.name))

    def _take(self, name: str, _ticked: bool = False) -> None:
        self._add(name)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys that are not for the text."""
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        key = event.key()
        if key in _STEPS:
            self._step(_STEPS[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._enter()
        elif key == Qt.Key.Key_Escape and self.field.text():
            self.field.clear()
        elif key == Qt.Key.Key_Escape:
            self._menu.close()
        else:
            return False
        return True

    def _step(self, by: int) -> None:
        offered, active = self.offered(), self._menu.activeAction()
        if offered:
            now = offered.index(active) if active in offered else (-1 if by > 0 else 0)
            self._menu.setActiveAction(offered[(now + by) % len(offered)])

    def _enter(self) -> None:
        offered, active = self.offered(), self._menu.activeAction()
        if offered and (active in offered or self.field.text().strip()):
            chosen = active if active in offered else offered[0]
            self._menu.close()
            chosen.trigger()


def _framed(field: QLineEdit) -> QWidget:
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(6, 4, 6, 4)
    row.addWidget(field)
    holder.setMinimumWidth(_WIDTH)
    return holder


def fill_layers(menu: QMenu, add: Callable[[str], None], axes: int = 2) -> LayerSearch:
    """Everything that can be added; `add` is told the name of what is taken, `axes` how many the input's maps have."""
    menu.setToolTipsVisible(True)
    # What an earlier filling made stays with a menu that is only cleared.
    for left in (*menu.findChildren(LayerSearch), *menu.findChildren(QMenu)):
        left.deleteLater()
    return LayerSearch(menu, add, axes)
