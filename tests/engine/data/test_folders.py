"""Folders of class folders, however odd: what is in them is found, and what cannot be read is named."""

from __future__ import annotations

import os
import random

import numpy as np
import pytest
import torch
from PIL import Image

from engine.data import load_data, load_test_data
from engine.data import walk as walk_module
from engine.data.fit import fit_picture
from engine.errors import BadFile, SpecError


def of_class(data, name, part="train"):
    x, y = (data.x_train, data.y_train) if part == "train" else (data.x_test, data.y_test)
    return x[y == data.class_names.index(name)]


def test_each_folder_is_a_class(draw, tmp_path):
    for index in range(10):
        draw(f"cats/{index}.png", 200)
        draw(f"Dogs/more/{index}.jpg", 50)
    data = load_data(tmp_path)
    assert data.class_names == ("cats", "Dogs")
    assert data.input_shape == (1, 12, 10)
    assert (len(data.y_train), len(data.y_test)) == (16, 4)
    assert of_class(data, "cats").float().mean() > 190
    assert of_class(data, "Dogs", "test").float().mean() < 70
    assert data.notes == ("20% of each class are set aside for testing: 4 pictures.",)


def test_pixels_are_those_of_the_files(draw, tmp_path):
    paths = {name: [draw(f"{name}/{index}.png", 10 * index, colour=True) for index in range(3)] for name in "ab"}
    data = load_data(tmp_path)
    for name, files in paths.items():
        wanted = {np.asarray(Image.open(file)).transpose(2, 0, 1).tobytes() for file in files}
        found = {x.numpy().tobytes() for part in ("train", "test") for x in of_class(data, name, part)}
        assert found == wanted


@pytest.mark.parametrize(("first", "second"), [("train", "test"), ("Train", "val"), ("training", "validation")])
def test_train_and_test_folders_are_kept_apart(draw, tmp_path, first, second):
    for index in range(4):
        draw(f"{first}/x/{index}.png", 10)
        draw(f"{first}/y/{index}.png", 20)
        draw(f"{second}/y/{index}.png", 200)
        draw(f"{second}/a/{index}.png", 240)
    data = load_data(tmp_path)
    assert data.class_names == ("a", "x", "y")
    assert (len(data.y_train), len(data.y_test)) == (8, 8)
    assert of_class(data, "x").max() < of_class(data, "y").min() < 30
    assert 200 <= of_class(data, "y", "test").min() <= of_class(data, "y", "test").max() < 240
    assert of_class(data, "a", "test").min() >= 240


def test_classes_may_be_called_train_and_test(draw, tmp_path):
    draw("train/1.png"), draw("train/2.png"), draw("test/1.png"), draw("test/2.png")
    assert load_data(tmp_path).class_names == ("test", "train")


def test_the_split_follows_from_the_seed_and_every_class_has_its_share(draw, tmp_path):
    for index in range(15):
        draw(f"a/{index}.png", 3 * index)
        draw(f"b/{index}.png", 100 + 3 * index)
    splits = [load_data(tmp_path, seed=seed) for seed in (0, 0, 1)]
    assert torch.equal(splits[0].x_test, splits[1].x_test)
    assert not torch.equal(splits[0].x_test, splits[2].x_test)
    for data in splits:
        assert torch.bincount(data.y_test).tolist() == [3, 3]
        both = torch.cat([data.x_train, data.x_test]).flatten(1)
        assert len(torch.unique(both, dim=0)) == 30


def test_sizes_and_colours_are_brought_together_and_told(draw, tmp_path):
    draw("a/1.png", size=(40, 20)), draw("a/2.png", size=(1, 1)), draw("b/1.png", size=(20, 40), colour=True)
    draw("b/2.png", size=(400, 3))
    data = load_data(tmp_path)
    assert data.input_shape == (3, 40, 20)
    assert data.notes[0] == "Pictures of 4 sizes become 40×20, as the first one: their middle part, resized."
    grey = load_data(tmp_path, input_shape=(1, 8, 8))
    assert grey.input_shape == (1, 8, 8)
    assert grey.notes[0] == "Colours become grey."
    assert grey.notes[1] == "Pictures of 4 sizes become 8×8: their middle part, resized."


def test_large_pictures_are_made_smaller_where_no_size_is_asked_for(draw, tmp_path):
    for name in ("a/1.png", "a/2.png", "b/1.png", "b/2.png"):
        draw(name, size=(256, 512))
    data = load_data(tmp_path)
    assert data.input_shape == (1, 64, 128)
    assert data.notes[0].startswith("All pictures become 64×128")


