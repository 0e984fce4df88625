"""Several layers at once: chosen by mouse and keys, moved, copied, wrapped, switched off, and put on the clipboard."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from app.network.layer_list import LayerList
from app.network.places import Place
from engine.codegen import to_pytorch
from engine.errors import BadFile
from engine.presets import preset
from engine.project import load_project, save_project
from engine.project.layers_text import layers_from_text, layers_to_text
from engine.project.network_file import network_to_json
from engine.spec.layers import Branches, Conv2d, ReLU, Residual
from engine.spec.network import NetworkSpec, layers_with_paths
from engine.spec.network_edit import find_layer
from tests.app.network.conftest import PATHS, SMALL, Desk
from tests.app.network.test_list import _drag, _gap, _spot, assert_list_is_spec
from tests.support.stacks import networks

CTRL, SHIFT, NONE = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.NoModifier,
)


@pytest.fixture
def cards(desk: Desk) -> LayerList:
    made = LayerList(desk.document, desk.stack, desk.reading)
    desk.show(made, 300, 700)
    made.setFocus()
    return made


def _click(cards: LayerList, path: str, held: Qt.KeyboardModifier) -> None:
    QTest.mouseClick(cards.viewport(), Qt.MouseButton.LeftButton, held, _spot(cards, path))


def _ctrl(cards: LayerList, key: Qt.Key) -> None:
    QTest.keyClick(cards, key, CTRL)


def test_clicks_with_ctrl_and_shift_choose_several(desk: Desk, cards: LayerList) -> None:
    _click(cards, "conv1", NONE)
    _click(cards, "pool1", CTRL)
    assert desk.chosen.paths == ("conv1", "pool1")
    assert desk.chosen.path == "pool1", "the last is looked at"
    _click(cards, "pool1", CTRL)
    assert desk.chosen.paths == ("conv1",)
    _click(cards, "conv1", CTRL)
    assert desk.chosen.paths == ("conv1",), "one stays chosen"
    _click(cards, "res1", SHIFT)
    assert desk.chosen.paths == ("conv1", "relu1", "res1")
    _click(cards, "relu1", SHIFT)
    assert desk.chosen.paths == ("conv1", "relu1"), "the range begins where it began"
    _click(cards, "relu1", NONE)
    assert desk.chosen.paths == ("relu1",)
    assert desk.document.project == desk.start


def test_keys_choose_several(desk: Desk, cards: LayerList) -> None:
    desk.chosen.choose("conv1")
    for _ in range(2):
        QTest.keyClick(cards, Qt.Key.Key_Down, SHIFT)
    assert desk.chosen.paths == ("conv1", "relu1", "res1")
    assert cards.accessibleName().endswith("3 layers chosen")
    QTest.keyClick(cards, Qt.Key.Key_Up, SHIFT)
    assert desk.chosen.paths == ("conv1", "relu1")
    QTest.keyClick(cards, Qt.Key.Key_Escape)
    assert desk.chosen.paths == ("relu1",)
    _ctrl(cards, Qt.Key.Key_A)
    assert desk.chosen.paths == tuple(PATHS[1:])
    desk.chosen.choose("")
    assert desk.chosen.paths == ()


def test_all_that_is_chosen_is_marked(desk: Desk, cards: LayerList) -> None:
    desk.chosen.choose("conv1")
    desk.chosen.toggle("pool1")
    cards.grab()
    marked = [line.card.row.path for index, line in enumerate(cards.lines) if cards.state_of(index).chosen]
    assert marked == ["conv1", "pool1"]


@pytest.mark.parametrize("key", [Qt.Key.Key_Delete, Qt.Key.Key_Space, Qt.Key.Key_D, Qt.Key.Key_X])
def test_a_verb_on_several_is_one_undo(desk: Desk, cards: LayerList, key: Qt.Key) -> None:
    desk.chosen.choose("conv1")
    desk.chosen.toggle("res1.body.relu1")
    desk.chosen.toggle("pool1")
    QTest.keyClick(cards, key, CTRL if key in (Qt.Key.Key_D, Qt.Key.Key_X) else NONE)
    paths = {path for path, _ in layers_with_paths(desk.network.layers)}
    gone = {"conv1", "res1.body.relu1", "pool1"}
    if key == Qt.Key.Key_Space:
        assert all(find_layer(desk.network, path).disabled for path in gone)
        QTest.keyClick(cards, key)
        assert desk.network == SMALL
        desk.document.undo()
    elif key == Qt.Key.Key_D:
        assert paths == {*PATHS[1:], "conv2", "res1.body.relu2", "pool2"}
        assert set(desk.chosen.paths) == {"conv2", "res1.body.relu2", "pool2"}
    else:
        assert paths == set(PATHS[1:]) - gone
    assert_list_is_spec(desk, cards)
    assert desk.document.undo_text.endswith("3 layers")
    assert desk.undone() == desk.start


def test_several_are_dragged_together(desk: Desk, cards: LayerList) -> None:
    desk.chosen.choose("conv1")
    desk.chosen.extend("relu1")
    _drag(desk, cards, "conv1", Place("res1.body", 1))
    inside = [layer.id for layer in find_layer(desk.network, "res1").parts()["body"]]
    assert len(inside) == 4
    assert desk.ids()[0] == "res1"
    assert desk.chosen.paths == tuple(f"res1.body.{name}" for name in inside[1:3])
    assert [find_layer(desk.network, path).type for path in desk.chosen.paths] == ["Conv2d", "ReLU"]
    assert desk.document.undo_text == "move 2 layers"
    assert desk.undone() == desk.start


def test_a_click_on_one_of_several_chooses_it_and_a_drag_to_their_place_does_nothing(
    desk: Desk, cards: LayerList
) -> None:
    desk.chosen.choose("conv1")
    desk.chosen.extend("relu1")
    for place in (Place("", 0), Place("", 1), Place("", 2)):
        _drag(desk, cards, "conv1", place)
        assert desk.document.project == desk.start
        assert desk.chosen.paths == ("conv1", "relu1")
    start = _spot(cards, "conv1")
    desk.hand.press(cards, start)
    for at in (start + QPoint(8, 8), _gap(cards, desk, Place("", 4))):
        desk.hand.move(cards, at, Qt.MouseButton.LeftButton)
    assert cards.lift is not None
    assert cards.lift.paths == ["conv1", "relu1"]
    cards.grab()
    QTest.keyClick(cards, Qt.Key.Key_Escape)
    assert cards.lift is None
    assert desk.chosen.paths == ("conv1", "relu1")
    desk.hand.click(cards, start)
    assert desk.chosen.paths == ("conv1",)


def test_alt_and_arrows_move_several(desk: Desk, cards: LayerList) -> None:
    desk.chosen.choose("pool1")
    desk.chosen.extend("flatten1")
    desk.key(cards, Qt.Key.Key_Down, "alt")
    assert desk.ids() == ["conv1", "relu1", "res1", "linear1", "pool1", "flatten1"]
    desk.key(cards, Qt.Key.Key_Down, "alt")
    assert desk.ids()[-1] == "flatten1"
    desk.key(cards, Qt.Key.Key_Up, "alt")
    assert desk.network == SMALL
    assert desk.chosen.paths == ("pool1", "flatten1")


@pytest.mark.parametrize("kind", ["Residual", "Branches"])
def test_several_are_wrapped_and_unwrapped(desk: Desk, cards: LayerList, kind: str) -> None:
    desk.chosen.choose("conv1")
    desk.chosen.extend("relu1")
    desk.stack.wrap(kind)
    block = desk.network.layers[0]
    assert isinstance(block, Residual | Branches)
    assert [layer.type for layer in next(iter(block.parts().values()))] == ["Conv2d", "ReLU"]
    assert desk.chosen.paths == (block.id,)
    assert_list_is_spec(desk, cards)
    if kind == "Residual":
        desk.stack.unwrap()
        assert [layer.type for layer in desk.network.layers] == [layer.type for layer in SMALL.layers]
        assert len(desk.chosen.paths) == 2
        desk.document.undo()
    assert desk.undone() == desk.start
    desk.chosen.choose("conv1")
    desk.chosen.toggle("pool1")
    desk.stack.wrap(kind)
    assert "follow one another" in desk.heard.one_sentence()
    assert desk.document.project == desk.start


def test_paths_of_branches_are_added_and_taken_out(desk: Desk, cards: LayerList) -> None:
    desk.chosen.choose("conv1")
    desk.stack.wrap("Branches")
    path = desk.chosen.path
    desk.stack.add_path()
    assert list(find_layer(desk.network, path).parts()) == ["path1", "path2", "path3"]
    desk.stack.add("Tanh", Place(f"{path}.path3", 0))
    assert_list_is_spec(desk, cards)
    desk.stack.remove_path(f"{path}.path1")
    parts = find_layer(desk.network, path).parts()
    assert [[layer.type for layer in part] for part in parts.values()] == [[], ["Tanh"]]
    assert desk.chosen.path == path
    while desk.document.undo_text != "start":
        desk.document.undo()
    assert desk.document.project == desk.start


# The clipboard.


def test_copy_and_paste_as_text_that_can_be_read(desk: Desk, cards: LayerList) -> None:
    desk.chosen.choose("conv1")
    desk.chosen.extend("res1")
    _ctrl(cards, Qt.Key.Key_C)
    assert desk.document.project == desk.start
    text = QGuiApplication.clipboard().text()
    assert '{"type": "ReLU", "id": "relu1"}' in text
    desk.chosen.choose("linear1")
    _ctrl(cards, Qt.Key.Key_V)
    assert desk.ids()[-3:] == ["conv2", "relu2", "res2"]
    assert desk.chosen.paths[:2] == ("conv2", "relu2")
    assert desk.document.undo_text == "paste 3 layers"
    assert_list_is_spec(desk, cards)
    assert desk.undone() == desk.start


def test_code_and_a_network_s_file_can_be_pasted(desk: Desk, cards: LayerList) -> None:
    clipboard = QGuiApplication.clipboard()
    other = NetworkSpec(input_shape=(1, 8, 8), layers=(Conv2d(out_channels=3, kernel_size=3), ReLU()))
    for text in (to_pytorch(other), network_to_json(other).decode()):
        clipboard.setText(text)
        desk.chosen.choose("")
        _ctrl(cards, Qt.Key.Key_V)
        assert [layer.type for layer in desk.network.layers[:2]] == ["Conv2d", "ReLU"]
        assert len(desk.network.layers) == len(SMALL.layers) + 2
        assert desk.network.input_shape == SMALL.input_shape
        assert desk.undone() == desk.start


GARBAGE = ["", "hello", "1 0 -1", "{", "{}", '{"format": "convscope-layers", "version": 1, "layers": []}', "[1, 2]"]
GARBAGE += [
    '{"format": "convscope-layers", "version": 9, "layers": []}',
    "nn.",
    "import torch\nwhile True: pass",
    "\x00",
]
GARBAGE += ['{"format": "convscope-layers", "version": 1, "layers": [{"type": "Conv9d"}]}', "{" * 500, '{"a": NaN}']
GARBAGE += ['{"format": "convscope-layers", "version": 1, "layers": [{"type": "ReLU", "id": "Not an id"}]}']


@pytest.mark.parametrize("text", GARBAGE)
def test_garbage_on_the_clipboard_is_one_sentence(desk: Desk, cards: LayerList, text: str) -> None:
    QGuiApplication.clipboard().setText(text)
    _ctrl(cards, Qt.Key.Key_V)
    desk.heard.one_sentence()
    assert desk.document.project == desk.start


@given(networks(most=5))
def test_any_layers_come_back_from_their_text(network: NetworkSpec) -> None:
    text = layers_to_text(network.layers)
    if network.layers:
        assert layers_from_text(text) == network.layers
    else:
        with pytest.raises(BadFile, match="no layers"):
            layers_from_text(text)


@given(st.text(max_size=40), st.integers(0, 400), st.integers(0, 12))
def test_a_damaged_text_is_read_or_refused(put: str, place: int, taken: int) -> None:
    text, said = layers_to_text(preset("mini-resnet").layers[:4]), ""
    try:
        layers_from_text(text[:place] + put + text[place + taken :])
    except BadFile as error:
        said = str(error)
    assert "\n" not in said


# Everything together.


def test_random_edits_of_several_are_all_undone_and_every_state_is_kept(
    desk: Desk, cards: LayerList, tmp_path: Path
) -> None:
    for seed in range(12):
        chance = random.Random(seed)
        start = desk.document.project
        for _ in range(10):
            _edit_several(desk, cards, chance)
            assert_list_is_spec(desk, cards)
            assert set(desk.chosen.paths) <= {path for path, _ in layers_with_paths(desk.network.layers)}
        save_project(desk.document.project, tmp_path / "broken.convscope")
        assert load_project(tmp_path / "broken.convscope") == desk.document.project
        end = desk.document.project
        while desk.document.project != start:
            desk.document.undo()
        while desk.document.redo_text:
            desk.document.redo()
        assert desk.document.project == end
        desk.use(SMALL)
    desk.heard.all.clear()


def _edit_several(desk: Desk, cards: LayerList, chance: random.Random) -> None:
    shown = [line.card.row.path for line in cards.lines if line.card.row.kind == "layer"]
    for path in chance.sample(shown, min(len(shown), chance.randint(1, 3))):
        chance.choice([desk.chosen.toggle, desk.chosen.choose, desk.chosen.extend])(path)
    verbs = [
        desk.stack.duplicate,
        desk.stack.remove,
        desk.stack.switch,
        desk.stack.wrap,
        desk.stack.unwrap,
        cards.clipboard.cut,
        cards.clipboard.paste,
        lambda: desk.stack.wrap("Branches"),
        lambda: desk.stack.step(chance.choice([-1, 1])),
        lambda: desk.stack.move(desk.stack.chosen_paths(), chance.choice(cards.places.gaps(desk.network)).place),
    ]
    if len(desk.network.layers) > 40:
        desk.use(SMALL)
    if desk.chosen.paths:
        chance.choice(verbs)()
