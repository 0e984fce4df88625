"""A kernel's grid says which weight the cursor is on, and shows which ones are meant."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication

from app.widgets.kernel_grid import KernelGrid

KERNEL = ((1.0, 2.0, 3.0), (4.0, 5.0, 6.0))


@pytest.fixture
def grid(hand) -> KernelGrid:
    grid = KernelGrid()
    grid.set_weights(KERNEL)
    hand.show(grid, 240, 140)
    grid.clearFocus()
    return grid


def test_the_weight_under_the_cursor(grid: KernelGrid, hand, heard) -> None:
    said, edits = heard(grid.hovered), heard(grid.edited)
    for cell in ((0, 0), (1, 2)):
        hand.move(grid, grid.cell_rectangle(*cell).center())
    QApplication.sendEvent(grid, QEvent(QEvent.Type.Leave))
    assert said.all == [(0, 0), (1, 2), None]
    assert edits.all == [], "looking is not painting"
    hand.drag(grid, grid.cell_rectangle(0, 0).center(), grid.cell_rectangle(0, 1).center())
    assert said.all[-1] == (0, 1)
    assert edits.all


@pytest.mark.parametrize("note", ["met", "padding", "idle"])
def test_a_mark_is_seen_in_its_cell_only(grid: KernelGrid, pixels, note: str) -> None:
    plain = pixels(grid)
    grid.set_notes({(1, 1): note, (5, 5): note})
    changed = np.argwhere(pixels(grid) != plain)
    rect = grid.cell_rectangle(1, 1)
    assert len(changed) > 50
    assert (changed >= [rect.top(), rect.left()]).all()
    assert (changed <= [rect.bottom(), rect.right()]).all()
    grid.set_weights(((1.0,),))
    grid.repaint()
    assert grid.notes() == {(1, 1): note, (5, 5): note}
    grid.set_notes({})
    grid.set_weights(KERNEL)
    np.testing.assert_array_equal(pixels(grid), plain)
