"""The look "Matrix": the layer as a matrix, whose entries lead to cells and weights, and back."""

from __future__ import annotations

import random

import msgspec
import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtWidgets import QApplication, QPushButton
from scipy.signal import correlate2d

from app.kernels.matrix.card import FormCard
from app.kernels.matrix.hues import weight_colours
from app.kernels.matrix.look import MatrixLook
from app.kernels.matrix.told import NOTHING, Aim
from app.widgets.number_field import NumberField
from engine.errors import SpecError
from engine.kinds.matrix import layer_matrix
from engine.kinds.patches import patch_kind
from engine.spec.filter import FilterSpec, KernelSpec
from engine.spec.kind import KindSpec
from engine.spec.source import Pattern
from engine.spec.study import MatrixSpec
from tests.app.kernels.conftest import Stage, named
from tests.app.kernels.test_looks_storm import change
from tests.conftest import LONG

SETTINGS = 200 if LONG else 25
UNEVEN = KernelSpec(name="custom", weights=(((1.0, -2.0, 0.5), (0.0, 3.0, -1.0)),))
SPEC = FilterSpec(kernel=UNEVEN, padding="valid")


@pytest.fixture
def look(stage: Stage) -> MatrixLook:
    shared = msgspec.structs.replace(stage.document.project, filter=SPEC, kind=KindSpec(kind="shared"))
    stage.document.edit(shared, "start")
    stage.settle()
    found = stage.open_look("Matrix", MatrixLook)
    settle(stage, found)
    return found


def settle(stage: Stage, look: MatrixLook) -> None:
    stage.settle()
    stage.until(lambda: look.told is not None and stage.link.is_newest(look.told.event.id))


def press(stage: Stage, look: MatrixLook, text: str) -> None:
    button = next(each for each in look.bar.findChildren(QPushButton) if each.text() == text)
    stage.hand.click(button, button.rect().center())
    settle(stage, look)


def over(stage: Stage, look: MatrixLook, row: int, column: int) -> None:
    """Move the real cursor to an entry."""
    stage.hand.move(look.view, look.view.entry_box(row, column).center().toPoint())


def test_the_product_is_the_map_and_both_are_the_sums_that_they_should_be(stage: Stage, look: MatrixLook) -> None:
    expected = correlate2d(stage.grey()[9:15, 12:18], np.array(UNEVEN.weights[0]), "valid")
    for kind in ("Shared", "Tiled", "Unshared", "Dense"):
        press(stage, look, kind)
        assert look.numbers.map.sheet().values == pytest.approx(expected, abs=1e-5)
        assert look.numbers.product.sheet().values == pytest.approx(expected, abs=1e-5)
        assert look.numbers.input.sheet().values == pytest.approx(stage.grey()[9:15, 12:18], abs=1e-6)
        assert look.view.shape() == (20, 36)
        assert "largest difference" in look.numbers.difference.text()


def test_an_entry_leads_to_its_cells_and_its_weight(stage: Stage, look: MatrixLook) -> None:
    matrix = layer_matrix(patch_kind(SPEC, KindSpec(), (6, 6)))
    row, column = 6, 14
    weight = int(matrix.index[row, column])
    assert weight >= 0
    over(stage, look, row, column)
    assert look.aim == Aim(row, column, weight)
    assert look.numbers.map.ring() == look.numbers.product.ring() == (1, 2)
    assert look.numbers.input.ring() == (2, 2)
    assert look.numbers.weights.ring() == divmod(weight, 3)
    reads = {divmod(int(place), 6) for place in np.flatnonzero(matrix.index[row] >= 0)}
    assert set(look.numbers.input.notes()) == reads
    assert f"Row {row} is map cell (1, 2), column {column} is input cell (2, 2)." in look.words.text()
    assert look.view.accessibleDescription() == look.words.text()
    over(stage, look, 0, 35)
    assert "No weight joins them" in look.words.text()
    assert look.numbers.weights.ring() is None
    QApplication.sendEvent(look.view, QEvent(QEvent.Type.Leave))
    assert look.aim == NOTHING
    assert look.numbers.input.notes() == {}


