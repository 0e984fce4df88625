"""Kernels laid out for the place they are shown in: none lost, none changed, as large as can be."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QImage

from app.featuremaps.kernel_sheet import Sheet, best_sheet, relaid
from engine.display.mosaic import Mosaic
from tests.app.featuremaps.conftest import shown

counts = st.integers(1, 9)
sides = st.integers(1, 5)


@given(counts, counts, sides, sides, st.integers(1, 9), st.integers(0, 2**32 - 1))
def test_every_kernel_arrives_whole(maps: int, inputs: int, height: int, width: int, bands: int, seed: int) -> None:
    mosaic = Mosaic(maps * inputs, height, width, maps, inputs, 1)
    pixels = np.random.default_rng(seed).integers(0, 2**24, mosaic.size, np.uint32) | np.uint32(0xFF000000)
    sheet = Sheet(maps, inputs, height, width, min(bands, maps))
    picture = shown(pixels)
    image = relaid(picture.image, mosaic.tiles(), sheet, 0xFF123456)
    assert (image.height(), image.width()) == sheet.size
    made = _pixels(image)
    covered = np.zeros(sheet.size, int)
    for there, here in zip(mosaic.tiles(), sheet.boxes(), strict=True):
        assert np.array_equal(_cut(made, here), _cut(pixels, there))
        _cut(covered, here)[:] += 1
    assert covered.max() == 1, "kernels lie on each other"
    assert (made[covered == 0] == 0xFF123456).all()


def _cut(pixels: np.ndarray, box: tuple[int, int, int, int]) -> np.ndarray:
    return pixels[box[0] : box[0] + box[2], box[1] : box[1] + box[3]]


def _pixels(image: QImage) -> np.ndarray:
    flat = np.frombuffer(image.constBits(), np.uint32)
    return flat.reshape(image.height(), image.bytesPerLine() // 4)[:, : image.width()]


@given(counts, counts, sides, sides, st.floats(0.2, 5))
def test_no_other_number_of_bands_shows_them_larger(
    maps: int, inputs: int, height: int, width: int, aspect: float
) -> None:
    def zoom(sheet: Sheet) -> float:
        rows, columns = sheet.size
        return min(100 / rows, 100 * aspect / columns)

    best = best_sheet(maps, inputs, height, width, aspect)
    assert all(zoom(best) >= zoom(Sheet(maps, inputs, height, width, bands)) - 1e-9 for bands in range(1, maps + 1))


def test_the_first_layer_of_lenet_fills_a_wide_place() -> None:
    assert best_sheet(6, 1, 5, 5, 2.3).size[0] < best_sheet(6, 1, 5, 5, 0.4).size[0]
