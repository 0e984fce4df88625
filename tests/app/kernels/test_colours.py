"""The map's colours: the legend says the range that the engine painted with, and both settings go both ways."""

from __future__ import annotations

import msgspec
import pytest
from PySide6.QtWidgets import QApplication

from app.featuremaps.colours import LEAST_BAR, MapLegend
from app.widgets.fields import Choice, Toggle
from app.widgets.number_text import shown
from engine.kernels import kernel
from engine.spec.edit import with_channels, with_kernel
from engine.spec.fields import fields_of
from engine.spec.filter import DetectorSpec, FilterSpec
from engine.spec.view import ViewSpec
from tests.app.kernels.conftest import Stage, named

GAUSSIAN = with_kernel(FilterSpec(), kernel("gaussian").spec())
SPECS = [
    FilterSpec(),
    GAUSSIAN,
    FilterSpec(bias=-3.0),
    FilterSpec(detector=DetectorSpec(kind="abs")),
    with_channels(GAUSSIAN, "each"),
    with_channels(FilterSpec(), "each"),
]


def _legend(stage: Stage) -> MapLegend:
    return stage.page.colours.legend


def _until_told(stage: Stage, low: str, high: str) -> None:
    """Ends that change are written at most ten times a second."""
    stage.until(lambda: _legend(stage).accessibleName() == f"Colours from {low} to {high}")


def test_the_ends_of_the_legend_are_those_of_the_range(stage: Stage) -> None:
    for spec in SPECS:
        stage.set_filter(spec)
        values = stage.ranges[-1]
        assert values is not None
        _until_told(stage, shown(values.low, 3), shown(values.high, 3))
        inside = values.low < 0 < values.high
        share = -values.low / (values.high - values.low) if inside else None
        assert _legend(stage).zero_share() == pytest.approx(share)


def test_signed_maps_have_zero_in_the_middle_and_others_begin_at_it(stage: Stage) -> None:
    assert _legend(stage).zero_share() == 0.5
    stage.set_filter(GAUSSIAN)
    values = stage.ranges[-1]
    assert values is not None
    assert (values.table, values.low) == ("viridis", 0.0)


def test_directions_run_once_around_the_circle(stage: Stage) -> None:
    stage.set_filter(FilterSpec(detector=DetectorSpec(kind="direction")))
    assert _legend(stage).accessibleName() == "Colours from −π to π"


def test_every_table_can_be_chosen_and_undone(stage: Stage) -> None:
    choice = named(stage.page.colours, Choice, "Colours")
    labels = fields_of(ViewSpec)["colour_map"].labels
    for word in fields_of(ViewSpec)["colour_map"].choices[1:]:
        stage.choose(choice, labels.get(word, word))
        assert stage.document.project.view.colour_map == word
        stage.settle()
        values = stage.ranges[-1]
        assert values is not None
        assert values.table == word
        assert stage.undone().view == ViewSpec()
        assert choice.currentText() == "auto"
    stage.settle()


def test_the_shared_scale_goes_both_ways(stage: Stage) -> None:
    button = named(stage.page.colours, Toggle, "Shared scale")
    button.click()
    assert stage.document.project.view.scale == "shared"
    changes = stage.changes
    assert stage.undone().view.scale == "own"
    assert not button.isChecked()
    stage.document.redo()
    assert button.isChecked()
    assert stage.changes == changes + 2


def test_the_bar_gives_way_before_the_numbers_are_cut(stage: Stage) -> None:
    stage.set_filter(msgspec.structs.replace(GAUSSIAN, bias=-123456.0))
    values = stage.ranges[-1]
    assert values is not None
    _until_told(stage, shown(values.low, 3), shown(values.high, 3))
    legend = _legend(stage)
    full = legend.bar_rectangle().width()
    words = legend.sizeHint().width() - round(MapLegend.__base__.bar_rectangle(legend).width())
    for width in (2000, 1208):
        stage.page.resize(width, 700)
        QApplication.processEvents()
        assert legend.fits()
        assert legend.bar_rectangle().width() >= LEAST_BAR
        assert legend.width() >= words + legend.bar_rectangle().width()
    assert legend.bar_rectangle().width() <= full


def test_a_legend_without_room_shows_no_half_numbers(stage: Stage) -> None:
    stage.page.resize(860, 600)
    QApplication.processEvents()
    legend = _legend(stage)
    assert not legend.fits()
    legend.setFixedWidth(40)
    QApplication.processEvents()
    assert not legend.fits()
    image = legend.grab().toImage()
    assert {image.pixel(x, y) for x in range(image.width()) for y in range(image.height())} == {image.pixel(0, 0)}
