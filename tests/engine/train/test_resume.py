"""A run that was interrupted and taken up again equals one that was not, bit for bit."""

from __future__ import annotations

import shutil
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.data import load_recipe, recipe_of
from engine.errors import BadFile
from engine.kernels import kernel
from engine.spec.data import DataSpec
from engine.spec.events import Epoch, Finished, Saved, Started, Stopped
from engine.spec.layers import Flatten, Linear
from engine.spec.network import NetworkSpec
from engine.spec.train import TrainSpec
from engine.train import Controls, load_run, resume, train
from engine.train import session as session_module
from engine.train.trainer import Trainer
from tests.engine.train.conftest import part_of, same, state_of_run


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory, chancy, digits):
    """The weights and the epochs of whole runs, by their settings."""
    known = {}

    def whole(chosen):
        if chosen not in known:
            path = tmp_path_factory.mktemp("whole") / "run"
            list(train(chancy, digits, chosen, device="cpu", output=path))
            known[chosen] = state_of_run(path), figures(path)
        return known[chosen]

    return whole


def figures(path):
    """Everything of a run's epochs but the times."""
    epochs = [metric for metric in load_run(path).metrics if isinstance(metric, Epoch)]
    return [(e.epoch, e.step, e.train_loss, e.train_accuracy, e.test_loss, e.confusion) for e in epochs]


def stop_at(step, monkeypatch, controls):
    honest = Trainer.take_step

    def counted(self):
        taken = honest(self)
        if self.step == step:
            controls.stop()
        return taken

    monkeypatch.setattr(Trainer, "take_step", counted)


