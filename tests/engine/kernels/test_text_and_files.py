"""Kernels typed, pasted, saved and loaded; and every damaged file answered with one sentence."""

from __future__ import annotations

import contextlib
import io
import math
import time

import msgspec
import numpy as np
import pytest
import torch
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
from engine.kernels.text import STYLES
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
        "((-1, 0, 1), (-2, 0, 2), (-1, 0, 1))",
        "[-1 0 1]\n[-2 0 2]\n[-1 0 1]",
        "[-1 0 1], [-2 0 2], [-1 0 1],",
        "{{-1, 0, 1}, {-2, 0, 2}, {-1, 0, 1}}",
        "[[[[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]]]",
        "array([[-1,  0,  1],\n       [-2,  0,  2],\n       [-1,  0,  1]])",
        "array([[-1.,  0.,  1.],\n       [-2.,  0.,  2.],\n       [-1.,  0.,  1.]], dtype=float32)",
        "np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], dtype=np.float32)",
        "tensor([[[[-1.,  0.,  1.],\n          [-2.,  0.,  2.],\n          [-1.,  0.,  1.]]]], device='cuda:0')",
        "Parameter containing:\ntensor([[[[-1., 0., 1.], [-2., 0., 2.], [-1., 0., 1.]]]], requires_grad=True)",
        "torch.tensor([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], grad_fn=<MulBackward0>)",
        "[[-1 0\n 1]\n [-2 0\n 2]\n [-1 0\n 1]]",
        "1/4 * -4 0 4; -8 0 8; -4 0 4",
        "1 / 4 * [[-4, 0, 4], [-8, 0, 8], [-4, 0, 4]]",
        "(1/4) [-4 0 4; -8 0 8; -4 0 4]",
        "0.25*\n-4\t0\t4\n-8\t0\t8\n-4\t0\t4",
        "2 × [-1 0 1; -2 0 2; -1 0 1] / 2",
        "np.array([[-4, 0, 4], [-8, 0, 8], [-4, 0, 4]]) / 4",
        "[[-4, 0, 4], [-8, 0, 8], [-4, 0, 4]] * 1/4",
        "[[-4, 0, 4], [-8, 0, 8], [-4, 0, 4]] * (1/4)",
        "1/2 * [[-4, 0, 4], [-8, 0, 8], [-4, 0, 4]] / (2)",
        "-1 0 1\n\n\n-2 0 2\n \t\n-1 0 1\n\n",
        "\ufeff-1 0 1;\N{NO-BREAK SPACE}-2 0 2; -1 0 1",
    ],
)
def test_a_kernel_can_be_written_in_many_ways(written):
    read = parse_kernel(written)
    assert read.dtype == np.float32
    assert read.tolist() == SOBEL


@pytest.mark.parametrize("style", STYLES)
@QUICK
@given(planes)
def test_text_is_read_back_exactly(style, plane):
    np.testing.assert_array_equal(parse_kernel(format_kernel(plane, style)), plane)


@QUICK
@given(planes, st.sampled_from([1, 3, 9, 16, 100, 273]))
def test_a_common_factor_is_found(plane, divisor):
    whole = np.clip(np.rint(plane), -999, 999).astype(np.float32)
    weights = (whole.astype(float) / divisor).astype(np.float32)
    text = format_kernel(weights, "factor")
    np.testing.assert_array_equal(parse_kernel(text), weights)
    assert "." not in text


@QUICK
@given(planes)
def test_what_numpy_and_torch_print_can_be_pasted(plane):
    with np.printoptions(threshold=10_000, floatmode="unique", linewidth=60):
        np.testing.assert_array_equal(parse_kernel(str(plane)), plane)
        np.testing.assert_array_equal(parse_kernel(repr(plane)), plane)
    np.testing.assert_array_equal(parse_kernel(repr(plane.tolist())), plane)
    torch.set_printoptions(precision=10, threshold=10_000, sci_mode=True)
    printed = repr(torch.from_numpy(plane[None, None]))
    torch.set_printoptions(profile="default")
    np.testing.assert_allclose(parse_kernel(printed), plane, rtol=1e-6)


@given(planes.map(lambda plane: plane[:6, :6] / 2), st.integers(2, 5))
def test_planes_are_channels(plane, depth):
    volume = np.stack([plane + channel for channel in range(depth)], axis=-1)
    np.testing.assert_array_equal(parse_kernel(format_kernel(volume)), volume)
    channels_first = np.moveaxis(volume, -1, 0)
    np.testing.assert_array_equal(parse_kernel(repr(channels_first.tolist())), volume)


