"""The Kernel page's kernel in a convolution of the network: put in, told, taken out."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from operator import attrgetter
from typing import NamedTuple

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from app.network.edits import (
    bank_laid_on,
    inputs_of,
    kernel_name,
    laid_on,
    misfit,
    outgrown,
    plant,
    plant_bank,
    planted_in,
    pull,
    use_kernels,
    with_network,
)
from app.network.reading import Reading
from app.network.stack import ABOUT, Stack
from app.state.document import Document
from app.state.follower import Follower
from app.state.notices import Notices
from app.widgets.fields import Choice
from app.widgets.group import Group
from app.widgets.icons import icon
from app.widgets.number_field import NumberField
from app.widgets.theme import set_role
from app.widgets.tips import describe
from engine.errors import SpecError
from engine.spec.layers import Conv2d, FixedKernels
from engine.spec.network_edit import replace_field
from engine.spec.project import Planted, Project

_TIP = (
    "Puts the kernel of the Kernel page into this layer, in the place of the learned weights of one map. One of a "
    "single plane goes to every input map, divided by their number."
)
_BANK_TIP = (
    "Puts every kernel of the Kernel page's bank into this layer, a map each from the one given above on, as a start "
    "for learning. The layer grows where it makes fewer maps or has smaller kernels."
)
_FIXED_TIP = (
    "Gives this layer what is on the Kernel page in place of its kernels. They stay as they are in training, unless "
    "the layer is trainable."
)
_HELD = (
    "Whether training changes the layer's kernels, those put in among them, or leaves them all as they are. The form "
    "calls it Frozen."
)
_MOST_NAME = 18


class _Line(NamedTuple):
    """What is said of a kernel that is in the layer."""

    channel: int
    name: str
    problem: str


class Planting(Group):
    """Shown for convolutions only."""

    def __init__(self, document: Document, stack: Stack, reading: Reading, notices: Notices) -> None:
        super().__init__("From the Kernel page")
        self._document = document
        self._stack = stack
        self._reading = reading
        self._notices = notices
        self._listed: tuple[_Line, ...] = ()
        self.put = QPushButton()
        self.put.clicked.connect(self._plant)
        self.channel = NumberField(0, 0, 1, True, "", "Map", "Which feature map is to come from the kernel, from 0.")
        self.channel.setFixedWidth(56)
        self.channel.rejected.connect(self._refuse)
        self.put_bank = QPushButton()
        self.put_bank.clicked.connect(self._plant_bank)
        row = QWidget()
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.put, 1)
        self._map_word = QLabel("map")
        layout.addWidget(self._map_word)
        layout.addWidget(self.channel)
        self.add(row)
        self.add(self.put_bank)
        self.held = Choice([(False, "learned on"), (True, "frozen")], "In training", _HELD)
        self.held.value_changed.connect(self._hold)
        self._held_row = self.add_row("In training", self.held, tip=_HELD)
        self._list = QWidget()
        self._column = QVBoxLayout(self._list)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(2)
        self.add(self._list)
        self._list.hide()
        Follower(self, document, attrgetter("network", "planted", "bank", "filter"), self._refresh)
        stack.chosen.changed.connect(self._refresh)
        self._refresh()

    def _refresh(self) -> None:
        layer = self._stack.layer()
        self.setVisible(isinstance(layer, Conv2d | FixedKernels))
        if isinstance(layer, Conv2d | FixedKernels):
            self._name_buttons(isinstance(layer, FixedKernels))
        self._held_row.setVisible(isinstance(layer, Conv2d) and bool(planted_in(self._document.project, self._path())))
        if not isinstance(layer, Conv2d):
            self._list.setVisible(False)
            self._listed = ()
            return
        self.channel.set_range(0, layer.out_channels - 1)
        self.held.set_value(layer.frozen)
        path = self._path()
        planted, inputs = planted_in(self._document.project, path), inputs_of(layer, self._reading.entering(path))
        listed = tuple(_told(each, layer, inputs) for each in planted)
        if listed != self._listed:
            self._listed = listed
            self._fill(listed)

    def _name_buttons(self, is_fixed: bool) -> None:
        """Say what each would put where; a layer of fixed kernels has them all replaced."""
        name, count = kernel_name(laid_on(self._document.project.filter)), len(self._document.project.bank)
        short = name if len(name) <= _MOST_NAME else f"{name[: _MOST_NAME - 1]}…"
        self.put.setText(f"Use {short} alone" if is_fixed else f"Put {short} here")
        describe(self.put, f"Put {name} into this layer", _FIXED_TIP if is_fixed else _TIP)
        self.put_bank.setVisible(count > 0)
        self.put_bank.setText(f"Use the bank of {count}" if is_fixed else f"Put the bank of {count} here")
        describe(self.put_bank, f"Put the bank of {count} into this layer", _FIXED_TIP if is_fixed else _BANK_TIP)
        for part in (self.channel, self._map_word):
            part.setVisible(not is_fixed)

    def _fill(self, lines: tuple[_Line, ...]) -> None:
        while self._column.count():
            item = self._column.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for line in lines:
            self._column.addWidget(self._row(line))
        self._list.setVisible(bool(lines))

    def _row(self, line: _Line) -> QWidget:
        channel, name, problem = line
        holder, text = QWidget(), QLabel(f"map {channel}: {problem or name}")
        text.setWordWrap(True)
        text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        set_role(text, "problem" if problem else "second")
        out = QToolButton()
        out.setIcon(icon("close", "second"))
        out.setIconSize(QSize(12, 12))
        set_role(out, "flat")
        describe(out, f"Take {name} out of map {channel}", "The map is made by the layer's own weights.")
        out.clicked.connect(partial(self._pull, channel))
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(text, 1)
        row.addWidget(out)
        return holder

    def _plant(self) -> None:
        kernel = laid_on(self._document.project.filter)
        if isinstance(self._stack.layer(), FixedKernels):
            self._do(partial(use_kernels, kernels=(kernel,)), kernel_name(kernel))
        else:
            self._do(partial(plant, out_channel=int(self.channel.value())), kernel_name(kernel))

    def _plant_bank(self) -> None:
        bank = bank_laid_on(self._document.project)
        if isinstance(self._stack.layer(), FixedKernels):
            self._do(partial(use_kernels, kernels=bank), f"a bank of {len(bank)}")
        else:
            self._do(partial(plant_bank, first=int(self.channel.value())), f"a bank of {len(bank)}")

    def _do(self, change: Callable[[Project, str], Project], what: str) -> None:
        path = self._stack.chosen.path
        try:
            made = change(self._document.project, path)
        except SpecError as error:
            self._notices.problem(str(error), ABOUT)
            return
        self._notices.clear(ABOUT)
        self._document.edit(made, f"put {what} into {path}")

    def _hold(self, frozen: object) -> None:
        path = self._path()
        network = replace_field(self._document.project.network, path, "frozen", bool(frozen))
        self._document.edit(with_network(self._document.project, network), f"{'freeze' if frozen else 'thaw'} {path}")

    def _path(self) -> str:
        return self._stack.chosen.path

    def _pull(self, channel: int, _checked: bool = False) -> None:
        path = self._stack.chosen.path
        self._document.edit(pull(self._document.project, path, channel), f"take a kernel out of {path}")

    def _refuse(self, text: str) -> None:
        layer = self._stack.layer()
        most = layer.out_channels - 1 if isinstance(layer, Conv2d) else 0
        self._notices.problem(f"Map must be a whole number between 0 and {most}; {text!r} is none.", ABOUT)


def _told(planted: Planted, layer: Conv2d, inputs: int | None) -> _Line:
    problem = misfit(layer, planted.kernel, planted.out_channel, inputs) or outgrown(layer, planted.kernel) or ""
    return _Line(planted.out_channel, kernel_name(planted.kernel), problem)
