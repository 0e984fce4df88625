"""Looking back: the network wears older weights for a while, and loses nothing that is learned meanwhile."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from engine.data import load_data
from engine.forward import LiveNetwork, Origin
from engine.protocol import Event, LookBack, LookedBack, WalkedThrough, WalkThrough
from engine.server.past import LookingBack
from engine.server.slowly import Slowly
from engine.spec.layers import Conv2d, Dropout, Flatten, Linear, ReLU
from engine.spec.network import NetworkSpec
from engine.spec.project import Project
from engine.spec.train import TrainSpec
from engine.train import load_run, train

NETWORK = NetworkSpec(
    input_shape=(1, 28, 28),
    layers=(
        Conv2d(out_channels=2, kernel_size=7, stride=3),
        ReLU(),
        Dropout(p=0.5),
        Flatten(),
        Linear(out_features=10),
    ),
)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("runs") / "one"
    settings = TrainSpec(batch_size=50, max_steps=5, optimiser="sgd")
    list(train(NETWORK, load_data("mnist"), settings, "cpu", path))
    return path


def _network() -> LiveNetwork:
    network = LiveNetwork()
    network.update(NETWORK)
    return network


def test_what_is_learned_meanwhile_waits(run: Path) -> None:
    network, said = _network(), list[Event]()
    back = LookingBack(said.append, network)
    newest = {name: torch.full_like(tensor, 0.5) for name, tensor in network.state().items()}
    for step in (0, 2, 4):
        assert back.handle(LookBack(id=step, run=str(run), step=step))
        wanted = load_run(run).at(step).state_dict()
        assert all(torch.equal(tensor, wanted[name]) for name, tensor in network.state().items())
        assert network.origin is not None
        assert (network.origin.step, network.origin.past) == (step, True)
        network.learn(newest, Origin("elsewhere", 7, going_on=True))
        assert network.settle()
        assert not network.settle()
    told = said[-1]
    assert isinstance(told, LookedBack)
    assert ([moment.step for moment in told.moments], told.at, told.problem) == ([0, 1, 2, 4], 4, "")
    assert 0 < told.nbytes < told.most_bytes
    assert back.handle(LookBack(id=9, run=str(run)))
    assert network.origin == Origin("elsewhere", 7)
    assert all(torch.equal(tensor, newest[name]) for name, tensor in network.state().items())
    assert not back.return_to_now()


def test_a_network_that_has_learned_nothing_is_so_again(run: Path) -> None:
    network = _network()
    before, back = network.state(), LookingBack(lambda event: None, network)
    back.handle(LookBack(id=1, run=str(run), step=4))
    back.return_to_now()
    assert network.origin is None
    assert all(torch.equal(tensor, before[name]) for name, tensor in network.state().items())


def test_a_run_that_is_gone_is_said(tmp_path: Path, run: Path) -> None:
    network, said = _network(), list[LookedBack]()
    back = LookingBack(said.append, network)  # type: ignore[arg-type]
    back.handle(LookBack(id=1, run=str(run), step=1))
    assert back.handle(LookBack(id=2, run=str(tmp_path), step=1)), "the weights are those of now again"
    assert "is no run" in said[-1].problem
    assert network.origin is None


def test_a_walk_is_on_the_weights_that_are_shown(run: Path) -> None:
    network, said = _network(), list[WalkedThrough]()
    trained = load_run(run)
    network.learn(trained.module.state_dict(), Origin(str(run), 5))
    before = network.state()
    slowly = Slowly(said.append, lambda: None, network)  # type: ignore[arg-type]
    project = Project(network=NETWORK, data="mnist", train=TrainSpec(optimiser="sgd"))
    slowly.handle(WalkThrough(id=1, project=project, picture=11_998, count=5, layer="conv1", cell=(1, 0, 6, 99)))
    slowly._thread.join()  # type: ignore[union-attr]
    told = said[0]
    assert told.problem == ""
    assert (told.cell, told.layers, len(told.lessons), told.step) == ((1, 0, 6, 6), ("conv1", "linear1"), 2, 5)
    assert told.before == pytest.approx(before["conv1.weight"][1, 0, 6, 6].item())
    assert told.slope == pytest.approx(told.differences, abs=1e-3)
    assert (told.age, told.notes[-1]) == (1, "What the optimiser remembers is that of the checkpoint after step 5.")
    assert all(torch.equal(tensor, before[name]) for name, tensor in network.state().items())
    slowly.handle(WalkThrough(id=2, project=Project(network=NetworkSpec(input_shape=(1, 28, 28)), data="mnist")))
    if slowly._thread is not None:
        slowly._thread.join()
    assert said[-1].problem