def test_styles():
    sobel = np.array(SOBEL)
    assert format_kernel(sobel, "line") == "-1 0 1; -2 0 2; -1 0 1"
    assert format_kernel(sobel, "list") == "[[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]"
    assert format_kernel(sobel, "factor") == "-1 0 1\n-2 0 2\n-1 0 1"
    assert format_kernel(np.full((2, 2), np.float32(1 / 9)), "factor") == "1/9 * 1 1\n1 1"
    assert format_kernel(np.array([[math.pi]]), "factor") == "3.1415927"
    with pytest.raises(SpecError, match="rows, line, list, factor"):
        format_kernel(sobel, "html")


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
        ("1 2; 3 x", ["Row 2, value 2: 'x' is not a number"]),
        ("1 2\n3 1e9", ["Row 2, value 2: 1e+09 cannot stand"]),
        ("1 2 5;;3, ,4", ["Row 2, value 2: '' is not a number"]),
        ("[[[1]], [[a]]]", ["Plane 2, row 1, value 1: 'a'"]),
        ("[[1, 2], [3]]", ["row 2 has 1"]),
        ("[[1, 2], []]", ["row 2 has 1"]),
        ("[[[1]], [[1], [2]]]", ["Every plane needs as many rows"]),
        ("[[1, 2], [3, 4]", ["bracket", "not closed"]),
        ("[1, 2]]", ["do not match"]),
        ("[" * 5000, ["do not match"]),
        ("1 [2 3] 4", ["outside of the brackets"]),
        ("[[1, 2], 3]", ["outside of the brackets"]),
        ("[[[[1], [2]], [[3], [4]]], [[[1], [2]], [[3], [4]]]]", ["too deep"]),
        ("[[[1], [2]], [3, 4]]", ["Every plane needs as many rows"]),
        ("[[1. 2. ... 3. 4.]]", ["leaves numbers out"]),
        ("[[1, 2]] / 0", ["not a number"]),
        ("[[1, 2]] / (1/4)", ["outside of the brackets"]),
        ("[[1, 2]] / 1/4", ["outside of the brackets"]),
        ("1 2/\n3 4", ["'2/' is not a number"]),
        ("1/0 * 1 2", ["not a number"]),
        ("1e6 * 1 10", ["Row 1, value 2: 1e+07 cannot stand"]),
        ("[[True, False]]", ["'True' is not a number"]),
        ("tensor([])", ["No kernel"]),
        ("import os", ["Row 1, value 1: 'import'"]),
    ],
)
def test_what_is_no_kernel_is_told(written, words):
    with pytest.raises(SpecError) as caught:
        parse_kernel(written)
    for word in words:
        assert word in str(caught.value)


@QUICK
@given(st.text(alphabet="0123456789.-+eE/,; \n[](){}x−*=", max_size=60))
def test_any_text_is_a_kernel_or_a_sentence(written):
    with contextlib.suppress(SpecError):
        assert parse_kernel(written).ndim in (2, 3)


@pytest.mark.parametrize("around", ["{}", "1{}x", "1 *{}x", "[1]{}x", "array([1]{}x)", "array([1],{}x)", "[1] / 1{}x"])
@pytest.mark.parametrize(
    "pattern", [" ", "\n", " \n", "1", ".1", "1/", "1 /", "[", "] ", "(", ")", ",", ", a", "-", "a.", "=", "*"]
)
def test_no_text_takes_long(around, pattern):
    written = around.format(pattern * (99_000 // len(pattern)))
    began = time.perf_counter()
    with contextlib.suppress(SpecError):
        parse_kernel(written)
    # Seen: under 0.1 s. A pattern that goes back over what it has read would take minutes.
    assert time.perf_counter() - began < 5


@pytest.mark.parametrize("suffix", [".json", ".npy", ".txt", ".NPY"])
@QUICK
@given(plane=planes)
def test_a_file_gives_back_what_was_saved(tmp_path, suffix, plane):
    path = tmp_path / f"kernel{suffix}"
    save_kernel(spec_of(plane), path)
    np.testing.assert_array_equal(weights_of(load_kernel(path)), plane)
    np.testing.assert_array_equal(load_weights(path), plane)


@pytest.mark.parametrize("suffix", [".json", ".npy", ".txt"])
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


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "No kernel is given"),
        (b"1 2\n3 x\n", "Row 2, value 2: 'x'"),
        (b"\xff\xfe1\x00", "is no text"),
        (b"[" * 99, "do not match"),
        (b"1;" * 40, "40×1"),
    ],
)
def test_text_files_that_hold_no_kernel(tmp_path, content, words):
    (tmp_path / "bad.txt").write_bytes(content)
    with pytest.raises(BadFile, match=r"bad\.txt") as caught:
        load_weights(tmp_path / "bad.txt")
    assert words in str(caught.value)


def test_a_text_file_of_windows_is_read(tmp_path):
    (tmp_path / "k.txt").write_bytes("\ufeff1/16 *\r\n1 2 1\r\n2 4 2\r\n1 2 1\r\n".encode())
    assert load_weights(tmp_path / "k.txt").sum() == 1


def test_a_project_takes_one_plane_or_three(tmp_path):
    np.save(tmp_path / "two.npy", np.ones((3, 3, 2)))
    with pytest.raises(BadFile, match=r"two\.npy: A kernel has 1 or 3 planes"):
        load_kernel(tmp_path / "two.npy")
    assert load_weights(tmp_path / "two.npy").shape == (3, 3, 2)


def test_files_that_are_not_there_or_of_another_kind(tmp_path):
    for name, words in [
        ("no.json", "There is no file"),
        ("no.npy", "There is no file"),
        ("no.xml", "json, .npy or .txt"),
    ]:
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
