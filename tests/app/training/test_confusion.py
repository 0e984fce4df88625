"""The confusion matrix says what each cell means, to the mouse and to the keys."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication

from app.training.confusion import ConfusionView
from app.training.confusion_colours import STEPS, levels
from engine.protocol import Points
from tests.app.training.conftest import Stage, confusion
from tests.app.widgets.conftest import Hand

MISTAKES = {(7, 1): 3, (4, 9): 12, (9, 4): 5}


@pytest.fixture
def counted(stage: Stage) -> ConfusionView:
    stage.samples()
    stage.epoch(2, 750, confusion(MISTAKES))
    return stage.page.confusion.view


def test_the_numbers_and_what_is_mistaken_most(stage: Stage, counted: ConfusionView) -> None:
    assert counted.counts()[7, 1] == 3
    assert counted.worst(2) == [(4, 9), (9, 4)]
    assert stage.page.confusion.worst.text() == "Mistaken most often\n4 → 9: 12\n9 → 4: 5\n7 → 1: 3"
    assert stage.page.confusion.epoch.text() == "test pictures, epoch 2"


def test_hover_tells(stage: Stage, counted: ConfusionView) -> None:
    hand = Hand(stage.qtbot)
    hand.move(counted, counted.cell_rectangle((7, 1)).center().toPoint())
    assert stage.page.confusion.said.text() == "true 7 guessed as 1: 3 (1.6 % of all 7)"
    hand.move(counted, QPoint(1, 1))
    assert stage.page.confusion.said.text() == ""


def test_keys_walk_and_stay_inside(stage: Stage, counted: ConfusionView) -> None:
    counted.setFocus()
    hand = Hand(stage.qtbot)
    hand.key(counted, Qt.Key.Key_Up, Qt.Key.Key_Left)
    assert counted.accessibleName() == "Confusion matrix: true 0 guessed as 0: 190 (100.0 % of all 0)"
    hand.key(counted, *[Qt.Key.Key_Down] * 4, *[Qt.Key.Key_Right] * 20)
    assert counted.accessibleName() == "Confusion matrix: true 4 guessed as 9: 12 (5.9 % of all 4)"


def test_every_cell_is_where_it_is_painted(counted: ConfusionView) -> None:
    for row in range(10):
        for column in range(10):
            assert counted.cell_at(counted.cell_rectangle((row, column)).center().toPoint()) == (row, column)


def test_a_new_run_empties_it(stage: Stage, counted: ConfusionView) -> None:
    counted.setFocus()
    stage.hear(Points(steps=(), losses=(), again=True))
    assert not counted.counts().size
    assert stage.page.confusion.worst.text() == ""
    assert counted.accessibleName() == "Confusion matrix"
    counted.grab()


def test_an_epoch_without_counts_leaves_the_last_ones(stage: Stage, counted: ConfusionView) -> None:
    stage.epoch(3, 900)
    assert counted.counts()[4, 9] == 12


def test_no_mistakes(stage: Stage) -> None:
    stage.epoch(1, 10, confusion())
    assert stage.page.confusion.worst.text() == "No mistakes."


@pytest.mark.parametrize("classes", [1, 2, 100, 400])
def test_any_number_of_classes_is_painted(stage: Stage, qapp: QApplication, classes: int) -> None:
    view = stage.page.confusion.view
    view.set_names([f"a class with a long name {number}" for number in range(classes)])
    view.set_counts(np.ones((classes, classes), int).tolist())
    picture = view.grab().toImage()
    assert view.rect().contains(view.cell_rectangle((classes - 1, classes - 1)).toAlignedRect())
    assert not picture.isNull()


@given(st.lists(st.lists(st.integers(0, 10**6), min_size=3, max_size=3), min_size=3, max_size=3))
def test_colours_rise_with_the_share_and_tell_right_from_wrong(rows: list[list[int]]) -> None:
    counts = np.array(rows)
    found = levels(counts)
    right = np.eye(3, dtype=bool)
    assert (found[right] >= STEPS).all()
    assert (found[~right] < STEPS).all()
    assert (found < 2 * STEPS).all()
    assert (found >= 0).all()
    assert ((counts == 0) <= np.isin(found, (0, STEPS))).all()
