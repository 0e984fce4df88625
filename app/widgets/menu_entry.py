"""An entry of a menu, and calls that hear nothing of ticks."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from app.widgets.tips import tip_text


def add_entry(menu: QMenu, text: str, help: str, call: Callable[[], None]) -> QAction:
    """Something that can be done, with a sentence about it."""
    action = menu.addAction(text.replace("&", "&&"))
    action.setToolTip(tip_text(help))
    action.triggered.connect(unticked(call))
    return action


def unticked(call: Callable[[], None]) -> Callable[[bool], None]:
    """For a signal of Qt's that also says whether something is ticked, which nobody asks."""
    return partial(_call, call)


def _call(call: Callable[[], None], _ticked: bool = False) -> None:
    call()
