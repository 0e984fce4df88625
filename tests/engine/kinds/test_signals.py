"""Signals from text, tables, sounds and formulas, and volumes; and what is said of those that cannot be read."""

from __future__ import annotations

import contextlib
import struct
import tracemalloc
import wave
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from engine.errors import BadFile, EngineError, SpecError
from engine.kinds import signals, table, volume, wav
from engine.kinds.run import run_kind
from engine.kinds.signals import NAMES, make_signal, parse_signal, read_signal
from engine.kinds.spec import KindSpec
from engine.kinds.volume import make_volume, slice_of, stack


def written(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("1 2 3", [1, 2, 3]),
        ("[1, −2;\n 1/4]", [1, -2, 0.25]),
        ("  7\t", [7]),
        ("1e3,-.5", [1000, -0.5]),
    ],
)
def test_typed_signals(text: str, values: list[float]) -> None:
    found = parse_signal(text)
    assert found.values.dtype == np.float32
    assert found.values.tolist() == values


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "No signal is given"),
        (" ;, ", "No signal is given"),
        ("1 two 3", "'two' is not a number"),
        ("1/0", "'1/0' is not a number"),
        ("1 nan", "must be finite"),
        ("1e39", "must be finite"),
        ("1" * 100_001, "100,001 characters are too long"),
    ],
)
def test_typed_text_that_is_no_signal(text: str, said: str) -> None:
    with pytest.raises(SpecError) as caught:
        parse_signal(text)
    assert said in str(caught.value)


TABLES = {
    "plain": ("1\n2.5\n-3\n", None, [1, 2.5, -3], "column 1"),
    "titles": ("time,volts\n0,5\n1,7\n2,6\n", None, [5, 7, 6], "volts"),
    "the one asked for": ("time,volts\n0,5\n1,7\n", "time", [0, 1], "time"),
    "no counter": ("a,b\n3,5\n1,7\n", None, [3, 1], "a"),
    "words beside": ("day;litres\nMonday;1,5\nTuesday;2,25\n", None, [1.5, 2.25], "litres"),
    "tabs": ("x\ty\n5\t6\n1\t7\n", "y", [6, 7], "y"),
    "spaces": ("  3   4\n  1   7\n", None, [3, 1], "column 1"),
    "one line": ("1, 2, 4, 8\n", None, [1, 2, 4, 8], "column 1"),
    "quotes and remarks": ('# made by hand\n"the, value"\n\n"4"\n5\n', None, [4, 5], "the, value"),
    "byte order mark": ("\ufeffa\n1\n", None, [1], "a"),
}


@pytest.mark.parametrize("name", TABLES)
def test_columns_of_text_files(tmp_path: Path, name: str) -> None:
    text, column, values, title = TABLES[name]
    found = read_signal(written(tmp_path / "a.csv", text), column)
    assert found.values.tolist() == values
    assert found.note == f"column {title!r}"


BAD_TABLES = {
    "": "holds no numbers",
    "# nothing\n": "holds no numbers",
    "a,b\n": "it has titles and nothing below them",
    "a,b\n1,2\n3\n": "has 2 columns, and 1 in row 3",
    "a\n1\nn/a\n": "no column that holds nothing but numbers; 'n/a' is none",
    "a\n1\ninf\n": "'inf' is none",
    "a\0b": "is no text file",
}


@pytest.mark.parametrize("text", BAD_TABLES)
def test_text_files_that_hold_no_signal(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadFile) as caught:
        read_signal(written(tmp_path / "bad.csv", text))
    assert BAD_TABLES[text] in str(caught.value)
    assert "bad.csv" in str(caught.value)


def test_files_that_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "MAX_BYTES", 10)
    monkeypatch.setattr(wav, "MAX_BYTES", 10)
    names = {"large.csv": "at most 10", "large.wav": "at most 10", "song.mp3": "its name would have to end in .wav"}
    for name, said in names.items():
        with pytest.raises(BadFile, match=said):
            read_signal(written(tmp_path / name, "12345678901"))
    for name in ("none.wav", "none.csv"):
        with pytest.raises(BadFile, match="There is no file"):
            read_signal(tmp_path / name)
    with pytest.raises(BadFile, match="no column of numbers 'c'; it has a, b"):
        read_signal(written(tmp_path / "t.csv", "a,b\n1,2\n"), "c")
    assert table.column_names(tmp_path / "t.csv") == ("a", "b")


def sound(form: tuple[int, int, int, int], data: bytes, extensible: bool = False, length: int | None = None) -> bytes:
    tag, channels, rate, bits = form
    block = channels * bits // 8
    chunk = struct.pack("<HHIIHH", 0xFFFE if extensible else tag, channels, rate, rate * block, block, bits)
    if extensible:
        guid = struct.pack("<H", tag) + bytes.fromhex("000000001000800000aa00389b71")
        chunk += struct.pack("<HHI", 22, bits, 3) + guid
    odd = b"LIST" + struct.pack("<I", 3) + b"abc\0"
    body = b"WAVE" + b"fmt " + struct.pack("<I", len(chunk)) + chunk + odd
    body += b"data" + struct.pack("<I", len(data) if length is None else length) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


