"""The look "Matrix": the convolution as one large matrix with few weights in it, times a patch of the picture."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.kernels.matrix.bar import PatchFields, SharingBar
from app.kernels.matrix.card import FormCard
from app.kernels.matrix.hues import Rgb, weight_colours
from app.kernels.matrix.matrix_view import MatrixView
from app.kernels.matrix.panels import NumbersPanel, TitledPart
from app.kernels.matrix.told import NOTHING, Aim, Cell, Told
from app.kernels.matrix.words import HINT, aim_words
from app.state.engine_link import MAIN, Shown
from app.widgets.picture_overlay import Overlay
from app.widgets.picture_view import PictureView
from app.widgets.side import GAP
from app.widgets.theme import set_role
from app.widgets.tokens import tokens
from engine.protocol import Form, MatrixForms, MatrixTold, Problem
from engine.protocol.message import Page

if TYPE_CHECKING:
    from app.kernels.page import KernelPage

STRIP_HEIGHT, PICTURE_WIDTH = 146, 176
NUMBERS = 0
"""Stands for the number of a picture where the link counts what was painted."""
COMPARED = ("dense", "unshared", "tiled", "shared")
PICTURE_TIP = "The picture. Click to choose the patch that is multiplied; the fields beside it move it cell by cell."


class MatrixLook(QWidget):
    """In place of the pictures: the matrix, its numbers, and the other ways to share weights."""

    engine_page: Page = "matrix"

    def __init__(self, page: KernelPage) -> None:
        super().__init__()
        self._page, self._link = page, page.link
        self._shown = False
        self._forms: MatrixForms | None = None
        self._told: Told | None = None
        self._aim = NOTHING
        self._picture_size: Cell | None = None
        self._frame = -1
        self.setAccessibleName("Matrix of the layer")
        self.bar = SharingBar(page.document, page.notices)
        self.view = MatrixView()
        self.matrix = TitledPart("M", self.view)
        self.numbers = NumbersPanel()
        self.words = QLabel(HINT)
        self.picture = PictureView("Picture of the patch", PICTURE_TIP)
        self.fields = PatchFields(page.document, page.notices)
        self.cards = {kind: FormCard(kind) for kind in COMPARED}
        self._build()
        self._connect()

    def _build(self) -> None:
        self.words.setWordWrap(True)
        self.words.setMinimumHeight(36)
        set_role(self.words, "second")
        frame = QFrame()
        set_role(frame, "panel")
        inside = QVBoxLayout(frame)
        inside.setContentsMargins(12, 8, 12, 8)
        inside.addWidget(self.matrix, 1)
        inside.addWidget(self.words)
        middle = QHBoxLayout()
        middle.setSpacing(GAP)
        middle.addWidget(frame, 1)
        middle.addWidget(self.numbers, 1)
        strip = QHBoxLayout()
        strip.setSpacing(GAP)
        strip.addWidget(self.picture)
        strip.addWidget(self.fields)
        for card in self.cards.values():
            strip.addWidget(card, 1)
            card.setFixedHeight(STRIP_HEIGHT)
        self.picture.setFixedSize(PICTURE_WIDTH, STRIP_HEIGHT)
        self.fields.setFixedHeight(STRIP_HEIGHT)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addWidget(self.bar)
        column.addLayout(middle, 1)
        column.addLayout(strip)

    def _connect(self) -> None:
        self.view.hovered.connect(self._on_entry)
        self.numbers.aimed.connect(self.look_at)
        self.numbers.painted.connect(self._painted)
        self.picture.clicked.connect(self._choose_patch)
        for kind, card in self.cards.items():
            card.clicked.connect(partial(self._choose_kind, kind))
        self._link.matrix.connect(self._on_matrix)
        self._link.picture.connect(self._on_picture)
        self._link.problem.connect(self._on_problem)

    @property
    def told(self) -> Told | None:
        """What is shown."""
        return self._told

    @property
    def aim(self) -> Aim:
        """What is looked at."""
        return self._aim

    @property
    def is_answered(self) -> bool:
        """Whether what is shown answers the document as it is."""
        return self._told is not None and self._link.is_newest(self._told.event.id)

    def go_to(self, cell: Cell) -> None:
        """Do as if the person had pointed at this entry of the matrix, as soon as there is one."""
        self._aim = Aim(*cell)
        self.look_at(self._aim)

    def shown(self) -> None:
        """It has come into sight."""
        self._shown = True
        for view, shown in self._link.on_screen.items():
            self._on_picture(view, shown)

    def hidden(self) -> None:
        """Another one is in sight; the memory of the picture is no longer its."""
        self._shown = False
        self._link.unseen(NUMBERS)
        self.picture.clear()

    def changeEvent(self, event: QEvent) -> None:
        """Colours are others in another theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and getattr(self, "_told", None) is not None:
            self._show_forms()
            self.look_at(self._aim)

    # What the engine says.

    def _on_matrix(self, event: MatrixTold) -> None:
        if event.forms is not None:
            self._forms = event.forms
        if not self._shown or not event.seen or self._forms is None:
            return
        fresh = event.forms is not None or self._told is None
        self._told = Told(event, self._forms)
        if fresh:
            self._show_forms()
        self.numbers.show_told(self._told)
        self._show_place()
        self.look_at(self._aim)
        self._count(event)

    def _count(self, event: MatrixTold) -> None:
        """Numbers that a person waits for count as a picture does."""
        if self.isVisible():
            fresh, self._frame = event.frame != self._frame, event.frame
            self._link.tally.computed(fresh, max(event.arrived, event.asked), NUMBERS)

    def _painted(self) -> None:
        self._link.painted(NUMBERS)

    def _on_picture(self, view: str, shown: Shown) -> None:
        if not self._shown:
            return
        if view in MAIN:
            self._link.unseen(shown.generation)
        if view == "input":
            plane = shown.plane
            self._picture_size = plane.rows, plane.columns
            self.picture.set_image(shown.image, plane.rows, plane.columns, shown.generation)
            self._show_place()

    def _on_problem(self, problem: Problem) -> None:
        if not self._shown or problem.code not in ("spec", "memory") or not self._link.is_newest(problem.id):
            return
        self._told = None
        self.view.set_matrix(None, None)
        self.matrix.detail.setText("")
        self.numbers.show_told(None)
        for kind, card in self.cards.items():
            card.show_form(None, None)
            card.setChecked(kind == self._page.document.project.kind.kind)
        set_role(self.words, "problem")
        self.words.setText(problem.message)

    # What is shown.

    def _colours(self, form: Form) -> Rgb:
        """A colour for each weight of a matrix."""
        told = self._told
        assert told is not None
        taps = form.columns if form.kind == "dense" else told.forms.kernel_size[0] * told.forms.kernel_size[1]
        return weight_colours(max(form.weights // max(taps, 1), 1), taps, tokens().name == "dark")

    def _show_forms(self) -> None:
        told = self._told
        assert told is not None
        form = told.forms.form
        self.view.set_matrix(told.index, self._colours(form))
        few = f"{form.weights:,} weights" if form.weights != 1 else "1 weight"
        self.matrix.detail.setText(f"{form.rows} × {form.columns}, {few} in {form.nonzeros:,} entries")
        for each in told.forms.others:
            card = self.cards[each.kind]
            card.show_form(each, None if each.problem else self._colours(each))
            card.setChecked(each.kind == form.kind)

    def _show_place(self) -> None:
        told, size = self._told, self._picture_size
        if told is None or size is None:
            return
        event = told.event
        self.picture.set_overlays([Overlay(event.top, event.left, event.height, event.width, role="result")])
        self.fields.show_place((event.top, event.left), (size[0] - event.height, size[1] - event.width))

    def look_at(self, aim: Aim) -> None:
        """Mark an entry, a row, a column or a weight, wherever it has to do with something."""
        told = self._told
        if told is None:
            return
        self._aim = told.known(aim)
        self.view.set_aim(self._aim)
        self.numbers.show_aim(self._aim, self._colours(told.forms.form))
        set_role(self.words, "second")
        self.words.setText(aim_words(told, self._aim))
        self.view.setAccessibleDescription(self.words.text())

    # What a person does.

    def _on_entry(self, cell: Cell | None) -> None:
        self.look_at(NOTHING if cell is None else Aim(*cell))

    def _choose_patch(self, cell: Cell) -> None:
        size = self._page.document.project.matrix.size
        self.fields.go_to((cell[0] - size[0] // 2, cell[1] - size[1] // 2))

    def _choose_kind(self, kind: str, _checked: bool = False) -> None:
        self.bar.choose(kind)