def bad_files(folder, outside):
    """Nine kinds of what is no good picture; {path inside: a word of the reason}."""
    good = (folder / "a" / "0.png").read_bytes()
    (folder / "a" / "empty.png").write_bytes(b"")
    (folder / "a" / "cut.png").write_bytes(good[: len(good) // 2])
    (folder / "a" / "text.jpg").write_text("no picture")
    (folder / "b" / "notes.txt").write_text("notes")
    os.mkfifo(folder / "b" / "pipe.png")
    (folder / "b" / "nowhere.png").symlink_to(folder / "gone.png")
    (folder / "b" / "out.png").symlink_to(outside)
    (folder / "b" / "zero.png").symlink_to("/dev/zero")
    (folder / "b" / "loop").symlink_to(folder)
    (folder / "loose.png").write_bytes(good)
    return {
        "a/empty.png": "empty",
        "a/cut.png": "damaged",
        "a/text.jpg": "no picture",
        "b/notes.txt": "ending",
        "b/pipe.png": "ordinary",
        "b/nowhere.png": "nowhere",
        "b/out.png": "out of the folder",
        "b/zero.png": "out of the folder",
        "b/loop": "link to a folder",
        "loose.png": "no class folder",
    }


def test_every_bad_file_is_named_with_its_reason_and_the_good_ones_are_used(draw, tmp_path):
    """R24: links round in circles, pipes that would wait for ever, and pictures cut short among good ones."""
    outside = draw("outside.png")
    for index in range(6):
        draw(f"set/a/{index}.png", 10)
        draw(f"set/b/{index}.png", 200)
    for hidden in ("set/a/.hidden.png", "set/a/._0.png", "set/.trash/x.png"):
        draw(hidden, 77)
    (tmp_path / "set" / "a" / "Thumbs.db").write_bytes(b"x")
    (tmp_path / "set" / "a" / "inside.png").symlink_to(tmp_path / "set" / "a" / "0.png")
    expected = bad_files(tmp_path / "set", outside)
    data = load_data(tmp_path / "set")
    assert {skipped.path: True for skipped in data.skipped} == dict.fromkeys(expected, True)
    for skipped in data.skipped:
        assert expected[skipped.path] in skipped.reason
    assert len(data.y_train) + len(data.y_test) == 13
    assert "10 files are left out: " in data.notes[-2]
    assert "and 7 more" in data.notes[-2]


def test_many_files_with_a_few_bad_ones(draw, tmp_path):
    """R24 in small: each bad one of several hundred is named."""
    template = {name: draw(f"{name}/0.png", level).read_bytes() for name, level in (("a", 10), ("b", 200))}
    chance, bad = random.Random(0), set()
    for index in range(1, 300):
        name = "ab"[index % 2]
        content = template[name]
        if chance.random() < 0.1:
            content = content[: chance.randrange(len(content) - 40)]
            bad.add(f"{name}/{index}.png")
        (tmp_path / name / f"{index}.png").write_bytes(content)
    data = load_data(tmp_path)
    assert {skipped.path for skipped in data.skipped} == bad
    assert len(data.y_train) + len(data.y_test) == 301 - len(bad)


def test_files_that_vanish_meanwhile_are_left_out(draw, tmp_path):
    for index in range(4):
        draw(f"a/{index}.png"), draw(f"b/{index}.png")

    def vanish(done, total):
        if done == 1:
            (tmp_path / "b" / "3.png").unlink()

    data = load_data(tmp_path, progress=vanish)
    assert [(skipped.path, "exist" in skipped.reason) for skipped in data.skipped] == [("b/3.png", True)]


def test_progress_is_told_and_may_end_it(draw, tmp_path):
    for index in range(3):
        draw(f"a/{index}.png"), draw(f"b/{index}.png")
    told = []
    load_data(tmp_path, progress=lambda done, total: told.append((done, total)))
    assert told == [(done, 6) for done in range(1, 7)]

    def stop(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load_data(tmp_path, progress=stop)


def test_a_picture_s_loss_does_not_lose_its_class(draw, tmp_path):
    for index in range(3):
        draw(f"a/{index}.png"), draw(f"c/{index}.png")
    (tmp_path / "b").mkdir()
    data = load_data(tmp_path)
    assert data.class_names == ("a", "c")
    assert "Classes without a picture are left out: b." in data.notes


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ([], "no class folders"),
        (["1.png", "2.png"], "pictures but no class folders"),
        (["a/1.txt", "b/2.txt"], "holds no pictures"),
        (["a/1.png", "a/2.png"], "one class only, 'a'"),
        (["train/a/1.png", "test/a/1.png"], "one class only, 'a'"),
    ],
)
def test_what_is_no_data_set_is_told_in_one_sentence(draw, tmp_path, files, words):
    (tmp_path / "set").mkdir()
    for name in files:
        draw(f"set/{name}") if name.endswith(".png") else write(tmp_path / "set" / name)
    with pytest.raises(BadFile, match=words) as told:
        load_data(tmp_path / "set")
    assert str(told.value).count("\n") == 0


def write(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("x")


def test_nothing_but_bad_pictures_is_told(draw, tmp_path):
    for name in ("a/1.png", "b/1.png"):
        draw(name).write_bytes(b"none")
    with pytest.raises(BadFile, match=r"No picture of the folder .* can be read: a/1\.png"):
        load_data(tmp_path)


def test_limits_are_told(draw, tmp_path, monkeypatch):
    deep = "/".join("d" * 1 for _ in range(walk_module.MAX_DEPTH + 1))
    draw("a/1.png"), draw("a/2.png"), draw("b/1.png"), draw("b/2.png"), draw(f"a/{deep}/3.png")
    assert "folders deep" in load_data(tmp_path).skipped[0].reason
    monkeypatch.setattr(walk_module, "MAX_FILES", 4)
    with pytest.raises(BadFile, match="more than 4 files"):
        load_data(tmp_path)


def test_an_input_that_is_no_picture_is_told(draw, tmp_path):
    draw("a/1.png"), draw("b/1.png")
    with pytest.raises(SpecError, match="1 or 3 channels"):
        load_data(tmp_path, input_shape=(5, 8, 8))


def test_names_of_any_bytes_can_be_told(draw, tmp_path):
    draw("a/1.png"), draw("a/2.png"), draw("b/1.png"), draw("b/2.png")
    with open(os.fsencode(tmp_path) + b"/a/\xff\xfe.png", "wb") as handle:
        handle.write(b"none")
    data = load_data(tmp_path)
    assert data.skipped[0].path == "a/\\xff\\xfe.png"
    assert data.notes[0].isprintable()


def test_pictures_to_be_tested_on_need_no_others(draw, tmp_path):
    for index in range(3):
        draw(f"flat/dog/{index}.png", 10)
        draw(f"flat/cat/{index}.png", 200)
        draw(f"parted/test/dog/{index}.png", 10)
    known = ("ant", "cat", "dog")
    flat = load_test_data(tmp_path / "flat", (1, 8, 8), known)
    assert torch.bincount(flat.y_test).tolist() == [0, 3, 3]
    assert flat.x_test[flat.y_test == 2].max() < 30
    assert len(flat.y_train) == 0
    assert load_test_data(tmp_path / "parted", (1, 8, 8), known).y_test.tolist() == [2, 2, 2]
    with pytest.raises(BadFile, match="'cat', which the network has not learned; it knows dog"):
        load_test_data(tmp_path / "flat", (1, 8, 8), ("dog", "horse"))


@pytest.mark.parametrize("size", [(5, 9), (40, 7), (28, 28), (1, 1), (3, 300)])
@pytest.mark.parametrize("wanted", [(1, 28, 28), (3, 4, 11), (3, 1, 1)])
def test_a_fitted_picture_is_the_mean_of_what_it_stands_for(size, wanted):
    """A flat picture stays flat, and a whole one keeps its mean where it is made smaller by whole factors."""
    flat = np.full((*size, 3), (200, 100, 50), np.uint8)
    made = fit_picture(flat, wanted)
    assert made.shape == wanted
    grey = round(0.299 * 200 + 0.587 * 100 + 0.114 * 50)
    levels = [grey] if wanted[0] == 1 else [200, 100, 50]
    assert all((plane == level).all() for plane, level in zip(made, levels, strict=True))


def test_a_fitted_picture_averages():
    blocks = np.random.default_rng(0).integers(0, 256, (6, 9, 3), dtype=np.uint8)
    made = fit_picture(blocks, (3, 2, 3))
    means = blocks.reshape(2, 3, 3, 3, 3).mean(axis=(1, 3)).transpose(2, 0, 1)
    assert np.abs(made - means).max() <= 1
