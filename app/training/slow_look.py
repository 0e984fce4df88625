"""The tab "Slow motion": one batch walked through, card by card, on a copy of the weights that are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.training.line import Line
from app.training.slow_cards import STEPS, Array, Card, array_of, beside, card, place
from app.widgets.fields import Choice
from app.widgets.menu_entry import unticked
from app.widgets.number_field import NumberField
from app.widgets.number_grid import NumberGrid
from app.widgets.number_paint import Sheet
from app.widgets.number_text import number_text
from app.widgets.segmented import Segmented
from app.widgets.theme import set_role
from app.widgets.tips import describe
from engine.protocol import WalkedThrough, WalkThrough
from engine.spec.layers import shape_text

if TYPE_CHECKING:
    from app.training.page import TrainPage

KERNEL = 168
ROW = 52
LINEAR_COLUMNS = 8
WAITING = "Working it out…"
_KERNEL_TIP = "The weights about the one that is followed, with a ring. Click another, or use the arrow keys and Enter."


class SlowLook(QWidget):
    """Asks for a walk when the tab is opened or something else is chosen; `Take again` uses the newest weights."""

    def __init__(self, page: TrainPage) -> None:
        super().__init__()
        self._page = page
        self._asked = 0
        self._layer = ""
        self._cell: tuple[int, ...] = ()
        self.told: WalkedThrough | None = None
        self.step = STEPS[0][0]
        self.steps = Segmented(
            list(STEPS), "Step", "What is computed, in this order. The arrow keys go on.", wraps=True
        )
        self.picture = NumberField(1, 1e9, 1, True, "", "Picture", "Which training picture comes first.")
        self.count = NumberField(1, 8, 1, True, "", "Pictures", "How many pictures the batch has.")
        self.layer = Choice([], "Layer followed", "The layer whose weight is followed.")
        self.output = NumberField(0, 0, 1, True, "", "Output", "Which output map or number of the layer.")
        self.input = NumberField(0, 0, 1, True, "", "Input", "Which of its inputs.")
        self.kernel, self.where = NumberGrid("Kernel", _KERNEL_TIP), Line("result")
        self.words, self.more = QLabel(), QLabel()
        self.grids = tuple(NumberGrid(f"Numbers {place + 1}") for place in range(3))
        self.captions = tuple(Line("second") for _ in self.grids)
        self._rows: list[tuple[QLabel, NumberGrid]] = []
        self._build()
        self._connect()

    def _build(self) -> None:
        set_role(self.words, "text")
        set_role(self.more, "second")
        for label in (self.words, self.more):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
        self.previous, self.next = QPushButton("‹"), QPushButton("›")
        describe(self.previous, "Previous card", "The card before (←).")
        describe(self.next, "Next card", "The next card (→).")
        self.again = QPushButton("Take again")
        describe(self.again, "Take again", "Walk through the batch with the weights as they are now.")
        frame = QFrame()
        set_role(frame, "panel")
        column = QVBoxLayout(frame)
        column.setContentsMargins(12, 8, 12, 8)
        column.addLayout(self._settings())
        column.addLayout(self._ways())
        column.addWidget(self.words)
        column.addWidget(self._body(), 1)
        column.addWidget(self.more)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(frame)

    def _settings(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(6)
        for text, field, wide in (("Picture", self.picture, 76), ("Batch", self.count, 48)):
            field.setFixedWidth(wide)
            row.addWidget(QLabel(text))
            row.addWidget(field)
        row.addStretch(1)
        row.addWidget(self.again)
        return row

    def _ways(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(4)
        for button in (self.previous, self.next):
            button.setFixedWidth(30)
        row.addWidget(self.previous)
        row.addWidget(self.steps, 1)
        row.addWidget(self.next)
        return row

    def _body(self) -> QWidget:
        body = QWidget()
        row = QHBoxLayout(body)
        row.setContentsMargins(0, 0, 0, 0)
        self.side = QWidget()
        self.side.setFixedWidth(KERNEL)
        side = QVBoxLayout(self.side)
        side.setContentsMargins(0, 0, 0, 0)
        side.addWidget(self.layer)
        for text, field in (("Output", self.output), ("Input", self.input)):
            line = QHBoxLayout()
            line.addWidget(QLabel(text))
            line.addWidget(field)
            side.addLayout(line)
        side.addWidget(self.kernel, 1)
        side.addWidget(self.where)
        row.addWidget(self.side)
        row.addWidget(self._numbers(), 1)
        row.addWidget(self._stages(), 1)
        return body

    def _numbers(self) -> QWidget:
        self.shown_grids = QWidget()
        self._column = QBoxLayout(QBoxLayout.Direction.TopToBottom, self.shown_grids)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        for caption, grid in zip(self.captions, self.grids, strict=True):
            part = QVBoxLayout()
            part.setSpacing(2)
            part.addWidget(caption)
            part.addWidget(grid, 1)
            self._column.addLayout(part, 1)
        return self.shown_grids

    def _stages(self) -> QWidget:
        holder = QWidget()
        self._table = QGridLayout(holder)
        self._table.setContentsMargins(0, 0, 8, 0)
        self.layers = QScrollArea()
        self.layers.setWidget(holder)
        self.layers.setWidgetResizable(True)
        self.layers.setFrameShape(QFrame.Shape.NoFrame)
        for widget in (self.layers.viewport(), holder):
            widget.setAutoFillBackground(False)
        self.layers.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        describe(self.layers, "Layers", "What each layer makes of the first picture.")
        return self.layers

    def _connect(self) -> None:
        self.steps.value_changed.connect(self.choose)
        self.previous.clicked.connect(unticked(lambda: self.go_on(-1)))
        self.next.clicked.connect(unticked(lambda: self.go_on(1)))
        self.again.clicked.connect(unticked(self.ask))
        for field in (self.picture, self.count):
            field.value_changed.connect(self._ask_other)
        self.layer.value_changed.connect(self._choose_layer)
        for field in (self.output, self.input):
            field.value_changed.connect(self._choose_pair)
        self.kernel.chosen.connect(self._choose_cell)
        self._page.link.past.connect(self._hear)
        self.picture.set_value(1)
        self.count.set_value(1)
        self._refresh()

    def shown(self) -> None:
        """The tab is in sight."""
        self.ask()

    @property
    def is_answered(self) -> bool:
        """Whether what was asked for is shown."""
        return self.told is not None and self.told.id == self._asked

    def ask(self) -> None:
        """Walk through the batch with the newest weights."""
        what: dict[str, Any] = {"picture": int(self.picture.value()) - 1, "count": int(self.count.value())}
        self._asked = self._page.link.about_data(
            WalkThrough, project=self._page.document.project, layer=self._layer, cell=self._cell, **what
        )

    def choose(self, step: object) -> None:
        """Show a card."""
        self.step = str(step)
        self.steps.set_value(step)
        self._refresh()

    def go_on(self, by: int) -> None:
        """Show another card."""
        names = [name for name, _ in STEPS]
        self.choose(names[min(max(names.index(self.step) + by, 0), len(names) - 1)])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The arrow keys go from card to card."""
        by = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if by is None:
            super().keyPressEvent(event)
        else:
            self.go_on(by)

    def _ask_other(self, _: object) -> None:
        self.ask()

    def _choose_layer(self, layer: object) -> None:
        self._layer, self._cell = str(layer), ()
        self.ask()

    def _choose_pair(self, _: object) -> None:
        if self.told is not None:
            self._cell = (int(self.output.value()), int(self.input.value()), *self.told.cell[2:])
            self.ask()

    def _choose_cell(self, row: int, column: int) -> None:
        told = self.told
        if told is None or not told.cell:
            return
        if told.kind == "linear":
            self._cell = (told.cell[0], row * _across(told) + column)
        else:
            self._cell = (*told.cell[:2], *((row, column) if len(told.cell) > 3 else (column,)))
        self.ask()

    def _hear(self, event: object) -> None:
        if not isinstance(event, WalkedThrough) or event.id != self._asked:
            return
        self.told = event
        if not event.problem:
            self._layer, self._cell = event.layer, event.cell
            self._show_fields(event)
        self._refresh()

    def _show_fields(self, told: WalkedThrough) -> None:
        self.picture.set_range(1, max(told.pictures, 1))
        self.layer.set_options([(path, path) for path in told.layers])
        self.layer.set_value(told.layer)
        for field, axis in ((self.output, 0), (self.input, 1)):
            field.set_range(0, told.weight_shape[axis] - 1)
            field.set_value(told.cell[axis])
        self.kernel.set_sheet(Sheet(_kernel(told)))
        self.kernel.set_ring(_ring(told))
        self.where.set_line(place(told))

    def _refresh(self) -> None:
        told = self.told
        names = [name for name, _ in STEPS]
        self.previous.setEnabled(self.step != names[0])
        self.next.setEnabled(self.step != names[-1])
        ready = told is not None and not told.problem
        found = card(self.step, told) if told is not None and ready else Card(WAITING if told is None else told.problem)
        self.words.setText(found.words)
        self.more.setText(found.more)
        self.more.setVisible(bool(found.more))
        self.side.setVisible(ready and self.step in ("weight", "update", "after"))
        self.layers.setVisible(ready and self.step == "layers")
        self.shown_grids.setVisible(self.step != "layers")
        down, right = QBoxLayout.Direction.TopToBottom, QBoxLayout.Direction.LeftToRight
        self._column.setDirection(right if self.step in ("picture", "weight") else down)
        if told is not None and ready and self.step == "layers":
            self._show_layers(told)
        for number, (caption, grid) in enumerate(zip(self.captions, self.grids, strict=True)):
            there = number < len(found.grids)
            caption.setVisible(there)
            grid.setVisible(there)
            if there:
                caption.set_line(found.grids[number].caption)
                grid.set_sheet(found.grids[number].sheet)

    def _show_layers(self, told: WalkedThrough) -> None:
        while len(self._rows) < len(told.stages):
            label, grid = QLabel(), NumberGrid(f"Maps of layer {len(self._rows) + 1}")
            label.setTextFormat(Qt.TextFormat.PlainText)
            grid.setFixedHeight(ROW)
            self._table.addWidget(label, len(self._rows), 0)
            self._table.addWidget(grid, len(self._rows), 1)
            self._rows.append((label, grid))
        self._table.setColumnStretch(1, 1)
        for number, (label, grid) in enumerate(self._rows):
            there = number < len(told.stages)
            label.setVisible(there)
            grid.setVisible(there)
            if there:
                stage = told.stages[number]
                ends = f"{number_text(stage.minimum, 3)} … {number_text(stage.maximum, 3)}"
                label.setText(f"{stage.path}  {shape_text(stage.shape)}\n{ends}\nmean {number_text(stage.mean, 3)}")
                grid.set_sheet(Sheet(beside(array_of(stage.maps))))


def _across(told: WalkedThrough) -> int:
    """Columns that a dense layer's weights are laid out in."""
    return min(LINEAR_COLUMNS, told.weight_shape[-1])


def _kernel(told: WalkedThrough) -> Array:
    """The kernel, or the first weights of a dense layer's output in rows."""
    weights = array_of(told.kernel)
    if told.kind != "linear":
        return weights
    across = _across(told)
    rows = -(-weights.size // across)
    laid = np.full(rows * across, np.nan)
    laid[: weights.size] = weights.ravel()
    return laid.reshape(rows, across)


def _ring(told: WalkedThrough) -> tuple[int, int] | None:
    if told.kind == "linear":
        found = divmod(told.cell[1], _across(told))
        return found if told.cell[1] < array_of(told.kernel).size else None
    return (told.cell[2], told.cell[3]) if len(told.cell) > 3 else (0, told.cell[2])
