"""Test patterns: their values are exactly what their formulas say."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.frames.pattern import RATE, pattern_values
from engine.spec.source import Drawing, Pattern, PatternKind
from tests.support.watching import Watched

KINDS = ("impulse", "step", "checkerboard", "grating", "rings", "noise", "gradient")
specs = st.builds(
    Pattern,
    kind=st.sampled_from(KINDS),
    height=st.integers(1, 24),
    width=st.integers(1, 24),
    period=st.floats(2, 60),
    angle=st.one_of(st.sampled_from((-270.0, -90.0, 0.0, 45.0, 90.0, 180.0, 360.0)), st.floats(-360, 360)),
    contrast=st.floats(0, 1),
    seed=st.integers(0, 1000),
    speed=st.sampled_from((0.0, 0.37, 5.0)),
)


def at(spec: Pattern, row: int, column: int, phase: float) -> float:
    """One pixel by the formula, in plain numbers; g of `pattern_values`."""
    x, y = column - spec.width // 2, row - spec.height // 2
    cos, sin = math.cos(math.radians(spec.angle)), math.sin(math.radians(spec.angle))
    u, v = x * cos + y * sin, -x * sin + y * cos
    corners = [
        (c - spec.width // 2) * cos + (r - spec.height // 2) * sin
        for r in (0, spec.height - 1)
        for c in (0, spec.width - 1)
    ]
    low, high = min(corners), max(corners)
    if spec.kind == "impulse":
        r, c = spec.height // 2 + round(phase * spec.period * sin), spec.width // 2 + round(phase * spec.period * cos)
        return float((row, column) == (r % spec.height, c % spec.width))
    if spec.kind == "step":
        return float(u >= ((phase * spec.period - low) % (high - low + 1) + low if phase else 0))
    if spec.kind == "checkerboard":
        return float((math.floor(u / spec.period - phase) + math.floor(v / spec.period)) % 2 == 0)
    if spec.kind == "grating":
        return 0.5 + 0.5 * math.sin(2 * math.pi * (u / spec.period - phase))
    if spec.kind == "rings":
        return 0.5 + 0.5 * math.cos(2 * math.pi * (math.hypot(x, y) / spec.period - phase))
    ramp = (u - low) / (high - low) if high > low else 0.0
    return (ramp - phase) % 1 if phase else ramp


@given(specs, st.floats(0, 9))
def test_every_pixel_follows_the_formula(spec: Pattern, t: float) -> None:
    values = pattern_values(spec, t)
    assert (values.dtype, values.shape) == (np.float32, (spec.height, spec.width))
    if spec.kind == "noise":
        shaped = np.random.default_rng([spec.seed, math.floor(spec.speed * t)]).random(values.shape)
    else:
        pixels = [[at(spec, r, c, spec.speed * t) for c in range(spec.width)] for r in range(spec.height)]
        shaped = np.array(pixels)
    expected = np.clip(0.5 + spec.contrast * (shaped - 0.5), 0, 1)
    wrong = np.abs(values - expected) > 2e-6
    # on an edge the last bit of a sine decides; there are at most two such lines of pixels
    edges = spec.kind in ("step", "checkerboard", "gradient", "impulse")
    assert wrong.sum() <= (2 * (spec.height + spec.width) if edges else 0)


@pytest.mark.parametrize("angle", [0.0, 90.0, 180.0, 270.0, -90.0, 360.0])
@pytest.mark.parametrize("kind", KINDS)
def test_quarter_turns_are_exact(kind: PatternKind, angle: float) -> None:
    spec = Pattern(kind=kind, height=12, width=12, period=4.0, angle=angle)
    straight = pattern_values(Pattern(kind=kind, height=12, width=12, period=4.0))
    if kind == "impulse":
        assert np.argwhere(pattern_values(spec)).tolist() == [[6, 6]]
    elif kind in ("grating", "gradient") and angle == 90.0:
        assert np.array_equal(pattern_values(spec), straight.T)
    else:
        assert set(np.unique(pattern_values(spec))) <= set(np.unique(straight)) | set(np.unique(1 - straight))


def test_noise_is_added_and_seeded() -> None:
    flat = {"height": 200, "width": 200, "contrast": 0.0, "noise": 0.1}
    one, same, other = (pattern_values(Pattern(seed=seed, **flat)) for seed in (1, 1, 2))  # type: ignore[arg-type]
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)
    assert one.mean() == pytest.approx(0.5, abs=0.005)
    assert one.std() == pytest.approx(0.1, abs=0.005)


def frame_of(spec: Pattern, tick: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    levels = np.rint(pattern_values(spec, tick / RATE).astype(np.float64) * 255).astype(np.uint8)
    return np.repeat(levels[:, :, None], 3, axis=2)


def test_a_pattern_that_stands_still_is_one_frame_until_it_is_changed() -> None:
    spec = Pattern(kind="checkerboard", height=20, width=30)
    with Watched(spec) as watched:
        assert np.array_equal(watched.more(1)[0].pixels, frame_of(spec, 0))
        status = watched.status
        assert (status.state, status.captured, status.channels) == ("still", 1, 1)
        other = Pattern(kind="rings", height=7, width=5, noise=0.2)
        assert watched.source.update(other)
        assert np.array_equal(watched.more(1)[0].pixels, frame_of(other, 0))
        assert not watched.source.update(Drawing())


def test_a_pattern_that_moves_plays_pauses_and_steps() -> None:
    spec = Pattern(kind="grating", height=16, width=16, speed=2.0, angle=30.0)
    with Watched(spec) as watched:
        frames = watched.more(20)
        assert all(np.abs(frame.pixels.astype(int) - frame_of(spec, frame.position)).max() <= 1 for frame in frames)
        assert watched.status.state == "playing"
        assert RATE / 2 < watched.status.fps < RATE * 1.2
        watched.source.pause()
        watched.state("paused")
        watched.source.seek(7)
        watched.until(lambda: watched.frames[-1].position == 7)
        watched.source.step(-3)
        watched.until(lambda: watched.frames[-1].position == 4)
        watched.source.step(-30)
        watched.until(lambda: watched.frames[-1].position == 0)
        watched.source.play()
        watched.until(lambda: watched.frames[-1].position > 3)
