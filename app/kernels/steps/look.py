"""The look "Steps": the window slides over the input, and the cell that it makes is written out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QSize
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout

from app.kernels.relation import fits, reached_box
from app.kernels.steps.asking import Asking
from app.kernels.steps.marks import around, follow, input_layers, input_marks
from app.kernels.steps.sheet import CellSheet
from app.kernels.steps.told import Cell, Told
from app.kernels.steps.transport import KEYS_HELP, Transport, walk_by_key
from app.kernels.steps.walk import Walk
from app.kernels.touches.meeting import Subject
from app.kernels.touches.touching import Touching
from app.kernels.touches.words import words_of
from app.widgets.fields import Toggle
from app.widgets.icons import icon
from app.widgets.picture_overlay import Overlay
from app.widgets.theme import set_role
from engine.protocol import Explained, Problem
from engine.protocol.message import Page
from engine.spec.geometry import ChainGeometry

if TYPE_CHECKING:
    from app.kernels.page import KernelPage

LEAST_HEIGHT, MOST_HEIGHT = 252, 420
SHARE = 0.33
"""Of the page's height."""
NOTE = "click: go there"
NO_MAP = "There is no feature map to step through."


class StepsLook(QFrame):
    """Stands under the pictures; both stay, with the window on them."""

    engine_page: Page = "kernel"

    def __init__(self, page: KernelPage) -> None:
        super().__init__()
        self._page = page
        self._on = False  # before the look, which tells of a new palette
        set_role(self, "panel")
        self.setAccessibleName("Steps")
        self.setAccessibleDescription(KEYS_HELP)
        self._size: Cell | None = None
        self._followed: tuple[object, ...] = ()
        self.walk = Walk(self)
        self.asking = Asking(page.link, self.walk)
        self.touching = Touching(page, sticky=False, role="text")
        self.transport = Transport(self.walk)
        self.sheet = CellSheet()
        self.follow = Toggle("", icon("eye"), "Follow", "Zoom both pictures in on the window, and go along with it.")
        self.letters = Toggle("a·w", None, "Letters", "Write the sum in letters, as the books do.")
        for toggle in (self.letters, self.follow):
            self.transport.row.addWidget(toggle)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 6)
        column.setSpacing(6)
        column.addWidget(self.transport)
        column.addWidget(self.sheet, 1)
        self._connect()

    def _connect(self) -> None:
        page = self._page
        self.asking.told.connect(self._explained)
        self.follow.value_changed.connect(self._set_follow)
        self.letters.value_changed.connect(self._set_letters)
        self.touching.changed.connect(self._touch)
        self.sheet.hovered.connect(self._point)
        self.sheet.inner_chosen.connect(self._choose_inner)
        self.sheet.lane_chosen.connect(self._choose_lane)
        self.sheet.turn_chosen.connect(self._choose_turn)
        page.map.view.clicked.connect(self._clicked)
        page.input.view.clicked.connect(self._go_to_reached)
        page.document.changed.connect(self._resize)
        page.link.picture.connect(self._on_picture)
        page.link.result.connect(self._computed)
        page.link.problem.connect(self._failed)
        page.installEventFilter(self)

    def sizeHint(self) -> QSize:
        """A third of the page, as long as the grids gain from it."""
        return QSize(600, round(min(max(self._page.height() * SHARE, LEAST_HEIGHT), MOST_HEIGHT)))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Be as high as the page lets it."""
        if event.type() == QEvent.Type.Resize and self._on:
            self._page.looks.fit_under()
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The keys of the walk, wherever the focus is."""
        if not walk_by_key(self.walk, event):
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Take the colours of a new theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._on:
            self._mark()

    def shown(self) -> None:
        """It has come into sight."""
        self._on = True
        self._page.probing.set_outlines(False)
        self._page.input.set_note(NOTE)
        self.asking.set_on(True)
        self._resize()
        self.touching.set_on(True)
        self.transport.timeline.setFocus()

    def hidden(self) -> None:
        """Something else is in sight: the pictures are its again."""
        self._on = False
        self._followed = ()
        self.walk.play(0)
        self.touching.set_on(False)
        self.asking.set_on(False)
        for view in (self._page.input.view, self._page.map.view):
            view.set_overlays([])
            view.set_layers([])
        self._page.views.set_around(None)
        if self.follow.value():
            self._page.fit()
        self._page.probing.set_outlines(True)

    def go_to(self, cell: Cell) -> None:
        """Do as if the person had gone there."""
        self.walk.go_to(cell)

    @property
    def is_answered(self) -> bool:
        """Whether the cell at hand is written out."""
        told = self.sheet.told
        return not self.asking.is_open and told is not None and (told.event.row, told.event.column) == self.walk.cell

    def _on_picture(self, view: str, _shown: object) -> None:
        geometry = self._page.geometry_now
        if view == "input" and geometry is not None and geometry.input_size != self._size:
            self._resize()

    def _resize(self) -> None:
        """The picture or the map may have another size."""
        if not self._on:
            return
        geometry = self._page.geometry_now
        self._size = geometry.input_size if geometry is not None else None
        there = geometry is not None and fits(geometry)
        self.walk.set_size(geometry.map_size if there and geometry is not None else (0, 0))
        if there and geometry is not None:
            self._page.views.set_around(around(geometry.steps[0], geometry.input_size))
            self.asking.ask_anew()
        else:
            self.sheet.show_nothing(NO_MAP)
            self._mark()

    def _computed(self, _event: object) -> None:
        """There may be a map again."""
        if self._on and not self.walk.count:
            self._resize()

    def _failed(self, problem: Problem) -> None:
        """The sizes fit, and still there is no map: numbers of another one would be wrong."""
        if self._on and problem.code == "spec" and self._page.link.is_newest(problem.id):
            self.walk.set_size((0, 0))
            self.sheet.show_nothing(problem.message)
            self._mark()

    def _explained(self, event: Explained) -> None:
        spec, before = self._page.document.project.filter, self._page.document.project.before
        self.sheet.show_cell(Told(event), spec, "signed" if before else "grey")
        if self.sheet.pointed is not None:
            self._point(*self.sheet.pointed)
        self._mark()

    def _mark(self) -> None:
        """Show on the pictures what is written out."""
        told, geometry = self.sheet.told, self._page.geometry_now
        views = self._page.input.view, self._page.map.view
        if told is None or geometry is None:
            for view in views:
                view.set_overlays([])
                view.set_layers([])
            return
        touching = self.touching
        views[0].set_layers([*input_layers(told, geometry), *touching.input_layers()])
        views[0].set_overlays([*input_marks(told, geometry), *touching.input_overlays()])
        views[1].set_layers(touching.map_layers())
        views[1].set_overlays([Overlay(told.event.row, told.event.column), *touching.map_overlays()])
        if self.follow.value():
            self._go_along(geometry)

    def _go_along(self, geometry: ChainGeometry) -> None:
        """Keep the window in sight; zoom in where it has become another one."""
        field = geometry.field(self.walk.cell)
        what = (geometry.input_size, len(field.rows), len(field.columns))
        follow(self._page.input.view, field, zoom_in=what != self._followed)
        self._followed = what

    def _set_follow(self, on: object) -> None:
        self._followed = ()
        if on:
            self._mark()
        else:
            self._page.fit()

    def _point(self, part: str, cell: Cell | None) -> None:
        """The cursor is on one of the numbers: mark what that touches."""
        told, chained = self.sheet.told, len(self._page.document.project.steps) > 1
        subject = None
        if told is not None and cell is not None:
            row, column = told.event.held_rows[cell[0]], told.event.held_columns[cell[1]]
            if part == "kernel" and not self.asking.question.turned:
                subject = self.touching.weight(cell, laid=True)
            elif part in ("patch", "products") and not chained and min(row, column) >= 0:
                subject = Subject("input", row, column)
        self.touching.look_at(subject)

    def _touch(self) -> None:
        """Something else is pointed at; what it touches is said where the sum stands."""
        found, geometry = self.touching.meeting, self._page.geometry_now
        if found is None or geometry is None:
            self.sheet.say("")
        else:
            said = words_of(found, geometry.steps[-1], geometry.input_size, len(geometry.steps) > 1)
            name = {"input": "Input", "weight": "Weight", "map": "Map"}[found.subject.kind]
            self.sheet.say(f"{name} ({found.subject.row}, {found.subject.column}). {' '.join(said)}")
        self._mark()

    def _set_letters(self, on: object) -> None:
        self.sheet.set_letters(bool(on))

    def _choose_inner(self, inner: Cell) -> None:
        self.asking.change(inner=inner)

    def _choose_lane(self, lane: int) -> None:
        self.asking.change(lane=lane, inner=None)

    def _choose_turn(self, turned: bool) -> None:
        self.asking.change(turned=turned)

    def _clicked(self, cell: Cell) -> None:
        if self._on:
            self.walk.go_to(cell)

    def _go_to_reached(self, pixel: Cell) -> None:
        """To the middle of the cells that a pixel has a part in."""
        geometry = self._page.geometry_now
        if not self._on or geometry is None or not fits(geometry):
            return
        box = reached_box(geometry, *pixel)
        if box is not None:
            self.walk.go_to((box[0] + (box[2] - 1) // 2, box[1] + (box[3] - 1) // 2))
