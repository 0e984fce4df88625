"""Pictures as a volume: those of a folder, or the last frames of anything that moves."""

from __future__ import annotations

import time
from collections import deque
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.errors import BadFile
from engine.frames.folder import list_pictures
from engine.frames.image import load_image
from engine.kinds.spec import KindSpec
from engine.server.task import Job
from engine.spec.source import Folder

Array = NDArray[np.float32]
SLICE_SECONDS = 0.1
"""So long are pictures read at a time."""


class Stack:
    """Grey slices [H, W] of one size, oldest first. What is not there yet repeats what is."""

    def __init__(self) -> None:
        self._size: tuple[int, ...] = ()
        self._folder: tuple[str, int] | None = None
        self._slices: deque[Array] = deque()
        self._last = -1
        self._left: list[Path] = []
        self._changes = 0

    @property
    def unfinished(self) -> bool:
        """Whether pictures of the folder are still to be read."""
        return bool(self._left)

    def add(self, job: Job, spec: KindSpec) -> int:
        """Take what a frame brings, if volumes are made of frames now. Returns a number that rises with every change.

        Raises:
            BadFile: if a picture of the folder cannot be read.
        """
        source = job.show.project.source
        if job.show.project.trial.volume != "source":
            self._left = []
            return self._changes
        folder = (source.path, source.index) if isinstance(source, Folder) else None
        if (spec.size, folder) != (self._size, self._folder):
            self._start(spec, folder)
        if folder is not None:
            self._read(spec)
        elif job.number != self._last:
            self._last = job.number
            self._append(job.frame.pixels, spec)
        return self._changes

    def volume(self, spec: KindSpec) -> tuple[Array, str]:
        """The slices that there are as [D, H, W], the first one repeated in front, and in words what they are."""
        slices, depth = list(self._slices), spec.size[0]
        what = "pictures of the folder" if self._folder is not None else "last frames"
        note = f"the {depth} {what}" if len(slices) >= depth else f"{len(slices)} of {depth} {what}, the first repeated"
        filled = [slices[0]] * (depth - len(slices)) + slices[-depth:]
        return np.stack(filled), note

    def _start(self, spec: KindSpec, folder: tuple[str, int] | None) -> None:
        self._size, self._folder, self._last = spec.size, folder, -1
        self._slices = deque(maxlen=spec.size[0])
        self._left = []
        if folder is not None:
            files = list_pictures(Path(folder[0]))
            first = folder[1] % len(files)
            self._left = files[first : first + spec.size[0]]
        self._changes += 1

    def _read(self, spec: KindSpec) -> None:
        until = time.perf_counter() + SLICE_SECONDS
        while self._left and (not self._slices or time.perf_counter() < until):
            file, *self._left = self._left
            try:
                self._append(load_image(file).pixels, spec)
            except BadFile:
                if not self._slices and not self._left:
                    raise

    def _append(self, pixels: NDArray[np.uint8], spec: KindSpec) -> None:
        self._slices.append(grey_slice(pixels, spec.size[1:]))
        self._changes += 1


def grey_slice(pixels: NDArray[np.uint8], size: tuple[int, ...]) -> Array:
    """One picture as a slice of a volume."""
    from engine.server.kinds.numbers import picture

    values: Array = picture(pixels, KindSpec(size=size)).values[0]
    return values
