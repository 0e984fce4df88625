"""What does not go together is told before anything is computed, and memory that runs out ends in one sentence."""

from __future__ import annotations

import gc
import math
from dataclasses import replace

import pytest
import torch

from engine.errors import SpecError
from engine.nn import fresh_module
from engine.presets import preset, preset_names
from engine.spec.events import Failed, Finished, Started
from engine.spec.layers import AdaptiveAvgPool2d, BatchNorm2d, Conv2d, Flatten, GlobalAvgPool, Linear, MaxPool2d, ReLU
from engine.spec.network import NetworkSpec
from engine.spec.summary import summary
from engine.spec.train import TrainSpec
from engine.train import memory, train
from engine.train.held import Held
from engine.train.suits import suited
from engine.train.trainer import Trainer
from tests.engine.train.conftest import part_of


def net(*layers, input_shape=(1, 28, 28)):
    return NetworkSpec(input_shape=input_shape, layers=layers)


@pytest.mark.parametrize(
    ("network", "words"),
    [
        (net(), "no weights"),
        (net(Flatten()), "no weights"),
        (net(Conv2d(out_channels=10, kernel_size=3)), "Flatten and a Linear"),
        (net(Flatten(), Linear(out_features=9)), "9 outputs and mnist has 10 classes; 10 outputs"),
        (net(Flatten(), Linear(out_features=1)), "1 output and mnist"),
        (net(Conv2d(out_channels=4, kernel_size=40), Flatten(), Linear(out_features=10)), "conv1"),
        (net(Flatten(), Linear(out_features=10), input_shape=(2, 28, 28)), "1 or 3 channels"),
        (net(Linear(out_features=10), input_shape=(784,)), "1 or 3 channels"),
    ],
)
def test_a_stack_that_does_not_fit_the_data_is_told(network, words, digits, tmp_path):
    with pytest.raises(SpecError, match=words) as told:
        train(network, digits, output=tmp_path / "run")
    assert str(told.value).count("\n") == 0
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(("train_count", "test_count"), [(0, 10), (10, 0), (0, 0)])
def test_a_data_set_without_pictures_is_told(network, mnist, train_count, test_count):
    with pytest.raises(SpecError, match="has no pictures to"):
        train(network, part_of(mnist, train_count, test_count))


def test_one_class_is_told(network, mnist):
    sevens = mnist.y_train == 7
    one = replace(mnist, x_train=mnist.x_train[sevens], y_train=mnist.y_train[sevens])
    with pytest.raises(SpecError, match="one class only to learn from, '7'"):
        train(network, one)


@pytest.mark.parametrize(
    "last", [(Conv2d(out_channels=10, kernel_size=28),), (Conv2d(out_channels=10, kernel_size=3), GlobalAvgPool())]
)
def test_maps_of_one_cell_are_as_good_as_numbers(last, digits):
    events = list(train(net(*last), digits, TrainSpec(epochs=1), device="cpu"))
    assert isinstance(events[-1], Finished)


def test_more_outputs_than_classes_are_told_and_learned(digits):
    network = net(Flatten(), Linear(out_features=12))
    events = list(train(network, digits, TrainSpec(epochs=1), device="cpu"))
    assert "12 outputs for 10 classes" in events[0].notes[-1]
    assert len(events[-1].confusion) == 12


def test_pictures_of_another_kind_are_brought_to_the_input_and_it_is_told(digits):
    network = net(Conv2d(out_channels=4, kernel_size=5), GlobalAvgPool(), Flatten(), Linear(out_features=10))
    colour = NetworkSpec(input_shape=(3, 20, 24), layers=network.layers)
    started, *_, last = train(colour, digits, TrainSpec(epochs=1), device="cpu")
    assert started.notes[0].startswith("Grey becomes three equal channels, and the middle of pictures of 28×28")
    assert isinstance(last, Finished)


@pytest.mark.parametrize("batch_size", [1, 96, 97])
def test_normalising_one_cell_of_one_picture_is_told(digits, batch_size):
    network = net(Conv2d(out_channels=4, kernel_size=28), BatchNorm2d(), Flatten(), Linear(out_features=10))
    settings = TrainSpec(batch_size=batch_size, epochs=1)
    if batch_size == 1:
        with pytest.raises(SpecError, match=r"norm1 .* batch size of 2"):
            train(network, digits, settings, device="cpu")
    else:
        assert isinstance(list(train(network, digits, settings, device="cpu"))[-1], Finished)


def test_a_tiny_data_set_learns_in_one_batch_and_it_is_told(network, mnist):
    started, *_, last = train(network, part_of(mnist, 2, 1), TrainSpec(epochs=2, batch_size=64), device="cpu")
    assert "A batch is 64 pictures and there are 2" in started.notes[-1]
    assert (last.step, type(last)) == (2, Finished)


def test_a_device_that_is_not_here_is_told(network, digits):
    with pytest.raises(SpecError, match="no device 'cuda:99'"):
        train(network, digits, device="cuda:99")


PICTURES = [name for name in preset_names() if len(preset(name).input_shape) == 3]


@pytest.mark.parametrize("name", [name for name in PICTURES if summary(preset(name)).macs < 3e7])
def test_every_preset_learns(name, mnist):
    events = list(train(preset(name), part_of(mnist, 12, 4), TrainSpec(epochs=1, batch_size=5), device="cpu"))
    assert isinstance(events[-1], Finished), events[-1]


