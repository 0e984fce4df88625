"""The list: what its cards say, real drags and keys, repairs, and that it never shows another network than the spec."""

from __future__ import annotations

import itertools
import random

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QColor, QContextMenuEvent, QHelpEvent, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QToolTip

from app.network.layer_list import LayerList
from app.network.list_layout import ListLayout
from app.network.list_paint import fold_rect, part_plus
from app.network.places import Place, place_of, rows_of
from app.network.words import settings_words
from app.widgets.number_field import NumberField
from app.widgets.theme import apply_theme
from app.widgets.tokens import DARK, LIGHT
from engine.spec.layers import LAYER_TYPES, Conv2d, Linear, ReLU, Residual, shape_text
from engine.spec.network import NetworkSpec, layers_with_paths
from engine.spec.network_edit import find_layer, replace_field, set_disabled
from engine.spec.project import Project
from engine.spec.summary import summary
from tests.app.network.conftest import PATHS, SMALL, Desk, Spoken, visible_named

WIDTH, HEIGHT = 300, 700


@pytest.fixture
def cards(desk: Desk) -> LayerList:
    made = LayerList(desk.document, desk.stack, desk.reading)
    desk.show(made, WIDTH, HEIGHT)
    made.setFocus()
    return made


def _spot(cards: LayerList, path: str) -> QPoint:
    """The middle of a card on the viewport."""
    index = cards.places.index_of(path)
    assert index is not None
    return cards.on_screen(cards.lines[index].rect).center()


def _gap(cards: LayerList, desk: Desk, place: Place) -> QPoint:
    """A point of the viewport over a place for a layer."""
    gap = next(gap for gap in cards.places.gaps(desk.network, cards.closed) if gap.place == place)
    return QPoint(gap.left + 60, gap.y - cards.verticalScrollBar().value())


def _drag(desk: Desk, cards: LayerList, path: str, place: Place) -> None:
    start, end = _spot(cards, path), _gap(cards, desk, place)
    desk.hand.drag(cards, start, start + QPoint(4, 4), start + QPoint(12, 12), (start + end) / 2, end)


def assert_list_is_spec(desk: Desk, cards: LayerList) -> None:
    """Every line of the list says what the spec and its summary say, and lies below the one before."""
    found = summary(desk.network)
    rows = {row.id: row for row in found.rows}
    problems = {finding.id: finding for finding in reversed(found.problems)}
    told = [line.card for line in cards.lines]
    assert [card.row for card in told] == rows_of(desk.network, cards.closed)
    for card in told:
        if card.row.kind != "layer":
            continue
        layer = find_layer(desk.network, card.row.path)
        row = rows.get(card.row.path)
        assert (card.title, card.name, card.off) == (layer.type, layer.id, layer.disabled)
        shape = row.output_shape if row is not None else None
        assert card.shape == ("–" if shape is None else shape_text(shape))
        if not layer.parts():
            assert card.detail == settings_words(layer)
            learned = row.parameters if row is not None else None
            assert card.parameters.replace("\N{NO-BREAK SPACE}", "") == (str(learned) if learned else "")
        problem = problems.get(card.row.path)
        assert card.problem == (problem.message if problem else "")
        assert card.repairs == (problem.repairs if problem else ())
    bottoms = [max(line.rect.bottom(), line.repairs.bottom()) for line in cards.lines]
    assert all(line.rect.top() > bottom for line, bottom in zip(cards.lines[1:], bottoms, strict=False))
    gaps = [gap.y for gap in cards.places.gaps(desk.network, cards.closed)]
    assert all(below - above >= 4 for above, below in itertools.pairwise(gaps)), "two places cannot be told apart"
    assert tuple(field.value() for field in cards.input.fields) == desk.network.input_shape
    assert desk.chosen.path in {row.path for row in rows_of(desk.network)}


def test_the_list_is_the_spec(desk: Desk, cards: LayerList) -> None:
    assert_list_is_spec(desk, cards)
    assert [line.card.row.path for line in cards.lines if line.card.row.kind != "part"] == PATHS


def test_a_click_chooses(desk: Desk, cards: LayerList) -> None:
    for path in PATHS:
        above_the_fields = QPoint(0, 20) if path == "" else QPoint()
        desk.hand.click(cards, _spot(cards, path) - above_the_fields)
        assert desk.chosen.path == path
        assert desk.document.project == desk.start
        assert cards.hasFocus()


