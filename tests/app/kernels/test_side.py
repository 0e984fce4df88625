"""The column of settings: at 1280×800 it needs no scroll bar, and nothing in it is ever cut off."""

from __future__ import annotations

import itertools
from typing import get_args

import msgspec
from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QStyle,
    QStyleOptionComboBox,
    QWidget,
)

from app.widgets.fields import Choice
from app.widgets.group import FieldRow
from app.widgets.number_field import NumberField
from engine.kernels import kernel, kernel_names
from engine.spec.edit import with_channels, with_kernel
from engine.spec.filter import Channels, DetectorKind, DetectorSpec, FilterSpec, KernelSpec, Operation, PoolingSpec
from engine.spec.source import Pattern
from tests.app.kernels.conftest import EVERYTHING, PAGE_SIZE, POOLED, Stage, visible, what

GAUSSIAN = with_kernel(FilterSpec(), kernel("gaussian").spec())
STRIP_OF_A_SOURCE = 40
NUMBER_FRAME = 2 * (1 + 7 + 2)
"""Frame, padding and Qt's own margin of a line of text, on both sides."""


def _scrolls(stage: Stage) -> bool:
    QApplication.processEvents()
    return bool(stage.page.side.area.verticalScrollBar().maximum())


def _room_for_text(choice: QComboBox) -> int:
    option = QStyleOptionComboBox()
    choice.initStyleOption(option)
    style = choice.style()
    area = style.subControlRect(
        QStyle.ComplexControl.CC_ComboBox, option, QStyle.SubControl.SC_ComboBoxEditField, choice
    )
    return area.width()


def assert_nothing_is_cut(stage: Stage) -> None:
    QApplication.processEvents()
    side = stage.page.side
    assert side.area.widget().width() <= side.area.viewport().width(), "the panels are wider than the column"
    for part in visible(side):
        if isinstance(part, (QLabel, QAbstractButton, QComboBox, QLineEdit)):
            inside = QRect(part.pos(), part.size()).adjusted(1, 1, -1, -1)
            assert part.parentWidget().rect().contains(inside), what(part)
        if isinstance(part, Choice):
            assert part.fontMetrics().horizontalAdvance(part.currentText()) <= _room_for_text(part), what(part)
        elif isinstance(part, NumberField):
            typing = part.rect().marginsRemoved(part.textMargins()).width() - NUMBER_FRAME
            assert part.fontMetrics().horizontalAdvance(part.text()) <= typing, what(part)
        elif isinstance(part, QLabel) and not part.wordWrap():
            assert part.sizeHint().width() <= part.width(), what(part)
    for row in side.findChildren(FieldRow):
        parts = [part for part in row.findChildren(QWidget) if part.isVisible() and part.parentWidget() is row]
        for one, other in itertools.combinations(parts, 2):
            assert not one.geometry().intersects(other.geometry()), (what(one), what(other))


def test_at_1280_by_800_nothing_of_the_column_is_out_of_sight(stage: Stage) -> None:
    assert stage.page.size().toTuple() == PAGE_SIZE
    for spec in (FilterSpec(), GAUSSIAN, POOLED, with_channels(FilterSpec(), "sum")):
        stage.set_filter(spec)
        assert not _scrolls(stage), spec
        assert_nothing_is_cut(stage)


def test_nor_with_the_controls_of_a_source_above(stage: Stage) -> None:
    stage.page.resize(PAGE_SIZE[0], PAGE_SIZE[1] - STRIP_OF_A_SOURCE)
    for spec in (FilterSpec(), GAUSSIAN):
        stage.set_filter(spec)
        assert not _scrolls(stage), spec


def test_no_kernel_makes_the_column_wider(stage: Stage) -> None:
    for name in kernel_names():
        spec = with_kernel(FilterSpec(), kernel(name).spec())
        for operation, channels in itertools.product(get_args(Operation), get_args(Channels)):
            made = msgspec.structs.replace(with_channels(spec, channels), operation=operation)
            stage.document.edit(msgspec.structs.replace(stage.document.project, filter=made), name)
            assert_nothing_is_cut(stage)


def test_nor_do_the_widest_settings(stage: Stage) -> None:
    stage.use(Pattern(kind="noise", height=60, width=70))
    for detector in get_args(DetectorKind):
        stage.set_filter(
            FilterSpec(
                padding=(2, 3),
                padding_mode="replicate",
                channels="sum",
                bias=-0.125,
                detector=DetectorSpec(kind=detector),
                pooling=PoolingSpec(kind="average", kernel_size=(12, 12), stride=(10, 11)),
                kernel=KernelSpec(name="custom", weights=(((-123456.789, 1 / 3, 0.5),) * 3,) * 3),
            )
        )
        assert_nothing_is_cut(stage)


def test_the_panels_do_not_move_when_the_column_begins_to_scroll(stage: Stage) -> None:
    panel = stage.page.kernel
    left, width = panel.mapTo(stage.page, QPoint(0, 0)).x(), panel.width()
    stage.set_filter(EVERYTHING)
    assert _scrolls(stage)
    assert panel.mapTo(stage.page, QPoint(0, 0)).x() == left
    assert abs(panel.width() - width) <= 2
