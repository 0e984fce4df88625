"""CIFAR in every form that its makers pass on, and pickles that would do harm."""

from __future__ import annotations

import io
import os
import pickle  # noqa: TID251  what the guard is tried with
import random
import tarfile
from pathlib import Path

import numpy as np
import pytest

from engine.data import load_data
from engine.data.unpickle import read_pickled
from engine.errors import BadFile

RNG = np.random.default_rng(0)
NAMES = [f"thing {index}" for index in range(10)]


def batch(count=20, classes=10):
    return RNG.integers(0, 256, (count, 3072), dtype=np.uint8), [index % classes for index in range(count)]


def binary(x, *labels):
    return np.column_stack([*(np.array(each, np.uint8)[:, None] for each in labels), x]).tobytes()


def pickled(x, y, protocol=2, key="labels"):
    held = {b"data": x, key.encode(): y, b"batch_label": b"one of many", b"filenames": [b"a.png"] * len(y)}
    return pickle.dumps(held, protocol)


def check(data, parts):
    for x, y, (given_x, given_y) in ((data.x_train, data.y_train, parts[0]), (data.x_test, data.y_test, parts[1])):
        np.testing.assert_array_equal(x.numpy().reshape(len(x), -1), given_x)
        assert y.tolist() == list(given_y)
    assert data.input_shape == (3, 32, 32)


@pytest.mark.parametrize("inside", [False, True])
def test_cifar_10_as_binary_files(tmp_path, inside):
    folder = tmp_path / "cifar-10-batches-bin" if inside else tmp_path
    folder.mkdir(exist_ok=True)
    parts = [batch() for _ in range(3)]
    for name, (x, y) in zip(("data_batch_1", "data_batch_2", "test_batch"), parts, strict=True):
        (folder / f"{name}.bin").write_bytes(binary(x, y))
    (folder / "batches.meta.txt").write_text("\n".join(NAMES) + "\n\n")
    data = load_data(tmp_path)
    check(data, [(np.concatenate([parts[0][0], parts[1][0]]), parts[0][1] + parts[1][1]), parts[2]])
    assert data.class_names == tuple(NAMES)
    # red comes first: the first 1,024 bytes of a record
    assert data.x_test[3, 0].flatten().tolist() == parts[2][0][3, :1024].tolist()


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_cifar_10_as_python_s_batches(tmp_path, protocol):
    parts = [batch(), batch(12)]
    (tmp_path / "data_batch_1").write_bytes(pickled(*parts[0], protocol))
    (tmp_path / "test_batch").write_bytes(pickled(*parts[1], protocol))
    meta = {b"label_names": [name.encode() for name in NAMES], b"num_vis": 3072}
    (tmp_path / "batches.meta").write_bytes(pickle.dumps(meta, protocol))
    data = load_data(tmp_path)
    check(data, parts)
    assert data.class_names == tuple(NAMES)


def python_2_batch():
    """What Python 2 and its numpy wrote, byte by byte: texts as strings, the array as numpy.core's."""
    text = lambda value: b"U" + bytes([len(value)]) + value  # noqa: E731
    cells = bytes(range(256)) * 12
    array = (
        b"cnumpy.core.multiarray\n_reconstruct\nq\x02cnumpy\nndarray\nq\x03K\x00\x85q\x04" + text(b"b") + b"\x87Rq\x05"
        b"(K\x01K\x01M\x00\x0c\x86cnumpy\ndtype\nq\x06" + text(b"u1") + b"K\x00K\x01\x87Rq\x07(K\x03" + text(b"|")
        + b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89T" + len(cells).to_bytes(4, "little") + cells + b"tb"
    )  # fmt: skip
    return b"\x80\x02}q\x01(" + text(b"data") + array + text(b"labels") + b"]K\x07au.", cells


def test_batches_of_python_2_are_read():
    content, cells = python_2_batch()
    assert pickle.loads(content, encoding="bytes")[b"labels"] == [7]
    held = read_pickled("data_batch_1", content)
    assert held[b"labels"] == [7]
    assert held[b"data"].shape == (1, 3072)
    assert held[b"data"].tobytes() == cells


