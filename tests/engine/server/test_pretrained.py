"""Shipped weights in the live network: in place at once, kept through edits, and what a training begins with."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save

from engine.inline import InlineEngine
from engine.nn import build, state_of
from engine.nn.pretrained import pretrained_state
from engine.presets import preset
from engine.presets.learned import learned
from engine.protocol import Event, Maps, Release, Show, Train, Training, WeightsRead
from engine.spec.network_edit import replace_field
from engine.spec.project import Project
from engine.spec.source import Sample
from engine.spec.train import TrainSpec
from engine.train import load_run
from engine.train.start import file_hash

NAME = "lenet5-mnist"
FIRST = TrainSpec(epochs=1, batch_size=6000, learning_rate=0.0, optimiser="sgd", momentum=0.0)
"""Steps that change nothing."""
PROJECT = Project(source=Sample(data="mnist", split="test", index=3), network=preset("lenet-5"), train=FIRST)
LEARNED = msgspec.structs.replace(PROJECT, pretrained=NAME)


class Talk:
    """An inline engine that shows the network."""

    def __init__(self) -> None:
        self.engine = InlineEngine()
        self.heard: list[Event] = []
        self.shows = 0

    def until(self, fact: Callable[[], bool]) -> None:
        end, breath = time.monotonic() + 30, threading.Event()
        while not fact():
            assert time.monotonic() < end, self.heard[-3:]
            for event in self.engine.poll():
                self.heard.append(event)
                for plane in event.planes if isinstance(event, Maps) else ():
                    self.engine.send(Release(view=plane.view, slot=plane.slot))
            breath.wait(0.002)

    def maps(self, project: Project, layer: str = "conv1") -> Maps:
        """The maps of a project, with what it is taken for."""
        self.shows += 1
        self.engine.send(Show(id=self.shows, project=project, page="network", layer=layer))
        self.until(lambda: any(isinstance(e, Maps) and e.id == self.shows and e.guesses for e in self.heard))
        return next(e for e in reversed(self.heard) if isinstance(e, Maps) and e.id == self.shows and e.guesses)

    def train(self, state: str, **request: object) -> Training:
        before = len(self.heard)
        self.engine.send(Train(id=1, **request))  # type: ignore[arg-type]

        def there() -> list[Training]:
            return [e for e in self.heard[before:] if isinstance(e, Training) and e.state in (state, "failed")]

        self.until(lambda: bool(there()))
        assert there()[-1].state == state, there()[-1].message
        return there()[-1]


@pytest.fixture
def talk() -> Iterator[Talk]:
    made = Talk()
    yield made
    made.engine.close()


def test_maps_and_classes_are_those_of_the_shipped_weights_and_edits_lose_no_more_than_they_must(talk: Talk) -> None:
    random = talk.maps(PROJECT)
    assert random.weights.kind == "starting"
    shown = talk.maps(LEARNED)
    assert (shown.weights.kind, shown.weights.run, shown.weights.fresh) == ("pretrained", NAME, ())
    assert shown.guesses[0].probability > 0.9
    wider = replace_field(LEARNED.network, "linear2", "out_features", 90)
    edited = talk.maps(msgspec.structs.replace(LEARNED, network=wider))
    assert edited.weights.fresh == ("linear2", "linear3")
    assert talk.maps(LEARNED).guesses == shown.guesses, "as undo brings it back"
    again = [guess.probability for guess in talk.maps(PROJECT).guesses]
    assert again == [guess.probability for guess in random.guesses]


def test_names_are_those_of_the_network_and_of_its_scores_alone(talk: Talk) -> None:
    for name, count in (("mtcnn-r", 2), ("face-expression", 7)):
        project = msgspec.structs.replace(PROJECT, network=learned(name).make(), pretrained=name)
        shown = talk.maps(project, "input_range")
        assert {guess.name for guess in shown.guesses} == set(learned(name).class_names)
        assert len(shown.guesses) == count
        assert sum(guess.probability for guess in shown.guesses) == pytest.approx(1.0, abs=1e-5)
    four = replace_field(LEARNED.network, "linear3", "out_features", 12)
    other = msgspec.structs.replace(LEARNED, network=four, data="fashion-mnist")
    talk.maps(other)
    talk.until(lambda: any(isinstance(e, Maps) and "Sandal" in [g.name for g in e.guesses] for e in talk.heard[-3:]))


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A few pictures to take a step on."""
    path, draw = tmp_path_factory.mktemp("data") / "few.npz", np.random.default_rng(1)
    labels = np.tile(np.arange(10, dtype=np.uint8), 2)
    images = draw.integers(0, 256, (20, 28, 28), dtype=np.uint8)
    np.savez(path, x_train=images, y_train=labels, x_test=images, y_test=labels, class_names=list("0123456789"))
    return str(path)


