"""Slow motion for the window: a step of training on a copy of the weights that are shown, worked out in a thread."""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, NamedTuple

import torch
from torch import Tensor, nn

from engine.errors import EngineError, SpecError
from engine.forward import LiveNetwork
from engine.nn import State, fresh_module
from engine.protocol import Event, Figure, Lesson, Numbers, Stage, WalkedThrough, WalkThrough
from engine.server.runner import sentence
from engine.sources.shelf import load_shelved
from engine.spec.train import TrainSpec
from engine.train.device import computing
from engine.train.folder import RunFolder
from engine.train.held import as_inputs
from engine.train.slow import Walked, followable, walk
from engine.train.suits import names_of, suited

MOST_PICTURES = 8
MOST_MAPS, MOST_SIDE, MOST_VALUES = 8, 64, 64
MOST_WEIGHTS = 20_000_000
_NO_CHANCE = "Normalisations use what they have learned, and dropout lets everything through."


class _Batch(NamedTuple):
    inputs: Tensor
    targets: Tensor
    pictures: int
    names: tuple[str, ...]


class Slowly:
    """Answers the newest `WalkThrough`; the run that goes on hears nothing of it."""

    def __init__(self, emit: Callable[[Event], None], wake: Callable[[], None], network: LiveNetwork) -> None:
        self._emit = emit
        self._wake = wake
        self._network = network
        self._waiting: WalkThrough | None = None
        self._thread: threading.Thread | None = None

    def handle(self, request: WalkThrough) -> None:
        """Take a request; one that still waits is replaced."""
        self._waiting = request
        self.tick()

    def tick(self) -> None:
        """Begin with what waits, once nothing else is worked on; on the computing thread."""
        if self._waiting is None or (self._thread is not None and self._thread.is_alive()):
            return
        request, self._waiting = self._waiting, None
        origin = self._network.origin
        run, step = ("", -1) if origin is None else (origin.run, origin.step)
        try:
            self._follow(request)
            module = copy.deepcopy(self._network.module)
        except EngineError as error:
            self._emit(WalkedThrough(id=request.id, problem=str(error)))
            return
        self._thread = threading.Thread(target=self._work, args=(request, module, run, step), name="slow", daemon=True)
        self._thread.start()

    def _follow(self, request: WalkThrough) -> None:
        project = request.project
        self._network.update(project.network, project.planted, project.train.seed, project.pretrained)
        if sum(weight.numel() for weight in self._network.module.parameters()) > MOST_WEIGHTS:
            raise SpecError(f"Slow motion takes networks of up to {MOST_WEIGHTS:,} weights; a smaller one would do.")

    def _work(self, request: WalkThrough, module: nn.Module, run: str, step: int) -> None:
        try:
            with computing(1):
                told = _told(request, module, run, step)
        except Exception as error:
            told = WalkedThrough(id=request.id, problem=sentence(error))
        self._emit(told)
        self._wake()


