"""Kernels of a person's own are the first weights of a run, are learned on, and come back with it."""

from __future__ import annotations

import torch

from engine.kernels import kernel
from engine.nn import fresh_module, put_planted
from engine.spec.events import Saved, Started
from engine.spec.project import Planted
from engine.spec.train import TrainSpec
from engine.train import Controls, load_run, resume, train
from engine.train.folder import RunFolder
from tests.engine.train.conftest import same, state_of_run

SOBEL = Planted(layer="conv1", kernel=kernel("sobel-vertical").spec(), out_channel=2)
LARGE = Planted(layer="conv1", kernel=kernel("gaussian", sigma=3.0).spec(), out_channel=1)
GONE = Planted(layer="conv9", kernel=kernel("sobel-vertical").spec())
FEW = TrainSpec(epochs=2, batch_size=10, seed=3)


def first(network, digits, settings, planted, path):
    """The weights before the first step, as the run's first checkpoint has them."""
    events = train(network, digits, settings, device="cpu", output=path, planted=planted)
    started = next(events)
    assert isinstance(next(events), Saved)
    found = load_run(path)
    events.close()
    return started, found


def test_they_are_the_first_weights_and_nothing_else_changes(network, digits, tmp_path):
    started, run = first(network, digits, FEW, (SOBEL,), tmp_path / "a")
    assert isinstance(started, Started)
    assert started.notes == ()
    expected = fresh_module(network, 3)
    plain = {name: tensor.clone() for name, tensor in expected.state_dict().items()}
    assert put_planted(expected, (SOBEL,)) == ()
    assert same(dict(run.module.state_dict()), dict(expected.state_dict()))
    planted = run.module.get_submodule("conv1").weight.detach()
    assert torch.equal(planted[2, 0, 1:4, 1:4], torch.tensor(kernel("sobel-vertical").weights))
    assert torch.equal(planted[0], plain["conv1.weight"][0])
    assert run.planted == (SOBEL,)


def test_a_run_without_any_is_as_it_was(network, digits, tmp_path):
    for name, more in (("a", {}), ("b", {"planted": ()})):
        list(train(network, digits, FEW, device="cpu", output=tmp_path / name, **more))
    assert same(state_of_run(tmp_path / "a"), state_of_run(tmp_path / "b"))
    assert RunFolder.open(tmp_path / "a").record.planted == ()


def test_they_are_learned_on_and_a_stopped_run_goes_on_bit_for_bit(chancy, digits, tmp_path):
    planted = (SOBEL,)
    list(train(chancy, digits, FEW, device="cpu", output=tmp_path / "whole", planted=planted))
    learned = state_of_run(tmp_path / "whole")["conv1.weight"][2]
    assert not torch.equal(learned, fresh_with(chancy, planted)["conv1.weight"][2])
    controls = Controls()
    for event in train(
        chancy, digits, FEW, device="cpu", output=tmp_path / "halves", controls=controls, planted=planted
    ):
        if isinstance(event, Saved) and event.step == 10:
            controls.stop()
    list(resume(tmp_path / "halves", device="cpu", data=digits))
    assert same(state_of_run(tmp_path / "whole"), state_of_run(tmp_path / "halves"))
    assert load_run(tmp_path / "halves").planted == planted


def fresh_with(network, planted):
    module = fresh_module(network, 3)
    put_planted(module, planted)
    return module.state_dict()


def test_one_that_does_not_fit_is_left_out_and_named(network, digits, tmp_path):
    started, run = first(network, digits, FEW, (LARGE, SOBEL, GONE), tmp_path / "a")
    assert [note.partition(":")[0] for note in started.notes] == [
        "The kernel for map 1 of conv1 is left out",
        "The kernel for map 0 of conv9 is left out",
    ]
    assert all("\n" not in note and note.endswith(".") for note in started.notes)
    assert same(dict(run.module.state_dict()), fresh_with(network, (SOBEL,)))
