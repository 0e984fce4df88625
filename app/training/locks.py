"""The layers that could learn, each with a button that says whether it does."""

from __future__ import annotations

from functools import partial

import msgspec
from PySide6.QtWidgets import QLabel

from app.state.document import Document
from app.state.follower import Follower
from app.training.orders import held_layers
from app.training.rows_area import RowsArea
from app.widgets.fields import Toggle
from app.widgets.group import FieldRow, Group
from app.widgets.icons import icon
from engine.spec.network_edit import replace_field
from engine.spec.steering import Standing
from engine.spec.train import TrainSpec

_TIP = "Down: the layer is frozen, and training leaves its weights alone. A run that goes on follows at its next step."


class Locks(Group):
    """Shows and changes the frozen flags of the document's network."""

    def __init__(self, document: Document) -> None:
        super().__init__("What learns")
        self._document = document
        self.buttons: dict[str, Toggle] = {}
        self._area = RowsArea()
        self.nothing = QLabel("No layer has weights.")
        self.add(self.nothing)
        self.body.addWidget(self._area, 1)
        self._rows: list[FieldRow] = []
        Follower(self, document, lambda project: project.network, self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show the network as it is."""
        held = held_layers(Standing(settings=TrainSpec(), network=self._document.project.network))
        if list(held) != list(self.buttons):
            self._make(list(held))
        for path, still in held.items():
            self.buttons[path].set_value(still)
        self.nothing.setVisible(not held)

    def _make(self, paths: list[str]) -> None:
        for row in self._rows:
            self._area.drop(row)
        self.buttons = {path: Toggle("", icon("lock"), f"{path} is frozen", _TIP) for path in paths}
        self._rows = []
        for place, (path, button) in enumerate(self.buttons.items()):
            button.value_changed.connect(partial(self._set, path))
            row = FieldRow(path, button, tip=_TIP)
            self._rows.append(row)
            self._area.put(place, row)

    def _set(self, path: str, still: object) -> None:
        project = self._document.project
        network = replace_field(project.network, path, "frozen", bool(still))
        text = f"{'freeze' if still else 'unfreeze'} {path}"
        self._document.edit(msgspec.structs.replace(project, network=network), text)
