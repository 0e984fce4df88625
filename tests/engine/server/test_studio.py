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
)
from engine.spec.network_edit import replace_field
from engine.spec.project import Project
from engine.spec.source import Pattern
from engine.spec.train import TrainSpec

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
