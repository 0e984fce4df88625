"""Everything that can be done with a kernel, by groups: what the button "More" offers."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from PySide6.QtWidgets import QMenu, QWidget

from app.kernels.design.weights import Make, each_plane, made_of
from app.kernels.kernel_tools import Tool
from app.widgets.tips import tip_text
from engine.kernels import design
from engine.spec.edit import negate, with_kernel
from engine.spec.filter import FilterSpec

if TYPE_CHECKING:
    from app.kernels.design.bench import Bench


class Item(NamedTuple):
    """A line of the menu: its text, its tip, what it does, and whether it is ticked (None: it cannot be)."""

    text: str
    help: str
    call: Callable[[Bench], object]
    ticked: Callable[[Bench], bool] | None = None


def _changed(make: Make, spec: FilterSpec) -> FilterSpec:
    return with_kernel(spec, made_of(spec.kernel, make))


def _tool(text: str, help: str, act: str, make: Make) -> Item:
    tool = Tool("", text, text, help, act, partial(_changed, make))
    return Item(text, help, lambda bench: bench.use(tool))


def _pop_out(text: str, help: str, name: str) -> Item:
    return Item(f"{text}…", help, lambda bench: bench.open(name))


_NEGATE = Tool("", "±", "Negate", "Change the sign of every weight.", "negate the kernel", negate)
_UNIT = each_plane(lambda plane: design.normalise(plane, "l2-norm-1"))
_LARGEST = each_plane(lambda plane: design.normalise(plane, "largest-1"))

GROUPS: tuple[tuple[Item, ...], ...] = (
    (
        _pop_out("Turn by an angle", "A slider for any angle; steps of 90° are exact.", "turn"),
        _tool("Turn back by 90°", "Counter-clockwise; weights only change places.", "turn the kernel", np.rot90),
        _tool("Turn by 180°", "What convolution does to the kernel.", "turn the kernel", lambda w: w[::-1, ::-1]),
        _tool("Mirror up–down", "Swap top and bottom.", "mirror the kernel", np.flipud),
        _tool("Transpose", "Swap rows and columns.", "transpose the kernel", lambda w: w.swapaxes(0, 1)),
    ),
    (
        Item("Change the sign", _NEGATE.help, lambda bench: bench.use(_NEGATE)),
        _tool("Norm 1", "Divide by √Σk²: white noise keeps its spread.", "make the norm 1", _UNIT),
        _tool("Largest 1", "The weight furthest from 0 becomes 1 or −1.", "make the largest weight 1", _LARGEST),
        _pop_out("Scale and round", "Multiply by a factor, round to whole numbers or decimals.", "scale"),
        _pop_out("Another size", "Keep the content, or stretch it to the new size.", "stretch"),
    ),
    (
        _pop_out("Two kernels in one, k₁∗k₂", "With a named kernel or the step before or after.", "compose"),
        _pop_out("Weighted sum", "Add named kernels, each times a number.", "mix"),
    ),
    (
        _pop_out("Draw", "Freehand in the grid, with mirrors and turns.", "draw"),
        _pop_out("Patch of the picture", "A template: the map finds the patch again.", "patch"),
        _pop_out("Numbers", "Type or paste rows of numbers, as 1 0 -1; 2 0 -2; 1 0 -1.", "typed"),
    ),
    (
        Item("Open a kernel file…\tCtrl+K", "JSON, .npy or rows of numbers.", lambda bench: bench.files.open()),
        Item("Save the kernel…\tCtrl+Alt+K", "JSON, .npy or rows of numbers.", lambda bench: bench.files.save()),
        Item("Copy as text\tCtrl+Shift+K", "The numbers, row by row.", lambda bench: bench.copy_kernel()),
        Item("Copy the read-outs", "Sum, norm, rank and the rest, in full.", lambda bench: bench.copy_facts()),
    ),
    (
        Item(
            "Frequency response",
            "What the kernel does to stripes of every width, beside the grid.",
            lambda bench: bench.toggle_response(),
            lambda bench: bench.response_shown,
        ),
    ),
)


def fill(menu: QMenu, bench: Bench) -> None:
    """Put every line into an empty menu."""
    menu.setToolTipsVisible(True)
    for group in GROUPS:
        if not menu.isEmpty():
            menu.addSeparator()
        for item in group:
            action = menu.addAction(item.text)
            action.setToolTip(tip_text(item.help))
            if item.ticked is not None:
                action.setCheckable(True)
                action.setChecked(item.ticked(bench))
            action.triggered.connect(partial(_run, item, bench))


def made_menu(parent: QWidget, bench: Bench) -> QMenu:
    """The menu, filled anew."""
    menu = QMenu(parent)
    fill(menu, bench)
    return menu


def _run(item: Item, bench: Bench, _ticked: bool = False) -> None:
    item.call(bench)
