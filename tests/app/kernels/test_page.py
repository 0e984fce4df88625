"""The page as a whole: what fits where, what is said when there is no map, and that a keyboard is enough."""

from __future__ import annotations

import itertools

import msgspec
import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLabel, QLineEdit, QWidget

from app.kernels.kernel_panel import KernelPanel
from app.widgets.fields import Choice
from app.widgets.group import FieldRow
from engine.errors import SpecError
from engine.kernels import families, kernel
from engine.spec.edit import with_channels, with_kernel
from engine.spec.filter import DetectorSpec, FilterSpec, KernelSpec, PoolingSpec
from engine.spec.geometry import FilterGeometry
from engine.spec.source import Pattern
from tests.app.kernels.conftest import PAGE_SIZE, SMALL, Stage
from tests.app.kernels.test_formula import lines as formula_lines
from tests.app.kernels.test_formula import results
from tests.app.kernels.test_readout import lines as readout_lines

GAUSSIAN = with_kernel(FilterSpec(), kernel("gaussian").spec())
POOLED = FilterSpec(stride=(2, 2), detector=DetectorSpec(kind="relu"), pooling=PoolingSpec(kind="max", kernel_size=(3, 3)))
TOO_LARGE = msgspec.structs.replace(
    with_kernel(FilterSpec(), kernel("gaussian", sigma=3.0).spec()), padding="valid", dilation=(2, 2)
)


def _all(root: QWidget) -> list[QWidget]:
    """Every visible widget of the page, the lists of choices left out: they are windows of their own."""
    return [part for part in root.findChildren(QWidget) if part.isVisible() and part.window() is root.window()]


def _tabbable(root: QWidget) -> list[QWidget]:
    wanted = Qt.FocusPolicy.TabFocus
    return [part for part in _all(root) if part.focusPolicy() & wanted and part.isEnabled() and not part.focusProxy()]


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


def test_the_map_lies_on_the_input_as_the_geometry_says(stage: Stage) -> None:
    stage.set_filter(POOLED)
    geometry = FilterGeometry(POOLED, (24, 31))
    views = stage.page._views
    for cell in ((0, 0), (3, 4)):
        rows, columns = geometry.field(cell)
        middle = views.to_leader(stage.page.map.view.mapToScene(QPoint(0, 0))) and views.relation()
        assert middle[0].scale * (cell[0] + 0.5) + middle[0].offset == (rows.start + rows.stop) / 2
        assert middle[1].scale * (cell[1] + 0.5) + middle[1].offset == (columns.start + columns.stop) / 2


def test_a_map_of_older_settings_is_not_laid_by_the_new_ones(stage: Stage) -> None:
    stage.set_filter(POOLED)
    plane = stage.page.map.view.extent()
    assert plane is not None
    relation = stage.page._views.relation()
    stage.document.edit(msgspec.structs.replace(stage.document.project, filter=FilterSpec(stride=(5, 5))), "newer")
    from engine.protocol import Plane

    stage.page._relate(Plane(view="map", slot=0, height=4, width=5, rows=4, columns=5))
    assert stage.page._views.relation() != relation
    assert stage.page._views.relation()[0].scale == 24 / 4
    stage.settle()
    assert stage.page._views.relation()[0].scale == 5


def test_what_does_not_fit_is_said_in_place_of_map_and_formula_and_everything_comes_back(stage: Stage) -> None:
    stage.hover("map", (3, 3))
    stage.set_filter(TOO_LARGE)
    with pytest.raises(SpecError) as told:
        FilterGeometry(TOO_LARGE, (24, 31)).map_size  # noqa: B018
    page = stage.page
    assert formula_lines(page.formula) == [str(told.value)]
    assert page.map.view._placeholder == str(told.value)
    assert page.is_empty
    assert page.map.size_text() == ""
    assert page.colours.legend.accessibleName() == "Colours"
    assert stage.boxes("map") == stage.boxes("input") == []
    assert len(readout_lines(page.readout)) == 1
    assert not stage.heard.all, "said twice"
    stage.hover("input", (2, 2)) if False else page.probing.look_at("input", (2, 2))
    assert stage.boxes("input") == [(2, 2, 1, 1)]
    stage.document.undo()
    stage.settle()
    assert page.map.view.extent() == (24, 31)
    assert results(page.formula) == {"height": 24, "width": 31}
    assert page.colours.legend.accessibleName().startswith("Colours from")


