"""Made pictures whose every value is known, for trying kernels on."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.frames.grey import grey_to_rgb
from engine.frames.latest import ThreadedSource
from engine.spec.source import Pattern, Source

RATE = 30.0
_Array = NDArray[np.float64]


def pattern_values(spec: Pattern, t: float = 0.0) -> NDArray[np.float32]:
    """The values of a test pattern at a time.

    With x = column - ⌊W/2⌋, y = row - ⌊H/2⌋, angle θ, period p and phase φ = speed · t (in periods):
    u = x cos θ + y sin θ runs along the direction of change, v = -x sin θ + y cos θ across it, and r = √(x² + y²).
    Low is 0.5 - contrast/2, high is 0.5 + contrast/2. A pattern is low + contrast · g, where g is

    - impulse: 1 at row ⌊H/2⌋ + round(φ p sin θ), column ⌊W/2⌋ + round(φ p cos θ), modulo the size; else 0
    - step: 1 where u ≥ s, else 0; s = φ p, taken around the picture: into the range of u
    - checkerboard: 1 where ⌊u/p - φ⌋ + ⌊v/p⌋ is even, else 0
    - grating: 0.5 + 0.5 sin 2π(u/p - φ)
    - rings: 0.5 + 0.5 cos 2π(r/p - φ)
    - noise: uniform random in [0, 1)
    - gradient: (u - u_min)/(u_max - u_min), and with φ ≠ 0 that minus φ, modulo 1

    Then normal noise of standard deviation `noise` is added, and all is clipped to [0, 1]. Random numbers are
    drawn anew each time ⌊φ⌋ changes, from `numpy.random.default_rng([seed, ⌊φ⌋])`: uniform ones first.

    Args:
        spec: which pattern.
        t: seconds since it began to move, at least 0.

    Returns:
        float32 [H, W] in [0, 1].

    Example:
        >>> pattern_values(Pattern(kind="impulse", height=1, width=5)).tolist()
        [[0.0, 0.0, 1.0, 0.0, 0.0]]
    """
    return np.broadcast_to(_values(spec, t), (spec.height, spec.width)).astype(np.float32)


def _values(spec: Pattern, t: float) -> _Array:
    """The values as float64, of a shape that may have to be broadcast to [H, W]."""
    phase = spec.speed * t
    random = np.random.default_rng([spec.seed, math.floor(phase)])
    shape = (spec.height, spec.width)
    shaped = random.random(shape) if spec.kind == "noise" else _SHAPES[spec.kind](spec, phase)
    values = 0.5 + spec.contrast * (shaped - 0.5)
    if spec.noise > 0:
        values = values + spec.noise * random.standard_normal(shape)
    return np.asarray(np.clip(values, 0.0, 1.0))


def _direction(angle: float) -> tuple[float, float]:
    """(cos, sin) of an angle in degrees, without rounding at quarter turns."""
    quarter, rest = divmod(angle, 90.0)
    if rest == 0:
        return ((1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0))[int(quarter) % 4]
    return math.cos(math.radians(angle)), math.sin(math.radians(angle))


def _axes(spec: Pattern) -> tuple[_Array, _Array]:
    """x [1, W] and y [H, 1], counted from the middle."""
    x = np.arange(spec.width, dtype=np.float64)[None, :] - spec.width // 2
    y = np.arange(spec.height, dtype=np.float64)[:, None] - spec.height // 2
    return x, y


def _mix(a: float, x: _Array, b: float, y: _Array) -> _Array:
    """a·x + b·y, kept as small as it broadcasts from where one of the factors is 0."""
    if b == 0:
        return a * x
    return b * y if a == 0 else np.add(a * x, b * y)


def _along(spec: Pattern) -> _Array:
    (cos, sin), (x, y) = _direction(spec.angle), _axes(spec)
    return _mix(cos, x, sin, y)


def _across(spec: Pattern) -> _Array:
    (cos, sin), (x, y) = _direction(spec.angle), _axes(spec)
    return _mix(-sin, x, cos, y)


def _impulse(spec: Pattern, phase: float) -> _Array:
    cos, sin = _direction(spec.angle)
    values = np.zeros((spec.height, spec.width))
    row = spec.height // 2 + round(phase * spec.period * sin)
    column = spec.width // 2 + round(phase * spec.period * cos)
    values[row % spec.height, column % spec.width] = 1.0
    return values


def _step(spec: Pattern, phase: float) -> _Array:
    u = _along(spec)
    low, span = float(u.min()), float(u.max() - u.min()) + 1.0
    edge = (phase * spec.period - low) % span + low if phase else 0.0
    return (u >= edge).astype(np.float64)


def _checkerboard(spec: Pattern, phase: float) -> _Array:
    column = np.floor(_along(spec) / spec.period - phase)
    row = np.floor(_across(spec) / spec.period)
    return np.asarray((column + row) % 2 == 0, dtype=np.float64)


def _grating(spec: Pattern, phase: float) -> _Array:
    return 0.5 + 0.5 * np.sin(2 * math.pi * (_along(spec) / spec.period - phase))


def _rings(spec: Pattern, phase: float) -> _Array:
    return 0.5 + 0.5 * np.cos(2 * math.pi * (np.hypot(*_axes(spec)) / spec.period - phase))


def _gradient(spec: Pattern, phase: float) -> _Array:
    u = _along(spec)
    span = float(u.max() - u.min())
    ramp = (u - u.min()) / span if span else np.zeros_like(u)
    return np.asarray((ramp - phase) % 1.0 if phase else ramp)


_SHAPES: dict[str, Callable[[Pattern, float], NDArray[Any]]] = {
    "impulse": _impulse,
    "step": _step,
    "checkerboard": _checkerboard,
    "grating": _grating,
    "rings": _rings,
    "gradient": _gradient,
}


class PatternSource(ThreadedSource):
    """Draws a pattern once, or 30 times a second if it moves; position counts these."""

    def __init__(self, spec: Pattern, wake: Callable[[], None]) -> None:
        super().__init__(wake)
        self._spec = spec
        self._tick = 0
        self._playing = True
        self._stale = True  # drawn for something older than what is set now

    def update(self, spec: Source) -> bool:
        """See `FrameSource.update`: any other pattern, drawn for the same moment."""
        if not isinstance(spec, Pattern):
            return False
        self._change(spec=spec)
        return True

    def play(self) -> None:
        """See `FrameSource.play`."""
        self._change(playing=True)

    def pause(self) -> None:
        """See `FrameSource.pause`."""
        self._change(playing=False)

    def seek(self, index: int) -> None:
        """See `FrameSource.seek`: a moment, in thirtieths of a second."""
        self._change(tick=max(0, index))

    def step(self, delta: int) -> None:
        """See `FrameSource.step`."""
        with self._changed:
            self._change(playing=False, tick=max(0, self._tick + delta))

    def _change(self, spec: Pattern | None = None, playing: bool | None = None, tick: int | None = None) -> None:
        with self._changed:
            self._spec = spec or self._spec
            self._playing = self._playing if playing is None else playing
            self._tick = self._tick if tick is None else tick
            self._stale = True
            self.poke()

    @property
    def _moving(self) -> bool:
        return self._playing and self._spec.speed > 0

    def _run(self) -> None:
        due, self._stale = time.monotonic(), True
        while not self._closed:
            with self._changed:
                due = self._await(due)
                spec, tick, self._stale = self._spec, self._tick, False
                moving = self._moving
            pixels = np.broadcast_to(grey_to_rgb(_values(spec, tick / RATE)), (spec.height, spec.width, 3))
            state = "playing" if moving else "paused" if spec.speed > 0 else "still"
            self.publish(np.ascontiguousarray(pixels), tick, state=state, channels=1)

    def _await(self, due: float) -> float:
        """Wait for a change or for the next frame's time, advance by the frames that went by, and return the next."""
        while not (self._closed or self._stale):
            left = due - time.monotonic()
            if self._moving and left <= 0:
                break
            self._changed.wait(left if self._moving else None)
        now = time.monotonic()
        if self._stale or now < due:
            return now + 1 / RATE
        passed = 1 + int((now - due) * RATE)
        self._tick += passed
        return due + passed / RATE
