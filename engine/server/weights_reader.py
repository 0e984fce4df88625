"""Opens weights that another program has saved, in a thread: a pickled file takes its reader seconds to start."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import torch

from engine.errors import EngineError, SpecError
from engine.forward import LiveNetwork, Origin
from engine.nn import Matched, build, fitting, read_weights
from engine.protocol import Event, Problem, Train, WeightsRead
from engine.train import Start
from engine.train.start import file_hash


class WeightsReader:
    """Reads one file at a time. `tick` and `read` are called on the computing thread."""

    def __init__(self, emit: Callable[[Event], None], wake: Callable[[], None], network: LiveNetwork) -> None:
        self._emit = emit
        self._wake = wake
        self._network = network
        self._thread: threading.Thread | None = None
        self._found: tuple[Train, Matched, Start] | EngineError | None = None

    def read(self, request: Train, training: bool) -> None:
        """Begin to read the file `request.run` for the network of its project, or say why not."""
        if training:
            self._refuse("A training is under way; stop it before weights are opened.")
            return
        if self._thread is not None:
            self._refuse("A file of weights is being read; wait for it before another one is opened.")
            return
        self._thread = threading.Thread(target=self._read, args=(request,), name="weights", daemon=True)
        self._thread.start()

    def tick(self) -> tuple[Origin, Start] | None:
        """Hand what was read to the live network; returns where it came from and what it is, if something was."""
        if self._thread is None or self._thread.is_alive():
            return None
        self._thread.join()
        found, self._thread, self._found = self._found, None, None
        if not isinstance(found, tuple):
            self._refuse(str(found) if found is not None else "The weights could not be read; use another file.")
            return None
        request, matched, start = found
        origin = Origin(run=request.run, sha256=start.sha256, pretrained=request.pretrained)
        # What was learned before must not stay in layers that the file says nothing of.
        self._network.forget()
        self._network.learn(start.state, origin)
        lines, complete = matched.lines(), matched.complete
        self._emit(WeightsRead(id=request.id, path=request.run, lines=lines, complete=complete))
        return origin, start

    def _refuse(self, message: str) -> None:
        self._emit(Problem(id=0, code="weights", message=message))

    def _read(self, request: Train) -> None:
        try:
            self._found = _matched(request)
        except EngineError as error:
            self._found = error
        finally:
            self._wake()


def _matched(request: Train) -> tuple[Train, Matched, Start]:
    if request.project is None:
        raise SpecError("Weights are for a network; none came with the request.")
    path = Path(request.run)
    with torch.device("meta"):  # names, shapes and types are all that is needed of it
        own = build(request.project.network).state_dict()
    matched, state = fitting(own, read_weights(path, own), path.name)
    return request, matched, Start(request.run, file_hash(path), state)
