"""The look at a bank: what each of its kernels makes of the picture, all at once."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QSize
from PySide6.QtWidgets import QMenu, QToolButton, QVBoxLayout, QWidget

from app.featuremaps.colours import ColourControls
from app.featuremaps.panels import PicturePanel
from app.featuremaps.tiles import Spot
from app.kernels.bank.card import KernelCard
from app.kernels.bank.menus import fill_banks, fill_kernel
from app.kernels.bank.mosaic import BankMosaic
from app.kernels.bank.shelf import FIRST, Shelf
from app.kernels.looks import MAP
from app.kernels.step_words import kernel_words
from app.state.engine_link import Shown
from app.widgets.icons import icon
from app.widgets.menu_button import MenuButton
from app.widgets.side import GAP
from app.widgets.theme import set_role
from app.widgets.tips import describe
from engine.protocol import Maps, Problem
from engine.protocol.message import Page

if TYPE_CHECKING:
    from app.kernels.page import KernelPage

TIP = (
    "The feature map of every kernel of the bank. Click one to see it alone; the arrow keys choose one, Enter opens "
    "it, Esc goes back, U uses its kernel, Delete takes it out."
)
EMPTY = "The bank is empty. Take one from the list above, or add the kernel at the right."
BANKS_TIP = "Choose a bank that comes with the program, open or save one, or empty this one."


class BankLook(QWidget):
    """In place of the pictures: the mosaic, and under it the kernel that a map comes from."""

    engine_page: Page = "bank"

    def __init__(self, page: KernelPage) -> None:
        super().__init__()
        self._page, self._document, self._link = page, page.document, page.link
        self.shelf = Shelf(page.document, page.notices, self)
        self._shown = False
        self._only = -1
        self._spot: Spot | None = None
        self._maps: Maps | None = None
        self.mosaic = BankMosaic("Maps of the bank", TIP)
        self.panel = PicturePanel("Bank", TIP, "Computing…", self.mosaic)
        self.banks = MenuButton(partial(fill_banks, shelf=self.shelf))
        self.add, self.back = QToolButton(), QToolButton()
        self.colours = ColourControls(page.document, page.notices)
        self.card = KernelCard()
        self._build()
        self._connect()
        self._fit(self.panel.is_narrow)
        self._refresh()

    def _build(self) -> None:
        self.add.setIcon(icon("plus", "second"))
        self.add.setIconSize(QSize(14, 14))
        describe(self.back, "All maps", "Show the maps of all kernels again (Esc).")
        set_role(self.back, "flat")
        self.panel.add_beside_title(self.banks)
        self.panel.add_beside_title(self.add)
        self.panel.add_to_header(self.back)
        self.panel.add_to_header(self.colours)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addWidget(self.panel, 1)
        column.addWidget(self.card)

    def _connect(self) -> None:
        mosaic, card = self.mosaic, self.card
        mosaic.opened.connect(self.show_only)
        mosaic.left.connect(self._leave)
        mosaic.pointed.connect(self._point)
        mosaic.chosen.connect(self._tell)
        mosaic.used.connect(self._use)
        mosaic.removed.connect(self.shelf.remove)
        mosaic.menu_wanted.connect(self._open_menu)
        mosaic.painted.connect(self._link.painted)
        card.use_wanted.connect(self._use_current)
        card.remove_wanted.connect(self._remove_current)
        card.first_wanted.connect(partial(self.shelf.take, FIRST))
        self.add.clicked.connect(self._add)
        self.back.clicked.connect(self._leave)
        self.panel.narrow_changed.connect(self._fit)
        self._document.changed.connect(self._refresh)
        self._link.maps.connect(self._on_maps)
        self._link.picture.connect(self._on_picture)
        self._link.problem.connect(self._on_problem)

    def _fit(self, narrow: bool) -> None:
        self.back.setText("‹" if narrow else "‹ All maps")
        self._tell_size(narrow)

    def _tell_size(self, narrow: bool) -> None:
        shape = self._maps.shape if self._maps is not None and not narrow else ()
        self.panel.set_size_text(_size_words(shape), "Number of maps × height × width")

    # Which look is in sight.

    def shown(self) -> None:
        """It has come into sight. An empty bank takes the lecture's, unless undone work would be lost by that."""
        self._shown = True
        self._link.follow(self._aim)
        if not self.shelf.kernels and not self._document.redo_text:
            self.shelf.take(FIRST)
        self.shelf.recognise()
        self._refresh()
        self._link.look_at(self.engine_page, *self._aim())

    def hidden(self) -> None:
        """Another one is in sight."""
        self._shown = False
        self._link.follow(None)
        self._page.values_changed.emit("")

    def _aim(self) -> tuple[str, int]:
        if self._only >= len(self.shelf.kernels):
            self._only = -1
        return "", self._only

    def show_only(self, place: int) -> None:
        """Show one map alone; −1 shows all."""
        self._only = place
        if self._shown:
            self._link.look_at(self.engine_page, *self._aim())

    def _leave(self) -> None:
        self.show_only(-1)

    # What the document says.

    def _refresh(self) -> None:
        kernels, shelf = self.shelf.kernels, self.shelf
        self.mosaic.set_kernels(kernels, shelf.labels)
        self.banks.setText(shelf.name)
        describe(self.banks, f"Bank: {shelf.name}", BANKS_TIP)
        words = kernel_words(self._document.project.filter.kernel)
        describe(self.add, f"Add {words} to the bank", "Put the kernel at the right into the bank, as its last one.")
        if not kernels:
            self._show_nothing(EMPTY)
        self._tell()

    # What the engine says.

    def _on_maps(self, maps: Maps) -> None:
        if self._shown and any(plane.view == "maps" for plane in maps.planes):
            self._maps = maps

    def _on_picture(self, view: str, shown: Shown) -> None:
        maps = self._maps
        if view != "maps" or not self._shown or maps is None:
            return
        if not self.shelf.kernels:
            self._link.unseen(shown.generation)
            return
        alone = self._only if self._only >= 0 and len(maps.tiles) == 1 < maps.shape[0] else None
        self.mosaic.show_maps(shown, maps.tiles, alone, maps.shape[0])
        self._tell_size(self.panel.is_narrow)
        self.back.setVisible(alone is not None)
        self.colours.show_range(maps.range)
        self._tell()
        if not self.mosaic.isVisible():
            self._link.unseen(shown.generation)

    def _on_problem(self, problem: Problem) -> None:
        if self._shown and problem.code == "spec":
            self._show_nothing(problem.message if self.shelf.kernels else EMPTY)

    def _show_nothing(self, reason: str) -> None:
        self._maps, self._spot = None, None
        self.panel.show_nothing(reason)
        self.back.hide()
        self.colours.show_range(None)
        self._tell()

    # The kernel that is meant.

    def _point(self, spot: Spot | None) -> None:
        self._spot = spot
        self._tell()
        words = ""
        if spot is not None and spot.tile < len(self.shelf.kernels):
            words = f"{self.shelf.labels[spot.tile]} ({spot.row}, {spot.column})"
        self._page.values_changed.emit(words)

    def _tell(self, _tile: object = None) -> None:
        shelf, current = self.shelf, self.mosaic.current
        if current is not None and current >= len(shelf.kernels):
            current = None
        place = self._spot.tile if self._spot is not None else current
        if place is None or place >= len(shelf.kernels):
            self.card.show_none(not shelf.kernels)
        else:
            self.card.show_kernel(shelf.kernels[place], shelf.labels[place], shelf.summary(place))
        self.card.set_chosen("" if current is None else shelf.labels[current])
        note = self._maps.note if self._maps is not None else ""
        self.panel.set_note(
            note
            if self.mosaic.alone is None
            else shelf.labels[self.mosaic.alone]
            if current == self.mosaic.alone
            else ""
        )

    # What a person does.

    def _add(self, _checked: bool = False) -> None:
        self.shelf.add()

    def _use_current(self) -> None:
        if self.mosaic.current is not None:
            self._use(self.mosaic.current)

    def _remove_current(self) -> None:
        if self.mosaic.current is not None:
            self.shelf.remove(self.mosaic.current)

    def _use(self, place: int) -> None:
        self.shelf.use(place)
        self._page.looks.show_look(MAP)

    def _open_menu(self, tile: int, at: QPoint) -> None:
        menu = self.kernel_menu(tile)
        menu.exec(at)
        menu.deleteLater()

    def kernel_menu(self, tile: int) -> QMenu:
        """What can be done with a kernel of the bank."""
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        fill_kernel(menu, partial(self._use, tile), partial(self.show_only, tile), partial(self.shelf.remove, tile))
        return menu


def _size_words(shape: tuple[int, ...]) -> str:
    return f"{shape[0]} × {shape[1]}×{shape[2]}" if len(shape) == 3 else ""
