"""Runs out of runs: repeated from their beginning, order by order, or forked from a step of their past."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from torch import nn

from engine.data import Progress as DataProgress
from engine.data.dataset import DataSet
from engine.errors import BadFile
from engine.nn import fresh_module, put_planted
from engine.spec.events import Failed, TrainEvent
from engine.spec.train import TrainSpec
from engine.train.checkpoint import Place
from engine.train.controls import Controls
from engine.train.device import choose_device, computing
from engine.train.folder import Parent, RunFolder
from engine.train.run import begun, data_again
from engine.train.session import Session
from engine.train.start import Start
from engine.train.suits import suited
from engine.train.timeline import Timeline
from engine.train.trainer import Trainer
from engine.train.wheel import Wheel


def replay(
    path: str | Path,
    data: DataSet | None = None,
    device: str = "cpu",
    until: int | None = None,
    progress: DataProgress | None = None,
) -> nn.Module:
    """Train a run's network anew, from its settings and its log alone.

    On the processor that gives the run's own weights, bit for bit.

    Args:
        path: the run's folder; nothing in it changes.
        data: the data set, for a run that was given one from memory.
        device: where.
        until: after how many steps to end; the run's newest checkpoint if left out.
        progress: told of pictures that are read.

    Returns:
        The network, on the processor, in evaluation mode.

    Raises:
        BadFile: if there is no run, its data set is not the same any more, or it diverges.
    """
    folder = RunFolder.open(Path(path))
    record = folder.record
    module = _begun_with(folder)
    step = folder.restored(fresh_module(folder.network, record.settings.seed))[0].place.step if until is None else until
    whole = data_again(record.data, data, folder.network.input_shape, progress)
    found = suited(folder.network, whole, record.settings).data
    with computing(record.settings.threads):
        trainer = Trainer(module, found, record.settings, choose_device(device))
        trainer.augment = record.augment
        wheel = Wheel(trainer, folder.standing(0), found, folder.orders)
        place = Place(learning_rate=record.settings.learning_rate)
        for event in Session(trainer, place, Controls(), None, wheel, step).events():
            if isinstance(event, Failed):
                raise BadFile(f"{folder.path} cannot be repeated: {event.message}")
    trained: nn.Module = trainer.module.cpu()
    return trained.eval()


def fork(
    path: str | Path,
    step: int,
    output: str | Path | None = None,
    settings: TrainSpec | None = None,
    data: DataSet | None = None,
    device: str = "auto",
    controls: Controls | None = None,
    progress: DataProgress | None = None,
) -> Iterator[TrainEvent]:
    """A new run that begins with the weights that another one had after some step.

    Args:
        path: the older run's folder.
        step: of its timeline; the newest that was kept, not after this one.
        output: a new folder; None keeps nothing.
        settings: how to train; as the older run at that step if left out.
        data, device, controls, progress: see `engine.train` and `engine.resume`.

    Returns:
        Events, see `engine.spec.events`.

    Raises:
        BadFile: if there is no such run or step.
    """
    folder = RunFolder.open(Path(path))
    snapshot = Timeline(folder.path).nearest(step)
    standing = folder.standing(snapshot.orders)
    found = data_again(folder.record.data, data, standing.network.input_shape, progress)
    module = fresh_module(standing.network, standing.settings.seed)
    state = Timeline(folder.path).read(snapshot, module)
    start = Start(source=f"{folder.path}, step {snapshot.step}", sha256=snapshot.weights.sha256, state=state)
    parent = Parent(run=str(folder.path.resolve()), step=snapshot.step)
    chosen = settings or standing.settings
    return begun(standing.network, found, chosen, device, output, controls, (), start, standing.augment, parent)


def _begun_with(folder: RunFolder) -> nn.Module:
    """The network before its first step."""
    module = fresh_module(folder.network, folder.record.settings.seed)
    if folder.record.start is None:
        put_planted(module, folder.record.planted)
        return module
    timeline = Timeline(folder.path)
    first = timeline.snapshots[0] if timeline.snapshots else None
    if first is None or first.step:
        raise BadFile(f"{folder.path} cannot be repeated: the weights that it began with are not kept any more.")
    module.load_state_dict(timeline.read(first, module))
    return module
