"""The verb `filter`: every option against scipy and torch, and every wrong call answered with one line."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from PIL import Image
from scipy import ndimage
from scipy import signal as scipy_signal
from torch.nn import functional as F

from engine.cli import main
from engine.kernels import kernel
from engine.kernels.banks import bank, bank_of, save_bank

SOBEL = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], dtype=float)


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
    assert "map.npy: 15×20, values from" in capsys.readouterr().out
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


def test_a_kernel_can_be_numbers(grey):
    expected = filtered(grey, "--kernel", "sobel-vertical")
    for numbers in (
        "-1 0 1; -2 0 2; -1 0 1",
        "-1,0,1;-2,0,2;-1,0,1",
        "[[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]",
        "1/4 * -4 0 4; -8 0 8; -4 0 4",
        "-1/1,0,1;-2,0,2;-1,0,1",
        "np.array([[-2, 0, 2], [-4, 0, 4], [-2, 0, 2]]) / 2",
    ):
        np.testing.assert_array_equal(filtered(grey, "--kernel", numbers), expected)
    np.testing.assert_array_equal(filtered(grey, "--kernel", "1"), np.load(grey))


def test_a_kernel_can_be_one_of_a_bank(grey, tmp_path):
    expected = filtered(grey, "--kernel", "sobel-vertical")
    np.testing.assert_array_equal(filtered(grey, "--kernel", "sobel-compass#east"), expected)
    save_bank(bank("sobel-compass"), tmp_path / "mine.json")
    save_bank(bank("sobel-compass"), tmp_path / "mine.npz")
    save_bank(bank("sobel-compass"), tmp_path / "mine.npy")
    for place in ("mine.json#east", "mine.npz#east", "mine.npy#3"):
        np.testing.assert_array_equal(filtered(grey, "--kernel", tmp_path / place), expected)
    save_bank(bank_of("one", {"a": SOBEL}), tmp_path / "one.json")
    save_bank(bank_of("one", {"a": SOBEL}), tmp_path / "one.npz")
    for place in ("one.json", "one.npz"):
        np.testing.assert_array_equal(filtered(grey, "--kernel", tmp_path / place), expected)
    (tmp_path / "rows.txt").write_text("-1 0 1\n-2 0 2\n-1 0 1\n")
    np.testing.assert_array_equal(filtered(grey, "--kernel", tmp_path / "rows.txt"), expected)
    few = filtered(grey, "--kernel", "gabor#90° λ 3", "-P", "orientations=2", "-P", "phases=1", "--padding", "same")
    assert few.shape == np.load(grey).shape


def test_several_kernels_are_applied_one_after_the_other(grey):
    found = filtered(grey, "--kernel", "box", "--kernel", "sobel-vertical", "--kernel", "1 -1", "--stride", "2,1")
    expected = np.load(grey).astype(float)
    for weights in (kernel("box").weights, SOBEL, np.array([[1.0, -1.0]])):
        expected = scipy_signal.correlate2d(expected, weights, mode="valid")[::2]
    np.testing.assert_allclose(found, expected, atol=1e-5)


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


@pytest.fixture
def photo(tmp_path):
    """A colour picture file: red on the left, white on the right."""
    pixels = np.zeros((12, 20, 3), dtype=np.uint8)
    pixels[:, :10, 0] = 255
    pixels[:, 10:] = 255
    path = tmp_path / "photo.png"
    Image.fromarray(pixels).save(path)
    return path


def test_what_cannot_be_asked_for(refused, grey, photo, tmp_path):
    out, several = tmp_path / "o.npy", tmp_path / "several.json"
    save_bank(bank("kirsch-compass"), several)
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
        (("filter", grey, "--kernel", photo, "-o", out), ".json, .npy or .txt"),
        (("filter", grey, "--kernel", grey, "-P", "sigma=1", "-o", out), "-P sigma"),
        (("filter", grey, "--kernel", "1 2; 3", "-o", out), "row 2 has 1"),
        (("filter", grey, "--kernel", "1 2; 3 1/0", "-o", out), "Row 2, value 2: '1/0' is not a number"),
        (("filter", grey, "--kernel", "1 0 -1", "-P", "sigma=1", "-o", out), "1 0 -1 has fixed weights"),
        (("filter", grey, "--kernel", "sobel-compass#up", "-o", out), "there is north, north-east"),
        (("filter", grey, "--kernel", "sobl-compass#north", "-o", out), "did you mean sobel-compass"),
        (("filter", grey, "--kernel", "schmid#a", "-P", "sizes=3", "-o", out), "did you mean size"),
        (("filter", grey, "--kernel", tmp_path / "no.npz", "-o", out), "There is no file"),
        (("filter", grey, "--kernel", tmp_path / "no.json#a", "-o", out), "There is no file"),
        (("filter", grey, "--kernel", several, "-o", out), "several.json holds 8 kernels; name one of them, as in "),
        (("filter", grey, "--kernel", f"{several}#up", "-o", out), "There is no kernel 'up'"),
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
        assert words in refused(*arguments), arguments
    assert sorted(tmp_path.iterdir()) == before


def test_a_parameter_with_several_kernels_is_ambiguous(refused, grey):
    told = refused("filter", grey, "--kernel", "box", "--kernel", "gaussian", "-P", "sigma=2", "-o", "a.npy")
    assert "-P sigma could belong to any of 2 kernels" in told


def test_what_an_image_file_cannot_be(refused, tmp_path):
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
        assert words in refused("filter", tmp_path / name, "--kernel", "box", "-o", out)
        assert not out.exists()


def test_a_map_that_is_not_finite_is_a_npy_only(capsys, refused, tmp_path):
    np.save(tmp_path / "nan.npy", np.full((4, 4), np.nan))
    line = refused("filter", tmp_path / "nan.npy", "--kernel", "box", "-o", tmp_path / "o.png")
    assert ".npy output would do" in line
    assert main(["filter", str(tmp_path / "nan.npy"), "--kernel", "box", "-o", str(tmp_path / "o.npy"), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["min"], answer["max"]) == (None, None)