def _told(request: WalkThrough, module: nn.Module, run: str, step: int) -> WalkedThrough:
    batch, paths = _batch(request), followable(module)
    if not paths:
        raise SpecError("No layer has weights to follow; a Conv2d or a Linear layer that is not frozen would do.")
    layer = request.layer if request.layer in paths else paths[0]
    shape = tuple(module.get_submodule(layer).get_parameter("weight").shape)
    fits = layer == request.layer and len(request.cell) == len(shape)
    cell = tuple(min(max(at, 0), size - 1) for at, size in zip(request.cell, shape, strict=True)) if fits else ()
    cell = cell or tuple(size // 2 if place > 1 else 0 for place, size in enumerate(shape))
    memory, note = _memory(module, run, step)
    walked = walk(module, batch.inputs, batch.targets, request.project.train, layer, cell, memory)
    place: dict[str, Any] = {"step": step, "picture": request.picture, "pictures": batch.pictures}
    return WalkedThrough(
        id=request.id,
        **place,
        inputs=_numbers(batch.inputs),
        class_names=batch.names,
        stages=tuple(_stage(path, made[0]) for path, made in walked.maps.items()),
        **_end(request.project.train, walked, batch.targets),
        layer=layer,
        layers=paths,
        cell=cell,
        weight_shape=shape,
        **_weight(module.get_submodule(layer), cell, walked),
        notes=(_NO_CHANCE, note),
    )


def _batch(request: WalkThrough) -> _Batch:
    """The training pictures that are asked for, as the network takes them."""
    project = request.project
    found = suited(project.network, load_shelved(project.data), project.train)
    part, outputs = found.data.train, found.network.output_shape
    first = min(max(request.picture, 0), len(part) - 1)
    chosen = torch.arange(first, min(first + min(max(request.count, 1), MOST_PICTURES), len(part)))
    inputs, targets = part.take(chosen)
    assert outputs is not None
    return _Batch(as_inputs(inputs), targets, len(part), names_of(outputs[0], found.data.class_names))


def _memory(module: nn.Module, run: str, step: int) -> tuple[State, str]:
    """What the optimiser of a run has kept in its newest checkpoint, and a sentence on it."""
    if not run:
        return {}, "The optimiser takes its first step: it has nothing to remember."
    try:
        folder = RunFolder.open(Path(run))
        restored = folder.restored(fresh_module(folder.network, folder.record.settings.seed))[0]
    except EngineError:
        return {}, "The optimiser takes its first step here: the run has kept nothing of it."
    shapes = {name: weight.shape for name, weight in module.named_parameters()}
    kept = {key: tensor for key, tensor in restored.optimiser.items() if key.partition("/")[2] in shapes}
    if restored.place.step > step or any(
        tensor.ndim and tensor.shape != shapes[key.partition("/")[2]] for key, tensor in kept.items()
    ):
        return {}, "The optimiser takes its first step here: of that of the run only what came later is kept."
    return kept, f"What the optimiser remembers is that of the checkpoint after step {restored.place.step}."


def _end(settings: TrainSpec, walked: Walked, targets: Tensor) -> dict[str, Any]:
    """Outputs, loss and the optimiser's update."""
    rows = walked.lessons
    numbers = zip(rows.outputs, rows.chances, rows.wanted, rows.slopes, rows.losses, targets, strict=True)
    return {
        "loss_name": settings.loss,
        "smoothing": settings.label_smoothing,
        "loss": walked.loss,
        "lessons": tuple(
            Lesson(
                label=-1 if target.ndim else int(target),
                outputs=tuple(outputs.tolist()),
                chances=tuple(chances.tolist()),
                wanted=tuple(wanted.tolist()),
                loss=float(loss),
                slopes=tuple(slopes.tolist()),
            )
            for outputs, chances, wanted, slopes, loss, target in numbers
        ),
        "optimiser": settings.optimiser,
        "formula": walked.rule.formula,
        "terms": tuple(Figure(name=name, value=value) for name, value in walked.rule.terms),
        "age": walked.age,
        "scale": walked.scale,
        "before": walked.before,
        "after": walked.after,
        "loss_after": walked.loss_after,
    }


def _weight(layer: nn.Module, cell: tuple[int, ...], walked: Walked) -> dict[str, Any]:
    """What goes into the slope of the weight that is followed."""
    met, weight = walked.met, layer.get_parameter("weight").detach()
    kind: Literal["conv", "linear"] = "linear" if isinstance(layer, nn.Linear) else "conv"
    kernel = weight[cell[0]][:MOST_VALUES] if kind == "linear" else weight[cell[0], cell[1]]
    return {
        "kind": kind,
        "kernel": _numbers(kernel if kernel.ndim == 2 else kernel[None]),
        "begin": met.begin,
        "stride": met.stride,
        "seen": _numbers(met.seen),
        "upstream": _numbers(met.upstream),
        "products": _numbers(met.products),
        "slope": walked.slope,
        "autograd": walked.autograd,
        "differences": walked.differences,
    }


def _stage(path: str, made: Tensor) -> Stage:
    """A layer's maps of one picture, made fewer and smaller where there are too many to be told apart."""
    maps = _planes(made)
    if maps[0].numel() == 1 or made.ndim == 1:
        some = maps.reshape(1, 1, -1)[:, :, :MOST_VALUES]
    else:
        by = max(1, -(-max(maps.shape[1:]) // MOST_SIDE))
        some = maps[:MOST_MAPS, ::by, ::by]
    return Stage(
        path=path,
        shape=tuple(made.shape),
        minimum=made.min().item(),
        maximum=made.max().item(),
        mean=made.mean().item(),
        maps=_numbers(some),
    )


def _planes(made: Tensor) -> Tensor:
    """[maps, rows, columns] of whatever a layer makes of one picture."""
    if made.ndim < 3:
        return made[:, None] if made.ndim == 2 else made[None, None]
    return made.reshape(-1, *made.shape[-2:])


def _numbers(tensor: Tensor) -> Numbers:
    return Numbers(shape=tuple(tensor.shape), data=tensor.to(torch.float32).contiguous().numpy().tobytes())