def first_weights(run: Path) -> dict[str, torch.Tensor]:
    return load_file(run / "checkpoints" / "000000000.weights.safetensors")


def test_a_training_begins_with_them_and_its_run_says_so(talk: Talk, tmp_path: Path, small: str) -> None:
    talk.maps(LEARNED)
    run, project = tmp_path / "run", msgspec.structs.replace(LEARNED, data=small)
    told = talk.train("running", action="start", project=project, run=str(run), device="cpu", pretrained=NAME)
    assert f"Begins with the weights of pretrained:{NAME}." in told.message
    talk.until(lambda: any(isinstance(e, Training) and e.state == "finished" for e in talk.heard))
    begun, shipped = first_weights(run), pretrained_state(NAME)
    assert all(torch.equal(begun[key], shipped[key]) for key in shipped)
    start = load_run(run).start
    assert start is not None
    assert (start.source, start.sha256, start.fresh) == (f"pretrained:{NAME}", learned(NAME).sha256, ())
    assert talk.maps(LEARNED).weights.kind == "trained"
    # What was learned on these weights is not laid over others of the same shapes.
    assert talk.maps(PROJECT).weights.kind == "starting"


def opened_file(folder: Path) -> tuple[Path, dict[str, torch.Tensor]]:
    torch.manual_seed(3)
    state = state_of(build(PROJECT.network))
    path = folder / "theirs.safetensors"
    path.write_bytes(save({name: tensor for name, tensor in state.items() if "linear3" not in name}))
    return path, state


@pytest.mark.parametrize("pretrained", ["", NAME])
def test_a_training_begins_with_the_weights_of_a_file_until_they_are_forgotten(
    talk: Talk, tmp_path: Path, small: str, pretrained: str
) -> None:
    project = msgspec.structs.replace(PROJECT, pretrained=pretrained, data=small)
    talk.maps(project)
    path, state = opened_file(tmp_path)
    talk.engine.send(Train(id=5, action="weights", run=str(path), project=project, pretrained=pretrained))
    talk.until(lambda: any(isinstance(e, WeightsRead) for e in talk.heard))
    talk.until(lambda: any(isinstance(e, Training) and e.begins == str(path) for e in talk.heard))
    shown = talk.maps(project)
    assert (shown.weights.run, shown.weights.fresh) == (str(path), ("linear3",))
    told = talk.train(
        "finished", action="start", project=project, run=str(tmp_path / "a"), device="cpu", pretrained=pretrained
    )
    assert told.begins == str(path)
    begun = first_weights(tmp_path / "a")
    assert all(torch.equal(begun[key], state[key]) == ("linear3" not in key) for key in state)
    start = load_run(tmp_path / "a").start
    assert start is not None
    assert (start.source, start.sha256, start.fresh) == (str(path), file_hash(path), ("linear3",))
    assert talk.train("idle", action="forget").begins == ""
    fresh = msgspec.structs.replace(project, pretrained="")
    talk.train("finished", action="start", project=fresh, run=str(tmp_path / "b"), device="cpu")
    assert load_run(tmp_path / "b").start is None
    assert not torch.equal(first_weights(tmp_path / "b")["conv1.weight"], begun["conv1.weight"])


def test_opened_weights_do_not_follow_to_another_network_with_its_own(talk: Talk, tmp_path: Path) -> None:
    talk.maps(PROJECT)
    path, _ = opened_file(tmp_path)
    talk.engine.send(Train(id=5, action="weights", run=str(path), project=PROJECT))
    talk.until(lambda: any(isinstance(e, Training) and e.begins for e in talk.heard))
    assert talk.maps(LEARNED).weights.kind == "pretrained"
    talk.until(lambda: [e for e in talk.heard if isinstance(e, Training)][-1].begins == "")
    assert talk.maps(PROJECT).weights.run == str(path)
    talk.until(lambda: [e for e in talk.heard if isinstance(e, Training)][-1].begins == str(path))
