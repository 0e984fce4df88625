"""The same on an NVIDIA GPU: it learns, tells a divergence, gives memory back, and a run moves to and from it."""

from __future__ import annotations

import pytest
import torch

from engine.nn import fresh_module
from engine.presets import preset
from engine.spec.events import Failed, Finished, Steps
from engine.spec.train import TrainSpec
from engine.train import load_run, memory, resume, train
from engine.train.trainer import Trainer
from tests.engine.train.conftest import part_of

pytestmark = [pytest.mark.gpu, pytest.mark.skipif(not torch.cuda.is_available(), reason="no NVIDIA GPU is here")]
FEW = TrainSpec(epochs=2, batch_size=10)


@pytest.mark.parametrize("optimiser", ["adam", "adamw", "sgd", "rmsprop", "adadelta"])
def test_steps_are_those_of_the_processor(network, digits, optimiser):
    settings = TrainSpec(epochs=1, batch_size=10, optimiser=optimiser, learning_rate=0.01)
    both = [Trainer(fresh_module(network, 0), digits, settings, torch.device(name)) for name in ("cpu", "cuda")]
    for _ in range(8):
        losses = [float(trainer.take_step().loss) for trainer in both]
        assert losses[1] == pytest.approx(losses[0], rel=2e-2)
    assert both[1].evaluate().loss == pytest.approx(both[0].evaluate().loss, rel=5e-2)


def test_the_shipped_digits_are_learned(mnist):
    finished = list(train(preset("lenet-5"), mnist, device="cuda"))[-1]
    assert finished.test_accuracy >= 0.975


def test_auto_is_the_gpu_and_it_is_told(network, digits):
    started = next(train(network, digits, FEW))
    assert started.device == "cuda"


def test_a_divergence_is_told_with_its_step(network, digits, tmp_path):
    last = list(train(network, digits, TrainSpec(learning_rate=1e38), device="cuda", output=tmp_path / "run"))[-1]
    assert isinstance(last, Failed)
    assert last.step == 2
    assert load_run(tmp_path / "run").step == 0


def test_a_run_moves_between_devices(chancy, digits, tmp_path):
    events = train(chancy, digits, TrainSpec(epochs=3, batch_size=10), device="cuda", output=tmp_path / "run")
    next(event for event in events if isinstance(event, Steps))
    events.close()
    started, *_, last = resume(tmp_path / "run", device="cpu", data=digits)
    assert "begun on cuda and goes on on cpu" in started.notes[-1]
    assert isinstance(last, Finished)
    assert load_run(tmp_path / "run").evaluate(digits, device="cuda").accuracy == pytest.approx(
        last.test_accuracy, abs=0.05
    )


def test_memory_that_runs_out_is_told_and_given_back(mnist, monkeypatch):
    monkeypatch.setattr(memory, "free_bytes", lambda device: None)
    torch.cuda.synchronize()
    before = torch.cuda.memory_allocated()
    torch.cuda.set_per_process_memory_fraction(0.001)
    try:
        settings = TrainSpec(batch_size=12_000)
        last = list(train(preset("lenet-5"), mnist, settings, device="cuda"))[-1]
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0)
    assert isinstance(last, Failed)
    assert "a batch size of 6000 would do" in last.message
    assert torch.cuda.memory_allocated() <= before
    assert isinstance(list(train(preset("lenet-5"), part_of(mnist, 100, 10), FEW, device="cuda"))[-1], Finished)


def test_free_memory_is_the_card_s():
    assert 0 < (memory.free_bytes(torch.device("cuda")) or 0) <= torch.cuda.get_device_properties(0).total_memory
