"""The whole loop by clicks and keys alone, as somebody does it who has just come: build, train, draw, plant, save."""

from __future__ import annotations

import math
import os
import signal
from pathlib import Path

import msgspec
import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QWidget
from scipy.signal import correlate2d

from app.featuremaps.prediction_bars import PredictionBars
from app.network.page import NetworkPage
from app.source.sample_controls import SampleControls
from app.source.strip import SourceStrip
from app.training.page import TrainPage
from engine.data import load_data
from engine.project import load_project
from engine.spec.source import Drawing, Sample
from engine.spec.summary import summary
from engine.train import load_run
from engine.train.folder import RunFolder
from tests.flows.conftest import Stage
from tests.support.hearing import Heard

LONG = 60_000
SOBEL = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], np.float64)


def _until_trained(stage: Stage, heard: Heard) -> None:
    stage.qtbot.waitUntil(lambda: heard.state in ("finished", "failed"), timeout=LONG)
    assert heard.state == "finished", heard.training[-1].message


def _bars(page: QWidget) -> PredictionBars:
    return page.findChildren(PredictionBars)[0]


def _seven(stage: Stage, page: TrainPage) -> None:
    stage.click(stage.bench.source_bar.buttons[Drawing])
    stage.settle()
    bar = [(34.0, 36.0 + x) for x in range(0, 60, 4)]
    stem = [(34.0 + y, 93.0 - 0.5 * y + 2 * math.sin(y / 12)) for y in range(0, 68, 4)]
    stage.draw(page.input_view, bar, stem)


def _strip(stage: Stage) -> SampleControls:
    controls = stage.bench.window.findChildren(SourceStrip)[0].controls()
    assert isinstance(controls, SampleControls)
    return controls


