"""The command line: what it prints, what it writes, and how it fails."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from scipy import ndimage
from scipy import signal as scipy_signal
from torch.nn import functional as F

import engine
from engine.cli import main
from engine.commands import devices, kernels
from engine.commands.output import grey_levels
from engine.errors import SourceError, SpecError
from engine.kernels import kernel, kernel_names

ROOT = Path(engine.__file__).resolve().parents[1]
SOBEL = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], dtype=float)


@pytest.fixture
def grey(tmp_path):
    """A grey picture as numbers, odd in height and even in width."""
    path = tmp_path / "grey.npy"
    np.save(path, np.random.default_rng(0).random((17, 22)).astype(np.float32))
    return path


def said(capsys):
    """What was printed and complained since the last look."""
    return capsys.readouterr()


def refused(capsys, *arguments) -> str:
    """The one line that a wrong call is answered with."""
    status = main([str(argument) for argument in arguments])
    out, err = said(capsys)
    assert (status, out) == (2, "")
    assert err.startswith("error: ")
    assert err.count("\n") == 1
    assert "usage" not in err
    assert "Traceback" not in err
    return err


# --- kernels and devices


def test_kernels_are_listed_for_people_and_for_programs(capsys):
    assert main(["kernels"]) == 0
    text = said(capsys).out
    assert main(["kernels", "--json"]) == 0
    listed = json.loads(said(capsys).out)["kernels"]
    assert [entry["name"] for entry in listed] == list(kernel_names())
    for entry in listed:
        assert entry["name"] in text
        assert entry["summary"] in text
        np.testing.assert_array_equal(np.array(entry["weights"], np.float32), kernel(entry["name"]).weights)
    gaussian = next(entry for entry in listed if entry["name"] == "gaussian")
    assert [p["name"] for p in gaussian["parameters"]] == ["sigma", "size"]
    assert gaussian["parameters"][0]["maximum"] == 5
    assert "-P sigma=1  0.2 to 5 px" in text


def test_devices_name_the_processor_and_a_reason_for_what_is_missing(capsys):
    assert main(["devices", "--json"]) == 0
    listed = {entry["device"]: entry for entry in json.loads(said(capsys).out)["devices"]}
    assert listed["cpu"]["available"] is True
    assert listed["mps"]["available"] is torch.backends.mps.is_available()
    assert any(name.startswith("cuda") for name in listed)
    assert all(entry["detail"] for entry in listed.values())
    assert main(["devices"]) == 0
    assert "cpu" in said(capsys).out


def test_devices_list_every_gpu(capsys, monkeypatch):
    """As on a machine with two of them: torch's answers are the only thing replaced."""
    card = type("Card", (), {"name": "NVIDIA X", "total_memory": 80 * 2**30})
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda index: card)
    assert main(["devices", "--json"]) == 0
    found = [entry for entry in json.loads(said(capsys).out)["devices"] if entry["device"].startswith("cuda")]
    assert [entry["device"] for entry in found] == ["cuda:0", "cuda:1"]
    assert found[1]["memory_bytes"] == 80 * 2**30
    assert "NVIDIA X, 80 GiB" in found[1]["detail"]


# --- filter: numbers


def filtered(image, *options) -> np.ndarray:
    """The map that the command writes for an image, as numbers."""
    output = image.parent / "map.npy"
    assert main(["filter", str(image), "-o", str(output), *map(str, options)]) == 0
    return np.load(output, allow_pickle=False)


def test_a_map_is_scipys(grey, capsys):
    found = filtered(grey, "--kernel", "sobel-vertical")
    expected = scipy_signal.correlate2d(np.load(grey).astype(float), SOBEL, mode="valid")
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, atol=4e-7 * 8)
    assert "map.npy: 15×20, values from" in said(capsys).out
    turned = filtered(grey, "--kernel", "sobel-vertical", "--operation", "convolution", "--padding", "full")
    np.testing.assert_allclose(
        turned, scipy_signal.convolve2d(np.load(grey).astype(float), SOBEL, mode="full"), atol=4e-7 * 8
    )


