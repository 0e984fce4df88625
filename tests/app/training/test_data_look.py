"""The Data tab: what the engine has seen of a data set, row by row, and what it found."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QApplication, QToolTip

from app.training.data_look import DataLook
from app.widgets.theme import apply_theme
from engine.protocol import DataProgress, DataSeen, Problem, StopReading, StudyData
from engine.spec.source import Sample
from tests.app.training.conftest import DIGITS, Stage

EACH, CELL = 4, 30


def look_of(stage: Stage) -> DataLook:
    """The tab, chosen as a person does."""
    tabs = stage.page.looks
    button = next(each for each in tabs.choice.findChildren(type(stage.page.controls.fit)) if each.text() == "Data")
    stage.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    look = tabs.behind("data")
    assert isinstance(look, DataLook)
    return look


def studies(stage: Stage) -> list[StudyData]:
    return [request for request in stage.engine.sent if isinstance(request, StudyData)]


def seen(stage: Stage, names: tuple[str, ...] = DIGITS, **more: Any) -> DataSeen:
    """Have the engine tell what it has seen."""
    groups = len(names)
    count = 1 + groups + EACH * groups
    boxes = tuple((number // 8 * CELL, number % 8 * CELL, 28, 28) for number in range(count))
    fields: dict[str, Any] = {
        "id": studies(stage)[-1].id,
        "data": "mnist",
        "plane": stage.engine.plane("data", (count // 8 + 1) * CELL, 8 * CELL),
        "tiles": boxes,
        "labels": tuple(label for label in range(groups) for _ in range(EACH)),
        "split": "train",
        "indices": tuple(range(100, 100 + EACH * groups)),
        "class_names": names,
        "train_counts": (1200,) * groups,
        "test_counts": (200,) * groups,
        "input_shape": (1, 28, 28),
    }
    event = DataSeen(**{**fields, **more})
    stage.hear(event)
    return event


def test_it_is_asked_for_once_samples_are_there_and_while_it_is_in_sight(stage: Stage) -> None:
    stage.samples()
    assert studies(stage) == []
    look = look_of(stage)
    assert [request.data for request in studies(stage)] == ["mnist"]
    seen(stage)
    assert look.is_answered
    stage.page.looks.choose("progress")
    stage.page.looks.choose("data")
    assert len(studies(stage)) == 1, "it is still there"
    stage.set(data="emoji-10")
    assert look.seen is None
    stage.samples("emoji-10")
    assert studies(stage)[-1].data == "emoji-10"


def test_every_class_has_its_counts_and_samples(stage: Stage) -> None:
    stage.samples()
    look = look_of(stage)
    seen(stage, tuple("abcdefghij"), train_counts=(5, *(1200,) * 9))
    table = look.table
    assert table.words_of(0) == "All: 10\xa0805 to learn from, 2\xa0000 to test"
    assert table.words_of(1) == "a: 5 to learn from, 200 to test"
    assert look.words.text().startswith("MNIST: 10\xa0805 to learn from")
    at = table.sample_rectangle(5).center()
    assert table.sample_at(at) == 5
    help_event = QHelpEvent(QEvent.Type.ToolTip, at, table.viewport().mapToGlobal(at))
    QApplication.sendEvent(table.viewport(), help_event)
    assert "b: 1" in QToolTip.text()
    QToolTip.hideText()
    stage.qtbot.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert stage.document.project.source == Sample(data="mnist", split="train", index=105)


def test_many_classes_scroll(stage: Stage) -> None:
    stage.samples()
    table = look_of(stage).table
    seen(stage, tuple(f"class {number}" for number in range(60)))
    bar = table.verticalScrollBar()
    assert bar.maximum() > 0
    table.setFocus()
    stage.qtbot.keyClick(table, Qt.Key.Key_End)
    assert bar.value() == bar.maximum()
    assert not table.sample_rectangle(59 * EACH).isEmpty()
    assert table.viewport().rect().contains(table.sample_rectangle(59 * EACH))


def test_numbers_to_be_told_have_a_range_each(stage: Stage) -> None:
    stage.samples()
    table = look_of(stage).table
    more = {"train_counts": (40,), "test_counts": (10,), "labels": (0,) * EACH}
    boxes = tuple((0, number * CELL, 28, 28) for number in range(2 + EACH))
    seen(stage, ("price", "age"), ranges=((-1.5, 0.0, 2.5), (3.0, 4.0, 9.0)), tiles=boxes, **more)
    assert table.words_of(0) == "All: 40 to learn from, 10 to test"
    assert table.words_of(2) == "age: least 3, mean 4, largest 9"
    assert not table.sample_rectangle(0).isEmpty()
    stage.qtbot.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, pos=table.sample_rectangle(0).center())
    assert not isinstance(stage.document.project.source, Sample)


def test_what_was_found_is_listed(stage: Stage) -> None:
    stage.samples()
    look = look_of(stage)
    seen(
        stage,
        notes=("Colours become grey.",),
        skipped=(("cats/a.txt", "has not the ending of a picture's name"),),
        left_out=3,
        in_both=2,
        repeated=5,
        contradicting=1,
        bytes=3_200_000_000,
        streamed=True,
        data="/sets/pets",
        place="/sets/pets",
    )
    lines = look.findings.toPlainText().splitlines()
    assert lines == [
        "It lies in /sets/pets: 3.2 GB of inputs, read from the disk batch by batch.",
        "Colours become grey.",
        "2 inputs for testing are among those to learn from: tests flatter by that.",
        "5 inputs to learn from equal an earlier one.",
        "1 equal inputs are said to be different things.",
        "Left out: 3.",
        "    cats/a.txt: has not the ending of a picture's name",
        "    and 2 more",
    ]


def test_a_long_look_says_how_far_it_is_and_can_be_stopped(stage: Stage) -> None:
    stage.samples()
    look = look_of(stage)
    stage.hear(DataProgress(id=studies(stage)[-1].id, data="mnist", done=7000, total=28_000))
    assert look.progress.words.text() == "Looking: 7\xa0000 of 28\xa0000"
    assert not stage.page.data.progress.isVisible()
    stage.qtbot.mouseClick(look.progress.stop, Qt.MouseButton.LeftButton)
    assert isinstance(stage.engine.sent[-1], StopReading)
    assert look.problem.isVisible()
    stage.page.looks.choose("progress")
    stage.page.looks.choose("data")
    assert len(studies(stage)) == 2
    assert not look.problem.isVisible()


def test_a_look_that_fails_is_one_sentence(stage: Stage) -> None:
    stage.samples()
    look = look_of(stage)
    stage.hear(Problem(id=studies(stage)[-1].id, code="data look", message="pets cannot be read; check the name."))
    assert look.problem.text() == "pets cannot be read; check the name."


def test_a_new_theme_has_it_drawn_once_more(stage: Stage, qapp: QApplication) -> None:
    stage.samples()
    look_of(stage)
    seen(stage)
    apply_theme(qapp, dark=False)
    assert [request.dark for request in studies(stage)] == [True, False]
