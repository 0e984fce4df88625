"""The form of every type of layer: each setting of the field table is shown, changed, undone and refused."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton, QToolButton, QWidget

from app.network.controls import OWN, Automatic, WordOrAmount, control_for
from app.network.layer_form import LayerForm
from app.network.several import SeveralField
from app.network.words import summary_line
from app.widgets.fields import Choice, PairField, Toggle
from app.widgets.number_field import NumberField
from engine.spec.fields import Field, fields_of
from engine.spec.layers import LAYER_TYPES, AnyLayer, Conv2d, MaxPool2d, ReLU, new_layer
from engine.spec.network import NetworkSpec
from engine.spec.network_edit import find_layer, replace_field
from tests.app.network.conftest import Desk, visible_named

SETTABLE = [name for name, kind in LAYER_TYPES.items() if fields_of(kind)]


@pytest.fixture
def form(desk: Desk) -> LayerForm:
    made = LayerForm(desk.document, desk.stack, desk.reading, desk.notices)
    desk.show(made, 300, 720)
    return made


def _use(desk: Desk, name: str) -> AnyLayer:
    """A network of this one layer, chosen."""
    desk.use(NetworkSpec(input_shape=(3, 40, 40), layers=(new_layer(name),)))
    return _layer(desk)


def _layer(desk: Desk) -> AnyLayer:
    found = desk.stack.layer()
    assert found is not None
    return found


def _others(field: Field, value: Any) -> list[Any]:
    """Other values that the table allows."""
    if isinstance(value, bool):
        return [not value]
    words: list[Any] = [word for word in field.choices if word not in (value, "full")]
    if field.choices and field.minimum is None:
        return words
    low, high = field.minimum or 0, field.maximum if field.maximum is not None else 1000
    numbers: list[Any] = [3, 2] if field.integer else [0.25, 0.75, 1.5]
    numbers = [number for number in numbers if low <= number <= high]
    if field.numbers > 0:
        numbers = [(number,) * field.numbers for number in numbers]
    found = [*words, *([None] if field.optional else []), *numbers]
    return [each for each in found if each != value]


def _show(control: Any) -> Any:
    """The value that a control says it has."""
    if isinstance(control, WordOrAmount):
        return control.amount.value() if control.word.value() == OWN else control.word.value()
    if isinstance(control, Automatic):
        return None if control.toggle.isChecked() else control._control.value()
    return control.value()


def _write(desk: Desk, field: Any, text: str) -> None:
    """Type over what stands in a field."""
    field.setFocus()
    field.selectAll()
    desk.enter(field, text)


def _set(desk: Desk, control: Any, value: Any) -> None:
    """Do with the control what a person does to set this value."""
    if isinstance(control, WordOrAmount):
        desk.choose(control.word, value if isinstance(value, str) else "own")
        if not isinstance(value, str):
            _set(desk, control.amount, value)
    elif isinstance(control, Automatic):
        if (value is None) != control.toggle.isChecked():
            control.toggle.click()
        if value is not None:
            _set(desk, control._control, value)
    elif isinstance(control, Choice):
        desk.choose(control, {True: "yes", False: "no"}.get(value, value))
    elif isinstance(control, PairField):
        desk.enter(control.findChildren(NumberField)[0], str(value[0]))
    elif isinstance(control, SeveralField):
        _write(desk, control, ", ".join(map(str, value)) if isinstance(value, tuple) else str(value))
    else:
        desk.enter(control, str(value))


@pytest.mark.parametrize("name", SETTABLE)
def test_every_setting_goes_both_ways(desk: Desk, form: LayerForm, name: str) -> None:
    layer = _use(desk, name)
    assert form.sheet is not None
    form.sheet.more.setChecked(True)
    for setting, field in fields_of(type(layer)).items():
        control, others = form.sheet.controls[setting], _others(field, getattr(layer, setting))
        assert _show(control) == getattr(layer, setting)
        assert others
        for value in others:
            _goes_both_ways(desk, control, setting, value)
    assert not desk.heard.all


def _goes_both_ways(desk: Desk, control: Any, setting: str, value: Any) -> None:
    start, before = desk.document.project, getattr(_layer(desk), setting)
    _set(desk, control, value)
    assert getattr(_layer(desk), setting) == value
    assert _show(control) == value
    undos = 0
    while desk.document.project != start:
        desk.document.undo()
        undos += 1
    assert undos in (1, 2)
    assert _show(control) == before
    changes = desk.changes
    desk.document.redo()
    assert desk.changes == changes + 1, "showing the value changed it"
    while desk.document.project != start:
        desk.document.undo()


@pytest.mark.parametrize("name", SETTABLE)
def test_what_a_setting_cannot_be_is_one_sentence(desk: Desk, form: LayerForm, name: str) -> None:
    layer = _use(desk, name)
    assert form.sheet is not None
    form.sheet.more.setChecked(True)
    for setting, field in fields_of(type(layer)).items():
        if field.minimum is None and field.maximum is None:
            continue
        control: Any = form.sheet.controls[setting]
        if isinstance(control, WordOrAmount):
            desk.choose(control.word, "own")
            control = control.amount
        if isinstance(control, Automatic):
            if control.toggle.isChecked():
                control.toggle.click()
            control = control._control
        before = desk.document.project
        number = control.findChildren(NumberField)[0] if isinstance(control, PairField) else control
        for typed in ("1e12", "wide", "-1e12"):
            _write(desk, number, typed)
            form.name.setFocus()
            assert field.label in desk.heard.one_sentence()
            assert desk.document.project == before
            assert _show(control) == getattr(_layer(desk), setting)


def test_a_sentence_about_one_layer_goes_when_another_is_chosen(desk: Desk, form: LayerForm) -> None:
    desk.enter(visible_named(form, NumberField, "Output channels"), "0")
    assert desk.heard.standing
    desk.chosen.choose("relu1")
    assert not desk.heard.standing


def test_what_is_left_out_shows_what_it_follows(desk: Desk, form: LayerForm) -> None:
    desk.chosen.choose("res1.body.conv1")
    field = visible_named(form, NumberField, "Input channels")
    assert (field.text(), field.isEnabled()) == ("4", False)
    toggle = visible_named(form, Toggle, "Input channels, automatic")
    toggle.click()
    assert find_layer(desk.network, "res1.body.conv1").in_channels == 4  # type: ignore[union-attr]
    assert field.isEnabled()
    desk.document.undo()
    assert not field.isEnabled()
    desk.use(replace_field(desk.network, "conv1", "out_channels", 7))
    assert field.text() == "7"
    desk.use(replace_field(desk.network, "conv1", "kernel_size", (99, 99)))
    assert not field.isVisible(), "behind a problem nothing is known"


def test_the_stride_of_pooling_begins_as_what_it_was(desk: Desk, form: LayerForm) -> None:
    desk.chosen.choose("pool1")
    pair = visible_named(form, PairField, "Stride")
    assert pair.value() == (2, 2)
    visible_named(form, Toggle, "Stride, automatic").click()
    assert _layer(desk).stride == (2, 2)  # type: ignore[union-attr]
    visible_named(form, Toggle, "Stride, automatic").click()
    assert _layer(desk).stride is None  # type: ignore[union-attr]


def test_an_own_padding_begins_as_what_the_word_meant(desk: Desk, form: LayerForm) -> None:
    desk.use(NetworkSpec(layers=(Conv2d(out_channels=2, kernel_size=(5, 3), padding="same"),)))
    desk.chosen.choose("conv1")
    desk.choose(visible_named(form, Choice, "Padding"), "own")
    assert _layer(desk).padding == (2, 1)  # type: ignore[union-attr]
    desk.choose(visible_named(form, Choice, "Padding"), "full")
    assert _layer(desk).padding == (4, 2)  # type: ignore[union-attr]
    assert visible_named(form, Choice, "Padding").value() == OWN


def test_held_arrow_keys_are_one_undo_and_two_layers_are_two(desk: Desk, form: LayerForm) -> None:
    desk.chosen.choose("conv1")
    field = visible_named(form, NumberField, "Output channels")
    desk.hand.key(field, *[Qt.Key.Key_Up] * 3)
    desk.chosen.choose("res1.body.conv1")
    desk.hand.key(field, *[Qt.Key.Key_Up] * 2)
    assert find_layer(desk.network, "res1.body.conv1").out_channels == 6  # type: ignore[union-attr]
    assert find_layer(desk.network, "conv1").out_channels == 7  # type: ignore[union-attr]
    desk.document.undo()
    assert find_layer(desk.network, "conv1").out_channels == 7  # type: ignore[union-attr]
    assert desk.undone() == desk.start


def test_title_and_help_are_those_of_the_type(desk: Desk, form: LayerForm) -> None:
    for name, kind in LAYER_TYPES.items():
        _use(desk, name)
        assert form.title.text() == name
        assert form._help.text() == summary_line(kind)
        assert form.name.isVisible()


def test_of_the_input_there_is_nothing_to_set(desk: Desk, form: LayerForm) -> None:
    desk.chosen.choose("")
    assert form.title.text() == "Input"
    assert not form.name.isVisible()
    assert form.sheet is None
    form.focus_first()


def test_the_name_is_taken_and_put_back(desk: Desk, form: LayerForm) -> None:
    desk.chosen.choose("conv1")
    form.name.selectAll()
    desk.enter(form.name, "2")
    assert "small letters" in desk.heard.one_sentence()
    assert form.name.text() == "conv1"
    form.name.setFocus()
    form.name.selectAll()
    desk.hand.type(form.name, "edges")
    desk.hand.key(form.name, Qt.Key.Key_Escape)
    assert form.name.text() == "conv1"
    form.name.selectAll()
    desk.hand.type(form.name, "edges")
    desk.hand.key(form.name, Qt.Key.Key_Return)
    assert desk.ids()[0] == "edges"
    assert desk.chosen.path == "edges"
    assert desk.undone() == desk.start
    assert form.name.text() == "conv1"


def test_a_name_is_taken_when_the_field_is_left(desk: Desk, form: LayerForm) -> None:
    desk.chosen.choose("conv1")
    form.name.setFocus()
    form.name.selectAll()
    desk.hand.type(form.name, "first")
    form.off.setFocus()
    assert desk.ids()[0] == "first"


def test_the_buttons_of_the_head(desk: Desk, form: LayerForm) -> None:
    desk.chosen.choose("relu1")
    visible_named(form, QToolButton, "Switched off").click()
    assert desk.network.layers[1].disabled
    assert form.off.isChecked()
    assert desk.undone() == desk.start
    assert not form.off.isChecked()
    visible_named(form, QToolButton, "Duplicate").click()
    assert desk.ids()[:3] == ["conv1", "relu1", "relu2"]
    visible_named(form, QToolButton, "Remove").click()
    assert desk.network == desk.start.network


def test_a_block_has_a_button_for_each_of_its_lists(desk: Desk, form: LayerForm) -> None:
    desk.chosen.choose("res1")
    button = visible_named(form, QPushButton, "Add a layer to the shortcut")
    menu = button.menu()
    menu.aboutToShow.emit()
    next(action for action in menu.actions() if action.text() == "Conv2d").trigger()
    assert desk.chosen.path == "res1.shortcut.conv1"
    assert desk.undone() == desk.start


def test_every_finding_of_the_layer_is_told_with_its_repairs(desk: Desk, form: LayerForm) -> None:
    desk.use(replace_field(desk.network, "pool1", "stride", (5, 5)))
    desk.chosen.choose("pool1")
    finding = desk.reading.warnings("pool1")[0]
    repair = visible_named(form, QPushButton, f"pool1: {finding.repairs[0].label}")
    repair.click()
    assert desk.network == finding.repairs[0].network
    QApplication.processEvents()
    assert not [button for button in form.facts.findChildren(QPushButton) if button.isVisible()]
    desk.document.undo()
    assert visible_named(form, QPushButton, f"pool1: {finding.repairs[0].label}").isVisible()


def test_figures_of_the_layer(desk: Desk, form: LayerForm) -> None:
    desk.chosen.choose("conv1")
    text = form.facts.figures.text()
    for part in ("1×12×12", "4×10×10", "3×3", ">40<", ">3\N{NO-BREAK SPACE}600<"):
        assert part in text
    desk.chosen.choose("relu1")
    assert "parameters" not in form.facts.figures.text()


def _field(**changes: Any) -> Field:
    plain = Field("x", "X", "Help.", None, None, "", False, False, False, (), {})
    return plain._replace(**changes)


def test_every_kind_of_field_that_a_table_can_hold_has_a_control(desk: Desk) -> None:
    """What a type of layer to come may declare, too."""
    ranges = [{}, {"minimum": 0, "maximum": 9}, {"minimum": -1.0}]
    for limits, integer, pair, optional, words in itertools.product(
        ranges, (True, False), (True, False), (True, False), ((), ("a", "b"))
    ):
        field = _field(integer=integer, pair=pair and integer, optional=optional, choices=words, **limits)
        number: Any = 1 if integer else 0.5
        value: Any = (number, number) if field.pair else number
        numeric = integer or field.pair or field.minimum is not None or not words
        control = control_for(field, value if numeric else "a", desk.document)
        control.set_value(value if numeric else "a")
        assert _show(control) == (value if numeric else "a")
        if optional and not words:
            control.set_value(None)
            assert _show(control) is None
    assert isinstance(control_for(_field(), True, desk.document), Choice)


def test_small_numbers_have_small_steps(desk: Desk, form: LayerForm) -> None:
    _use(desk, "BatchNorm2d")
    field = visible_named(form, NumberField, "Epsilon")
    desk.hand.key(field, Qt.Key.Key_Up)
    assert _layer(desk).eps == pytest.approx(2e-5)  # type: ignore[union-attr]


def test_enter_in_the_list_leads_to_the_first_setting(desk: Desk, form: LayerForm) -> None:
    desk.use(NetworkSpec(layers=(MaxPool2d(kernel_size=2), ReLU())))
    desk.chosen.choose("pool1")
    form.focus_first()
    assert visible_named(form, NumberField, "Pool size, vertical").hasFocus()
    desk.chosen.choose("relu1")
    form.focus_first()
    assert form.name.hasFocus()


def test_how_weights_begin_is_folded_until_it_is_wanted(desk: Desk, form: LayerForm) -> None:
    _use(desk, "Conv2d")
    assert form.sheet is not None
    start = form.sheet.controls["init"]
    assert isinstance(start, QWidget)
    assert not start.isVisible()
    form.sheet.more.click()
    assert start.isVisible()
    form.sheet.more.click()
    assert not start.isVisible()
    desk.use(replace_field(desk.network, "conv1", "init", "zeros"))
    assert start.isVisible(), "what is not as by default is in sight"
    _use(desk, "MaxPool2d")
    assert not form.sheet.more.isVisible()
