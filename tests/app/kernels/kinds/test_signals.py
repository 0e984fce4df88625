"""Signals of one's own: typed, from a text file, from a sound. What cannot be read is a sentence; the old one stays."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QWidget

from app.kernels.kinds.reading import look_into
from app.widgets.fields import Choice
from app.widgets.number_field import NumberField
from engine.kinds.signals import make_signal
from engine.spec.trial import FileSignal, MadeSignal
from tests.app.kernels.conftest import named
from tests.app.kernels.kinds.conftest import KindsStage

PART = "signal"


class Answer:
    """Chooses a file without a dialog."""

    def __init__(self, path: Path | str = "") -> None:
        self.path = str(path)

    def open(self, parent: QWidget) -> str:
        return self.path


@pytest.fixture
def stage(stage: KindsStage) -> KindsStage:
    stage.look.choice.choose("1-D")
    stage.ready()
    return stage


def given(stage: KindsStage) -> list[float]:
    """The input as it is drawn."""
    return stage.look.stage.sides["input"].signal.values()[:, 0].tolist()


def drawn(stage: KindsStage) -> list[float]:
    return stage.look.stage.sides["output"].signal.values()[:, 0].tolist()


def open_file(stage: KindsStage, path: Path) -> None:
    stage.look.numbers.signal.ask = Answer(path)
    stage.look.numbers.signal.open.click()


def test_a_typed_signal_becomes_the_input_and_numpy_makes_the_same_of_it(stage: KindsStage) -> None:
    stage.choose(named(stage.look, Choice, "Signal"), "typed")
    stage.ready()
    text = named(stage.look, QLineEdit, "Typed signal")
    text.clear()
    stage.enter(text, "1 0 -2, 1/2; 3 0 1")
    stage.ready()
    assert stage.kind.size == (7,)
    assert given(stage) == [1, 0, -2, 0.5, 3, 0, 1]
    stage.go_to(0, 1)
    weights = stage.look.sheet.weights.grid.sheet().values[0]
    np.testing.assert_allclose(drawn(stage), np.correlate(given(stage), weights, "valid"), atol=1e-6)
    stage.document.undo()
    stage.ready()
    assert given(stage) != [1, 0, -2, 0.5, 3, 0, 1]
    stage.document.undo()
    stage.ready()
    assert isinstance(stage.project.trial.signal, MadeSignal)


def test_up_and_down_in_the_typed_signal_leave_the_window_where_it_is(stage: KindsStage) -> None:
    stage.look.numbers.signal.put_text("1 2 3 4 5 6")
    stage.ready()
    stage.go_to(0, 1)
    field = named(stage.look, QLineEdit, "Typed signal")
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_PageDown, Qt.Key.Key_Up):
        stage.qtbot.keyClick(field, key)
    assert stage.look.walk.cell == (0, 1)


@pytest.mark.parametrize(
    ("text", "part"), [("1 two 3", "'two' is not a number"), ("", "No signal"), ("1e99", "finite")]
)
def test_a_bad_typed_signal_is_one_sentence_and_the_old_one_stays(stage: KindsStage, text: str, part: str) -> None:
    stage.look.numbers.signal.put_text("1 2 3 4 5 6")
    stage.ready()
    before = stage.project
    field = named(stage.look, QLineEdit, "Typed signal")
    field.clear()
    stage.enter(field, text)
    assert part in stage.heard.one_sentence()
    assert stage.project is before
    assert given(stage) == [1, 2, 3, 4, 5, 6]


def test_a_test_signal_follows_its_shape_and_period(stage: KindsStage) -> None:
    stage.choose(named(stage.look, Choice, "Shape"), "chirp")
    stage.enter(named(stage.look, NumberField, "Period"), "6")
    stage.ready()
    np.testing.assert_allclose(given(stage), make_signal("chirp", 48, 6).values, atol=1e-7)
    stage.enter(named(stage.look, NumberField, "Period"), "0")
    assert "between 0.5 and 100000" in stage.heard.one_sentence()


def test_a_column_of_a_text_file_can_be_chosen(stage: KindsStage, tmp_path: Path) -> None:
    path = tmp_path / "weather.csv"
    path.write_text("hour;warm;wet\n" + "\n".join(f"{hour};{20 - hour};{hour % 3}" for hour in range(9)))
    open_file(stage, path)
    stage.until(lambda: stage.project.trial.signal == FileSignal(path=str(path)))
    stage.ready()
    assert stage.kind.size == (9,)
    assert given(stage) == [20 - hour for hour in range(9)]
    stage.choose(named(stage.look, Choice, "Column"), "wet")
    stage.until(lambda: stage.project.trial.signal == FileSignal(path=str(path), column="wet"))
    stage.ready()
    assert given(stage) == [hour % 3 for hour in range(9)]
    assert stage.undone().trial.signal == FileSignal(path=str(path))


def test_a_sound_is_read_and_its_beginning_is_shown(stage: KindsStage, tmp_path: Path) -> None:
    path = tmp_path / "tone.wav"
    samples = (np.sin(np.arange(9000) / 7) * 30000).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(samples.tobytes())
    open_file(stage, path)
    stage.until(lambda: isinstance(stage.project.trial.signal, FileSignal))
    stage.ready()
    assert stage.kind.size == (4096,)
    np.testing.assert_allclose(given(stage), samples[:4096] / 32768, atol=1e-6)
    words = stage.look.stage.sides["input"].words.text()
    assert "tone.wav" in words
    assert "8,000 samples a second" in words
    assert "the first 4,096 of 9,000" in words


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", b"no numbers\nat all"),
        ("b.wav", b"RIFF...."),
        ("c.pdf", b"%PDF"),
        ("d.txt", b""),
        ("e.csv", b"\xff\0"),
    ],
)
def test_a_bad_file_is_one_sentence_that_names_it_and_the_old_signal_stays(
    stage: KindsStage, tmp_path: Path, name: str, content: bytes
) -> None:
    before, path = stage.project, tmp_path / name
    path.write_bytes(content)
    open_file(stage, path)
    stage.until(lambda: bool(stage.heard.all))
    assert name in stage.heard.one_sentence()
    assert stage.project is before
    open_file(stage, tmp_path / "gone.csv")
    stage.until(lambda: bool(stage.heard.all))
    assert "gone.csv" in stage.heard.one_sentence()


def test_nothing_happens_when_no_file_is_chosen(stage: KindsStage) -> None:
    stage.look.numbers.signal.ask = Answer()
    choice = named(stage.look, Choice, "Signal")
    before = stage.project
    stage.choose(choice, "file")
    assert stage.project is before
    assert choice.value() == "test"


def test_what_a_file_holds_is_found_without_a_window(tmp_path: Path) -> None:
    path = tmp_path / "two.csv"
    path.write_text("a,b\n1,2\n3,4\n")
    found = look_into(str(path))
    assert (found.length, found.columns, found.problem) == (2, ("a", "b"), "")
    assert "no column of numbers 'c'" in look_into(str(path), "c").problem
