"""Data sets in files: those that ship, .npz and IDX, whole and damaged."""

from __future__ import annotations

import gzip
import io
import struct
import zipfile

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.data import dataset_names, load_data, load_test_data
from engine.data.dataset import DataSet
from engine.data.shipped import SHIPPED
from engine.errors import BadFile, SpecError

RNG = np.random.default_rng(0)


def arrays(train=12, test=4, size=(5, 6), classes=3):
    found = {}
    for part, count in (("train", train), ("test", test)):
        found[f"x_{part}"] = RNG.integers(0, 256, (count, *size), dtype=np.uint8)
        found[f"y_{part}"] = np.arange(count, dtype=np.uint8) % classes
    return found


@pytest.mark.parametrize("entry", SHIPPED, ids=lambda entry: entry.name)
def test_shipped_sets_are_what_their_list_says(entry):
    data = load_data(entry.name)
    assert (data.input_shape, len(data.class_names)) == (entry.input_shape, entry.classes)
    assert (len(data.y_train), len(data.y_test)) == (entry.train, entry.test)
    assert data.recipe.source == data.name == entry.name
    for labels, count in ((data.y_train, entry.train), (data.y_test, entry.test)):
        assert torch.bincount(labels).tolist() == [count // entry.classes] * entry.classes
    assert data.x_train.dtype == torch.uint8
    assert data.x_train.is_contiguous()


def test_names_are_those_of_the_contract():
    assert dataset_names() == ("mnist", "fashion-mnist", "emoji-10")


def test_a_name_that_is_none_is_told_with_those_there_are():
    with pytest.raises(BadFile, match=r"'minst'; mnist, fashion-mnist, emoji-10 ship"):
        load_data("minst")


def test_a_fingerprint_tells_every_bit():
    data = load_data("mnist")
    first = data.fingerprint()
    assert first == load_data("mnist").fingerprint()
    data.x_test[1999, 0, 27, 27] ^= 1
    assert data.fingerprint() != first


@pytest.mark.parametrize("size", [(5, 6), (5, 6, 1), (5, 6, 3)])
def test_an_npz_file_is_read_as_it_is(tmp_path, size):
    given_arrays = arrays(size=size)
    np.savez_compressed(tmp_path / "mine.npz", **given_arrays, class_names=np.array(["x", "y", "z"]))
    data = load_data(tmp_path / "mine.npz")
    channels = size[2] if len(size) == 3 else 1
    assert data.input_shape == (channels, 5, 6)
    wanted = given_arrays["x_test"].reshape(4, 5, 6, channels).transpose(0, 3, 1, 2)
    np.testing.assert_array_equal(data.x_test.numpy(), wanted)
    assert data.y_train.tolist() == given_arrays["y_train"].tolist()
    assert data.class_names == ("x", "y", "z")
    assert data.recipe.source == str(tmp_path / "mine.npz")


def test_an_npz_file_without_a_test_part_is_divided(tmp_path):
    whole = arrays(train=30)
    np.savez(tmp_path / "mine.npz", x_train=whole["x_train"], y_train=whole["y_train"][:, None])
    data = load_data(tmp_path / "mine.npz")
    assert (len(data.y_train), len(data.y_test)) == (24, 6)
    assert data.class_names == ("0", "1", "2")
    assert "set aside" in data.notes[0]
    tested = load_test_data(tmp_path / "mine.npz", (1, 5, 6), ("a", "b", "c", "d"))
    assert len(tested.y_test) == 30
    assert tested.class_names == ("a", "b", "c", "d")


BAD_ARRAYS = {
    "nothing wanted": ({"a": np.zeros(3)}, "holds no data set"),
    "half a part": ({"x_train": np.zeros((2, 3, 3), np.uint8)}, "without its other half"),
    "floats": ({"x_train": np.zeros((2, 3, 3)), "y_train": np.zeros(2, int)}, "float64"),
    "flat": ({"x_train": np.zeros((2, 9), np.uint8), "y_train": np.zeros(2, int)}, "uint8"),
    "five channels": ({"x_train": np.zeros((2, 3, 3, 5), np.uint8), "y_train": np.zeros(2, int)}, "uint8"),
    "too few labels": ({"x_train": np.zeros((2, 3, 3), np.uint8), "y_train": np.zeros(1, int)}, "one whole number"),
    "labels that are no numbers": (
        {"x_train": np.zeros((2, 3, 3), np.uint8), "y_train": np.array([np.nan, 0])},
        "one whole number",
    ),
    "texts": ({"x_train": np.zeros((2, 3, 3), np.uint8), "y_train": np.array(["a", "b"])}, "one whole number"),
    "negative labels": ({"x_train": np.zeros((2, 3, 3), np.uint8), "y_train": np.array([0, -1])}, "from -1 to 0"),
    "huge labels": ({"x_train": np.zeros((2, 3, 3), np.uint8), "y_train": np.array([0, 10**9])}, "numbers from 0"),
    "one class": ({"x_train": np.zeros((2, 3, 3), np.uint8), "y_train": np.zeros(2, int)}, "one class only"),
    "no pictures": ({"x_train": np.zeros((0, 3, 3), np.uint8), "y_train": np.zeros(0, int)}, "no pictures"),
    "too few names": ({**arrays(), "class_names": np.array(["a", "b"])}, "names 2 classes"),
    "names twice": ({**arrays(), "class_names": np.array(["a", "b", "a"])}, "different texts"),
    "objects": ({**arrays(), "class_names": np.array(["a", None, 3], dtype=object)}, "plain numbers"),
    "pickled pictures": ({"x_train": np.array([{}], dtype=object), "y_train": np.zeros(1, int)}, "plain numbers"),
}


@pytest.mark.parametrize(("given_arrays", "words"), BAD_ARRAYS.values(), ids=BAD_ARRAYS)
def test_what_is_wrong_with_an_npz_file_is_told_in_one_sentence(tmp_path, given_arrays, words):
    np.savez(tmp_path / "bad.npz", **given_arrays)
    with pytest.raises(BadFile, match=words) as told:
        load_data(tmp_path / "bad.npz")
    assert "bad.npz" in str(told.value)
    assert str(told.value).count("\n") == 0


def test_parts_of_different_sizes_are_told(tmp_path):
    whole = arrays()
    whole["x_test"] = np.zeros((4, 9, 9), np.uint8)
    np.savez(tmp_path / "bad.npz", **whole)
    with pytest.raises(SpecError, match=r"1×5×6 and 1×9×9"):
        load_data(tmp_path / "bad.npz")


def test_a_file_that_unpacks_to_too_much_is_refused_before_it_is(tmp_path, monkeypatch):
    np.savez_compressed(
        tmp_path / "bomb.npz", x_train=np.zeros((1000, 100, 100), np.uint8), y_train=np.zeros(1000, int)
    )
    assert (tmp_path / "bomb.npz").stat().st_size < 100_000
    monkeypatch.setattr("engine.data.npz.MOST_BYTES", 10**6)
    with pytest.raises(BadFile, match="unpacks to more than"):
        load_data(tmp_path / "bomb.npz")


def test_a_header_that_asks_for_too_much_memory_is_told(tmp_path):
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "|u1", "fortran_order": False, "shape": (2**50, 3, 3)})
    with zipfile.ZipFile(tmp_path / "bad.npz", "w") as archive:
        archive.writestr("x_train.npy", header.getvalue())
        archive.writestr("y_train.npy", header.getvalue())
    with pytest.raises(BadFile, match=r"bad\.npz"):
        load_data(tmp_path / "bad.npz")


