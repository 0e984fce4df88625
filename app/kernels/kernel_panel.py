"""The kernel: its grid, its tools, the sliders of its family, and what it is as a matrix."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QMimeData, QPoint, QSize, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QLabel, QToolButton, QVBoxLayout, QWidget

from app.kernels.facts import HELP, facts_text
from app.kernels.grid_row import GridRow
from app.kernels.kernel_tools import Change, KernelTools, Tool
from app.kernels.lenses import put_filter
from app.kernels.parameters import ParameterRows
from app.kernels.size_box import Size, SizeBox
from app.state.document import Document, Gesture
from app.state.engine_link import EngineLink
from app.state.follower import Follower
from app.state.notices import Notices
from app.widgets.group import Group
from app.widgets.icons import icon
from app.widgets.picture_view import PictureView
from app.widgets.segmented import Segmented
from app.widgets.theme import set_role
from app.widgets.tips import describe
from engine.errors import SpecError
from engine.kernels import family, format_kernel, parse_kernel, spec_of, weights_of
from engine.kernels.files import SUFFIXES
from engine.kernels.given import spells_numbers
from engine.spec import edit
from engine.spec.filter import MAX_KERNEL_SIZE, FilterSpec, check_weight

if TYPE_CHECKING:
    from app.kernels.design.bench import Bench
    from app.kernels.design.pop_out import PopOut

ABOUT = "kernel"
LONGEST = 20_000
"""Characters of a text that is looked at, when it is pasted anywhere in the window."""
PLANES = ((0, "R"), (1, "G"), (2, "B"))
_RESPONSE = "Frequency response: what the kernel does to stripes of every width, |FFT|, beside the grid."
_SMALL = QSize(14, 14)


class Sight(NamedTuple):
    """The picture that the kernel is laid on: where it is shown, who knows its numbers, and its (height, width)."""

    view: PictureView
    link: EngineLink
    size: Callable[[], Size | None]


class KernelPanel(Group):
    """Shows and edits the document's kernel; for a true convolution also, to read, what is laid on the picture.

    `sight` is the picture beside it, where there is one. The design bench is made when it is first used.
    """

    def __init__(self, document: Document, notices: Notices, sight: Sight | None = None) -> None:
        super().__init__("Kernel")
        self._document = document
        self._notices = notices
        self._sight = sight
        self._bench: Bench | None = None
        self.response_button = self._made_response_button()
        self.add_to_title(self.response_button)
        self.planes = Segmented(PLANES, "Plane", "Which colour channel's weights are shown and edited.")
        self.planes.value_changed.connect(self._refresh)
        self.row = GridRow()
        self.grid, self.flipped = self.row.grid, self.row.flipped
        self.grid.edited.connect(self._edit_cells)
        self.grid.rejected.connect(self._refuse)
        self.grid.pasted.connect(self.paste_text)
        self.grid.copied.connect(self.copy_text)
        self.size_box = SizeBox()
        self.size_box.value_changed.connect(self._resize)
        self.size_box.rejected.connect(self._refuse_size)
        self.tools = KernelTools(self.size_box)
        self.tools.used.connect(self.use)
        self.tools.more.clicked.connect(self.open_menu)
        self.slot = QVBoxLayout()
        """Where a tool of the bench opens."""
        self.parameters = ParameterRows(document, notices, self.size_box)
        self.facts = QLabel()
        self._build()
        Follower(self, document, attrgetter("filter"), self._refresh)
        self._refresh()

    def _build(self) -> None:
        self.facts.setWordWrap(True)
        self.facts.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        set_role(self.facts, "second")
        for part in (self.planes, self.row, self.tools):
            self.add(part)
        self.body.addLayout(self.slot)
        self.add(self.parameters)
        self.add(self.facts)

    def _made_response_button(self) -> QToolButton:
        made = QToolButton()
        made.setIcon(icon("response", "second"))
        made.setIconSize(_SMALL)
        made.setCheckable(True)
        set_role(made, "mini")
        describe(made, "Frequency response", _RESPONSE)
        made.clicked.connect(self.show_response)
        return made

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
        self.row.show_kernel(weights, spec.operation == "convolution")
        self.size_box.set_value(spec.kernel.size)
        self.set_title(f"Kernel · {kernel_label(spec.kernel.name)}")
        self.facts.setText(facts_text(weights))
        describe(self.facts, "Read-outs of the kernel", f"{self.facts_in_full}\n{HELP}")

    # What is done to the kernel.

    def use(self, tool: Tool) -> None:
        """Do something to the whole kernel."""
        self._change(tool.act, tool.change)

    def paste_text(self, text: str) -> None:
        """Make the numbers of a text the kernel."""

        def change(spec: FilterSpec) -> FilterSpec:
            from app.kernels.design.weights import with_given  # the bench's, which is loaded when it is used

            return with_given(spec, spec_of(parse_kernel(text)))

        self._change("paste a kernel", change)

    def take(self, mime: QMimeData) -> bool:
        """Use what was dropped or pasted, if it is a kernel's file or numbers. Returns whether it was."""
        urls = mime.urls()
        if urls:
            return urls[0].isLocalFile() and self.take_file(Path(urls[0].toLocalFile()))
        if mime.hasImage() or not spells_numbers(mime.text()[:LONGEST]):
            return False
        self.paste_text(mime.text())
        return True

    def take_file(self, path: Path) -> bool:
        """Open a file, if it seems to hold a kernel. Returns whether it does."""
        if path.suffix.lower() not in SUFFIXES:
            return False
        from app.kernels.design.files import holds_kernel

        if holds_kernel(path):
            self.bench.files.open_path(path)
            return True
        return False

    def copy_text(self) -> None:
        """Put the kernel's numbers on the clipboard."""
        QGuiApplication.clipboard().setText(format_kernel(weights_of(self._document.project.filter.kernel)))
        self._notices.info("Copied the kernel's numbers.", "copy")

    @property
    def facts_in_full(self) -> str:
        """What is said of the kernel, with nothing left out."""
        return facts_text(self._document.project.filter.kernel.weights[self.plane], whole=True)

    def _edit_cells(self, cells: list[edit.Cell], gesture: int) -> None:
        plane = self.plane
        self._change("change the kernel", lambda spec: edit.set_cells(spec, plane, cells), Gesture("kernel", gesture))

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

    # The bench.

    @property
    def bench(self) -> Bench:
        """The tools that open in place, and the files."""
        if self._bench is None:
            from app.kernels.design.bench import Bench  # the first paint does not wait for what menus need
            from app.kernels.design.place import Place

            self._bench = Bench(self, Place(self._document, self._notices, self.grid, self._sight))
            self._bench.changed.connect(self._order)
        return self._bench

    def open_tool(self, name: str) -> PopOut:
        """Open a tool under the row of tools."""
        return self.bench.open(name)

    @property
    def is_settled(self) -> bool:
        """Whether the tool that is open waits for nothing."""
        return self._bench is None or self._bench.tool is None or not self._bench.tool.waits

    def clear_bench(self) -> None:
        """Close the tool that is open, and what is seen beside the grid."""
        if self._bench is not None:
            self._bench.close()
        self.show_response(False)

    def open_menu(self) -> None:
        """Offer everything that can be done with the kernel."""
        from app.kernels.design.menu import made_menu

        more = self.tools.more
        menu = made_menu(more, self.bench)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(more.mapToGlobal(QPoint(0, more.height())))

    def _order(self) -> None:
        """Have Tab go from the size through the tool that is open to the parameters."""
        last: QWidget = self.size_box
        for control in self.bench.tool.controls() if self.bench.tool is not None else ():
            QWidget.setTabOrder(last, control)
            last = control
        self.parameters.follow(last)

    @property
    def response_shown(self) -> bool:
        """Whether the frequency response is in sight."""
        return self.row.response_shown

    def show_response(self, on: bool) -> None:
        """Show the frequency response beside the grid, or no more."""
        self.response_button.setChecked(on)
        self.row.show_response(on)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The menu key opens the menu of tools."""
        if event.key() == Qt.Key.Key_Menu:
            self.open_menu()
        else:
            super().keyPressEvent(event)


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
