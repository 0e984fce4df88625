"""Kernels typed, pasted, saved and loaded; and every damaged file answered with one sentence."""

from __future__ import annotations

import contextlib
import io

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from engine.errors import BadFile, SpecError
from engine.kernels import (
    format_kernel,
    kernel,
    load_kernel,
    load_weights,
    parse_kernel,
    save_kernel,
    spec_of,
    weights_of,
)
from engine.npy import read_npy

QUICK = settings(max_examples=2 * settings().max_examples)
weights = st.floats(-1e6, 1e6, width=32)
sizes = st.tuples(st.integers(1, 31), st.integers(1, 31))
planes = sizes.flatmap(lambda size: arrays(np.float32, size, elements=weights, fill=weights))
SOBEL = [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]


@pytest.mark.parametrize(
    "written",
    [
        "-1 0 1; -2 0 2; -1 0 1",
        "-1,0,1\n-2,0,2\n-1,0,1\n",
        "\r\n-1\t0\t1\r\n-2 , 0 , 2\r\n-1 0 1;\r\n;",
        "[[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]",
        "[-1 0 1; -2 0 2; -1 0 1]",
        "[[-1.  0.  1.]\n [-2.  0.  2.]\n [-1.  0.  1.]]",
        "−1 0 1; −2e0 0 4/2; -1 0/7 +1",
    ],
)
def test_a_kernel_can_be_written_in_many_ways(written):
    read = parse_kernel(written)
    assert read.dtype == np.float32
    assert read.tolist() == SOBEL


@QUICK
@given(planes)
def test_text_is_read_back_exactly(plane):
    np.testing.assert_array_equal(parse_kernel(format_kernel(plane)), plane)


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("", ["No kernel"]),
        (" ;\n,; []", ["No kernel"]),
        ("1 2; 3", ["row 2 has 1", "2"]),
        ("1 x 2", ["'x' is not a number"]),
        ("1,,2", ["'' is not a number"]),
        ("1/0", ["'1/0' is not a number"]),
        ("1/2/3", ["'1/2/3'"]),
        ("nan", ["nan cannot stand"]),
        ("1e30", ["1e+30 cannot stand", "1,000,000"]),
        ("9" * 400, ["inf cannot stand"]),
        ("1 " * 32, ["1×32", "31×31"]),
        ("1;" * 32, ["32×1"]),
        ("1 " * 60_000, ["too long"]),
    ],
)
def test_what_is_no_kernel_is_told(written, words):
    with pytest.raises(SpecError) as caught:
        parse_kernel(written)
    for word in words:
        assert word in str(caught.value)


@QUICK
@given(st.text(alphabet="0123456789.-+eE/,; \n[]x−", max_size=60))
def test_any_text_is_a_kernel_or_a_sentence(written):
    with contextlib.suppress(SpecError):
        assert parse_kernel(written).ndim == 2


@pytest.mark.parametrize("suffix", [".json", ".npy", ".NPY"])
@QUICK
@given(plane=planes)
def test_a_file_gives_back_what_was_saved(tmp_path, suffix, plane):
    path = tmp_path / f"kernel{suffix}"
    save_kernel(spec_of(plane), path)
    np.testing.assert_array_equal(weights_of(load_kernel(path)), plane)
    np.testing.assert_array_equal(load_weights(path), plane)


@pytest.mark.parametrize("suffix", [".json", ".npy"])
def test_a_deep_kernel_keeps_its_channels(tmp_path, suffix):
    deep = np.arange(18, dtype=np.float32).reshape(2, 3, 3)
    save_kernel(spec_of(deep), tmp_path / f"deep{suffix}")
    np.testing.assert_array_equal(load_weights(tmp_path / f"deep{suffix}"), deep)
    assert load_kernel(tmp_path / f"deep{suffix}").size == (2, 3)


def test_json_keeps_name_and_parameters(tmp_path):
    spec = kernel("gaussian", sigma=1.5).spec()
    save_kernel(spec, tmp_path / "mine.json")
    assert load_kernel(tmp_path / "mine.json") == spec


def test_bare_rows_are_a_kernel_too(tmp_path):
    (tmp_path / "rows.json").write_text("[[1, 0], [0, -1]]")
    assert load_weights(tmp_path / "rows.json").tolist() == [[1, 0], [0, -1]]


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "null",
        "3",
        '"text"',
        "[]",
        "[[]]",
        "[[1, 2], [3]]",
        '[["a"]]',
        "[[null]]",
        "[[1e30]]",
        "[[1" + "0" * 400 + "]]",
        "[[NaN]]",
        "[[[[1]]]]",
        "[" * 5000 + "]" * 5000,
        '{"name": "x"}',
        '{"weights": [[1]], "parameters": {"sigma": "wide"}}',
        '{"weights": [[1]], "surprise": 1}',
        '{"weights": [[1]], "format": "other"}',
        '{"weights": [[1]], "version": 2}',
        "[[1], [2], [3], [4], [5], [6], [7], [8], [9], [10], [11], [12], [13], [14], [15], [16], [17], [18], [19], "
        "[20], [21], [22], [23], [24], [25], [26], [27], [28], [29], [30], [31], [32]]",
    ],
)
def test_json_that_holds_no_kernel(tmp_path, content):
    path = tmp_path / "bad.json"
    path.write_text(content)
    with pytest.raises(BadFile, match=r"bad\.json"):
        load_kernel(path)


