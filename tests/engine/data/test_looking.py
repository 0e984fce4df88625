"""A look at a set, sets of one's own that are recorded, and maps in the place of pictures."""

from __future__ import annotations

import json
import os

import numpy as np
import pytest
import torch
from PIL import Image
from scipy import ndimage
from tqdm import tqdm

from engine.cli import main
from engine.data import load_data, load_recipe, look, pictures, recipe_of
from engine.data.bank import maps_of
from engine.data.dataset import DataSet
from engine.data.recorder import Recorder
from engine.errors import BadFile, EngineError, SpecError
from engine.kernels import kernel
from engine.spec.data import DataSpec
from engine.spec.filter import KernelSpec

RNG = np.random.default_rng(0)


def a_set(train=30, test=10, channels=1):
    def part(count):
        x = torch.from_numpy(RNG.integers(0, 256, (count, channels, 6, 5), dtype=np.uint8))
        return x, torch.arange(count) % 3

    return DataSet("mine", *part(train), *part(test), ("a", "b", "c"))


def test_a_look_counts_and_averages():
    data = a_set()
    seen = look(data, samples=4)
    assert seen.train_counts.tolist() == [10, 10, 10]
    assert seen.test_counts.tolist() == [4, 3, 3]
    both, labels = torch.cat([data.x_train, data.x_test]).numpy(), torch.cat([data.y_train, data.y_test]).numpy()
    np.testing.assert_allclose(seen.mean, both.mean(0), rtol=1e-6)
    for label in range(3):
        np.testing.assert_allclose(seen.class_means[label], both[labels == label].mean(0), rtol=1e-6)
    assert seen.sample_labels.tolist() == [0] * 4 + [1] * 4 + [2] * 4
    np.testing.assert_array_equal(seen.samples[:4], data.x_train[::3][:4].numpy())


def test_what_is_there_twice_is_found():
    data = a_set()
    data.x_test[3] = data.x_train[7]  # of classes 0 and 1
    data.x_test[4] = data.x_train[1]
    data.x_train[9] = data.x_train[2]  # of classes 0 and 2
    seen = look(data)
    assert seen.duplicates.tolist() == [[7, 3], [1, 4]]
    assert (seen.repeated, seen.contradicting) == (1, 2)


