"""The whole loop by hand: a stack, a training that is watched, a drawing that is named, a kill that loses nothing."""

from __future__ import annotations

import math
import os
import signal

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from engine.protocol import EpochDone, Maps, Points, Training
from engine.spec.layers import Dropout, ReLU
from engine.spec.network_edit import add, replace_field
from engine.spec.project import Project
from engine.spec.source import Clip, Drawing, Stroke
from engine.spec.train import TrainSpec
from tests.flows.conftest import Stage

LONG_PATIENCE = 60_000


class Watched:
    """Everything that the engine said of the network and its training."""

    def __init__(self, stage: Stage) -> None:
        self.maps: list[Maps] = []
        self.training: list[Training] = []
        self.points: list[int] = []
        self.epochs: list[EpochDone] = []
        stage.bench.link.maps.connect(self.maps.append)
        stage.bench.link.training.connect(self._hear)

    def _hear(self, event: Training | Points | EpochDone) -> None:
        if isinstance(event, Training):
            self.training.append(event)
        elif isinstance(event, Points):
            self.points += event.steps
        else:
            self.epochs.append(event)

    @property
    def state(self) -> str:
        return self.training[-1].state if self.training else "idle"


def _press(stage: Stage, text: str) -> None:
    page = stage.bench.pages.page("train")
    button = next(b for b in page.findChildren(QPushButton) if b.text().startswith(text))  # type: ignore[attr-defined]
    assert button.isEnabled(), text
    stage.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def _edit(stage: Stage, **changes: object) -> None:
    document = stage.bench.document
    document.edit(msgspec.structs.replace(document.project, **changes), "story")


def _seven() -> Drawing:
    bar = tuple((34.0, 36.0 + x) for x in range(0, 58, 3))
    stem = tuple((34.0 + y, 93.0 - 0.5 * y + 2 * math.sin(y / 12)) for y in range(0, 66, 3))
    return Drawing(strokes=(Stroke(points=bar, width=9.0), Stroke(points=stem, width=9.0)))


def test_digits_are_learned_watched_and_a_drawn_seven_is_named(stage: Stage) -> None:
    bench, watched = stage.bench, Watched(stage)
    bench.pages.show("network")
    stage.until(lambda: bool(watched.maps))
    _edit(stage, network=add(bench.document.project.network, Dropout(p=0.1), "", 7))
    stage.until(lambda: watched.maps[-1].id >= bench.link._shows)
    assert watched.maps[-1].guesses
    _edit(stage, train=TrainSpec(epochs=1, batch_size=32, learning_rate=0.003), source=_seven())
    bench.pages.show("train")
    before = len(watched.maps)
    _press(stage, "Start")
    stage.qtbot.waitUntil(lambda: watched.state == "finished", timeout=LONG_PATIENCE)
    assert watched.points == sorted(watched.points)
    assert watched.points[-1] == 375
    assert watched.epochs[-1].test_accuracy > 0.9
    assert sum(map(sum, watched.epochs[-1].confusion)) == 2000
    assert len(watched.maps) - before >= 5, "the maps changed while it trained"
    stage.until(lambda: watched.maps[-1].guesses[0].index == 7)
    assert watched.maps[-1].guesses[0].probability > 0.5


def test_a_killed_training_is_said_to_and_goes_on_where_it_was(stage: Stage) -> None:
    bench, watched = stage.bench, Watched(stage)
    _edit(stage, train=TrainSpec(epochs=2, batch_size=64))
    project = bench.document.project
    bench.pages.show("train")
    _press(stage, "Start")
    stage.qtbot.waitUntil(lambda: bool(watched.epochs), timeout=LONG_PATIENCE)
    run = watched.training[-1].run
    os.kill(stage.engine.pid, signal.SIGKILL)
    stage.sentence("was started again")
    assert bench.document.project == project
    bench.link.train("continue", run)
    stage.qtbot.waitUntil(lambda: watched.state == "finished", timeout=LONG_PATIENCE)
    assert [done.epoch for done in watched.epochs][-1] == 2
    assert watched.training[-1].step == 376


def test_stop_and_pause_act_within_a_batch_and_the_stack_that_does_not_fit_says_so(stage: Stage) -> None:
    bench, watched = stage.bench, Watched(stage)
    bench.pages.show("train")
    _press(stage, "Start")
    stage.qtbot.waitUntil(lambda: bool(watched.points), timeout=LONG_PATIENCE)
    _press(stage, "Pause")
    stage.until(lambda: watched.state == "paused")
    steps = watched.points[-1]
    stage.settle()
    assert watched.points[-1] == steps
    _press(stage, "Resume")
    stage.until(lambda: watched.points[-1] > steps)
    _press(stage, "Stop")
    stage.until(lambda: watched.state == "stopped")
    wrong = replace_field(Project().network, "linear3", "out_features", 7)
    _edit(stage, network=wrong)
    bench.link.train("start", str(stage.folder / "wrong"))
    stage.until(lambda: watched.state == "failed")
    assert "10" in watched.training[-1].message
    assert not (stage.folder / "wrong").exists()


def test_an_edit_of_a_stride_reaches_the_maps_while_a_clip_plays(stage: Stage) -> None:
    bench, watched = stage.bench, Watched(stage)
    _edit(stage, source=Clip(path="sample:webcam_digits_320x240.mp4"))
    bench.pages.show("network")
    bench.link.look_at("network", "conv1")
    stage.until(lambda: len(watched.maps) > 5 and watched.maps[-1].shape == (6, 28, 28))
    _edit(stage, network=replace_field(bench.document.project.network, "conv1", "stride", (2, 2)))
    stage.until(lambda: watched.maps[-1].shape == (6, 14, 14) or not watched.maps[-1].shape)
    bench.document.undo()
    stage.until(lambda: watched.maps[-1].shape == (6, 28, 28))


def test_a_problem_in_the_stack_is_shown_and_nothing_else_is_lost(stage: Stage) -> None:
    bench, watched = stage.bench, Watched(stage)
    bench.pages.show("network")
    stage.until(lambda: bool(watched.maps))
    network = replace_field(bench.document.project.network, "conv2", "kernel_size", (30, 30))
    _edit(stage, network=add(network, ReLU()))
    stage.until(lambda: not watched.maps[-1].shape)
    bench.document.undo()
    stage.until(lambda: bool(watched.maps[-1].shape))
