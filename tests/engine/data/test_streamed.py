"""Sets that are larger than memory: the same pictures as in memory, from a cache that is checked and bounded."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

import msgspec
import numpy as np
import pytest
import torch

from engine.data import cache, load_data, load_recipe, load_test_data, pictures
from engine.data.dataset import Recipe
from engine.data.mapped import Mapping
from engine.errors import BadFile
from engine.kernels import kernel


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    folder = tmp_path / "the cache"
    monkeypatch.setattr(cache, "cache_folder", lambda: folder)
    return folder


@pytest.fixture
def folder(draw, tmp_path):
    for index in range(12):
        draw(f"set/a/{index}.png", 5 * index, colour=True)
        draw(f"set/b/{index}.png", 100 + 5 * index, colour=True)
    return tmp_path / "set"


@pytest.fixture
def streaming(monkeypatch):
    """From here on every set is larger than memory."""
    monkeypatch.setattr(pictures, "STREAM_FROM", 0)


def same(one, other):
    for name in ("x_train", "y_train", "x_test", "y_test"):
        assert torch.equal(getattr(one, name), getattr(other, name)), name


def test_a_streamed_set_is_the_one_in_memory(folder, monkeypatch):
    held = load_data(folder, seed=3)
    monkeypatch.setattr(pictures, "STREAM_FROM", 0)
    streamed = load_data(folder, seed=3)
    assert held.mapping is None
    assert streamed.mapping is not None
    same(held, streamed)
    assert streamed.fingerprint() == held.fingerprint()
    assert streamed.class_names == held.class_names
    assert "streamed from a cache of 0.0 MB" in streamed.notes[-1]
    for mine, theirs in ((streamed.train, held.train), (streamed.test, held.test)):
        assert (mine.streamed, theirs.streamed) == (True, False)
        assert (mine.shape, len(mine)) == (theirs.shape, len(theirs))
        chosen = torch.randperm(len(mine), generator=torch.Generator().manual_seed(0)).repeat(2)
        for found, wanted in zip(mine.take(chosen), theirs.take(chosen), strict=True):
            assert torch.equal(found, wanted)
        for found, wanted in zip(mine.slice(1, 99), theirs.slice(1, 99), strict=True):
            assert torch.equal(found, wanted)
    inputs, _ = streamed.train.take(torch.arange(3))
    assert inputs.is_contiguous(memory_format=torch.channels_last)
    inputs.zero_()
    same(held, streamed)  # a batch is a copy


def test_the_second_time_nothing_is_decoded(folder, streaming, monkeypatch):
    first = load_data(folder)
    monkeypatch.setattr(pictures, "load_image", lambda path: pytest.fail("a picture was read again"))
    told = []
    shape = first.input_shape
    monkeypatch.setattr(pictures._Reader, "settle", lambda self: shape)
    second = load_data(folder, progress=lambda *done: told.append(done))
    same(first, second)
    assert not told
    assert (second.notes, second.class_names) == (first.notes, first.class_names)


def test_a_changed_set_is_read_anew_and_a_damaged_cache_too(folder, own_cache, streaming, draw):
    first = load_data(folder)
    draw("set/b/0.png", 77, colour=True)
    os.utime(folder / "b" / "0.png", ns=(1, 1))
    second = load_data(folder)
    assert first.fingerprint() != second.fingerprint()
    assert cache.amount().files == 2
    (path,) = [each for each in own_cache.glob("*.npy") if each == second.mapping.path]
    for damage in (
        lambda content: content[:-9],
        lambda content: content[:200] + bytes([content[200] ^ 1]) + content[201:],
        lambda content: b"",
        lambda content: content + b"x",
    ):
        path.write_bytes(damage(path.read_bytes()))
        assert load_data(folder).fingerprint() == cache_free(folder)
    path.with_suffix(".json").write_text("{}")
    assert load_data(folder).fingerprint() == cache_free(folder)


def cache_free(folder):
    """The fingerprint of a set without any cache."""
    before = pictures.STREAM_FROM
    pictures.STREAM_FROM = 2**60
    try:
        return load_data(folder).fingerprint()
    finally:
        pictures.STREAM_FROM = before


def test_bad_files_are_left_out_and_named_as_ever(folder, streaming):
    (folder / "a" / "3.png").write_bytes(b"none")
    (folder / "b" / "notes.txt").write_text("x")
    for data in (load_data(folder), load_data(folder)):
        assert {skipped.path for skipped in data.skipped} == {"a/3.png", "b/notes.txt"}
        assert len(data.y_train) + len(data.y_test) == 23
        assert any("2 files are left out" in note for note in data.notes)


def test_another_size_is_another_cache(folder, streaming, monkeypatch):
    streamed = load_data(folder).fitted((1, 6, 6))
    again = load_data(folder).fitted((1, 6, 6))
    assert cache.amount().files == 2
    assert again.mapping.path == streamed.mapping.path
    monkeypatch.setattr(pictures, "STREAM_FROM", 2**60)
    same(streamed, load_data(folder).fitted((1, 6, 6)))
    assert "become 6×6" in streamed.notes[-1]


def test_a_bank_is_laid_on_streamed_pictures_too(folder, monkeypatch):
    recipe = Recipe(source=str(folder), bank=(kernel("sobel-vertical").spec(), kernel("horizontal").spec()))
    held = load_recipe(recipe)
    monkeypatch.setattr(pictures, "STREAM_FROM", 0)
    streamed = load_recipe(recipe)
    assert streamed.mapping is not None
    assert held.input_shape == streamed.input_shape == (2, 12, 10)
    same(held, streamed)


def test_test_pictures_of_a_streamed_set(folder, draw, tmp_path, streaming):
    whole = load_test_data(folder, (3, 12, 10), ("b", "a"))
    assert (len(whole.y_train), len(whole.y_test)) == (0, 24)
    (tmp_path / "two").mkdir()
    shutil.copytree(folder, tmp_path / "two" / "train")
    shutil.copytree(folder / "a", tmp_path / "two" / "test" / "a")
    tested = load_test_data(tmp_path / "two", (3, 12, 10), ("b", "a"))
    assert len(tested.test) == 12
    assert set(tested.y_test.tolist()) == {1}
    inputs, _ = tested.test.slice(0, 12)
    assert torch.equal(inputs, tested.x_test)


def test_room_is_bounded_and_the_oldest_give_way(own_cache, monkeypatch):
    def write(name):
        batch = np.zeros((4, 10, 10, 1), np.uint8)
        return cache.built(name, name, batch.shape, [batch], lambda: cache.Contents(labels=(0,) * 4, train=4))

    monkeypatch.setattr(cache, "MOST_BYTES", 1700)
    for place, name in enumerate("abcd"):
        write(name)
        os.utime(own_cache / f"{name}.json", (place, place))
    assert cache.opened("a") is None
    assert cache.opened("d") is not None
    assert cache.amount().bytes <= 1700
    with pytest.raises(BadFile, match=r"mine needs a cache of 0\.0 GB"):
        cache.built("z", "mine", (100, 10, 10, 1), [], cache.Contents)
    assert cache.opened("d") is not None  # what could never fit drives nothing out
    assert cache.clear() > 0
    assert cache.amount().files == 0


def test_a_full_disk_says_so_and_leaves_nothing(folder, own_cache, streaming, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(10**9, 10**9, 1000))
    with pytest.raises(BadFile, match=r"there is room for 0\.0 GB; free some space"):
        load_data(folder)
    monkeypatch.undo()
    monkeypatch.setattr(cache, "cache_folder", lambda: own_cache)
    monkeypatch.setattr(pictures, "STREAM_FROM", 0)

    def full(self, handle):
        handle.write(b"x")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(cache._Writer, "write", full)
    with pytest.raises(BadFile, match=r"the disk of .* is full"):
        load_data(folder)
    assert not list(own_cache.iterdir())


def test_reading_that_is_ended_leaves_nothing(folder, own_cache, streaming):
    class Enough(Exception):
        pass

    def stop(done, total):
        if done == 5:
            raise Enough

    with pytest.raises(Enough):
        load_data(folder, progress=stop)
    assert not list(own_cache.iterdir())


def test_what_was_read_is_let_go_of(tmp_path):
    cells = np.random.default_rng(0).integers(0, 256, (3000, 32, 32, 3), dtype=np.uint8)
    np.save(tmp_path / "a.npy", cells)
    mapping = Mapping(tmp_path / "a.npy", held=2**20)
    order = torch.randperm(3000, generator=torch.Generator().manual_seed(0))
    for start in range(0, 3000, 100):
        chosen = order[start : start + 100]
        np.testing.assert_array_equal(mapping.take(chosen).permute(0, 2, 3, 1).numpy(), cells[chosen.numpy()])
    if Path("/proc/self/smaps").exists():
        assert resident(tmp_path / "a.npy") < 4 * 2**20


def resident(path):
    """How many bytes of a mapped file are in this process's memory."""
    lines = iter(Path("/proc/self/smaps").read_text().splitlines())
    for line in lines:
        if line.endswith(str(path)):
            return next(int(each.split()[1]) * 1024 for each in lines if each.startswith("Rss:"))
    raise AssertionError("it is not mapped")


def test_the_seal_tells_every_field():
    assert set(msgspec.structs.asdict(cache.Contents())) == {
        "labels", "values", "train", "class_names", "notes", "skipped",
    }  # fmt: skip
