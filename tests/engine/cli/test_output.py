"""Maps as PNG: which grey level stands for which value."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from engine.cli import main
from engine.cli.output import grey_levels
from engine.errors import SpecError


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
    answer = json.loads(capsys.readouterr().out)
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
    line = capsys.readouterr().out
    assert "o.png: 10×18×3, values from -3 to 0; zero is mid-grey 128 and 3 is white" in line


@settings(max_examples=4 * settings().max_examples)
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
