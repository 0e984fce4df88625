"""Painting: the colour tells the value, zero is always neutral, nothing is written elsewhere."""

from __future__ import annotations

import math

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from engine.display.entries import Ramp, careful_entries, quick_entries, value_of
from engine.display.levels import Levels, MapLevels, measure, measure_channels
from engine.display.paint import paint_colour, paint_frame, paint_map
from engine.display.reduce import reduced_size
from engine.display.tables import NON_FINITE, palette, table
from engine.errors import SpecError
from engine.spec.view import ColourMap

NAN, INF = math.nan, math.inf
MISSING = [*NON_FINITE[::-1], 255]
shapes = array_shapes(min_dims=2, max_dims=2, max_side=9)
finite_maps = arrays(np.float32, shapes, elements=st.floats(width=32, allow_nan=False, allow_infinity=False))
any_maps = arrays(np.float32, shapes, elements=st.floats(width=32))
magnitudes = st.sampled_from([1e-44, 1e-30, 1e-3, 1.0, 255.0, 1e6, 1e30, 3e38])


def painted(values: np.ndarray, levels: Levels | None = None, dark: bool = True, factor: int = 1) -> np.ndarray:
    """The picture, from the middle of a larger memory none of whose other bytes may change."""
    height, width = reduced_size(*values.shape[:2], factor)
    memory = np.full((height + 2, width + 2, 4), 77, np.uint8)
    chosen = levels or measure(values)
    paint_map(values, chosen, palette("auto", dark).table(chosen.kind), memory[1:-1, 1:-1], factor)
    return inside(memory)


def inside(memory: np.ndarray) -> np.ndarray:
    rim = memory.copy()
    rim[1:-1, 1:-1] = 77
    assert (rim == 77).all(), "a byte outside the picture was written"
    return memory[1:-1, 1:-1]


def entry_of(picture: np.ndarray, levels: Levels, dark: bool = True) -> np.ndarray:
    """[H, W, 256]: which entries of the table have the colour of each pixel."""
    return (picture[..., None, :] == palette("auto", dark).table(levels.kind)).all(axis=-1)


def told(picture: np.ndarray, levels: Levels) -> tuple[np.ndarray, np.ndarray]:
    """The smallest and the largest value that the colour of each pixel stands for."""
    same = entry_of(picture, levels)
    assert same[..., 1:].any(axis=-1).all()
    first, last = same[..., 1:].argmax(axis=-1) + 1, 255 - same[..., :0:-1].argmax(axis=-1)
    return value_of(first, levels), value_of(last, levels)


@given(finite_maps, magnitudes)
def test_the_colour_tells_the_value_to_one_step(values: np.ndarray, magnitude: float) -> None:
    largest = float(np.abs(values).max())
    values = (values.astype(np.float64) / (largest or 1) * magnitude).astype(np.float32)
    levels = measure(values)
    lowest, highest = told(painted(values, levels), levels)
    step = (levels.high - levels.low) / 254
    assert (values >= lowest - 0.51 * step).all()
    assert (values <= highest + 0.51 * step).all()


@given(any_maps, st.booleans())
def test_zero_is_neutral_in_both_themes(values: np.ndarray, dark: bool) -> None:
    values[0, 0] = 0
    levels = measure(values, "diverging")
    neutral = [0x1E, 0x19, 0x16, 255] if dark else [255, 255, 255, 255]
    assert painted(values, levels, dark)[0, 0].tolist() == neutral


@given(any_maps)
def test_what_is_no_number_has_a_colour_of_its_own(values: np.ndarray) -> None:
    missing = (painted(values) == MISSING).all(axis=-1)
    assert (missing == ~np.isfinite(values)).all()


@given(any_maps, st.floats(-100, 100), st.floats(0.01, 100))
def test_values_outside_the_range_take_its_ends(values: np.ndarray, low: float, width: float) -> None:
    levels = Levels(low=low, high=low + width)
    picture = painted(values, levels)
    colours = palette().table("sequential")
    below, above = np.isfinite(values) & (values <= low), np.isfinite(values) & (values >= low + width)
    assert (picture[below] == colours[1]).all()
    assert (picture[above] == colours[255]).all()