def failing(target, honest, at):
    """A function that runs out of memory at its n-th call."""
    calls = [0]

    def called(*arguments, **more):
        calls[0] += 1
        if calls[0] == at:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB.")
        return honest(*arguments, **more)

    return called


POINTS = {
    "build": ("engine.train.run", "fresh_module", (1,)),
    "the set on the device": (Held, "__init__", (1, 2)),
    "a batch": (Held, "batch", (1, 4, 10)),
    "forward": (torch.nn.Linear, "forward", (1, 2, 7, 12)),
    "loss": (torch.nn.functional, "cross_entropy", (1, 5, 12)),
    "backward": (torch.Tensor, "backward", (1, 4, 10)),
    "the optimiser": (torch.optim.Adam, "step", (1, 4, 10)),
    "a test": (Trainer, "evaluate", (1, 2)),
    "a copy of the weights": (Trainer, "weights", (1, 2)),
}


def tensors() -> int:
    gc.collect()
    return sum(1 for found in gc.get_objects() if issubclass(type(found), torch.Tensor))


@pytest.mark.parametrize(("where", "at"), [(where, at) for where, point in POINTS.items() for at in point[2]])
def test_memory_that_runs_out_anywhere_ends_in_a_sentence(network, digits, tmp_path, where, at):
    """R27: one sentence with a batch that is smaller, and the next run works."""
    settings = TrainSpec(epochs=2, batch_size=20)
    with pytest.MonkeyPatch.context() as patched:
        owner, name, _ = POINTS[where]
        place = __import__(owner, fromlist=[name]) if isinstance(owner, str) else owner
        patched.setattr(place, name, failing(place, getattr(place, name), at))
        events = list(train(network, digits, settings, device="cpu", output=tmp_path / "run"))
    failed = events[-1]
    assert isinstance(failed, Failed)
    assert failed.reason == "memory"
    assert "a batch size of 10 would do" in failed.message
    assert "\n" not in failed.message
    assert isinstance(list(train(network, digits, settings, device="cpu"))[-1], Finished)


def test_nothing_of_a_run_that_ran_out_of_memory_stays_behind(network, digits, monkeypatch):
    """The error holds the frames, and those hold the network, the set and every map on the way back."""
    list(train(network, digits, TrainSpec(epochs=1), device="cpu"))
    before = tensors()
    held = []
    monkeypatch.setattr("engine.train.run.give_back", lambda: held.append(tensors()))
    monkeypatch.setattr(torch.Tensor, "backward", failing(None, torch.Tensor.backward, 2))
    events = train(network, digits, TrainSpec(epochs=1), device="cpu")
    assert isinstance(list(events)[-1], Failed)
    assert held[0] <= before  # by then, so that there is something to give back


def test_an_error_of_the_program_s_own_is_not_taken_for_memory(network, digits, monkeypatch):
    def broken(self):
        raise RuntimeError("shapes differ")

    monkeypatch.setattr(Trainer, "evaluate", broken)
    with pytest.raises(RuntimeError, match="shapes differ"):
        list(train(network, digits, TrainSpec(epochs=1), device="cpu"))


def test_a_batch_that_cannot_fit_is_refused_with_one_that_does(digits, mnist, monkeypatch):
    network = preset("lenet-5")
    settings = TrainSpec(batch_size=8000)
    monkeypatch.setattr(memory, "free_bytes", lambda device: 100 * 2**20)
    with pytest.raises(SpecError, match=r"8000 pictures needs about .* and 100 MiB are free; a batch size of") as told:
        train(network, mnist, settings, device="cpu")
    fits = int(str(told.value).rsplit("size of ", 1)[1].split()[0])
    found = summary(network)
    assert memory.needed_bytes(found, network.input_shape, fits, settings) <= 100 * 2**20
    assert memory.needed_bytes(found, network.input_shape, fits + 1, settings) > 100 * 2**20
    assert isinstance(next(train(network, digits, settings, device="cpu")), Started)
    monkeypatch.setattr(memory, "free_bytes", lambda device: 0)
    with pytest.raises(SpecError, match="a smaller network or smaller pictures"):
        train(network, mnist, settings, device="cpu")


def test_the_estimate_is_what_torch_keeps(mnist):
    """Everything kept for the way back, counted by autograd's own hooks, is within a third of the estimate."""
    network = net(
        Conv2d(out_channels=8, kernel_size=3, padding="same"), ReLU(), MaxPool2d(kernel_size=2),
        Conv2d(out_channels=16, kernel_size=3), ReLU(), AdaptiveAvgPool2d(output_size=4), Flatten(),
        Linear(out_features=10),
    )  # fmt: skip
    trainer = Trainer(fresh_module(network, 0), part_of(mnist, 64, 2), TrainSpec(batch_size=64), torch.device("cpu"))
    kept: dict[int, int] = {}

    def note(tensor):
        kept[tensor.untyped_storage().data_ptr()] = tensor.untyped_storage().nbytes()
        return tensor

    weights = {weight.untyped_storage().data_ptr() for weight in trainer.module.parameters()}
    with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
        trainer.take_step()
    measured = sum(size for place, size in kept.items() if place not in weights)
    found = summary(network)
    told = memory.needed_bytes(found, network.input_shape, 64, TrainSpec())
    assert measured < told < 3 * measured
    assert math.isfinite(told)


def test_fitted_data_are_part_of_what_suits(network, digits):
    found = suited(network, digits, TrainSpec())
    assert found.data is digits
    assert found.notes == ()
