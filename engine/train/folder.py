"""A run's folder: `spec.json`, `train.json`, `metrics.jsonl` and `checkpoints/`."""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path
from typing import BinaryIO

import msgspec
from torch import nn

from engine.data.dataset import Recipe
from engine.errors import BadFile
from engine.files import atomic_write
from engine.nn import State, fresh_module
from engine.project import network_from_json, network_to_json
from engine.project.guarded import read_bytes
from engine.spec.data import AugmentSpec
from engine.spec.events import Metric, to_json
from engine.spec.network import NetworkSpec
from engine.spec.project import Planted
from engine.spec.steering import Broken, Entry, Standing, valid
from engine.spec.train import TrainSpec
from engine.train.checkpoint import Place, Restored, restore, save_checkpoint, sweep
from engine.train.lock import NAME as LOCK
from engine.train.lock import Lock
from engine.train.orderlog import OrderLog
from engine.train.sealed import read_sealed, sha256, write_sealed
from engine.train.start import StartRecord
from engine.train.timeline import Timeline

FORMAT = "convscope-run"
VERSION = 2
NETWORK, SETTINGS, METRICS, CHECKPOINTS = "spec.json", "train.json", "metrics.jsonl", "checkpoints"
_MOST_METRICS = 2**30


class DataRecord(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The data set of a run: how to load it again, and how to tell that it is still the same."""

    name: str
    recipe: Recipe
    fingerprint: str
    class_names: tuple[str, ...]
    train: int
    test: int


class Parent(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The run that another one was forked from, and after how many of its steps."""

    run: str
    step: int


class RunRecord(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a run was begun with, beside its network."""

    settings: TrainSpec
    device: str
    data: DataRecord
    planted: tuple[Planted, ...] = ()
    start: StartRecord | None = None
    augment: AugmentSpec = AugmentSpec()
    parent: Parent | None = None
    processes: int = 1
    """How many have trained it together."""
    torch: str


class RunFolder:
    """Reads and writes one run; only a trainer writes, and then it holds the lock."""

    def __init__(self, path: Path, network: NetworkSpec, network_hash: str, record: RunRecord) -> None:
        self.path = path
        self.network = network
        self.record = record
        self._network_hash = network_hash
        self._lock: Lock | None = None
        self._metrics: BinaryIO | None = None
        self._new = False
        self._log = OrderLog(path)
        self.timeline = Timeline(path)
        self.orders = valid(self._log.read())
        """Those that stand."""
        self.lines = 0

    @classmethod
    def create(cls, path: Path, network: NetworkSpec, record: RunRecord) -> RunFolder:
        """Make a new run's folder; the folders above it are made too.

        Raises:
            BadFile: if there is something in it already, or it cannot be made.
        """
        check_new(path)
        content = network_to_json(network)
        made = cls(path, network, sha256(content), record)

        def write(handle: BinaryIO) -> None:
            handle.write(content)

        try:
            (path / CHECKPOINTS).mkdir(parents=True)
            made.take_lock()
            atomic_write(path / NETWORK, write)
            write_sealed(path / SETTINGS, record, FORMAT, VERSION)
        except OSError as error:
            raise BadFile(f"The folder {path} cannot be made: {error.strerror}; choose another.") from error
        except BadFile:
            shutil.rmtree(path, ignore_errors=True)
            raise
        made._new = True
        return made

    @classmethod
    def open(cls, path: Path) -> RunFolder:
        """A run that is there.

        Raises:
            BadFile: if there is none, or it is damaged.
        """
        if not (path / SETTINGS).is_file() or not (path / CHECKPOINTS).is_dir():
            raise BadFile(f"{path} is no run: a folder that `train --output` has made would do.")
        record = read_sealed(path / SETTINGS, RunRecord, FORMAT, VERSION, "run")
        content = read_bytes(path / NETWORK)
        return cls(path, network_from_json(content, NETWORK), sha256(content), record)

    def restored(self, module: nn.Module, best: bool = False) -> tuple[Restored, list[str]]:
        """See `engine.train.checkpoint.restore`; `module` is the network that the run was begun with."""

        def expected(place: Place) -> tuple[nn.Module, str]:
            network = self.standing(place.orders).network
            if network == self.network:
                return module, self._network_hash
            return fresh_module(network, self.record.settings.seed), self._hash(network)

        return restore(self.path / CHECKPOINTS, module, self._network_hash, best, expected)

    def standing(self, orders: int | None = None) -> Standing:
        """What the run is trained with after so many of its orders, or after all of them."""
        begun = Standing(settings=self.record.settings, network=self.network, augment=self.record.augment)
        return begun.after_all(self.orders[:orders])

    def tell(self, entry: Entry) -> None:
        """Add an order to the log.

        Raises:
            BadFile: if it cannot be written.
        """
        self._log.add(entry)
        self.orders = valid([*self.orders, entry])

    def _hash(self, network: NetworkSpec) -> str:
        return self._network_hash if network == self.network else sha256(network_to_json(network))

    def take_lock(self) -> None:
        """Keep others from training this run.

        Raises:
            BadFile: if another process does.
        """
        self._lock = Lock(self.path)

    @property
    def is_broken(self) -> bool:
        """Whether the run diverged after its last checkpoint."""
        return any(isinstance(entry.order, Broken) for entry in self.orders)

    def begin_again(self, place: Place) -> None:
        """Take the run up again at a place: what was written after it is removed, and what was half-written too.

        Raises:
            BadFile: if it cannot be written to.
        """
        sweep(self.path / CHECKPOINTS)
        sweep(self.path)
        self._log.mend()
        self.timeline.cut(place.step)
        lines = self._metric_lines()
        if len(lines) != place.lines:
            kept = lines[: place.lines]

            def write(handle: BinaryIO) -> None:
                handle.writelines(line + b"\n" for line in kept)

            atomic_write(self.path / METRICS, write)
            lines = kept
        self.lines = len(lines)

    def save(self, place: Place, weights: State, optimiser: State) -> Path:
        """Write a checkpoint; see `engine.train.checkpoint.save_checkpoint`."""
        network = self._hash(self.standing(place.orders).network)
        path = save_checkpoint(self.path / CHECKPOINTS, place, weights, optimiser, network)
        self._new = False
        return path

    def note(self, metric: Metric) -> None:
        """Add a line to the metrics.

        Raises:
            BadFile: if it cannot be written.
        """
        try:
            if self._metrics is None:
                self._metrics = open(self.path / METRICS, "ab")  # noqa: SIM115 - it stays open for the whole run
            self._metrics.write(to_json(metric).encode() + b"\n")
            self._metrics.flush()
        except OSError as error:
            raise BadFile(f"{METRICS} cannot be written in {self.path}: {error.strerror or error}.") from error
        self.lines += 1

    def metrics(self) -> tuple[Metric, ...]:
        """All that was noted; a line that is not whole is left out."""
        found = []
        for line in self._metric_lines():
            with contextlib.suppress(msgspec.DecodeError, UnicodeDecodeError):
                found.append(msgspec.json.decode(line, type=Metric))
        return tuple(found)

    def _metric_lines(self) -> list[bytes]:
        path = self.path / METRICS
        return read_bytes(path, _MOST_METRICS).split(b"\n")[:-1] if path.exists() else []

    def __enter__(self) -> RunFolder:
        return self

    def __exit__(self, *_: object) -> None:
        """Let go of the folder; a new one without any checkpoint is removed."""
        if self._metrics is not None:
            with contextlib.suppress(OSError):
                self._metrics.close()
        if self._lock is not None:
            self._lock.release()
        if self._new:
            shutil.rmtree(self.path, ignore_errors=True)


def check_new(path: Path) -> Path:
    """This folder, in which a new run can be made.

    Raises:
        BadFile: if there is something in it already.
    """
    if path.exists() and not path.is_dir():
        raise BadFile(f"{path} is a file; the name of a new folder would do.")
    if path.is_dir() and any(entry.name != LOCK for entry in path.iterdir()):
        raise BadFile(f"The folder {path} is not empty; give a new one, or resume the run in it.")
    return path