@pytest.mark.parametrize(
    ("options", "settings_of_torch"),
    [
        (["--stride", "2", "--padding", "1"], {"stride": 2, "padding": 1}),
        (["--stride", "3,2", "--padding", "2,0"], {"stride": (3, 2), "padding": (2, 0)}),
        (["--dilation", "1,2", "--bias", "-1e-1"], {"dilation": (1, 2), "bias": torch.tensor([-0.1]).double()}),
        (["--padding", "same", "--bias=.5"], {"padding": 1, "bias": torch.tensor([0.5]).double()}),
    ],
)
def test_every_number_is_an_option(grey, options, settings_of_torch):
    found = filtered(grey, "--kernel", "sobel-vertical", "--device", "cpu", *options)
    picture = torch.from_numpy(np.load(grey)).double()[None, None]
    expected = F.conv2d(picture, torch.from_numpy(SOBEL)[None, None], **settings_of_torch)[0, 0]
    np.testing.assert_allclose(found, expected.numpy(), atol=4e-7 * 8)


@pytest.mark.parametrize(("mode", "name"), [("reflect", "mirror"), ("replicate", "nearest"), ("circular", "wrap")])
def test_every_padding_mode_is_an_option(grey, mode, name):
    found = filtered(grey, "--kernel", "scharr-horizontal", "--padding", "same", "--padding-mode", mode)
    weights = kernel("scharr-horizontal").weights.astype(float)
    expected = ndimage.correlate(np.load(grey).astype(float), weights, mode=name)
    np.testing.assert_allclose(found, expected, atol=4e-7 * 32)


def test_parameters_reach_the_kernel(grey):
    found = filtered(grey, "--kernel", "gaussian", "-P", "sigma=1.5", "-P", "size=5")
    weights = kernel("gaussian", sigma=1.5, size=5).weights.astype(float)
    np.testing.assert_allclose(found, scipy_signal.correlate2d(np.load(grey), weights, mode="valid"), atol=1e-6)


@pytest.mark.parametrize("suffix", [".json", ".npy"])
def test_a_kernel_can_be_a_file(grey, suffix, tmp_path):
    weights = np.array([[0.5, -1.0, 2.0], [1.0, 0.0, -3.0]])
    path = tmp_path / f"mine{suffix}"
    path.write_text(json.dumps(weights.tolist())) if suffix == ".json" else np.save(path, weights)
    expected = scipy_signal.correlate2d(np.load(grey).astype(float), weights, mode="valid")
    np.testing.assert_allclose(filtered(grey, "--kernel", path), expected, atol=4e-7 * 8)


def test_a_deep_kernel_sums_over_the_channels(tmp_path):
    picture = np.random.default_rng(1).random((9, 8, 5)).astype(np.float32)
    weights = np.random.default_rng(2).standard_normal((3, 2, 5)).astype(np.float32)
    np.save(tmp_path / "volume.npy", picture)
    np.save(tmp_path / "deep.npy", weights)
    found = filtered(tmp_path / "volume.npy", "--kernel", tmp_path / "deep.npy")
    expected = sum(
        scipy_signal.correlate2d(picture[..., c].astype(float), weights[..., c].astype(float), mode="valid")
        for c in range(5)
    )
    assert found.shape == (7, 7)
    np.testing.assert_allclose(found, expected, atol=4e-7 * np.abs(weights).sum())


def test_whole_numbers_are_taken_as_they_are(tmp_path):
    np.save(tmp_path / "bytes.npy", np.full((4, 4), 200, dtype=np.uint8))
    assert filtered(tmp_path / "bytes.npy", "--kernel", "box").max() == pytest.approx(200)


# --- filter: pictures


@pytest.fixture
def photo(tmp_path):
    """A colour picture file: red on the left, white on the right."""
    pixels = np.zeros((12, 20, 3), dtype=np.uint8)
    pixels[:, :10, 0] = 255
    pixels[:, 10:] = 255
    path = tmp_path / "photo.png"
    Image.fromarray(pixels).save(path)
    return path


def written(photo, capsys, *options):
    """The PNG that the command writes, and its JSON answer."""
    output = photo.parent / "out.png"
    assert main(["filter", str(photo), "-o", str(output), "--json", *options]) == 0
    answer = json.loads(said(capsys).out)
    with Image.open(output) as picture:
        pixels = np.asarray(picture)
    assert answer["output"] == str(output)
    assert answer["shape"] == list(pixels.shape)
    return pixels, answer


