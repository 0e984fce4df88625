"""The menus of the page: types of layers, presets, and what can be done with the chosen layer."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from app.network.stack import Stack
from app.network.words import summary_line
from app.widgets.tips import tip_text
from engine.spec.layers import LAYER_TYPES


def fill_layers(menu: QMenu, add: Callable[[str], None]) -> None:
    """Every type of layer under the heading of its group; `add` is told the name of the one that is taken."""
    groups: dict[str, list[str]] = {}
    for name, kind in LAYER_TYPES.items():
        groups.setdefault(kind.group, []).append(name)
    for group, names in groups.items():
        _heading(menu, group)
        for name in names:
            _add(menu, name, summary_line(LAYER_TYPES[name]), partial(add, name))


def fill_presets(menu: QMenu, take: Callable[[str], None], clear: Callable[[], None]) -> None:
    """Every network that comes with the program, and none at all."""
    from engine.presets import preset_names  # only who opens this menu needs them

    for name in preset_names():
        _add(menu, name, "", partial(take, name))
    menu.addSeparator()
    _add(menu, "Empty", "Take all layers out, to build a stack from the start.", clear)


def fill_verbs(menu: QMenu, stack: Stack) -> None:
    """What can be done with the chosen layer."""
    layer = stack.layer()
    if layer is None:
        return
    _add(menu, "Duplicate\tCtrl+D", "Copy the layer.", stack.duplicate)
    _add(menu, "Remove\tDelete", "Take the layer out.", stack.remove)
    switch = partial(stack.set_disabled, not layer.disabled)
    off = "Switch on\tSpace" if layer.disabled else "Switch off\tSpace"
    _add(menu, off, "A layer that is off passes its input on.", switch)
    menu.addSeparator()
    _add(menu, "Move up\tAlt+Up", "To the place before, in or out of a block.", partial(stack.step, -1))
    _add(menu, "Move down\tAlt+Down", "To the next place, in or out of a block.", partial(stack.step, 1))
    menu.addSeparator()
    _add(menu, "Wrap in a block", "Make it the body of a residual block.", stack.wrap)
    if layer.parts():
        _add(menu, "Unwrap", "Put what the block's body holds in its place; its shortcut goes.", stack.unwrap)


def _heading(menu: QMenu, text: str) -> None:
    if not menu.isEmpty():
        menu.addSeparator()
    menu.addAction(text).setEnabled(False)


def _add(menu: QMenu, text: str, help: str, call: Callable[[], None]) -> QAction:
    action = menu.addAction(text.replace("&", "&&"))
    action.setToolTip(tip_text(help))
    # Qt says whether it is ticked, which nobody here asks.
    action.triggered.connect(partial(_call, call))
    return action


def _call(call: Callable[[], None], _ticked: bool = False) -> None:
    call()
