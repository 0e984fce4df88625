"""The drawing pad: what the pen covers, and that growing a drawing gives what drawing it at once gives."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import SpecError
from engine.frames.raster import Canvas, coverage
from engine.spec.source import Drawing, Pattern, Stroke
from tests.support.watching import Watched

points = st.tuples(st.floats(-5, 30), st.floats(-5, 30))
strokes = st.builds(
    Stroke,
    points=st.lists(points, max_size=5).map(tuple),
    width=st.floats(0.1, 9),
    value=st.floats(0, 1),
)


def drawn(*parts: Stroke, size: int = 24, background: float = 0.0) -> Drawing:
    return Drawing(height=size, width=size + 3, background=background, strokes=parts)


@given(st.lists(strokes, max_size=4), st.floats(0, 1))
def test_drawing_bit_by_bit_is_drawing_at_once(parts: list[Stroke], background: float) -> None:
    canvas = Canvas(drawn(background=background))
    for index, part in enumerate(parts):
        for count in range(len(part.points) + 1):
            grown = Stroke(points=part.points[:count], width=part.width, value=part.value)
            spec = drawn(*parts[:index], grown, background=background)
            assert canvas.extends_to(spec)
            canvas.draw(spec)
    at_once = Canvas(drawn(*parts, background=background))
    assert np.array_equal(canvas.values, at_once.values)


@given(st.lists(strokes, min_size=1, max_size=3))
def test_whatever_does_not_extend_is_told_apart(parts: list[Stroke]) -> None:
    canvas = Canvas(drawn(*parts))
    last = parts[-1]
    assert canvas.extends_to(drawn(*parts, Stroke(points=((1.0, 1.0),))))
    assert not canvas.extends_to(drawn(*parts, background=0.5))
    assert not canvas.extends_to(drawn(*parts, size=25))
    assert not canvas.extends_to(drawn(*parts[:-1]))
    thicker = Stroke(points=last.points, width=last.width + 1, value=last.value)
    assert not canvas.extends_to(drawn(*parts[:-1], thicker))
    if last.points:
        shorter = Stroke(points=last.points[:-1], width=last.width, value=last.value)
        assert not canvas.extends_to(drawn(*parts[:-1], shorter))


def test_a_straight_line_along_the_pixels_is_exact() -> None:
    across = Stroke(points=((10.5, -9.0), (10.5, 40.0)), width=3.0, value=1.0)
    expected = np.zeros((24, 27), np.float32)
    expected[9:12] = 1.0
    assert np.array_equal(Canvas(drawn(across)).values, expected)
    thin = Stroke(points=((10.5, -9.0), (10.5, 40.0)), width=0.25, value=0.8)
    expected[...] = 0
    expected[10] = 0.25 * 0.8
    assert np.allclose(Canvas(drawn(thin)).values, expected)
    between = Stroke(points=((10.0, -9.0), (10.0, 40.0)), width=1.0)
    expected[...] = 0
    expected[9:11] = 0.5
    assert np.allclose(Canvas(drawn(between)).values, expected)


@given(st.floats(1, 8), st.floats(8, 16), st.floats(8, 16), st.floats(0, math.pi), st.floats(0, 6))
def test_the_ink_is_the_area_of_the_pen_stroke(
    width: float, row: float, column: float, angle: float, length: float
) -> None:
    end = (row + length * math.sin(angle), column + length * math.cos(angle))
    values = Canvas(drawn(Stroke(points=((row, column), end), width=width), size=30)).values
    area = width * length + math.pi * width**2 / 4
    assert values.sum() == pytest.approx(area, rel=0.05, abs=0.6)
    assert 0 <= values.min() <= values.max() <= 1


def test_coverage_is_even_and_falls_with_distance() -> None:
    rows = np.arange(0.5, 21, dtype=np.float32)[:, None]
    dot = coverage(rows, rows.T, (10.5, 10.5), (10.5, 10.5), 6.0)
    assert np.array_equal(dot, dot.T)
    assert np.array_equal(dot, dot[::-1])
    assert (np.diff(dot[10, 10:]) <= 0).all()
    assert dot[10, 10] == 1


def test_a_pen_that_crosses_its_own_path_does_not_darken_it() -> None:
    there = Stroke(points=((5.0, 5.0), (15.0, 15.0)), width=3.0, value=0.5)
    back = Stroke(points=((5.0, 5.0), (15.0, 15.0), (5.0, 5.0)), width=3.0, value=0.5)
    assert np.allclose(Canvas(drawn(there)).values, Canvas(drawn(back)).values, atol=1e-6)


def test_points_that_are_no_places_draw_nothing() -> None:
    nowhere = Stroke(points=((1e30, -1e30), (-1e30, 2.0), (1e300, 3.0)))
    assert Canvas(drawn(nowhere)).values.max() == 0


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_points_that_are_no_numbers_are_refused_since_no_file_could_keep_them(bad: float) -> None:
    with pytest.raises(SpecError, match="no finite number"):
        Stroke(points=((1.0, 2.0), (bad, 3.0)))


def test_the_pad_follows_the_pen() -> None:
    begun = Stroke(points=((4.0, 4.0),), width=3.0)
    spec = drawn(begun, background=0.25)
    with Watched(spec) as watched:
        first = watched.more(1)[0]
        assert first.pixels.shape == (24, 27, 3)
        assert first.pixels[20, 20].tolist() == [64, 64, 64]
        assert first.pixels[4, 4].tolist() == [255, 255, 255]
        longer = Stroke(points=((4.0, 4.0), (20.0, 20.0)), width=3.0)
        assert watched.source.update(drawn(longer, background=0.25))
        after = watched.more(1)[0]
        assert after.pixels[12, 12, 0] == 255
        assert first.pixels[12, 12, 0] == 64, "a frame that was given out stays as it is"
        assert watched.source.update(drawn(begun, background=0.25))
        assert np.array_equal(watched.more(1)[0].pixels, first.pixels)
        assert (watched.status.state, watched.status.channels) == ("still", 1)
        assert not watched.source.update(Pattern())
