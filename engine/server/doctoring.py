"""The filter doctor beside a training: the live weights on a batch, in a thread, seldom enough to be cheap."""

from __future__ import annotations

import copy
import threading
import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import NamedTuple

import torch
from torch import Tensor, nn

from engine.errors import EngineError
from engine.forward import LiveNetwork
from engine.protocol import Ailment, Event, Examine, Examined, Remedy, SickKernel
from engine.sources.shelf import load_shelved
from engine.spec.project import Project
from engine.train.device import computing
from engine.train.doctor import ALIKE, Finding, examine
from engine.train.losses import loss_of

SECONDS = 2.0
"""The network is looked at no more often,"""
SHARE = 0.01
"""and so seldom that it takes this share of one core's time at most."""
BATCH = 64
MOST_KERNELS = 12
_LEAKING = (nn.ReLU, nn.ReLU6, nn.Sigmoid, nn.Tanh)


class _Batch(NamedTuple):
    data: str
    shape: tuple[int, ...]
    inputs: Tensor
    targets: Tensor


class Doctoring:
    """Tells what the doctor finds, whenever there are other weights and somebody wants to know."""

    def __init__(self, emit: Callable[[Event], None], wake: Callable[[], None], network: LiveNetwork) -> None:
        self._emit = emit
        self._wake = wake
        self._network = network
        self._asked: Examine | None = None
        self._thread: threading.Thread | None = None
        self._next = 0.0
        self._seen = -1
        self._batch: _Batch | None = None
        self._since: dict[tuple[str, str], int] = {}
        self._run = ""

    def handle(self, request: Examine) -> None:
        """Begin to look, or stop; another project is looked at anew."""
        self._asked = None if request.project is None else request
        self._seen, self._next = -1, 0.0

    def tick(self) -> None:
        """Look, if it is time and there is something new; on the computing thread."""
        origin = self._network.origin
        busy = self._thread is not None and self._thread.is_alive()
        if self._asked is None or self._asked.project is None or origin is None or busy:
            return
        if time.monotonic() < self._next or self._network.version == self._seen:
            return
        if origin.run != self._run:
            self._run, self._since = origin.run, {}
        self._seen = self._network.version
        module = copy.deepcopy(self._network.module)
        work = partial(self._look, self._asked.project, module, origin.step)
        self._thread = threading.Thread(target=work, name="doctor", daemon=True)
        self._thread.start()

    def _look(self, project: Project, module: nn.Module, step: int) -> None:
        try:
            batch = self._batch_of(project)
            began = time.thread_time()
            self._emit(Examined(step=step, found=self._told(project, module, batch, step)))
            self._next = time.monotonic() + max(SECONDS, (time.thread_time() - began) / SHARE)
        except (EngineError, RuntimeError, MemoryError) as error:
            # The network does not go with the data: the page says so at the start of a run.
            self._next = time.monotonic() + SECONDS
            self._emit(Examined(step=step, message=f"The doctor cannot look at this network: {error}"))

    def _told(self, project: Project, module: nn.Module, batch: _Batch, step: int) -> tuple[Ailment, ...]:
        with computing(1):
            loss = partial(_loss, project, batch.targets)
            found = examine(module, batch.inputs, loss)
        known = {(each.layer, each.illness): each for each in found}
        self._since = {key: min(self._since.get(key, step), step) for key in known}
        clipped = project.train.clip_norm > 0
        return said_once(ailment(module, each, self._since[each.layer, each.illness], clipped) for each in found)

    def _batch_of(self, project: Project) -> _Batch:
        shape = tuple(project.network.input_shape)
        if self._batch is None or (self._batch.data, self._batch.shape) != (project.data, shape):
            data = load_shelved(project.data).fitted(shape)
            part = data.train if len(data.train) else data.test
            places = torch.linspace(0, len(part) - 1, min(BATCH, len(part))).long()
            inputs, targets = part.take(places)
            values = inputs.float() / 255 if inputs.dtype == torch.uint8 else inputs
            self._batch = _Batch(project.data, shape, values, targets)
        return self._batch


