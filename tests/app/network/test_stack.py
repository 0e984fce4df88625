"""The verbs of the stack: each is one undo, says what cannot be, and leaves the right layer chosen."""

from __future__ import annotations

import msgspec
import pytest

from app.network.edits import plant
from app.network.places import Place
from engine.spec.layers import LAYER_TYPES, ReLU, Residual
from engine.spec.network import NetworkSpec
from engine.spec.network_edit import find_layer, replace_field
from engine.spec.summary import summary
from tests.app.network.conftest import PATHS, SMALL, Desk


@pytest.mark.parametrize("name", LAYER_TYPES)
def test_every_type_can_be_added_after_the_chosen_layer(desk: Desk, name: str) -> None:
    desk.chosen.choose("relu1")
    desk.stack.add(name)
    assert desk.network.layers[2].type == name
    assert desk.chosen.path == desk.network.layers[2].id
    assert desk.document.undo_text == f"add {name}"
    assert desk.undone() == desk.start
    assert desk.chosen.path in PATHS
    assert not desk.heard.all


def test_a_layer_is_added_to_a_place_in_a_block(desk: Desk) -> None:
    desk.stack.add("Tanh", Place("res1.shortcut", 0))
    assert desk.chosen.path == "res1.shortcut.tanh1"
    assert find_layer(desk.network, "res1.shortcut.tanh1").type == "Tanh"


def test_layers_added_one_after_another_stand_in_that_order(desk: Desk) -> None:
    desk.chosen.choose("")
    for name in ("Tanh", "Sigmoid", "Dropout"):
        desk.stack.add(name)
    assert [layer.type for layer in desk.network.layers[:3]] == ["Tanh", "Sigmoid", "Dropout"]


@pytest.mark.parametrize("path", PATHS[1:])
def test_remove_duplicate_and_switch_off_are_one_undo_each(desk: Desk, path: str) -> None:
    desk.chosen.choose(path)
    before = len(PATHS)
    desk.stack.remove()
    assert desk.chosen.path in PATHS
    assert len(summary(desk.network).rows) < before
    assert desk.undone() == desk.start
    desk.chosen.choose(path)
    desk.stack.duplicate()
    copy = desk.chosen.path
    assert copy != path
    assert copy.rpartition(".")[0] == path.rpartition(".")[0]
    assert msgspec.structs.replace(find_layer(desk.network, copy), id="") == msgspec.structs.replace(
        find_layer(desk.network, path), id=""
    )
    assert desk.undone() == desk.start
    desk.chosen.choose(path)
    desk.stack.set_disabled(True)
    assert find_layer(desk.network, path).disabled
    assert desk.chosen.path == path
    desk.stack.set_disabled(False)
    assert desk.document.project == desk.start


def test_the_input_is_no_layer(desk: Desk) -> None:
    desk.chosen.choose("")
    for verb in (desk.stack.remove, desk.stack.duplicate, desk.stack.wrap, desk.stack.unwrap):
        verb()
    desk.stack.set_disabled(True)
    desk.stack.step(1)
    assert desk.document.project == desk.start
    assert desk.stack.layer() is None


def test_when_the_last_layer_goes_the_one_before_is_chosen(desk: Desk) -> None:
    desk.chosen.choose("linear1")
    desk.stack.remove()
    assert desk.chosen.path == "flatten1"
    while desk.network.layers:
        desk.stack.remove()
    assert desk.chosen.path == ""


def test_a_layer_moves_through_a_block_and_stays_chosen(desk: Desk) -> None:
    desk.chosen.choose("pool1")
    way = []
    for _ in range(6):
        desk.stack.step(-1)
        way.append(desk.chosen.path)
    # Past the shortcut, every place of the body, and out of the block again.
    expected = ["res1.shortcut.pool1", "res1.body.pool1", "res1.body.pool1", "res1.body.pool1", "pool1", "pool1"]
    assert way == expected
    assert desk.ids() == ["conv1", "pool1", "relu1", "res1", "flatten1", "linear1"]
    for _ in range(6):
        desk.stack.step(1)
    assert desk.network == SMALL
    desk.document.undo()
    assert desk.network != SMALL


def test_a_move_over_a_closed_block_passes_it_by(desk: Desk) -> None:
    desk.chosen.choose("pool1")
    desk.stack.step(-1, {"res1"})
    assert desk.ids() == ["conv1", "relu1", "pool1", "res1", "flatten1", "linear1"]


def test_a_move_to_its_own_place_changes_nothing(desk: Desk) -> None:
    changes = desk.changes
    desk.stack.move("relu1", Place("", 1))
    desk.stack.move("relu1", Place("", 2))
    assert desk.changes == changes


