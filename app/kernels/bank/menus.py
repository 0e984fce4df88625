"""The menus of the bank."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from app.kernels.bank.shelf import Shelf
from app.widgets.tips import tip_text
from engine.kernels.banks import bank_families


def fill_banks(menu: QMenu, shelf: Shelf) -> None:
    """Every bank that comes with the program, and files."""
    menu.addAction("Comes with Convscope").setEnabled(False)
    for each in bank_families():
        _add(menu, each.label, f"{each.summary} Source: {each.source}.", partial(shelf.take, each.name))
    menu.addSeparator()
    _add(menu, "Open a bank…", "A .json, .npy or .npz file with kernels; one kernel is a bank of one.", shelf.open)
    save = _add(menu, "Save the bank…", "As .json with everything, or the bare weights as .npy or .npz.", shelf.save)
    empty = _add(menu, "Empty the bank", "Take all kernels out.", shelf.clear)
    for action in (save, empty):
        action.setEnabled(bool(shelf.kernels))


def fill_kernel(menu: QMenu, use: Callable[[], None], alone: Callable[[], None], remove: Callable[[], None]) -> None:
    """What can be done with one kernel."""
    _add(menu, "Use this kernel\tU", "Edit it on this page.", use)
    _add(menu, "Show its map alone\tEnter", "Large; Esc goes back.", alone)
    menu.addSeparator()
    _add(menu, "Take out\tDelete", "Take the kernel out of the bank.", remove)


def _add(menu: QMenu, text: str, help: str, call: Callable[[], None]) -> QAction:
    action = menu.addAction(text.replace("&", "&&"))
    action.setToolTip(tip_text(help))
    # Qt says whether it is ticked, which nobody here asks.
    action.triggered.connect(partial(_call, call))
    return action


def _call(call: Callable[[], None], _ticked: bool = False) -> None:
    call()
