"""The tab Kinds as a person uses it: choose, read, walk, click, be refused, undo."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QPlainTextEdit, QSlider

from app.widgets.fields import Choice, Toggle
from app.widgets.number_field import NumberField
from engine.kinds.catalogue import kind_names, kinds
from engine.kinds.facts import kind_facts
from engine.spec.trial import TrialSpec
from tests.app.kernels.conftest import named, visible, what
from tests.app.kernels.kinds.conftest import KindsStage

CONTROLS = (QAbstractButton, NumberField, Choice, Toggle, QSlider, QLineEdit)


def button(stage: KindsStage, name: str) -> QAbstractButton:
    return named(stage.look, QAbstractButton, name)


@pytest.mark.parametrize("name", kind_names())
def test_choosing_a_kind_shows_it_and_one_undo_takes_it_back(stage: KindsStage, name: str) -> None:
    other = "shared" if name != "shared" else "dilated"
    stage.look.choice.choose(other)
    stage.ready()
    before = stage.project
    kind = next(kind for kind in kinds() if kind.name == name)
    button(stage, f"Kind: {kind.label.partition(',')[0]}").click()
    stage.ready()
    assert stage.look.choice.row.value() == name
    assert stage.look.choice.lesson.text() == kind.text
    facts = kind_facts(stage.kind)
    assert facts.output_shape is not None
    sides = stage.look.stage.sides
    if stage.kind.dimensions == 1:
        assert (sides["input"].signal.count, sides["output"].signal.count) == (
            stage.kind.size[0],
            facts.output_shape[1],
        )
    else:
        assert sides["input"].panel.view.extent() == stage.kind.size[-2:]
        assert sides["output"].panel.view.extent() == facts.output_shape[-2:]
    assert f"{facts.weights:,}" in stage.look.facts.text.text()
    assert stage.look.walking.side == ("input" if name == "transposed" else "output")
    assert stage.undone() == before


def test_a_tiled_layer_shows_the_weights_of_the_place_and_frames_all_places_that_share_them(stage: KindsStage) -> None:
    stage.go_to(0, 0)
    first = stage.look.sheet.weights.grid.sheet().values
    stage.go_to(0, 1)
    assert stage.look.sheet.weights.grid.sheet().values.tolist() != first.tolist()
    stage.go_to(2, 4)
    assert stage.look.sheet.weights.grid.sheet().values.tolist() == first.tolist()
    output = stage.look.stage.sides["output"].panel.view
    thin = {(mark.row, mark.column) for mark in output.overlays() if mark.style == "thin"}
    assert thin == {(row, column) for row in range(0, 10, 2) for column in range(0, 10, 2)}
    frame = [mark for mark in output.overlays() if mark.style == "frame"]
    assert [(mark.row, mark.column) for mark in frame] == [(2, 4)]
    [box] = stage.look.stage.sides["input"].panel.view.overlays()
    assert (box.row, box.column, box.height, box.width) == (2, 4, 3, 3)
    assert stage.products().sum() == pytest.approx(stage.written(), abs=1e-6)


def test_the_framed_places_are_those_of_the_kernel_at_hand(stage: KindsStage) -> None:
    stage.layer(tile=(2, 3))
    stage.go_to(5, 4)
    output = stage.look.stage.sides["output"].panel.view
    thin = {(mark.row, mark.column) for mark in output.overlays() if mark.style == "thin"}
    assert thin == {(row, column) for row in range(1, 10, 2) for column in range(1, 10, 3)}


def test_a_cell_that_is_no_longer_there_holds_nothing_up(stage: KindsStage) -> None:
    stage.look.choice.choose("3-D")
    stage.ready()
    named(stage.look, QSlider, "Output slice").setValue(5)
    stage.go_to(13, 13)
    stage.layer(stride=(4, 4, 2))
    assert stage.look.sheet.told.event.cell == (0, 1, 3, 6)  # type: ignore[union-attr]


def test_a_transposed_layer_is_told_from_its_input_and_a_click_on_the_output_writes_its_sum(stage: KindsStage) -> None:
    stage.look.choice.choose("transposed")
    stage.ready()
    stage.go_to(3, 5)
    [box] = [mark for mark in stage.look.stage.sides["output"].panel.view.overlays() if mark.style == "frame"]
    assert (box.row, box.column, box.height, box.width) == (5, 9, 3, 3)
    assert stage.look.sheet.told.event.side == "input"  # type: ignore[union-attr]
    stage.look.stage.clicked.emit("output", (6, 7))
    stage.until(lambda: stage.look.walking.side == "output" and stage.look.is_answered)
    assert stage.look.sheet.told.event.cell == (0, 6, 7)  # type: ignore[union-attr]
    assert stage.products().sum() == pytest.approx(stage.written(), abs=1e-6)


def test_dilated_cells_are_tinted_and_padding_is_hatched(stage: KindsStage) -> None:
    stage.layer(kind="shared", dilation=(2, 2), padding="same")
    stage.go_to(0, 0)
    view = stage.look.stage.sides["input"].panel.view
    assert len(view.layers()) == 1
    hatched = [mark for mark in view.overlays() if mark.style == "hatch"]
    assert {mark.role for mark in hatched} == {"faint", "result"}
    sheet = stage.look.sheet.values.grid.sheet()
    assert sheet.padding is not None
    assert sheet.padding.tolist() == [[True] * 3, [True, False, False], [True, False, False]]


def test_channels_of_a_grouped_layer_come_along_to_where_the_cell_has_a_part(stage: KindsStage) -> None:
    stage.look.choice.choose("grouped")
    stage.ready()
    stage.enter(named(stage.look, NumberField, "Output channel"), "3")
    stage.until(lambda: stage.look.is_answered and stage.look.sheet.told.event.cell[0] == 3)  # type: ignore[union-attr]
    assert stage.look.stage.sides["input"].bar.plane()[0] == 2
    stage.enter(named(stage.look, NumberField, "Input channel"), "0")
    stage.until(lambda: "meets no part" in stage.look.sheet.written.text())


def test_slices_of_a_volume_are_walked_through_and_the_input_follows(stage: KindsStage) -> None:
    stage.look.choice.choose("3-D")
    stage.ready()
    slider = named(stage.look, QSlider, "Output slice")
    slider.setValue(0)
    stage.until(lambda: stage.look.is_answered and stage.look.sheet.told.event.cell[1] == 0)  # type: ignore[union-attr]
    assert stage.look.stage.sides["input"].bar.plane()[1] in (0, 1, 2)
    slider.setValue(5)
    stage.until(lambda: stage.look.is_answered and stage.look.sheet.told.event.cell[1] == 5)  # type: ignore[union-attr]
    assert stage.look.stage.sides["input"].bar.plane()[1] in (5, 6, 7)
    assert stage.look.sheet.products.grid.sheet().values.shape == (3, 3)
    assert len(stage.products()) == 27
    named(stage.look, QSlider, "Input slice").setValue(0)
    stage.settle()
    assert stage.look.stage.sides["input"].bar.plane()[1] == 0, "a slice that was chosen stays"


def test_an_unshared_layer_over_4k_is_refused_in_place_and_the_way_back_is_open(stage: KindsStage) -> None:
    stage.layer(kind="unshared")
    stage.enter(named(stage.look, NumberField, "Input size, height"), "2160")
    stage.ready()
    stage.enter(named(stage.look, NumberField, "Input size, width"), "3840")
    stage.settle()
    assert "298,166,544 bytes" in stage.look.facts.text.text()
    assert "298,166,544 bytes" in stage.look.sheet.written.text().replace("\n", " ")
    assert stage.look.stage.sides["output"].panel.view.extent() is None
    assert not stage.look.facts.copy.isEnabled()
    stage.document.undo()
    stage.document.undo()
    stage.ready()
    assert stage.look.stage.sides["output"].panel.view.extent() == (10, 10)


def test_what_the_engine_refuses_is_said_in_place_too(stage: KindsStage) -> None:
    trial = TrialSpec(weights="kernel")
    stage.document.edit(with_trial(stage, trial), "set by the test")
    stage.layer(kernel_size=(5, 5))
    assert "set the kernel size to 3×3" in stage.look.sheet.written.text().replace("\n", " ")
    assert stage.look.stage.sides["input"].panel.view.extent() is None
    stage.layer(kernel_size=(3, 3))
    assert stage.look.sheet.told is not None


def with_trial(stage: KindsStage, trial: TrialSpec) -> object:

    return msgspec.structs.replace(stage.project, trial=trial)


def test_the_page_s_kernel_brings_its_size_with_it(stage: KindsStage) -> None:
    stage.layer(kernel_size=(5, 5))
    stage.choose(named(stage.look, Choice, "Values"), "this page's kernel")
    stage.ready()
    assert stage.kind.kernel_size == stage.filter.kernel.size
    expected = np.array(stage.filter.kernel.weights[0])
    assert stage.look.sheet.weights.grid.sheet().values.tolist() == expected.tolist()
    assert stage.undone().kind.kernel_size == (5, 5)


def test_padding_of_one_s_own_begins_where_the_word_was(stage: KindsStage) -> None:
    stage.layer(padding="same", kernel_size=(5, 3))
    stage.choose(named(stage.look, Choice, "Padding"), "own")
    assert stage.kind.padding == (2, 1)
    stage.enter(named(stage.look, NumberField, "Padding amount, width"), "4")
    assert stage.kind.padding == (2, 4)
    stage.enter(named(stage.look, NumberField, "Padding amount, width"), "513")
    assert "between 0 and 512" in stage.heard.one_sentence()
    assert stage.kind.padding == (2, 4)


def test_the_code_can_be_read_and_copied(stage: KindsStage) -> None:
    stage.layer(kind="shared", stride=(2, 2))
    code = named(stage.look, QPlainTextEdit, "PyTorch code").toPlainText()
    assert "# nn.Conv2d(1, 1, kernel_size=(3, 3), stride=(2, 2)" in code
    stage.look.facts.copy.click()
    assert QGuiApplication.clipboard().text() == code
    compile(code, "copied", "exec")


def test_the_window_plays_and_is_stepped_by_keys(stage: KindsStage) -> None:
    timeline = stage.look.transport.timeline
    timeline.setFocus()
    stage.hand.key(timeline, Qt.Key.Key_Home, Qt.Key.Key_Right, Qt.Key.Key_Down)
    assert stage.look.walk.cell == (1, 1)
    stage.look.walk.set_speed(60)
    stage.hand.key(timeline, Qt.Key.Key_Space)
    stage.until(lambda: stage.look.walk.place >= 14)
    stage.page.looks.show_look("map")
    assert stage.look.walk.direction == 0
    assert stage.page.side.isVisible()


def test_a_click_on_a_signal_goes_to_its_cell(stage: KindsStage) -> None:
    stage.look.choice.choose("1-D")
    stage.ready()
    output = stage.look.stage.sides["output"].signal
    stage.hand.click(output, QPoint(round(output.x_of(20)), 40))
    stage.until(lambda: stage.look.is_answered and stage.look.walk.cell == (0, 20))
    assert output.marks().cell == 20
    signal = stage.look.stage.sides["input"].signal
    assert signal.marks().met == (20, 21, 22, 23, 24)
    stage.hand.click(signal, QPoint(round(signal.x_of(10)), 40))
    stage.until(lambda: stage.look.walking.side == "input" and stage.look.is_answered)
    assert output.marks().met == (6, 7, 8, 9, 10)


def test_every_control_has_a_name_and_is_reached_by_keys(stage: KindsStage) -> None:
    for name in ("tiled", "1-D", "3-D", "transposed"):
        stage.look.choice.choose(name)
        stage.ready()
        parts = [part for part in visible(stage.look) if isinstance(part, CONTROLS)]
        nameless = [what(part) for part in parts if not part.accessibleName()]
        assert nameless == []
        cut = [what(part) for part in parts if part.width() < part.minimumSizeHint().width() - 1]
        assert cut == []


def test_in_a_small_window_the_kinds_are_a_list(stage: KindsStage) -> None:
    assert not stage.look.choice.list.isVisible()
    stage.page.resize(888, 528)
    stage.until(stage.look.choice.list.isVisible)
    assert not stage.look.choice.row.isVisible()
    stage.choose(stage.look.choice.list, "Depthwise")
    stage.ready()
    assert stage.kind.groups == 3
    cut = [what(part) for part in visible(stage.look.transport) if part.width() < part.minimumSizeHint().width() - 8]
    assert cut == []
