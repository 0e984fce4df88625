"""Ways to look at one thing, a tab each; what is behind a tab is made when it is first chosen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.widgets.segmented import Segmented
from app.widgets.side import GAP


class Behind(Protocol):
    """A widget behind a tab."""

    def shown(self) -> None: ...
    def hidden(self) -> None: ...


class Tab(NamedTuple):
    """The id, the text and the tool tip of a tab, and what makes the widget behind it."""

    id: str
    label: str
    help: str
    make: Callable[[], QWidget]


class LazyTabs(QWidget):
    """A row of tabs with room at its right, over what is behind the chosen one. One tab alone shows no row.

    `shown` and `hidden` of what is behind are called, where it has them, as the tab or the page comes and goes.
    """

    changed = Signal(str)
    """The id of the tab that is now chosen."""

    def __init__(self, name: str, tabs: Sequence[Tab]) -> None:
        super().__init__()
        self._tabs = {tab.id: tab for tab in tabs}
        self._made: dict[str, QWidget] = {}
        self._in_sight = False
        self.current = tabs[0].id
        tips = "\n".join(f"{tab.label}: {tab.help}" for tab in tabs)
        self.row = QHBoxLayout()
        self.row.setContentsMargins(0, 0, 0, 0)
        self.choice = Segmented([(tab.id, tab.label) for tab in tabs], name, tips, wraps=True)
        self.choice.value_changed.connect(self.choose)
        self.choice.setVisible(len(tabs) > 1)
        self.row.addWidget(self.choice)
        self.row.addStretch(1)
        self._stack = QStackedWidget()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addLayout(self.row)
        column.addWidget(self._stack, 1)
        self._stack.setCurrentWidget(self.behind(self.current))

    def set_badge(self, tab: str, count: int) -> None:
        """Have a tab say how many things of note are behind it; 0 says nothing."""
        label = self._tabs[tab].label
        self.choice.set_label(tab, f"{label} ({count})" if count else label)

    def behind(self, tab: str) -> QWidget:
        """What is behind a tab, made now if it was not."""
        if tab not in self._made:
            self._made[tab] = self._tabs[tab].make()
            self._stack.addWidget(self._made[tab])
        return self._made[tab]

    def choose(self, tab: object) -> None:
        """Bring what is behind a tab into sight, by its id."""
        tab = str(tab)
        if tab == self.current:
            return
        self._tell("hidden")
        self.current = tab
        self.choice.set_value(tab)
        self._stack.setCurrentWidget(self.behind(tab))
        self._tell("shown")
        self.changed.emit(tab)

    def shown(self) -> None:
        """The page has come into sight."""
        self._in_sight = True
        self._tell("shown")

    def hidden(self) -> None:
        """The page is out of sight."""
        self._tell("hidden")
        self._in_sight = False

    def _tell(self, what: str) -> None:
        call = getattr(self._made[self.current], what, None)
        if self._in_sight and call is not None:
            call()