def test_a_pool_that_does_not_fit_and_a_mirror_too_small_are_said_too(stage: Stage) -> None:
    for spec in (
        FilterSpec(pooling=PoolingSpec(kind="max", kernel_size=(40, 2))),
        FilterSpec(padding=(30, 30), padding_mode="reflect"),
        FilterSpec(kernel=KernelSpec(weights=(((1.0, 2.0),),)), padding="valid", detector=DetectorSpec(kind="magnitude")),
    ):
        stage.set_filter(spec)
        assert stage.page.is_empty
        sentence = stage.page.map.view._placeholder
        assert sentence.endswith(".")
        stage.set_filter(FilterSpec())
        assert not stage.page.is_empty


def test_a_kernel_of_zeros_gives_a_map_of_the_bias(stage: Stage) -> None:
    stage.set_filter(FilterSpec(kernel=KernelSpec(name="custom", weights=(((0.0,) * 4,) * 2,)), bias=0.5))
    values = stage.ranges[-1]
    assert values is not None
    assert (values.minimum, values.maximum) == (0.5, 0.5)
    assert "All weights are 0" in stage.page.kernel.facts.text()


@pytest.mark.parametrize("spec", [FilterSpec(), GAUSSIAN, POOLED, with_channels(FilterSpec(), "sum")])
def test_at_1280_by_800_nothing_of_the_column_is_cut_off(stage: Stage, spec: FilterSpec) -> None:
    stage.set_filter(spec)
    QApplication.processEvents()
    assert stage.page.size().toTuple() == PAGE_SIZE
    assert stage.page.side.area.verticalScrollBar().maximum() == 0
    _assert_nothing_is_cut(stage)


@pytest.mark.parametrize("name", [each.name for each in families()])
def test_no_kernel_makes_the_column_wider(stage: Stage, name: str) -> None:
    spec = with_kernel(FilterSpec(), kernel(name).spec())
    for operation, channels in itertools.product(("correlation", "convolution"), ("grey", "sum")):
        stage.document.edit(
            msgspec.structs.replace(
                stage.document.project,
                filter=msgspec.structs.replace(with_channels(spec, channels), operation=operation),  # type: ignore[arg-type]
            ),
            "kernel",
        )
        QApplication.processEvents()
        _assert_nothing_is_cut(stage)
    stage.settle()


def test_the_widest_settings_are_not_cut_either(stage: Stage) -> None:
    for detector, pooling in itertools.product(("leaky_relu", "threshold", "magnitude"), ("average", "l2")):
        stage.set_filter(
            FilterSpec(
                padding=(2, 3),
                detector=DetectorSpec(kind=detector),  # type: ignore[arg-type]
                pooling=PoolingSpec(kind=pooling),  # type: ignore[arg-type]
                kernel=KernelSpec(name="custom", weights=(((-123456.789, 1 / 3, 0.5),) * 3,)),
            )
        )
        QApplication.processEvents()
        _assert_nothing_is_cut(stage)


def _assert_nothing_is_cut(stage: Stage) -> None:
    side = stage.page.side
    view = side.area.viewport()
    holder = side.area.widget()
    assert holder.width() <= view.width(), "the panels are wider than the column"
    for part in _all(side):
        if not isinstance(part, (QLabel, QAbstractButton, QComboBox, QLineEdit)) or part.window() is not side.window():
            continue
        owner = part.parentWidget()
        assert owner.rect().contains(QRect(part.pos(), part.size()).adjusted(1, 1, -1, -1)), _what(part)
        if isinstance(part, Choice):
            room = part.width() - 7 - 20 - 2
            assert part.fontMetrics().horizontalAdvance(part.currentText()) <= room, _what(part)
        elif isinstance(part, QLabel) and not part.wordWrap():
            assert part.sizeHint().width() <= part.width(), _what(part)
    for row in side.findChildren(FieldRow):
        parts = [part for part in row.findChildren(QWidget) if part.isVisible() and part.parentWidget() is row]
        for one, other in itertools.combinations(parts, 2):
            assert not one.geometry().intersects(other.geometry()), (_what(one), _what(other))


def _what(part: QWidget) -> str:
    return f"{type(part).__name__} {part.accessibleName() or getattr(part, 'text', str)()!r}"


