"""What adds layers and networks, and the network as a whole in two lines."""

from __future__ import annotations

import math
from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QMenu, QPushButton

from app.network.finding import READY
from app.network.menus import fill_verbs
from app.network.places import Place
from app.network.recipes import RECIPES, Recipe
from app.network.stack_panel import StackPanel
from app.network.words import BYTES, amount, count_text, memory_of, settings_words, summary_line
from engine.presets import preset, preset_names
from engine.spec.layers import LAYER_TYPES, BatchNorm2d, Conv2d, Dropout, Identity, Linear, MaxPool2d, ReLU, new_layer
from engine.spec.network import NetworkSpec
from engine.spec.network_edit import replace_field
from engine.spec.summary import summary
from tests.app.network.conftest import SMALL, Desk, visible_named
from tests.support.stacks import networks


@pytest.fixture
def panel(desk: Desk) -> StackPanel:
    made = StackPanel(desk.document, desk.stack, desk.reading)
    desk.show(made, 300, 700)
    return made


def _opened(button: QPushButton) -> QMenu:
    menu = button.menu()
    assert menu is not None
    menu.aboutToShow.emit()
    return menu


def _entries(menu: QMenu) -> dict[str, QAction]:
    return {
        action.text().partition("\t")[0]: action for action in menu.actions() if action.isEnabled() and action.text()
    }


def _held(menu: QMenu) -> dict[str, dict[str, QAction]]:
    """What the menus of the groups offer."""
    below = {action.text(): action.menu() for action in menu.actions() if action.menu() is not None}
    return {group: _entries(held) for group, held in below.items() if isinstance(held, QMenu)}


def test_the_menu_has_every_type_by_its_group(desk: Desk, panel: StackPanel) -> None:
    menu = _opened(panel.add)
    groups = _held(menu)
    assert list(groups) == [*dict.fromkeys(kind.group for kind in LAYER_TYPES.values()), READY]
    for group, held in groups.items():
        if group != READY:
            assert list(held) == [name for name, kind in LAYER_TYPES.items() if kind.group == group]
            for name, action in held.items():
                assert escape(summary_line(LAYER_TYPES[name])) in action.toolTip()
    assert list(groups[READY]) == [recipe.name for recipe in RECIPES]
    desk.chosen.choose("conv1")
    groups["Detector"]["Sigmoid"].trigger()
    assert desk.ids()[1] == "sigmoid1"
    assert panel.list.hasFocus()
    assert desk.undone() == desk.start
    assert list(_held(_opened(panel.add))) == list(groups)


def test_often_used_layers_are_those_for_the_input(desk: Desk, panel: StackPanel) -> None:
    assert "Conv2d" in _entries(_opened(panel.add))
    desk.use(NetworkSpec(input_shape=(1, 64)))
    assert {"Conv1d", "MaxPool1d", "BatchNorm1d", "Linear"} < set(_entries(_opened(panel.add)))


@pytest.mark.parametrize("recipe", RECIPES)
@pytest.mark.parametrize("shape", [(3, 12, 12), (2, 30), (1, 6, 6, 6), (7,)])
def test_what_is_ready_made_fits_its_place_and_is_one_undo(desk: Desk, recipe: Recipe, shape: tuple[int, ...]) -> None:
    desk.use(NetworkSpec(input_shape=shape, layers=(ReLU(), Identity())))
    before = desk.document.project
    desk.chosen.choose("relu1")
    desk.stack.add(recipe.name)
    if len(shape) > 1:
        assert not summary(desk.network).problems
    assert [layer.id for layer in (desk.network.layers[0], desk.network.layers[-1])] == ["relu1", "identity1"]
    assert set(desk.chosen.paths) == {layer.id for layer in desk.network.layers[1:-1]}
    assert desk.undone() == before


def test_every_preset_is_offered_and_is_one_undo(desk: Desk, panel: StackPanel) -> None:
    for name in preset_names():
        _entries(_opened(panel.preset))[name].trigger()
        assert desk.network == preset(name)
        assert desk.document.undo_text == f"use {name}"
        assert desk.undone() == desk.start


def test_all_layers_can_be_taken_out_at_once(desk: Desk, panel: StackPanel) -> None:
    _entries(_opened(panel.preset))["Empty"].trigger()
    assert desk.network.layers == ()
    assert desk.network.input_shape == (1, 12, 12)
    assert desk.document.undo_text == "take all layers out"
    assert desk.undone() == desk.start


