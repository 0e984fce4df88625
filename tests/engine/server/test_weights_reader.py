"""Weights of another program in the live network: what fits is in use, what does not is told, and all can be undone."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch
from safetensors.torch import save

from engine.inline import InlineEngine
from engine.nn import build, state_of
from engine.presets import preset
from engine.protocol import Event, Maps, Problem, Release, Show, Train, Training, WeightsRead
from engine.spec.project import Project
from engine.spec.source import Pattern

PROJECT = Project(source=Pattern(kind="rings", height=28, width=28), network=preset("lenet-5"))


class Talk:
    """An inline engine that shows the network."""

    def __init__(self) -> None:
        self.engine = InlineEngine()
        self.heard: list[Event] = []
        self.engine.send(Show(id=1, project=PROJECT, page="network", layer="conv1"))

    def until(self, fact: Callable[[], bool]) -> None:
        end, breath = time.monotonic() + 20, threading.Event()
        while not fact():
            assert time.monotonic() < end, self.heard[-3:]
            for event in self.engine.poll():
                self.heard.append(event)
                for plane in event.planes if isinstance(event, Maps) else ():
                    self.engine.send(Release(view=plane.view, slot=plane.slot))
            breath.wait(0.002)

    def after(self, kind: type, request: Train) -> Event:
        before = len(self.heard)
        self.engine.send(request)
        self.until(lambda: any(isinstance(event, kind) for event in self.heard[before:]))
        return next(event for event in self.heard[before:] if isinstance(event, kind))

    def maps(self, kind: str) -> Maps:
        """The first picture that says so of its weights."""
        self.until(lambda: any(isinstance(e, Maps) and e.weights.kind == kind for e in self.heard[-4:]))
        return next(e for e in reversed(self.heard) if isinstance(e, Maps) and e.weights.kind == kind)


@pytest.fixture
def talk() -> Iterator[Talk]:
    made = Talk()
    yield made
    made.engine.close()


def file(folder: Path, *left_out: str) -> Path:
    torch.manual_seed(3)
    state = state_of(build(PROJECT.network))
    path = folder / "theirs.safetensors"
    path.write_bytes(save({name: tensor for name, tensor in state.items() if name not in left_out}))
    return path


def opened(path: Path) -> Train:
    return Train(id=5, action="weights", run=str(path), project=PROJECT)


def chances(maps: Maps) -> list[float]:
    return [guess.probability for guess in maps.guesses]


def test_weights_are_taken_over_told_and_forgotten(talk: Talk, tmp_path: Path) -> None:
    random = talk.maps("starting")
    told = talk.after(WeightsRead, opened(file(tmp_path)))
    assert isinstance(told, WeightsRead) and told.complete and told.id == 5
    assert told.lines == ("10 of 10 tensors are taken.",)
    seen = talk.maps("trained")
    assert (Path(seen.weights.run).name, seen.weights.fresh) == ("theirs.safetensors", ())
    assert chances(seen) != chances(random)
    assert [event.learned for event in talk.heard if isinstance(event, Training)][-1:] == [True]
    talk.after(Training, Train(id=6, action="forget"))
    again = talk.maps("starting")
    assert chances(again) == chances(random)


def test_layers_that_the_file_lacks_have_starting_weights_and_are_named(talk: Talk, tmp_path: Path) -> None:
    talk.after(WeightsRead, opened(file(tmp_path)))
    whole = talk.maps("trained")
    told = talk.after(WeightsRead, opened(file(tmp_path, "linear3.weight", "linear3.bias")))
    assert isinstance(told, WeightsRead) and not told.complete
    assert told.lines[1] == "Missing in the file: linear3.weight, linear3.bias."
    talk.until(lambda: isinstance(talk.heard[-1], Maps) and talk.heard[-1].weights.fresh == ("linear3",))
    assert chances(talk.maps("trained")) != chances(whole), "what was learned before is gone"


@pytest.mark.parametrize("content", [b"", b"x" * 99])
def test_a_file_that_cannot_be_read_is_a_sentence_and_changes_nothing(
    talk: Talk, tmp_path: Path, content: bytes
) -> None:
    talk.maps("starting")
    path = tmp_path / "w.safetensors"
    path.write_bytes(content)
    told = talk.after(Problem, opened(path))
    assert isinstance(told, Problem)
    assert (told.code, told.message.startswith("w.safetensors ")) == ("weights", True)
    broken = opened(path)
    broken = Train(id=7, action="weights", run=broken.run)
    assert isinstance(talk.after(Problem, broken), Problem)