def test_arrows_home_and_end_walk(desk: Desk, cards: LayerList) -> None:
    desk.hand.key(cards, Qt.Key.Key_Home)
    assert desk.chosen.path == ""
    walked = []
    for _ in PATHS:
        walked.append(desk.chosen.path)
        desk.hand.key(cards, Qt.Key.Key_Down)
    assert walked == PATHS
    assert desk.chosen.path == PATHS[-1]
    desk.hand.key(cards, Qt.Key.Key_Up)
    assert desk.chosen.path == PATHS[-2]
    desk.hand.key(cards, Qt.Key.Key_End)
    assert desk.chosen.path == PATHS[-1]


def test_alt_and_arrows_move_delete_removes_ctrl_d_copies_space_switches(desk: Desk, cards: LayerList) -> None:
    desk.chosen.choose("conv1")
    desk.key(cards, Qt.Key.Key_Down, "alt")
    assert desk.ids()[:2] == ["relu1", "conv1"]
    desk.key(cards, Qt.Key.Key_Up, "alt")
    assert desk.network == SMALL
    desk.key(cards, Qt.Key.Key_D, "ctrl")
    assert desk.ids()[:2] == ["conv1", "conv2"]
    desk.hand.key(cards, Qt.Key.Key_Delete)
    assert desk.network == SMALL
    assert desk.chosen.path == "relu1"
    desk.hand.key(cards, Qt.Key.Key_Space)
    assert desk.network.layers[1].disabled
    desk.hand.key(cards, Qt.Key.Key_Space)
    assert desk.network == SMALL
    for _ in range(6):
        desk.document.undo()
    assert desk.document.project == desk.start
    assert_list_is_spec(desk, cards)


PLACES = [
    ("conv1", Place("", 3)),
    ("linear1", Place("", 0)),
    ("relu1", Place("res1.body", 0)),
    ("relu1", Place("res1.body", 2)),
    ("pool1", Place("res1.shortcut", 0)),
    ("res1.body.conv1", Place("", 0)),
    ("res1.body.relu1", Place("res1.body", 0)),
    ("res1", Place("", 6)),
]


@pytest.mark.parametrize(("path", "place"), PLACES)
def test_a_card_is_dragged_to_a_place(desk: Desk, cards: LayerList, path: str, place: Place) -> None:
    layer = find_layer(desk.network, path)
    now = place_of(desk.network, path)
    _drag(desk, cards, path, place)
    landed = place_of(desk.network, desk.chosen.path)
    same = now.inside == place.inside and place.before > now.before
    assert landed == Place(place.inside, place.before - same)
    assert find_layer(desk.network, desk.chosen.path).type == layer.type
    assert_list_is_spec(desk, cards)
    assert desk.undone() == desk.start
    assert cards.lift is None


def test_while_a_card_is_carried_its_place_is_shown(desk: Desk, cards: LayerList) -> None:
    start, end = _spot(cards, "conv1"), _gap(cards, desk, Place("res1.body", 1))
    desk.hand.press(cards, start)
    desk.hand.move(cards, start + QPoint(1, 1), Qt.MouseButton.LeftButton)
    assert cards.lift is None, "a click is no drag"
    desk.hand.move(cards, start + QPoint(0, 14), Qt.MouseButton.LeftButton)
    desk.hand.move(cards, end, Qt.MouseButton.LeftButton)
    assert cards.lift is not None
    assert cards.lift.gap is not None
    assert cards.lift.gap.place == Place("res1.body", 1)
    y = cards.lift.gap.y - cards.verticalScrollBar().value()
    line = _pixels(cards)[y - 1 : y + 1, 100]
    assert (line == QColor(DARK.accent).rgb()).any()
    assert desk.document.project == desk.start
    desk.hand.key(cards, Qt.Key.Key_Escape)
    assert cards.lift is None
    desk.hand.release(cards, end)
    assert desk.document.project == desk.start


def test_a_block_cannot_be_dropped_into_itself(desk: Desk, cards: LayerList) -> None:
    _drag(desk, cards, "res1", Place("res1.body", 1))
    assert "res1" in desk.ids()
    assert not desk.heard.all


def test_a_card_put_down_where_it_was_changes_nothing(desk: Desk, cards: LayerList) -> None:
    changes = desk.changes
    _drag(desk, cards, "relu1", Place("", 1))
    _drag(desk, cards, "relu1", Place("", 2))
    assert desk.changes == changes