def test_the_verbs_of_a_layer(desk: Desk, panel: StackPanel) -> None:
    def verbs() -> dict[str, QAction]:
        menu = QMenu(panel)
        fill_verbs(menu, desk.stack, panel.list.clipboard)
        return _entries(menu)

    desk.chosen.choose("relu1")
    assert "Unwrap" not in verbs()
    for name in ("Duplicate", "Remove", "Switch off", "Move up", "Move down", "Wrap in a block"):
        verbs()[name].trigger()
        assert desk.document.project != desk.start
        desk.document.undo()
        assert desk.document.project == desk.start
        desk.chosen.choose("relu1")
    verbs()["Switch off"].trigger()
    verbs()["Switch on"].trigger()
    assert desk.document.project == desk.start
    desk.chosen.choose("res1")
    verbs()["Unwrap"].trigger()
    assert desk.ids()[2:4] == ["conv2", "relu2"]
    desk.chosen.choose("")
    assert list(verbs()) == ["Paste", "Choose all"]


def test_passing_menus_open_at_the_list(desk: Desk, panel: StackPanel) -> None:
    panel.list.add_wanted.emit(Place("res1.body", 0), QPoint(5, 5))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    _entries(menu)["Dropout"].trigger()
    menu.close()
    assert desk.chosen.path == "res1.body.dropout1"
    panel.list.menu_wanted.emit(QPoint(5, 5))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert "Wrap in a block" in _entries(menu)
    menu.close()


def test_totals_are_those_of_the_summary(desk: Desk, panel: StackPanel) -> None:
    text = panel.totals.text.text()
    found = summary(SMALL)
    for part in (count_text(found.parameters), amount(found.macs), amount(memory_of(found), "B"), "12×12"):
        assert part.replace(" ", "&nbsp;") in text
    assert not panel.totals.button.isVisible()


def test_what_is_wrong_is_counted_and_led_to(desk: Desk, panel: StackPanel) -> None:
    desk.use(replace_field(SMALL, "pool1", "stride", (5, 5)))
    desk.chosen.choose("conv1")
    button = visible_named(panel, QPushButton, "1 doubt")
    button.click()
    assert desk.chosen.path == "pool1"
    desk.use(replace_field(desk.network, "conv1", "kernel_size", (50, 50)))
    button = visible_named(panel, QPushButton, "1 problem")
    button.click()
    assert desk.chosen.path == "conv1"
    assert "≥" in panel.totals.text.text()
    desk.use(SMALL)
    assert not panel.totals.button.isVisible()


def test_an_empty_network_has_totals_too(desk: Desk, panel: StackPanel) -> None:
    desk.use(NetworkSpec())
    assert "–" in panel.totals.text.text()


@given(networks())
def test_memory_is_every_weight_and_every_value(network: NetworkSpec) -> None:
    found = summary(network)
    values = sum((row.parameters or 0) + math.prod(row.output_shape or (0,)) for row in found.rows)
    assert memory_of(found) == BYTES * values


@given(st.integers(0, 10**17))
def test_large_numbers_keep_three_figures(count: int) -> None:
    text = amount(count)
    number, _, prefix = text.partition(" ")
    scale = {"": 1, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15}[prefix]
    assert float(number) * scale == pytest.approx(count, rel=0.0051)
    assert float(number) < 1000 or prefix == "P"


@pytest.mark.parametrize(
    ("layer", "words"),
    [
        (Conv2d(out_channels=2, kernel_size=(3, 5), stride=2, dilation=(1, 2)), "3×5, stride 2, dilation 1×2"),
        (Conv2d(out_channels=2, kernel_size=3, padding=(1, 2), groups=2), "3×3, padding 1×2, groups 2"),
        (MaxPool2d(kernel_size=2, stride=3, ceil_mode=True), "2×2, stride 3, round up"),
        (Dropout(p=0.25), "share 0.25"),
        (Dropout(), "share 0.5"),
        (BatchNorm2d(), ""),
        (BatchNorm2d(momentum=None, affine=False), "momentum automatic, no scale and shift"),
        (Linear(out_features=3, bias=False), "no bias"),
        (Linear(out_features=3, in_features=7), "inputs 7"),
    ],
)
def test_the_main_settings_of_a_layer(layer: object, words: str) -> None:
    assert settings_words(layer) == words  # type: ignore[arg-type]


@pytest.mark.parametrize("name", LAYER_TYPES)
def test_every_type_has_words(name: str) -> None:
    assert isinstance(settings_words(new_layer(name)), str)
    assert summary_line(LAYER_TYPES[name]).endswith(".")
