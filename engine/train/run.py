"""Starting a run and taking it up again: checks first, then a generator of events that whoever drives it may end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec
import torch

from engine.data import Progress as DataProgress
from engine.data import load_recipe
from engine.data.dataset import DataSet
from engine.errors import BadFile, SpecError
from engine.nn import fresh_module, put_planted
from engine.spec.data import AugmentSpec, check_augment
from engine.spec.events import Failed, Finished, Started, TrainEvent
from engine.spec.layers import Shape
from engine.spec.network import NetworkSpec
from engine.spec.project import Planted
from engine.spec.steering import Change, Standing
from engine.spec.train import TrainSpec
from engine.train.checkpoint import Place, Restored
from engine.train.compiled import check_compiler
from engine.train.controls import Controls
from engine.train.device import choose_device, computing
from engine.train.folder import DataRecord, Parent, RunFolder, RunRecord, check_new
from engine.train.memory import check_memory, give_back, is_memory_error, memory_sentence
from engine.train.session import Session
from engine.train.start import Start, start_from
from engine.train.suits import Suited, suited
from engine.train.team import Team, leader_first, team_here
from engine.train.trainer import Trainer
from engine.train.wheel import Wheel, set_frozen

_DEFAULT = TrainSpec()
_AS_THEY_ARE = AugmentSpec()


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
    start: Start | None = None
    changes: tuple[Change, ...] = ()
    augment: AugmentSpec = AugmentSpec()
    parent: Parent | None = None
    team: Team | None = None

    @property
    def leads(self) -> bool:
        """Whether this process keeps the run."""
        return self.team is None or self.team.leads

    def standing(self) -> Standing:
        """What the run begins with."""
        return Standing(settings=self.settings, network=self.network, augment=self.augment)


def train(
    spec: NetworkSpec,
    data: DataSet,
    settings: TrainSpec = _DEFAULT,
    device: str = "auto",
    output: str | Path | None = None,
    controls: Controls | None = None,
    planted: tuple[Planted, ...] = (),
    weights: Start | str | Path | None = None,
    augment: AugmentSpec = _AS_THEY_ARE,
) -> Iterator[TrainEvent]:
    """Train a network, step by step, as the iterator is read.

    The same settings, data and threads on the processor give the same weights, bit for bit, interrupted or not. The
    thread that reads the iterator computes with the threads of the settings and takes denormal numbers for zero.

    Args:
        spec, settings: what to train, and how; under `torchrun` the batch size is that of all processes together.
        data: what to learn from; it is brought to the network's input.
        device: "auto", "cpu", "cuda", "cuda:1" or "mps".
        output: a new folder for checkpoints and metrics; None keeps nothing.
        controls: pauses, stops or changes the run from another thread.
        planted: a person's kernels in the place of first weights; a note of `Started` names those that do not fit.
        weights: what to begin with, as far as it fits: "pretrained:NAME" or a file as for `engine.load_weights`.
        augment: how each training picture is varied when it is seen.

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
    return begun(spec, data, settings, device, output, controls, planted, weights, augment)


def begun(
    spec: NetworkSpec,
    data: DataSet,
    settings: TrainSpec,
    device: str,
    output: str | Path | None,
    controls: Controls | None,
    planted: tuple[Planted, ...],
    weights: Start | str | Path | None,
    augment: AugmentSpec,
    parent: Parent | None = None,
) -> Iterator[TrainEvent]:
    """See `train`; `parent` is the run that this one is forked from."""
    team = team_here()
    chosen = choose_device(device) if team is None else team.device(choose_device(device))
    check_compiler(settings, chosen)
    found = suited(spec, data, settings)
    check_memory(found.network, spec.input_shape, len(data.y_train), settings, chosen)
    if augment.is_active:
        check_augment(augment, spec.input_shape)
    folder = None if output is None or not (team is None or team.leads) else check_new(Path(output))
    start = weights if isinstance(weights, Start | None) else start_from(weights, spec)
    notes = (*found.notes, *_together(team))
    plan = _Plan(spec, found, settings, chosen, controls or Controls(), notes, planted, start)
    return _begin(plan._replace(augment=augment, parent=parent, team=team), folder)


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
    standing = folder.standing()
    changes = _changes(standing, epochs, learning_rate)
    settings = standing.settings
    for change in changes:
        settings = msgspec.structs.replace(settings, **{change.name: change.new})
    done = [metric for metric in folder.metrics() if isinstance(metric, Finished)]
    if done and not changes and _is_over(done[-1], settings):
        return iter(done[-1:])
    plan = _plan_again(folder, settings, standing.network, device, data, progress)
    return _go_on(plan._replace(changes=changes, controls=controls or Controls()), folder)


def _plan_again(
    folder: RunFolder,
    settings: TrainSpec,
    network: NetworkSpec,
    device: str,
    data: DataSet | None,
    progress: DataProgress | None,
) -> _Plan:
    """All that is settled before a run goes on with these settings and this network."""
    team, record = team_here(), folder.record
    chosen, moved = _device_again(device, record.device, team)
    check_compiler(settings, chosen)
    with leader_first(team):
        again = data_again(record.data, data, network.input_shape, progress)
    found = suited(network, again, settings)
    check_memory(found.network, network.input_shape, record.data.train, settings, chosen)
    notes = (*found.notes, *moved, *_together(team, record.processes))
    return _Plan(folder.network, found, record.settings, chosen, Controls(), notes, team=team)


