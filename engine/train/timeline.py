"""What a run was like at some of its steps: weights and, where they were tested, the score. Bounded; its size is told.

Two files a step in the run's folder `timeline`: `000000375.safetensors` and a sealed `000000375.json`, written last.
When there are too many, those go whose neighbours lie closest by the ratio of their steps: the first, the last, and
steps that lie further and further apart stay.
"""

from __future__ import annotations

import contextlib
import re
from pathlib import Path
from typing import BinaryIO

import msgspec
from torch import nn

from engine.errors import BadFile
from engine.files import atomic_write
from engine.nn import State, weights_from_bytes, weights_to_bytes
from engine.project.guarded import read_bytes
from engine.spec.events import Confusion
from engine.train.checkpoint import Blob
from engine.train.score import Score
from engine.train.sealed import read_sealed, sha256, write_sealed

FOLDER = "timeline"
MOST = 48
"""So many steps are kept,"""
MOST_BYTES = 2**30
"""and so many bytes; of a large network fewer steps, but the first and the last always."""
_FORMAT, _VERSION = "convscope-snapshot", 1
_MANIFEST, _WEIGHTS = ".json", ".safetensors"
_NAME = re.compile(r"(\d{9,})(\.json|\.safetensors)")


class Snapshot(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One step: how many orders and epochs came before it, its weights' file, and the outcome of a test, if any."""

    step: int
    epoch: int
    orders: int
    weights: Blob
    test_loss: float | None = None
    test_accuracy: float | None = None
    confusion: Confusion = ()


class Timeline:
    """Reads and writes the snapshots of a run.

    Attributes:
        snapshots: those that are there, by step.
    """

    def __init__(self, run: Path) -> None:
        self._folder = run / FOLDER
        self.snapshots: list[Snapshot] = [found for step in self._steps() if (found := self._snapshot(step))]

    @property
    def nbytes(self) -> int:
        """How much the weights take on the disk."""
        return sum(snapshot.weights.bytes for snapshot in self.snapshots)

    def is_due(self, step: int) -> bool:
        """Whether a step between two tests should be kept: 1, 2, 4, 8 and so on.

        Example:
            >>> [step for step in range(20) if Timeline(Path("none")).is_due(step)]
            [0, 1, 2, 4, 8, 16]
        """
        return step & (step - 1) == 0

    def add(self, step: int, epoch: int, orders: int, weights: State, score: Score | None = None) -> Snapshot:
        """Keep a step, or add its score; others go if there are too many.

        Raises:
            BadFile: if it cannot be written.
        """
        known = [snapshot.weights for snapshot in self.snapshots if (snapshot.step, snapshot.orders) == (step, orders)]
        found = Snapshot(
            step=step,
            epoch=epoch,
            orders=orders,
            weights=known[0] if known else self._write(step, weights),
            test_loss=None if score is None else score.loss,
            test_accuracy=None if score is None else score.accuracy,
            confusion=() if score is None else score.confusion,
        )
        write_sealed(self._file(step, _MANIFEST), found, _FORMAT, _VERSION)
        self.snapshots = sorted([*(s for s in self.snapshots if s.step != step), found], key=lambda each: each.step)
        self._thin()
        return found

    def _write(self, step: int, weights: State) -> Blob:
        content = weights_to_bytes(weights)

        def write(handle: BinaryIO) -> None:
            handle.write(content)

        try:
            self._folder.mkdir(exist_ok=True)
        except OSError as error:
            raise BadFile(f"{self._folder} cannot be made: {error.strerror}.") from error
        self._file(step, _MANIFEST).unlink(missing_ok=True)
        atomic_write(self._file(step, _WEIGHTS), write)
        return Blob(sha256=sha256(content), bytes=len(content))

    def nearest(self, step: int) -> Snapshot:
        """The newest snapshot that is not after a step.

        Raises:
            BadFile: if there is none.
        """
        earlier = [snapshot for snapshot in self.snapshots if snapshot.step <= step]
        if not earlier:
            raise BadFile(f"{self._folder.parent} has kept nothing up to step {step}; a later one would do.")
        return earlier[-1]

    def read(self, snapshot: Snapshot, module: nn.Module) -> State:
        """The weights of a snapshot, which must be this module's.

        Raises:
            BadFile: if they are damaged or gone.
        """
        file = self._file(snapshot.step, _WEIGHTS)
        content = read_bytes(file, snapshot.weights.bytes)
        if sha256(content) != snapshot.weights.sha256:
            raise BadFile(f"{file.name} is damaged: it holds other bytes than when it was written.")
        return weights_from_bytes(content, module, file.name)

    def cut(self, step: int) -> None:
        """Forget what is after a step, and what a kill has left half-done."""
        for snapshot in [found for found in self.snapshots if found.step > step]:
            self._remove(snapshot.step)
        known = {snapshot.step for snapshot in self.snapshots}
        for path in list(self._folder.iterdir()) if self._folder.is_dir() else []:
            match = _NAME.fullmatch(path.name)
            if path.suffix == ".tmp" or (match and int(match.group(1)) not in known):
                with contextlib.suppress(OSError):
                    path.unlink()

    def _thin(self) -> None:
        while len(self.snapshots) > 2 and (len(self.snapshots) > MOST or self.nbytes > MOST_BYTES):
            steps = [snapshot.step + 1 for snapshot in self.snapshots]
            ratios = [steps[place + 1] / steps[place - 1] for place in range(1, len(steps) - 1)]
            self._remove(self.snapshots[ratios.index(min(ratios)) + 1].step)

    def _remove(self, step: int) -> None:
        self.snapshots = [snapshot for snapshot in self.snapshots if snapshot.step != step]
        for suffix in (_MANIFEST, _WEIGHTS):
            with contextlib.suppress(OSError):
                self._file(step, suffix).unlink()

    def _file(self, step: int, suffix: str) -> Path:
        return self._folder / f"{step:09d}{suffix}"

    def _steps(self) -> list[int]:
        found = (_NAME.fullmatch(path.name) for path in self._folder.iterdir()) if self._folder.is_dir() else ()
        return sorted(int(match.group(1)) for match in found if match is not None and match.group(2) == _MANIFEST)

    def _snapshot(self, step: int) -> Snapshot | None:
        """What the file of a step says; None of one that is damaged."""
        with contextlib.suppress(BadFile):
            return read_sealed(self._file(step, _MANIFEST), Snapshot, _FORMAT, _VERSION, "snapshot")
        return None
