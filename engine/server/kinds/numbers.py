"""What goes into the layer that is looked at: the frame made small, a signal, or a volume."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.kinds.signals import Signal, make_signal, parse_signal, read_signal
from engine.kinds.spec import KindSpec
from engine.kinds.volume import GREY, make_volume
from engine.server.kinds.stack import Stack
from engine.server.task import Job
from engine.spec.trial import MadeSignal, SignalSpec, TypedSignal

Array = NDArray[np.float32]
COLOURS = ("red", "green", "blue", "grey")


@dataclass(frozen=True, eq=False)
class Given:
    """A layer's input float32 [C, *size], and how it came about, in a few words."""

    values: Array
    note: str


class Inputs:
    """Keeps what was given last: a frame that comes again is not made small again."""

    def __init__(self) -> None:
        self._key: tuple[object, ...] | None = None
        self._given: Given | None = None
        self._stack = Stack()
        self._read: tuple[SignalSpec, Signal] | None = None

    @property
    def unfinished(self) -> bool:
        """Whether there will be more to give, without another frame."""
        return self._stack.unfinished

    def forget(self) -> None:
        """The source is another one."""
        self._key, self._given = None, None
        self._stack = Stack()

    def of(self, job: Job) -> Given:
        """The input of the project's layer.

        Raises:
            SpecError: if the signal that was typed is none.
            BadFile: if a signal's file cannot be read (any more), or a picture of a folder.
        """
        project, spec = job.show.project, job.show.project.kind
        key: tuple[object, ...] = (spec.input_shape, job.number)
        if spec.dimensions == 1:
            key = (spec.input_shape, project.trial.signal)
        elif spec.dimensions == 3:
            key = (*key, project.trial.volume, project.source, self._stack.add(job, spec))
        if self._given is None or key != self._key:
            self._given = self._made(job, spec)
            self._key = key
        return self._given

    def _made(self, job: Job, spec: KindSpec) -> Given:
        trial = job.show.project.trial
        if spec.dimensions == 2:
            return picture(job.frame.pixels, spec)
        if spec.dimensions == 1:
            return _fitted(self._signal(trial.signal, spec.size[0]), spec)
        if trial.volume == "source":
            values, note = self._stack.volume(spec)
        else:
            values, note = make_volume(trial.volume, spec.size), trial.volume.replace("-", " ")
        return Given(_repeated(values, spec.in_channels), note)

    def _signal(self, wanted: SignalSpec, length: int) -> Signal:
        if isinstance(wanted, MadeSignal):
            return make_signal(wanted.name, length, wanted.period, wanted.seed)
        if self._read is None or self._read[0] != wanted:
            found = (
                parse_signal(wanted.text)
                if isinstance(wanted, TypedSignal)
                else read_signal(wanted.path, wanted.column or None)
            )
            self._read = wanted, found
        return self._read[1]


def picture(pixels: NDArray[np.uint8], spec: KindSpec) -> Given:
    """The middle of a frame as a layer's input: grey for one channel, else red, green, blue and grey by turns.

    Args:
        pixels: uint8 [H, W, 3].
        spec: a layer over two axes.

    Example:
        >>> picture(np.full((6, 8, 3), 255, np.uint8), KindSpec(size=(3, 3))).values.shape
        (1, 3, 3)
    """
    height, width = spec.size
    small = cv2.resize(_middle(pixels, height, width), (width, height), interpolation=cv2.INTER_AREA)
    colours = small.astype(np.float32) / np.float32(255)
    grey = (colours @ np.array(GREY, np.float32))[None]
    if spec.in_channels == 1:
        return Given(np.ascontiguousarray(grey), f"grey, made {height}×{width}")
    turns = np.concatenate([np.moveaxis(colours, -1, 0), grey])
    names = ", ".join(COLOURS[: spec.in_channels])
    again = ", and again" if spec.in_channels > len(COLOURS) else ""
    values = turns[np.arange(spec.in_channels) % len(COLOURS)]
    return Given(np.ascontiguousarray(values), f"{names}{again}; made {height}×{width}")


def _middle(pixels: NDArray[np.uint8], height: int, width: int) -> NDArray[np.uint8]:
    """As much of a frame as has the shape of the input, from its middle."""
    rows, columns = pixels.shape[:2]
    tall = min(rows, max(round(columns * height / width), 1))
    wide = min(columns, max(round(rows * width / height), 1))
    top, left = (rows - tall) // 2, (columns - wide) // 2
    return np.ascontiguousarray(pixels[top : top + tall, left : left + wide])


def _fitted(signal: Signal, spec: KindSpec) -> Given:
    """The first samples of a signal, or all of it with zeros behind."""
    length, count = spec.size[0], len(signal.values)
    values = np.zeros(length, np.float32)
    values[: min(count, length)] = signal.values[:length]
    rate = f", {signal.rate:,.0f} samples a second" if signal.rate is not None else ""
    part = f", the first {length:,} of {count:,}" if count > length else ""
    part = f", {count:,} samples and zeros behind them" if count < length else part
    note = f", {signal.note}" if signal.note else ""
    return Given(_repeated(values, spec.in_channels), f"{signal.name}{note}{rate}{part}")


def _repeated(values: Array, channels: int) -> Array:
    """The same numbers in every channel."""
    return np.ascontiguousarray(np.broadcast_to(values, (channels, *values.shape)), np.float32)