@settings(max_examples=2 * settings().max_examples // 3)
@given(
    st.sampled_from(["adam", "adamw", "sgd", "rmsprop", "adadelta"]),
    st.sampled_from([7, 24, 97]),
    st.lists(st.integers(0, 41), min_size=1, max_size=3),
    st.sampled_from(["cosine", "constant"]),
)
def test_stopped_anywhere_it_goes_on_as_if_nothing_had_been(
    chancy, digits, uninterrupted, tmp_path_factory, optimiser, batch_size, places, schedule
):
    chosen = TrainSpec(epochs=3, batch_size=batch_size, optimiser=optimiser, schedule=schedule, seed=4)
    path = tmp_path_factory.mktemp("cut") / "run"
    events = None
    for place in sorted(places):
        controls = Controls()
        with pytest.MonkeyPatch.context() as patched:
            stop_at(place, patched, controls)
            begin = resume(path, data=digits, controls=controls) if events else None
            events = list(begin or train(chancy, digits, chosen, device="cpu", output=path, controls=controls))
    events = list(resume(path, data=digits))
    assert isinstance(events[-1], Finished)
    weights, epochs = uninterrupted(chosen)
    assert same(state_of_run(path), weights)
    assert figures(path) == epochs
    shutil.rmtree(path)


def test_what_was_written_after_the_checkpoint_is_forgotten(chancy, digits, uninterrupted, tmp_path):
    """As after a kill in the middle of a line of metrics and of a file."""
    chosen = TrainSpec(epochs=3, batch_size=24, seed=4)
    controls, path = Controls(), tmp_path / "run"
    for event in train(chancy, digits, chosen, device="cpu", output=path, controls=controls):
        if isinstance(event, Saved) and event.step == 4:
            controls.stop()
    with (path / "metrics.jsonl").open("ab") as metrics:
        metrics.write(b'{"event":"step","step":9,"epoch":2,"count":4,"loss":1.0,"accuracy":0.5,"learning_rate":0.1,')
        metrics.write(b'"examples_per_second":1.0,"seconds":1.0,"seconds_left":1.0}\n{"event":"epo')
    (path / "checkpoints" / "000000009.weights.safetensors").write_bytes(b"half")
    (path / "checkpoints" / ".convscope-123-0123456789ab.tmp").write_bytes(b"half")
    (path / ".convscope-123-0123456789ab.tmp").write_bytes(b"half")
    first, *_, last = resume(path, data=digits)
    assert (first.step, type(last)) == (4, Finished)
    assert same(state_of_run(path), uninterrupted(chosen)[0])
    assert figures(path) == uninterrupted(chosen)[1]
    left = [file.name for file in path.rglob("*") if "000000009" in file.name or file.suffix == ".tmp"]
    assert left == []
    assert [metric.step for metric in load_run(path).metrics] == sorted(m.step for m in load_run(path).metrics)


def test_a_checkpoint_is_written_when_its_time_has_come(chancy, digits, uninterrupted, tmp_path, monkeypatch):
    monkeypatch.setattr(session_module, "SAVE_SECONDS", 0.0)
    chosen = TrainSpec(epochs=3, batch_size=24, seed=4)
    events = list(train(chancy, digits, chosen, device="cpu", output=tmp_path / "run"))
    assert [event.step for event in events if isinstance(event, Saved)] == sorted([*range(13), 4, 8, 12])
    assert same(state_of_run(tmp_path / "run"), uninterrupted(chosen)[0])


def test_it_goes_on_at_the_learning_rate_that_was_set(network, digits, tmp_path):
    controls = Controls()
    chosen = TrainSpec(batch_size=24, schedule="constant", learning_rate=0.5)
    events = train(network, digits, chosen, device="cpu", output=tmp_path / "run", controls=controls)
    next(events)
    controls.set_learning_rate(0.125)
    next(event for event in events if isinstance(event, Epoch))
    events.close()
    reports = [event for event in resume(tmp_path / "run", data=digits) if hasattr(event, "learning_rate")]
    assert {report.learning_rate for report in reports} == {0.125}
    again = list(resume(tmp_path / "run", data=digits, epochs=6, learning_rate=0.25))
    assert {event.learning_rate for event in again if hasattr(event, "learning_rate")} == {0.25}


def test_the_data_set_is_loaded_again_and_must_be_the_same(network, mnist, tmp_path):
    import numpy as np

    kept = tmp_path / "digits.npz"
    write = {"x_train": mnist.x_train[:60, 0], "y_train": mnist.y_train[:60]}
    write |= {"x_test": mnist.x_test[:20, 0], "y_test": mnist.y_test[:20]}
    np.savez(kept, **{name: tensor.numpy() for name, tensor in write.items()})
    from engine.data import load_data

    controls = Controls()
    for event in train(
        network, load_data(kept), TrainSpec(epochs=2), device="cpu", output=tmp_path / "r", controls=controls
    ):
        if isinstance(event, Epoch):
            controls.stop()
    assert isinstance(list(resume(tmp_path / "r", controls=stopped()))[-1], Stopped)
    write["x_train"] = write["x_train"].clone()
    write["x_train"][3, 4, 5] ^= 1
    np.savez(kept, **{name: tensor.numpy() for name, tensor in write.items()})
    with pytest.raises(BadFile, match="have changed"):
        resume(tmp_path / "r")
    kept.unlink()
    with pytest.raises(BadFile, match=r"digits\.npz"):
        resume(tmp_path / "r")


def stopped():
    controls = Controls()
    controls.stop()
    return controls


def test_a_data_set_from_memory_must_be_given_again(network, digits, tmp_path):
    from engine.data.dataset import Recipe

    mine = replace(digits, name="mine", recipe=Recipe())
    assert isinstance(list(train(network, mine, device="cpu", output=tmp_path / "r", controls=stopped()))[-1], Stopped)
    with pytest.raises(BadFile, match="in memory"):
        resume(tmp_path / "r")
    with pytest.raises(BadFile, match="have changed"):
        resume(tmp_path / "r", data=part_of(mine, 50, 40))
    assert isinstance(next(resume(tmp_path / "r", data=mine)), Started)


def test_a_run_from_a_device_that_is_not_here_goes_on_and_says_so(network, digits, tmp_path, monkeypatch):
    assert list(train(network, digits, device="cpu", output=tmp_path / "r", controls=stopped()))
    monkeypatch.setattr("engine.train.run.choose_device", pretend(["cuda:7"]))
    from engine.train.folder import RunFolder

    monkeypatch.setattr(RunFolder, "open", elsewhere(RunFolder.open))
    started = next(resume(tmp_path / "r", data=digits))
    assert any("begun on cuda:7 and goes on on cpu" in note for note in started.notes)


def pretend(missing):
    from engine.errors import SpecError

    def choose(name):
        if name in missing:
            raise SpecError("There is none.")
        return torch.device("cpu")

    return choose


def elsewhere(honest):
    import msgspec

    def opened(path):
        folder = honest(path)
        folder.record = msgspec.structs.replace(folder.record, device="cuda:7")
        return folder

    return opened


def test_a_set_that_was_prepared_is_prepared_again(tmp_path):
    """The share for testing and the kernels are part of what a run has learned from."""
    chance = np.random.default_rng(0)
    cells = chance.integers(0, 256, (40, 9, 9), dtype=np.uint8)
    np.savez(tmp_path / "mine.npz", x_train=cells, y_train=np.arange(40) % 2)
    kernels = (kernel("sobel-vertical").spec(), kernel("gaussian").spec())
    recipe = recipe_of(DataSpec(source=str(tmp_path / "mine.npz"), seed=3, test_share=0.4, bank=kernels))
    spec = NetworkSpec(input_shape=(2, 9, 9), layers=(Flatten(), Linear(out_features=2)))
    list(train(spec, load_recipe(recipe), TrainSpec(epochs=1), device="cpu", output=tmp_path / "run"))
    started, *_, last = resume(tmp_path / "run", epochs=2)
    assert isinstance(last, Finished)
    assert (started.examples, started.test_examples) == (24, 16)
    assert load_run(tmp_path / "run").evaluate().accuracy == last.test_accuracy
