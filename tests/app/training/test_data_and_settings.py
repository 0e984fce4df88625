"""The data set and the settings follow the document and change it, each in one undo."""

from __future__ import annotations

import msgspec
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication

from app.training.data_panel import FOLDER
from app.widgets.fields import Choice
from app.widgets.number_field import NumberField
from app.widgets.theme import apply_theme
from engine.protocol import Died, Hello
from engine.spec.fields import fields_of
from engine.spec.project import Project
from engine.spec.source import Sample
from engine.spec.train import TrainSpec
from tests.app.training.conftest import Stage
from tests.app.widgets.conftest import Hand


def choose(choice: Choice, label: str) -> None:
    """As when a person picks an option of the open list."""
    index = choice.findText(label)
    assert index >= 0, label
    choice.setCurrentIndex(index)
    choice.activated.emit(index)


def test_the_page_asks_for_samples_when_it_is_first_seen(stage: Stage) -> None:
    assert stage.engine.data == ["mnist"]
    stage.page.hidden()
    stage.page.shown()
    assert stage.engine.data == ["mnist"], "they are still there"


def test_another_data_set(stage: Stage) -> None:
    choose(stage.page.data.choice, "Fashion-MNIST")
    assert stage.document.project.data == "fashion-mnist"
    assert stage.document.undo_text == "use Fashion-MNIST"
    assert stage.engine.data == ["mnist", "fashion-mnist"]
    stage.document.undo()
    assert stage.page.data.choice.value() == "mnist"
    assert stage.engine.data[-1] == "mnist"


def test_a_folder(stage: Stage) -> None:
    stage.asked.data = "/pictures/leaves"
    choose(stage.page.data.choice, "Folder…")
    assert stage.document.project == Project(), "it stays until the other one is read"
    assert stage.page.data.progress.words.text() == "Reading leaves…"
    stage.samples("/pictures/leaves")
    assert stage.document.project.data == "/pictures/leaves"
    assert stage.document.undo_text == "use leaves"
    assert not stage.page.data.progress.isVisible()
    assert stage.page.data.choice.currentText() == "leaves"
    assert stage.engine.data[-1] == "/pictures/leaves"


def test_a_file(stage: Stage) -> None:
    stage.asked.file = "/pictures/mine.npz"
    choose(stage.page.data.choice, "File…")
    stage.samples("/pictures/mine.npz")
    assert stage.document.project.data == "/pictures/mine.npz"
    assert stage.page.data.choice.currentText() == "mine.npz"
    assert stage.engine.data[-1] == "/pictures/mine.npz"


def test_no_folder_after_all(stage: Stage) -> None:
    choose(stage.page.data.choice, "Folder…")
    assert stage.document.project == Project()
    assert stage.page.data.choice.value() == "mnist"
    assert stage.page.data.choice.value() is not FOLDER


def test_data_changed_behind_another_page_is_read_when_this_one_is_seen(stage: Stage) -> None:
    stage.page.hidden()
    stage.set(data="emoji-10")
    assert stage.engine.data == ["mnist"]
    stage.page.shown()
    assert stage.engine.data == ["mnist", "emoji-10"]


def test_samples_with_counts_names_and_notes(stage: Stage) -> None:
    panel = stage.page.data
    assert panel.mosaic.extent() is None
    event = stage.samples(notes=("2 left out: a.txt: no picture.",))
    assert panel.counts.text() == "12\xa0000 to learn from, 2\xa0000 to test: 10 classes, 1×28×28"
    assert panel.notes.text() == "2 left out: a.txt: no picture."
    assert panel.notes.isVisible()
    assert panel.notes.height() < 2 * panel.notes.fontMetrics().height()
    assert panel.mosaic.extent() == (event.plane.rows, event.plane.columns)
    assert "7: 1\xa0200 to learn from, 200 to test" in panel.counts.toolTip().replace("&nbsp;", "\xa0")


def test_hovering_a_sample_tells_its_class(stage: Stage) -> None:
    stage.samples(class_names=tuple("abcdefghij"))
    view = stage.page.data.mosaic
    region, zoom = view.region(), view.zoom()
    at = QPoint(round((30 - region.left()) * zoom), round((3 * 29 + 10 - region.top()) * zoom))
    Hand(stage.qtbot).move(view, at)
    assert stage.page.data.counts.text().startswith("d: ")


