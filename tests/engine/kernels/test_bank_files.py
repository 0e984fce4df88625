"""Banks saved and loaded, and every damaged or foreign file answered with one sentence."""

from __future__ import annotations

import contextlib
import io
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import BadFile
from engine.kernels import kernel, load_weights, save_kernel
from engine.kernels.banks import (
    NamedKernel,
    bank,
    bank_from_json,
    bank_names,
    bank_of,
    bank_to_json,
    load_bank,
    save_bank,
    stack_of,
)
from tests.support.weights import deep, planes, small_sizes

names = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=80)
kernels = st.dictionaries(names, planes(), min_size=1, max_size=6)
volumes = st.dictionaries(names, deep(), min_size=1, max_size=3)


def npy(array) -> bytes:
    handle = io.BytesIO()
    np.save(handle, array, allow_pickle=True)
    return handle.getvalue()


def packed(members, compression=zipfile.ZIP_DEFLATED) -> bytes:
    handle = io.BytesIO()
    with zipfile.ZipFile(handle, "w", compression) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return handle.getvalue()


@given(st.one_of(kernels, volumes), names)
def test_json_gives_back_the_bank_itself(tmp_path, drawn, name):
    made = bank_of(name, drawn, summary="What it is for.", source="a page")
    save_bank(made, tmp_path / "bank.json")
    assert load_bank(tmp_path / "bank.json") == made


@given(st.one_of(kernels, volumes))
def test_npz_gives_back_names_and_weights(tmp_path, drawn):
    made = bank_of("mine", drawn)
    save_bank(made, tmp_path / "mine.npz")
    found = load_bank(tmp_path / "mine.npz")
    assert found == made
    with np.load(tmp_path / "mine.npz", allow_pickle=False) as plain:
        for name, weights in drawn.items():
            np.testing.assert_array_equal(plain[name.removesuffix(".npy")], weights)


@given(st.one_of(kernels, volumes))
def test_npy_gives_back_the_weights_on_one_grid(tmp_path, drawn):
    made = bank_of("mine", drawn)
    save_bank(made, tmp_path / "mine.npy")
    found = load_bank(tmp_path / "mine.npy")
    assert [each.name for each in found.kernels] == [str(i) for i in range(1, len(drawn) + 1)]
    np.testing.assert_array_equal(stack_of(found), stack_of(made))
    np.testing.assert_array_equal(np.load(tmp_path / "mine.npy", allow_pickle=False), stack_of(made))


@pytest.mark.parametrize("name", bank_names())
def test_every_bank_survives_its_file(tmp_path, name):
    save_bank(bank(name), tmp_path / "b.json")
    assert load_bank(tmp_path / "b.json") == bank(name)


def test_the_largest_bank_fits_into_a_file(tmp_path):
    """64 kernels of three planes of 31×31, every weight as long in text as one can be."""
    long_ones = np.random.default_rng(0).normal(size=(31, 31, 3)).astype(np.float32) * np.float32(-1e-8)
    named = {f"{i:080d}": long_ones for i in range(64)}
    made = bank_of("large", named, summary="s" * 1000, source="s" * 1000)
    rest = {"summary": "s" * 1000, "source": "s" * 1000}
    made = type(made)(
        name="large", kernels=tuple(NamedKernel(name=k.name, kernel=k.kernel, **rest) for k in made.kernels), **rest
    )
    for suffix in (".json", ".npz", ".npy"):
        save_bank(made, tmp_path / f"large{suffix}")
        np.testing.assert_array_equal(stack_of(load_bank(tmp_path / f"large{suffix}")), stack_of(made))


def test_json_can_be_read_by_people():
    text = bank_to_json(bank("sobel-compass")).decode()
    assert '"format": "convscope-bank"' in text
    assert "[-1.0,0.0,1.0]" in text
    assert max(len(line) for line in text.splitlines()) < 500