def test_an_edit_from_elsewhere_takes_the_card_out_of_the_hand(desk: Desk, cards: LayerList) -> None:
    start = _spot(cards, "conv1")
    desk.hand.press(cards, start)
    desk.hand.move(cards, start + QPoint(0, 40), Qt.MouseButton.LeftButton)
    desk.use(NetworkSpec(layers=(ReLU(),)))
    assert cards.lift is None
    desk.hand.release(cards, start + QPoint(0, 200))
    assert desk.ids() == ["relu1"]


def test_a_long_list_scrolls_under_a_carried_card(desk: Desk, cards: LayerList) -> None:
    desk.use(NetworkSpec(input_shape=(1, 64, 64), layers=tuple(ReLU() for _ in range(40))))
    desk.chosen.choose("relu1")
    start, bottom = _spot(cards, "relu1"), QPoint(100, cards.viewport().height() - 4)
    desk.hand.press(cards, start)
    desk.hand.move(cards, start + QPoint(0, 30), Qt.MouseButton.LeftButton)
    desk.hand.move(cards, bottom, Qt.MouseButton.LeftButton)
    bar = cards.verticalScrollBar()
    desk.qtbot.waitUntil(lambda: bar.value() == bar.maximum(), timeout=10_000)
    desk.hand.release(cards, bottom)
    assert desk.ids()[-1] == "relu1"


def test_the_chosen_card_is_brought_into_sight(desk: Desk, cards: LayerList) -> None:
    desk.use(NetworkSpec(input_shape=(1, 64, 64), layers=tuple(ReLU() for _ in range(40))))
    for path in ("relu40", "relu1", "relu20"):
        desk.chosen.choose(path)
        index = cards.places.index_of(path)
        assert index is not None
        assert cards.viewport().rect().contains(cards.on_screen(cards.lines[index].rect))


def test_blocks_close_and_open(desk: Desk, cards: LayerList) -> None:
    desk.chosen.choose("res1")
    desk.hand.key(cards, Qt.Key.Key_Left)
    assert cards.closed == {"res1"}
    assert "res1.body.conv1" not in {line.card.row.path for line in cards.lines}
    card = next(line.card for line in cards.lines if line.card.name == "res1")
    assert (card.detail, card.parameters) == ("Conv2d → ReLU", "148")
    assert_list_is_spec(desk, cards)
    desk.hand.key(cards, Qt.Key.Key_Down)
    assert desk.chosen.path == "pool1"
    desk.chosen.choose("res1")
    desk.hand.key(cards, Qt.Key.Key_Right)
    assert cards.closed == set()
    fold = fold_rect(cards.on_screen(cards.lines[cards.places.index_of("res1") or 0].rect)).center()
    desk.hand.click(cards, fold)
    assert cards.closed == {"res1"}
    assert desk.document.project == desk.start


def test_closing_a_block_chooses_it_and_choosing_what_it_holds_opens_it(desk: Desk, cards: LayerList) -> None:
    desk.chosen.choose("res1.body.relu1")
    cards.fold("res1", True)
    assert desk.chosen.path == "res1"
    desk.chosen.choose("res1.body.conv1")
    assert cards.closed == set()
    assert cards.chosen_index() is not None


def test_the_plus_of_a_list_asks_for_a_layer_at_its_end(desk: Desk, cards: LayerList) -> None:
    asked = Spoken(cards.add_wanted)
    for path, place in (("res1.body", Place("res1.body", 2)), ("res1.shortcut", Place("res1.shortcut", 0))):
        index = cards.places.index_of(path)
        assert index is not None
        rect = cards.on_screen(cards.lines[index].rect)
        desk.hand.click(cards, rect.center())
        assert not asked.all
        desk.hand.click(cards, part_plus(rect).center())
        assert asked.all.pop()[0] == place  # type: ignore[index]


def test_keys_and_clicks_that_lead_elsewhere(desk: Desk, cards: LayerList) -> None:
    desk.chosen.choose("conv1")
    form, add, menu = Spoken(cards.form_wanted), Spoken(cards.add_wanted), Spoken(cards.menu_wanted)
    desk.hand.key(cards, Qt.Key.Key_Return)
    desk.hand.double_click(cards, _spot(cards, "conv1"))
    assert len(form.all) == 2
    desk.hand.key(cards, Qt.Key.Key_Insert)
    assert add.all[0][0] is None  # type: ignore[index]
    at = _spot(cards, "relu1")
    desk.hand.click(cards, at, Qt.MouseButton.RightButton)
    for reason in (QContextMenuEvent.Reason.Mouse, QContextMenuEvent.Reason.Keyboard):
        QApplication.sendEvent(cards.viewport(), QContextMenuEvent(reason, at, cards.viewport().mapToGlobal(at)))
    assert desk.chosen.path == "relu1"
    assert len(menu.all) == 2