def test_a_stack_built_by_hand_learns_the_digits_and_names_a_drawn_seven(stage: Stage) -> None:
    bench, heard = stage.bench, Heard(stage.bench.link)
    network: NetworkPage = stage.go("Network")
    stage.until(lambda: bool(heard.maps))
    stage.pick(network.list.preset.menu(), "Empty")
    for layer in ("Conv2d", "ReLU", "MaxPool2d", "Conv2d", "ReLU", "MaxPool2d", "Flatten", "Linear"):
        stage.pick(network.list.add.menu(), layer)
    stage.qtbot.keyClick(network.list.list, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    stage.qtbot.keyClick(network.list.list, Qt.Key.Key_Delete)
    layers = summary(bench.document.project.network).rows
    assert [row.output_shape for row in layers][-2:] == [(392,), (10,)]
    stage.settle()
    assert _bars(network).guesses()
    assert network.prediction.weights.text() == "starting weights (random)"

    train: TrainPage = stage.go("Train")
    stage.type_into("Epochs", "2")
    _seven(stage, train)
    assert len(bench.document.project.source.strokes) == 2  # type: ignore[union-attr]
    stage.settle()
    before = len(heard.maps)
    stage.press("Start")
    _until_trained(stage, heard)
    assert heard.points == sorted(heard.points)
    assert heard.points[-1] == 376
    assert heard.epochs[-1].test_accuracy > 0.9
    assert train.confusion.view.counts().sum() == 2000
    during = [maps for maps in heard.maps[before:] if maps.weights.kind == "in training"]
    assert len(during) >= 3, "the maps changed while it trained"
    assert heard.maps[-1].guesses[0].index == 7, heard.maps[-1].guesses
    stage.until(lambda: _bars(train).accessibleName().startswith("Prediction: 7, "))
    stage.go("Network")
    stage.until(lambda: _bars(network).accessibleName().startswith("Prediction: 7, "))
    assert _bars(network).guesses()[0].probability > 0.5
    run = Path(heard.training[-1].run)
    stage.until(lambda: network.prediction.weights.text() == f"trained ({run.name})")
    assert network.prediction.bars.guesses()[0].name == "7"


def test_a_kernel_of_the_kernel_page_is_learned_on_and_the_run_is_opened_again(stage: Stage) -> None:
    bench, heard = stage.bench, Heard(stage.bench.link)
    network: NetworkPage = stage.go("Network")
    stage.until(lambda: bool(heard.maps))
    stage.type_into("Map", "3")
    stage.click(network.planting.put)
    planted = bench.document.project.planted
    assert [(each.layer, each.out_channel) for each in planted] == [("conv1", 3)]
    train: TrainPage = stage.go("Train")
    stage.type_into("Epochs", "1")
    stage.type_into("Batch size", "250")
    project = bench.document.project
    stage.press("Start")
    _until_trained(stage, heard)
    run = Path(heard.training[-1].run)
    assert RunFolder.open(run).record.planted == planted
    learned = load_run(run).module.get_submodule("conv1").weight.detach().numpy()[3, 0]
    assert np.abs(learned[1:4, 1:4] - SOBEL).max() < 0.5, "it began as the kernel"
    assert np.abs(learned - np.pad(SOBEL, 1)).max() > 0, "and was learned on"
    stage.until(lambda: train.live.weights.text() == f"trained ({run.name})")
    guesses = heard.maps[-1].guesses

    # The engine is new and knows nothing: what was there is in the run's folder.
    bench.link.restart()
    stage.until(lambda: heard.maps[-1].weights.kind == "starting")
    train.controls._ask = _Answer(str(run))
    stage.press("Open run")
    stage.until(lambda: heard.maps[-1].weights.kind == "trained")
    assert bench.document.project == project
    assert [round(guess.probability, 4) for guess in heard.maps[-1].guesses] == [
        round(guess.probability, 4) for guess in guesses
    ]
    assert train.curves.now.lines["loss"].last is not None
    assert train.curves.now.tests["accuracy"].last == (48.0, 100 * heard.epochs[0].test_accuracy)
    assert train.confusion.view.counts().tolist() == [list(row) for row in heard.epochs[0].confusion]
    assert train.controls.figures.text().startswith("epoch 1/1 · step 48/48")
    assert not train.controls.go_on.isEnabled()
    stage.type_into("Epochs", "2")
    heard.training.clear()
    stage.press("Continue")
    _until_trained(stage, heard)
    assert heard.training[-1].step == 96
    assert heard.points[0] < 48 < heard.points[-1] == 96


class _Answer:
    """A person who always chooses the same file or folder."""

    def __init__(self, path: str) -> None:
        self.path = path

    def run_folder(self, parent: QWidget, start: Path) -> str:
        return self.path

    def open(self, parent: QWidget) -> str:
        return self.path

    def save(self, parent: QWidget, suggestion: str) -> str:
        return self.path


def test_a_picture_of_a_data_set_on_every_page_saved_opened_and_undone(stage: Stage, tmp_path: Path) -> None:
    bench, heard = stage.bench, Heard(stage.bench.link)
    fashion = load_data("fashion-mnist")
    stage.pick(bench.source_bar.buttons[Sample].menu(), "Fashion-MNIST")
    stage.settle()
    stage.click(_strip(stage).forward)
    stage.settle()
    stage.until(lambda: _strip(stage).label.whole() == f"Class: {fashion.class_names[int(fashion.y_test[1])]}")
    picture = fashion.x_test[1, 0].numpy() / 255
    assert np.abs(stage.map_values() - correlate2d(np.pad(picture, 1), SOBEL, "valid")).max() < 1e-5

    network: NetworkPage = stage.go("Network")
    stage.until(lambda: network.note.text() == "28×28, grey")
    train: TrainPage = stage.go("Train")
    stage.until(lambda: train.data.mosaic.extent() is not None)
    view, tile = train.data.mosaic, 34
    top, left, high, wide = view.tiles.boxes[tile]
    region, zoom = view.region(), view.zoom()
    at = QPoint(round((left + wide / 2 - region.left()) * zoom), round((top + high / 2 - region.top()) * zoom))
    stage.qtbot.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=at)
    source = bench.document.project.source
    assert isinstance(source, Sample)
    assert (source.data, source.split) == ("mnist", "train")
    stage.settle()
    stage.until(lambda: _strip(stage).label.whole() == "Class: 3")
    assert int(load_data("mnist").y_train[source.index]) == 3

    bench.window.activateWindow()
    stage.until(bench.window.isActiveWindow)
    bench.projects._ask = _Answer(str(tmp_path / "mine.convscope"))
    stage.qtbot.keyClick(bench.window, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    saved = bench.document.project
    assert load_project(tmp_path / "mine.convscope") == saved
    stage.pick(bench.source_bar.buttons[Sample].menu(), "Emoji-10")
    stage.settle()
    other = bench.document.project
    alt = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
    stage.qtbot.keyClick(bench.window, Qt.Key.Key_P, alt)
    assert bench.document.project == saved
    stage.qtbot.keyClick(bench.window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert bench.document.project == other
    stage.settle()
    assert heard.maps[-1].note == "32×32 → 28×28, grey"
    (tmp_path / "mine.convscope").write_text("no project")
    stage.qtbot.keyClick(bench.window, Qt.Key.Key_P, alt)
    assert "\n" not in stage.sentence("mine.convscope is no project")
    assert bench.document.project == other


def test_a_training_that_was_killed_is_said_to_and_continue_goes_on(stage: Stage) -> None:
    bench, heard = stage.bench, Heard(stage.bench.link)
    train: TrainPage = stage.go("Train")
    stage.type_into("Epochs", "2")
    stage.type_into("Batch size", "64")
    project = bench.document.project
    stage.press("Start")
    stage.qtbot.waitUntil(lambda: bool(heard.epochs), timeout=LONG)
    os.kill(stage.engine.pid, signal.SIGKILL)
    stage.sentence("Continue goes on from the last checkpoint")
    stage.sentence("was started again")
    assert train.controls.state.text() == "Failed"
    assert bench.document.project == project
    stage.until(lambda: train.live.weights.text() == "starting weights (random)")
    stage.press("Continue")
    _until_trained(stage, heard)
    assert heard.epochs[-1].epoch == 2
    assert heard.training[-1].step == 376
    assert heard.points[-1] == 376
    assert heard.points == sorted(set(heard.points)), "the curves go on where they were"
    assert not [maps for maps in heard.maps if maps.weights.run not in ("", heard.training[-1].run)]


@pytest.fixture
def leaves(tmp_path: Path) -> Path:
    """A folder with a class folder of pictures, and one picture that is broken."""
    draw = np.random.default_rng(0)
    for label in ("ash", "birch"):
        for index in range(8):
            (tmp_path / "leaves" / label).mkdir(parents=True, exist_ok=True)
            picture = draw.integers(0, 128, (28, 28), np.uint8) + (128 if label == "ash" else 0)
            Image.fromarray(picture.astype(np.uint8)).save(tmp_path / "leaves" / label / f"{index}.png")
    (tmp_path / "leaves" / "ash" / "broken.png").write_bytes(b"\x89PNG\r\n")
    return tmp_path / "leaves"


def test_what_cannot_be_learned_is_one_sentence_each(stage: Stage, leaves: Path) -> None:
    bench, heard = stage.bench, Heard(stage.bench.link)
    train: TrainPage = stage.go("Train")
    said = train.controls.sentence

    def use(**changes: object) -> None:
        bench.document.edit(msgspec.structs.replace(bench.document.project, **changes), "story")

    use(data=str(leaves / "ash"))
    assert "\n" not in stage.sentence("pictures but no class folders")
    for picture in (leaves / "birch").iterdir():
        picture.rename(picture.with_suffix(".off"))
    use(data=str(leaves))
    assert "\n" not in stage.sentence("leaves has one class only, 'ash'")
    assert "one class only" in train.data.mosaic.accessibleDescription()
    for picture in (leaves / "birch").iterdir():
        picture.rename(picture.with_suffix(".png"))
    use(data="mnist")
    use(data=str(leaves))
    stage.until(lambda: train.data.samples is not None)
    assert "broken.png" in train.data.notes.text(), "the good ones are used"
    stage.press("Start")
    _until_trained(stage, heard)
    assert {guess.name for guess in heard.maps[-1].guesses[:2]} == {"ash", "birch"}

    use(data="mnist")
    stage.until(lambda: train.data.samples is not None)
    stage.type_into("Learning rate", "1e38")
    stage.press("Start")
    stage.until(lambda: heard.state == "failed")
    stage.until(said.isVisible)
    assert said.text().startswith("The training diverged in step 2 at the learning rate 1e+38")
    bench.document.undo()

    network: NetworkPage = stage.go("Network")
    network.chosen.choose("linear3")
    stage.type_into("Outputs", "7")
    stage.go("Train")
    assert said.text() == "The network ends in 7 outputs and the data has 10 classes."
    assert not train.controls.start.isEnabled()
    stage.click(train.controls.fit)
    assert not said.isVisible()
    assert summary(bench.document.project.network).output_shape == (10,)