def test_cells_and_weights_lead_to_rows_columns_and_entries(stage: Stage, look: MatrixLook) -> None:
    look.numbers.input.hovered.emit((2, 2))
    assert look.aim == look.view.aim() == Aim(column=14)
    assert "It has a part in 6 cells of the map." in look.words.text()
    assert set(look.numbers.map.notes()) == {(row, column) for row in (1, 2) for column in (0, 1, 2)}
    look.numbers.map.hovered.emit((1, 2))
    assert look.aim == Aim(row=6)
    assert "the sum of 6 products" in look.words.text()
    grid = look.numbers.weights
    stage.hand.move(grid, grid.layout_now().rectangle(1, 0).center())
    assert look.aim == Aim(weight=3)
    assert look.words.text() == "Weight (1, 0) of the kernel stands in 20 entries of the matrix."


def test_the_keyboard_goes_from_entry_to_entry(stage: Stage, look: MatrixLook) -> None:
    look.view.setFocus()
    stage.hand.key(look.view, Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Down)
    assert look.aim[:2] == (2, 1)
    stage.hand.key(look.view, *[Qt.Key.Key_Left] * 3)
    assert look.aim[:2] == (2, 0)
    assert look.view.accessibleName() == "Matrix, row 2, column 0"
    look.numbers.weights.setFocus()
    stage.hand.key(look.numbers.weights, Qt.Key.Key_Right)
    assert look.aim == Aim(weight=1)


def test_each_kernel_of_unshared_weights_is_shown_with_its_row(stage: Stage, look: MatrixLook) -> None:
    press(stage, look, "Unshared")
    over(stage, look, 6, 14)
    assert look.numbers.titles["weights"].detail.text() == "kernel 7 of 20"
    assert "of the kernel of map cell (1, 2)" in look.words.text()
    look.numbers.map.hovered.emit((2, 3))
    assert look.numbers.titles["weights"].detail.text() == "kernel 12 of 20"
    press(stage, look, "Dense")
    over(stage, look, 7, 14)
    assert "the weight from input cell (2, 2) to map cell (1, 3)" in look.words.text()


def test_the_ways_to_share_stand_side_by_side_and_can_be_chosen(stage: Stage, look: MatrixLook) -> None:
    shown = {kind: card.form() for kind, card in look.cards.items()}
    counts = {kind: (form.weights, form.nonzeros) for kind, form in shown.items() if form is not None}
    assert counts == {"dense": (720, 720), "unshared": (120, 120), "tiled": (24, 120), "shared": (6, 120)}
    card = look.cards["unshared"]
    assert card.accessibleName() == "Unshared: 120 weights, 120 of 720 entries"
    stage.hand.click(card, card.rect().center())
    settle(stage, look)
    assert stage.document.project.kind.kind == "unshared"
    assert [kind for kind, each in look.cards.items() if each.isChecked()] == ["unshared"]
    assert look.bar.kind.value() == "unshared"
    look.cards["dense"].setFocus()
    stage.hand.key(look.cards["dense"], Qt.Key.Key_Space)
    assert stage.document.project.kind.kind == "dense"
    stage.document.undo()
    settle(stage, look)
    assert look.cards["shared"].isChecked(), "choices that follow each other closely are undone together"


def test_the_filter_at_the_right_changes_the_matrix(stage: Stage, look: MatrixLook) -> None:
    before = look.told.index.copy() if look.told is not None else None
    stage.set(operation="convolution")
    settle(stage, look)
    assert look.told is not None
    assert not np.array_equal(look.told.index, before)
    for settings, shape in (
        ({"stride": (2, 1)}, (12, 36)),
        ({"stride": (2, 1), "padding": "same"}, (18, 36)),
        ({"stride": (1, 1), "padding": "valid", "dilation": (2, 2)}, (8, 36)),
    ):
        stage.set(**settings)
        settle(stage, look)
        assert look.view.shape() == shape


def test_the_patch_goes_where_the_person_clicks_or_types(stage: Stage, look: MatrixLook) -> None:
    stage.until(lambda: look.picture.extent() == (24, 31))
    region, zoom = look.picture.region(), look.picture.zoom()
    at = QPointF((20.5 - region.left()) * zoom, (10.5 - region.top()) * zoom)
    stage.hand.click(look.picture, QPoint(round(at.x()), round(at.y())))
    settle(stage, look)
    assert stage.document.project.matrix.place == (7, 17)
    assert [tuple(box[:4]) for box in look.picture.overlays()] == [(7, 17, 6, 6)]
    assert look.numbers.input.sheet().values == pytest.approx(stage.grey()[7:13, 17:23], abs=1e-6)
    stage.enter(named(look, NumberField, "Patch, row"), "18")
    assert stage.document.project.matrix.place == (18, 17)
    stage.enter(named(look, NumberField, "Patch, row"), "19")
    assert stage.heard.all, "the patch would not lie in the picture"
    stage.enter(named(look, NumberField, "Patch, vertical"), "4")
    settle(stage, look)
    assert stage.document.project.matrix.size == (4, 4)
    assert look.numbers.input.sheet().values.shape == (4, 4)
    while stage.document.project.matrix != MatrixSpec():
        stage.document.undo()
    settle(stage, look)
    assert (look.fields.row.value(), look.fields.column.value()) == (9, 12)


