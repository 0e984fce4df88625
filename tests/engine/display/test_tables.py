"""The tables of colours: where zero and the ends lie, published values, evenness, and what a colour-blind eye sees."""

from __future__ import annotations

import subprocess
import sys
from typing import get_args

import matplotlib
import numpy as np
import pytest

from engine.display.tables import MIDDLE, NON_FINITE, TableName, palette, stops, table

NAMES = get_args(TableName)

# G. M. Machado et al. 2009, "A Physiologically-based Model for Simulation of Color Vision Deficiency", severity 1.
BLIND = {
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
}


def rgb(name: TableName, dark: bool = True) -> np.ndarray:
    return table(name, dark)[:, 2::-1].astype(int)


def lightness(colours: np.ndarray) -> np.ndarray:
    """CIE L* of sRGB, 0 to 100: a measure of its own, not the one the tables are made with."""
    value = colours / 255
    linear = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    luminance = linear @ [0.2126, 0.7152, 0.0722]
    return np.where(luminance > 0.008856, 116 * np.cbrt(luminance) - 16, 903.3 * luminance)


@pytest.mark.parametrize("dark", [True, False])
@pytest.mark.parametrize("name", NAMES)
def test_every_table_has_256_opaque_colours_and_cannot_be_changed(name: TableName, dark: bool) -> None:
    made = table(name, dark)
    assert made.shape == (256, 4)
    assert made.dtype == np.uint8
    assert (made[:, 3] == 255).all()
    assert made[0, 2::-1].tolist() == list(NON_FINITE)
    with pytest.raises(ValueError, match="read-only"):
        made[3] = 0


@pytest.mark.parametrize("name", NAMES)
def test_no_value_looks_like_a_missing_one(name: TableName) -> None:
    for dark in (True, False):
        assert np.abs(rgb(name, dark)[1:] - NON_FINITE).sum(axis=1).min() > 60


@pytest.mark.parametrize(
    ("dark", "low", "zero", "high"),
    [
        (True, (0x3C, 0x96, 0xEB), (0x16, 0x19, 0x1E), (0xF0, 0x83, 0x3A)),
        (False, (0x1F, 0x6F, 0xD0), (0xFF, 0xFF, 0xFF), (0xD9, 0x62, 0x1A)),
    ],
)
def test_diverging_runs_through_the_colours_of_the_look(dark: bool, low: object, zero: object, high: object) -> None:
    made = rgb("diverging", dark)
    assert [tuple(made[i]) for i in (1, MIDDLE, 255)] == [low, zero, high]
    assert (made == made[MIDDLE]).all(axis=1).sum() == 1, "only zero has the colour of zero"


@pytest.mark.parametrize("dark", [True, False])
def test_both_arms_of_diverging_are_even_and_alike(dark: bool) -> None:
    light = lightness(rgb("diverging", dark)[1:])
    below, above = np.abs(np.diff(light[:MIDDLE])), np.abs(np.diff(light[MIDDLE - 1 :]))
    sign = 1 if dark else -1
    assert (sign * np.diff(light[:MIDDLE:8]) < 0).all()
    assert (sign * np.diff(light[MIDDLE - 1 :: 8]) > 0).all()
    for arm in (below, above):
        quarters = [part.sum() for part in np.array_split(arm, 4)]
        assert max(quarters) < 1.6 * min(quarters)
    assert abs(light[0] - light[-1]) < 12, "the same strength is about as far from zero on both sides"


@pytest.mark.parametrize("name", ["viridis", "magma", "cividis"])
def test_published_tables_are_as_published(name: TableName) -> None:
    published = np.array(matplotlib.colormaps[name].colors) * 255
    at = np.linspace(0, 255, 255)
    expected = np.stack([np.interp(at, np.arange(256), channel) for channel in published.T], axis=1)
    difference = np.abs(rgb(name)[1:] - expected)
    assert difference.max() <= 3
    assert difference.mean() < 0.5


def test_grey_is_even_and_its_ends_are_black_and_white() -> None:
    made = rgb("grey")[1:]
    assert (made[:, 0] == made[:, 1]).all()
    assert (made[:, 0] == made[:, 2]).all()
    assert np.abs(made[:, 0] - np.linspace(0, 255, 255)).max() <= 0.5


def test_cyclic_closes_without_a_seam_and_turns_evenly() -> None:
    made = rgb("cyclic")[1:]
    assert (made[0] == made[-1]).all()
    step = np.sqrt((np.diff(made, axis=0) ** 2).sum(axis=1))
    assert step.max() < 6
    assert abs(step[0] - step[-1]) < 2
    around = np.convolve(np.tile(step, 3), np.ones(16) / 16, "same")[254:-254]
    assert around.max() < 2.5 * around.min(), "no direction has more colours than another"


@pytest.mark.parametrize("eye", list(BLIND))
def test_opposite_and_square_directions_differ_for_every_eye(eye: str) -> None:
    made = rgb("cyclic")[1:-1]
    seen = made @ np.array(BLIND[eye]).T
    for turn in (64, 127):
        distance = np.sqrt(((seen - np.roll(seen, turn, axis=0)) ** 2).sum(axis=1))
        assert distance.min() > 60


@pytest.mark.parametrize("eye", list(BLIND))
@pytest.mark.parametrize("dark", [True, False])
def test_the_sign_differs_for_every_eye(eye: str, dark: bool) -> None:
    seen = rgb("diverging", dark)[1:] @ np.array(BLIND[eye]).T
    mirrored = np.sqrt(((seen - seen[::-1]) ** 2).sum(axis=1))
    assert mirrored[0] > 150
    assert mirrored[96] > 20, "a quarter of full strength still shows its sign"


def test_stops_are_the_colours_of_the_table() -> None:
    assert stops("diverging", True, 3) == [(0x3C, 0x96, 0xEB), (0x16, 0x19, 0x1E), (0xF0, 0x83, 0x3A)]
    every = stops("magma", False, 255)
    assert every == [tuple(colour) for colour in rgb("magma", False)[1:].tolist()]
    assert len(stops("cyclic", True, 7)) == 7
    with pytest.raises(ValueError, match="at least 2"):
        stops("grey", True, 1)


def test_an_unknown_table_is_named() -> None:
    with pytest.raises(ValueError, match="'jet'"):
        table("jet")  # type: ignore[arg-type]


@pytest.mark.parametrize("choice", ["auto", "diverging", "viridis", "grey", "magma", "cividis"])
def test_a_choice_of_colours_has_a_table_for_each_kind_of_map(choice: str) -> None:
    chosen = palette(choice, dark=False)  # type: ignore[arg-type]
    assert chosen.name("diverging") == "diverging"
    assert chosen.name("cyclic") == "cyclic"
    assert chosen.name("sequential") == (choice if choice not in ("auto", "diverging") else "viridis")
    assert (chosen.table("diverging")[MIDDLE] == 255).all()
    assert chosen.background != palette(choice, dark=True).background  # type: ignore[arg-type]


def test_the_window_may_import_the_tables() -> None:
    code = "import sys, engine.display.tables; print([m for m in ('cv2', 'torch', 'PySide6') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