def test_problems_stand_at_their_layer_and_their_buttons_repair(desk: Desk, cards: LayerList) -> None:
    broken = replace_field(replace_field(SMALL, "res1.body.conv1", "padding", 0), "res1.body.conv1", "kernel_size", 31)
    desk.use(broken)
    assert_list_is_spec(desk, cards)
    finding = desk.reading.summary.problems[0]
    assert len(finding.repairs) > 1
    for repair in finding.repairs:
        button = visible_named(cards, QPushButton, f"conv1: {repair.label}")
        assert cards.viewport().rect().contains(button.mapTo(cards.viewport(), button.rect().center()))
        desk.hand.click(button, button.rect().center())
        assert desk.network == repair.network
        assert_list_is_spec(desk, cards)
        assert desk.undone().network == broken


def test_repairs_are_reached_by_tab(desk: Desk, cards: LayerList) -> None:
    desk.use(replace_field(SMALL, "conv1", "kernel_size", (31, 31)))
    QApplication.processEvents()
    buttons = cards.repairs_of("conv1")
    assert buttons is not None
    cards.setFocus()
    reached = []
    for _ in range(3 + len(buttons.buttons)):
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        reached.append(QApplication.focusWidget())
    assert reached[:3] == cards.input.fields
    assert reached[3:] == buttons.buttons
    desk.hand.key(buttons.buttons[0], Qt.Key.Key_Space)
    assert desk.network == buttons.repairs[0].network


def test_what_no_longer_needs_repair_has_no_buttons(desk: Desk, cards: LayerList) -> None:
    desk.use(replace_field(SMALL, "conv1", "kernel_size", (31, 31)))
    desk.document.undo()
    QApplication.processEvents()
    assert cards.repairs_of("conv1") is None
    assert not [button for button in cards.findChildren(QPushButton) if button.isVisible()]


def test_doubts_are_marked(desk: Desk, cards: LayerList) -> None:
    desk.use(replace_field(SMALL, "pool1", "stride", (5, 5)))
    card = next(line.card for line in cards.lines if line.card.name == "pool1")
    assert card.warning.startswith("Stride 5")
    assert card.warning in card.spoken()


def test_the_input_is_typed_and_undone(desk: Desk, cards: LayerList) -> None:
    for name, shape in (("channels", (3, 12, 12)), ("height", (1, 20, 12)), ("width", (1, 12, 21))):
        field = visible_named(cards, NumberField, f"Input {name}")
        value = next(new for new, old in zip(shape, (1, 12, 12), strict=True) if new != old)
        desk.enter(field, str(value))
        assert desk.network.input_shape == shape
        assert_list_is_spec(desk, cards)
        assert desk.undone() == desk.start
        desk.enter(field, "0")
        assert f"Input {name} must be" in desk.heard.one_sentence()
        desk.enter(field, "wide")
        assert "'wide'" in desk.heard.one_sentence()
        cards.setFocus()
        assert desk.document.project == desk.start


@pytest.mark.parametrize("shape", [(7,), (2, 5), (1, 4, 5, 6)])
def test_inputs_of_other_shapes_have_as_many_fields(desk: Desk, cards: LayerList, shape: tuple[int, ...]) -> None:
    desk.use(NetworkSpec(input_shape=shape, layers=(Linear(out_features=2),)))
    assert_list_is_spec(desk, cards)
    QApplication.processEvents()
    assert len([field for field in cards.input.fields if field.isVisible()]) == len(shape)


def test_it_is_told_in_words(desk: Desk, cards: LayerList) -> None:
    desk.chosen.choose("conv1")
    assert cards.accessibleName() == "Layers: Conv2d conv1, 3×3, makes 4×10×10, 40 parameters"
    desk.use(set_disabled(SMALL, "relu1"))
    desk.chosen.choose("relu1")
    assert cards.accessibleName() == "Layers: ReLU relu1, switched off, makes 4×10×10"
    desk.use(replace_field(SMALL, "relu1", "disabled", False))
    assert cards.accessibleName() == "Layers: ReLU relu1, makes 4×10×10"


def test_a_tool_tip_says_what_the_layer_does(desk: Desk, cards: LayerList) -> None:
    at = _spot(cards, "pool1")
    QApplication.sendEvent(cards.viewport(), QHelpEvent(QEvent.Type.ToolTip, at, cards.viewport().mapToGlobal(at)))
    assert "Keeps the largest value of each window." in QToolTip.text()
    QToolTip.hideText()


