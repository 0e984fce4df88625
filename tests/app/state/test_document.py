"""Undo is whole projects: whatever was done, going back by all of it gives the start, forward the end."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from app.state.document import FOLD_SECONDS, Document
from engine.spec.project import Project
from engine.spec.source import Picture


def _bias(project: Project, value: float) -> Project:
    return msgspec.structs.replace(project, filter=msgspec.structs.replace(project.filter, bias=value))


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_an_edit_is_said_once_and_undone_and_redone() -> None:
    document, said = Document(), []
    document.changed.connect(lambda: said.append(document.project.filter.bias))
    document.edit(_bias(document.project, 1.0), "change bias")
    assert said == [1.0] and document.undo_text == "change bias"
    document.undo()
    assert document.project == Project() and document.redo_text == "change bias" and not document.undo_text
    document.redo()
    assert said == [1.0, 0.0, 1.0]


def test_an_edit_that_changes_nothing_is_none() -> None:
    document = Document()
    document.edit(Project(), "nothing")
    assert not document.undo_text


def test_edits_with_one_key_fold_while_they_follow_closely() -> None:
    clock = Clock()
    document = Document(clock=clock)
    for value in (1.0, 2.0, 3.0):
        clock.now += FOLD_SECONDS / 2
        document.edit(_bias(document.project, value), "bias", merge="bias")
    clock.now += FOLD_SECONDS * 2
    document.edit(_bias(document.project, 4.0), "bias", merge="bias")
    document.undo()
    assert document.project.filter.bias == 3.0
    document.undo()
    assert document.project == Project()


def test_an_edit_after_undo_does_not_fold_into_what_was_undone() -> None:
    document = Document(clock=Clock())
    document.edit(_bias(document.project, 1.0), "a", merge="bias")
    document.edit(_bias(document.project, 2.0), "b")
    document.undo()
    document.edit(_bias(document.project, 5.0), "c")
    document.undo()
    assert document.project.filter.bias == 1.0


def test_a_withdrawn_edit_leaves_no_trace() -> None:
    document = Document()
    document.edit(_bias(document.project, 1.0), "bias")
    document.edit(msgspec.structs.replace(document.project, source=Picture(path="missing.png")), "open")
    document.withdraw(Project())
    assert document.project.source == Project().source and document.undo_text == "bias" and not document.redo_text


@given(st.lists(st.tuples(st.sampled_from(["edit", "undo", "redo"]), st.floats(-9, 9), st.sampled_from([None, "k"]))))
def test_all_the_way_back_is_the_start_and_all_the_way_forward_the_end(
    steps: list[tuple[str, float, str | None]],
) -> None:
    document = Document(clock=Clock())
    for action, value, merge in steps:
        if action == "edit":
            document.edit(_bias(document.project, value), "bias", merge=merge)
        else:
            getattr(document, action)()
    while document.redo_text:
        document.redo()
    end = document.project
    while document.undo_text:
        document.undo()
    assert document.project == Project()
    while document.redo_text:
        document.redo()
    assert document.project == end
