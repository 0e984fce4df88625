"""Which test pictures a network takes for what: tried in small slices with rests between them, shown as a mosaic."""

from __future__ import annotations

import copy
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import torch
from torch import Tensor, nn

from engine.data.dataset import DataSet
from engine.data.examples import Examples
from engine.errors import EngineError, SourceError, SpecError
from engine.explain.lens import Outcomes, outcomes
from engine.forward import LiveNetwork
from engine.protocol import AskMistakes, Event, Mistakes, Trying
from engine.server.data_tiles import Tiles, as_tiles, grid, laid_out, paint
from engine.server.paint import Painter
from engine.server.slots import SlotPool
from engine.sources.shelf import load_shelved
from engine.train.device import computing

MOST_SHOWN = 60
MOST_TRIED = 10_000
"""Of a larger test part the first ones are tried."""
REST = 3.0
"""After each slice of work so many times as long is rested while a training goes on."""
TELL_SECONDS = 0.2
_STOPPED = "Other pictures are asked for now."


class _Tried(NamedTuple):
    """What a network said of the test part: the outcome of one snapshot of its weights."""

    version: int
    data: str
    step: int
    outcomes: Outcomes


class _Test(NamedTuple):
    data: str
    shape: tuple[int, ...]
    found: DataSet
    examples: Examples


class MistakesStudy:
    """Answers the newest question; one answer is kept, so that another cell of it costs nothing."""

    def __init__(
        self,
        emit: Callable[[Event], None],
        wake: Callable[[], None],
        painter: Painter,
        slots: SlotPool,
        network: LiveNetwork,
    ) -> None:
        self._emit = emit
        self._wake = wake
        self._painter = painter
        self._slots = slots
        self._network = network
        self._newest = 0
        self._tried: _Tried | None = None
        self._test: _Test | None = None
        self._ready: tuple[AskMistakes, _Tried, DataSet] | None = None

    def handle(self, request: AskMistakes) -> None:
        """Begin to find out; on the computing thread, since the weights are taken now."""
        self._newest = request.id
        origin, kept = self._network.origin, self._tried
        if origin is None:
            self._refuse(request, "The network has learned nothing yet; start a training first.")
            return
        known = (
            kept is not None
            and kept.data == request.data
            and (not request.again or kept.version == self._network.version)
        )
        module = None if known else copy.deepcopy(self._network.module)
        find = partial(self._find, request, module, self._network.version, origin.step, origin.going_on)
        threading.Thread(target=find, name="mistakes", daemon=True).start()

    def _find(self, request: AskMistakes, module: nn.Module | None, version: int, step: int, going_on: bool) -> None:
        try:
            test = self._test_of(request)
            if module is not None:
                self._tried = _Tried(version, request.data, step, self._outcomes(request, module, test, going_on))
        except EngineError as error:
            self._refuse(request, str(error))
        except (RuntimeError, MemoryError) as error:
            self._refuse(request, f"The test pictures cannot be tried: {error}.")
        else:
            if self._newest == request.id and self._tried is not None:
                self._ready = request, self._tried, test.found
                self._wake()

    def _outcomes(self, request: AskMistakes, module: nn.Module, test: _Test, going_on: bool) -> Outcomes:
        rest = REST if going_on else 0.0
        with computing(1):
            return outcomes(module, test.examples, _Slices(self._emit, request.id, self._is_newest, rest), MOST_TRIED)

    def _is_newest(self, request: int) -> bool:
        return self._newest == request

    def _test_of(self, request: AskMistakes) -> _Test:
        shape = tuple(request.project.network.input_shape)
        kept = self._test
        if kept is None or (kept.data, kept.shape) != (request.data, shape):
            found = load_shelved(request.data)
            if not found.is_pictures or found.is_regression:
                raise SpecError(f"{found.name} has no pictures in classes; a data set that has shows mistakes.")
            kept = self._test = _Test(request.data, shape, found, found.fitted(shape).test)
        return kept

    def _refuse(self, request: AskMistakes, message: str) -> None:
        if self._newest == request.id:
            self._emit(Mistakes(id=request.id, data=request.data, cell=request.cell, message=message))

    def tick(self) -> None:
        """Paint what was found out, if there is room."""
        if self._ready is None or not self._slots.available("mistakes"):
            return
        (request, tried, found), self._ready = self._ready, None
        said = tried.outcomes
        picked, count = chosen(said, request.cell)
        told = Mistakes(
            id=request.id,
            data=request.data,
            step=tried.step,
            cell=request.cell,
            indices=tuple(picked),
            classes=tuple(said.classes[picked].tolist()),
            guesses=tuple(said.guesses[picked].tolist()),
            probabilities=tuple(said.probabilities.max(1).values[picked].tolist()),
            count=count,
            tried=len(said.classes),
            total=len(found.test),
            confusion=tuple(tuple(row) for row in said.confusion().tolist()),
            class_names=found.class_names,
        )
        self._emit(self._painted(told, found, request.dark) if picked else told)

    def _painted(self, told: Mistakes, found: DataSet, dark: bool) -> Mistakes:
        picture, boxes = _mosaic(found.test.take(torch.tensor(told.indices))[0], dark)
        plane = paint(self._painter, "mistakes", picture)
        fields = {name: getattr(told, name) for name in told.__struct_fields__}
        return Mistakes(**{**fields, "plane": plane, "tiles": boxes})


class _Slices:
    """A `Progress` that ends the work where nobody waits, tells how far it is, and rests after each slice."""

    def __init__(self, emit: Callable[[Event], None], request: int, waits: Callable[[int], bool], rest: float) -> None:
        self._emit = emit
        self._request = request
        self._waits = waits
        self._rest = rest
        self._since = self._told = time.monotonic()

    def __call__(self, done: int, total: int) -> None:
        """So many are done."""
        if not self._waits(self._request):
            raise SourceError(_STOPPED)
        if time.monotonic() - self._told >= TELL_SECONDS:
            self._told = time.monotonic()
            self._emit(Trying(id=self._request, done=done, total=total))
        time.sleep(self._rest * (time.monotonic() - self._since))
        self._since = time.monotonic()


def chosen(said: Outcomes, cell: tuple[int, int] | None) -> tuple[list[int], int]:
    """The examples of a cell of the confusion, the surest first, or the surest mistakes; and how many there are in all.

    Example:
        >>> said = Outcomes(torch.tensor([[0.1, 0.9], [0.4, 0.6], [0.8, 0.2]]), torch.tensor([0, 0, 0]))
        >>> chosen(said, (0, 1)), chosen(said, None)
        (([0, 1], 2), ([0, 1], 2))
    """
    if cell is None:
        return said.worst(MOST_SHOWN), int((said.guesses != said.classes).sum())
    places = torch.nonzero((said.classes == cell[0]) & (said.guesses == cell[1])).flatten()
    order = said.probabilities.max(1).values[places].argsort(descending=True, stable=True)
    picked: list[int] = places[order][:MOST_SHOWN].tolist()
    return picked, len(places)


def _mosaic(inputs: Tensor, dark: bool) -> tuple[Tiles, tuple[tuple[int, int, int, int], ...]]:
    tiles = as_tiles(inputs.numpy(), dark, len(inputs), "mistakes")
    return laid_out(tiles, grid(len(tiles), tiles.shape[1:3]), dark)
