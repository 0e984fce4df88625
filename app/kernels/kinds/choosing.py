"""Which kind of convolution: all of them in a row, and one sentence on the one that is chosen."""

from __future__ import annotations

from typing import Any

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from app.kernels.kinds.lenses import put_kind
from app.state.document import Document
from app.widgets.fields import Choice
from app.widgets.segmented import Segmented
from app.widgets.theme import set_role
from engine.kinds.catalogue import kind_name, kind_spec, kinds
from engine.spec.kind import KindSpec

TIP = "How the weights are shared, and along how many axes the kernel moves. Arrow keys choose."
SIZES: dict[int, tuple[int, ...]] = {1: (48,), 2: (12, 12), 3: (8, 16, 16)}
"""Of an input with as many axes, where there was none before: few enough cells to follow each of them."""


def with_kind(spec: KindSpec, name: str) -> KindSpec:
    """A kind by its name as it is first met, on the input that there is if that has as many axes.

    Example:
        >>> with_kind(KindSpec(size=(20, 30), bias=True), "dilated").size
        (20, 30)
    """
    shown = kind_spec(name)
    size = spec.size if spec.dimensions == shown.dimensions else SIZES[shown.dimensions]
    more: dict[str, Any] = {"padding": "valid"}
    if name == "transposed":
        more = {"padding": (1, 1), "output_padding": (1, 1)}
    return msgspec.structs.replace(shown, size=size, operation=spec.operation, bias=spec.bias, **more)


class KindChoice(QWidget):
    """Shows the kind that the project's layer is; choosing another one sets what is special about it."""

    def __init__(self, document: Document) -> None:
        super().__init__()
        self._document = document
        self._lessons = {kind.name: kind.text for kind in kinds()}
        self.row = Segmented([(kind.name, kind.label.partition(",")[0]) for kind in kinds()], "Kind", TIP)
        self.list = Choice([(kind.name, kind.label) for kind in kinds()], "Kind of convolution", TIP)
        self.lesson = QLabel()
        self.lesson.setWordWrap(True)
        set_role(self.lesson, "second")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.row)
        column.addWidget(self.list, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.lesson)
        for control in (self.row, self.list):
            control.value_changed.connect(self.choose)
        self.set_narrow(False)
        document.changed.connect(self._refresh)
        self._refresh()

    def set_narrow(self, narrow: bool) -> None:
        """Whether there is no room for all kinds in a row."""
        self.row.setVisible(not narrow)
        self.list.setVisible(narrow)

    def choose(self, name: object) -> None:
        """Make the layer one of this kind."""
        project = self._document.project
        changed = with_kind(project.kind, str(name))
        self._document.edit(put_kind(project, changed), f"choose {name} convolution")

    def _refresh(self) -> None:
        name = kind_name(self._document.project.kind)
        self.row.set_value(name)
        self.list.set_value(name)
        self.lesson.setText(self._lessons[name])
        self.row.setAccessibleDescription(self._lessons[name])
