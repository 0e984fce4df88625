"""The kernel: its grid, its tools, the sliders of its family, and what it is as a matrix."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from app.kernels.facts import facts_text
from app.kernels.lenses import put_filter
from app.kernels.parameters import ParameterRows
from app.state.document import Document, Gesture
from app.state.notices import Notices
from app.widgets.fields import PairField
from app.widgets.group import Group
from app.widgets.icons import icon
from app.widgets.kernel_grid import KernelGrid
from app.widgets.segmented import Segmented
from app.widgets.theme import set_role
from app.widgets.tips import describe
from engine.errors import SpecError
from engine.kernels import describe as describe_kernel
from engine.kernels import family
from engine.spec import edit
from engine.spec.filter import MAX_KERNEL_SIZE, FilterSpec, check_weight

ABOUT = "kernel"
GRID_HEIGHT = 132
Tool = Callable[[FilterSpec], FilterSpec]
TOOLS: tuple[tuple[str, str, str, str, Tool], ...] = (
    ("", "rotate", "Turn", "Turn the kernel by 90° clockwise.", edit.rotate),
    ("", "flip", "Mirror", "Swap left and right.", edit.mirror),
    ("±", "", "Negate", "Change the sign of every weight.", edit.negate),
    ("Σ=1", "", "Make the sum 1", "Divide by the sum: a flat picture keeps its brightness.", edit.unit_sum),
    ("−μ", "", "Make the mean 0", "Subtract the mean: a flat picture gives zero.", edit.zero_mean),
)
PLANES = ((0, "R"), (1, "G"), (2, "B"))


class KernelPanel(Group):
    """Shows and edits the document's kernel. A true convolution shows, greyed, what is laid on the picture."""

    def __init__(self, document: Document, notices: Notices) -> None:
        super().__init__("Kernel")
        self._document = document
        self._notices = notices
        self._planes = Segmented(PLANES, "Plane", "Which colour channel's weights are shown and edited.")
        self._planes.value_changed.connect(self._refresh)
        self.grid = KernelGrid("Kernel")
        self.grid.setFixedHeight(GRID_HEIGHT)
        self.grid.edited.connect(self._edit_cells)
        self.grid.rejected.connect(self._refuse)
        self._flipped = KernelGrid("Kernel as convolution lays it on the picture, turned by 180°")
        self._flipped.set_read_only(True)
        self._size = PairField(1, MAX_KERNEL_SIZE, "", "Kernel size", "Rows and columns, 1 to 31; the content stays.")
        self._size.value_changed.connect(self._resize)
        self._size.rejected.connect(self._refuse_size)
        self._parameters = ParameterRows(document, notices)
        self._facts = QLabel()
        self._facts.setWordWrap(True)
        set_role(self._facts, "second")
        self._build()
        document.changed.connect(self._refresh)
        self._refresh()

    def _build(self) -> None:
        self.add(self._planes)
        grids = QHBoxLayout()
        grids.setContentsMargins(0, 0, 0, 0)
        grids.addWidget(self.grid)
        grids.addWidget(self._flipped)
        holder = QWidget()
        holder.setLayout(grids)
        self.add(holder)
        self.add(self._tools())
        self.add_row("Size", self._size, tip="Rows and columns, 1 to 31 each.")
        self.add(self._parameters)
        self.add(self._facts)

    def _tools(self) -> QWidget:
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        for text, image, name, help, tool in TOOLS:
            button = QToolButton()
            button.setText(text)
            if image:
                button.setIcon(icon(image))
            describe(button, name, help)
            button.clicked.connect(partial(self._use, name, tool))
            row.addWidget(button)
        row.addStretch(1)
        return holder

    @property
    def plane(self) -> int:
        """The plane that is shown: 0 but for kernels summed over colours."""
        planes = len(self._document.project.filter.kernel.weights)
        value = self._planes.value()
        return value if isinstance(value, int) and value < planes else 0

    def _refresh(self) -> None:
        spec = self._document.project.filter
        weights = spec.kernel.weights[self.plane]
        self._planes.setVisible(len(spec.kernel.weights) > 1)
        self.grid.set_weights(weights)
        convolution = spec.operation == "convolution"
        self._flipped.set_weights(edit.flipped(weights))
        self._flipped.setVisible(convolution)
        self._flipped.setFixedHeight(GRID_HEIGHT)
        self._size.set_value(spec.kernel.size)
        turned = " · and turned by 180°" if convolution else ""
        self.set_title(f"Kernel · {kernel_label(spec.kernel.name)}{turned}")
        self._facts.setText(facts_text(describe_kernel(np.array(weights))))

    def _edit_cells(self, cells: list[tuple[int, int, float]], gesture: int) -> None:
        self._change(
            "change the kernel", lambda spec: edit.set_cells(spec, self.plane, cells), Gesture("kernel", gesture)
        )

    def _use(self, name: str, tool: Tool, _checked: bool = False) -> None:
        self._change(f"{name.lower()} the kernel", tool)

    def _resize(self, size: tuple[int, int]) -> None:
        self._change("change the kernel's size", lambda spec: edit.resize(spec, *size))

    def _change(self, text: str, change: Tool, merge: Gesture | None = None) -> None:
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
        self._notices.problem(f"A kernel has 1 to {MAX_KERNEL_SIZE} rows and columns; {text!r} is neither.", ABOUT)


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
