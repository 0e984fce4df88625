"""Other data sets by dialog, drop and download: what cannot be had is one sentence, and the one before stays."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl

from app.training.data_kind import seems_data
from engine.protocol import DataProgress, Download, Downloading, StopReading
from engine.spec.project import Project
from tests.app.training.conftest import Stage
from tests.app.training.test_data_and_settings import choose


def dropped(path: str) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(path)])
    return mime


def test_what_cannot_be_read_leaves_the_data_set_that_was_there(stage: Stage) -> None:
    before = stage.samples()
    stage.asked.file = "/pictures/odd.csv"
    choose(stage.page.data.choice, "File…")
    stage.problem("data", "odd.csv has no rows; a table with some would do.")
    panel = stage.page.data
    assert stage.document.project == Project()
    assert (panel.samples, panel.choice.value()) == (before, "mnist")
    assert panel.mosaic.extent() is not None
    assert not panel.progress.isVisible()


def test_reading_says_how_far_it_is_and_can_be_stopped(stage: Stage) -> None:
    stage.samples()
    stage.asked.data = "/pictures/large"
    choose(stage.page.data.choice, "Folder…")
    stage.hear(DataProgress(id=2, data="/pictures/large", done=2500, total=10_000))
    row = stage.page.data.progress
    assert row.isVisible()
    assert row.words.text() == "Reading large: 2\xa0500 of 10\xa0000"
    assert row.bar.value() == row.bar.maximum() // 4
    stage.qtbot.mouseClick(row.stop, Qt.MouseButton.LeftButton)
    assert isinstance(stage.engine.sent[-1], StopReading)
    stage.problem("data", "The reading was stopped.")
    assert not row.isVisible()
    assert stage.document.project == Project()


def test_a_data_set_that_was_given_up_can_be_asked_for_again(stage: Stage) -> None:
    stage.problem("data", "The reading was stopped.")
    assert stage.page.data.mosaic.accessibleDescription() == "The reading was stopped."
    stage.click(stage.page.data.again)
    assert stage.engine.data == ["mnist", "mnist"]
    assert not stage.page.data.again.isVisible()


def test_a_download_is_followed_and_used_when_it_is_done(stage: Stage) -> None:
    stage.samples()
    stage.asked.known = "cifar-10"
    choose(stage.page.data.choice, "Download…")
    asked = stage.engine.sent[-1]
    assert isinstance(asked, Download)
    assert (asked.name, asked.action) == ("cifar-10", "start")
    stage.hear(Downloading(id=asked.id, name="cifar-10", state="running", done=17_000_000, total=170_000_000))
    assert stage.page.data.progress.words.text() == "Fetching cifar-10: 17.0 MB of 170 MB"
    stage.hear(Downloading(id=asked.id, name="cifar-10", state="done", folder="/sets/cifar-10"))
    assert stage.engine.data[-1] == "/sets/cifar-10"
    stage.samples("/sets/cifar-10", (3, 32, 32))
    assert stage.document.project.data == "/sets/cifar-10"


def test_a_download_that_fails_is_one_sentence_and_one_that_is_stopped_ends(stage: Stage) -> None:
    stage.samples()
    stage.asked.known = "mnist"
    choose(stage.page.data.choice, "Download…")
    row = stage.page.data.progress
    stage.qtbot.mouseClick(row.stop, Qt.MouseButton.LeftButton)
    asked = stage.engine.sent[-1]
    assert isinstance(asked, Download)
    assert asked.action == "stop"
    stage.hear(Downloading(id=asked.id, name="mnist", state="failed", message="There is no network."))
    assert stage.problems == {"data": "There is no network."}
    assert not row.isVisible()
    assert stage.document.project == Project()
    choose(stage.page.data.choice, "Download…")
    assert stage.problems == {}


def test_no_download_after_all(stage: Stage) -> None:
    sent = len(stage.engine.sent)
    choose(stage.page.data.choice, "Download…")
    assert len(stage.engine.sent) == sent
    assert stage.page.data.choice.value() == "mnist"


def test_a_data_set_that_is_dropped_is_used_and_a_picture_is_somebody_elses(stage: Stage, tmp_path: Path) -> None:
    stage.samples()
    assert stage.page.data.take(dropped("/pictures/table.CSV"))
    assert stage.engine.data[-1] == "/pictures/table.CSV"
    assert not stage.page.data.take(dropped("/pictures/leaf.png"))
    assert not stage.page.data.take(QMimeData())
    stage.page.hidden()
    assert not stage.page.data.take(dropped("/pictures/table.csv"))


@pytest.mark.parametrize(
    ("entry", "seems"),
    [("cats/", True), ("train-images-idx3-ubyte.gz", True), ("data_batch_1", True), ("a.npz", True), ("a.png", False)],
)
def test_a_folder_is_judged_by_what_is_in_it(tmp_path: Path, entry: str, seems: bool) -> None:
    if entry.endswith("/"):
        (tmp_path / entry).mkdir()
    else:
        (tmp_path / entry).write_bytes(b"")
    (tmp_path / ".hidden").mkdir()
    assert seems_data(str(tmp_path)) is seems


def test_a_new_engine_reads_and_fetches_nothing_that_the_old_one_was_asked_for(stage: Stage) -> None:
    stage.samples()
    stage.asked.known = "mnist"
    choose(stage.page.data.choice, "Download…")
    stage.page.data._on_engine("starting")
    assert not stage.page.data.progress.isVisible()
    stage.hear(Downloading(id=9, name="mnist", state="done", folder="/sets/mnist"))
    assert stage.engine.data == ["mnist"]


def test_numbers_to_be_told_are_no_classes(stage: Stage) -> None:
    stage.samples(class_names=("price",), numbers=True)
    assert stage.page.data.counts.text().endswith("1 number to tell, 1×28×28")
