"""Tabs: what is behind one is made when it is chosen, and hears when it is in sight."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton

from app.widgets.tabs import LazyTabs, Tab


class Page(QLabel):
    def __init__(self, name: str, heard: list[str]) -> None:
        super().__init__(name)
        self.name, self.heard = name, heard
        heard.append(f"{name} made")

    def shown(self) -> None:
        self.heard.append(f"{self.name} shown")

    def hidden(self) -> None:
        self.heard.append(f"{self.name} hidden")


@pytest.fixture
def heard() -> list[str]:
    return []


@pytest.fixture
def tabs(qtbot, heard) -> LazyTabs:
    made = LazyTabs(
        "View",
        [
            Tab("one", "One", "the first.", lambda: Page("one", heard)),
            Tab("two", "Two", "the second.", lambda: Page("two", heard)),
            Tab("plain", "Plain", "knows nothing of sight.", lambda: QLabel("plain")),
        ],
    )
    qtbot.addWidget(made)
    made.show()
    return made


def test_only_what_is_chosen_is_made_and_hears_of_it(tabs, heard, qtbot) -> None:
    assert heard == ["one made"]
    tabs.shown()
    buttons = {button.text(): button for button in tabs.findChildren(QPushButton)}
    qtbot.mouseClick(buttons["Two"], Qt.MouseButton.LeftButton)
    assert heard == ["one made", "one shown", "one hidden", "two made", "two shown"]
    assert tabs.behind("two").isVisible()
    assert not tabs.behind("one").isVisible()
    qtbot.mouseClick(buttons["Plain"], Qt.MouseButton.LeftButton)
    tabs.choose("one")
    tabs.choose("one")
    tabs.hidden()
    assert heard[5:] == ["two hidden", "one shown", "one hidden"]
    tabs.choose("two")
    assert heard[8:] == [], "out of sight, it does not hear that it is in sight"
    tabs.shown()
    assert heard[8:] == ["two shown"]


def test_the_row_says_which_tab_it_is(tabs) -> None:
    seen = []
    tabs.changed.connect(seen.append)
    tabs.choose("plain")
    assert tabs.choice.value() == tabs.current == "plain"
    assert seen == ["plain"]


def test_one_tab_alone_shows_no_row(qtbot) -> None:
    alone = LazyTabs("View", [Tab("one", "One", "the first.", lambda: QLabel("one"))])
    qtbot.addWidget(alone)
    alone.show()
    assert not alone.choice.isVisible()
