"""One-dimensional inputs: numbers that a person types, columns of a text file, sounds, and test signals."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.arithmetic import whole
from engine.errors import BadFile, SpecError
from engine.kinds.table import read_column
from engine.kinds.wav import read_wav

Samples = NDArray[np.float32]

MAX_TYPED = 100_000
MAX_LENGTH = 10_000_000
WAV_ENDINGS = (".wav", ".wave")
TABLE_ENDINGS = (".csv", ".tsv", ".txt")
NAMES = ("impulse", "step", "sine", "square", "chirp", "noise", "box", "ramp", "gaussian", "exponential")


@dataclass(frozen=True, eq=False)
class Signal:
    """A series of numbers.

    Attributes:
        values: float32 [n].
        name: where it is from.
        rate: samples a second, if known.
        note: what was done to it, in words; empty if nothing.
    """

    values: Samples
    name: str
    rate: float | None = None
    note: str = ""


def parse_signal(text: str) -> Signal:
    """The numbers that a text spells, separated by spaces, commas, semicolons or new lines; 1/3 is a number too.

    Raises:
        SpecError: if there is none, or something else stands among them.

    Example:
        >>> parse_signal("0 1, 2; 1/2").values.tolist()
        [0.0, 1.0, 2.0, 0.5]
    """
    if len(text) > MAX_TYPED:
        raise SpecError(f"{len(text):,} characters are too long a signal to type; {MAX_TYPED:,} is the most.")
    words = re.split(r"[\s,;\[\]()]+", text.replace("\N{MINUS SIGN}", "-").strip(" \t\r\n,;[]()"))
    if words == [""]:
        raise SpecError("No signal is given; write numbers, such as 0 0 1 2 1 0.")
    with np.errstate(over="ignore"):
        values = np.array([_number(word) for word in words]).astype(np.float32)
    if not np.isfinite(values).all():
        raise SpecError("A signal's numbers must be finite, and one of these is none that float32 holds.")
    return Signal(values, "typed")


def _number(word: str) -> float:
    above, slash, below = word.partition("/")
    try:
        return float(above) / float(below) if slash else float(above)
    except (ValueError, ZeroDivisionError):
        raise SpecError(f"{word[:40]!r} is not a number; write one such as 2, -0.5 or 1/3.") from None


def read_signal(path: str | Path, column: str | None = None) -> Signal:
    """Read a signal from a file.

    Args:
        path: a WAV file, or a text file (.csv, .tsv, .txt) with a column of numbers.
        column: which column of a text file, by its title; see `engine.kinds.table.column_names`.

    Raises:
        BadFile: with one sentence, if it holds no signal that can be read.
    """
    file = Path(path)
    ending = file.suffix.lower()
    if ending in WAV_ENDINGS:
        values, rate, note = read_wav(file)
        return Signal(values, file.name, rate, note)
    if ending in TABLE_ENDINGS:
        values, title = read_column(file, column)
        return Signal(values, file.name, note=f"column {title!r}")
    known = ", ".join((*WAV_ENDINGS, *TABLE_ENDINGS))
    raise BadFile(f"{file.name} is no signal that can be read; its name would have to end in {known}.")


def make_signal(name: str, length: int = 128, period: float = 16.0, seed: int = 0) -> Signal:
    """A test signal.

    Args:
        name: "impulse" (a 1 in the middle), "step" (0, and 1 from the middle on), "sine", "square" (±1, the first half
            of each period up), "chirp" (a sine from a period as long as the signal to one of `period`), "noise"
            (normal, variance 1), "box" (1 for `period` samples in the middle), "ramp" (from 0 to 1), "gaussian"
            (e^(−t²/2σ²) around the middle, σ = period / 4) or "exponential" (e^(−t / period) from the first sample on).
        length: samples.
        period: in samples.
        seed: of the noise.

    Raises:
        SpecError: for another name, or a length or period that cannot be.

    Example:
        >>> make_signal("impulse", 5).values.tolist(), make_signal("square", 6, period=4).values.tolist()
        ([0.0, 0.0, 1.0, 0.0, 0.0], [1.0, 1.0, -1.0, -1.0, 1.0, 1.0])
    """
    if name not in NAMES:
        raise SpecError(f"No test signal is called {name!r}; there are {', '.join(NAMES)}.")
    n = whole(length, "Length", 1)
    if n > MAX_LENGTH:
        raise SpecError(f"A test signal has at most {MAX_LENGTH:,} samples, and {n:,} are wanted.")
    if not (isinstance(period, (int, float)) and math.isfinite(period) and period > 0):
        raise SpecError(f"The period is a number above 0; it is {period!r}.")
    return Signal(_made(name, n, float(period), seed).astype(np.float32), name)


def _made(name: str, n: int, period: float, seed: int) -> NDArray[np.float64]:
    t = np.arange(n, dtype=np.float64)
    middle = t - n // 2
    if name == "noise":
        return np.random.default_rng(seed).standard_normal(n)
    if name == "chirp":  # the frequency rises evenly from 1/n to 1/period, and the phase is its integral
        low, high = 1 / n, 1 / period
        return np.sin(2 * np.pi * (low * t + (high - low) * t * t / (2 * n)))
    shapes: dict[str, Callable[[], Any]] = {
        "impulse": lambda: middle == 0,
        "step": lambda: middle >= 0,
        "sine": lambda: np.sin(2 * np.pi * t / period),
        "square": lambda: np.where(t % period < period / 2, 1.0, -1.0),
        "box": lambda: np.abs(middle + 0.25) * 2 < period,
        "ramp": lambda: t / max(n - 1, 1),
        "gaussian": lambda: np.exp(-8 * (middle / period) ** 2),
        "exponential": lambda: np.exp(-t / period),
    }
    return np.asarray(shapes[name](), np.float64)
