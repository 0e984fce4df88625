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
from engine.errors import EngineError
from engine.protocol import Box, Event, LookAtData, Problem, Samples
from engine.server.data_tiles import coloured, drawn
from engine.server.names import ClassNames
from engine.server.paint import Painter
from engine.server.reading import STOPPED, Reading
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
            wanted = partial(self._is_wanted, request)
            data = load_shelved(request.data, Reading(self._emit, request.id, request.data, wanted))
        except EngineError as error:
            self._refuse(request, str(error))
            return
        except MemoryError:
            self._refuse(request, f"{request.data} does not fit into the memory; a smaller data set would do.")
            return
        if request.id == self._newest:
            self._ready = request, data
            self._wake()

    def stop(self) -> None:
        """Give up what is being read."""
        if self._newest:
            self._newest = 0
            self._emit(Problem(id=0, code="data", message=STOPPED))

    def _is_wanted(self, request: LookAtData) -> bool:
        return request.id == self._newest

    def _refuse(self, request: LookAtData, message: str) -> None:
        if request.id == self._newest:
            self._emit(Problem(id=request.id, code="data", message=message))

    def tick(self) -> bool:
        """Paint what was loaded; whether there was something."""
        if self._ready is None or not self._slots.available("samples"):
            return False
        (request, data), self._ready = self._ready, None
        if not data.is_regression:
            self._names.tell(request.data, data.class_names)
        split: Part = "train" if len(data.y_train) else "test"
        pictures, labels, indices = chosen(data, split, request.dark)
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
                labels=(0,) * len(labels) if data.is_regression else tuple(labels),
                split=split,
                indices=tuple(indices),
                class_names=data.class_names,
                train_counts=_counts(data, data.y_train),
                test_counts=_counts(data, data.y_test),
                input_shape=data.input_shape,
                notes=data.notes,
                numbers=data.is_regression,
            )
        )
        return True


def chosen(data: DataSet, split: Part, dark: bool = True) -> tuple[NDArray[np.uint8], list[int], list[int]]:
    """The first inputs of every class in a part, uint8 [N, H, W, 3], the class of each, and its place in the part.

    Where numbers are to be told, all are in one class, of which there are more.
    """
    x, y = (data.x_train, data.y_train) if split == "train" else (data.x_test, data.y_test)
    if data.is_regression:
        places = list(range(min(len(y), PER_CLASS**2)))
        return _colours(x[places], dark), [place // PER_CLASS for place in places], places
    labels: list[int] = []
    indices: list[int] = []
    for label in range(min(len(data.class_names), MAX_CLASSES)):
        found = (y == label).nonzero().flatten()[:PER_CLASS].tolist()
        indices += found
        labels += [label] * len(found)
    return _colours(x[indices], dark), labels, indices


def _colours(inputs: torch.Tensor, dark: bool) -> NDArray[np.uint8]:
    cells = inputs.numpy()
    return drawn(cells, dark) if cells.ndim == 3 else coloured(cells)


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


def _counts(data: DataSet, targets: torch.Tensor) -> tuple[int, ...]:
    if data.is_regression:
        return (len(targets),)
    return tuple(torch.bincount(targets, minlength=len(data.class_names)).tolist())