def test_a_project_takes_one_plane_or_three(tmp_path):
    np.save(tmp_path / "two.npy", np.ones((3, 3, 2)))
    with pytest.raises(BadFile, match=r"two\.npy: A kernel has 1 or 3 planes"):
        load_kernel(tmp_path / "two.npy")
    assert load_weights(tmp_path / "two.npy").shape == (3, 3, 2)


def test_files_that_are_not_there_or_of_another_kind(tmp_path):
    for name, words in [("no.json", "There is no file"), ("no.npy", "There is no file"), ("no.txt", "json or .npy")]:
        with pytest.raises(BadFile, match=words):
            load_kernel(tmp_path / name)
    with pytest.raises(BadFile, match="ends in"):
        save_kernel(kernel("box").spec(), tmp_path / "box.png")
    with pytest.raises(BadFile, match="does not exist"):
        save_kernel(kernel("box").spec(), tmp_path / "none" / "box.npy")
    (tmp_path / "folder.json").mkdir()
    with pytest.raises(BadFile, match="cannot be read"):
        load_kernel(tmp_path / "folder.json")
    (tmp_path / "large.json").write_bytes(b" " * 1_000_001)
    with pytest.raises(BadFile, match="too large"):
        load_kernel(tmp_path / "large.json")


def npy_bytes(array) -> bytes:
    handle = io.BytesIO()
    np.save(handle, array, allow_pickle=True)
    return handle.getvalue()


@pytest.mark.parametrize(
    "array",
    [
        np.arange(6, dtype=">f4").reshape(2, 3),
        np.arange(6, dtype=np.uint8).reshape(2, 3),
        np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        np.array(2.5),
        np.array([[True, False]]),
        np.arange(24, dtype=np.float16).reshape(2, 3, 4),
    ],
)
def test_arrays_come_as_they_are(tmp_path, array):
    (tmp_path / "a.npy").write_bytes(npy_bytes(array))
    read = read_npy(tmp_path / "a.npy", 10_000)
    np.testing.assert_array_equal(read, array)
    assert read.shape == array.shape
    assert read.dtype.isnative
    assert read.flags.writeable


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is no .npy file"),
        (b"\x93NUMPY", "is no .npy file"),
        (b"\x93NUMPY\x07\x00aaaa", "is no .npy file"),
        (npy_bytes(np.array([{"a": 1}], dtype=object)), "object values"),
        (npy_bytes(np.array([1j])), "complex128 values"),
        (npy_bytes(np.array(["a"])), "values"),
        (npy_bytes(np.zeros(3, dtype=[("x", "f4")])), "values"),
        (npy_bytes(np.zeros((0, 3))), "holds no values"),
        (npy_bytes(np.zeros((100, 100)))[:-1], "cut short"),
        (npy_bytes(np.zeros((2, 2))).replace(b"(2, 2)", b"(2,-2)"), "holds no values"),
        (npy_bytes(np.zeros((2, 2))).replace(b"(2, 2), }  ", b"(-2, -2), }"), "holds no values"),
        (npy_bytes(np.zeros((20, 20))).replace(b"(20, 20)", b"(9**9,9)"), "is no .npy file"),
        (npy_bytes(np.zeros((1000, 10))).replace(b"(1000, 10)", b"(9999999, 999999)"[:17]), "npy"),
    ],
)
def test_npy_files_that_hold_something_else(tmp_path, content, words):
    (tmp_path / "bad.npy").write_bytes(content)
    with pytest.raises(BadFile, match=words):
        read_npy(tmp_path / "bad.npy", 1_000_000)


def test_a_huge_npy_is_refused_unread(tmp_path):
    with (tmp_path / "huge.npy").open("wb") as handle:
        handle.truncate(1 << 40)
    with pytest.raises(BadFile, match="1,099,511,627,776 bytes"):
        read_npy(tmp_path / "huge.npy", 1_000_000)


@settings(max_examples=8 * settings().max_examples)
@given(st.integers(0, 127), st.binary(min_size=1, max_size=8))
def test_a_damaged_header_never_gets_past_with_a_traceback(tmp_path, place, damage):
    content = bytearray(npy_bytes(np.arange(12.0).reshape(3, 4)))
    content[place : place + len(damage)] = damage
    (tmp_path / "damaged.npy").write_bytes(content)
    with contextlib.suppress(BadFile):
        assert read_npy(tmp_path / "damaged.npy", 1_000_000).size >= 1


def test_saved_json_is_plain(tmp_path):
    save_kernel(kernel("roberts-1").spec(), tmp_path / "r.json")
    content = msgspec.json.decode((tmp_path / "r.json").read_bytes())
    assert content == {
        "weights": [[[1.0, 0.0], [0.0, -1.0]]],
        "format": "convscope-kernel",
        "version": 1,
        "name": "roberts-1",
        "parameters": {},
    }
