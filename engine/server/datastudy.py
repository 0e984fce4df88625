"""A closer look at a data set, and samples of it varied by chance: worked out in threads, painted between frames."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from engine.buffers import View
from engine.data.augment import augment
from engine.data.dataset import DataSet
from engine.data.fit import fit_pictures
from engine.data.looking import Look, look_at
from engine.data.shipped import shipped
from engine.errors import EngineError, SpecError
from engine.protocol import DataSeen, Event, Problem, StudyData, Varied, VaryData
from engine.server.data_tiles import Tiles, as_tiles, grid, laid_out, paint
from engine.server.paint import Painter
from engine.server.reading import Reading
from engine.server.slots import SlotPool
from engine.sources.shelf import load_shelved

EACH = 10
MOST_SAMPLES = 1000
"""Where there are more than a hundred classes, fewer samples of each are shown."""
MOST_LISTED = 1000
VARIED, COPIES = 8, 5
"""How many samples are varied, and how often each."""
VIEWS: tuple[tuple[type, View], ...] = ((StudyData, "data"), (VaryData, "varied"))
Question = StudyData | VaryData
Answer = Callable[..., Event]
"""Makes the event when it is told the plane."""


class _Few(NamedTuple):
    """Some samples of a data set as a network of that input shape takes them."""

    data: str
    shape: tuple[int, ...]
    inputs: Tensor


class DataStudy:
    """Answers the newest question of each kind."""

    def __init__(
        self, emit: Callable[[Event], None], wake: Callable[[], None], painter: Painter, slots: SlotPool
    ) -> None:
        self._emit = emit
        self._wake = wake
        self._painter = painter
        self._slots = slots
        self._newest: dict[type, int] = {}
        self._ready: dict[type, tuple[Answer, Tiles]] = {}
        self._few: _Few | None = None

    def handle(self, question: Question) -> None:
        """Begin to find out; a newer question makes an older one pointless."""
        self._newest[type(question)] = question.id
        threading.Thread(target=self._find, args=(question,), name="data-study", daemon=True).start()

    def stop(self) -> None:
        """Give up what is being found out."""
        self._newest.clear()

    def tick(self) -> None:
        """Paint what was found out, as far as there is room."""
        for kind, view in VIEWS:
            if kind in self._ready and self._slots.available(view):
                answer, picture = self._ready.pop(kind)
                self._emit(answer(plane=paint(self._painter, view, picture)))

    def _is_wanted(self, question: Question) -> bool:
        return self._newest.get(type(question)) == question.id

    def _find(self, question: Question) -> None:
        told = Reading(self._emit, question.id, question.data, partial(self._is_wanted, question))
        try:
            found = self._varied(question, told) if isinstance(question, VaryData) else seen(question, told)
        except EngineError as error:
            self._refuse(question, str(error))
        except MemoryError:
            self._refuse(question, f"There is not enough memory for a look at {question.data}.")
        else:
            if self._is_wanted(question):
                self._ready[type(question)] = found
                self._wake()

    def _refuse(self, question: Question, message: str) -> None:
        if not self._is_wanted(question):
            return
        if isinstance(question, VaryData):
            self._emit(Varied(id=question.id, data=question.data, plane=None, message=message))
        else:
            self._emit(Problem(id=question.id, code="data look", message=message))

    def _varied(self, question: VaryData, told: Reading) -> tuple[Answer, Tiles]:
        if self._few is None or self._few[:2] != (question.data, question.input_shape):
            self._few = _few(load_shelved(question.data, told), question)
        inputs = self._few.inputs
        copies = inputs.repeat_interleave(COPIES, 0)
        changed = augment(copies, question.augment, torch.Generator().manual_seed(question.draw))
        copies = changed.reshape(len(inputs), COPIES, *inputs.shape[1:])
        rows = torch.cat([inputs[:, None], copies], dim=1).flatten(0, 1)
        tiles = as_tiles(rows.numpy(), question.dark, len(rows), "varied")
        picture, boxes = laid_out(tiles, COPIES + 1, question.dark)
        answer = partial(Varied, id=question.id, data=question.data, tiles=boxes, columns=COPIES + 1)
        return answer, picture


def _few(data: DataSet, question: VaryData) -> _Few:
    """One sample of each of the first classes, or the first samples where there are no classes."""
    part = data.train if len(data.train) else data.test
    if data.is_regression:
        places = list(range(min(VARIED, len(part))))
    else:
        found = [(part.targets == label).nonzero().flatten()[:VARIED].tolist() for label in range(VARIED)]
        turns = sorted((turn, place) for places in found for turn, place in enumerate(places))
        places = sorted(place for _, place in turns[:VARIED])
    inputs = part.take(torch.tensor(places, dtype=torch.int64))[0]
    try:
        fitted = fit_pictures(inputs, question.input_shape) if data.is_pictures and question.input_shape else inputs
    except (SpecError, ValueError, RuntimeError):  # the network takes other inputs; its page says so
        fitted = inputs
    return _Few(question.data, question.input_shape, fitted.contiguous())


def seen(question: StudyData, told: Reading) -> tuple[Answer, Tiles]:
    """All that can be seen of a data set, and the sheet of its means and samples."""
    data = load_shelved(question.data, told)
    groups = 1 if data.is_regression else len(data.class_names)
    each = max(1, min(EACH, MOST_SAMPLES // max(groups, 1)))
    look = look_at(data, each * groups if data.is_regression else each, told)
    picture, boxes = laid_out(*_sheet(look, question.dark))
    train = len(data.train) > 0
    indices = _places(data, groups, look)
    answer = partial(
        DataSeen,
        id=question.id,
        data=question.data,
        tiles=boxes,
        labels=tuple(look.sample_labels.tolist()),
        split="train" if train else "test",
        indices=indices,
        class_names=look.class_names,
        train_counts=tuple(look.train_counts.tolist()),
        test_counts=tuple(look.test_counts.tolist()),
        ranges=tuple((float(low), float(mean), float(high)) for low, mean, high in look.target_ranges),
        input_shape=look.input_shape,
        notes=look.notes,
        skipped=tuple((each.path, each.reason) for each in look.skipped[:MOST_LISTED]),
        left_out=len(look.skipped),
        in_both=len(look.duplicates),
        repeated=look.repeated,
        contradicting=look.contradicting,
        bytes=look.bytes,
        streamed=look.streamed,
        place="" if shipped(question.data) is not None else data.recipe.source,
    )
    return answer, picture


def _sheet(look: Look, dark: bool) -> tuple[Tiles, int, bool]:
    """The mean of all, of each class, and the samples, as tiles; how many columns; and the ground."""
    means = np.concatenate([look.mean[None], look.class_means])
    if look.samples.dtype == np.uint8:
        means = np.rint(means).clip(0, 255).astype(np.uint8)
    every = np.concatenate([means, look.samples])
    tiles = as_tiles(every, dark, len(every), "data")
    return tiles, grid(len(tiles), tiles.shape[1:3]), dark


def _places(data: DataSet, groups: int, look: Look) -> tuple[int, ...]:
    """Where the samples of a look stand in their part: the first of each class, in order."""
    targets = data.y_train if len(data.y_train) else data.y_test
    counts = np.bincount(look.sample_labels, minlength=groups).tolist()
    if data.is_regression:
        return tuple(range(len(look.sample_labels)))
    found = [(targets == label).nonzero().flatten()[:count].tolist() for label, count in enumerate(counts)]
    return tuple(place for places in found for place in places)
