"""The kernel: its grid, its tools, the sliders of its family, and what it is as a matrix."""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from app.kernels.facts import facts_text
from app.kernels.kernel_tools import Change, KernelTools, Tool
from app.kernels.lenses import put_filter
from app.kernels.parameters import ParameterRows
from app.kernels.size_box import Size, SizeBox
from app.state.document import Document, Gesture
from app.state.notices import Notices
from app.widgets.group import Group
from app.widgets.kernel_grid import KernelGrid
from app.widgets.segmented import Segmented
from app.widgets.theme import set_role
from engine.errors import SpecError
from engine.kernels import describe as describe_kernel
from engine.kernels import family
from engine.spec import edit
from engine.spec.filter import MAX_KERNEL_SIZE, check_weight

ABOUT = "kernel"
GRID_HEIGHT = 132
PLANES = ((0, "R"), (1, "G"), (2, "B"))


class KernelPanel(Group):
    """Shows and edits the document's kernel; for a true convolution also, to read, what is laid on the picture."""

    def __init__(self, document: Document, notices: Notices) -> None:
        super().__init__("Kernel")
        self._document = document
        self._notices = notices
        self.planes = Segmented(PLANES, "Plane", "Which colour channel's weights are shown and edited.")
        self.planes.value_changed.connect(self._refresh)
        self.grid = KernelGrid("Kernel")
        self.grid.edited.connect(self._edit_cells)
        self.grid.rejected.connect(self._refuse)
        self.flipped = KernelGrid("Kernel as convolution lays it on the picture, turned by 180°")
        self.flipped.set_read_only(True)
        self._turn = QLabel("180°\n→")
        self.size_box = SizeBox()
        self.size_box.value_changed.connect(self._resize)
        self.size_box.rejected.connect(self._refuse_size)
        self.tools = KernelTools(self.size_box)
        self.tools.used.connect(self._use)
        self.parameters = ParameterRows(document, notices, self.size_box)
        self.facts = QLabel()
        self.facts.setWordWrap(True)
        set_role(self.facts, "second")
        for part in (self.planes, self._grids(), self.tools, self.parameters, self.facts):
            self.add(part)
        document.changed.connect(self._refresh)
        self._refresh()

    def _grids(self) -> QWidget:
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        for grid in (self.grid, self.flipped):
            grid.setFixedHeight(GRID_HEIGHT)
            row.addWidget(grid, 1)
        self._turn.setAlignment(Qt.AlignmentFlag.AlignCenter)
        set_role(self._turn, "faint")
        row.insertWidget(1, self._turn)
        return holder

    @property
    def plane(self) -> int:
        """The plane that is shown: 0 but for kernels summed over colours."""
        planes = len(self._document.project.filter.kernel.weights)
        value = self.planes.value()
        return value if isinstance(value, int) and value < planes else 0

    def _refresh(self) -> None:
        spec = self._document.project.filter
        weights = spec.kernel.weights[self.plane]
        self.planes.setVisible(len(spec.kernel.weights) > 1)
        self.grid.set_weights(weights)
        convolution = spec.operation == "convolution"
        self.flipped.set_weights(edit.flipped(weights))
        for part in (self._turn, self.flipped):
            part.setVisible(convolution)
        self.size_box.set_value(spec.kernel.size)
        self.set_title(f"Kernel · {kernel_label(spec.kernel.name)}")
        self.facts.setText(facts_text(describe_kernel(np.array(weights))))

    def _edit_cells(self, cells: list[edit.Cell], gesture: int) -> None:
        plane = self.plane
        self._change("change the kernel", lambda spec: edit.set_cells(spec, plane, cells), Gesture("kernel", gesture))

    def _use(self, tool: Tool) -> None:
        self._change(tool.act, tool.change)

    def _resize(self, size: Size) -> None:
        self._change("change the kernel's size", lambda spec: edit.resize(spec, *size), ("kernel", "size"))

    def _change(self, text: str, change: Change, merge: Hashable | None = None) -> None:
        project = self._document.project
        try:
            spec = change(project.filter)
        except SpecError as error:
            self._notices.problem(str(error), ABOUT)
            self._refresh()
            return
        self._notices.clear(ABOUT)
        self._document.edit(put_filter(project, spec), text, merge)

    def _refuse(self, text: str) -> None:
        self._notices.problem(_no_weight(text), ABOUT)

    def _refuse_size(self, text: str) -> None:
        most = MAX_KERNEL_SIZE
        self._notices.problem(f"{text!r} is no kernel size; 1×1 to {most}×{most} are, such as 5 or 2×7.", ABOUT)


def _no_weight(text: str) -> str:
    try:
        check_weight(float(text.replace(",", ".")))
    except SpecError as error:
        return str(error)
    except ValueError:
        pass
    return f"{text!r} is no number; a kernel's cell holds one such as 2, -0.5 or 1/9."


def kernel_label(name: str) -> str:
    """What a kernel is called on the page."""
    if name == edit.CUSTOM:
        return "your own"
    try:
        return family(name).label
    except SpecError:
        return name
