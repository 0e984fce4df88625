"""The walk over the map's cells: every cell once, in both directions, by cells and by rows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from app.kernels.steps.walk import Walk

sizes = st.tuples(st.integers(1, 6), st.integers(1, 6))


def walked(walk: Walk, direction: int, steps: int) -> list[tuple[int, int]]:
    found = [walk.cell]
    for _ in range(steps):
        if walk.step(direction):
            found.append(walk.cell)
    return found


@given(sizes, st.booleans(), st.booleans())
def test_every_cell_is_visited_once_and_then_again_or_never(size: tuple[int, int], by_rows: bool, loop: bool) -> None:
    walk = Walk()
    walk.by_rows, walk.loop = by_rows, loop
    walk.set_size(size)
    rows, columns = size
    order = [(row, column) for row in range(rows) for column in range(columns)]
    if by_rows:
        order = [(row, column) for column in range(columns) for row in range(rows)]
    assert walked(walk, 1, walk.count - 1) == order
    assert walked(walk, 1, 1) == [order[-1], *([order[0]] if loop else [])]
    walk.go_to(order[-1])
    assert walked(walk, -1, walk.count - 1) == order[::-1]


@given(sizes, st.integers(-9, 50), st.integers(-3, 9), st.integers(-3, 9))
def test_moving_by_hand_stays_on_the_map(size: tuple[int, int], place: int, row: int, column: int) -> None:
    walk = Walk()
    walk.set_size(size)
    walk.go_to_place(place)
    assert walk.place == min(max(place, 0), walk.count - 1)
    walk.go_to((row, column))
    assert walk.cell == (min(max(row, 0), size[0] - 1), min(max(column, 0), size[1] - 1))
    before = walk.place
    walk.move(0, 1)
    assert walk.place == min(before + 1, walk.count - 1)
    walk.move(100, 0)
    assert walk.cell == (size[0] - 1, walk.place % size[1])


def test_another_size_keeps_the_place_as_far_as_there_is_one() -> None:
    walk, moves = Walk(), []
    walk.moved.connect(lambda: moves.append(walk.cell))
    walk.set_size((10, 10))
    walk.go_to((7, 3))
    walk.set_size((5, 20))
    assert walk.cell == (4, 3)
    walk.set_size((5, 20))
    assert len(moves) == 3
    walk.set_size((0, 0))
    assert (walk.count, walk.step(1)) == (0, False)
    walk.play(1)
    assert walk.direction == 0, "there is nothing to play"


@pytest.mark.parametrize("direction", [1, -1])
def test_the_clock_goes_to_the_end_and_waits_for_what_is_written(qtbot: QtBot, direction: int) -> None:
    walk = Walk()
    walk.loop = False
    walk.set_speed(60)
    walk.set_size((2, 4))
    walk.go_to_place(3)
    visited = [walk.place]
    walk.moved.connect(lambda: visited.append(walk.place))
    walk.hold(True)
    walk.play(direction)
    ticks: list[int] = []
    walk._timer.timeout.connect(lambda: ticks.append(1))
    qtbot.waitUntil(lambda: len(ticks) >= 3)
    assert visited == [3], "the clock waits"
    walk.hold(False)
    qtbot.waitUntil(lambda: walk.direction == 0)
    assert visited == (list(range(3, 8)) if direction > 0 else [3, 2, 1, 0])
    walk.play(direction)
    assert walk.place == (0 if direction > 0 else 7), "from the end it begins anew"
    walk.play(0)
