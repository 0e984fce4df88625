"""Every setting of the filter: shown, changed, undone, refused; and no control answers its own echo."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QToolButton

from app.kernels.operation import OperationPanel
from app.widgets.fields import Choice, PairField
from app.widgets.number_field import NumberField
from engine.spec.fields import fields_of
from engine.spec.filter import DetectorSpec, FilterSpec, PoolingSpec
from engine.spec.project import Project
from tests.app.kernels.conftest import Desk, named


@pytest.fixture
def panel(desk: Desk) -> OperationPanel:
    made = OperationPanel(desk.document, desk.notices)
    desk.show(made)
    return made


POOLED = PoolingSpec(kind="max", kernel_size=(4, 4), stride=(3, 3))
Getter = Callable[[FilterSpec], Any]
LEAKY, THRESHOLD = (DetectorSpec(kind=kind) for kind in ("leaky_relu", "threshold"))


def _offered(spec: type[msgspec.Struct]) -> list[tuple[str, str]]:
    """(label, word) of every kind but the first, "none"."""
    kind = fields_of(spec)["kind"]
    return [(kind.labels.get(word, word), word) for word in kind.choices[1:]]


CHOICES: list[tuple[str, str, object, FilterSpec, Getter]] = [
    ("Channels", "R, G, B", "each", FilterSpec(), lambda f: f.channels),
    ("Channels", "R + G + B", "sum", FilterSpec(), lambda f: f.channels),
    ("Padding", "valid", "valid", FilterSpec(), lambda f: f.padding),
    ("Padding", "full", "full", FilterSpec(), lambda f: f.padding),
    ("Padding", "own", (1, 1), FilterSpec(), lambda f: f.padding),
    ("Padding mode", "reflect", "reflect", FilterSpec(), lambda f: f.padding_mode),
    ("Padding mode", "replicate", "replicate", FilterSpec(), lambda f: f.padding_mode),
    ("Padding mode", "circular", "circular", FilterSpec(), lambda f: f.padding_mode),
    *(("Detector", label, word, FilterSpec(), lambda f: f.detector.kind) for label, word in _offered(DetectorSpec)),
    *(("Pooling", label, word, FilterSpec(), lambda f: f.pooling.kind) for label, word in _offered(PoolingSpec)),
]
NUMBERS: list[tuple[str, str, Any, FilterSpec, Getter]] = [
    ("Stride, vertical", "3", (3, 3), FilterSpec(), lambda f: f.stride),
    ("Stride, horizontal", "64", (64, 64), FilterSpec(), lambda f: f.stride),
    ("Dilation, vertical", "2", (2, 2), FilterSpec(), lambda f: f.dilation),
    ("Dilation, horizontal", "32", (32, 32), FilterSpec(), lambda f: f.dilation),
    ("Bias", "-0.25", -0.25, FilterSpec(), lambda f: f.bias),
    ("Bias", "1/8", 0.125, FilterSpec(), lambda f: f.bias),
    ("Padding amount, vertical", "5", (5, 5), FilterSpec(padding=(2, 2)), lambda f: f.padding),
    ("Padding amount, horizontal", "0", (0, 0), FilterSpec(padding=(2, 2)), lambda f: f.padding),
    ("Negative slope", "0.2", 0.2, FilterSpec(detector=LEAKY), lambda f: f.detector.negative_slope),
    ("Threshold", "-3", -3.0, FilterSpec(detector=THRESHOLD), lambda f: f.detector.threshold),
    ("Pool size, vertical", "5", (5, 5), FilterSpec(pooling=POOLED), lambda f: f.pooling.kernel_size),
    ("Pool size, horizontal", "2", (2, 2), FilterSpec(pooling=POOLED), lambda f: f.pooling.kernel_size),
    ("Pool stride, vertical", "1", (1, 1), FilterSpec(pooling=POOLED), lambda f: f.pooling.stride),
    ("Pool padding, horizontal", "2", (2, 2), FilterSpec(pooling=POOLED), lambda f: f.pooling.padding),
]


@pytest.mark.parametrize(("name", "label", "value", "start", "get"), CHOICES)
def test_every_choice(
    desk: Desk, panel: OperationPanel, name: str, label: str, value: object, start: FilterSpec, get: Getter
) -> None:
    desk.set_filter(start)
    before, choice = desk.document.project, named(panel, Choice, name)
    desk.choose(choice, label)
    assert get(desk.filter) == value
    assert choice.currentText() == label
    assert desk.undone() == before
    assert choice.currentIndex() != choice.findText(label)
    changed = desk.changes
    desk.document.redo()
    assert desk.changes == changed + 1, "showing the value changed it"
    assert not desk.heard.all


@pytest.mark.parametrize(("name", "text", "value", "start", "get"), NUMBERS)
def test_every_number(
    desk: Desk, panel: OperationPanel, name: str, text: str, value: object, start: FilterSpec, get: Getter
) -> None:
    desk.set_filter(start)
    before, field = desk.document.project, named(panel, NumberField, name)
    shown = field.text()
    assert field.isVisible()
    changes = desk.changes
    desk.enter(field, text)
    assert get(desk.filter) == value
    assert desk.changes == changes + 1
    assert desk.undone() == before
    assert field.text() == shown
    desk.document.redo()
    assert get(desk.filter) == value
    assert field.text() != shown
    assert desk.changes == changes + 3
    assert not desk.heard.all


@pytest.mark.parametrize(("name", "start"), [(name, start) for name, _, _, start, _ in NUMBERS])
def test_what_a_number_cannot_be_is_one_sentence_and_the_old_value_comes_back(
    desk: Desk, panel: OperationPanel, name: str, start: FilterSpec
) -> None:
    desk.set_filter(start)
    before, field = desk.document.project, named(panel, NumberField, name)
    shown = field.text()
    for typed in ("nan", "inf", "1e30", "-2000000", "wide", "", "1.5.2"):
        field.setFocus()
        field.selectAll()
        desk.hand.key(field, Qt.Key.Key_Delete)
        desk.hand.type(field, typed)
        desk.hand.key(field, Qt.Key.Key_Return)
        named(panel, Choice, "Channels").setFocus()
        assert name.split(" ")[0].split(",")[0] in desk.heard.one_sentence()
        assert desk.document.project == before
        assert field.text() == shown


@pytest.mark.parametrize("typed", ["0", "-1", "65", "2.5"])
def test_a_stride_is_a_whole_number_from_1_to_64(desk: Desk, panel: OperationPanel, typed: str) -> None:
    field = named(panel, NumberField, "Stride, vertical")
    desk.enter(field, typed)
    assert "Stride must be" in desk.heard.one_sentence()
    assert desk.document.project == Project()


def test_both_operations_by_mouse_and_keyboard(desk: Desk, panel: OperationPanel) -> None:
    convolution = named(panel, QPushButton, "Operation: Convolution")
    desk.hand.click(convolution, convolution.rect().center())
    assert desk.filter.operation == "convolution"
    assert convolution.isChecked()
    assert desk.undone() == Project()
    correlation = named(panel, QPushButton, "Operation: Cross-correlation")
    assert correlation.isChecked()
    desk.hand.key(correlation, Qt.Key.Key_Right)
    assert desk.filter.operation == "convolution"


def test_a_pair_whose_link_is_open(desk: Desk, panel: OperationPanel) -> None:
    link = named(panel, QToolButton, "Stride, same for both")
    link.click()
    desk.enter(named(panel, NumberField, "Stride, horizontal"), "4")
    assert desk.filter.stride == (1, 4)
    link.click()
    assert desk.filter.stride == (1, 1)


def test_arrow_keys_on_a_number_are_one_undo(desk: Desk, panel: OperationPanel) -> None:
    field = named(panel, NumberField, "Bias")
    field.setFocus()
    desk.hand.key(field, *[Qt.Key.Key_Up] * 5)
    assert desk.filter.bias == pytest.approx(0.5)
    assert desk.undone() == Project()


@pytest.mark.parametrize(
    ("spec", "amount"),
    [
        (FilterSpec(padding="valid"), (0, 0)),
        (FilterSpec(padding="same", dilation=(3, 2)), (3, 2)),
        (FilterSpec(padding="full", dilation=(3, 2)), (6, 4)),
    ],
)
def test_choosing_an_own_padding_starts_from_what_the_word_meant(
    desk: Desk, panel: OperationPanel, spec: FilterSpec, amount: tuple[int, int]
) -> None:
    desk.set_filter(spec)
    assert not named(panel, PairField, "Padding amount").isVisible()
    desk.choose(named(panel, Choice, "Padding"), "own")
    assert desk.filter.padding == amount
    assert named(panel, PairField, "Padding amount").value() == amount
    assert named(panel, PairField, "Padding amount").isVisible()


def test_an_own_padding_is_never_more_than_can_be(desk: Desk, panel: OperationPanel) -> None:
    weights = ((0.0,) * 31,) * 31
    wide = msgspec.structs.replace(desk.kernel, weights=(weights,))
    desk.set_filter(FilterSpec(kernel=wide, padding="full", dilation=(32, 32)))
    desk.choose(named(panel, Choice, "Padding"), "own")
    assert desk.filter.padding == (512, 512)
    assert named(panel, Choice, "Padding").value() == "own"
    assert not desk.heard.all


def test_a_padding_of_more_than_half_the_pooling_window_is_refused(desk: Desk, panel: OperationPanel) -> None:
    desk.set_filter(FilterSpec(pooling=PoolingSpec(kind="max", kernel_size=(2, 2))))
    field = named(panel, NumberField, "Pool padding, vertical")
    desk.enter(field, "2")
    assert "half the pool size" in desk.heard.one_sentence()
    assert field.text() == "0"
    assert desk.filter.pooling.padding == (0, 0)
    desk.enter(field, "1")
    assert desk.filter.pooling.padding == (1, 1)
    assert not desk.heard.standing


def test_the_pool_stride_follows_the_window_until_it_is_set(desk: Desk, panel: OperationPanel) -> None:
    desk.set_filter(FilterSpec(pooling=PoolingSpec(kind="average", kernel_size=(3, 2))))
    step = named(panel, PairField, "Pool stride")
    assert step.value() == (3, 2)
    desk.enter(named(panel, NumberField, "Pool size, vertical"), "5")
    assert step.value() == desk.filter.pooling.step
    assert desk.filter.pooling.stride is None
    desk.enter(named(panel, NumberField, "Pool stride, vertical"), "1")
    assert desk.filter.pooling.step[0] == 1


def test_only_what_is_used_is_shown(desk: Desk, panel: OperationPanel) -> None:
    slope, threshold = (named(panel, NumberField, name) for name in ("Negative slope", "Threshold"))
    pools = [named(panel, PairField, name) for name in ("Pool size", "Pool stride", "Pool padding")]
    assert not any(each.isVisible() for each in (slope, threshold, *pools))
    desk.set(detector=DetectorSpec(kind="leaky_relu"))
    assert (slope.isVisible(), threshold.isVisible()) == (True, False)
    desk.set(detector=DetectorSpec(kind="threshold"), pooling=PoolingSpec(kind="l2"))
    assert (slope.isVisible(), threshold.isVisible()) == (False, True)
    assert all(each.isVisible() for each in pools)
