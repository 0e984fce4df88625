"""Starting a run and taking it up again: checks first, then a generator of events that whoever drives it may end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec
import torch

from engine.data import Progress as DataProgress
from engine.data import load_data
from engine.data.dataset import DataSet
from engine.errors import BadFile, SpecError
from engine.nn import fresh_module, put_planted
from engine.spec.events import Failed, Finished, Started, TrainEvent
from engine.spec.layers import Shape
from engine.spec.network import NetworkSpec
from engine.spec.project import Planted
from engine.spec.train import TrainSpec
from engine.train.checkpoint import Place
from engine.train.controls import Controls
from engine.train.device import choose_device, computing
from engine.train.folder import DataRecord, RunFolder, RunRecord, check_new
from engine.train.memory import check_memory, give_back, is_memory_error, memory_sentence
from engine.train.session import Session
from engine.train.suits import Suited, suited
from engine.train.trainer import Trainer

_DEFAULT = TrainSpec()


class _Ready(NamedTuple):
    """A run about to take its first step."""

    started: Started
    session: Session


class _Plan(NamedTuple):
    """All that is settled before the first step."""

    network: NetworkSpec
    suited: Suited
    settings: TrainSpec
    device: torch.device
    controls: Controls
    notes: tuple[str, ...]
    planted: tuple[Planted, ...] = ()


def train(
    spec: NetworkSpec,
    data: DataSet,
    settings: TrainSpec = _DEFAULT,
    device: str = "auto",
    output: str | Path | None = None,
    controls: Controls | None = None,
    planted: tuple[Planted, ...] = (),
) -> Iterator[TrainEvent]:
    """Train a network, step by step, as the iterator is read.

    The same settings, data and threads on the processor give the same weights, bit for bit, interrupted or not. The
    thread that reads the iterator computes with the threads of the settings and takes denormal numbers for zero.

    Args:
        spec, settings: what to train, and how.
        data: what to learn from; it is brought to the network's input.
        device: "auto", "cpu", "cuda", "cuda:1" or "mps".
        output: a new folder for checkpoints and metrics; None keeps nothing.
        controls: pauses, stops or changes the run from another thread.
        planted: a person's kernels in the place of first weights; a note of `Started` names those that do not fit.

    Returns:
        Events, see `engine.spec.events`. A run that diverges or runs out of memory ends with `Failed`.

    Raises:
        SpecError, BadFile: if network, data and settings do not go together, or the folder is not new.

    Example:
        >>> import engine
        >>> events = engine.train(engine.preset("lenet-5"), engine.load_data("mnist"), engine.TrainSpec(batch_size=500))
        >>> next(events).steps
        120
        >>> events.close()
    """
    chosen = choose_device(device)
    found = suited(spec, data, settings)
    check_memory(found.network, spec.input_shape, len(data.y_train), settings, chosen)
    folder = None if output is None else check_new(Path(output))
    return _begin(_Plan(spec, found, settings, chosen, controls or Controls(), found.notes, planted), folder)


def resume(
    path: str | Path,
    device: str = "auto",
    epochs: int | None = None,
    learning_rate: float | None = None,
    data: DataSet | None = None,
    controls: Controls | None = None,
    progress: DataProgress | None = None,
) -> Iterator[TrainEvent]:
    """Take a run up again from its newest good checkpoint.

    Args:
        path: the run's folder.
        device: "auto" is the device that the run was begun on, if this machine has it.
        epochs: another number of epochs in all, to go on with a run that is finished.
        learning_rate: another learning rate from here on.
        data: the data set, for a run that was given one from memory.
        controls: see `train`.
        progress: told of pictures that are read.

    Returns:
        Events; of a run that is finished only its `Finished`.

    Raises:
        BadFile: if there is no run, it has no good checkpoint, or its data set is not the same any more.
    """
    folder = RunFolder.open(Path(path))
    record = folder.record
    settings = record.settings if epochs is None else msgspec.structs.replace(record.settings, epochs=epochs)
    done = [metric for metric in folder.metrics() if isinstance(metric, Finished)]
    if done and done[-1].epochs >= settings.epochs and learning_rate is None:
        return iter(done[-1:])
    chosen, moved = _device_again(device, record.device)
    found = suited(folder.network, _data_again(record.data, data, folder.network.input_shape, progress), settings)
    check_memory(found.network, folder.network.input_shape, record.data.train, settings, chosen)
    plan = _Plan(folder.network, found, settings, chosen, controls or Controls(), (*found.notes, *moved))
    return _go_on(plan, folder, learning_rate)


def _begin(plan: _Plan, output: Path | None) -> Iterator[TrainEvent]:
    with computing(plan.settings.threads):
        if output is None:
            yield from _guarded(plan, lambda: _fresh(plan, None))
            return
        with RunFolder.create(output, plan.network, _record(plan)) as folder:
            yield from _guarded(plan, lambda: _fresh(plan, folder))


def _go_on(plan: _Plan, folder: RunFolder, learning_rate: float | None) -> Iterator[TrainEvent]:
    with computing(plan.settings.threads), folder:
        yield from _guarded(plan, lambda: _resumed(plan, folder, learning_rate))


def _guarded(plan: _Plan, make: Callable[[], _Ready]) -> Iterator[TrainEvent]:
    """The events of a run; memory that runs out becomes the last of them."""
    step, checkpoint, ready = 0, "", None
    try:
        ready = make()
        yield ready.started
        yield from ready.session.events()
        return
    except Exception as error:
        if not is_memory_error(error):
            raise
        if ready is not None:
            step, checkpoint = ready.session.step, ready.session.checkpoint
    ready = None
    give_back()
    message = memory_sentence(step + 1, min(plan.settings.batch_size, len(plan.suited.data.y_train)))
    yield Failed(reason="memory", message=message, step=step, checkpoint=checkpoint)


def _fresh(plan: _Plan, folder: RunFolder | None) -> _Ready:
    module = fresh_module(plan.network, plan.settings.seed)
    left_out = put_planted(module, plan.planted)
    trainer = Trainer(module, plan.suited.data, plan.settings, plan.device)
    session = Session(trainer, Place(learning_rate=plan.settings.learning_rate), plan.controls, folder)
    session.save_first()
    return _Ready(_started(plan, trainer, folder, (*plan.notes, *left_out)), session)


def _resumed(plan: _Plan, folder: RunFolder, learning_rate: float | None) -> _Ready:
    folder.take_lock()
    module = fresh_module(plan.network, plan.settings.seed)
    restored, complaints = folder.restored(module)
    place = restored.place
    if learning_rate is not None:
        place = msgspec.structs.replace(place, learning_rate=learning_rate)
    folder.begin_again(place, plan.settings)
    trainer = Trainer(module, plan.suited.data, plan.settings, plan.device)
    trainer.put_back(place.step, restored.weights, restored.optimiser, place.learning_rate)
    damaged = tuple(f"{complaint.rstrip('.')}; the checkpoint before it is used." for complaint in complaints)
    return _Ready(
        _started(plan, trainer, folder, (*plan.notes, *damaged)), Session(trainer, place, plan.controls, folder)
    )


def _started(plan: _Plan, trainer: Trainer, folder: RunFolder | None, notes: tuple[str, ...]) -> Started:
    data = plan.suited.data
    return Started(
        run="" if folder is None else str(folder.path),
        device=str(plan.device),
        threads=plan.settings.threads,
        seed=plan.settings.seed,
        epochs=plan.settings.epochs,
        step=trainer.step,
        steps=trainer.steps,
        batch_size=plan.settings.batch_size,
        examples=len(data.y_train),
        test_examples=len(data.y_test),
        class_names=data.class_names,
        parameters=plan.suited.network.parameters,
        notes=notes,
    )


def _record(plan: _Plan) -> RunRecord:
    data = plan.suited.data
    described = DataRecord(
        name=data.name,
        recipe=data.recipe,
        fingerprint=data.fingerprint(),
        class_names=data.class_names,
        train=len(data.y_train),
        test=len(data.y_test),
    )
    return RunRecord(
        settings=plan.settings,
        device=str(plan.device),
        data=described,
        planted=plan.planted,
        torch=str(torch.__version__),
    )


def _device_again(asked: str, before: str) -> tuple[torch.device, tuple[str, ...]]:
    """The device to go on with, and a note if it is another one: numbers round otherwise there."""
    try:
        chosen = choose_device(before if asked == "auto" else asked)
    except SpecError:
        if asked != "auto":
            raise
        chosen = choose_device("auto")
    if str(chosen) == before:
        return chosen, ()
    return chosen, (f"The run was begun on {before} and goes on on {chosen}, where numbers round otherwise.",)


def _data_again(record: DataRecord, given: DataSet | None, shape: Shape, progress: DataProgress | None) -> DataSet:
    """The data set of a run, if it is still the same."""
    if given is None and not record.recipe.source:
        raise BadFile(f"The run's data set {record.name} was in memory only; give it again as `data`.")
    recipe = record.recipe
    loaded = given if given is not None else load_data(recipe.source, recipe.input_shape, recipe.seed, progress)
    if loaded.fitted(shape).fingerprint() != record.fingerprint:
        raise BadFile(
            f"The data set {record.name} is not the one that the run was begun with: its pictures have changed; put "
            f"the old ones back, or train anew."
        )
    return loaded
