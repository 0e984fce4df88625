"""One picture of a data set as a source."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import numpy as np
from torch import Tensor

from engine.data.dataset import DataSet
from engine.data.shipped import data_label
from engine.errors import SourceError
from engine.frames.latest import ThreadedSource
from engine.frames.source import Pixels
from engine.sources.shelf import load_shelved
from engine.spec.source import Sample, Source

PART_WORDS = {"train": "to learn from", "test": "to be tested on"}


class SampleSource(ThreadedSource):
    """Loads the data set beside everything else; position and count are those of the sample's part."""

    def __init__(self, spec: Sample, wake: Callable[[], None]) -> None:
        super().__init__(wake)
        self._spec = spec
        self._count = 0
        self._stale = True

    def update(self, spec: Source) -> bool:
        """See `FrameSource.update`: another picture of the same data set."""
        if not isinstance(spec, Sample) or spec.data != self._spec.data:
            return False
        if spec != self._spec:
            self._turn(spec)
        return True

    def play(self) -> None:
        """See `FrameSource.play`: nothing moves, but a data set that failed is read again."""
        with self._changed:
            self.poke()

    def pause(self) -> None:
        """A sample stands still."""

    def seek(self, index: int) -> None:
        """See `FrameSource.seek`."""
        place = min(max(index, 0), max(self._count - 1, 0))
        if place != self._spec.index:
            self._turn(msgspec.structs.replace(self._spec, index=place))

    def step(self, delta: int) -> None:
        """See `FrameSource.step`."""
        self.seek(self._spec.index + delta)

    def _turn(self, spec: Sample) -> None:
        with self._changed:
            self._spec, self._stale = spec, True
            self.poke()

    def _run(self) -> None:
        data = load_shelved(self._spec.data, self._tell)
        self._stale = True
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._stale or self._closed)
                spec, self._stale = self._spec, False
            if self._closed:
                return
            self._show(data, spec)

    def _tell(self, done: int, total: int) -> None:
        """Say how far reading has come; raising ends it when nobody waits for it any more."""
        if self._closed:
            raise SourceError("The data set is no longer wanted.")
        self.report(state="opening", note=f"{done:,} of {total:,} pictures read")

    def _show(self, data: DataSet, spec: Sample) -> None:
        pictures, labels = (data.x_train, data.y_train) if spec.split == "train" else (data.x_test, data.y_test)
        if not data.is_pictures:
            raise SourceError(f"{data_label(spec.data)} holds series; a data set of pictures would do.")
        self._count = len(labels)
        if spec.index >= self._count:
            raise SourceError(_out_of_range(spec, self._count))
        label = told_of(data, labels[spec.index])
        channels, count = pictures.shape[1], self._count
        pixels = as_frame(pictures[spec.index])
        self.publish(pixels, spec.index, state="still", channels=channels, count=count, note="", label=label)


def told_of(data: DataSet, target: Tensor) -> str:
    """The class of a picture, or the numbers that are to be told of it."""
    if not data.is_regression:
        return data.class_names[int(target)]
    return ", ".join(f"{name} {value:.4g}" for name, value in zip(data.class_names, target.tolist(), strict=True))


def as_frame(picture: Tensor) -> Pixels:
    """A picture of a data set, uint8 [1 or 3, H, W], as a frame: uint8 [H, W, 3]."""
    planes = picture.permute(1, 2, 0).numpy()
    return np.repeat(planes, 3, axis=2) if planes.shape[2] == 1 else np.ascontiguousarray(planes)


def _out_of_range(spec: Sample, count: int) -> str:
    name, part = data_label(spec.data), PART_WORDS[spec.split]
    if not count:
        return f"{name} has no pictures {part}; those of its other part would do."
    return f"{name} has {count:,} pictures {part}; there is no number {spec.index + 1:,} among them."
