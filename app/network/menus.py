"""The menus of the page: presets, and what can be done with the chosen layers."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QMenu

from app.network.clipboard import LayerClipboard
from app.network.stack import Stack
from app.widgets.menu_entry import add_entry

LEARNED = "With learned weights"


def fill_presets(
    menu: QMenu, take: Callable[[str], None], take_learned: Callable[[str], None], clear: Callable[[], None]
) -> None:
    """Every network that comes with the program, those that come with their weights, and none at all."""
    from engine.presets import presets  # only who opens this menu needs them
    from engine.presets.learned import learned_networks

    for each in presets():
        add_entry(menu, each.name, each.summary, partial(take, each.name))
    menu.addSeparator()
    menu.addAction(LEARNED).setEnabled(False)
    for entry in learned_networks():
        add_entry(menu, entry.title, f"{entry.summary} {entry.about}", partial(take_learned, entry.name))
    menu.addSeparator()
    add_entry(menu, "Empty", "Take all layers out, to build a stack from the start.", clear)


def fill_verbs(menu: QMenu, stack: Stack, clipboard: LayerClipboard) -> None:
    """What can be done with the chosen layers; all of it works on several at once, and is one undo."""
    paths = stack.chosen_paths()
    if paths:
        _fill_edits(menu, stack, clipboard)
    add_entry(
        menu, "Paste\tCtrl+V", "Put the layers on the clipboard here: copied ones, or PyTorch code.", clipboard.paste
    )
    if paths:
        menu.addSeparator()
        _fill_moves(menu, stack)
        menu.addSeparator()
        _fill_blocks(menu, stack)
    menu.addSeparator()
    add_entry(menu, "Choose all\tCtrl+A", "Choose every layer.", stack.chosen.choose_all)


def _fill_edits(menu: QMenu, stack: Stack, clipboard: LayerClipboard) -> None:
    all_off = all(layer.disabled for layer in stack.copied())
    off = "Switch on\tSpace" if all_off else "Switch off\tSpace"
    add_entry(menu, "Duplicate\tCtrl+D", "Copy in place.", stack.duplicate)
    add_entry(menu, "Remove\tDelete", "Take out.", stack.remove)
    add_entry(menu, off, "A layer that is off passes its input on.", stack.switch)
    menu.addSeparator()
    add_entry(menu, "Copy\tCtrl+C", "Copy as text that can be read, sent and pasted.", partial(_copy, clipboard))
    add_entry(menu, "Cut\tCtrl+X", "Copy as text, and take out.", clipboard.cut)


def _fill_moves(menu: QMenu, stack: Stack) -> None:
    add_entry(menu, "Move up\tAlt+Up", "To the place before, in or out of a block.", partial(stack.step, -1))
    add_entry(menu, "Move down\tAlt+Down", "To the next place, in or out of a block.", partial(stack.step, 1))


def _fill_blocks(menu: QMenu, stack: Stack) -> None:
    add_entry(menu, "Wrap in a block", "Make it the body of a residual block.", stack.wrap)
    add_entry(
        menu,
        "Wrap in branches",
        "Make it one of two paths whose maps are put together.",
        partial(stack.wrap, "Branches"),
    )
    layer, path = stack.layer(), stack.chosen.path
    if layer is None:
        return
    if "body" in layer.parts():
        add_entry(menu, "Unwrap", "Put what the block's body holds in its place; its shortcut goes.", stack.unwrap)
    if layer.type == "Branches":
        add_entry(menu, "Add a path", "One more path, which passes the input on until it holds layers.", stack.add_path)
        for name in layer.parts() if len(layer.parts()) > 1 else ():
            inside = f"{path}.{name}"
            add_entry(
                menu, f"Remove {name}", "Take the path out with all that it holds.", partial(stack.remove_path, inside)
            )


def _copy(clipboard: LayerClipboard) -> None:
    clipboard.copy()