def test_cifar_100_has_its_fine_labels(tmp_path):
    parts = [batch(200, 100), batch(100, 100)]
    coarse = [[label // 5 for label in y] for _, y in parts]
    for name, (x, y), rough in zip(("train", "test"), parts, coarse, strict=True):
        (tmp_path / f"{name}.bin").write_bytes(binary(x, rough, y))
    data = load_data(tmp_path)
    check(data, parts)
    assert len(data.class_names) == 100
    there = tmp_path / "python"
    there.mkdir()
    for name, (x, y) in zip(("train", "test"), parts, strict=True):
        (there / name).write_bytes(pickled(x, y, key="fine_labels"))
    (there / "meta").write_bytes(pickle.dumps({b"fine_label_names": [f"n{i}".encode() for i in range(100)]}, 2))
    data = load_data(there)
    check(data, parts)
    assert data.class_names[99] == "n99"


@pytest.mark.parametrize("direct", [True, False])
def test_the_archive_is_read_where_it_is_and_nothing_is_unpacked(tmp_path, direct):
    parts = [batch(), batch()]
    path = tmp_path / "cifar-10-binary.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for name, content in (("data_batch_1.bin", binary(*parts[0])), ("test_batch.bin", binary(*parts[1]))):
            entry = tarfile.TarInfo(f"../../evil/{name}")
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    check(load_data(path if direct else tmp_path), parts)
    assert [each.name for each in tmp_path.iterdir()] == [path.name]
    path.write_bytes(path.read_bytes()[:-5000])
    with pytest.raises(BadFile, match=r"cifar-10-binary\.tar\.gz is damaged"):
        load_data(path)


def test_damaged_batches_are_named_and_the_good_ones_used(tmp_path):
    x, y = batch()
    (tmp_path / "data_batch_1.bin").write_bytes(binary(x, y))
    (tmp_path / "data_batch_2.bin").write_bytes(binary(x, y)[:-7])
    (tmp_path / "data_batch_3.bin").write_bytes(binary(x, [200] * 20))
    (tmp_path / "data_batch_4").write_bytes(b"\x80\x02garbage")
    (tmp_path / "test_batch.bin").write_bytes(binary(x, y))
    data = load_data(tmp_path)
    assert {skipped.path for skipped in data.skipped} == {"data_batch_2.bin", "data_batch_3.bin", "data_batch_4"}
    assert "3 files are left out" in data.notes[-1]
    assert (len(data.y_train), len(data.y_test)) == (20, 20)
    for name in ("data_batch_1.bin", "test_batch.bin"):
        (tmp_path / name).write_bytes(b"")
    with pytest.raises(BadFile, match="No batch of"):
        load_data(tmp_path)


class Runs:
    """Makes a file when an ordinary unpickler meets it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return (os.mkdir, (str(self.path),))


class Builds(dict):
    def __reduce__(self):
        return (eval, ("__import__('os').mkdir('x')",))


EVIL = {
    "a call": lambda path: pickle.dumps({b"data": Runs(path)}, 2),
    "a call, new": lambda path: pickle.dumps({b"data": Runs(path)}, 5),
    "a call, as text": lambda path: pickle.dumps({b"data": Runs(path)}, 0),
    "eval": lambda path: pickle.dumps(Builds()),
    "a class": lambda path: b"(c__main__\nRuns\no.",
    "an instance": lambda path: b"(Vx\nios\nmkdir\n.",
    "a name alone": lambda path: b"cos\nsystem\n.",
    "a name in parts": lambda path: pickle.dumps(os.mkdir, 4),
    "numpy's own reader": lambda path: b"cnumpy\nload\n(S'x'\ntR.",
    "another name of numpy": lambda path: b"cnumpy.core.multiarray\nscalar\n.",
    "objects in an array": lambda path: pickle.dumps({b"data": np.array([Runs(path)], dtype=object)}, 2),
    "attributes of a list": lambda path: b"]}(S'a'\nK\x01sub.",
    "a call of a list": lambda path: b"]K\x01\x85R.",
    "a persistent name": lambda path: b"Pevil\n.",
    "an extension": lambda path: b"\x82\x01.",
    "too much memory": lambda path: b"\x80\x02r\xff\xff\xff\x7f.",
    "an array larger than its bytes": lambda path: python_2_batch()[0].replace(b"M\x00\x0c\x86", b"M\xff\xff\x86"),
    "an unhashable key": lambda path: b"}]K\x01s.",
    "a list in itself": lambda path: b"]q\x01h\x01a.",
}


@pytest.mark.parametrize("name", EVIL)
def test_an_evil_pickle_runs_nothing(tmp_path, name):
    content = EVIL[name](tmp_path / "ran")
    folder = tmp_path / "set"
    folder.mkdir()
    (folder / "data_batch_1").write_bytes(content)
    with pytest.raises(BadFile):
        load_data(folder)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["set"]


def test_these_would_run_if_they_were_unpickled(tmp_path):
    """The evil ones are evil: without the guard, Python carries them out."""
    pickle.loads(EVIL["a call"](tmp_path / "ran"))
    assert (tmp_path / "ran").is_dir()


def test_any_damage_ends_in_one_sentence():
    content = pickled(*batch(2), 4)
    chance = random.Random(0)
    for _ in range(300):
        damaged = bytearray(content[: chance.randrange(len(content)) if chance.random() < 0.3 else len(content)])
        for _ in range(chance.randrange(1, 4)):
            if damaged:
                damaged[chance.choice([chance.randrange(len(damaged)), chance.randrange(min(120, len(damaged)))])] ^= (
                    255
                )
        told = "data_batch_1 is whole all the same"
        try:
            read_pickled("data_batch_1", bytes(damaged))
        except BadFile as error:
            told = str(error)
        assert told.startswith("data_batch_1 ")
        assert "\n" not in told
