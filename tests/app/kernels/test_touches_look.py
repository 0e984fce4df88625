"""Point at a cell of the input, a weight or a cell of the map: what it touches is marked on the other two."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QApplication, QWidget

from app.kernels.touches.look import TouchesLook
from app.kernels.touches.meeting import Subject
from app.widgets.kernel_grid import KernelGrid
from app.widgets.picture_view import PictureView
from engine.spec.filter import FilterSpec, KernelSpec, PoolingSpec
from engine.spec.source import Pattern
from tests.app.kernels.conftest import Stage

UNEVEN = KernelSpec(name="custom", weights=(((1.0, -2.0, 0.5), (0.0, 3.0, -1.0)),))
Key = Qt.Key


@pytest.fixture
def look(stage: Stage) -> TouchesLook:
    height = stage.page.input.view.height()
    found = stage.open_look("Touches", TouchesLook)
    stage.until(lambda: stage.page.input.view.height() != height)
    return found


def point(stage: Stage, grid: KernelGrid, *cell: int) -> None:
    stage.hand.move(grid, grid.cell_rectangle(*cell).center())


def marked(view: PictureView) -> list[tuple[np.ndarray, np.ndarray]]:
    """Rows and columns of every layer, each as a share of the largest."""
    return [tuple(np.diff(sums) for sums in layer._sums) for layer in view.layers()]


def test_a_cell_of_the_map_touches_its_field_and_all_weights(stage: Stage, look: TouchesLook) -> None:
    stage.set_filter(FilterSpec(kernel=UNEVEN, padding="full", stride=(2, 1)))
    stage.hover("map", (5, 8))
    assert stage.boxes("map") == [(5, 8, 1, 1)]
    assert stage.boxes("input") == [(9, 6, 2, 3)]
    every = {(row, column) for row in range(2) for column in range(3)}
    assert stage.page.kernel.grid.notes() == dict.fromkeys(every, "met")
    assert "6 cells of the input: rows 9 to 10, columns 6 to 8" in look.words.text()
    stage.hover("map", (0, 0))
    assert stage.boxes("input") == [(-1, -2, 2, 3)]
    assert stage.page.kernel.grid.notes() == {**dict.fromkeys(every, "padding"), (1, 2): "met"}


def test_gaps_of_a_dilated_window_are_left_free(stage: Stage, look: TouchesLook) -> None:
    stage.set_filter(FilterSpec(dilation=(3, 2)))
    stage.hover("map", (10, 10))
    [(rows, columns)] = marked(stage.page.input.view)
    assert np.flatnonzero(rows).tolist() == [7, 10, 13]
    assert np.flatnonzero(columns).tolist() == [8, 10, 12]
    stage.set_filter(FilterSpec())
    assert marked(stage.page.input.view) == [], "nothing is left out of the frame"


def test_a_cell_of_the_input_touches_its_outputs_through_their_weights(stage: Stage, look: TouchesLook) -> None:
    stage.set_filter(FilterSpec(kernel=UNEVEN))
    stage.hover("input", (5, 7))
    assert stage.boxes("input") == [(5, 7, 1, 1)]
    assert stage.boxes("map") == [(4, 6, 2, 3)]
    shown = look.grid.grid.sheet().values
    assert np.array_equal(shown, np.array(UNEVEN.weights[0])[::-1, ::-1]), "it meets the kernel the other way round"
    assert look.grid.detail.text() == "rows 4–5 · columns 6–8"
    assert "read 6 times, by 6 of 6 weights" in look.words.text()
    assert "here 6" in look.visits.text()
    stage.set_filter(FilterSpec(kernel=UNEVEN, stride=(2, 3)))
    assert set(stage.page.kernel.grid.notes().values()) == {"met"}
    assert len(stage.page.kernel.grid.notes()) < 6
    one = KernelSpec(name="custom", weights=(((1.0,),),))
    stage.set_filter(FilterSpec(kernel=one, stride=(3, 3)))
    assert stage.boxes("map") == []
    assert "step over it" in look.words.text()
    assert not look.grid.isVisible()


def test_a_weight_touches_every_output_and_a_pattern_of_the_input(stage: Stage, look: TouchesLook) -> None:
    stage.set_filter(FilterSpec(stride=(2, 3)))
    point(stage, stage.page.kernel.grid, 0, 2)
    assert stage.page.kernel.grid.notes() == {(0, 2): "met"}
    [(rows, columns)] = marked(stage.page.input.view)
    assert np.flatnonzero(rows).tolist() == list(range(1, 22, 2))
    assert np.flatnonzero(columns).tolist() == list(range(1, 31, 3))
    assert stage.boxes("map") == [(0, 0, 12, 11)]
    assert "it is shared" in look.words.text()
    assert look.kind.value() == "weight"
    stage.set_filter(FilterSpec(operation="convolution"))
    point(stage, stage.page.kernel.flipped, 0, 0)
    assert stage.page.kernel.grid.notes() == {(2, 2): "met"}
    assert look.touching.subject == Subject("weight", 2, 2)


def test_what_was_pointed_at_stays_to_be_read(stage: Stage, look: TouchesLook) -> None:
    stage.hover("input", (5, 7))
    said = look.words.text()
    stage.hover("input", None)
    QApplication.sendEvent(stage.page.kernel.grid, QEvent(QEvent.Type.Leave))
    assert look.words.text() == said
    assert stage.boxes("map")
    stage.document.edit(msgspec.structs.replace(stage.document.project, filter=FilterSpec(stride=(2, 2))), "stride")
    assert look.words.text() != said, "another setting touches other cells"


def test_only_the_keyboard(stage: Stage, look: TouchesLook) -> None:
    assert look.isAncestorOf(QApplication.focusWidget())
    assert look.touching.subject == Subject("input", 12, 15), "it begins in the middle"
    stage.enter(look.row, "0")
    stage.enter(look.column, "30")
    assert look.touching.subject == Subject("input", 0, 30)
    assert stage.boxes("map") == [(0, 29, 2, 2)]
    stage.hand.key(look.kind.focusProxy(), Key.Key_Right, Key.Key_Right)
    assert look.touching.subject == Subject("map", 12, 15)
    stage.hand.key(look.kind.focusProxy(), Key.Key_Left)
    assert look.touching.subject == Subject("weight", 1, 1)
    assert stage.boxes("map") == [(0, 0, 24, 31)]
    look.heat.setFocus()
    stage.hand.key(look.heat, Key.Key_Space)
    assert len(stage.page.input.view.layers()) == 2
    grid = stage.page.kernel.grid
    grid.setFocus()
    stage.hand.key(grid, Key.Key_Up)
    assert look.touching.subject is not None
    assert look.touching.subject.kind == "weight"


def test_visits_are_laid_over_the_input_with_a_legend(stage: Stage, look: TouchesLook, pixels_of) -> None:
    stage.set_filter(FilterSpec(stride=(2, 1)))
    stage.hover("input", (2, 0))
    before = pixels_of(stage.page.input.view)
    stage.hand.click(look.heat, look.heat.rect().center())
    rows, columns = marked(stage.page.input.view)[0]
    assert rows.tolist() == [1, 2] * 11 + [1, 1]
    assert columns.tolist() == [2] + [3] * 29 + [2]
    assert look.visits.text() == "Visits: corner 2 · edge 3 or 4 · at most 6 · here 2"
    assert look.legend.isVisible()
    assert look.legend.accessibleName() == "Visits from 0 to 6"
    assert (pixels_of(stage.page.input.view) != before).mean() > 0.2
    stage.hand.click(look.heat, look.heat.rect().center())
    assert not look.legend.isVisible()
    assert np.array_equal(pixels_of(stage.page.input.view), before)


@pytest.fixture
def pixels_of():
    def grabbed(widget: QWidget) -> np.ndarray:
        image = widget.grab().toImage()
        return np.frombuffer(image.constBits(), np.uint32).copy()

    return grabbed


def test_pooling_chains_and_large_pictures(stage: Stage, look: TouchesLook) -> None:
    stage.set_filter(FilterSpec(pooling=PoolingSpec(kind="max", kernel_size=(2, 2))))
    stage.hover("map", (3, 3))
    assert stage.boxes("input") == [(5, 5, 4, 4)]
    assert "Pooling looks at several windows" in look.words.text()
    before = (FilterSpec(stride=(2, 2)), FilterSpec())
    stage.document.edit(msgspec.structs.replace(stage.document.project, before=before, filter=FilterSpec()), "chain")
    stage.settle()
    stage.hover("map", (4, 4))
    assert stage.boxes("input") == [(3, 3, 11, 11)]
    assert "through all steps" in look.words.text()
    assert look.visits.text().startswith("Visits by step 1: ")
    stage.hover("input", (12, 12))
    assert not look.grid.isVisible(), "there are steps between"
    stage.document.edit(
        msgspec.structs.replace(stage.document.project, before=(), filter=FilterSpec(stride=(3, 3))), ""
    )
    stage.use(Pattern(kind="noise", height=1000, width=1400))
    point(stage, stage.page.kernel.grid, 1, 1)
    assert "cells of the input: every 3rd row from 0 to 999" in look.words.text()


def test_without_a_map_nothing_breaks(stage: Stage, look: TouchesLook) -> None:
    stage.hand.click(look.heat, look.heat.rect().center())
    huge = KernelSpec(name="custom", weights=(((0.1,) * 31,) * 31,))
    stage.set_filter(FilterSpec(kernel=huge, padding="valid"))
    point(stage, stage.page.kernel.grid, 3, 3)
    for view in (stage.page.input.view, stage.page.map.view):
        assert view.overlays() == ()
        assert view.layers() == ()
    stage.document.undo()
    stage.settle()
    assert stage.page.input.view.layers()


def test_leaving_takes_every_mark_away(stage: Stage, look: TouchesLook) -> None:
    stage.hand.click(look.heat, look.heat.rect().center())
    point(stage, stage.page.kernel.grid, 0, 0)
    stage.page.looks.show_look("map")
    for view in (stage.page.input.view, stage.page.map.view):
        assert view.overlays() == ()
        assert view.layers() == ()
    assert stage.page.kernel.grid.notes() == {}
    point(stage, stage.page.kernel.grid, 1, 1)
    assert stage.page.kernel.grid.notes() == {}