def test_a_double_click_puts_a_sample_into_the_network(stage: Stage) -> None:
    stage.samples()
    view = stage.page.data.mosaic
    region, zoom = view.region(), view.zoom()
    at = QPoint(round((2 * 29 + 9 - region.left()) * zoom), round((3 * 29 + 10 - region.top()) * zoom))
    stage.qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert stage.document.project == Project(), "one click is for looking"
    stage.qtbot.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert stage.document.project.source == Sample(data="mnist", split="train", index=3 * 14 + 2)
    assert stage.document.undo_text == "open a picture of MNIST"
    view.setFocus()
    stage.qtbot.keyClick(view, Qt.Key.Key_Right)
    stage.qtbot.keyClick(view, Qt.Key.Key_Return)
    assert stage.document.project.source == Sample(data="mnist", split="train", index=3 * 14 + 3)


def test_samples_of_an_earlier_choice_are_not_shown(stage: Stage) -> None:
    stage.set(data="emoji-10")
    stage.samples("mnist")
    assert stage.page.data.samples is None
    assert stage.page.data.mosaic.extent() is None


def test_data_that_cannot_be_read(stage: Stage) -> None:
    stage.set(data="/pictures/one")
    stage.problem("data", "one has one class only; at least two would do.")
    assert stage.page.data.mosaic.accessibleDescription() == "one has one class only; at least two would do."
    assert stage.page.data.mosaic.extent() is None
    stage.notices.problem("one has one class only; at least two would do.", "data")
    stage.set(data="mnist")
    assert stage.problems == {}
    assert stage.page.data.mosaic.accessibleDescription() == "Reading MNIST…"


def test_a_new_engine_is_asked_again(stage: Stage) -> None:
    stage.hear(Hello(pid=1, threads=1))
    stage.hear(Died(message="The engine ended by itself.", again=True), Hello(pid=2, threads=1))
    assert stage.engine.data == ["mnist", "mnist"]


def test_a_new_theme_has_the_samples_painted_once_more(stage: Stage, qapp: QApplication) -> None:
    stage.samples()
    apply_theme(qapp, dark=False)
    assert stage.engine.data == ["mnist", "mnist"]


@pytest.mark.parametrize("name", fields_of(TrainSpec))
def test_every_setting_has_a_control_that_works_in_both_directions(stage: Stage, name: str) -> None:
    field, control = fields_of(TrainSpec)[name], stage.page.settings.controls[name]
    assert control.accessibleName() == field.label
    assert control.accessibleDescription() == field.help
    default = getattr(TrainSpec(), name)
    value: object = 7 if isinstance(default, int) else 0.05
    if field.choices:
        value = next(choice for choice in reversed(field.choices) if choice != default)
    stage.set(train=msgspec.structs.replace(stage.document.project.train, **{name: value}))
    assert control.value() == value  # type: ignore[attr-defined]
    stage.document.undo()
    assert control.value() == getattr(TrainSpec(), name)  # type: ignore[attr-defined]
    control.value_changed.emit(value)  # type: ignore[attr-defined]
    assert getattr(stage.document.project.train, name) == value
    stage.document.undo()
    assert stage.document.project == Project()


def test_a_setting_that_cannot_be(stage: Stage) -> None:
    epochs = stage.page.settings.controls["epochs"]
    assert isinstance(epochs, NumberField)
    epochs.setFocus()
    epochs.selectAll()
    stage.qtbot.keyClicks(epochs, "0\r")
    assert stage.document.project == Project()
    assert list(stage.problems.values()) == ["Epochs must be between 1 and 100000; it is 0."]


def test_momentum_only_where_it_is_used_and_the_device_of_the_run(stage: Stage) -> None:
    panel = stage.page.settings
    momentum, beta = panel.controls["momentum"], panel.controls["beta1"]
    assert not momentum.isVisible()
    stage.click(panel.more.button)
    assert beta.isVisible()
    assert not momentum.isVisible()
    stage.set(train=TrainSpec(optimiser="sgd"))
    assert momentum.isVisible()
    assert not beta.isVisible()
    stage.training("running", device="cuda", step=1, steps=9)
    assert panel.title.text() == "Settings: • at once, others next run"
    assert stage.page.controls.figures.text().endswith("on cuda")
    stage.training("stopped")
    choose(panel.device, "processor")
    stage.click(stage.page.controls.start)
    assert stage.engine.trains[-1].device == "cpu"
