"""The colour bar shows its colours in their order, its ends as numbers, and zero where it is."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QColor

from app.widgets.legend import ColourLegend
from app.widgets.theme import DARK, LIGHT, apply_theme


@pytest.fixture
def legend(hand) -> ColourLegend:
    legend = ColourLegend()
    legend.set_scale([QColor("#0000ff"), QColor("#000000"), QColor("#ff0000")], -1.0, 3.0)
    hand.show(legend, legend.sizeHint().width(), legend.sizeHint().height())
    return legend


def test_the_colours_run_from_left_to_right(legend, pixels, near) -> None:
    bar = legend.bar_rectangle()
    row = pixels(legend)[round(bar.center().y())]
    for share, colour in ((0.02, "#0000ff"), (0.5, "#000000"), (0.75, "#7f0000"), (0.98, "#ff0000")):
        assert near(int(row[round(bar.left() + share * bar.width())]), colour) <= 16


def test_zero_is_marked_where_it_lies(legend, pixels) -> None:
    bar = legend.bar_rectangle()
    above = pixels(legend)[round(bar.top()) - 2]
    ticks = np.flatnonzero(above == 0xFF000000 | int(DARK.second[1:], 16))
    assert legend.zero_share() == 0.25
    assert abs(ticks - (bar.left() + 0.25 * bar.width())).max() <= 1
    legend.set_scale([(0, 0, 0), (255, 255, 255)], 0.0, 3.0)
    assert legend.zero_share() is None
    assert 0xFF000000 | int(DARK.second[1:], 16) not in pixels(legend)[round(bar.top()) - 2]


def test_the_ends_are_said(legend, pixels) -> None:
    assert legend.accessibleName() == "Colours from −1 to 3"
    before = pixels(legend)
    legend.set_scale([(0, 0, 255), (0, 0, 0), (255, 0, 0)], -1.0, 3.0, ("≤ −1", "≥ 3"))
    assert legend.accessibleName() == "Colours from ≤ −1 to ≥ 3"
    assert (pixels(legend) != before).any()


def test_an_array_of_colours_will_do(legend, pixels, near) -> None:
    legend.set_scale(np.linspace((0, 0, 0), (255, 255, 0), 256).astype(np.uint8), 0, 1)
    bar = legend.bar_rectangle()
    middle = pixels(legend)[round(bar.center().y()), round(bar.center().x())]
    assert near(int(middle), "#7f7f00") <= 4


def test_nothing_is_shown_without_a_scale_and_the_text_follows_the_theme(legend, pixels, qapp) -> None:
    assert len(np.unique(pixels(legend))) > 10
    apply_theme(qapp, dark=False)
    assert 0xFF000000 | int(LIGHT.second[1:], 16) in pixels(legend)
    legend.clear()
    assert len(np.unique(pixels(legend))) == 1


def test_the_bar_does_not_move_while_numbers_change(legend) -> None:
    places = set()
    for high in (0.5, 1.0, 12.3, 999.0):
        legend.set_scale([(0, 0, 0), (255, 255, 255)], 0.0, high)
        places.add((legend.bar_rectangle().left(), legend.sizeHint().width()))
    assert len(places) == 1