def test_a_layer_that_comes_to_one_of_the_same_name_gets_another(desk: Desk) -> None:
    desk.stack.move("conv1", Place("res1.body", 0))
    assert desk.chosen.path == "res1.body.conv2"
    assert [layer.id for layer in find_layer(desk.network, "res1").parts()["body"]] == ["conv2", "conv1", "relu1"]


def test_planted_kernels_follow_moves_names_and_blocks(desk: Desk) -> None:
    desk.document.edit(plant(desk.document.project, "conv1", 1), "plant")

    def planted() -> list[str]:
        return [each.layer for each in desk.document.project.planted]

    desk.stack.move("conv1", Place("res1.body", 0))
    assert planted() == ["res1.body.conv2"]
    desk.chosen.choose("res1.body.conv2")
    desk.stack.rename("edges")
    assert (planted(), desk.chosen.path) == (["res1.body.edges"], "res1.body.edges")
    desk.chosen.choose("res1")
    desk.stack.rename("block")
    assert planted() == ["block.body.edges"]
    desk.stack.unwrap()
    assert planted() == ["edges"]
    desk.chosen.choose("edges")
    desk.stack.wrap()
    assert planted() == [f"{desk.chosen.path}.body.edges"]
    desk.stack.remove()
    assert planted() == []
    for _ in range(6):
        desk.document.undo()
    assert planted() == ["conv1"]


def test_wrap_and_unwrap(desk: Desk) -> None:
    desk.chosen.choose("relu1")
    desk.stack.wrap()
    block = find_layer(desk.network, desk.chosen.path)
    assert isinstance(block, Residual)
    assert [layer.id for layer in block.body] == ["relu1"]
    desk.stack.unwrap()
    assert desk.chosen.path == "relu1"
    assert desk.network == SMALL


@pytest.mark.parametrize(("name", "words"), [("Big", "small letters"), ("relu1", "relu1"), ("train", "torch")])
def test_a_name_that_cannot_be_is_one_sentence(desk: Desk, name: str, words: str) -> None:
    desk.chosen.choose("conv1")
    assert not desk.stack.rename(name)
    assert words in desk.heard.one_sentence()
    assert desk.document.project == desk.start


def test_a_depth_that_cannot_be_is_one_sentence(desk: Desk) -> None:
    deep: ReLU | Residual = ReLU()
    for _ in range(8):
        deep = Residual(body=(deep,))
    desk.use(NetworkSpec(layers=(deep,)))
    desk.chosen.choose("res1")
    changes = desk.changes
    desk.stack.wrap()
    assert "deep" in desk.heard.one_sentence()
    assert desk.changes == changes


def test_a_layer_cannot_be_moved_into_itself(desk: Desk) -> None:
    desk.stack.move("res1", Place("res1.body", 0))
    assert "itself" in desk.heard.one_sentence()
    assert desk.document.project == desk.start


def test_repairs_are_edits(desk: Desk) -> None:
    broken = replace_field(SMALL, "res1.body.conv1", "kernel_size", (30, 30))
    broken = replace_field(broken, "res1.body.conv1", "padding", 0)
    desk.use(broken)
    finding = desk.reading.summary.problems[0]
    for repair in finding.repairs:
        desk.stack.repair(finding.id, repair)
        assert desk.network == repair.network
        assert finding.id not in {each.id for each in desk.reading.summary.problems}
        assert desk.undone().network == broken


def test_another_network_takes_everything_with_it(desk: Desk) -> None:
    desk.document.edit(plant(desk.document.project, "conv1", 1), "plant")
    desk.chosen.choose("linear1")
    desk.stack.replace(NetworkSpec(layers=(ReLU(),)), "use another")
    assert desk.chosen.path == "relu1"
    assert desk.document.project.planted == ()
    desk.stack.replace(NetworkSpec(), "use none")
    assert desk.chosen.path == ""
    desk.document.undo()
    desk.document.undo()
    assert desk.network == SMALL
    assert len(desk.document.project.planted) == 1


def test_undo_of_a_removal_leaves_a_layer_chosen_that_exists(desk: Desk) -> None:
    desk.chosen.choose("res1.body.relu1")
    desk.chosen.choose("res1.body.conv1")
    desk.stack.remove()
    assert desk.chosen.path == "res1.body.relu1"
    desk.document.undo()
    assert desk.chosen.path == "res1.body.relu1"


def test_changes_of_the_input_fold_into_one_undo(desk: Desk) -> None:
    for size in (13, 14, 15):
        desk.stack.set_input((1, size, size), ("input", "input_shape"))
    assert desk.network.input_shape == (1, 15, 15)
    assert desk.undone() == desk.start
    desk.stack.set_input((1, 0, 3), None)
    assert "Input" in desk.heard.one_sentence()
