"""A run that is there: its network with what it has learned, to look into, to ask and to test."""

from __future__ import annotations

from pathlib import Path

from torch import nn

from engine.data import Progress, load_recipe, load_test_data
from engine.data.dataset import DataSet
from engine.errors import BadFile
from engine.nn import fresh_module, layout_for
from engine.nn.build import Network
from engine.spec.events import Metric
from engine.spec.steering import Entry
from engine.spec.summary import summary
from engine.spec.train import TrainSpec
from engine.train.able import Trained
from engine.train.chance import bounds
from engine.train.folder import RunFolder
from engine.train.suits import names_of, outputs_of
from engine.train.timeline import Snapshot
from engine.train.trainer import has


class Run(Trained):
    """A network as a run has trained it.

    Attributes:
        path: the run's folder.
        spec, module, class_names: see `Trained`; there is a name for each output.
        settings: how it was trained.
        planted: the person's kernels that it began with.
        parent: the run and step that it was forked from; None if it was not.
        start: where the weights come from that it began with; None if they were random.
        step: after how many steps, of `steps` in all.
        device: where it was trained.
        processes: how many have trained it together.
        metrics: what was noted while it was trained, oldest first; see `engine.spec.events`.
        notes: sentences on checkpoints that could not be used.
    """

    def __init__(self, folder: RunFolder, best: bool) -> None:
        record = folder.record
        module: nn.Module = fresh_module(folder.network, record.settings.seed)
        restored, complaints = folder.restored(module, best)
        network = folder.standing(restored.place.orders).network
        if network != folder.network:
            module = fresh_module(network, record.settings.seed)
        module.load_state_dict(restored.weights)
        module.to(memory_format=layout_for(module)).eval()  # type: ignore[call-overload]
        names = names_of(outputs_of(summary(network).output_shape), record.data.class_names)
        super().__init__(network, module, names, record.settings.threads)
        self._data = record.data
        self.planted = record.planted
        self.start = record.start
        self.path = folder.path
        self.settings: TrainSpec = folder.standing().settings
        self.loss = self.settings.loss
        self.metrics: tuple[Metric, ...] = folder.metrics()
        self.step = restored.place.step
        self.device = record.device
        self.processes = record.processes
        self.notes = tuple(complaints)
        self.parent = record.parent
        self._folder = folder

    @property
    def timeline(self) -> tuple[Snapshot, ...]:
        """The steps of which weights were kept, oldest first, with the outcome of a test where there was one."""
        return tuple(self._folder.timeline.snapshots)

    @property
    def timeline_bytes(self) -> int:
        """How much they take on the disk."""
        return self._folder.timeline.nbytes

    @property
    def orders(self) -> tuple[Entry, ...]:
        """What the run was told while it went on, oldest first; see `engine.spec.steering`."""
        return tuple(self._folder.orders)

    def at(self, step: int) -> Network:
        """The network as it was: of the newest step of the timeline that is not after this one.

        Raises:
            BadFile: if nothing so early is kept, or it is damaged.
        """
        snapshot = self._folder.timeline.nearest(step)
        network = self._folder.standing(snapshot.orders).network
        module = fresh_module(network, self.settings.seed)
        module.load_state_dict(self._folder.timeline.read(snapshot, module))
        return module.eval()

    @property
    def steps(self) -> int:
        """How many steps the whole run has."""
        together = has(self.module, nn.modules.batchnorm._BatchNorm)
        batches = bounds(self._data.train, self.settings.batch_size, together)
        steps = len(batches) * self.settings.epochs
        return min(steps, self.settings.max_steps) if self.settings.max_steps else steps

    def _test_data(self, source: str | Path | None, progress: Progress | None) -> DataSet:
        recipe = self._data.recipe
        if source is None and not recipe.source:
            raise BadFile(f"The run's data set {self._data.name} was in memory only; name one to test with.")
        if source is None or recipe.source in (str(source), str(Path(source).resolve())):
            return load_recipe(recipe, progress)
        return load_test_data(source, self.spec.input_shape, self._data.class_names, progress)


def load_run(path: str | Path, best: bool = False) -> Run:
    """Open a run.

    Args:
        path: its folder.
        best: with the weights that did best on the test pictures, not the last ones.

    Raises:
        BadFile: if there is none, or none of its checkpoints is whole.
    """
    return Run(RunFolder.open(Path(path)), best)
