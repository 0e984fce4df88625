"""A form keeps controls and a part of the document equal; what cannot be is said once and put back."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from PySide6.QtCore import QObject, Signal
from pytestqt.qtbot import QtBot

from app.state import form
from app.state.document import Document
from app.state.form import Lens, SpecForm
from app.state.notices import Notice, Notices
from engine.spec.filter import FilterSpec, PoolingSpec
from engine.spec.project import Project
from engine.spec.view import ViewSpec


class Knob(QObject):
    """A control without a face."""

    value_changed = Signal(object)
    rejected = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[Any] = []

    def set_value(self, value: Any) -> None:
        self.shown.append(value)

    def turn(self, value: Any) -> None:
        """As a person does: the control shows it, then says so."""
        self.shown.append(value)
        self.value_changed.emit(value)


def _pooling(project: Project) -> PoolingSpec | None:
    pooling = project.filter.pooling
    return pooling if pooling.kind != "none" else None


def _with_pooling(project: Project, spec: PoolingSpec) -> Project:
    return msgspec.structs.replace(project, filter=msgspec.structs.replace(project.filter, pooling=spec))


LENS = Lens(PoolingSpec, _pooling, _with_pooling)


class Bench:
    def __init__(self) -> None:
        start = _with_pooling(Project(), PoolingSpec(kind="max", kernel_size=(4, 4)))
        self.document = Document(start)
        self.notices = Notices()
        self.said: list[str] = []
        self.standing = 0
        self.notices.posted.connect(self._post)
        self.notices.cleared.connect(self._clear)
        self.form = SpecForm(self.document, self.document, self.notices, LENS, "pooling")
        self.size, self.padding = Knob(), Knob()
        self.form.bind("kernel_size", self.size)
        self.form.bind("padding", self.padding)

    def _post(self, notice: Notice) -> None:
        assert notice.about == "pooling"
        self.said.append(notice.text)
        self.standing = 1

    def _clear(self, about: str) -> None:
        self.standing = 0

    @property
    def pooling(self) -> PoolingSpec:
        return self.document.project.filter.pooling


@pytest.fixture
def bench(qapp: object) -> Bench:
    return Bench()


def test_a_bound_control_shows_the_document_and_follows_it(bench: Bench) -> None:
    assert bench.size.shown[-1] == (4, 4)
    bench.document.edit(_with_pooling(Project(), PoolingSpec(kind="l2", kernel_size=(2, 7))), "other")
    assert bench.size.shown[-1] == (2, 7)
    bench.document.undo()
    assert bench.size.shown[-1] == (4, 4)


def test_a_turn_is_one_edit_that_undo_names_and_takes_back(bench: Bench) -> None:
    edits: list[object] = []
    bench.document.changed.connect(lambda: edits.append(bench.pooling))
    bench.size.turn((3, 3))
    assert bench.pooling.kernel_size == (3, 3)
    assert len(edits) == 1
    assert bench.document.undo_text == "change pool size"
    bench.document.undo()
    assert bench.pooling.kernel_size == (4, 4)
    assert bench.size.shown[-1] == (4, 4)


def test_turns_of_one_control_fold_and_those_of_another_do_not(bench: Bench) -> None:
    for side in (5, 6, 7):
        bench.size.turn((side, side))
    bench.padding.turn((1, 1))
    bench.document.undo()
    assert (bench.pooling.kernel_size, bench.pooling.padding) == ((7, 7), (0, 0))
    bench.document.undo()
    assert bench.pooling.kernel_size == (4, 4)
    assert not bench.document.undo_text


def test_what_the_spec_refuses_is_one_sentence_and_every_control_shows_what_is(bench: Bench) -> None:
    before = bench.document.project
    bench.padding.turn((3, 3))
    assert len(bench.said) == 1
    assert "half" in bench.said[0]
    assert bench.document.project == before
    assert bench.padding.shown[-1] == (0, 0)
    assert bench.standing
    bench.padding.turn((2, 2))
    assert not bench.standing
    assert len(bench.said) == 1


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("0", "Pool size must be between 1 and 64 cells; it is 0."),
        ("65", "Pool size must be between 1 and 64 cells; it is 65."),
        ("2.5", "Pool size must be a whole number; it is 2.5."),
        ("1e30", "Pool size must be between 1 and 64 cells; it is 1e+30."),
        ("nan", "Pool size must be a number; 'nan' is none."),
        ("", "Pool size must be a number; '' is none."),
    ],
)
def test_what_a_control_could_not_read_is_explained(bench: Bench, typed: str, said: str) -> None:
    before = bench.document.project
    bench.size.rejected.emit(typed)
    assert bench.said == [said]
    assert bench.document.project == before


def test_a_part_that_is_something_else_now_is_left_alone(bench: Bench) -> None:
    shown = len(bench.size.shown)
    bench.document.edit(Project(), "no pooling")
    assert len(bench.size.shown) == shown
    bench.size.turn((9, 9))
    assert bench.document.project == Project()


def test_controls_made_from_the_table(qtbot: QtBot) -> None:
    bias = form.number(FilterSpec, "bias", 0.1)
    stride = form.pair(FilterSpec, "stride")
    slope = form.slider(FilterSpec, "bias", 0.5)
    table = form.choice(ViewSpec, "colour_map")
    for made, name in ((bias, "Bias"), (stride, "Stride"), (slope, "Bias"), (table, "Colours")):
        qtbot.addWidget(made)
        assert made.accessibleName() == name
        assert (
            made.accessibleDescription()
            == form.described(
                ViewSpec if made is table else FilterSpec, name.lower() if made is not table else "colour_map"
            ).help
        )
    assert [table.itemText(n) for n in range(table.count())][:3] == ["auto", "signed", "viridis"]
    assert form.pair(FilterSpec, "padding", "Padding amount").accessibleName() == "Padding amount"
