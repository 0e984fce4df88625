"""The gallery: small pictures of what each kernel does, right and all of one size."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import correlate

from engine.display.levels import PI, Levels, MapLevels
from engine.display.thumbnails import make_gallery, small_frame
from engine.errors import SpecError
from engine.kernels import kernel, kernel_names
from engine.spec.filter import DetectorSpec, FilterSpec, KernelSpec, PoolingSpec
from engine.spec.view import ViewSpec


def grey_frame(height: int, width: int) -> np.ndarray:
    plane = np.random.default_rng(0).integers(0, 256, (height, width), np.uint8)
    return np.repeat(plane[..., None], 3, axis=2)


def named(name: str, **changes: object) -> FilterSpec:
    return FilterSpec(kernel=kernel(name).spec(), **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["sobel-vertical", "gaussian", "vertical"])
def test_a_thumbnail_is_the_kernel_over_the_small_frame(name: str) -> None:
    frame, spec = grey_frame(40, 52), named(name)
    made = make_gallery(frame, [spec], side=20)
    small = small_frame(frame, 20)[..., 0] / 255
    weights = np.array(spec.kernel.weights[0])
    expected = correlate(small, weights, mode="nearest")
    assert made.maps.shape == (1, 20, 20)
    assert np.abs(made.maps[0] - expected).max() < 4e-7 * np.abs(weights).sum() + 1e-6


def test_all_named_kernels_make_one_row_of_tiles() -> None:
    specs = [named(name) for name in kernel_names()]
    made = make_gallery(grey_frame(180, 320), specs, side=72)
    assert made.mosaic.size == (72, 72 * len(specs))
    out = np.zeros((*made.mosaic.size, 4), np.uint8)
    made.paint(out)
    assert (out[..., 3] == 255).all()
    tiles = out.reshape(72, len(specs), 72, 4).swapaxes(0, 1)
    assert len({tile.tobytes() for tile in tiles}) > 0.8 * len(specs), "kernels look different"


def test_size_and_number_of_planes_make_no_difference() -> None:
    deep = KernelSpec(name="custom", weights=(((1.0, 0.0),),) * 3)
    specs = [
        named("sobel-vertical", stride=(3, 2), padding="full", pooling=PoolingSpec(kind="max")),
        named("sobel-vertical", padding="valid", padding_mode="circular", channels="each"),
        FilterSpec(kernel=deep, channels="sum"),
    ]
    made = make_gallery(grey_frame(31, 64), specs, side=16, aspect=1.0, gap=2)
    assert made.maps.shape == (3, 16, 16)
    assert (made.maps[0] == made.maps[1]).all()
    assert (made.mosaic.rows, made.mosaic.columns, made.mosaic.size) == (2, 2, (34, 34))


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (5, 3)])
def test_a_frame_smaller_than_a_thumbnail_stays_as_it_is(size: tuple[int, int]) -> None:
    made = make_gallery(grey_frame(*size), [named("gaussian"), named("laplacian-8")], side=72)
    assert made.maps.shape == (2, min(size), min(size))


def test_the_square_in_the_middle_is_averaged() -> None:
    frame = np.zeros((12, 30, 3), np.uint8)
    frame[:, 9:21] = 200
    assert (small_frame(frame, 4) == 200).all()
    frame[0:3, 9:12] = (0, 90, 180)
    assert small_frame(frame, 4)[0, 0].tolist() == [0, 90, 180]
    assert small_frame(grey_frame(1080, 1920), 72).shape == (72, 72, 3)


def test_a_large_square_is_cut_to_whole_blocks_around_its_middle() -> None:
    frame = np.random.default_rng(3).integers(0, 256, (103, 120, 3), np.uint8)
    blocks = frame[3:99, 12:108].reshape(16, 6, 16, 6, 3).mean(axis=(1, 3))
    assert np.abs(small_frame(frame, 16) - blocks).max() <= 1


def test_nothing_to_show_is_refused() -> None:
    with pytest.raises(SpecError, match="at least one kernel"):
        make_gallery(grey_frame(4, 4), [])
    with pytest.raises(SpecError, match="0×7"):
        make_gallery(np.zeros((0, 7, 3), np.uint8), [named("gaussian")])


def test_scale_is_own_or_shared_and_colours_are_chosen() -> None:
    frame, specs = grey_frame(20, 20), [named("sobel-vertical"), named("gaussian")]
    own = make_gallery(frame, specs, side=20)
    assert isinstance(own.levels, MapLevels)
    assert own.levels.kinds.tolist() == ["diverging", "sequential"]
    shared = make_gallery(frame, specs, side=20, view=ViewSpec(scale="shared", colour_map="magma"), dark=False)
    assert isinstance(shared.levels, MapLevels)
    assert {(one.low, one.high) for one in shared.levels} == {(shared.shared.low, shared.shared.high)}
    whole = make_gallery(frame, specs, side=20, view=ViewSpec(scale="shared", saturated=0.0)).shared
    assert whole is not None
    assert whole.high == np.abs(shared.maps).max() == -whole.low


def test_a_shared_scale_holds_the_map_beside_the_gallery_too() -> None:
    view = ViewSpec(scale="shared", saturated=0.0)
    also = Levels(low=-50.0, high=50.0, kind="diverging")
    made = make_gallery(grey_frame(20, 20), [named("gaussian")], 20, view, also=also)
    assert made.shared == also


def test_colours_of_the_second() -> None:
    frame, specs = grey_frame(20, 20), [named("gaussian")]
    shared = make_gallery(frame, specs, side=20, view=ViewSpec(colour_map="magma"), dark=False)
    assert shared.palette.name("sequential") == "magma"
    assert shared.palette.background == (0xF4, 0xF5, 0xF7)


@pytest.mark.parametrize("scale", ["own", "shared"])
def test_directions_keep_to_their_circle(scale: str) -> None:
    turning = named("sobel-vertical", detector=DetectorSpec(kind="direction"))
    view = ViewSpec(scale=scale)  # type: ignore[arg-type]
    made = make_gallery(grey_frame(20, 20), [turning, named("gaussian"), named("sobel-vertical")], 20, view)
    assert isinstance(made.levels, MapLevels)
    assert made.levels.kinds[0] == "cyclic"
    assert made.levels[0].high == PI
    assert (made.levels[1] == made.levels[2]) == (scale == "shared")
    every = make_gallery(grey_frame(20, 20), [turning, turning], 20, view).levels
    assert (every.kind if isinstance(every, Levels) else every[0].kind) == "cyclic"
