"""The page as a whole: how the pictures lie, what is said when there is no map, and that everything comes back."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest
from PySide6.QtWidgets import QApplication
from scipy.signal import correlate2d

from engine.errors import SpecError
from engine.kernels import kernel
from engine.protocol import Plane
from engine.spec.edit import with_kernel
from engine.spec.filter import DetectorSpec, FilterSpec, KernelSpec, PoolingSpec
from engine.spec.geometry import FilterGeometry
from engine.spec.source import Pattern
from tests.app.kernels.conftest import POOLED, Stage
from tests.app.kernels.test_formula import lines as formula_lines
from tests.app.kernels.test_formula import results
from tests.app.kernels.test_readout import lines as readout_lines

TOO_LARGE = msgspec.structs.replace(
    with_kernel(FilterSpec(), kernel("gaussian", sigma=3.0).spec()), padding="valid", dilation=(2, 2)
)


def test_pictures_and_sizes(stage: Stage) -> None:
    page = stage.page
    assert (page.input.size_text(), page.map.size_text()) == ("24×31", "24×31")
    assert not page.is_empty
    assert page.input.view.size() == page.map.view.size()
    stage.set_filter(POOLED)
    assert page.map.size_text() == "4×5"
    assert page.map.view.extent() == (4, 5)
    assert results(page.formula) == {"height": 12, "width": 16, "pool h": 4, "pool w": 5}
    stage.use(Pattern(kind="noise", height=40, width=40))
    assert page.input.size_text() == "40×40"
    assert results(page.formula) == {"h×w": 20, "pool": 6}


def test_the_numbers_of_the_map_are_those_of_scipy(stage: Stage, tmp_path: Path) -> None:
    path = tmp_path / "map.npy"
    stage.link.save(str(path))
    stage.until(path.exists)
    sobel = np.array(FilterSpec().kernel.weights[0])
    expected = correlate2d(np.pad(stage.grey(), 1), sobel, "valid")
    assert np.abs(np.load(path) - expected).max() <= 4e-7 * np.abs(sobel).sum()


def test_the_map_lies_on_the_input_as_the_geometry_says(stage: Stage) -> None:
    stage.set_filter(POOLED)
    geometry = FilterGeometry(POOLED, (24, 31))
    for cell in ((0, 0), (3, 4)):
        for affine, place, field in zip(stage.page.views.relation(), cell, geometry.field(cell), strict=True):
            assert affine.scale * (place + 0.5) + affine.offset == (field.start + field.stop) / 2


def test_zooming_one_picture_moves_the_other_to_the_same_place(stage: Stage) -> None:
    stage.set_filter(FilterSpec(stride=(2, 2), padding="valid"))
    page = stage.page
    page.input.view.zoom_by(4.0)
    # Cell o is centred on pixel 2·o + 1, the middle of its three.
    middle, there = page.input.view.region().center(), page.map.view.region().center()
    assert 2 * there.x() + 0.5 == pytest.approx(middle.x(), abs=0.02)
    assert 2 * there.y() + 0.5 == pytest.approx(middle.y(), abs=0.02)
    assert page.map.view.zoom() == pytest.approx(2 * page.input.view.zoom(), rel=0.01)
    page.map.view.pan_by(1.0, 0.0)
    assert page.input.view.region().center().x() == pytest.approx(middle.x() + 2, abs=0.05)
    page.fit()
    assert page.map.view.is_fitted()


def test_a_map_of_older_settings_is_not_laid_by_the_new_ones(stage: Stage) -> None:
    stage.set_filter(POOLED)
    stage.document.edit(msgspec.structs.replace(stage.document.project, filter=FilterSpec(stride=(5, 5))), "newer")
    stage.page._relate(Plane(view="map", slot=0, height=4, width=5, rows=4, columns=5))
    assert stage.page.views.relation()[0].scale == 24 / 4, "the ratio of the sizes is all that is known"
    stage.settle()
    assert stage.page.views.relation()[0].scale == 5


def test_what_does_not_fit_is_said_in_place_of_map_and_formula_and_everything_comes_back(stage: Stage) -> None:
    stage.hover("map", (3, 3))
    stage.set_filter(TOO_LARGE)
    with pytest.raises(SpecError) as told:
        _ = FilterGeometry(TOO_LARGE, (24, 31)).map_size
    page = stage.page
    assert formula_lines(page.formula) == [str(told.value)]
    assert page.map.view._placeholder == str(told.value)
    assert page.is_empty
    assert page.map.size_text() == ""
    assert page.colours.legend.accessibleName() == "Colours"
    assert stage.boxes("map") == stage.boxes("input") == []
    assert len(readout_lines(page.readout)) == 1
    assert not stage.heard.all, "said a third time"
    page.probing.look_at("input", (2, 2))
    assert stage.boxes("input") == [(2, 2, 1, 1)]
    stage.document.undo()
    stage.settle()
    assert page.map.view.extent() == (24, 31)
    assert results(page.formula) == {"height": 24, "width": 31}
    assert page.colours.legend.accessibleName().startswith("Colours from")


def test_whatever_has_no_map_says_why_where_it_would_be(stage: Stage) -> None:
    flat = KernelSpec(weights=(((1.0, 2.0),),))
    for spec in (
        FilterSpec(pooling=PoolingSpec(kind="max", kernel_size=(40, 2))),
        FilterSpec(padding=(30, 30), padding_mode="reflect"),
        FilterSpec(kernel=flat, padding="valid", detector=DetectorSpec(kind="magnitude")),
    ):
        stage.set_filter(spec)
        assert stage.page.is_empty
        assert stage.page.map.view._placeholder.endswith(".")
        stage.document.undo()
        stage.settle()
        assert not stage.page.is_empty


def test_a_kernel_of_zeros_gives_a_map_of_the_bias(stage: Stage) -> None:
    stage.set_filter(FilterSpec(kernel=KernelSpec(name="custom", weights=(((0.0,) * 4,) * 2,)), bias=0.5))
    values = stage.ranges[-1]
    assert values is not None
    assert (values.minimum, values.maximum) == (0.5, 0.5)
    assert "All weights are 0" in stage.page.kernel.facts.text()


def test_both_pictures_stay_equally_large_in_any_window(stage: Stage) -> None:
    for width, height in ((0, 0), (1208, 728), (888, 540), (1848, 1000), (700, 400), (1208, 728)):
        stage.page.resize(width, height)
        QApplication.processEvents()
        one, other = stage.page.input.view.size(), stage.page.map.view.size()
        assert abs(one.width() - other.width()) <= 1
        assert one.height() == other.height()
