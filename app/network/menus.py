"""The menus of the page: presets, and what can be done with the chosen layers."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from app.network.clipboard import LayerClipboard
from app.network.stack import Stack
from app.widgets.tips import tip_text


def fill_presets(menu: QMenu, take: Callable[[str], None], clear: Callable[[], None]) -> None:
    """Every network that comes with the program, and none at all."""
    from engine.presets import presets  # only who opens this menu needs them

    for each in presets():
        _add(menu, each.name, each.summary, partial(take, each.name))
    menu.addSeparator()
    _add(menu, "Empty", "Take all layers out, to build a stack from the start.", clear)


def fill_verbs(menu: QMenu, stack: Stack, clipboard: LayerClipboard) -> None:
    """What can be done with the chosen layers; all of it works on several at once, and is one undo."""
    paths = stack.chosen_paths()
    if paths:
        _fill_edits(menu, stack, clipboard)
    _add(menu, "Paste\tCtrl+V", "Put the layers on the clipboard here: copied ones, or PyTorch code.", clipboard.paste)
    if paths:
        menu.addSeparator()
        _fill_moves(menu, stack)
        menu.addSeparator()
        _fill_blocks(menu, stack)
    menu.addSeparator()
    _add(menu, "Choose all\tCtrl+A", "Choose every layer.", stack.chosen.choose_all)


def _fill_edits(menu: QMenu, stack: Stack, clipboard: LayerClipboard) -> None:
    all_off = all(layer.disabled for layer in stack.copied())
    off = "Switch on\tSpace" if all_off else "Switch off\tSpace"
    _add(menu, "Duplicate\tCtrl+D", "Copy in place.", stack.duplicate)
    _add(menu, "Remove\tDelete", "Take out.", stack.remove)
    _add(menu, off, "A layer that is off passes its input on.", stack.switch)
    menu.addSeparator()
    _add(menu, "Copy\tCtrl+C", "Copy as text that can be read, sent and pasted.", partial(_copy, clipboard))
    _add(menu, "Cut\tCtrl+X", "Copy as text, and take out.", clipboard.cut)


def _fill_moves(menu: QMenu, stack: Stack) -> None:
    _add(menu, "Move up\tAlt+Up", "To the place before, in or out of a block.", partial(stack.step, -1))
    _add(menu, "Move down\tAlt+Down", "To the next place, in or out of a block.", partial(stack.step, 1))


def _fill_blocks(menu: QMenu, stack: Stack) -> None:
    _add(menu, "Wrap in a block", "Make it the body of a residual block.", stack.wrap)
    _add(
        menu,
        "Wrap in branches",
        "Make it one of two paths whose maps are put together.",
        partial(stack.wrap, "Branches"),
    )
    layer, path = stack.layer(), stack.chosen.path
    if layer is None:
        return
    if "body" in layer.parts():
        _add(menu, "Unwrap", "Put what the block's body holds in its place; its shortcut goes.", stack.unwrap)
    if layer.type == "Branches":
        _add(menu, "Add a path", "One more path, which passes the input on until it holds layers.", stack.add_path)
        for name in layer.parts() if len(layer.parts()) > 1 else ():
            inside = f"{path}.{name}"
            _add(
                menu, f"Remove {name}", "Take the path out with all that it holds.", partial(stack.remove_path, inside)
            )


def _copy(clipboard: LayerClipboard) -> None:
    clipboard.copy()


def _add(menu: QMenu, text: str, help: str, call: Callable[[], None]) -> QAction:
    action = menu.addAction(text.replace("&", "&&"))
    action.setToolTip(tip_text(help))
    # Qt says whether it is ticked, which nobody here asks.
    action.triggered.connect(partial(_call, call))
    return action


def _call(call: Callable[[], None], _ticked: bool = False) -> None:
    call()
