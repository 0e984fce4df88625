"""Recording a data set of one's own: a key or button is held, and frames of the source become pictures of a class."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QLineEdit, QPushButton, QWidget

from app.state.engine_link import Shown
from app.training.line import Line
from app.training.words import grouped
from app.widgets.fields import Choice
from app.widgets.gallery import Entry, Gallery
from app.widgets.group import Group
from app.widgets.menu_entry import unticked
from app.widgets.scrolled import scrolled
from app.widgets.theme import set_role
from app.widgets.tips import describe
from engine.protocol import Record, Recorded

if TYPE_CHECKING:
    from app.training.page import TrainPage

ABOUT = "record"
KEYS = 9
COLUMNS = 3
SIZES = (28, 32, 48, 64, 96, 128, 224)
_KEY_1 = int(Qt.Key.Key_1)
_HOW = (
    "Name at least two classes. Then hold a key from 1 to 9, or a button, while the source shows something of that "
    "class: a picture is kept at once, and ten a second while it moves."
)
_SIZE_TIP = "What every picture is brought to, its middle part. The network's own size is a good choice."
_ADD_TIP = "What the pictures that come next show; it also names their folder."


class RecordLook(QWidget):
    """Tells the engine when to keep frames; they never come here, but for the last few as a look at them."""

    def __init__(self, page: TrainPage, base: Callable[[], Path]) -> None:
        super().__init__()
        self._page = page
        self._link = page.link
        self._base = base
        self._opened: tuple[str, object] | None = None
        self._recorded: Recorded | None = None
        self.folder = ""
        self.classes: list[str] = []
        self.holding = ""
        self.buttons: list[QPushButton] = []
        self._make()
        self._build()
        self._link.data.connect(self._take)
        self._link.picture.connect(self._on_picture)
        self._link.engine_state.connect(self._on_engine)
        self.new_set()

    def _make(self) -> None:
        self.place = Line("second", Qt.TextElideMode.ElideMiddle)
        self.new = _button(
            "New set", "Begins another set, in a new folder; the pictures of this one stay.", self.new_set
        )
        self.open = _button("Go on with…", "Goes on with a set that was recorded before.", self._ask_folder)
        wanted = self._page.document.project.network.input_shape
        sizes = sorted({(side, side) for side in SIZES} | ({(wanted[1], wanted[2])} if len(wanted) == 3 else set()))
        options: list[tuple[object, str]] = [(size, f"{size[0]}×{size[1]}") for size in sizes]
        self.extent = Choice([*options, (None, "as they are")], "Size", _SIZE_TIP)
        self.extent.set_value((wanted[1], wanted[2]) if len(wanted) == 3 else (28, 28))
        self.name = QLineEdit()
        self.name.setPlaceholderText("name of a class")
        describe(self.name, "New class", _ADD_TIP)
        self.name.returnPressed.connect(self.add_class)
        self.add = _button("Add", "Adds this class.", self.add_class)
        self.gallery = Gallery("Last recorded", side=56)
        self.gallery.setFixedHeight(self.gallery.sizeHint().height())
        self.problem = QLabel()
        self.problem.setWordWrap(True)
        set_role(self.problem, "problem")
        self.problem.hide()
        self.undo = _button("Undo last", "Takes the last picture back.", self._undo)
        self.use = _button("Use this data set", "Has the network learn from these pictures.", self._use)

    def _build(self) -> None:
        group = Group("Record your own")
        how = QLabel(_HOW)
        how.setWordWrap(True)
        set_role(how, "second")
        group.add(how)
        group.add(_row(QLabel("Folder"), (self.place, 1), self.new, self.open))
        group.add(_row(QLabel("Size"), self.extent, (QWidget(), 1), (self.name, 2), self.add))
        self._grid = QGridLayout()
        self._grid.setSpacing(6)
        holder = QWidget()
        holder.setLayout(self._grid)
        group.add(holder)
        group.add(self.problem)
        group.add(self.gallery)
        group.add(_row(self.undo, (QWidget(), 1), self.use))
        area = scrolled(0, group)
        area.setMinimumWidth(320)
        area.setMaximumWidth(16_777_215)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(area)

    def hidden(self) -> None:
        """Nobody sees what would be recorded."""
        self.let_go()

    def new_set(self) -> None:
        """Record into a folder that is not there yet; it is made with the first picture."""
        self.let_go()
        self.open_folder(str(_fresh(self._base(), datetime.now())), now=False)

    def _ask_folder(self) -> None:
        folder = self._page.ask.data_folder(self)
        if folder:
            self.open_folder(folder)

    def open_folder(self, folder: str, now: bool = True) -> None:
        """Record into this folder; `now` asks at once what is in it."""
        self.folder, self._opened, self._recorded = folder, None, None
        self.classes = []
        self.place.set_line(folder)
        if now:
            self._open()
        self.refresh()

    def add_class(self) -> None:
        """Add the class whose name was typed."""
        name = self.name.text().strip()
        if name and name not in self.classes:
            self.classes.append(name)
            self.name.clear()
            self.refresh()

    def key_pressed(self, event: QKeyEvent) -> bool:
        """Record while a digit is held. Returns whether the key was one of a class."""
        number = event.key() - _KEY_1
        if not 0 <= number < min(KEYS, len(self.classes)):
            return False
        if not event.isAutoRepeat():
            self.hold(self.classes[number])
        return True

    def key_released(self, event: QKeyEvent) -> bool:
        """The digit is no longer held."""
        if not 0 <= event.key() - _KEY_1 < KEYS:
            return False
        if not event.isAutoRepeat():
            self.let_go()
        return True

    def hold(self, name: str) -> None:
        """Keep frames as pictures of this class from now on."""
        self._open()
        self.holding = name
        self._link.about_data(Record, action="hold", name=name)
        self._mark()

    def let_go(self) -> None:
        """Keep no more."""
        if self.holding:
            self.holding = ""
            self._link.about_data(Record, action="let go")
            self._mark()

    def _open(self) -> None:
        wanted = self.folder, self.extent.value()
        if wanted != self._opened:
            self._opened = wanted
            self._link.about_data(Record, action="open", folder=self.folder, size=self.extent.value())

    def _undo(self) -> None:
        self._link.about_data(Record, action="undo")

    def _use(self) -> None:
        self._page.data.use(self.folder)

    def _take(self, event: object) -> None:
        if not isinstance(event, Recorded):
            return
        self.problem.setText(event.message)
        self.problem.setVisible(bool(event.message))
        if event.message:
            self.let_go()
        if event.folder and event.folder != self.folder:
            return
        self._recorded = event
        self.classes += [name for name in event.counts if name not in self.classes]
        self.refresh()
        if event.plane is None:
            self.gallery.set_entries([])
            self.gallery.set_image(None)

    def _on_picture(self, view: str, shown: Shown) -> None:
        if view != "recorded" or self._recorded is None:
            return
        tiles = [QRect(left, top, width, height) for top, left, height, width in self._recorded.tiles]
        self.gallery.set_entries([Entry(place, name) for place, name in enumerate(self._recorded.labels)])
        self.gallery.set_image(shown.image, tiles)

    def _on_engine(self, state: str) -> None:
        """A new engine has no recorder open."""
        if state in ("starting", "gone"):
            self._opened, self.holding = None, ""

    @property
    def counts(self) -> dict[str, int]:
        """How many pictures of each class there are."""
        return {} if self._recorded is None else self._recorded.counts

    def refresh(self) -> None:
        """Show the classes and how many pictures each has."""
        for _ in range(len(self.classes), len(self.buttons)):
            self.buttons.pop().deleteLater()
        for number in range(len(self.buttons), len(self.classes)):
            button = QPushButton()
            button.pressed.connect(partial(self._press, number))
            button.released.connect(self.let_go)
            self._grid.addWidget(button, number // COLUMNS, number % COLUMNS)
            self.buttons.append(button)
        self._mark()
        self.undo.setEnabled(bool(self._recorded and self._recorded.labels))
        self.use.setEnabled(sum(count > 0 for count in self.counts.values()) > 1)

    def _press(self, number: int) -> None:
        self.hold(self.classes[number])

    def _mark(self) -> None:
        for number, (name, button) in enumerate(zip(self.classes, self.buttons, strict=False)):
            key = f"{number + 1}  " if number < KEYS else ""
            count = grouped(self.counts.get(name, 0))
            button.setText(f"{key}{name}: {count}".replace("&", "&&"))
            tip = f"Hold to record {name}" + (f", or hold the key {number + 1}." if number < KEYS else ".")
            describe(button, f"{name}: {count}", tip)
            set_role(button, "primary" if name == self.holding else "")


def _fresh(base: Path, now: datetime) -> Path:
    """A folder that is not there yet."""
    name = f"recorded-{now:%Y-%m-%d-%H%M%S}"
    found, number = base / name, 1
    while found.exists():
        number += 1
        found = base / f"{name}-{number}"
    return found


def _button(text: str, tip: str, call: Callable[[], None]) -> QPushButton:
    button = QPushButton(text)
    describe(button, text, tip)
    button.clicked.connect(unticked(call))
    return button


def _row(*parts: QWidget | tuple[QWidget, int]) -> QWidget:
    """Widgets beside each other, some with a share of the room that is left."""
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(8)
    for part in parts:
        widget, share = part if isinstance(part, tuple) else (part, 0)
        row.addWidget(widget, share)
    return holder
