"""The kernels of a FixedKernels layer as a control: which bank they are, as pictures, and what to take instead."""

from __future__ import annotations

from functools import cache, partial

import msgspec
from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QMenu, QSizePolicy, QVBoxLayout, QWidget

from app.network.edits import bank_laid_on, kernel_name, laid_on
from app.state.document import Document
from app.widgets.colours import signed_colour
from app.widgets.fonts import number_font
from app.widgets.group import FieldRow
from app.widgets.menu_button import MenuButton
from app.widgets.painted import PaintedWidget
from app.widgets.tips import describe, tip_text
from app.widgets.tokens import tokens
from engine.kernels import kernel_names
from engine.kernels.banks import Bank, bank_families
from engine.spec.edit import CUSTOM
from engine.spec.filter import KernelSpec

Kernels = tuple[KernelSpec, ...]
TILE, GAP, ROWS = 30, 4, 4
_TIP = "The kernels that make the maps, one each. Choose a bank of the program, or what is on the Kernel page."
_PICTURES = "The layer's kernels in the order of its maps: blue weights are below zero, orange ones above."


def kernels_in(bank: Bank) -> Kernels:
    """The kernels of a bank; those that no family makes keep the name they have there."""
    known = kernel_names()
    return tuple(
        msgspec.structs.replace(each.kernel, name=each.name)
        if each.kernel.name == CUSTOM and each.name not in known
        else each.kernel
        for each in bank.kernels
    )


def name_of(kernels: Kernels) -> str:
    """What kernels are called together: a bank's name, or the one kernel's.

    Example:
        >>> name_of((KernelSpec(),)), name_of((KernelSpec(), KernelSpec()))
        ('Sobel vertical', '2 kernels')
    """
    if len(kernels) == 1:
        return kernel_name(kernels[0])
    return _labels().get(tuple(each.weights for each in kernels), f"{len(kernels)} kernels")


@cache
def _labels() -> dict[tuple[object, ...], str]:
    """The banks that come with the program, by their kernels' weights."""
    banks = {family.label: family.bank({}).kernels for family in bank_families()}
    return {tuple(each.kernel.weights for each in kernels): label for label, kernels in banks.items()}


class KernelTiles(PaintedWidget):
    """Small pictures of kernels; it shows as many as there is room for, and says how many more there are."""

    def __init__(self) -> None:
        super().__init__()
        self._kernels: Kernels = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        describe(self, "Kernels of the layer", _PICTURES)

    def set_kernels(self, kernels: Kernels) -> None:
        """Show these."""
        self._kernels = kernels
        self.setAccessibleDescription(f"{_PICTURES} {', '.join(kernel_name(each) for each in kernels[:16])}")
        self.updateGeometry()
        self.update()

    def _across(self, width: int) -> int:
        return max(1, (width + GAP) // (TILE + GAP))

    def sizeHint(self) -> QSize:
        """As many rows as there are kernels for, up to a few."""
        rows = min(ROWS, -(-len(self._kernels) // self._across(max(self.width(), 240))))
        return QSize(240, max(rows, 1) * (TILE + GAP))

    def minimumSizeHint(self) -> QSize:
        """One column."""
        return QSize(TILE, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """A tile a kernel; the last place tells of those that have none."""
        painter, across = QPainter(self), self._across(self.width())
        room = across * max(1, self.height() // (TILE + GAP))
        shown = self._kernels if len(self._kernels) <= room else self._kernels[: room - 1]
        for place, kernel in enumerate(shown):
            self._tile(painter, kernel, _box(place, across))
        if len(shown) < len(self._kernels):
            painter.setPen(tokens().colour("second"))
            painter.setFont(number_font(11))
            painter.drawText(
                _box(len(shown), across), Qt.AlignmentFlag.AlignCenter, f"+{len(self._kernels) - len(shown)}"
            )

    def _tile(self, painter: QPainter, kernel: KernelSpec, box: QRectF) -> None:
        plane, table = kernel.weights[0], tokens()
        peak = max((abs(value) for row in plane for value in row), default=0.0) or 1.0
        side = TILE / max(len(plane), len(plane[0]))
        left = box.left() + (TILE - side * len(plane[0])) / 2
        top = box.top() + (TILE - side * len(plane)) / 2
        for row, values in enumerate(plane):
            for column, value in enumerate(values):
                cell = QRectF(left + column * side, top + row * side, side, side)
                painter.fillRect(cell, signed_colour(value, peak, table))
        painter.setPen(table.colour("control_line"))
        painter.drawRect(QRectF(left, top, side * len(plane[0]), side * len(plane)))


def _box(place: int, across: int) -> QRectF:
    row, column = divmod(place, across)
    return QRectF(column * (TILE + GAP) + 0.5, row * (TILE + GAP) + 0.5, TILE, TILE)


class BankField(QWidget):
    """Names the kernels, shows them, and offers others."""

    value_changed = Signal(object)

    def __init__(self, document: Document) -> None:
        super().__init__()
        self._document = document
        self.button = MenuButton(self._fill)
        self.tiles = KernelTiles()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 4)
        column.setSpacing(4)
        column.addWidget(FieldRow("Kernels", self.button, tip=_TIP))
        column.addWidget(self.tiles)
        describe(self.button, "Kernels", _TIP)
        self.setFocusProxy(self.button)

    def set_value(self, kernels: Kernels) -> None:
        """Show these kernels."""
        self.button.setText(name_of(kernels))
        self.button.setAccessibleName(f"Kernels: {name_of(kernels)}")
        self.button.updateGeometry()
        self.tiles.set_kernels(kernels)

    def _fill(self, menu: QMenu) -> None:
        project = self._document.project
        own = laid_on(project.filter)
        self._offer(menu, f"Kernel page: {kernel_name(own)}", "The kernel that is on the Kernel page now.", (own,))
        if project.bank:
            told = f"Kernel page: the bank of {len(project.bank)}"
            self._offer(menu, told, "All kernels of the bank on the Kernel page.", bank_laid_on(project))
        menu.addSeparator()
        for family in bank_families():
            kernels = kernels_in(family.bank({}))
            self._offer(menu, f"{family.label}  ({len(kernels)})", family.summary, kernels)

    def _offer(self, menu: QMenu, text: str, help: str, kernels: Kernels) -> None:
        action = menu.addAction(text.replace("&", "&&"))
        action.setToolTip(tip_text(help))
        action.triggered.connect(partial(self._take, kernels))

    def _take(self, kernels: Kernels, _ticked: bool = False) -> None:
        self.value_changed.emit(kernels)