def test_the_identity_gives_the_picture_back(photo, capsys):
    pixels, answer = written(photo, capsys, "--kernel", "identity", "--padding", "same")
    with Image.open(photo) as picture:
        np.testing.assert_array_equal(pixels, np.asarray(picture))
    assert (answer["min"], answer["max"], answer["scaling"]) == (0.0, 1.0, "unit")


def test_a_map_with_both_signs_has_zero_at_mid_grey(photo, capsys):
    pixels, answer = written(photo, capsys, "--kernel", "vertical")
    assert (answer["min"], answer["max"]) == (-3.0, 0.0)
    assert (answer["scaling"], answer["white"]) == ("signed", 3.0)
    assert set(np.unique(pixels)) == {1, 128}
    assert (pixels[..., 0] == 128).all()
    assert pixels[0, 8, 1] == 1


def test_a_map_beyond_one_is_scaled_by_its_maximum(photo, capsys):
    pixels, answer = written(photo, capsys, "--kernel", "identity", "--bias", "1")
    assert (answer["max"], answer["scaling"], answer["white"]) == (2.0, "maximum", 2.0)
    assert set(np.unique(pixels)) == {128, 255}


def test_people_are_told_the_scaling_too(photo, capsys):
    assert main(["filter", str(photo), "--kernel", "vertical", "-o", str(photo.parent / "o.png")]) == 0
    line = said(capsys).out
    assert "o.png: 10×18×3, values from -3 to 0; zero is mid-grey 128 and 3 is white" in line


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.lists(st.floats(-1e6, 1e6, width=32), min_size=1, max_size=30))
def test_levels_keep_the_order_and_the_sign(values):
    found = np.array([values], dtype=np.float32)
    shown = grey_levels(found)
    levels = shown.levels.astype(float)
    if shown.scaling == "signed":
        restored = (levels - 128) / 127 * shown.white
        assert (np.sign(levels - 128) * np.sign(found) >= 0).all()
    else:
        restored = levels / 255 * shown.white
    np.testing.assert_allclose(restored, found, atol=shown.white / 250)
    assert (shown.scaling == "unit") <= (found.max() <= 1.001)


def test_rounding_below_zero_or_above_one_is_no_sign():
    """A blur computed by FFT leaves −1e-8 where the picture is black."""
    assert grey_levels(np.array([[-1e-8, 0.5, 1.0000001]], dtype=np.float32)).scaling == "unit"
    assert grey_levels(np.array([[-1e-5, 0.0, 300.0]], dtype=np.float32)).scaling == "maximum"
    assert grey_levels(np.array([[-0.01, 0.5]], dtype=np.float32)).scaling == "signed"
    assert grey_levels(np.zeros((2, 2), dtype=np.float32)).levels.max() == 0


@pytest.mark.parametrize(
    "found", [np.array([[np.nan]]), np.array([[np.inf, 0]]), np.zeros((2, 2, 2)), np.zeros((2, 2, 4))]
)
def test_what_a_png_cannot_hold_is_told(found):
    with pytest.raises(SpecError, match=r"\.npy output would do"):
        grey_levels(found.astype(np.float32))


# --- bad input