EVERYTHING = FilterSpec(
    operation="convolution",
    padding=(1, 1),
    detector=DetectorSpec(kind="leaky_relu"),
    pooling=PoolingSpec(kind="max"),
    kernel=kernel("gabor").spec(),
)


@pytest.mark.parametrize("spec", [FilterSpec(), EVERYTHING, with_channels(FilterSpec(), "sum")])
def test_everything_that_takes_the_focus_has_a_name_and_a_meaning(stage: Stage, spec: FilterSpec) -> None:
    stage.set_filter(spec)
    found = [part for part in _all(stage.page) if part.focusPolicy() != Qt.FocusPolicy.NoFocus and not part.focusProxy()]
    # The viewport of a picture takes the focus for the view around it.
    nameless = [part for part in found if not part.accessibleName() and not part.parentWidget().accessibleName()]
    assert not [type(part).__name__ for part in nameless]
    assert not [_what(part) for part in _tabbable(stage.page) if not part.accessibleName()]
    untold = [part for part in _tabbable(stage.page) if not part.toolTip() and not part.accessibleDescription()]
    assert not [_what(part) for part in untold]


@pytest.mark.parametrize("spec", [FilterSpec(), EVERYTHING, with_channels(POOLED, "sum")])
def test_tab_goes_once_through_everything_from_left_to_right_and_down(stage: Stage, spec: FilterSpec) -> None:
    stage.set_filter(spec)
    stage.page.input.view.setFocus()
    visited: list[QWidget] = []
    while (part := QApplication.focusWidget()) not in visited:
        assert part is not None
        visited.append(part)
        QTest.keyClick(part, Qt.Key.Key_Tab)
    assert visited[0] is stage.page.input.view
    assert {id(part) for part in visited} == {id(part) for part in _tabbable(stage.page)}
    inside = [part for part in visited if stage.page.side.isAncestorOf(part)]
    places = [part.mapTo(stage.page.side.area.widget(), QPoint(0, part.height() // 2)) for part in inside]
    order = [(round(place.y() / 20), place.x()) for place in places]
    assert order == sorted(order)


def test_a_control_that_gets_the_focus_is_scrolled_into_sight(stage: Stage) -> None:
    stage.set_filter(EVERYTHING)
    area = stage.page.side.area
    assert area.verticalScrollBar().maximum() > 0
    for part in [part for part in _tabbable(stage.page) if area.isAncestorOf(part)][-1:]:
        QTest.keyClick(_before(stage, part), Qt.Key.Key_Tab)
        assert QApplication.focusWidget() is part
        place = part.mapTo(area.viewport(), part.rect().center())
        assert area.viewport().rect().contains(place)


def _before(stage: Stage, part: QWidget) -> QWidget:
    part.setFocus()
    QTest.keyClick(part, Qt.Key.Key_Backtab)
    stage.page.side.area.verticalScrollBar().setValue(0)
    found = QApplication.focusWidget()
    assert found is not None
    return found


def test_the_panels_do_not_move_when_the_column_begins_to_scroll(stage: Stage) -> None:
    left = {panel.mapTo(stage.page, QPoint(0, 0)).x() for panel in stage.page.findChildren(KernelPanel)}
    width = stage.page.kernel.width()
    stage.set_filter(EVERYTHING)
    QApplication.processEvents()
    assert {panel.mapTo(stage.page, QPoint(0, 0)).x() for panel in stage.page.findChildren(KernelPanel)} == left
    assert abs(stage.page.kernel.width() - width) <= 2


def test_both_pictures_stay_equally_large_in_any_window(stage: Stage) -> None:
    for width, height in ((888, 540), (1848, 1000), (1208, 728)):
        stage.page.resize(width, height)
        QApplication.processEvents()
        one, other = stage.page.input.view.size(), stage.page.map.view.size()
        assert abs(one.width() - other.width()) <= 1
        assert one.height() == other.height()


def test_the_numbers_of_the_map_are_those_of_scipy(stage: Stage, tmp_path: object) -> None:
    from pathlib import Path

    from scipy.signal import correlate2d

    path = Path(str(tmp_path)) / "map.npy"
    stage.use(SMALL)
    stage.link.save(str(path))
    stage.until(path.exists)
    sobel = np.array(FilterSpec().kernel.weights[0])
    expected = correlate2d(np.pad(stage.grey(), 1), sobel, "valid")
    assert np.abs(np.load(path) - expected).max() <= 4e-7 * 8