def _together(team: Team | None, before: int | None = None) -> tuple[str, ...]:
    """A note on the processes that train together, or on there being more or fewer than before."""
    size = 1 if team is None else team.size
    if before not in (None, size):
        return (f"The run was begun by {before} of these processes and goes on by {size}; numbers round otherwise.",)
    return (f"{size} processes train together, each on its share of every batch.",) if size > 1 else ()


def _changes(standing: Standing, epochs: int | None, learning_rate: float | None) -> tuple[Change, ...]:
    """What is asked for that is not so already."""
    asked = {"epochs": epochs, "learning_rate": learning_rate}
    made = [Change(name=name, new=new) for name, new in asked.items() if new is not None]
    return tuple(change for change in made if getattr(standing.settings, change.name) != change.new)


def _is_over(done: Finished, settings: TrainSpec) -> bool:
    return done.epochs >= settings.epochs or done.reason != "epochs"


def _begin(plan: _Plan, output: Path | None) -> Iterator[TrainEvent]:
    with computing(plan.settings.threads):
        if output is None:
            yield from _guarded(plan, lambda: _fresh(plan, None))
            return
        with RunFolder.create(output, plan.network, _record(plan)) as folder:
            yield from _guarded(plan, lambda: _fresh(plan, folder))


def _go_on(plan: _Plan, folder: RunFolder) -> Iterator[TrainEvent]:
    with computing(plan.settings.threads), folder:
        yield from _guarded(plan, lambda: _resumed(plan, folder))


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
    begun = () if plan.start is None else plan.start.begin(module)
    left_out = put_planted(module, plan.planted)
    trainer = Trainer(module, plan.suited.data, plan.settings, plan.device, plan.team)
    trainer.augment = plan.augment
    wheel = Wheel(trainer, plan.standing(), plan.suited.data, log=None if folder is None else folder.tell)
    session = Session(trainer, Place(learning_rate=plan.settings.learning_rate), plan.controls, folder, wheel)
    session.save_first()
    return _Ready(_started(plan, trainer, folder, (*plan.notes, *begun, *left_out)), session)


def _resumed(plan: _Plan, folder: RunFolder) -> _Ready:
    restored, complaints = _restored(plan, folder)
    place, was_broken = restored.place, folder.is_broken
    standing = folder.standing(place.orders)
    module = fresh_module(standing.network, plan.settings.seed)
    set_frozen(module, standing.frozen)
    trainer = Trainer(module, plan.suited.data, standing.settings, plan.device, plan.team)
    trainer.augment = standing.augment
    at = None if place.epoch is None else (place.epoch, place.seen)
    trainer.put_back(place.step, restored.weights, restored.optimiser, place.learning_rate, at)
    log = folder.tell if plan.leads else None
    wheel = Wheel(trainer, standing, plan.suited.data, folder.orders, place.orders, log)
    if was_broken:
        wheel.give_up_the_rest()
    session = Session(trainer, place, plan.controls, folder if plan.leads else None, wheel)
    session.change(plan.changes)
    damaged = tuple(f"{complaint.rstrip('.')}; the checkpoint before it is used." for complaint in complaints)
    return _Ready(_started(plan, trainer, folder, (*plan.notes, *damaged)), session)


def _restored(plan: _Plan, folder: RunFolder) -> tuple[Restored, list[str]]:
    """The newest good checkpoint; the leader of a team tidies the folder up before the others read it."""
    if plan.team is not None:
        plan.team.wait()  # all of them have read the log
    with leader_first(plan.team):
        if plan.leads:
            folder.take_lock()
        found = folder.restored(fresh_module(plan.network, plan.settings.seed))
        if plan.leads:
            folder.begin_again(found[0].place)
    return found


def _started(plan: _Plan, trainer: Trainer, folder: RunFolder | None, notes: tuple[str, ...]) -> Started:
    data = plan.suited.data
    return Started(
        run="" if folder is None else str(folder.path),
        device=str(plan.device),
        threads=plan.settings.threads,
        seed=plan.settings.seed,
        epochs=trainer.settings.epochs,
        step=trainer.step,
        steps=trainer.steps,
        batch_size=trainer.settings.batch_size,
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
        start=None if plan.start is None else plan.start.record(plan.network),
        augment=plan.augment,
        parent=plan.parent,
        processes=1 if plan.team is None else plan.team.size,
        torch=str(torch.__version__),
    )


def _device_again(asked: str, before: str, team: Team | None) -> tuple[torch.device, tuple[str, ...]]:
    """The device to go on with, and a note if it is another one: numbers round otherwise there."""
    try:
        chosen = choose_device(before if asked == "auto" else asked)
    except SpecError:
        if asked != "auto":
            raise
        chosen = choose_device("auto")
    if team is not None:
        chosen = team.device(chosen)
    if chosen.type == torch.device(before).type and (team is not None or str(chosen) == before):
        return chosen, ()
    return chosen, (f"The run was begun on {before} and goes on on {chosen}, where numbers round otherwise.",)


def data_again(record: DataRecord, given: DataSet | None, shape: Shape, progress: DataProgress | None) -> DataSet:
    """The data set of a run, if it is still the same."""
    if given is None and not record.recipe.source:
        raise BadFile(f"The run's data set {record.name} was in memory only; give it again as `data`.")
    loaded = given if given is not None else load_recipe(record.recipe, progress)
    if loaded.fitted(shape).fingerprint() != record.fingerprint:
        raise BadFile(
            f"The data set {record.name} is not the one that the run was begun with: its pictures have changed; put "
            f"the old ones back, or train anew."
        )
    return loaded
