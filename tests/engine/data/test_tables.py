"""Tables of picture files and of series, however they were written; numbers to be told in the place of classes."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.data import load_data
from engine.errors import BadFile, SpecError


def draw_some(draw, count=6):
    for index in range(count):
        draw(f"files/{index}.png", 10 if index % 2 else 200)
    return [f"files/{index}.png" for index in range(count)]


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
@pytest.mark.parametrize("head", ["", "file{0}label\n", "Picture{0}Category\n"])
def test_a_table_of_files_and_classes(draw, tmp_path, mark, head):
    names = draw_some(draw)
    rows = "".join(f"{name}{mark}{'dark' if index % 2 else 'light'}\n" for index, name in enumerate(names))
    (tmp_path / "labels.csv").write_text(head.format(mark) + rows)
    for source in (tmp_path / "labels.csv", tmp_path):
        data = load_data(source)
        assert data.class_names == ("dark", "light")
        assert (len(data.y_train), len(data.y_test)) == (4, 2)
        both = torch.cat([data.x_train, data.x_test]).float().mean((1, 2, 3))
        assert ((both > 100) == (torch.cat([data.y_train, data.y_test]) == 1)).all()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_names_need_not_be_ascii(draw, tmp_path, encoding):
    for index in range(4):
        draw(f"blätter/é {index}.png")
    rows = "".join(f'"blätter/é {index}.png";Föhre{index % 2}\r\n' for index in range(4))
    (tmp_path / "a.csv").write_bytes(f"Datei;Klasse\r\n{rows}".encode(encoding))
    data = load_data(tmp_path / "a.csv")
    assert data.class_names == ("Föhre0", "Föhre1")
    assert not data.skipped


def test_a_column_may_say_what_is_for_testing_and_stand_anywhere(draw, tmp_path):
    names = draw_some(draw)
    rows = "".join(f"{index % 2},{'test' if index > 3 else 'train'},{name}\n" for index, name in enumerate(names))
    (tmp_path / "a.csv").write_text("class,split,path\n" + rows)
    data = load_data(tmp_path / "a.csv")
    assert (data.y_train.tolist(), data.y_test.tolist()) == ([0, 1, 0, 1], [0, 1])


def test_bad_rows_are_named_and_left_out(draw, tmp_path):
    names = draw_some(draw)
    outside = draw("../outside.png")
    draw("files/cut.png").write_bytes(b"none")
    rows = [f"{name},{index % 2}" for index, name in enumerate(names)]
    rows += ["files/gone.png,1", f"{outside},1", "../outside.png,0", "files/cut.png,1", "files/0.png,", ",1"]
    (tmp_path / "a.csv").write_text("\n".join(rows))
    data = load_data(tmp_path / "a.csv")
    reasons = [(skipped.path, skipped.reason) for skipped in data.skipped]
    assert len(reasons) == 6
    for path, words in (
        ("files/gone.png", "does not exist"),
        ("../outside.png", "leads out"),
        ("files/cut.png", "no picture"),
    ):
        assert any(path == found and words in reason for found, reason in reasons), path
    assert sum("has no file, or no class" in reason for _, reason in reasons) == 2
    assert len(data.y_train) + len(data.y_test) == 6
    assert "6 files are left out" in data.notes[0]


@pytest.mark.parametrize(("mark", "comma"), [(",", "."), (";", ",")])
def test_numbers_with_fractions_are_to_be_told(draw, tmp_path, mark, comma):
    names = draw_some(draw)
    rows = "".join(f"{name}{mark}{str(index / 4).replace('.', comma)}\n" for index, name in enumerate(names))
    (tmp_path / "a.csv").write_text(f"file{mark}age\n{rows}")
    data = load_data(tmp_path / "a.csv")
    assert data.is_regression
    assert data.class_names == ("age",)
    assert sorted(torch.cat([data.y_train, data.y_test]).flatten().tolist()) == [0, 0.25, 0.5, 0.75, 1, 1.25]


def test_whole_numbers_are_classes(draw, tmp_path):
    names = draw_some(draw)
    (tmp_path / "a.csv").write_text("".join(f"{name},{index % 3}\n" for index, name in enumerate(names)))
    assert load_data(tmp_path / "a.csv").class_names == ("0", "1", "2")


SERIES = np.round(np.random.default_rng(0).normal(size=(10, 8)), 3)


def table(path, rows, head=""):
    path.write_text(head + "\n".join(rows) + "\n")
    return path


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize(("mark", "comma"), [(",", "."), ("\t", "."), (";", ",")])
def test_series_in_a_table(tmp_path, first, mark, comma):
    cells = [[str(value).replace(".", comma) for value in row] for row in SERIES]
    rows = [mark.join([str(index % 2), *row] if first else [*row, str(index % 2)]) for index, row in enumerate(cells)]
    data = load_data(table(tmp_path / "a.csv", rows))
    assert data.input_shape == (1, 8)
    assert not data.is_pictures
    found = torch.cat([data.x_train, data.x_test])[:, 0].numpy()
    np.testing.assert_allclose(sorted(found.tolist()), sorted(SERIES.astype(np.float32).tolist()))
    assert data.class_names == ("0", "1")
    assert f"Column {1 if first else 9} tells the class" in data.notes[0]


def test_series_with_names_of_classes_and_columns_and_bad_rows(tmp_path):
    rows = [",".join([*map(str, row), "walk" if index % 2 else "run"]) for index, row in enumerate(SERIES)]
    rows[3] = rows[3].replace(rows[3].split(",")[2], "oops", 1)
    rows[4] += ",1,2"
    rows[5] = rows[5].replace(rows[5].split(",")[0], "nan", 1)
    data = load_data(table(tmp_path / "a.csv", rows, ",".join(f"t{place}" for place in range(8)) + ",activity\n"))
    assert data.class_names == ("run", "walk")
    assert [skipped.path for skipped in data.skipped] == ["row 5", "row 6", "row 7"]
    assert len(data.y_train) + len(data.y_test) == 7


def test_numbers_to_be_told_of_series(tmp_path):
    rows = [",".join(map(str, [*row, row.sum().round(3)])) for row in SERIES]
    data = load_data(table(tmp_path / "a.csv", rows, ",".join("abcdefgh") + ",target\n"))
    assert data.is_regression
    torch.testing.assert_close(data.x_train.sum(2), data.y_train, atol=0.01, rtol=0)
    assert data.class_names == ("target",)
    with pytest.raises(SpecError, match="has series of 1×8"):
        data.fitted((1, 28, 28))


@pytest.mark.parametrize("shape", [(12, 30), (12, 3, 30)])
def test_series_in_an_npz_file(tmp_path, shape):
    x = np.random.default_rng(0).normal(size=shape)
    np.savez(tmp_path / "a.npz", x_train=x, y_train=np.arange(12) % 2, x_test=x[:4], y_test=np.arange(4) % 2)
    data = load_data(tmp_path / "a.npz")
    assert data.input_shape == (shape[1] if len(shape) == 3 else 1, 30)
    np.testing.assert_allclose(data.x_train.numpy().reshape(shape), x.astype(np.float32))
    assert data.notes[0].startswith("These are series of 30 values")
    assert data.fitted(data.input_shape) is data


@pytest.mark.parametrize("columns", [None, 1, 3])
def test_numbers_to_be_told_in_an_npz_file(tmp_path, columns):
    y = np.random.default_rng(0).random(10 if columns is None else (10, columns))
    x = np.zeros((10, 4, 4), np.uint8)
    np.savez(tmp_path / "a.npz", x_train=x, y_train=y)
    data = load_data(tmp_path / "a.npz")
    assert data.is_regression
    assert data.y_train.shape == (8, columns or 1)
    assert len(data.class_names) == (columns or 1)
    assert data.fingerprint() != load_data(tmp_path / "a.npz", seed=1).fingerprint()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"alone\nalone\n", "one column"),
        (b"\x89PNG\0\0\0", "no text"),
        (b"a.png,x\nb.png,y\n", "does not exist"),
        (b"a.png\tb.png\n", "does not exist"),
        (b"x,y\nz,w\n", "no series"),
        (b"1,2,3\n", "one class only"),
    ],
)
def test_what_is_no_table_is_told(tmp_path, content, words):
    (tmp_path / "a.csv").write_bytes(content)
    with pytest.raises(BadFile, match=words) as told:
        load_data(tmp_path / "a.csv")
    assert "\n" not in str(told.value)
