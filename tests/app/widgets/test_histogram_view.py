"""A histogram on the screen: bars where the values are, as high as they should be, told in words."""

from __future__ import annotations

import math

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolTip

from app.widgets.histogram import Colouring, Counted, HistogramView
from app.widgets.tokens import DARK
from tests.app.widgets.conftest import Hand

FOUR = Counted(-1.0, 1.0, ((1, 10, 100, 1000),))


@pytest.fixture
def view(hand: Hand) -> HistogramView:
    made = HistogramView("Histogram", "How often.")
    made.set_counts(FOUR)
    hand.show(made, 424, 92)
    return made


def heights(view: HistogramView, pixels, near, bins: int = 4) -> list[int]:  # type: ignore[no-untyped-def]
    """Pixels that differ from the background, in the middle of each bin."""
    image, area = pixels(view), view.plot_rectangle()
    step = area.width() / bins
    columns = [image[area.top() : area.bottom() + 1, area.left() + int((place + 0.5) * step)] for place in range(bins)]
    empty = int(image[area.top(), 2])
    return [sum(near(int(pixel), empty) > 4 for pixel in column) for column in columns]


def test_heights_are_logarithms_or_counts(view: HistogramView, pixels, near) -> None:  # type: ignore[no-untyped-def]
    room = view.plot_rectangle().height()
    found = heights(view, pixels, near)
    expected = [room * math.log1p(count) / math.log1p(1000) for count in FOUR.channels[0]]
    assert found == pytest.approx(expected, abs=1.5)
    even = Counted(0.0, 1.0, ((500, 1000, 250, 0),))
    view.set_counts(even)
    view.set_logarithmic(False)
    assert heights(view, pixels, near) == pytest.approx([room / 2, room, room / 4, 0], abs=1.5)


def test_a_far_higher_bar_is_cut_and_does_not_flatten_the_rest(view: HistogramView, pixels, near) -> None:  # type: ignore[no-untyped-def]
    view.set_logarithmic(False)
    view.set_counts(Counted(0.0, 1.0, ((100_000, *[100] * 31),)))
    found = heights(view, pixels, near, 32)
    room = view.plot_rectangle().height()
    assert found[1] == pytest.approx(room / 2, abs=1.5)
    assert found[0] == room
    column = pixels(view)[view.plot_rectangle().top() :, view.plot_rectangle().left() + 3]
    assert sum(near(int(pixel), DARK.colour("panel")) <= 1 for pixel in column) == 2, "it has a notch of two pixels"


def test_bars_have_the_colours_of_their_values(view: HistogramView, pixels, near) -> None:  # type: ignore[no-untyped-def]
    colours = tuple(QColor(name) for name in ("#ff0000", "#00ff00", "#0000ff"))
    view.set_counts(Counted(-1.0, 1.0, ((1000,) * 8,)))
    view.set_colouring(Colouring(colours, -0.5, 0.5))
    image, area = pixels(view), view.plot_rectangle()
    y = area.bottom() - 5
    for place, colour in ((0.1, 0), (0.45, 1), (0.55, 1), (0.95, 2)):
        assert near(int(image[y, area.left() + int(place * area.width())]), colours[colour]) == 0
    for value in (-0.5, 0.5):
        column = image[area.top() - 3 : area.top(), round(view.x_of(value))]
        assert all(near(int(pixel), DARK.colour("text")) <= 1 for pixel in column), "the ends of the colours are marked"


def test_three_channels_lie_over_each_other(view: HistogramView, pixels, near) -> None:  # type: ignore[no-untyped-def]
    view.set_counts(Counted(0.0, 1.0, ((1000, 0), (0, 0), (0, 1000))))
    image, area = pixels(view), view.plot_rectangle()
    red, blue = (QColor(int(image[area.bottom() - 5, area.left() + x])) for x in (20, area.width() - 20))
    assert red.red() > red.blue() + 60
    assert blue.blue() > blue.red() + 60
    assert "R 1,000, G 0, B 0" in view.bin_text(0)


def test_the_bin_under_the_cursor_is_told(view: HistogramView, hand: Hand) -> None:
    area = view.plot_rectangle()
    hand.move(view, QPoint(area.left() + area.width() * 5 // 8, 50))
    expected = "0 to 0.5: 100 cells (9 %)"
    assert expected in QToolTip.text()
    assert view.accessibleDescription() == expected
    hand.move(view, QPoint(2, 50))
    assert view.accessibleDescription() == "How often."


def test_keys_go_from_bin_to_bin_and_change_the_heights(view: HistogramView) -> None:
    view.setFocus()
    told = []
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left):
        QTest.keyClick(view, key)
        told.append(view.accessibleDescription().split(":")[0])
    assert told == ["0 to 0.5", "0.5 to 1", "0.5 to 1", "0 to 0.5"]
    assert view.is_logarithmic()
    QTest.keyClick(view, Qt.Key.Key_Space)
    assert not view.is_logarithmic()
    QTest.mouseClick(view, Qt.MouseButton.LeftButton)
    assert view.is_logarithmic()


def test_nothing_and_no_finite_cell_at_all_are_painted(view: HistogramView, pixels, near) -> None:  # type: ignore[no-untyped-def]
    view.set_counts(Counted(-0.5, 0.5, ((0, 0, 0, 0),), bad_cells=12))
    assert heights(view, pixels, near) == [0, 0, 0, 0]
    assert view.bin_text(0) == "−0.5 to −0.25: 0 cells (0 %)"
    image, area = pixels(view), view.plot_rectangle()
    above = image[2 : area.top(), area.right() - 60 : area.right()]
    assert any(near(int(pixel), DARK.colour("problem")) < 40 for pixel in above.ravel()), "12 not finite"
    view.set_counts(None)
    assert view.bin_at(area.center().x()) is None
    QTest.keyClick(view, Qt.Key.Key_Right)
    pixels(view)
