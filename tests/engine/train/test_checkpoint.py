"""Checkpoints that died half-written, rotted on the disk or met a full one: a whole one is used, and it is told."""

from __future__ import annotations

import contextlib
import errno
import os
import random
import shutil
from pathlib import Path

import msgspec
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import BadFile
from engine.nn import fresh_module
from engine.spec.events import Epoch, Failed, Finished, Saved, Warned
from engine.spec.train import TrainSpec
from engine.train import load_run, resume, train
from engine.train.checkpoint import Place, restore, save_checkpoint, sweep
from engine.train.folder import RunFolder
from engine.train.trainer import Trainer
from tests.engine.train.conftest import same

FILES = ("000000030.json", "000000030.weights.safetensors", "000000030.optimiser.safetensors")


@pytest.fixture(scope="module")
def run(network, digits, tmp_path_factory):
    """A run of three epochs of ten steps."""
    path = tmp_path_factory.mktemp("kept") / "run"
    list(train(network, digits, TrainSpec(epochs=3, batch_size=10), device="cpu", output=path))
    return path


@pytest.fixture
def copy(run, tmp_path):
    """One that may be spoiled."""
    return Path(shutil.copytree(run, tmp_path / "run"))


def flip(content: bytes, bit: int) -> bytes:
    spoiled = bytearray(content)
    spoiled[bit // 8] ^= 1 << (bit % 8)
    return bytes(spoiled)


@pytest.fixture(scope="module")
def spoiling(run, network, tmp_path_factory):
    """Spoils one file of the newest checkpoint, asks for a checkpoint, and puts the file back."""
    path = Path(shutil.copytree(run, tmp_path_factory.mktemp("spoiled") / "run"))
    module = fresh_module(network, 0)
    network_hash = RunFolder.open(path)._network_hash

    def step_found(name: str, content: bytes | None) -> int:
        file = path / "checkpoints" / name
        honest = file.read_bytes()
        try:
            if content is None:
                file.unlink()
            else:
                file.write_bytes(content)
            found, complaints = restore(path / "checkpoints", module, network_hash)
            assert len(complaints) == (found.place.step != 30)
            return found.place.step
        finally:
            file.write_bytes(honest)

    return step_found


def test_a_single_flipped_bit_is_always_noticed(run, spoiling):
    """R15: neither JSON nor safetensors would."""
    chance = random.Random(0)
    for name in FILES:
        content = (run / "checkpoints" / name).read_bytes()
        for _ in range(130):
            assert spoiling(name, flip(content, chance.randrange(8 * len(content)))) == 20
        assert spoiling(name, content) == 30


def test_what_a_power_cut_leaves_is_always_noticed(run, spoiling):
    """R14: a tail of zeros, a file cut short or empty, or none."""
    chance = random.Random(1)
    for name in FILES:
        content = (run / "checkpoints" / name).read_bytes()
        for _ in range(30):
            cut = chance.randrange(len(content) - 1)
            assert spoiling(name, content[:cut]) == 20
            zeros = content[:cut] + bytes(len(content) - cut)
            assert spoiling(name, zeros) == (30 if zeros == content else 20)
        assert spoiling(name, b"") == 20
        assert spoiling(name, content + b"\n") == 20
    assert spoiling(FILES[1], None) == 20
    assert spoiling(FILES[2], None) == 20


@given(st.data())
def test_whatever_happens_to_a_file_there_is_a_run_or_one_sentence(run, tmp_path_factory, data):
    """R18: nothing but BadFile, and never weights that nobody wrote."""
    path = Path(shutil.copytree(run, tmp_path_factory.mktemp("any") / "run"))
    file = data.draw(st.sampled_from(sorted(path.rglob("*.*"))))
    content = bytearray(file.read_bytes())
    for _ in range(data.draw(st.integers(1, 5))):
        start = data.draw(st.integers(0, len(content)))
        end = data.draw(st.integers(start, min(len(content), start + 40)))
        content[start:end] = data.draw(st.binary(max_size=40))
    file.write_bytes(content)
    honest = dict(load_run(run).module.state_dict())
    with contextlib.suppress(BadFile):
        found = load_run(path)
        assert found.step < 30 or same(dict(found.module.state_dict()), honest)
    shutil.rmtree(path)


def test_a_damaged_newest_checkpoint_is_told_and_the_one_before_it_used(copy, run, digits):
    file = copy / "checkpoints" / FILES[1]
    file.write_bytes(flip(file.read_bytes(), 9_999))
    loaded = load_run(copy)
    assert loaded.step == 20
    assert FILES[1] in loaded.notes[0]
    (copy / "metrics.jsonl").write_bytes(b"")  # as if it had not finished
    first, *_, last = resume(copy, data=digits)
    assert first.step == 20
    assert FILES[1] in first.notes[-1]
    assert "before it is used" in first.notes[-1]
    assert isinstance(last, Finished)
    assert same(dict(load_run(copy).module.state_dict()), dict(load_run(run).module.state_dict()))


def test_without_any_whole_checkpoint_it_says_so(copy):
    for file in (copy / "checkpoints").glob("*.json"):
        file.write_bytes(b"{}")
    with pytest.raises(BadFile, match="no checkpoint that can be used"):
        load_run(copy)


def test_another_network_s_file_is_noticed(copy):
    text = (copy / "spec.json").read_text()
    (copy / "spec.json").write_text(text.replace('"out_channels": 4', '"out_channels": 5'))
    with pytest.raises(BadFile, match=r"another network than the one in spec\.json"):
        load_run(copy)


@pytest.mark.parametrize("what", ["nothing", "empty", "file", "settings"])
def test_what_is_no_run_is_told(copy, what, tmp_path):
    paths = {"nothing": tmp_path / "none", "empty": tmp_path, "file": copy / "spec.json", "settings": copy}
    if what == "settings":
        (copy / "train.json").write_text('{"sha256":"","content":{}}')
    with pytest.raises(BadFile, match=r"is no run|checksum"):
        load_run(paths[what])


def test_a_newer_version_is_refused_politely(copy, monkeypatch):
    monkeypatch.setattr("engine.train.folder.VERSION", 0)
    with pytest.raises(BadFile, match="newer version"):
        load_run(copy)


class Died(BaseException):
    """The process is gone: nothing that would run afterwards does anything."""


def dying_at(call: int, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Every change to the disk counts as a call, and from the given one on none happens any more."""
    calls = [0]

    def counted(honest):
        def counting(*arguments, **more):
            calls[0] += 1
            if calls[0] >= call:
                raise Died
            return honest(*arguments, **more)

        return counting

    for name in ("open", "fsync", "replace", "unlink"):
        monkeypatch.setattr(os, name, counted(getattr(os, name)))
    monkeypatch.setattr(Path, "unlink", counted(Path.unlink))
    return calls


def test_death_at_every_change_to_the_disk_leaves_a_whole_checkpoint(network, digits, tmp_path):
    """R13: whatever was reached, the newest whole checkpoint is the old or the new one, and nothing is left lying."""
    trainer = Trainer(fresh_module(network, 0), digits, TrainSpec(batch_size=10), torch.device("cpu"))
    folder = tmp_path / "checkpoints"
    folder.mkdir()
    stages = []
    for step in range(5):
        trainer.step = step
        stages.append((Place(step=step, learning_rate=0.1), trainer.weights().state, trainer.optimiser_state()))
    for place, weights, state in stages[:4]:
        save_checkpoint(folder, place, weights, state, "hash")
    for call in range(1, 100):
        here = Path(shutil.copytree(folder, tmp_path / f"died{call}"))
        with pytest.MonkeyPatch.context() as patched:
            dying_at(call, patched)
            try:
                save_checkpoint(here, *stages[4], "hash")
                survived = True
            except Died:
                survived = False
        found, complaints = restore(here, trainer.module, "hash")
        assert found.place.step in (3, 4)
        assert complaints == []
        sweep(here)
        names = sorted(path.name for path in here.iterdir())
        assert len(names) % 3 == 0
        assert not [name for name in names if name.endswith(".tmp")]
        shutil.rmtree(here)
        if survived:
            break
    assert survived
    assert call > 12  # three files, each opened, synced, renamed, its folder synced


def test_a_step_that_is_saved_again_is_whole_all_the_time(network, digits, tmp_path):
    """Its epoch has been tested meanwhile; safetensors does not write the same bytes twice."""
    trainer = Trainer(fresh_module(network, 0), digits, TrainSpec(batch_size=10), torch.device("cpu"))
    place, weights = Place(step=3, learning_rate=0.1), trainer.weights().state
    for call in range(1, 100):
        folder = tmp_path / str(call)
        folder.mkdir()
        save_checkpoint(folder, place, weights, {}, "hash")
        with pytest.MonkeyPatch.context() as patched:
            dying_at(call, patched)
            with contextlib.suppress(Died):
                save_checkpoint(folder, msgspec.structs.replace(place, test_accuracy=0.5), weights, {}, "hash")
                break
        assert restore(folder, trainer.module, "hash")[0].place.step == 3
    assert call > 4
    assert restore(folder, trainer.module, "hash")[0].place.test_accuracy == 0.5


def full(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """A disk that is full as long as the list holds True."""
    state = [False]
    honest = os.fsync

    def fsync(handle):
        if state[0]:
            raise OSError(errno.ENOSPC, "No space left on device")
        honest(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    return state


def test_a_full_disk_is_told_and_training_goes_on(network, digits, tmp_path, monkeypatch):
    """R16: what is there stays, and the next checkpoint works once there is room again."""
    disk = full(monkeypatch)
    told = []
    for event in train(network, digits, TrainSpec(epochs=4, batch_size=10), device="cpu", output=tmp_path / "run"):
        told.append(event)
        if isinstance(event, Epoch):
            disk[0] = event.epoch == 1
    warned = [event.message for event in told if isinstance(event, Warned)]
    assert [message.partition(":")[0] for message in warned] == [
        "Training goes on without a step of its timeline",
        "No checkpoint is saved and training goes on",
    ]
    assert all("full" in message and str(tmp_path) in message for message in warned)
    assert [event.step for event in told if isinstance(event, Saved)] == [0, 10, 30, 40]
    assert isinstance(told[-1], Finished)
    assert not list(tmp_path.rglob("*.tmp"))


def test_a_last_checkpoint_that_cannot_be_saved_is_no_success(network, digits, tmp_path, monkeypatch):
    disk = full(monkeypatch)
    events = train(network, digits, TrainSpec(epochs=2, batch_size=10), device="cpu", output=tmp_path / "run")
    for event in events:
        disk[0] |= isinstance(event, Epoch)
    assert isinstance(event, Failed)
    assert event.reason == "disk"
    disk[0] = False
    assert isinstance(list(resume(tmp_path / "run", data=digits))[-1], Finished)


def test_a_folder_that_cannot_be_written_to_is_refused_and_leaves_nothing(network, digits, tmp_path, monkeypatch):
    full(monkeypatch)[0] = True
    with pytest.raises(BadFile, match="full"):
        next(train(network, digits, device="cpu", output=tmp_path / "run"))
    assert list(tmp_path.iterdir()) == []
    monkeypatch.undo()
    disk = full(monkeypatch)
    honest = RunFolder.save

    def save(self, *arguments):
        disk[0] = True
        return honest(self, *arguments)

    monkeypatch.setattr(RunFolder, "save", save)
    with pytest.raises(BadFile, match="full"):
        next(train(network, digits, device="cpu", output=tmp_path / "run"))
    assert list(tmp_path.iterdir()) == []


def test_metrics_that_cannot_be_written_are_told_once(network, digits, tmp_path, monkeypatch):
    def refuse(self, metric):
        raise BadFile("metrics.jsonl cannot be written.")

    monkeypatch.setattr(RunFolder, "note", refuse)
    events = list(train(network, digits, TrainSpec(epochs=2), device="cpu", output=tmp_path / "run"))
    assert len([event for event in events if isinstance(event, Warned)]) == 1
    assert isinstance(events[-1], Finished)
