"""Around the maps: what a cell sees and who sees a pixel, the layers at a glance, and numbers picked and explained."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.featuremaps.tiles import Spot
from app.network.maps.asking import Place
from app.network.maps.fields import Fields, on_frame, on_input
from app.state.document import Document
from engine.protocol import ExplainUnit, Link, Part, UnitExplained
from engine.spec.layers import AvgPool2d, Conv2d
from engine.spec.network import NetworkSpec
from engine.spec.network_edit import replace_field
from engine.spec.project import Project
from engine.spec.shapes import walk
from engine.spec.summary import summary
from tests.app.network.conftest import PATHS, SMALL, Stage

small = st.integers(1, 4)
windows = st.one_of(
    st.builds(
        Conv2d,
        out_channels=st.just(2),
        kernel_size=st.tuples(small, small),
        stride=st.tuples(small, small),
        padding=st.one_of(st.sampled_from(["same", "valid", "full"]), st.integers(0, 2)),
        dilation=st.tuples(st.integers(1, 2), st.integers(1, 2)),
    ),
    st.builds(AvgPool2d, kernel_size=st.tuples(small, small), stride=st.tuples(small, small)),
)
stacks = st.builds(
    NetworkSpec,
    input_shape=st.tuples(st.just(1), st.integers(1, 15), st.integers(1, 15)),
    layers=st.lists(windows, min_size=1, max_size=3).map(tuple),
)


@given(stacks)
def test_who_is_seen_sees(network: NetworkSpec) -> None:
    """`reached` is the inverse of `field`, cell by cell."""
    assume(not summary(network).problems)
    fields = Fields(Document(Project(network=network)))
    last = walk(network)[-1]
    assert last.leaving is not None
    reach, (_, rows, columns), (_, height, width) = last.leaving.reach, last.leaving.shape, network.input_shape
    seen: dict[tuple[int, int], set[tuple[int, int]]] = {}
    for row, column in itertools.product(range(rows), range(columns)):
        box = reach.box(row, column)
        for pixel in itertools.product(box.rows, box.columns):
            seen.setdefault(pixel, set()).add((row, column))
        inside = [p for p in itertools.product(box.rows, box.columns) if 0 <= p[0] < height and 0 <= p[1] < width]
        field = fields.field(last.path, row, column)
        assert field is not None
        if inside:
            assert (field[0], field[1]) == min(inside)
            assert field[2] * field[3] == len(inside)
    for pixel in itertools.product(range(height), range(width)):
        found = fields.reached(last.path, *pixel)
        cells = set() if found is None else _cells(found)
        assert cells == seen.get(pixel, set())


def _cells(box: tuple[int, int, int, int]) -> set[tuple[int, int]]:
    return {(box[0] + row, box[1] + column) for row in range(box[2]) for column in range(box[3])}


def test_a_map_lies_where_its_cells_look() -> None:
    layers = (Conv2d(out_channels=1, kernel_size=3), AvgPool2d(kernel_size=2))
    fields = Fields(Document(Project(network=NetworkSpec(input_shape=(1, 10, 12), layers=layers))))
    assert fields.area("") == (0, 0, 10, 12)
    assert fields.area("conv1") == (1, 1, 8, 10)
    assert fields.area("pool1") == (1, 1, 8, 10)
    assert fields.area("gone") is None


@given(st.integers(0, 29), st.integers(0, 39))
def test_a_pixel_of_the_frame_is_found_on_the_input_and_back(row: int, column: int) -> None:
    window, shape = (0, 5, 30, 30), (1, 7, 7)
    pixel = on_input(row, column, window, shape)
    assert (pixel is None) == (not 5 <= column < 35)
    if pixel is not None:
        top, left, height, width = on_frame((*pixel, 1, 1), window, shape)
        assert top <= row + 0.5 <= top + height
        assert left <= column + 0.5 <= left + width


def test_flat_layers_see_everything_and_nobody_is_outlined() -> None:
    fields = Fields(Document(Project(network=SMALL)))
    assert fields.field("linear1", 0, 0) == (0, 0, 12, 12)
    assert fields.reached("linear1", 0, 0) is None


# The page.


@pytest.fixture
def explaining(qtbot: QtBot) -> Iterator[Stage]:
    made = Stage(qtbot)
    made.page.area.tools.explain.click()
    made.choose_layer("conv1")
    yield made
    made.link.close()


def test_every_layer_in_sight_is_asked_for_and_a_click_chooses_it(stage: Stage) -> None:
    strip = stage.page.area.strip
    assert [entry.path for entry in strip.entries()] == ["", *(row.id for row in summary(SMALL).rows)]
    assert stage.engine.last.strip == strip.seen()
    place = [entry.path for entry in strip.entries()].index("pool1")
    strip.horizontalScrollBar().setValue(strip.horizontalScrollBar().maximum())
    assert stage.engine.last.strip == strip.seen()
    stage.hand.click(strip.viewport(), strip.rectangle(place).center())
    assert stage.chosen.path == "pool1"
    QTest.keyClick(strip, Qt.Key.Key_Right)
    assert stage.chosen.path == "flatten1"
    QTest.keyClick(strip, Qt.Key.Key_Home)
    assert stage.chosen.path == ""
    assert strip.accessibleName().startswith("Layers at a glance: input")
    assert set(PATHS) == {entry.path for entry in strip.entries()}


def test_another_page_asks_for_no_layers_at_a_glance(stage: Stage) -> None:
    stage.page.hidden()
    stage.link.ask()
    assert stage.engine.last.strip == ()
    assert not stage.engine.last.histogram


def test_the_view_is_part_of_the_project(stage: Stage) -> None:
    tools = stage.page.area.tools
    tools.hide_dead.click()
    tools.heat.setValue(10)
    tools.sort.activated.emit(1)
    view = stage.document.project.view
    assert (view.hide_dead, view.heat, view.sort) == (True, 0.5, "mean")
    assert stage.engine.last.project.view == view
    for _ in range(3):
        stage.document.undo()
    assert stage.document.project.view == stage.start.view
    assert (tools.hide_dead.isChecked(), tools.heat.value(), tools.sort.value()) == (False, 0, "index")


def test_figures_are_asked_for_while_they_are_in_sight(stage: Stage) -> None:
    button = stage.page.area.tools.figures
    button.click()
    assert stage.engine.last.histogram
    assert stage.page.area.figures.isVisible()
    button.click()
    assert not stage.engine.last.histogram


def _asked(stage: Stage) -> ExplainUnit:
    return stage.engine.questions[-1]


def _answer(stage: Stage, **more: object) -> None:
    """As the engine would, for a sum of three numbers of the input."""
    question = _asked(stage)
    places = np.array([[0, 1, 1], [0, 1, 2], [0, -1, 0]], np.int64)
    given = {
        "chain": (
            Link(path=question.layer, type="Conv2d", cell=question.cell, rule="sum", value=4.5, before=4.5, bias=0.5),
        ),
        "sources": ("",),
        "count": 3,
        "parts": (Part(source=0, channel=0, total=4.0),),
        "total": 4.0,
        "shape": (3,),
        "axes": 3,
        "places": places.tobytes(),
        "inside": np.array([True, True, False]).tobytes(),
        "values": np.array([1.0, 2.0, 0.0]).tobytes(),
        "weights": np.array([2.0, 1.0, 9.0]).tobytes(),
        **more,
    }
    stage.engine.say(
        UnitExplained(id=question.id, show=1, frame=1, layer=question.layer, cell=question.cell, **given)  # type: ignore[arg-type]
    )
    stage.link.pull()


def test_a_cell_is_picked_explained_and_followed_down(explaining: Stage) -> None:
    stage, area = explaining, explaining.page.area
    view = area.maps.mosaic
    box = view.tiles.boxes[2]
    stage.hand.click(view, _place(view, box[0] + 3.5, box[1] + 4.5))
    assert (_asked(stage).layer, _asked(stage).cell) == ("conv1", (2, 3, 4))
    choice = view.choice()
    assert choice is not None
    assert (choice.row, choice.column) == (box[0] + 3, box[1] + 4)
    _answer(stage)
    assert "4 (Σ of 3 products) + 0.5 (bias) = 4.5" in area.unit.steps.text()
    assert area.unit.grids[2].sheet().values.tolist() == [[2.0, 2.0, 0.0]]
    area.unit.grids[1].hovered.emit((0, 1))
    assert area.unit.product.text() == "2 · 1 = 2"
    area.unit.grids[0].chosen.emit(0, 2)
    assert len(area.asking.trail) == 1, "nothing is explained of the padding"
    area.unit.grids[0].chosen.emit(0, 1)
    assert stage.chosen.path == ""
    assert (_asked(stage).layer, _asked(stage).cell) == ("", (0, 1, 2))
    area.unit.back.click()
    assert stage.chosen.path == "conv1"
    assert area.asking.place == Place("conv1", (2, 3, 4))


def _place(view: object, row: float, column: float) -> QPoint:
    region, zoom = view.region(), view.zoom()  # type: ignore[attr-defined]
    return QPoint(math.floor((column - region.left()) * zoom), math.floor((row - region.top()) * zoom))


def test_the_arrow_keys_go_from_cell_to_cell(explaining: Stage) -> None:
    stage, view = explaining, explaining.page.area.maps.mosaic
    for key, cell in ((Qt.Key.Key_Left, (0, 5, 5)), (Qt.Key.Key_Left, (0, 5, 4)), (Qt.Key.Key_Down, (0, 6, 4))):
        QTest.keyClick(view, key)
        assert _asked(stage).cell == cell


def test_who_looks_elsewhere_is_told_no_more(explaining: Stage) -> None:
    stage, area = explaining, explaining.page.area
    area.maps.mosaic._pick(Spot(1, 0, 0))
    stage.choose_layer("relu1")
    assert area.asking.place is None
    assert _asked(stage).row is None
    area.maps.mosaic._pick(Spot(1, 0, 0))
    stage.page.hidden()
    assert _asked(stage).row is None
    stage.page.shown()
    assert (_asked(stage).row, _asked(stage).layer) == (0, "relu1")
    area.tools.explain.click()
    assert not area.unit.isVisible()
    assert _asked(stage).row is None


def test_a_number_that_an_edit_took_away_is_said_in_a_sentence(explaining: Stage) -> None:
    stage, area = explaining, explaining.page.area
    area.maps.mosaic._pick(Spot(3, 9, 9))
    _answer(stage)
    stage.use(replace_field(SMALL, "conv1", "kernel_size", (5, 5)))
    _answer(stage, problem="conv1 has no number there; choose one within.")
    assert "choose one within" in area.unit.steps.text()
    assert not area.unit.parts.isVisible()


def test_the_cursor_shows_fields_on_the_picture_and_cells_on_the_maps(stage: Stage) -> None:
    stage.choose_layer("conv1")
    picture, view = stage.page.input.view, stage.page.maps.mosaic
    box = view.tiles.boxes[1]
    stage.hand.move(view, _place(view, box[0] + 2.5, box[1] + 3.5))
    # Half of the frame's height goes into each row of the input: 6 rows become 12.
    assert [(mark.row, mark.column, mark.height, mark.width) for mark in picture.overlays()] == [(1.0, 2.5, 1.5, 1.5)]
    stage.hand.move(picture, _place(picture, 0.2, 1.7))
    QApplication.processEvents()
    assert len([mark for mark in view.overlays() if mark.style == "thin"]) == 4