def test_a_look_at_series_and_numbers():
    x = torch.from_numpy(RNG.normal(size=(20, 2, 9)).astype(np.float32))
    y = torch.arange(40, dtype=torch.float32).reshape(20, 2)
    seen = look(DataSet("mine", x[:15], y[:15], x[15:], y[15:], ("one", "two")))
    np.testing.assert_allclose(seen.mean, x.mean(0), rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(seen.target_ranges, [[0, 19, 38], [1, 20, 39]])
    assert seen.samples.shape == (10, 2, 9)


def test_the_command_line_looks(draw, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(tqdm, "monitor_interval", 0)  # a thread of tqdm's that stays
    for index in range(5):
        draw(f"set/a/{index}.png", 9 * index), draw(f"set/b/{index}.png", 100 + 9 * index)
    (tmp_path / "set" / "a" / "bad.png").write_bytes(b"x")
    assert main(["datasets", "--look", str(tmp_path / "set")]) == 0
    text = capsys.readouterr().out
    assert "4 and 1" in text
    assert "left out: a/bad.png" in text
    monkeypatch.setattr(pictures, "STREAM_FROM", 0)
    assert main(["datasets", "--look", str(tmp_path / "set"), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["train_counts"], told["test_counts"], told["streamed"]) == ([4, 4], [1, 1], True)
    assert told["skipped"][0]["path"] == "a/bad.png"
    assert told["cache"]["bytes"] > 0
    assert main(["datasets", "--look", str(tmp_path / "none")]) == 2
    assert main(["datasets", "--download", "none"]) == 2
    assert main(["datasets", "--download", "mnist", "--look", "mnist"]) == 2


def frames(count, size=(9, 12)):
    return RNG.integers(0, 256, (count, *size, 3), dtype=np.uint8)


def test_what_is_recorded_opens_as_a_folder_of_class_folders(tmp_path):
    recorder = Recorder(tmp_path / "hands")
    taken = {name: frames(4) for name in ("open", "faust ✊")}
    for name, some in taken.items():
        for frame in some:
            recorder.add(name, frame)
    assert recorder.counts == {"faust ✊": 4, "open": 4}
    data = load_data(tmp_path / "hands")
    assert data.class_names == ("faust ✊", "open")
    assert not data.skipped
    for name, some in taken.items():
        files = sorted((tmp_path / "hands" / name).iterdir())
        assert [file.name for file in files] == [f"{number:05}.png" for number in range(1, 5)]
        for file, frame in zip(files, some, strict=True):
            with Image.open(file) as picture:
                np.testing.assert_array_equal(np.asarray(picture), frame)


def test_recording_goes_on_where_it_was_and_the_last_can_be_taken_back(tmp_path):
    first = Recorder(tmp_path)
    first.add("a", frames(1)[0]), first.add("a", frames(1)[0])
    (tmp_path / "a" / "note.txt").write_text("x")
    (tmp_path / "a" / "00001.png").unlink()
    recorder = Recorder(tmp_path, size=(4, 4))
    assert recorder.undo() is None  # only what was recorded here
    assert recorder.add("a", frames(1)[0]).name == "00003.png"
    grey = recorder.add("b", frames(1)[0][..., 0])
    with Image.open(grey) as picture:
        assert (picture.size, picture.mode) == ((4, 4), "L")
    assert recorder.undo() == grey
    assert not (tmp_path / "b").exists()
    assert recorder.undo().name == "00003.png"
    assert recorder.undo() is None
    assert recorder.counts == {"a": 1}


def test_recording_is_capped_and_refuses_what_cannot_be(tmp_path):
    recorder = Recorder(tmp_path / "set", most=2)
    for name in ("", ".", "..", "a/b", "a\\b", ".hidden", "nul", "x" * 200, "a\0b", " a", "a.", "a\n"):
        with pytest.raises(SpecError, match="cannot be the name of a class"):
            recorder.add(name, frames(1)[0])
    for frame in (frames(1)[0].astype(np.float32), np.zeros((3, 3, 4), np.uint8), np.zeros((0, 3), np.uint8)):
        with pytest.raises(SpecError, match="frame"):
            recorder.add("a", frame)
    assert not list((tmp_path / "set").iterdir())
    recorder.add("a", frames(1)[0]), recorder.add("b", frames(1)[0])
    with pytest.raises(SpecError, match="as many as may be"):
        recorder.add("a", frames(1)[0])
    assert sum(len(files) for _, _, files in os.walk(tmp_path)) == 2
    (tmp_path / "file").write_text("x")
    with pytest.raises(BadFile, match="cannot be made"):
        Recorder(tmp_path / "file")


SIZES = [(1, 1), (3, 3), (2, 4), (5, 2)]


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("channels", [1, 3])
def test_maps_are_scipy_s(size, channels):
    weights = RNG.normal(size=size)
    spec = KernelSpec(name="mine", weights=(tuple(map(tuple, weights.tolist())),))
    x = RNG.integers(0, 256, (3, channels, 8, 7), dtype=np.uint8)
    grey = np.tensordot(np.array([0.299, 0.587, 0.114]), x, (0, 1)) if channels == 3 else x[:, 0].astype(float)
    # scipy's middle of an even kernel lies one further than ours
    origin = [-(1 - side % 2) for side in size]
    found = np.stack([ndimage.correlate(each, weights, mode="nearest", origin=origin) for each in grey])
    negative, positive = -weights.clip(max=0).sum(), weights.clip(min=0).sum()
    wanted = found / positive if not negative else 128 + found / 255 * 127 / max(positive, negative)
    made = maps_of(torch.from_numpy(x), (spec,))[:, 0].numpy()
    assert np.abs(made - wanted.round().clip(0, 255)).max() <= 1


def test_a_description_loads_what_it_says(tmp_path):
    spec = DataSpec(
        source="emoji-10", input_shape=(3, 16, 16), bank=(kernel("sobel-vertical").spec(), kernel("vertical").spec())
    )
    data = load_recipe(recipe_of(spec))
    assert data.input_shape == (2, 16, 16)
    assert "become 16×16" in data.notes[0]
    assert "maps through sobel-vertical, vertical" in data.notes[1]
    assert torch.equal(load_recipe(data.recipe).x_test, data.x_test)
    np.savez(tmp_path / "a.npz", x_train=np.zeros((40, 3, 3), np.uint8), y_train=np.arange(40) % 2)
    half = load_recipe(recipe_of(DataSpec(source=str(tmp_path / "a.npz"), test_share=0.5)))
    assert (len(half.y_train), len(half.y_test)) == (20, 20)
    assert half.notes[0].startswith("50%")


@pytest.mark.parametrize(
    "wrong", [{"input_shape": (0, 3, 3)}, {"input_shape": (3,)}, {"test_share": 1.5}, {"seed": -1}], ids=str
)
def test_a_description_that_cannot_be_is_refused(wrong):
    with pytest.raises(EngineError):
        DataSpec(**wrong)