WIDTHS: dict[int, Any] = {
    8: lambda v: (v // 2**24 + 128).astype(np.uint8).tobytes(),
    16: lambda v: (v // 2**16).astype("<i2").tobytes(),
    24: lambda v: (v // 2**8).astype("<i4").view(np.uint8).reshape(-1, 4)[:, :3].tobytes(),
    32: lambda v: v.astype("<i4").tobytes(),
}


@pytest.mark.parametrize("bits", WIDTHS)
@pytest.mark.parametrize("channels", [1, 2, 3])
@pytest.mark.parametrize("extensible", [False, True])
def test_whole_samples_of_every_width(tmp_path: Path, bits: int, channels: int, extensible: bool) -> None:
    values = np.random.default_rng(bits).integers(-(2**31), 2**31, 50 * channels)
    values[:2] = -(2**31), 2**31 - 1
    content = sound((1, channels, 8000, bits), WIDTHS[bits](values), extensible)
    found = read_signal(written(tmp_path / "a.wav", content))
    step = 2.0 ** (32 - bits)
    exact = (np.floor(values / step) * step / 2**31).reshape(-1, channels).mean(axis=1)
    np.testing.assert_allclose(found.values, exact, atol=1e-7)
    assert found.rate == 8000
    assert found.values.dtype == np.float32
    mixed = f", {channels} channels mixed into one by their mean" if channels > 1 else ""
    assert found.note == f"{bits}-bit, full scale is ±1{mixed}"


@pytest.mark.parametrize("bits", [32, 64])
def test_floating_point_samples_are_taken_as_they_are(tmp_path: Path, bits: int) -> None:
    values = np.array([0.5, -2.0, 1e-3], f"<f{bits // 8}")
    found = read_signal(written(tmp_path / "a.WAV", sound((3, 1, 44100, bits), values.tobytes())))
    np.testing.assert_array_equal(found.values, values.astype(np.float32))


def test_a_file_of_the_standard_library(tmp_path: Path) -> None:
    with wave.open(str(tmp_path / "a.wav"), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(22050)
        file.writeframes(np.array([[100, 300], [-200, 0]], "<i2").tobytes())
    found = read_signal(tmp_path / "a.wav")
    np.testing.assert_allclose(found.values * 32768, [200, -100])


def test_a_stream_s_length_and_half_a_sample_do_no_harm(tmp_path: Path) -> None:
    content = sound((1, 1, 8000, 16), struct.pack("<hh", 16384, -16384) + b"\1", length=0xFFFFFFFF)
    assert read_signal(written(tmp_path / "a.wav", content)).values.tolist() == [0.5, -0.5]


WHOLE = sound((1, 1, 8000, 16), b"\0\1\0\2")
BAD_SOUNDS = {
    "empty": (b"", "is no WAV file"),
    "another": (b"RIFX" + WHOLE[4:], "is no WAV file"),
    "cut in its head": (WHOLE[:30], "does not say how its sound is kept"),
    "no data": (WHOLE[: WHOLE.index(b"data")], "holds no sound"),
    "no sample": (sound((1, 2, 8000, 32), b"\0\0"), "holds no whole sample"),
    "compressed": (sound((85, 1, 8000, 16), b"\0\0"), "format 85 with 16 bits"),
    "odd width": (sound((1, 1, 8000, 12), b"\0\0"), "format 1 with 12 bits"),
    "no channels": (sound((1, 0, 8000, 16), b"\0\0"), "0 channels at 8000"),
    "no rate": (sound((1, 1, 0, 16), b"\0\0"), "at 0 samples a second"),
    "not numbers": (sound((3, 1, 8000, 32), struct.pack("<f", float("nan"))), "no finite numbers"),
}


@pytest.mark.parametrize("name", BAD_SOUNDS)
def test_sounds_that_cannot_be_read(tmp_path: Path, name: str) -> None:
    content, said = BAD_SOUNDS[name]
    with pytest.raises(BadFile) as caught:
        read_signal(written(tmp_path / "bad.wav", content))
    assert said in str(caught.value)
    assert str(caught.value).startswith("bad.wav ")


@given(st.binary(max_size=80), st.integers(0, len(WHOLE)), st.sampled_from([".wav", ".csv"]))
def test_whatever_a_file_holds_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, noise: bytes, at: int, ending: str
) -> None:
    path = tmp_path_factory.mktemp("any") / f"a{ending}"
    written(path, WHOLE[:at] + noise + WHOLE[at + len(noise) :])
    with contextlib.suppress(BadFile):
        assert np.isfinite(read_signal(path).values).all()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("length", [1, 2, 127, 128])
def test_signals_made(name: str, length: int) -> None:
    found = make_signal(name, length)
    assert found.values.shape == (length,)
    assert np.isfinite(found.values).all()
    if name not in ("noise", "gaussian"):
        assert np.abs(found.values).max() <= 1
    np.testing.assert_array_equal(found.values, make_signal(name, length).values)


def test_signals_made_are_what_they_are_called() -> None:
    assert make_signal("impulse", 8).values.tolist() == [0, 0, 0, 0, 1, 0, 0, 0]
    assert make_signal("step", 4).values.tolist() == [0, 0, 1, 1]
    assert make_signal("box", 9, period=4).values.tolist() == [0, 0, 1, 1, 1, 1, 0, 0, 0]
    assert make_signal("box", 9, period=3).values.tolist() == [0, 0, 0, 1, 1, 1, 0, 0, 0]
    np.testing.assert_allclose(make_signal("sine", 4, period=4).values, [0, 1, 0, -1], atol=1e-6)
    assert make_signal("ramp", 3).values.tolist() == [0, 0.5, 1]
    chirp = make_signal("chirp", 4000, period=8).values
    crossings = np.flatnonzero(np.diff(np.sign(chirp)))
    assert crossings[-1] - crossings[-2] == pytest.approx(4, abs=1)
    assert make_signal("noise", 50, seed=1).values.tolist() != make_signal("noise", 50, seed=2).values.tolist()
    for bad in ({"name": "saw"}, {"name": "sine", "length": 0}, {"name": "sine", "period": 0.0}):
        with pytest.raises(SpecError):
            make_signal(**bad)
    with pytest.raises(SpecError, match="at most 10,000,000"):
        make_signal("sine", signals.MAX_LENGTH + 1)


def test_a_signal_convolved_is_numpy_s_convolution() -> None:
    signal, kernel = make_signal("chirp", 200).values, make_signal("gaussian", 9, 8).values
    spec = KindSpec(size=(200,), kernel_size=9, padding="full", operation="convolution")
    found = run_kind(spec, signal[None], kernel[None, None])[0]
    assert len(found) == 200 + 9 - 1
    np.testing.assert_allclose(found, np.convolve(signal, kernel), atol=1e-5)


def test_pictures_as_a_volume_and_its_slices() -> None:
    rng = np.random.default_rng(0)
    colour = rng.integers(0, 256, (4, 6, 3), np.uint8)
    grey = rng.random((4, 6))
    found = stack([colour, grey])
    assert found.shape == (2, 4, 6)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found[0], colour @ np.array([0.299, 0.587, 0.114]) / 255, atol=1e-6)
    np.testing.assert_allclose(found[1], grey, atol=1e-7)
    np.testing.assert_array_equal(slice_of(found, "depth", 1), found[1])
    np.testing.assert_array_equal(slice_of(found, "height", 3), found[:, 3])
    np.testing.assert_array_equal(slice_of(found, "width", 5), found[:, :, 5])


def refused(work: Any) -> str:
    with pytest.raises(EngineError) as caught:
        work()
    return str(caught.value)


def test_what_is_no_volume_is_refused_before_it_is_made() -> None:
    flat: NDArray[Any] = np.zeros((4, 6))
    assert "at least one picture" in refused(lambda: stack([]))
    assert "Picture 2 of the stack is 6×4 and the first 4×6" in refused(lambda: stack([flat, flat.T]))
    assert "Picture 1 of the stack is no array" in refused(lambda: stack([np.zeros((4, 6, 2))]))
    assert "Picture 1 of the stack is no array" in refused(lambda: stack([np.full((4, 6), "a")]))
    assert "no slice 2 along the depth, which has 2" in refused(lambda: slice_of(stack([flat] * 2), "depth", 2))
    assert "no axis 'time'" in refused(lambda: slice_of(stack([flat]), "time", 0))
    assert "No test volume is called 'cube'" in refused(lambda: make_volume("cube"))
    assert "none" in refused(lambda: make_volume("ball", (3, 3)))
    tracemalloc.start()
    try:
        assert "takes 4,000,000,000 bytes" in refused(lambda: make_volume("noise", (1000, 1000, 1000)))
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


def test_a_stack_that_grows_too_large_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(volume, "MAX_BYTES", 1000)
    taken = []

    def pictures() -> Any:
        for number in range(1000):
            taken.append(number)
            yield np.zeros((5, 10))

    assert "A volume of 6×5×10 cells takes 1,200 bytes" in refused(lambda: stack(pictures()))
    assert len(taken) == 6


@pytest.mark.parametrize("name", volume.NAMES)
def test_volumes_made(name: str) -> None:
    found = make_volume(name, (6, 8, 10))
    assert found.shape == (6, 8, 10)
    assert found.dtype == np.float32
    assert 0 <= found.min() < found.max() <= 1
    if name == "moving-bar":
        centres = [np.flatnonzero(layer[0]).mean() for layer in found]
        assert centres == sorted(centres)
        assert centres[-1] > centres[0]