def test_what_cannot_be_asked_for(capsys, grey, photo, tmp_path):
    out = tmp_path / "o.npy"
    before = sorted(tmp_path.iterdir())
    wrong = [
        ((), "there is kernels, filter, devices"),
        (("filtre",), "choose from 'kernels', 'filter', 'devices'"),
        (("kernels", "--jsn"), "--jsn"),
        (("filter",), "IMAGE"),
        (("filter", grey, "-o", out), "--kernel"),
        (("filter", grey, "--kernel", "box"), "-o"),
        (("filter", grey, "--kernel", "bx", "-o", out), "did you mean box"),
        (("filter", grey, "--kernel", "gaussian", "-P", "sigma=99", "-o", out), "Sigma σ must be between 0.2 and 5"),
        (("filter", grey, "--kernel", "gaussian", "-P", "sgima=1", "-o", out), "did you mean sigma"),
        (("filter", grey, "--kernel", "gaussian", "-P", "sigma", "-o", out), "NAME=VALUE"),
        (("filter", grey, "--kernel", "gaussian", "-P", "sigma=x", "-o", out), "'x' is not a number"),
        (("filter", grey, "--kernel", tmp_path / "no.npy", "-o", out), "There is no file"),
        (("filter", grey, "--kernel", photo, "-o", out), ".json or .npy"),
        (("filter", grey, "--kernel", grey, "-P", "sigma=1", "-o", out), "-P sigma"),
        (("filter", tmp_path / "no.png", "--kernel", "box", "-o", out), "no.png"),
        (("filter", tmp_path / "no.npy", "--kernel", "box", "-o", out), "There is no file"),
        (("filter", tmp_path, "--kernel", "box", "-o", out), tmp_path.name),
        (("filter", grey, "--kernel", "box", "-o", tmp_path / "o.jpg"), ".png or .npy"),
        (("filter", grey, "--kernel", "box", "-o", tmp_path / "o"), ".png or .npy"),
        (("filter", grey, "--kernel", "box", "-o", tmp_path / "none" / "o.npy"), "does not exist"),
        (("filter", grey, "--kernel", "box", "-o", out, "--stride", "0"), "at least 1"),
        (("filter", grey, "--kernel", "box", "-o", out, "--stride", "-1"), "Stride"),
        (("filter", grey, "--kernel", "box", "-o", out, "--stride", "1,2,x"), "--stride"),
        (("filter", grey, "--kernel", "box", "-o", out, "--stride", "1.5"), "'1.5' is neither a whole number"),
        (("filter", grey, "--kernel", "box", "-o", out, "--dilation", "40"), "fit"),
        (("filter", grey, "--kernel", "box", "-o", out, "--padding", "sane"), "valid, same, full"),
        (("filter", grey, "--kernel", "box", "-o", out, "--padding", "-1,2"), "Padding"),
        (("filter", grey, "--kernel", "box", "-o", out, "--padding", "17", "--padding-mode", "reflect"), "reflect"),
        (("filter", grey, "--kernel", "box", "-o", out, "--padding-mode", "mirror"), "'reflect'"),
        (("filter", grey, "--kernel", "box", "-o", out, "--operation", "sum"), "'convolution'"),
        (("filter", grey, "--kernel", "box", "-o", out, "--bias", "nan"), "finite"),
        (("filter", grey, "--kernel", "box", "-o", out, "--bias", "-inf"), "finite"),
        (("filter", grey, "--kernel", "box", "-o", out, "--device", "toaster"), "toaster"),
        (("filter", grey, "extra", "--kernel", "box", "-o", out), "extra"),
        (("filter", grey, "--kern", "box", "-o", out), "--kern"),
    ]
    for arguments, words in wrong:
        assert words in refused(capsys, *arguments), arguments
    assert sorted(tmp_path.iterdir()) == before


def test_what_an_image_file_cannot_be(capsys, tmp_path):
    np.save(tmp_path / "flat.npy", np.zeros(5))
    np.save(tmp_path / "small.npy", np.zeros((2, 2)))
    np.save(tmp_path / "objects.npy", np.array([{}], dtype=object), allow_pickle=True)
    (tmp_path / "empty.npy").write_bytes(b"")
    (tmp_path / "empty.png").write_bytes(b"")
    (tmp_path / "text.png").write_text("no picture")
    out = tmp_path / "o.png"
    for name, words in [
        ("flat.npy", "[H, W] or [H, W, C]"),
        ("small.npy", "fit"),
        ("objects.npy", "object values"),
        ("empty.npy", "no .npy file"),
        ("empty.png", "empty.png"),
        ("text.png", "text.png"),
    ]:
        assert words in refused(capsys, "filter", tmp_path / name, "--kernel", "box", "-o", out)
        assert not out.exists()


def test_a_map_that_is_not_finite_is_a_npy_only(capsys, tmp_path):
    np.save(tmp_path / "nan.npy", np.full((4, 4), np.nan))
    line = refused(capsys, "filter", tmp_path / "nan.npy", "--kernel", "box", "-o", tmp_path / "o.png")
    assert ".npy output would do" in line
    assert main(["filter", str(tmp_path / "nan.npy"), "--kernel", "box", "-o", str(tmp_path / "o.npy"), "--json"]) == 0
    answer = json.loads(said(capsys).out)
    assert (answer["min"], answer["max"]) == (None, None)


