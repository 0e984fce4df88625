"""The network's half of the engine: maps as a mosaic, a training that is steered, a look at data."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import msgspec
import numpy as np
import pytest
from PIL import Image

from engine.inline import InlineEngine
from engine.kernels import kernel
from engine.nn import fresh_module, put_planted
from engine.presets import preset
from engine.protocol import (
    EpochDone,
    Event,
    LookAtData,
    Maps,
    Plane,
    Points,
    Problem,
    Release,
    Result,
    Samples,
    Show,
    Train,
    Training,
    Weights,
)
from engine.sources.names import class_names
from engine.spec.network_edit import replace_field
from engine.spec.project import Planted, Project
from engine.spec.source import Pattern
from engine.spec.train import TrainSpec
from engine.train import load_run
from engine.train.folder import RunFolder

PATIENCE = 60.0
Told = TypeVar("Told")


class Talk:
    """An inline engine whose pictures are copied and given back at once."""

    def __init__(self) -> None:
        self.engine = InlineEngine()
        self.heard: list[Event] = []
        self._breath = threading.Event()
        self.pictures: dict[str, np.ndarray] = {}

    def poll(self) -> None:
        for event in self.engine.poll():
            self.heard.append(event)
            planes = event.planes if isinstance(event, (Maps, Result)) else ()
            for plane in (event.plane,) if isinstance(event, Samples) else planes:
                self._take(plane)

    def _take(self, plane: Plane) -> None:
        memory = self.engine.buffers.slot(plane.view, plane.slot, plane.height, plane.width)
        self.pictures[plane.view] = np.frombuffer(memory, np.uint8).reshape(plane.height, plane.width, 4).copy()
        self.engine.send(Release(view=plane.view, slot=plane.slot))

    def until(self, fact: Callable[[], object]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not fact():
            assert time.monotonic() < deadline, self.heard[-3:]
            self.poll()
            # The training thread needs the interpreter more than this loop does.
            self._breath.wait(0.005)

    def last(self, kind: type[Told]) -> Told | None:
        return next((event for event in reversed(self.heard) if isinstance(event, kind)), None)


@pytest.fixture
def talk() -> Iterator[Talk]:
    made = Talk()
    yield made
    made.engine.close()


PROJECT = Project(source=Pattern(kind="rings", height=40, width=40), train=TrainSpec(epochs=1, batch_size=128))


def _maps(talk: Talk, number: int, layer: str, project: Project = PROJECT, only: int = -1) -> Maps:
    talk.engine.offer(Show(id=number, project=project, page="network", layer=layer, only=only))
    talk.until(lambda: any(isinstance(event, Maps) and event.id == number and event.shape for event in talk.heard))
    return next(event for event in reversed(talk.heard) if isinstance(event, Maps) and event.id == number)


def test_a_layers_maps_and_kernels_lie_in_their_tiles(talk: Talk) -> None:
    maps = _maps(talk, 1, "conv2")
    assert maps.shape == (16, 10, 10)
    assert len(maps.tiles) == 16
    assert maps.kernel_shape == (16, 6, 5, 5)
    assert len(maps.kernel_tiles) == 96
    whole = talk.pictures["maps"]
    assert len({whole[top : top + high, left : left + wide].tobytes() for top, left, high, wide in maps.tiles}) == 16
    alone = _maps(talk, 2, "conv2", only=3)
    assert len(alone.tiles) == 1
    assert alone.shape == (16, 10, 10)
    top, left, height, width = maps.tiles[3]
    assert talk.pictures["maps"].shape[:2] == (height, width)
    assert (top, left) != (0, 0)
    assert _maps(talk, 3, "linear3").kernel_tiles == ()


def test_a_layer_that_is_gone_and_a_broken_stack_are_problems_and_pass(talk: Talk) -> None:
    _maps(talk, 1, "conv1")
    talk.engine.offer(Show(id=2, project=PROJECT, page="network", layer="conv9"))
    talk.until(lambda: talk.last(Problem))
    broken = msgspec.structs.replace(PROJECT, network=replace_field(PROJECT.network, "conv1", "kernel_size", (50, 50)))
    talk.engine.offer(Show(id=3, project=broken, page="network", layer="conv1"))
    talk.until(lambda: [event for event in talk.heard if isinstance(event, Problem) and event.id == 3])
    _maps(talk, 4, "conv1")


def test_training_changes_the_maps_and_can_be_opened_again(talk: Talk, tmp_path: Path) -> None:
    _maps(talk, 1, "conv1")
    before = talk.pictures["kernels"]
    talk.engine.send(Train(id=1, action="start", project=PROJECT, run=str(tmp_path / "run")))
    talk.until(lambda: (state := talk.last(Training)) is not None and state.state in ("finished", "failed"))
    done = talk.last(EpochDone)
    assert done is not None
    assert done.test_accuracy > 0.8
    assert [point.steps[0] for point in talk.heard if isinstance(point, Points) and point.steps]
    talk.until(lambda: not np.array_equal(talk.pictures["kernels"], before))
    learned = talk.pictures["kernels"]
    talk.engine.send(Train(id=2, action="forget"))
    talk.until(lambda: np.array_equal(talk.pictures["kernels"], before))
    talk.engine.send(Train(id=3, action="open", run=str(tmp_path / "run")))
    talk.until(lambda: np.array_equal(talk.pictures["kernels"], learned))


def _state(talk: Talk) -> str:
    state = talk.last(Training)
    return state.state if state is not None else "idle"


def _train(talk: Talk, project: Project, run: Path) -> None:
    talk.engine.send(Train(id=1, action="start", project=project, run=str(run), device="cpu"))
    talk.until(lambda: _state(talk) in ("finished", "failed"))
    assert _state(talk) == "finished"


def _weights(talk: Talk) -> Weights:
    maps = talk.last(Maps)
    assert maps is not None
    return maps.weights


def test_it_says_which_weights_it_shows_and_what_their_classes_are_called(talk: Talk, tmp_path: Path) -> None:
    before = msgspec.structs.replace(PROJECT, data="fashion-mnist", train=TrainSpec(epochs=1, batch_size=500))
    maps = _maps(talk, 1, "conv1", before)
    assert maps.weights == Weights()
    talk.until(lambda: (maps := talk.last(Maps)) is not None and maps.guesses[0].name)
    names = class_names("fashion-mnist")
    assert all(guess.name == names[guess.index] for guess in talk.last(Maps).guesses)  # type: ignore[union-attr]
    run = tmp_path / "run"
    _train(talk, before, run)
    seen = {event.weights.kind for event in talk.heard if isinstance(event, Maps)}
    assert seen >= {"starting", "in training"}
    talk.until(lambda: _weights(talk) == Weights(kind="trained", run=str(run), step=12))
    # What has been learned keeps its names when other data are chosen.
    other = msgspec.structs.replace(before, data="mnist")
    assert _maps(talk, 2, "conv1", other).guesses[0].name in names
    changed = msgspec.structs.replace(other, network=replace_field(other.network, "conv2", "out_channels", 20))
    assert _maps(talk, 3, "conv1", changed).weights.fresh == ("conv2", "linear1")
    another = msgspec.structs.replace(other, network=preset("mini-resnet"))
    assert _maps(talk, 4, "conv1", another).weights == Weights()
    talk.until(lambda: talk.last(Maps).guesses[0].name.isdigit())  # type: ignore[union-attr]
    assert _maps(talk, 5, "conv1", other).weights.kind == "trained"


def test_a_planted_kernel_is_where_the_training_begins_and_is_learned_on(talk: Talk, tmp_path: Path) -> None:
    sobel = Planted(layer="conv1", kernel=kernel("sobel-vertical").spec(), out_channel=2)
    project = msgspec.structs.replace(PROJECT, planted=(sobel,), train=TrainSpec(epochs=1, batch_size=500, seed=4))
    maps = _maps(talk, 1, "conv1", project)
    shown = talk.pictures["kernels"]
    module = fresh_module(project.network, 4)
    put_planted(module, (sobel,))
    _train(talk, project, tmp_path / "run")
    record = RunFolder.open(tmp_path / "run").record
    assert record.planted == (sobel,)
    first, _ = RunFolder.open(tmp_path / "run").restored(module)
    assert first.place.step == 24
    talk.until(lambda: _weights(talk).kind == "trained")
    learned = talk.pictures["kernels"]
    assert not np.array_equal(learned, shown)
    # An edit elsewhere does not bring the kernel back over what was learned.
    edited = msgspec.structs.replace(project, network=replace_field(project.network, "linear2", "out_features", 50))
    assert _maps(talk, 2, "conv1", edited).weights.planted == 0
    assert np.array_equal(talk.pictures["kernels"], learned)
    top, left, height, width = maps.kernel_tiles[5]
    another = msgspec.structs.replace(sobel, out_channel=5)
    assert _maps(talk, 3, "conv1", msgspec.structs.replace(project, planted=(sobel, another))).weights.planted == 1
    tile = slice(top, top + height), slice(left, left + width)
    assert not np.array_equal(talk.pictures["kernels"][tile], learned[tile])
    top, left, height, width = maps.kernel_tiles[2]
    tile = slice(top, top + height), slice(left, left + width)
    assert np.array_equal(talk.pictures["kernels"][tile], learned[tile])


def test_opening_a_run_shows_how_it_went_and_lets_it_go_on(talk: Talk, tmp_path: Path) -> None:
    project = msgspec.structs.replace(PROJECT, train=TrainSpec(epochs=2, batch_size=500))
    run = tmp_path / "run"
    _maps(talk, 1, "conv1", project)
    _train(talk, project, run)
    told = [event for event in talk.heard if isinstance(event, EpochDone)]
    steps = [step for event in talk.heard if isinstance(event, Points) for step in event.steps]
    finished = talk.last(Training)
    talk.engine.send(Train(id=2, action="forget"))
    talk.until(lambda: _state(talk) == "idle")
    assert talk.last(Points) == Points(steps=(), losses=(), again=True)
    talk.heard.clear()
    talk.engine.send(Train(id=3, action="open", run=str(run)))
    talk.until(lambda: talk.last(EpochDone))
    opened = talk.last(Training)
    assert opened is not None and finished is not None
    assert (opened.state, opened.step, opened.steps, opened.epoch, opened.epochs, opened.run) == (
        "finished", 48, 48, 2, 2, str(run),
    )  # fmt: skip
    assert opened.device == finished.device
    points = [event for event in talk.heard if isinstance(event, Points)]
    assert [list(event.steps) for event in points] == [steps]
    assert points[0].again
    epochs = [event for event in talk.heard if isinstance(event, EpochDone)]
    assert epochs[-1] == told[-1]
    assert epochs[-1].class_names == tuple("0123456789")
    assert [event.step for event in epochs] == [event.step for event in told]
    talk.heard.clear()
    talk.engine.send(Train(id=4, action="continue", run=str(run), epochs=3))
    talk.until(lambda: _state(talk) == "finished")
    again = [event for event in talk.heard if isinstance(event, Points)]
    assert again[0].again
    assert list(again[0].steps) == steps, "the curves go on where they were"
    assert [event.epoch for event in talk.heard if isinstance(event, EpochDone)] == [1, 2, 3]
    assert load_run(run).step == 72


def test_a_start_that_fails_forgets_nothing(talk: Talk, tmp_path: Path) -> None:
    project = msgspec.structs.replace(PROJECT, train=TrainSpec(epochs=1, batch_size=500))
    _maps(talk, 1, "conv1", project)
    _train(talk, project, tmp_path / "run")
    talk.until(lambda: _weights(talk).kind == "trained")
    missing = msgspec.structs.replace(project, data="nowhere")
    talk.engine.send(Train(id=2, action="start", project=missing, run=str(tmp_path / "other")))
    talk.until(lambda: _state(talk) == "failed")
    state = talk.last(Training)
    assert state is not None and state.learned
    assert _maps(talk, 2, "conv2", project).weights == Weights(kind="trained", run=str(tmp_path / "run"), step=24)


@pytest.mark.parametrize(
    ("project", "words"),
    [
        (msgspec.structs.replace(PROJECT, data="nowhere"), "nowhere"),
        (msgspec.structs.replace(PROJECT, network=replace_field(PROJECT.network, "linear3", "out_features", 3)), "10"),
        (msgspec.structs.replace(PROJECT, train=TrainSpec(learning_rate=1e38, optimiser="sgd")), "diverged"),
    ],
)
def test_what_cannot_be_trained_is_one_sentence(talk: Talk, tmp_path: Path, project: Project, words: str) -> None:
    talk.engine.send(Train(id=1, action="start", project=project, run=str(tmp_path / "run")))
    talk.until(lambda: (state := talk.last(Training)) is not None and state.state == "failed")
    state = talk.last(Training)
    assert state is not None
    assert words in state.message
    assert "\n" not in state.message


def test_a_look_at_a_folder_shows_its_classes_and_names_what_was_left_out(talk: Talk, tmp_path: Path) -> None:
    for name, level in (("dark", 20), ("light", 230)):
        (tmp_path / name).mkdir()
        for number in range(4):
            Image.new("L", (12, 10), level + number).save(tmp_path / name / f"{number}.png")
    (tmp_path / "dark" / "broken.png").write_text("no picture")
    talk.engine.send(LookAtData(id=1, data=str(tmp_path)))
    talk.until(lambda: talk.last(Samples))
    samples = talk.last(Samples)
    assert samples is not None
    assert samples.class_names == ("dark", "light")
    assert sum(samples.train_counts) + sum(samples.test_counts) == 8
    assert any("broken.png" in note for note in samples.notes)
    for (top, left, _, _), label in zip(samples.tiles, samples.labels, strict=True):
        assert (talk.pictures["samples"][top + 2, left + 2, 0] > 128) == (label == 1)
    talk.engine.send(LookAtData(id=2, data=str(tmp_path / "dark")))
    talk.until(lambda: talk.last(Problem))
