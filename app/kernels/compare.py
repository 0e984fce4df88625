"""The input in the map's own view: left of a line, or shining through. Only paint: the engine hears nothing of it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Literal, get_args

from PySide6.QtCore import QObject, QPointF, QRectF, Signal
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu, QToolButton

from app.state.engine_link import Shown
from app.widgets.icons import icon
from app.widgets.segmented import Segmented
from app.widgets.tips import describe, tip_text

if TYPE_CHECKING:
    from app.featuremaps.panels import PicturePanel
    from app.kernels.compare_tools import BlendBar
    from app.widgets.divider import Divider
    from app.widgets.underlay import Underlay
    from app.widgets.view_link import ViewLink

Mode = Literal["map", "split", "blend"]
WORDS: dict[Mode, tuple[str, str, str]] = {
    "map": ("Map alone", "picture", "The feature map by itself."),
    "split": ("Split", "split", "The input left of a line that can be dragged, the map right of it."),
    "blend": ("Blend", "blend", "The map over the input, as opaque as you like."),
}
TIP = "Before and after in one view: the map alone, the input left of a line, or the map over the input."


class CompareControl(QToolButton):
    """A small button that shows how the map is shown; its menu offers the other ways."""

    value_changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._mode: Mode = "map"
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        menu.aboutToShow.connect(self._fill)
        self.setMenu(menu)
        self.set_value("map")

    def value(self) -> Mode:
        """How the map is shown."""
        return self._mode

    def set_value(self, mode: Mode) -> None:
        """Show that it is shown so."""
        self._mode = mode
        text, image, _ = WORDS[mode]
        self.setIcon(icon(image, "second" if mode == "map" else "accent"))
        describe(self, f"Compare with the input: {text.lower()}", TIP)

    def _fill(self) -> None:
        menu = self.menu()
        menu.clear()
        group = QActionGroup(menu)
        for mode in get_args(Mode):
            text, image, help = WORDS[mode]
            action = menu.addAction(icon(image), text)
            action.setToolTip(tip_text(help))
            action.setCheckable(True)
            action.setChecked(mode == self._mode)
            action.triggered.connect(partial(self._choose, mode))
            group.addAction(action)

    def _choose(self, mode: Mode, _checked: bool = False) -> None:
        if mode != self._mode:
            self.set_value(mode)
            self.value_changed.emit(mode)


class Compare(QObject):
    """Lays the input under the map where a person wants to see both."""

    def __init__(self, input_panel: PicturePanel, map_panel: PicturePanel, views: ViewLink) -> None:
        super().__init__(map_panel)
        self._input, self._map, self._views = input_panel, map_panel, views
        self._mode: Mode = "map"
        self._shown: Shown | None = None
        self._under: Underlay | None = None
        self.divider: Divider | None = None
        self.bar: BlendBar | None = None
        self.control = CompareControl()
        self.words: Segmented | None = None
        """The same where there is room for words."""
        self.control.value_changed.connect(self.set_mode)
        map_panel.set_title(map_panel.title(), "Map")
        map_panel.add_to_header(self.control)
        map_panel.narrow_changed.connect(self._fit)

    @property
    def mode(self) -> Mode:
        """How the map is shown."""
        return self._mode

    def set_mode(self, mode: Mode) -> None:
        """Show the map so."""
        self._mode = mode
        self.control.set_value(mode)
        if self.words is not None:
            self.words.set_value(mode)
        if mode == "split" and self.divider is None:
            self._make_divider()
        if mode == "blend" and self.bar is None:
            self._make_bar()
        self.refresh()

    def _fit(self, narrow: bool) -> None:
        if self.words is None and not narrow:
            self.words = Segmented([(mode, mode) for mode in get_args(Mode)], "Compare with the input", TIP)
            self.words.set_value(self._mode)
            self.words.value_changed.connect(self.set_mode)
            self._map.add_to_header(self.words)
        self.control.setVisible(narrow)
        if self.words is not None:
            self.words.setVisible(not narrow)

    def show_input(self, shown: Shown) -> None:
        """The newest picture of the input; the one before may be gone."""
        self._shown = shown
        if self._mode != "map":
            self.refresh()

    def refresh(self) -> None:
        """Lay the input where it belongs under the map as it is now; nothing while there is no map."""
        there = self._mode != "map" and self._shown is not None and self._map.view.extent() is not None
        if there and self._shown is not None:
            under = self._made_under()
            plane = self._shown.plane
            under.set_image(self._shown.image, plane.rows, plane.columns, plane.part)
            under.set_place(self._place(plane.rows, plane.columns))
            self._mix()
        elif self._under is not None:
            self._under.leave()
        for part, mode in ((self.divider, "split"), (self.bar, "blend")):
            if part is not None:
                part.setVisible(there and self._mode == mode)

    def _place(self, rows: int, columns: int) -> QRectF:
        views = self._views
        return QRectF(views.to_follower(QPointF(0, 0)), views.to_follower(QPointF(columns, rows)))

    def _mix(self) -> None:
        if self._under is None:
            return
        if self._mode == "split" and self.divider is not None:
            self._under.split(self.divider.share())
        elif self._mode == "blend" and self.bar is not None:
            self._under.blend(self.bar.share())

    def _made_under(self) -> Underlay:
        if self._under is None:
            from app.widgets.underlay import Underlay  # who sees the map alone needs none

            self._under = Underlay(self._map.view)
        return self._under

    def _make_divider(self) -> None:
        from app.widgets.divider import Divider

        tip = "Left of the line is the input, right of it the map. Drag it, or move it by the arrow keys."
        self.divider = Divider(self._map.view.viewport(), "Line between input and map", tip)
        self.divider.moved.connect(self._mix)

    def _make_bar(self) -> None:
        from app.kernels.compare_tools import BlendBar

        self.bar = BlendBar(self._map.view.viewport())
        self.bar.changed.connect(self._mix)