WORDS = st.sampled_from(
    ["filter", "kernels", "devices", "--json", "--kernel", "box", "gaussian", "-P", "sigma=1", "sigma=", "=", "-o"]
    + ["o.npy", "o.png", "/dev/null", "--padding", "same", "-1", "1,2", "--stride", "--bias", "-1e-3", "-inf", "", "-"]
    + ["--", "grey.npy", "--help", "\udcff", "a\nb", "%s", "{0}", "--operation", "convolution", "--device", "cpu"]
)


@settings(
    max_examples=400, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.one_of(WORDS, st.text(max_size=5)), max_size=9))
def test_any_words_are_answered(grey, monkeypatch, capsys, words):
    monkeypatch.chdir(grey.parent)
    status = main([word.replace("\0", "") for word in words])
    out, err = said(capsys)
    assert status in (0, 2)
    assert (err == "") == (status == 0)
    if status == 2:
        assert err.startswith("error: ")
        assert err.count("\n") == 1
        assert out == ""


# --- how it ends


def raising(monkeypatch, error):
    """Make the verb `kernels` fail with an error."""

    def run(arguments):
        raise error

    monkeypatch.setattr(kernels, "run", run)
    return main(["kernels"])


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (SourceError("The stream is lost."), 1, "The stream is lost."),
        (MemoryError(), 1, "not enough memory"),
        (torch.OutOfMemoryError("CUDA"), 1, "not enough memory"),
        (OSError(28, "No space left on device", "x.npy"), 1, "x.npy: No space left on device"),
        (ValueError("two\nlines"), 1, "ValueError: two lines"),
    ],
)
def test_each_kind_of_failure_has_its_status(monkeypatch, capsys, error, status, words):
    assert raising(monkeypatch, error) == status
    err = said(capsys).err
    assert err.startswith("error: ")
    assert words in err
    assert err.count("\n") == 1


def test_help_and_version_are_no_errors(capsys):
    assert main(["--version"]) == 0
    assert engine.__version__ in said(capsys).out
    assert main(["filter", "--help"]) == 0
    helped = said(capsys).out
    for option in ("--operation", "--padding", "--padding-mode", "--stride", "--dilation", "--bias", "--device"):
        assert option in helped


def process(*arguments, **options):
    """`python ARGUMENTS` at the repository's root, its standard error caught."""
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    return subprocess.Popen(
        [sys.executable, *arguments], cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True, **options
    )


def test_as_a_program_it_loads_neither_torch_nor_opencv_for_a_list():
    code = "import sys, engine.cli; engine.cli.main(['kernels']); print({'torch', 'cv2'} & {*sys.modules})"
    child = process("-c", code, stdout=subprocess.PIPE)
    out, err = child.communicate(timeout=60)
    assert (child.returncode, err) == (0, "")
    assert out.splitlines()[-1] == "set()"
    assert "\\xb0" in out  # the degree sign, for a terminal that has none


def test_a_reader_that_has_gone_is_no_error():
    reader, writer = os.pipe()
    os.close(reader)
    child = process("-m", "engine", "kernels", "--json", stdout=writer)
    os.close(writer)
    assert child.communicate(timeout=60)[1] == ""
    assert child.returncode == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full device here")
def test_output_that_cannot_be_written_is_told():
    with open("/dev/full", "w") as full:
        child = process("-m", "engine", "kernels", stdout=full)
        err = child.communicate(timeout=60)[1]
    assert child.returncode == 1
    assert err.startswith("error: ")
    assert err.count("\n") == 1


def test_an_interrupt_ends_it_quietly():
    code = (
        "import signal, sys, engine.cli, engine.commands.kernels as verb\n"
        "verb.run = lambda arguments: (print('ready', flush=True), signal.pause())\n"
        "sys.exit(engine.cli.main(['kernels']))"
    )
    child = process("-c", code, stdout=subprocess.PIPE)
    assert child.stdout.readline() == "ready\n"
    child.send_signal(signal.SIGINT)
    out, err = child.communicate(timeout=60)
    assert (child.returncode, out, err) == (130, "", "")


def test_python_m_engine_reports_its_status():
    child = process("-m", "engine", "kernel", stdout=subprocess.PIPE)
    out, err = child.communicate(timeout=60)
    assert (child.returncode, out) == (2, "")
    assert err.startswith("error: VERB: invalid choice: 'kernel'")
    assert devices.__name__ == "engine.commands.devices"
