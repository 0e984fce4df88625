"""The pages of the window: one in sight, those that were never looked at not even made."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Protocol

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from app.widgets.icons import icon
from app.window import Window


class Page(Protocol):
    """What a page must know to take its turn."""

    def shown(self) -> None: ...
    def hidden(self) -> None: ...
    def fit(self) -> None: ...


class Entry(NamedTuple):
    """A page on the rail: its id, its button's text and tool tip, its icon, and what makes it."""

    id: str
    text: str
    help: str
    icon: str
    make: Callable[[], QWidget]


class Pages(QObject):
    """Makes a page when it is first chosen, and tells pages when they come into sight and go."""

    made = Signal(str, object)
    """(id, page): a page was made; before it comes into sight."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._stack: QStackedWidget = window.pages
        self._rail = window.rail
        self._entries: list[Entry] = []
        self._pages: dict[str, QWidget] = {}
        self._current = ""
        window.rail.chosen.connect(self._choose)

    def add(self, entry: Entry) -> None:
        """Put a page on the rail."""
        self._entries.append(entry)
        button = self._rail.add(entry.text, entry.help)
        button.setIcon(icon(entry.icon))
        self._stack.addWidget(QWidget())

    @property
    def ids(self) -> tuple[str, ...]:
        """The pages there are."""
        return tuple(entry.id for entry in self._entries)

    @property
    def current_id(self) -> str:
        """The page in sight."""
        return self._current

    @property
    def current(self) -> Page:
        """The page in sight."""
        return self.page(self._current)

    def page(self, page_id: str) -> Page:
        """A page, made if need be."""
        if page_id not in self._pages:
            place = self._place(page_id)
            made = self._entries[place].make()
            self._pages[page_id] = made
            empty = self._stack.widget(place)
            self._stack.insertWidget(place, made)
            if empty is not None:
                self._stack.removeWidget(empty)
                empty.deleteLater()
            self.made.emit(page_id, made)
        return self._pages[page_id]  # type: ignore[return-value]  # every page is a widget that takes its turn

    def show(self, page_id: str) -> None:
        """Bring a page into sight."""
        if page_id == self._current:
            return
        page = self.page(page_id)
        if self._current:
            self.current.hidden()
        self._current = page_id
        place = self._place(page_id)
        self._stack.setCurrentIndex(place)
        self._rail.check(place)
        page.shown()

    def _choose(self, place: int) -> None:
        self.show(self._entries[place].id)

    def _place(self, page_id: str) -> int:
        return [entry.id for entry in self._entries].index(page_id)