def test_single_kernels_are_banks_of_one(tmp_path):
    save_kernel(kernel("gaussian", sigma=2).spec(), tmp_path / "g.json")
    found = load_bank(tmp_path / "g.json")
    assert (found.name, [each.name for each in found.kernels]) == ("g", ["gaussian"])
    assert found.kernels[0].kernel == kernel("gaussian", sigma=2).spec()
    np.save(tmp_path / "plane.npy", np.array([[1, 2], [3, 4]]))
    assert load_bank(tmp_path / "plane.npy").kernels[0].weights.tolist() == [[1, 2], [3, 4]]


def test_two_files_of_one_bank_are_alike(tmp_path):
    for name in ("one", "two"):
        save_bank(bank("laws"), tmp_path / f"{name}.npz")
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()


ONE_KERNEL = (
    b'{"format": "convscope-bank", "version": 1, "name": "a", '
    b'"kernels": [{"name": "b", "kernel": {"weights": [[[3.5]]]}}]}'
)


def test_the_kernel_that_the_next_test_damages_is_good():
    assert bank_from_json(ONE_KERNEL).find("b").weights.tolist() == [[3.5]]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"[[1, 0], [0, 1]]",
        b"{}",
        b'{"format": "convscope-network", "version": 1}',
        b'{"format": "convscope-bank", "version": 1}',
        b'{"format": "convscope-bank", "version": 2, "name": "a", "kernels": []}',
        b'{"format": "convscope-bank", "version": "1", "name": "a", "kernels": []}',
        b'{"format": "convscope-bank", "version": 1, "name": "a", "kernels": []}',
        b'{"format": "convscope-bank", "version": 1, "name": "a", "kernels": [{"name": "b"}], "surprise": 1}',
        b'{"format": "convscope-bank", "version": 1, "name": "a", "kernels": [{"name": "b", "kernel": 3}]}',
        ONE_KERNEL.replace(b"3.5", b"1e9"),
        ONE_KERNEL.replace(b"3.5", b"NaN"),
        ONE_KERNEL.replace(b"3.5", b"1], [2, 3"),
        ONE_KERNEL.replace(b"3.5", b'"a"'),
        ONE_KERNEL.replace(b'"b"', b'""'),
        b'{"format": "convscope-kernel", "version": 1, "weights": [["a"]]}',
        b"[" * 5000 + b"]" * 5000,
        "{\N{SNOWMAN}".encode("utf-16"),
    ],
)
def test_json_that_holds_no_bank(tmp_path, content):
    path = tmp_path / "bad.json"
    path.write_bytes(content)
    with pytest.raises(BadFile, match=r"bad\.json") as caught:
        load_bank(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (npy(np.zeros(5)), "a bank is"),
        (npy(np.zeros((2, 2, 2, 2, 2))), "a bank is"),
        (npy(np.zeros((65, 3, 3))), "65 kernels; a bank holds 1 to 64"),
        (npy(np.zeros((2, 32, 3))), "32×3"),
        (npy(np.zeros((2, 3, 3, 2))), "1 or 3 planes"),
        (npy(np.full((2, 3, 3), np.nan)), "nan cannot stand"),
        (npy(np.full((2, 3, 3), 1e7)), "cannot stand"),
        (npy(np.array([{}], dtype=object)), "object values"),
        (npy(np.zeros((0, 3, 3))), "no values"),
        (npy(np.zeros((2, 3, 3)))[:-4], "cut short"),
        (b"PK", "no .npy file"),
    ],
)
def test_npy_that_holds_no_bank(tmp_path, content, words):
    (tmp_path / "bad.npy").write_bytes(content)
    with pytest.raises(BadFile, match=words) as caught:
        load_bank(tmp_path / "bad.npy")
    assert "bad.npy" in str(caught.value)


