"""How the network is doing while it learns: figures of its layers, and what the doctor has found."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from app.state.document import Document
from app.state.engine_link import EngineLink
from app.training.series import Series
from engine.protocol import Examine, Examined, Layers, Points
from engine.spec.project import Project


class Health(QObject):
    """Keeps what the engine said last, and has it look only while somebody could see what it finds."""

    layers_told = Signal()
    found = Signal()

    def __init__(self, document: Document, link: EngineLink) -> None:
        super().__init__()
        self._document = document
        self._link = link
        self._active = self._watched = False
        self._asked: Project | None = None
        self.layers: Layers | None = None
        self.ratios: dict[str, Series] = {}
        """Of each layer: how far each step that was looked at moved its weights, beside their length."""
        self.examined: Examined | None = None
        document.changed.connect(self._ask)
        link.care.connect(self._hear)
        link.training.connect(self._follow)
        link.engine_state.connect(self._hear_engine)

    @property
    def count(self) -> int:
        """How many findings there are."""
        return 0 if self.examined is None else len(self.examined.found)

    def set_active(self, active: bool) -> None:
        """Whether the page is in sight."""
        self._active = active
        self._ask()

    def watch(self, on: bool) -> None:
        """Have the layers of the run looked at, or no more."""
        if on != self._watched:
            self._watched = on
            self._link.train("watch", value=float(on))

    def _ask(self) -> None:
        """The doctor looks at the document's network; what does not change what it sees is not told it."""
        now = self._document.project if self._active else None
        same = self._asked is now or (now is not None and self._asked is not None and _seen(now) == _seen(self._asked))
        if not same:
            self._asked = now
            self._link.about_data(Examine, project=now)

    def _hear(self, event: object) -> None:
        if isinstance(event, Layers):
            self.layers = event
            for each in event.layers:
                if each.update_ratio > 0:
                    self.ratios.setdefault(each.layer, Series()).append([event.step], [each.update_ratio])
            self.layers_told.emit()
        elif isinstance(event, Examined):
            self.examined = event
            self.found.emit()

    def _follow(self, event: object) -> None:
        """The curves begin anew, and so does all this."""
        if isinstance(event, Points) and event.again:
            self.layers = self.examined = None
            self.ratios = {}
            self.layers_told.emit()
            self.found.emit()

    def _hear_engine(self, state: str) -> None:
        """A new engine process has been told nothing."""
        if state == "ready":
            self._asked, watched, self._watched = None, self._watched, False
            self._ask()
            self.watch(watched)


def _seen(project: Project) -> tuple[object, ...]:
    return project.network, project.data, project.train
