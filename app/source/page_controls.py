"""Turning over the pictures of a file that holds several, such as an animated GIF or a TIFF of many pages."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from app.source.controls import SourceControls, TurnButton
from app.source.form import SourceForm
from app.state.document import Document
from app.state.engine_link import EngineLink
from app.state.form import described
from app.state.notices import Notices
from app.widgets.fonts import number_font
from app.widgets.number_field import NumberField
from app.widgets.theme import set_role
from engine.protocol import SourceState
from engine.spec.fields import Field
from engine.spec.source import Picture


class PlaceField(QWidget):
    """Which of many, counted from 1 as people count; everything behind it counts from 0."""

    chosen = Signal(int)

    def __init__(self, field: Field) -> None:
        super().__init__()
        assert field.minimum is not None and field.maximum is not None
        self._most = int(field.maximum) + 1
        self._field = NumberField(1, self._most, 1, True, "", field.label, field.help)
        self._total = QLabel()
        self._total.setFont(number_font())
        set_role(self._total, "second")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self._field)
        row.addWidget(self._total)
        self.setFocusProxy(self._field)
        self.rejected = self._field.rejected
        self._field.value_changed.connect(self._choose)

    def show_place(self, position: int, count: int) -> None:
        """Show `position`, from 0, of `count`; 0 if that is not known yet."""
        self._field.set_range(1, count or self._most)
        self._field.set_value(position + 1)
        self._total.setText(f"/ {count}" if count else "")

    def _choose(self, number: int) -> None:
        self.chosen.emit(number - 1)


class PageControls(SourceControls):
    """Seen only for files that hold several pictures. Which one is shown belongs to the project."""

    def __init__(self, document: Document, link: EngineLink, notices: Notices) -> None:
        super().__init__(document, link, notices)
        self._page = 0
        self._position = 0
        self._count = 0
        self._form = SourceForm(self, document, notices, Picture)
        field = described(Picture, "page")
        self.back, self.forward = TurnButton("picture", -1), TurnButton("picture", 1)
        self.place = PlaceField(field)
        self.back.turned.connect(self._turn)
        self.forward.turned.connect(self._turn)
        self.place.chosen.connect(self._go)
        self.add(self.back)
        self.add(self.forward)
        self.add(self.place, field.label, field.help)
        self.fill()

    @property
    def wanted(self) -> bool:
        """Whether there is more than one picture."""
        return self._count > 1

    def show_source(self, source: Picture) -> None:
        """Show which picture the project wants."""
        self._page = self._position = source.page
        self._show()

    def show_state(self, state: SourceState | None) -> None:
        """Show which one is seen, of how many."""
        self._count = state.count if state is not None else 0
        self._position = state.position if state is not None and self._count else self._page
        self._show()

    def _show(self) -> None:
        self.place.show_place(self._position, self._count)
        self.back.setEnabled(self._position > 0)
        self.forward.setEnabled(self._position + 1 < self._count)

    def _turn(self, delta: int) -> None:
        self._go(min(max(self._position + delta, 0), self._count - 1))

    def _go(self, page: int) -> None:
        if page == self._page:
            # The project says so already, but a key may have gone elsewhere.
            self.link.transport("seek", page)
        else:
            self._form.change({"page": page}, f"turn to picture {page + 1}", "page")