def _pixels(cards: LayerList) -> np.ndarray:
    image = cards.viewport().grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    flat = np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), image.bytesPerLine() // 4)
    return flat[:, : image.width()]


@pytest.mark.parametrize("dark", [True, False])
def test_cards_look_like_what_they_are(desk: Desk, cards: LayerList, qapp: QApplication, dark: bool) -> None:
    apply_theme(qapp, dark)
    table = DARK if dark else LIGHT
    desk.use(replace_field(SMALL, "pool1", "kernel_size", (31, 31)))
    desk.chosen.choose("conv1")
    pixels = _pixels(cards)

    def fill(path: str) -> int:
        line = cards.lines[cards.places.index_of(path) or 0]
        rect = cards.on_screen(line.rect)
        return int(pixels[rect.top() + 3, rect.center().x()])

    assert fill("conv1") == QColor(table.accent_soft).rgb()
    assert fill("relu1") == QColor(table.panel).rgb()
    assert fill("pool1") == QColor(table.problem_fill).rgb()
    shape = QColor(table.result).rgb()
    rect = cards.on_screen(cards.lines[1].rect)
    assert (pixels[rect.top() : rect.top() + 25, -90:] == shape).any()


def test_sixty_random_sequences_keep_the_list_equal_to_the_spec(desk: Desk, cards: LayerList) -> None:
    for seed in range(60):
        chance = random.Random(seed)
        desk.use(SMALL)
        for _ in range(8):
            _do_something(desk, cards, chance)
            assert_list_is_spec(desk, cards)
        while desk.document.undo_text:
            desk.document.undo()
            assert_list_is_spec(desk, cards)
        assert desk.document.project == Project()


def _do_something(desk: Desk, cards: LayerList, chance: random.Random) -> None:
    paths = [path for path, _ in layers_with_paths(desk.network.layers)]
    shown = [line.card.row.path for line in cards.lines if line.card.row.kind == "layer"]
    if shown and chance.random() < 0.7:
        desk.chosen.choose(chance.choice(shown))
    verb = chance.choice(["add", "key", "key", "key", "drag", "set", "fold", "wrap", "undo", "repair", "input"])
    if verb == "add":
        desk.stack.add(chance.choice(list(LAYER_TYPES)))
    elif verb == "key":
        key = chance.choice([Qt.Key.Key_Delete, Qt.Key.Key_Space, Qt.Key.Key_D, Qt.Key.Key_Up, Qt.Key.Key_Down])
        keys = {Qt.Key.Key_D: "ctrl", Qt.Key.Key_Up: "alt", Qt.Key.Key_Down: "alt"}.get(key, "")
        desk.key(cards, key, keys)
    elif verb == "drag" and shown:
        places = [gap.place for gap in cards.places.gaps(desk.network, cards.closed)]
        _drag(desk, cards, chance.choice(shown), chance.choice(places))
    elif verb == "set" and paths:
        convolutions = [path for path in paths if isinstance(find_layer(desk.network, path), Conv2d)]
        if convolutions:
            path, size = chance.choice(convolutions), chance.choice([1, 2, 5, 99])
            desk.use(replace_field(desk.network, path, "kernel_size", size))
    elif verb == "fold":
        blocks = [path for path in paths if isinstance(find_layer(desk.network, path), Residual)]
        if blocks:
            cards.fold(chance.choice(blocks), chance.random() < 0.5)
    elif verb == "wrap":
        chance.choice([desk.stack.wrap, desk.stack.unwrap])()
    elif verb == "undo":
        chance.choice([desk.document.undo, desk.document.redo])()
    elif verb == "repair":
        for finding in desk.reading.summary.problems:
            if finding.repairs:
                desk.stack.repair(finding.id, chance.choice(finding.repairs))
                return
    elif verb == "input":
        desk.stack.set_input((chance.choice([1, 3]), chance.randint(1, 30), chance.randint(1, 30)), None)


def test_any_width_can_be_laid_out(desk: Desk, cards: LayerList) -> None:
    desk.use(replace_field(SMALL, "conv1", "kernel_size", (31, 31)))
    for width in (40, 120, 300, 800):
        cards.resize(width, 300)
        assert_list_is_spec(desk, cards)
    empty = ListLayout([], 100, lambda card, width: 0)
    assert (empty.height, empty.at(0), empty.index_of("x")) == (0, None, None)