@pytest.fixture(scope="module")
def npz_content():
    whole = io.BytesIO()
    np.savez_compressed(whole, **arrays())
    return whole.getvalue()


@given(st.data())
def test_a_damaged_npz_file_is_read_or_told(npz_content, tmp_path_factory, data):
    content = bytearray(npz_content)
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(content)))
        content[start : data.draw(st.integers(start, start + 30))] = data.draw(st.binary(max_size=30))
    path = tmp_path_factory.mktemp("npz") / "any.npz"
    path.write_bytes(content)
    try:
        assert isinstance(load_data(path), DataSet)
    except (BadFile, SpecError) as error:
        assert str(error).count("\n") == 0  # noqa: PT017 - either is good


def idx(values: np.ndarray) -> bytes:
    return struct.pack(f">HBB{values.ndim}I", 0, 8, values.ndim, *values.shape) + values.astype(np.uint8).tobytes()


def write_idx(folder, part, x, y, packed=False, form="{}-{}-idx{}-ubyte"):
    for what, values, rank in (("images", x, 3), ("labels", y, 1)):
        name, content = form.format(part, what, rank), idx(values)
        (folder / (name + ".gz" * packed)).write_bytes(gzip.compress(content) if packed else content)


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("form", ["{}-{}-idx{}-ubyte", "{}-{}.idx{}-ubyte", "emnist-letters-{}-{}-idx{}-ubyte"])
def test_idx_files_are_read_packed_or_not(tmp_path, packed, form):
    whole = arrays()
    write_idx(tmp_path, "train", whole["x_train"], whole["y_train"], packed, form)
    write_idx(tmp_path, "t10k", whole["x_test"], whole["y_test"], packed, form)
    data = load_data(tmp_path)
    np.testing.assert_array_equal(data.x_train[:, 0].numpy(), whole["x_train"])
    np.testing.assert_array_equal(data.x_test[:, 0].numpy(), whole["x_test"])
    assert data.y_test.tolist() == whole["y_test"].tolist()
    assert data.class_names == ("0", "1", "2")


