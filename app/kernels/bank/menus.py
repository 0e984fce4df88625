"""The menus of the bank."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QMenu

from app.kernels.bank.shelf import Shelf
from app.widgets.menu_entry import add_entry
from engine.kernels.banks import bank_families


def fill_banks(menu: QMenu, shelf: Shelf) -> None:
    """Every bank that comes with the program, and files."""
    menu.addAction("Comes with Convscope").setEnabled(False)
    for each in bank_families():
        add_entry(menu, each.label, f"{each.summary} Source: {each.source}.", partial(shelf.take, each.name))
    menu.addSeparator()
    add_entry(menu, "Open a bank…", "A .json, .npy or .npz file with kernels; one kernel is a bank of one.", shelf.open)
    save = add_entry(
        menu, "Save the bank…", "As .json with everything, or the bare weights as .npy or .npz.", shelf.save
    )
    empty = add_entry(menu, "Empty the bank", "Take all kernels out.", shelf.clear)
    for action in (save, empty):
        action.setEnabled(bool(shelf.kernels))


def fill_kernel(menu: QMenu, use: Callable[[], None], alone: Callable[[], None], remove: Callable[[], None]) -> None:
    """What can be done with one kernel."""
    add_entry(menu, "Use this kernel\tU", "Edit it on this page.", use)
    add_entry(menu, "Show its map alone\tEnter", "Large; Esc goes back.", alone)
    menu.addSeparator()
    add_entry(menu, "Take out\tDelete", "Take the kernel out of the bank.", remove)