ONE = npy(np.ones((3, 3), np.float32))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no .npz file"),
        (b"PK\x05\x06" + bytes(18), "1 to 64 kernels; this one has 0"),
        (packed([("a.npy", b"text")]), "no .npz file"),
        (packed([("a.npy", npy(np.array([{}], dtype=object)))]), "no .npz file"),
        (packed([("a.npy", npy(np.array(["x"])))]), "no .npz file"),
        (packed([("a.npy", npy(np.ones((3, 3)))[:-8])]), "no .npz file"),
        (packed([("a.npy", ONE.replace(b"(3, 3), }          ", b"(99999999, 99999), }"))]), "no .npz file"),
        (packed([("a.npy", npy(np.zeros((400, 400))))]), "'a.npy' is too large"),
        (packed([("a.npy", bytes(10_000_000))]), "'a.npy' is too large"),
        (packed([("a.npy", npy(np.zeros((32, 3))))]), "32×3"),
        (packed([("a.npy", npy(np.zeros(3)))]), "[height, width]"),
        (packed([("a.npy", npy(np.full((2, 2), np.inf)))]), "inf cannot stand"),
        (packed([("a.npy", ONE), ("a", ONE)]), "two arrays of one name"),
        (packed([(".npy", ONE)]), "printable"),
        (packed([("a\nb.npy", ONE)]), "printable"),
        (packed([(f"{i}.npy", ONE) for i in range(65)]), "65 arrays"),
        (packed([(f"{i}.npy", ONE) for i in range(3000)]), "3,000 arrays"),
        (packed([("a.npy", ONE)])[:-30], "no .npz file"),
    ],
)
def test_npz_that_holds_no_bank(tmp_path, content, words):
    (tmp_path / "bad.npz").write_bytes(content)
    with pytest.raises(BadFile) as caught:
        load_bank(tmp_path / "bad.npz")
    assert words in str(caught.value)
    assert str(caught.value).startswith("bad.npz")
    assert "\n" not in str(caught.value)


def test_names_in_an_archive_lead_nowhere(tmp_path):
    """A member is read from memory and never written: its name is only a name."""
    (tmp_path / "evil.npz").write_bytes(packed([("../../evil.npy", ONE)]))
    assert load_bank(tmp_path / "evil.npz").kernels[0].name == "../../evil"
    assert [path.name for path in tmp_path.iterdir()] == ["evil.npz"]


def test_files_that_are_not_there_or_of_another_kind(tmp_path):
    for suffix in (".json", ".npy", ".npz"):
        with pytest.raises(BadFile, match="There is no file"):
            load_bank(tmp_path / f"no{suffix}")
        (tmp_path / f"large{suffix}").write_bytes(bytes(6_000_000))
        with pytest.raises(BadFile, match=r"large\S+ has .*bytes"):
            load_bank(tmp_path / f"large{suffix}")
    for wrong in ("no.txt", "no"):
        with pytest.raises(BadFile, match=r"\.json, \.npy or \.npz"):
            load_bank(tmp_path / wrong)
        with pytest.raises(BadFile, match=r"\.json, \.npy or \.npz"):
            save_bank(bank("lecture"), tmp_path / wrong)
    with pytest.raises(BadFile, match="does not exist"):
        save_bank(bank("lecture"), tmp_path / "none" / "b.json")
    save_bank(bank("lecture"), tmp_path / "bank.json")
    with pytest.raises(BadFile, match="holds no kernel"):
        load_weights(tmp_path / "bank.json")


GOOD = {
    ".json": bank_to_json(bank("sobel-compass")),
    ".npz": packed([(f"{each.name}.npy", npy(each.weights)) for each in bank("lecture").kernels]),
    ".npy": npy(stack_of(bank("lecture"))),
}


@pytest.mark.parametrize("suffix", GOOD)
@settings(max_examples=10 * settings().max_examples)
@given(data=st.data())
def test_a_damaged_file_is_a_bank_or_a_sentence(tmp_path, suffix, data):
    content = bytearray(GOOD[suffix])
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(content) - 1))
        damage = data.draw(st.binary(min_size=0, max_size=6))
        content[place : place + data.draw(st.integers(0, 8))] = damage
    (tmp_path / f"damaged{suffix}").write_bytes(content)
    with contextlib.suppress(BadFile):
        assert load_bank(tmp_path / f"damaged{suffix}").kernels


@given(planes(small_sizes))
def test_json_from_a_hand_needs_only_what_matters(plane):
    text = (
        '{"format": "convscope-bank", "version": 1, "name": "mine", '
        f'"kernels": [{{"name": "a", "kernel": {{"weights": [{plane.tolist()}]}}}}]}}'
    )
    assert bank_from_json(text.encode()).kernels[0].weights.tolist() == plane.tolist()