def test_idx_files_of_one_part_are_enough(tmp_path):
    whole = arrays(train=30)
    for part in ("train", "t10k"):
        (tmp_path / part).mkdir()
        write_idx(tmp_path / part, part, whole["x_train"], whole["y_train"])
    assert len(load_data(tmp_path / "train").y_test) == 6
    only_test = load_data(tmp_path / "t10k")
    assert (len(only_test.y_train), len(only_test.y_test)) == (0, 30)
    assert len(load_test_data(tmp_path / "t10k", (1, 5, 6), tuple("0123456789")).y_test) == 30


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda content: content[:-1], "more or fewer"),
        (lambda content: content + b"\0", "more or fewer"),
        (lambda content: content[:7], "no IDX file"),
        (lambda content: b"\0\0\x0d" + content[3:], "no IDX file"),
        (lambda content: content[:4] + struct.pack(">I", 2**31) + content[8:], "GiB of memory"),
        (lambda content: b"", "no IDX file"),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_a_damaged_idx_file_is_told(tmp_path, spoil, words, packed):
    whole = arrays(size=(28, 28))
    write_idx(tmp_path, "train", whole["x_train"], whole["y_train"], packed)
    path = next(tmp_path.glob("*images*"))
    content = spoil(idx(whole["x_train"]))
    path.write_bytes(gzip.compress(content) if packed else content)
    with pytest.raises(BadFile, match=words) as told:
        load_data(tmp_path)
    assert path.name in str(told.value)


def test_a_damaged_gzip_and_missing_halves_are_told(tmp_path):
    whole = arrays()
    write_idx(tmp_path, "train", whole["x_train"], whole["y_train"], packed=True)
    images = tmp_path / "train-images-idx3-ubyte.gz"
    content = images.read_bytes()
    for spoiled in (content[: len(content) // 2], b"no gzip at all", content[:40] + bytes(8) + content[48:]):
        images.write_bytes(spoiled)
        with pytest.raises(BadFile, match=r"train-images.*damaged|more or fewer"):
            load_data(tmp_path)
    images.unlink()
    with pytest.raises(BadFile, match="without its images"):
        load_data(tmp_path)


def test_pictures_and_labels_of_different_numbers_are_told(tmp_path):
    whole = arrays()
    write_idx(tmp_path, "train", whole["x_train"], whole["y_test"])
    with pytest.raises(BadFile, match=r"12 pictures and .* 4 labels"):
        load_data(tmp_path)


def test_what_is_no_data_set_at_all_is_told(tmp_path):
    (tmp_path / "a.txt").write_text("x")
    with pytest.raises(BadFile, match="is no data set"):
        load_data(tmp_path / "a.txt")
    for odd in ("", "a\0b", "x" * 5000):
        with pytest.raises(BadFile):
            load_data(odd)


def test_a_set_made_by_hand_is_checked():
    good = {"x": torch.zeros((2, 1, 3, 3), dtype=torch.uint8), "y": torch.tensor([0, 1])}

    def made(x=good["x"], y=good["y"]):
        return DataSet("mine", x, y, good["x"], good["y"], ("a", "b"))

    assert made().input_shape == (1, 3, 3)
    with pytest.raises(SpecError, match="uint8"):
        made(x=good["x"].float())
    with pytest.raises(SpecError, match="one int64 a picture"):
        made(y=good["y"][:1])
    with pytest.raises(SpecError, match="from 0 to 2"):
        made(y=torch.tensor([0, 2]))
