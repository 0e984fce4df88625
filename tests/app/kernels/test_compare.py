"""Before and after in one view: to the pixel what is in the input's own view, wherever the two lie."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.kernels.compare import Compare, CompareControl
from app.widgets.picture_view import PictureView
from engine.spec.filter import FilterSpec, PoolingSpec
from engine.spec.source import Pattern
from tests.app.kernels.conftest import SMALL, Stage
from tests.app.kernels.test_page import TOO_LARGE

SETTINGS = [
    FilterSpec(),
    FilterSpec(padding="valid"),
    FilterSpec(padding="full", stride=(3, 3)),
    FilterSpec(stride=(2, 2), pooling=PoolingSpec(kind="max")),
]


@pytest.fixture
def compare(stage: Stage) -> Compare:
    return stage.page.compare


def seen(view: PictureView) -> NDArray[np.int64]:
    """[H, W, 3] of the view on the screen, without what lies over it."""
    image = view.viewport().grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), -1).astype(np.int64)
    return pixels[..., np.newaxis] >> np.array([16, 8, 0]) & 255


def choose(compare: Compare, mode: str) -> None:
    """By the menu, as a person does."""
    control = compare.control
    assert isinstance(control, CompareControl)
    control.menu().aboutToShow.emit()
    words = {"map": "Map alone", "split": "Split", "blend": "Blend"}
    next(action for action in control.menu().actions() if action.text() == words[mode]).trigger()
    QApplication.processEvents()


def share_equal(one: NDArray[np.int64], other: NDArray[np.int64]) -> float:
    return float((np.abs(one - other).max(axis=-1) <= 2).mean())


@pytest.mark.parametrize("spec", SETTINGS)
@pytest.mark.parametrize("zoom", [1.0, 3.0])
def test_left_of_the_line_is_the_input_as_its_own_view_shows_it(
    stage: Stage, compare: Compare, spec: FilterSpec, zoom: float
) -> None:
    stage.set_filter(spec)
    stage.page.input.view.zoom_by(zoom)
    alone = seen(stage.page.map.view)
    choose(compare, "split")
    assert compare.divider is not None
    compare.divider.set_share(0.4)
    compare.divider.hide()
    both, source = seen(stage.page.map.view), seen(stage.page.input.view)
    edge = round(0.4 * both.shape[1])
    # Lines between cells and borders may lie a pixel aside, since the two views have their own zoom.
    assert share_equal(both[:, : edge - 1], source[:, : edge - 1]) > 0.9
    assert share_equal(both[:, edge + 1 :], alone[:, edge + 1 :]) == 1.0
    assert share_equal(source[:, : edge - 1], alone[:, : edge - 1]) < 0.8, "or there was nothing to tell apart"


def test_blending_goes_from_the_input_to_the_map(stage: Stage, compare: Compare) -> None:
    source, alone = seen(stage.page.input.view), seen(stage.page.map.view)
    choose(compare, "blend")
    assert compare.bar is not None
    compare.bar.hide()
    for percent in (0, 40, 100):
        compare.bar.slider._take(percent)
        found = seen(stage.page.map.view)
        expected = source + (alone - source) * percent / 100
        assert np.percentile(np.abs(found - expected), 95) <= 3


def test_the_map_alone_is_as_it_was(stage: Stage, compare: Compare) -> None:
    before = seen(stage.page.map.view)
    for mode in ("split", "blend", "map"):
        choose(compare, mode)
        assert compare.mode == mode
    np.testing.assert_array_equal(seen(stage.page.map.view), before)
    assert compare.divider is not None
    assert not compare.divider.isVisible()


def test_the_engine_hears_nothing_of_it(stage: Stage, compare: Compare) -> None:
    results, changes = len(stage.ranges), stage.changes
    choose(compare, "split")
    assert compare.divider is not None
    compare.divider.setFocus()
    for _ in range(5):
        QTest.keyClick(compare.divider, Qt.Key.Key_Right)
    choose(compare, "blend")
    QApplication.processEvents()
    assert (len(stage.ranges), stage.changes) == (results, changes)


def test_a_new_picture_of_another_size_lies_in_its_place_at_once(stage: Stage, compare: Compare) -> None:
    choose(compare, "split")
    stage.use(Pattern(kind="noise", height=40, width=40))
    compare.divider.hide()  # type: ignore[union-attr]
    both, source = seen(stage.page.map.view), seen(stage.page.input.view)
    edge = both.shape[1] // 2
    assert share_equal(both[:, : edge - 1], source[:, : edge - 1]) > 0.9


def test_without_a_map_there_is_nothing_to_compare_and_it_comes_back(stage: Stage, compare: Compare) -> None:
    choose(compare, "split")
    assert compare.divider is not None
    assert compare.divider.isVisible()
    stage.set_filter(TOO_LARGE)
    assert not compare.divider.isVisible()
    assert len(np.unique(seen(stage.page.map.view).reshape(-1, 3), axis=0)) < 300, "only the words why there is none"
    stage.document.undo()
    stage.settle()
    assert compare.divider.isVisible()


def test_where_there_is_room_the_control_is_three_words(stage: Stage, compare: Compare) -> None:
    assert compare.control.isVisible()
    assert compare.words is None
    stage.page.resize(1848, 1000)
    QApplication.processEvents()
    assert compare.words is not None
    assert compare.words.isVisible()
    assert not compare.control.isVisible()
    compare.words._clicked(1)
    assert compare.mode == compare.control.value() == "split"
    stage.page.resize(1208, 728)
    QApplication.processEvents()
    assert compare.control.isVisible()
    assert compare.control.accessibleName() == "Compare with the input: split"
    assert stage.page.map.title() == "Feature map"


def test_the_cells_under_the_cursor_are_probed_as_ever(stage: Stage, compare: Compare) -> None:
    choose(compare, "split")
    stage.hover("map", (3, 20))
    assert stage.readouts[-1].view == "map"
    assert (stage.readouts[-1].row, stage.readouts[-1].column) == (3, 20)
    assert stage.document.project.source == SMALL


def test_the_line_can_be_dragged(stage: Stage, compare: Compare) -> None:
    choose(compare, "split")
    divider = compare.divider
    assert divider is not None
    middle = divider.rect().center()
    stage.hand.drag(divider, middle, middle + QPoint(100, 0))
    width = stage.page.map.view.viewport().width()
    assert divider.share() == pytest.approx(0.5 + 100 / width, abs=0.02)