def said_once(found: Iterable[Ailment]) -> tuple[Ailment, ...]:
    """Without those that say of the same filters what one before them has said: an empty filter makes a dead map."""
    kept: list[Ailment] = []
    for each in found:
        same = (one for one in kept if (one.source, one.illness) == (each.source, each.illness) and one.filters)
        if not any(set(each.filters) <= set(one.filters) for one in same):
            kept.append(each)
    return tuple(kept)


def _loss(project: Project, targets: Tensor, outputs: Tensor) -> Tensor:
    return loss_of(project.train.loss, outputs, targets)


def ailment(module: nn.Module, found: Finding, since: int, clipped: bool = False) -> Ailment:
    """A finding with the layer whose weights are meant, the kernels, and what can be done.

    Example:
        >>> layers = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU())
        >>> told = ailment(layers, Finding(layer="1", illness="dead", filters=(1,), message=""), since=5)
        >>> told.source, told.of, [kernel.filter for kernel in told.kernels], told.remedies
        ('0', 2, [1], ('redraw', 'leaky'))
    """
    source, weight = _source(module, found)
    kernels = () if weight is None or weight.ndim != 4 else _kernels(weight, found.filters)
    return Ailment(
        layer=found.layer,
        illness=found.illness,
        filters=found.filters,
        since=since,
        of=0 if weight is None or not found.filters else len(weight),
        source=source,
        kernels=kernels,
        redraw=_doubles(weight, found.filters) if found.illness == "duplicated" else found.filters,
        remedies=_remedies(module, found, bool(source), clipped),
    )


def _source(module: nn.Module, found: Finding) -> tuple[str, Tensor | None]:
    """The last layer with weights up to the one that is ill: its filters make the maps that are."""
    source: str = ""
    weight: Tensor | None = None
    for path, layer in module.named_modules():
        own = getattr(layer, "weight", None)
        if isinstance(own, Tensor):
            source, weight = path, own.detach()
        if path == found.layer:
            break
    fits = weight is not None and all(number < len(weight) for number in found.filters)
    return (source, weight) if fits else ("", None)


def _kernels(weight: Tensor, filters: tuple[int, ...]) -> tuple[SickKernel, ...]:
    made = []
    for number in filters[:MOST_KERNELS]:
        planes = weight[number]
        plane = int(planes.flatten(1).norm(dim=1).argmax())
        rows = tuple(tuple(row) for row in planes[plane].tolist())
        made.append(SickKernel(filter=number, plane=plane, weights=rows))
    return tuple(made)


def _doubles(weight: Tensor | None, filters: tuple[int, ...]) -> tuple[int, ...]:
    """Of filters that are like another one, those that have one before them."""
    if weight is None:
        return filters
    unit = nn.functional.normalize(weight.flatten(1), dim=1)
    later: list[int] = ((unit @ unit.T).triu(1) > ALIKE).any(0).nonzero().flatten().tolist()
    return tuple(later)


def _remedies(module: nn.Module, found: Finding, has_source: bool, clipped: bool) -> tuple[Remedy, ...]:
    """The first is what helps most often."""
    redraw: tuple[Remedy, ...] = ("redraw",) if has_source and found.filters else ()
    leaks = any(isinstance(layer, _LEAKING) for layer in module.modules())
    leaky: tuple[Remedy, ...] = ("leaky",) if leaks else ()
    if found.illness == "dead":
        hinge = isinstance(module.get_submodule(found.layer), nn.ReLU | nn.ReLU6)
        return (*redraw, *(leaky if hinge else ()))
    if found.illness in ("saturated", "duplicated"):
        return (*redraw, "slower") if found.illness == "saturated" else redraw
    if found.illness == "vanishing":
        return leaky
    return ("slower",) if clipped or found.illness == "not finite" else ("clip", "slower")
