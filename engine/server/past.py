"""Looking back: the live network as it was at a step that a run's timeline has kept, while the run goes on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from engine.errors import EngineError
from engine.forward import LiveNetwork, Origin
from engine.nn import fresh_module
from engine.protocol import Event, LookBack, LookedBack, Moment
from engine.spec.events import Steps
from engine.train.folder import RunFolder
from engine.train.timeline import MOST, MOST_BYTES, Snapshot

MOST_POINTS = 600
"""So many points of a curve are told."""


class LookingBack:
    """Dresses the live network in weights of the past. All of it happens on the computing thread."""

    def __init__(self, emit: Callable[[Event], None], network: LiveNetwork) -> None:
        self._emit = emit
        self._network = network

    def handle(self, request: LookBack) -> bool:
        """Look back, or at the present; whether the network has other weights now."""
        try:
            folder = RunFolder.open(Path(request.run))
            snapshot = folder.timeline.nearest(request.step) if request.step >= 0 else None
            changed = self.return_to_now() if snapshot is None else self._go(folder, snapshot)
            self._emit(_told(request, folder, snapshot))
        except EngineError as error:
            changed = self.return_to_now()
            self._emit(LookedBack(id=request.id, run=request.run, problem=str(error)))
        return changed

    def return_to_now(self) -> bool:
        """The newest weights again; whether there were others."""
        return self._network.look_ahead()

    def _go(self, folder: RunFolder, snapshot: Snapshot) -> bool:
        record = folder.record
        module = fresh_module(folder.standing(snapshot.orders).network, record.settings.seed)
        state = folder.timeline.read(snapshot, module)
        names, pretrained = record.data.class_names, self._network.pretrained
        origin = Origin(str(folder.path), snapshot.step, False, names, record.planted, "", pretrained, True)
        self._network.look_back(state, origin)
        return True


def _told(request: LookBack, folder: RunFolder, snapshot: Snapshot | None) -> LookedBack:
    steps, losses = _curve(folder)
    parent = folder.record.parent
    return LookedBack(
        id=request.id,
        run=request.run,
        at=-1 if snapshot is None else snapshot.step,
        moments=tuple(
            Moment(step=each.step, epoch=each.epoch, test_loss=each.test_loss, test_accuracy=each.test_accuracy)
            for each in folder.timeline.snapshots
        ),
        nbytes=folder.timeline.nbytes,
        most_bytes=MOST_BYTES,
        most=MOST,
        parent="" if parent is None else parent.run,
        parent_step=0 if parent is None else parent.step,
        confusion=() if snapshot is None else snapshot.confusion,
        class_names=folder.record.data.class_names,
        steps=steps,
        losses=losses,
    )


def _curve(folder: RunFolder) -> tuple[tuple[int, ...], tuple[float, ...]]:
    """The loss of the batches, as many points as can be seen, those of the first steps among them."""
    noted = [metric for metric in folder.metrics() if isinstance(metric, Steps)]
    if len(noted) > MOST_POINTS:
        places = np.unique(np.geomspace(1, len(noted), MOST_POINTS).astype(int)) - 1
        evenly = np.linspace(0, len(noted) - 1, MOST_POINTS // 2).astype(int)
        noted = [noted[place] for place in np.union1d(places, evenly)]
    return tuple(metric.step for metric in noted), tuple(metric.loss for metric in noted)
