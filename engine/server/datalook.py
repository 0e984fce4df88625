"""A look at a data set: a row of pictures for each class, loaded beside everything else."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray

from engine.buffers import budget
from engine.data.dataset import DataSet
from engine.display.reduce import reduce_frame, reduction
from engine.errors import EngineError, SourceError
from engine.protocol import Box, Event, LookAtData, Problem, Samples
from engine.server.names import ClassNames
from engine.server.paint import Painter
from engine.server.slots import SlotPool
from engine.sources.shelf import load_shelved
from engine.spec.source import Part

PER_CLASS = 10
MAX_CLASSES = 100
GAP = 2
BACKGROUND = {True: 0x1B, False: 0xFF}


class DataLook:
    """Loads in a thread of its own, because a folder may hold many thousand pictures; paints when it is asked to."""

    def __init__(
        self,
        emit: Callable[[Event], None],
        wake: Callable[[], None],
        painter: Painter,
        slots: SlotPool,
        names: ClassNames,
    ) -> None:
        self._emit = emit
        self._names = names
        self._wake = wake
        self._painter = painter
        self._slots = slots
        self._newest = 0
        self._ready: tuple[LookAtData, DataSet] | None = None

    def handle(self, request: LookAtData) -> None:
        """Begin to load; a newer request makes an older one pointless."""
        self._newest = request.id
        threading.Thread(target=self._load, args=(request,), name="data-look", daemon=True).start()

    def _load(self, request: LookAtData) -> None:
        try:
            data = load_shelved(request.data, partial(self._go_on, request))
        except EngineError as error:
            self._refuse(request, str(error))
            return
        except MemoryError:
            self._refuse(request, f"{request.data} does not fit into the memory; a smaller data set would do.")
            return
        if request.id == self._newest:
            self._ready = request, data
            self._wake()

    def _go_on(self, request: LookAtData, done: int, total: int) -> None:
        """Raise if nobody waits for this any more."""
        if request.id != self._newest:
            raise SourceError("Another data set is looked at now.")

    def _refuse(self, request: LookAtData, message: str) -> None:
        if request.id == self._newest:
            self._emit(Problem(id=request.id, code="data", message=message))

    def tick(self) -> bool:
        """Paint what was loaded; whether there was something."""
        if self._ready is None or not self._slots.available("samples"):
            return False
        (request, data), self._ready = self._ready, None
        self._names.tell(request.data, data.class_names)
        split: Part = "train" if len(data.y_train) else "test"
        pictures, labels, indices = chosen(data, split)
        picture, tiles = mosaic_of(pictures, labels, BACKGROUND[request.dark])
        factor = reduction(picture.shape[0], picture.shape[1], budget("samples"))
        shown = reduce_frame(picture, factor)
        plane, out = self._painter.plane("samples", *shown.shape[:2])
        out[..., :3], out[..., 3] = shown[..., ::-1], 255
        self._emit(
            Samples(
                id=request.id,
                data=request.data,
                plane=plane,
                tiles=tuple(_smaller(box, factor) for box in tiles),
                labels=tuple(labels),
                split=split,
                indices=tuple(indices),
                class_names=data.class_names,
                train_counts=_counts(data.y_train, len(data.class_names)),
                test_counts=_counts(data.y_test, len(data.class_names)),
                input_shape=data.input_shape,
                notes=data.notes,
            )
        )
        return True


def chosen(data: DataSet, split: Part) -> tuple[NDArray[np.uint8], list[int], list[int]]:
    """The first pictures of every class in a part, uint8 [N, H, W, 3], the class of each, and its place in the part."""
    x, y = (data.x_train, data.y_train) if split == "train" else (data.x_test, data.y_test)
    labels: list[int] = []
    indices: list[int] = []
    for label in range(min(len(data.class_names), MAX_CLASSES)):
        found = (y == label).nonzero().flatten()[:PER_CLASS].tolist()
        indices += found
        labels += [label] * len(found)
    pictures = x[indices].permute(0, 2, 3, 1).numpy()
    return (np.repeat(pictures, 3, axis=-1) if pictures.shape[-1] == 1 else pictures), labels, indices


def mosaic_of(pictures: NDArray[np.uint8], labels: list[int], background: int) -> tuple[NDArray[np.uint8], list[Box]]:
    """A row for each class that has pictures: uint8 [rows, columns, 3], and where each picture lies."""
    height, width = pictures.shape[1:3]
    rows = {label: row for row, label in enumerate(dict.fromkeys(labels))}
    size = (max(1, len(rows)) * (height + GAP) - GAP, PER_CLASS * (width + GAP) - GAP, 3)
    made = np.full(size, background, np.uint8)
    tiles: list[Box] = []
    places: dict[int, int] = {}
    for picture, label in zip(pictures, labels, strict=True):
        column = places[label] = places.get(label, -1) + 1
        top, left = rows[label] * (height + GAP), column * (width + GAP)
        made[top : top + height, left : left + width] = picture
        tiles.append((top, left, height, width))
    return made, tiles


def _smaller(box: Box, factor: int) -> Box:
    top, left, height, width = (side // factor for side in box)
    return top, left, height, width


def _counts(labels: torch.Tensor, classes: int) -> tuple[int, ...]:
    return tuple(torch.bincount(labels, minlength=classes).tolist())
