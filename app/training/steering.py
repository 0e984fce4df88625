"""The run follows the document: what a person edits, undoes and redoes while it goes on, it is told."""

from __future__ import annotations

from pathlib import Path

import msgspec
from PySide6.QtCore import QObject, QTimer, Signal

from app.state.document import Document
from app.state.engine_link import EngineLink
from app.state.notices import Notices
from app.training.fitting import fit_of
from app.training.orders import network_orders, setting_orders
from app.training.run_state import RunState
from engine.protocol import Log, Training
from engine.spec.network import NetworkSpec
from engine.spec.project import Project
from engine.spec.steering import Standing, Steered

ABOUT = "steering"
FOLLOW_MS = 120
"""A number that is dragged becomes one order, not one for each pixel."""
STEERED = ("running", "paused")
CHANGES = "Changes the run that is going on, from its next step."


class Steering(QObject):
    """Compares the document with what the run was told last, and sends the difference.

    There is nothing to undo here: an undo changes the document, and the run follows that as well. What the run refuses
    is not said again until it is edited again.
    """

    changed = Signal()

    def __init__(self, document: Document, link: EngineLink, notices: Notices, run: RunState) -> None:
        super().__init__()
        self._document = document
        self._link = link
        self._notices = notices
        self._run = run
        self._told: Standing | None = None
        self._judged: tuple[NetworkSpec, str] | None = None
        self.classes = 1
        """How many outputs a network must have to be fit for the run's data."""
        self.said = ""
        """Why the run goes on with another network than the document's; empty if it does not."""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(FOLLOW_MS)
        self._timer.timeout.connect(self.follow)
        document.changed.connect(self._wait)
        run.telling.connect(self.follow)
        link.training.connect(self._hear)

    @property
    def is_steered(self) -> bool:
        """Whether there is a run that edits act on."""
        return self._told is not None and self._run.now.state in STEERED and self._run.wish != "stopping"

    @property
    def told(self) -> Standing | None:
        """What the run is trained with, as far as it was told; None before the first run."""
        return self._told

    def follow(self) -> None:
        """Tell the run now what it has not been told yet."""
        self._timer.stop()
        if not self.is_steered or self._told is None:
            self._say("")
            return
        project, told = self._document.project, self._told
        orders = setting_orders(told.settings, project.train)
        why = self._misfit(project.network, told.network)
        about_layers = [] if why else network_orders(told, project.network)
        for order in (*orders, *about_layers):
            self._send(order)
        if about_layers:
            self._notices.info(CHANGES, ABOUT)
        self._say(why)

    def _send(self, order: Steered) -> None:
        assert self._told is not None
        self._told = self._told.after(order)
        self._link.train("order", order=order)

    def _misfit(self, network: NetworkSpec, told: NetworkSpec) -> str:
        """Why the run cannot have this network."""
        if network == told:
            return ""
        if self._judged is None or self._judged[0] is not network:
            fit = fit_of(network, told.input_shape, self.classes)
            why = fit.sentence if fit.stops else ""
            if not why and network.input_shape != told.input_shape:
                why = "Another input needs a new run."
            self._judged = network, why
        return self._judged[1]

    def _say(self, why: str) -> None:
        said = f"The run goes on with the network that it had. {why}" if why else ""
        if said == self.said:
            return
        self.said = said
        if said:
            self._notices.problem(said, ABOUT)
        else:
            self._notices.clear(ABOUT)
        self.changed.emit()

    def _wait(self) -> None:
        if self.is_steered:
            self._timer.start()
        elif self.said:
            self._say("")

    def _hear(self, event: object) -> None:
        if isinstance(event, Log) and event.begins is not None:
            self._told, self._judged = event.begins, None
            self._take_over(event.begins)
        elif isinstance(event, Training):
            self._wait()

    def _take_over(self, standing: Standing) -> None:
        """A run that was opened brings its settings, and one that goes on the network that it had in the end."""
        taken, self._run.taken = self._run.taken, None
        if taken is None:
            return
        now = self._document.project
        changes: dict[str, object] = {"network": standing.network}
        if taken.kind == "open":
            changes |= {"train": standing.settings, "augment": standing.augment}
        if now.network != standing.network:
            changes |= {"planted": (), "pretrained": ""}
        project: Project = msgspec.structs.replace(now, **changes)
        self._document.edit(project, f"{taken.kind} run {Path(self._run.run).name}", merge=taken)