def test_the_tile_is_set_where_kernels_take_turns_whatever_the_layer_looks_at(stage: Stage, look: MatrixLook) -> None:
    assert not look.bar.tile.isVisible()
    press(stage, look, "Tiled")
    assert look.bar.tile.isVisible()
    for size, tile in (((8, 8), (3, 3)), ((9,), (3,)), ((4, 4, 4), (2, 3, 3))):
        kind = KindSpec(kind="tiled", size=size)
        stage.document.edit(msgspec.structs.replace(stage.document.project, kind=kind), "another layer")
        settle(stage, look)
        look.bar.tile.set_value((2, 2))
        stage.enter(named(look, NumberField, "Matrix tile, vertical"), "3")
        settle(stage, look)
        assert stage.document.project.kind.tile == tile
        assert look.told is not None
        assert look.told.kernels == 9


def test_sizes_at_odds_are_one_sentence_and_nothing_else_is_shown(stage: Stage, look: MatrixLook) -> None:
    stage.document.edit(
        msgspec.structs.replace(stage.document.project, filter=FilterSpec(padding="valid", dilation=(5, 5))), "x"
    )
    stage.until(lambda: look.told is None)
    assert look.words.text().endswith(".")
    assert "\n" not in look.words.text()
    assert look.view.shape() == (0, 0)
    assert all(card.form() is None for card in look.cards.values())
    look.view.grab()
    stage.hand.key(look.view, Qt.Key.Key_Down)
    stage.document.undo()
    settle(stage, look)
    assert look.view.shape() == (20, 36)


def test_no_setting_is_too_much_for_the_matrix(stage: Stage, look: MatrixLook) -> None:
    rng = random.Random("matrix")
    for _ in range(SETTINGS):
        change(stage, rng)
        kind = KindSpec(kind=rng.choice(["dense", "unshared", "tiled", "shared", "transposed"]), tile=rng.randint(1, 3))
        matrix = MatrixSpec(
            size=(rng.randint(1, 12), rng.randint(1, 12)), place=rng.choice([None, (rng.randint(0, 40), 3)])
        )
        project = stage.document.project
        stage.document.edit(msgspec.structs.replace(project, kind=kind, matrix=matrix), "storm")
        if rng.random() < 0.7:
            stage.settle()
        shape = look.view.shape()
        if shape[0]:
            look.go_to((rng.randrange(shape[0]), rng.randrange(shape[1])))
        told = look.told
        if told is not None:
            scale = max(float(np.abs(told.map).max()), 1.0)
            assert told.event.apart <= 1e-4 * scale
        assert look.words.text().endswith(".")
        stage.page.grab()
    stage.settle()


def test_a_frame_whose_numbers_were_painted_counts_as_shown(stage: Stage, look: MatrixLook) -> None:
    shown = stage.link.shown
    stage.document.edit(
        msgspec.structs.replace(stage.document.project, source=Pattern(kind="noise", height=9, width=9, seed=1)), "x"
    )
    stage.until(lambda: look.picture.extent() == (9, 9))
    settle(stage, look)
    assert stage.link.shown == shown + 1


def test_the_same_weight_has_the_same_colour_and_others_have_others() -> None:
    for kernels, taps in ((1, 9), (4, 9), (36, 9), (1, 1)):
        colours = weight_colours(kernels, taps, True)
        assert colours.shape == (kernels * taps, 3)
        assert len(np.unique(colours, axis=0)) == kernels * taps
    with pytest.raises(SpecError):
        MatrixSpec(size=(13, 1))


def test_a_card_without_a_matrix_can_be_painted(stage: Stage) -> None:
    card = FormCard("dense")
    stage.hand.show(card, 120, 130)
    card.show_form(None, None)
    assert not card.grab().isNull()
    small = Pattern(kind="noise", height=1, width=1, seed=1)
    stage.use(small)
