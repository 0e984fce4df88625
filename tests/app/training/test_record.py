"""The Record tab: keys and buttons that are held, counts that follow, and the set that is used."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt

from app.training.record_look import RecordLook
from engine.protocol import Record, Recorded
from tests.app.training.conftest import Stage
from tests.app.training.test_data_and_settings import choose


def look_of(stage: Stage, *names: str) -> RecordLook:
    stage.page.looks.choose("record")
    look = stage.page.looks.behind("record")
    assert isinstance(look, RecordLook)
    for name in names:
        look.name.setFocus()
        stage.qtbot.keyClicks(look.name, name)
        stage.qtbot.keyClick(look.name, Qt.Key.Key_Return)
    return look


def records(stage: Stage) -> list[tuple[str, str]]:
    return [(each.action, each.name) for each in stage.engine.sent if isinstance(each, Record)]


def recorded(stage: Stage, folder: str, counts: dict[str, int], message: str = "") -> None:
    labels = tuple(name for name, count in counts.items() for _ in range(count))[:12]
    plane = stage.engine.plane("recorded", 64, 66 * len(labels) - 2) if labels else None
    tiles = tuple((0, 66 * place, 64, 64) for place in range(len(labels)))
    stage.hear(Recorded(id=1, folder=folder, counts=counts, plane=plane, tiles=tiles, labels=labels, message=message))


def test_a_button_records_while_it_is_held(stage: Stage) -> None:
    look = look_of(stage, "open", "closed")
    assert [button.text() for button in look.buttons] == ["1  open: 0", "2  closed: 0"]
    stage.qtbot.mousePress(look.buttons[1], Qt.MouseButton.LeftButton)
    assert records(stage) == [("open", ""), ("hold", "closed")]
    opened = next(each for each in stage.engine.sent if isinstance(each, Record))
    assert (opened.folder, opened.size) == (look.folder, (28, 28))
    assert Path(look.folder).parent == stage.folder.parent / "recorded"
    assert look.buttons[1].property("role") == "primary"
    stage.qtbot.mouseRelease(look.buttons[1], Qt.MouseButton.LeftButton)
    assert records(stage)[-1] == ("let go", "")
    stage.qtbot.mousePress(look.buttons[0], Qt.MouseButton.LeftButton)
    assert records(stage)[2:] == [("let go", ""), ("hold", "open")], "it is open already"


def test_a_key_records_while_it_is_held_wherever_the_focus_is(stage: Stage) -> None:
    look = look_of(stage, "a", "b")
    view = stage.page.input_view
    view.setFocus()
    stage.qtbot.keyPress(view, Qt.Key.Key_2)
    assert records(stage)[-1] == ("hold", "b")
    assert look.holding == "b"
    stage.qtbot.keyRelease(view, Qt.Key.Key_2)
    assert records(stage)[-1] == ("let go", "")
    stage.qtbot.keyPress(view, Qt.Key.Key_3)
    assert records(stage)[-1] == ("let go", ""), "there is no third class"
    stage.page.looks.choose("progress")
    stage.qtbot.keyPress(view, Qt.Key.Key_1)
    assert records(stage)[-1] == ("let go", "")


def test_nothing_goes_on_being_recorded_behind_another_tab(stage: Stage) -> None:
    look = look_of(stage, "a")
    look.hold("a")
    stage.page.looks.choose("progress")
    assert records(stage)[-1] == ("let go", "")
    stage.page.looks.choose("record")
    look.hold("a")
    stage.page.hidden()
    assert records(stage)[-1] == ("let go", "")


def test_counts_and_the_last_pictures_are_shown_and_the_set_is_used(stage: Stage) -> None:
    look = look_of(stage, "a", "b")
    assert not look.use.isEnabled()
    recorded(stage, look.folder, {"a": 3})
    assert look.buttons[0].text() == "1  a: 3"
    assert not look.use.isEnabled(), "one class is none to tell from another"
    assert look.gallery.accessibleName().startswith("Last recorded: a, 1 of 3")
    recorded(stage, look.folder, {"a": 3, "b": 2})
    stage.click(look.undo)
    assert records(stage)[-1] == ("undo", "")
    stage.click(look.use)
    assert stage.engine.data[-1] == look.folder
    stage.samples(look.folder)
    assert stage.document.project.data == look.folder
    stage.click(look.use)
    assert stage.engine.data[-2:] == [look.folder] * 2, "there may be more pictures now"


def test_what_goes_wrong_is_one_sentence_and_ends_the_recording(stage: Stage) -> None:
    look = look_of(stage, "a")
    look.hold("a")
    recorded(stage, look.folder, {}, "The folder cannot be made; choose another.")
    assert look.problem.text() == "The folder cannot be made; choose another."
    assert look.holding == ""
    recorded(stage, look.folder, {"a": 1})
    assert not look.problem.isVisible()


def test_a_set_from_before_is_gone_on_with(stage: Stage) -> None:
    look = look_of(stage, "x")
    stage.asked.data = "/sets/hands"
    stage.click(look.open)
    assert look.folder == look.place.text() == "/sets/hands"
    assert records(stage)[-1] == ("open", "")
    recorded(stage, "/sets/hands", {"left": 4, "right": 5})
    assert look.classes == ["left", "right"]
    recorded(stage, "/sets/another", {"z": 1})
    assert look.classes == ["left", "right"]
    choose(look.extent, "64×64")
    look.hold("left")
    assert [each.size for each in stage.engine.sent if isinstance(each, Record) and each.folder] == [(28, 28), (64, 64)]
    stage.click(look.new)
    assert look.classes == []
    assert look.buttons == []


def test_names_that_are_there_or_empty_are_not_added_twice(stage: Stage) -> None:
    look = look_of(stage, "a", "a", "  ")
    assert look.classes == ["a"]