@given(arrays(np.float32, (7, 5), elements=st.floats(-3, 3, width=32)), st.sampled_from([0, 1]))
def test_the_quick_way_and_the_careful_way_agree(values: np.ndarray, first: int) -> None:
    for low, high in ((np.array(-3.0), np.array(3.0)), (np.full((7, 1), -3.0), np.linspace(3, 9, 7)[:, None])):
        ramp = Ramp(low, high, first)
        quick, careful = quick_entries(values, ramp), careful_entries(values, ramp)
        assert quick is not None
        assert np.abs(quick.astype(int) - careful).max() <= 1
        exact = first + (values.astype(np.float64) - low) / (high - low) * (255 - first)
        apart = np.abs(exact % 1 - 0.5)[quick != careful]
        assert (apart < 1e-3).all(), "only where a value lies half-way between two entries"


@pytest.mark.parametrize(
    "values",
    [
        [[NAN, NAN]],
        [[INF, -INF, 0.0]],
        [[1e38, -3e38, 0.0]],
        [[1e-45, -1e-45, 0.0]],
        [[2.0]],
        [[0.0]],
        [[-5.0, -5.0]],
        [[NAN, 1e38, 1e-45, INF]],
    ],
)
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_ugly_maps_are_painted(values: list[list[float]], dtype: type) -> None:
    with np.errstate(over="ignore"):
        array = np.array(values, np.float64).astype(dtype)
    picture = painted(array)
    assert (picture[..., 3] == 255).all()
    finite = np.isfinite(array)
    assert ((picture == MISSING).all(axis=-1) == ~finite).all()


def test_doubles_beyond_single_precision_keep_their_colours() -> None:
    values = np.array([[1e308, 0.0, -1.7e308, 1.7e308]])
    picture, colours = painted(values), table("diverging")
    assert (picture[0] == colours[[203, 128, 1, 255]]).all()


def test_a_narrow_range_far_from_zero_is_exact() -> None:
    values = np.linspace(1e6, 1e6 + 1, 17, dtype=np.float32)[None]
    levels = Levels(low=1e6, high=1e6 + 1)
    lowest, highest = told(painted(values, levels), levels)
    assert (values >= lowest - 0.51 / 254).all()
    assert (values <= highest + 0.51 / 254).all()


@pytest.mark.parametrize("values", [np.zeros((4, 6), bool), np.arange(24, dtype=np.uint8).reshape(4, 6)])
def test_whole_numbers_are_painted(values: np.ndarray) -> None:
    assert (painted(values) == painted(values.astype(np.float32))).all()


def test_a_strided_map_is_painted_as_its_copy() -> None:
    values = np.random.default_rng(0).normal(size=(12, 14, 3)).astype(np.float32)[::2, ::2, 1]
    assert (painted(values) == painted(values.copy())).all()


@pytest.mark.parametrize("shape", [(0, 0), (0, 5), (5, 0)])
def test_nothing_is_refused_in_a_sentence(shape: tuple[int, int]) -> None:
    with pytest.raises(SpecError, match=f"{shape[0]}×{shape[1]}.*at least 1×1"):
        paint_map(np.zeros(shape, np.float32), Levels(low=0, high=1), table("grey"), np.zeros((*shape, 4), np.uint8))


@pytest.mark.parametrize("values", [np.zeros((2, 2, 5), np.float32), np.zeros(4, np.float32)])
def test_other_shapes_are_refused(values: np.ndarray) -> None:
    out = np.zeros((2, 2, 4), np.uint8)
    with pytest.raises(SpecError, match="height × width"):
        paint_map(values, Levels(low=0, high=1), table("grey"), out)
    with pytest.raises(SpecError, match="height × width × 3"):
        paint_colour(values, measure_channels(np.zeros((1, 1, 3), np.float32)), out)
    with pytest.raises(SpecError, match="complex"):
        paint_map(np.zeros((2, 2), complex), Levels(low=0, high=1), table("grey"), out)


def test_memory_that_cannot_be_written_in_place_is_refused() -> None:
    values, levels = np.zeros((3, 4), np.float32), Levels(low=0, high=1)
    read_only = np.zeros((3, 4, 4), np.uint8)
    read_only.flags.writeable = False
    unusable = [
        np.zeros((4, 3, 4), np.uint8),
        np.zeros((3, 4, 4), np.int8),
        np.zeros((3, 8, 4), np.uint8)[:, ::2],
        np.zeros((3, 4, 8), np.uint8)[..., ::2],
        read_only,
    ]
    for out in unusable:
        with pytest.raises(ValueError, match="out must be"):
            paint_map(values, levels, table("grey"), out)


def test_a_picture_in_the_unit_range_keeps_every_byte() -> None:
    frame = np.random.default_rng(1).integers(0, 256, (9, 7, 3), np.uint8)
    values = (frame / np.float32(255)).astype(np.float32)
    for scale in ("shared", "own"):
        memory = np.full((11, 9, 4), 77, np.uint8)
        paint_colour(values, measure_channels(values, scale), memory[1:-1, 1:-1])
        picture = inside(memory)
        assert (picture[..., 2::-1] == frame).all()
        assert (picture[..., 3] == 255).all()


