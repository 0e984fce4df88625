"""Layers, doctor and mistakes of a training, as the engine tells them to the window."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest
import torch

from engine.explain.lens import Outcomes, outcomes
from engine.presets import preset
from engine.protocol import (
    AskMistakes,
    Event,
    Examine,
    Examined,
    Layers,
    Mistakes,
    Release,
    Train,
    TrainAction,
    Training,
    Trying,
)
from engine.server.mistakes import MOST_SHOWN, chosen
from engine.sources.shelf import load_shelved
from engine.spec.project import Project
from engine.spec.source import Sample
from engine.spec.steering import Cell, Redraw
from engine.spec.train import TrainSpec
from engine.train import load_run
from tests.engine.server.test_pretrained import Talk

SHORT = TrainSpec(epochs=1, max_steps=12, batch_size=64, optimiser="sgd", learning_rate=0.01, seed=2)
LONG = TrainSpec(epochs=500, batch_size=16, optimiser="sgd", learning_rate=1e-6, momentum=0.0)
PROJECT = Project(source=Sample(data="mnist", split="test", index=3), network=preset("lenet-5"), train=SHORT)


class Care(Talk):
    """An inline engine with a training."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder
        self.asked = 0

    def begin(self, train: TrainSpec, state: str = "running") -> Path:
        """Show the Train page's network, and start a run."""
        project, run = msgspec.structs.replace(PROJECT, train=train), self.folder / "run"
        self.maps(project)
        self.train(state, action="start", project=project, run=str(run), device="cpu")
        return run

    def next(self, kind: type[Event]) -> Event:
        """The next of a kind."""
        before = len(self.heard)
        self.until(lambda: any(isinstance(event, kind) for event in self.heard[before:]))
        return next(event for event in self.heard[before:] if isinstance(event, kind))

    @property
    def now(self) -> Training:
        """How the training is doing."""
        return next(event for event in reversed(self.heard) if isinstance(event, Training))

    def mistakes(self, cell: tuple[int, int] | None = None, again: bool = False) -> Mistakes:
        self.asked += 1
        self.engine.send(AskMistakes(id=self.asked, project=PROJECT, cell=cell, again=again))
        self.until(lambda: any(isinstance(e, Mistakes) and e.id == self.asked for e in self.heard))
        told = next(e for e in reversed(self.heard) if isinstance(e, Mistakes))
        if told.plane is not None:
            self.engine.send(Release(view="mistakes", slot=told.plane.slot))
        return told


@pytest.fixture
def care(tmp_path: Path) -> Iterator[Care]:
    made = Care(tmp_path)
    yield made
    made.engine.close()


def _train(action: TrainAction, **more: object) -> Train:
    return Train(id=1, action=action, **more)  # type: ignore[arg-type]


def _emptied(layer: str, number: int) -> list[Cell]:
    """Orders that set every weight of one filter of the first layer to zero."""
    cells = np.ndindex(1, 5, 5)
    return [Cell(weight=f"{layer}.weight", index=(number, *cell), new=0.0) for cell in cells]


def test_layers_are_told_while_somebody_watches_and_in_the_runs_to_come(care: Care) -> None:
    care.engine.send(_train("watch", value=1.0))
    care.begin(LONG)
    told = care.next(Layers)
    assert isinstance(told, Layers)
    assert [each.layer for each in told.layers if each.weights][:2] == ["conv1", "conv2"]
    assert told.every >= 1.0
    care.engine.send(_train("watch"))
    before = sum(isinstance(event, Layers) for event in care.heard)
    care.engine.send(_train("stop"))
    care.until(lambda: care.now.state == "stopped")
    assert sum(isinstance(event, Layers) for event in care.heard) <= before + 1


def test_the_doctor_finds_what_is_planted_and_a_remedy_heals_it(care: Care) -> None:
    care.begin(LONG)
    care.engine.send(Examine(id=1, project=msgspec.structs.replace(PROJECT, train=LONG)))
    assert care.next(Examined).found == ()  # type: ignore[attr-defined]
    for order in [Cell(weight="conv2.bias", index=(5,), new=-100.0), *_emptied("conv1", 2)]:
        care.engine.send(_train("order", order=order))

    def told() -> dict[tuple[str, str], tuple[int, ...]]:
        last = next(e for e in reversed(care.heard) if isinstance(e, Examined))
        assert not last.message
        return {(each.layer, each.illness): each.filters for each in last.found}

    care.until(lambda: told() == {("conv1", "dead"): (2,), ("relu2", "dead"): (5,)})
    last = next(e for e in reversed(care.heard) if isinstance(e, Examined))
    relu = next(each for each in last.found if each.layer == "relu2")
    assert (relu.source, relu.of, relu.remedies) == ("conv2", 16, ("redraw", "leaky"))
    assert np.shape(relu.kernels[0].weights) == (5, 5)
    assert 0 < relu.since <= last.step
    for layer, filters in (("conv1", (2,)), ("conv2", (5,))):
        care.engine.send(_train("order", order=Redraw(layer=layer, filters=filters)))
    care.until(lambda: told() == {})
    care.engine.send(Examine(id=2))


def test_mistakes_are_those_of_the_whole_test_part(care: Care) -> None:
    assert care.mistakes().message.startswith("The network has learned nothing")
    run = care.begin(SHORT, "finished")
    worst = care.mistakes(again=True)
    found = load_run(run)
    said = outcomes(found.module, load_shelved("mnist").test)
    assert worst.confusion == tuple(map(tuple, said.confusion().tolist()))
    assert list(worst.indices) == said.worst(MOST_SHOWN)
    assert worst.count == int((said.guesses != said.classes).sum())
    assert len(worst.tiles) == MOST_SHOWN
    assert list(worst.probabilities) == sorted(worst.probabilities, reverse=True)
    off = np.array(worst.confusion)
    np.fill_diagonal(off, 0)
    cell = tuple(map(int, np.unravel_index(off.argmax(), off.shape)))
    one = care.mistakes(cell)  # type: ignore[arg-type]
    assert one.count == off.max()
    assert set(one.classes) == {cell[0]}
    assert set(one.guesses) == {cell[1]}
    assert not any(isinstance(event, Trying) and event.id == one.id for event in care.heard)


def test_a_cell_without_pictures() -> None:
    said = Outcomes(torch.eye(3), torch.tensor([0, 1, 2]))
    assert chosen(said, (0, 1)) == ([], 0)
    assert chosen(said, None) == ([], 0)
    assert chosen(said, (2, 2)) == ([2], 1)
