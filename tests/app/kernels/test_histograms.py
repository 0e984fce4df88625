"""The histograms on the page: the engine's counts of the very numbers that are shown, only while they are in sight."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PySide6.QtWidgets import QToolButton

from app.widgets.histogram import HistogramView
from engine.kernels import kernel
from engine.protocol import Histograms
from engine.spec.edit import with_channels, with_kernel
from engine.spec.filter import DetectorSpec, FilterSpec
from tests.app.kernels.conftest import Stage, named
from tests.app.kernels.test_page import TOO_LARGE


def views(stage: Stage) -> tuple[HistogramView, HistogramView]:
    pair = stage.page.histograms
    assert pair.input is not None
    assert pair.map is not None
    return pair.input, pair.map


def switch_on(stage: Stage) -> list[Histograms]:
    told: list[Histograms] = []
    stage.link.histograms.connect(told.append)
    button = named(stage.page.input, QToolButton, "Histograms")
    stage.hand.click(button, button.rect().center())
    stage.until(lambda: bool(told))
    return told


def test_they_count_what_is_shown(stage: Stage, tmp_path: Path) -> None:
    switch_on(stage)
    of_input, of_map = (view.counts() for view in views(stage))
    assert of_input is not None
    assert of_map is not None
    path = tmp_path / "map.npy"
    stage.link.save(str(path))
    stage.until(path.exists)
    feature_map = np.load(path).astype(np.float64)
    assert of_map.channels == (tuple(np.histogram(feature_map, of_map.bins, (of_map.low, of_map.high))[0].tolist()),)
    assert (of_map.low, of_map.high) == (feature_map.min(), feature_map.max())
    expected = np.histogram(stage.grey(), of_input.bins, (0, 1))[0]
    assert np.abs(np.array(of_input.channels[0]) - expected).sum() <= 4, "the kernel sees float32"


def test_nothing_is_counted_and_nothing_made_before_somebody_asks(stage: Stage) -> None:
    told: list[Histograms] = []
    stage.link.histograms.connect(told.append)
    stage.set(bias=1.0)
    assert not told
    assert stage.page.histograms.map is None
    switch_on(stage)
    button = named(stage.page.input, QToolButton, "Histograms")
    stage.hand.click(button, button.rect().center())
    assert not any(view.isVisible() for view in views(stage))
    stage.settle()
    told.clear()
    stage.set(bias=2.0)
    stage.hover("map", (2, 2))
    assert not told


def test_an_edit_is_followed_and_the_last_of_many_is_not_left_out(stage: Stage) -> None:
    told = switch_on(stage)
    for bias in range(1, 9):
        stage.set(bias=float(bias))
    stage.until(lambda: told[-1].map.low > 4.0)
    assert len(told) < 9, "fewer than there were edits"
    assert views(stage)[1].counts().low == told[-1].map.low  # type: ignore[union-attr]


def test_colours_have_three_layers_and_the_map_its_own_colours(stage: Stage) -> None:
    told = switch_on(stage)
    assert views(stage)[1]._colouring is not None
    sharpen = with_kernel(with_channels(FilterSpec(), "each"), kernel("sharpen").spec())
    stage.set_filter(sharpen)
    stage.until(lambda: len(told[-1].map.channels) == 3)
    of_input, of_map = views(stage)
    assert len(of_input.counts().channels) == 3  # type: ignore[union-attr]
    assert of_map._colouring is None
    stage.set_filter(FilterSpec(detector=DetectorSpec(kind="direction")))
    stage.until(lambda: len(told[-1].map.channels) == 1)
    colouring = of_map._colouring
    assert colouring is not None
    assert (round(colouring.low, 3), round(colouring.high, 3)) == (-3.142, 3.142)


def test_without_a_map_there_is_no_histogram_of_it(stage: Stage) -> None:
    switch_on(stage)
    stage.set_filter(TOO_LARGE)
    of_input, of_map = views(stage)
    assert of_map.counts() is None
    assert of_input.counts() is not None
    stage.document.undo()
    stage.until(lambda: of_map.counts() is not None)


def test_the_pictures_stay_equally_large(stage: Stage) -> None:
    switch_on(stage)
    page = stage.page
    assert page.input.view.size() == page.map.view.size()
    assert [view.isVisible() for view in views(stage)] == [True, True]