@pytest.mark.parametrize("scale", ["shared", "own"])
@given(arrays(np.float32, (4, 5, 3), elements=st.floats(width=32)))
def test_signed_colours_have_zero_in_the_middle(scale: str, values: np.ndarray) -> None:
    values[0, 0] = (0, -1, 0)
    levels = measure_channels(values, scale)  # type: ignore[arg-type]
    out = np.zeros((4, 5, 4), np.uint8)
    paint_colour(values, levels, out)
    good = np.isfinite(values).all(axis=-1)
    assert (out[~good] == MISSING).all()
    assert out[0, 0, 0] == out[0, 0, 2] == 128
    for channel, one in enumerate(levels if len(levels) == 3 else list(levels) * 3):
        back = value_of(out[good][:, 2 - channel], one)
        assert np.abs(back - values[good][:, channel]).max() <= (one.high / 127) * 0.51


def test_the_scale_is_shared_or_own() -> None:
    values = np.zeros((1, 2, 3), np.float32)
    values[0, 0], values[0, 1] = (-4, -2, -1), (4, 2, 1)
    shared, own = np.zeros((1, 2, 4), np.uint8), np.zeros((1, 2, 4), np.uint8)
    paint_colour(values, measure_channels(values, "shared"), shared)
    paint_colour(values, measure_channels(values, "own"), own)
    assert own[0].tolist() == [[1, 1, 1, 255], [255, 255, 255, 255]]
    assert shared[0, 1].tolist() == [160, 192, 255, 255]


def test_a_frame_is_turned_round_for_the_screen() -> None:
    frame = np.random.default_rng(2).integers(0, 256, (5, 8, 3), np.uint8)
    memory = np.full((7, 10, 4), 77, np.uint8)
    paint_frame(frame, memory[1:-1, 1:-1])
    picture = inside(memory)
    assert (picture[..., 2::-1] == frame).all()
    assert (picture[..., 3] == 255).all()


def test_one_hot_cell_stays_in_sight_when_reduced() -> None:
    values = np.random.default_rng(3).uniform(-0.1, 0.1, (1000, 1300)).astype(np.float32)
    for cell, value, end in (((517, 801), 5.0, 255), ((999, 1299), -5.0, 1)):
        hot = values.copy()
        hot[cell] = value
        levels = measure(hot)
        picture = painted(hot, levels, factor=7)
        assert (picture[cell[0] // 7, cell[1] // 7] == table("diverging")[end]).all()


def test_reduced_colours_are_painted_block_by_block() -> None:
    values = np.random.default_rng(4).normal(size=(7, 10, 3)).astype(np.float32)
    levels = measure_channels(values)
    memory = np.full((5, 6, 4), 77, np.uint8)
    paint_colour(values, levels, memory[1:-1, 1:-1], factor=3)
    picture = inside(memory)
    block = values[3:6, 6:9].reshape(-1, 3)
    extreme = block[np.abs(block).argmax(axis=0), range(3)]
    assert np.abs(value_of(picture[1, 2, 2::-1], levels[0]) - extreme).max() <= levels[0].high / 127


def test_levels_made_by_hand_can_paint_colours() -> None:
    out = np.zeros((1, 1, 4), np.uint8)
    paint_colour(np.full((1, 1, 3), 9, np.float32), MapLevels.of([Levels(low=0, high=1)]), out)
    assert out[0, 0].tolist() == [255, 255, 255, 255]


@given(
    st.integers(1, 3), st.floats(0.2, 3.0), st.sampled_from(["auto", "viridis", "diverging"]), st.integers(0, 2**31 - 1)
)
def test_known_bounds_change_no_pixel(factor: int, reach: float, colours: ColourMap, seed: int) -> None:
    """Large enough for several bands; the range is narrower than the values, as wide, or wider."""
    values = np.random.default_rng(seed).normal(0.3, 1.0, (517, 701)).astype(np.float32)
    levels = measure(values, colours)
    narrowed = msgspec.structs.replace(levels, low=levels.low * reach, high=levels.high * reach)
    pictures = []
    for bounds in (None, (levels.minimum, levels.maximum)):
        out = np.zeros((*reduced_size(*values.shape, factor), 4), np.uint8)
        paint_map(values, narrowed, palette(colours, True).table(levels.kind), out, factor, bounds)
        pictures.append(out)
    assert (pictures[0] == pictures[1]).all()
