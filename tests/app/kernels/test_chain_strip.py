"""The chain on the page: steps are added, chosen, moved and taken out, and the map is always the chosen one's."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton

from app.source.pad import DrawingPad
from app.widgets.chips import Chips
from app.widgets.number_field import NumberField
from engine.filtering import apply_chain
from engine.kernels import kernel
from engine.sources.grab import grab
from engine.spec.chain_edit import all_steps, chosen_step, with_steps
from engine.spec.filter import FilterSpec, PoolingSpec, with_changes
from engine.spec.project import MAX_STEPS
from engine.spec.source import Drawing
from tests.app.kernels.conftest import Stage, named

BLUR = FilterSpec(kernel=kernel("gaussian").spec())
EDGES = FilterSpec(kernel=kernel("sobel-vertical").spec(), stride=(2, 2), bias=0.5)
POOLED = FilterSpec(kernel=kernel("laplacian-8").spec(), pooling=PoolingSpec(kind="max"))
TOO_LARGE = with_changes(BLUR, padding="valid", dilation=(30, 30))


def set_steps(stage: Stage, chosen: int, *steps: FilterSpec) -> Chips:
    stage.document.edit(with_steps(stage.document.project, steps, chosen), "set by the test")
    stage.settle()
    chips = stage.page.chain.chips
    assert chips is not None
    assert chips.isVisible()
    return chips


def kernels(stage: Stage) -> list[str]:
    return [step.kernel.name for step in all_steps(stage.document.project)]


def assert_map_is_that_of_the_chosen_step(stage: Stage, path: Path) -> None:
    stage.settle()
    path.unlink(missing_ok=True)
    stage.link.save(str(path))
    stage.until(path.exists)
    project = stage.document.project
    expected = apply_chain(grab(project.source), project.steps).map
    np.testing.assert_allclose(np.load(path), expected, atol=1e-4)


def test_one_step_is_a_quiet_button(stage: Stage) -> None:
    chain = stage.page.chain
    assert chain.chips is None
    assert chain.add_button.text() == "+ step"
    assert [part.accessibleName() for part in chain.findChildren(QToolButton)] == ["Add a step"]


def test_a_new_step_hands_on_what_it_sees_and_undo_takes_it_away(stage: Stage, tmp_path: Path) -> None:
    stage.hand.click(stage.page.chain.add_button, stage.page.chain.add_button.rect().center())
    assert kernels(stage) == ["sobel-vertical", "identity"]
    assert_map_is_that_of_the_chosen_step(stage, tmp_path / "map.npy")
    chips = stage.page.chain.chips
    assert chips is not None
    assert chips.accessibleName() == "Steps: Identity, 2 of 2"
    assert stage.page.chain.add_button.text() == ""
    assert stage.document.undo_text == "add a step"
    assert "Identity" in stage.page.kernel.title.text()
    stage.document.undo()
    stage.settle()
    assert not chips.isVisible()
    assert stage.page.chain.add_button.text() == "+ step"


def test_choosing_shows_the_map_of_that_step_and_undo_goes_back_in_one_go(stage: Stage, tmp_path: Path) -> None:
    chips = set_steps(stage, 2, BLUR, EDGES, POOLED)
    stage.hand.click(chips, chips.chip_rectangle(1).center() - QPoint(10, 0))
    assert chosen_step(stage.document.project) == 1
    assert stage.page.map.size_text() == "6×8"
    stage.settle()
    assert stage.page.map.size_text() == "12×16"
    assert_map_is_that_of_the_chosen_step(stage, tmp_path / "map.npy")
    chips.setFocus()
    for key, place in ((Qt.Key.Key_Home, 0), (Qt.Key.Key_End, 2), (Qt.Key.Key_Left, 1), (Qt.Key.Key_Left, 0)):
        QTest.keyClick(chips, key)
        assert chosen_step(stage.document.project) == place
        assert kernels(stage) == ["gaussian", "sobel-vertical", "laplacian-8"]
    assert_map_is_that_of_the_chosen_step(stage, tmp_path / "map.npy")
    assert stage.document.undo_text == "choose step 1"
    assert chosen_step(stage.undone()) == 2, "a walk along the steps is one act"


def test_the_forms_edit_the_chosen_step_and_no_other(stage: Stage) -> None:
    set_steps(stage, 1, BLUR, BLUR, POOLED)
    stage.enter(named(stage.page.operation, NumberField, "Bias"), "2")
    project = stage.document.project
    assert [step.bias for step in all_steps(project)] == [0.0, 2.0, 0.0]
    stage.page.gallery.gallery.chosen.emit("sharpen")
    assert kernels(stage) == ["gaussian", "sharpen", "laplacian-8"]


def test_steps_are_moved_by_hand_and_by_key(stage: Stage, tmp_path: Path) -> None:
    chips = set_steps(stage, 0, BLUR, EDGES, POOLED)
    start, end = chips.chip_rectangle(0).center(), chips.chip_rectangle(2).center() + QPoint(6, 0)
    stage.hand.drag(chips, start, (start + end) / 2, end)
    assert kernels(stage) == ["sobel-vertical", "laplacian-8", "gaussian"]
    assert chosen_step(stage.document.project) == 2, "it is still the one that is shown"
    assert_map_is_that_of_the_chosen_step(stage, tmp_path / "map.npy")
    chips.setFocus()
    QTest.keyClick(chips, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert kernels(stage) == ["sobel-vertical", "gaussian", "laplacian-8"]
    for place in (2, 0):
        stage.document.undo()
        assert kernels(stage).index("gaussian") == place


def test_steps_are_copied_and_taken_out_down_to_the_last(stage: Stage) -> None:
    chips = set_steps(stage, 1, BLUR, EDGES)
    chips.setFocus()
    QTest.keyClick(chips, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    assert kernels(stage) == ["gaussian", "sobel-vertical", "sobel-vertical"]
    assert chosen_step(stage.document.project) == 2
    for left in (["gaussian", "sobel-vertical"], ["gaussian"]):
        QTest.keyClick(chips, Qt.Key.Key_Delete)
        assert kernels(stage) == left
    assert not chips.isVisible()
    assert QApplication.focusWidget() is stage.page.chain.add_button, "the focus does not get lost"


def test_the_menu_offers_what_can_be_done(stage: Stage) -> None:
    set_steps(stage, 0, BLUR, EDGES, POOLED)
    actions = {action.text().split("\t")[0]: action for action in stage.page.chain.menu(0).actions() if action.text()}
    assert [text for text, action in actions.items() if not action.isEnabled()] == ["Move to the left"]
    actions["Move to the right"].trigger()
    assert kernels(stage) == ["sobel-vertical", "gaussian", "laplacian-8"]
    for action in stage.page.chain.menu(2).actions():
        if action.text().startswith("Add"):
            action.trigger()
    assert kernels(stage)[-1] == "identity"
    assert chosen_step(stage.document.project) == 3


def test_a_full_chain_says_so(stage: Stage) -> None:
    set_steps(stage, 3, *[EDGES] * MAX_STEPS)
    stage.page.chain.add_button.click()
    assert stage.heard.one_sentence() == f"A chain has at most {MAX_STEPS} steps; this one has {MAX_STEPS + 1}."
    assert len(all_steps(stage.document.project)) == MAX_STEPS


def test_a_step_that_does_not_fit_is_marked_and_says_why(stage: Stage) -> None:
    chips = set_steps(stage, 0, BLUR, TOO_LARGE, EDGES)
    assert [chip.problem for chip in chips._chips] == [False, True, False]
    assert "does not fit into 24 cells" in chips._chips[1].tip
    assert "map" not in chips._chips[2].tip
    assert not stage.page.is_empty, "the chosen one comes before"
    QTest.keyClick(chips, Qt.Key.Key_End)
    stage.settle()
    assert stage.page.is_empty
    assert stage.page.map.view._placeholder.startswith("Step 2: ")
    stage.document.undo()
    stage.settle()
    assert not stage.page.is_empty


def test_a_larger_picture_gives_room_to_a_step_that_had_none(stage: Stage) -> None:
    chips = set_steps(stage, 0, BLUR, with_changes(BLUR, padding="valid", dilation=(5, 5)))
    assert chips._chips[1].problem
    stage.use(msgspec.structs.replace(stage.document.project.source, height=64, width=64))
    assert not chips._chips[1].problem
    assert "map " in chips._chips[1].tip


def test_a_chip_tells_what_is_set(stage: Stage) -> None:
    chips = set_steps(stage, 1, BLUR, EDGES, POOLED)
    assert chips._chips[1].tip == (
        "<qt>Step 2: Sobel vertical 3×3<br>Cross-correlation · grey · padding same<br>"
        "stride 2×2 · bias 0.5<br>map 12×16</qt>"
    )
    assert "max 2×2" in chips._chips[2].tip
    assert [chip.idle for chip in chips._chips] == [False, False, True]


def test_probing_and_overlays_hold_through_the_chain(stage: Stage) -> None:
    set_steps(stage, 1, with_changes(BLUR, stride=(2, 2)), with_changes(EDGES, stride=(2, 2)))
    stage.hover("map", (2, 3))
    height, width = 2 * 2 + 7, 2 * 2 + 7
    assert stage.boxes("input") == [(8 - 2 - 3, 12 - 2 - 3, height, width)]


def test_a_drawing_can_be_drawn_into_whatever_comes_after(stage: Stage) -> None:
    stage.document.edit(msgspec.structs.replace(stage.document.project, source=Drawing()), "draw")
    stage.settle()
    set_steps(stage, 1, BLUR, EDGES)
    DrawingPad(stage.document, stage.page.input_view)
    view = stage.page.input.view
    middle = view.rect().center()
    stage.hand.drag(view, middle, middle + QPoint(30, 10), middle + QPoint(60, 0))
    source = stage.document.project.source
    assert isinstance(source, Drawing)
    assert len(source.strokes) == 1


@pytest.mark.parametrize("width", [700, 1208, 1848])
def test_the_strip_stays_in_its_row_however_many_steps_there_are(stage: Stage, width: int) -> None:
    chips = set_steps(stage, 9, *[EDGES] * 12)
    stage.page.resize(width, 728)
    QApplication.processEvents()
    row = stage.page.looks
    assert stage.page.chain.geometry().right() <= row.width()
    assert not stage.page.chain.geometry().intersects(row.tabs.geometry())
    chosen = chips.chip_rectangle(9)
    assert chosen.left() >= 0
    assert chosen.right() <= chips.width()
    assert named(stage.page.chain, QToolButton, "Add a step").isVisible()
