"""The bench under the kernel's grid: at most one tool is open on it, in place."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication

from app.kernels.design.compose import ComposeTool
from app.kernels.design.draw import DrawTool
from app.kernels.design.files import KernelFiles
from app.kernels.design.mix import MixTool
from app.kernels.design.patch import PatchTool
from app.kernels.design.place import Place
from app.kernels.design.pop_out import PopOut
from app.kernels.design.scale import ScaleTool
from app.kernels.design.stretch import StretchTool
from app.kernels.design.turn import TurnTool
from app.kernels.design.typed import TypedTool

if TYPE_CHECKING:
    from app.kernels.kernel_panel import KernelPanel
    from app.kernels.kernel_tools import Tool

TOOLS: dict[str, Callable[[Place], PopOut]] = {
    "turn": TurnTool,
    "scale": ScaleTool,
    "stretch": StretchTool,
    "compose": ComposeTool,
    "mix": MixTool,
    "draw": DrawTool,
    "patch": PatchTool,
    "typed": TypedTool,
}


class Bench(QObject):
    """Opens and closes tools; does what the menu asks for."""

    changed = Signal()
    """A tool was opened or closed."""

    def __init__(self, panel: KernelPanel, place: Place) -> None:
        super().__init__(panel)
        self._panel = panel
        self._place = place
        self.files: KernelFiles = KernelFiles(place.document, place.notices, panel)
        self.tool: PopOut | None = None
        self.name = ""

    def open(self, name: str) -> PopOut:
        """Open a tool in the place of the one that is open."""
        if self.tool is not None and self.name == name:
            self._focus(self.tool)
            return self.tool
        self.close()
        tool = self.tool = TOOLS[name](self._place)
        self.name = name
        tool.closed.connect(self.close)
        tool.reshaped.connect(self.changed)
        self._panel.slot.addWidget(tool)
        tool.show()
        tool.begin()
        self.changed.emit()
        self._focus(tool)
        return tool

    def _focus(self, tool: PopOut) -> None:
        # The cross comes first, and nobody opens a tool to close it.
        tool.controls()[1].setFocus(Qt.FocusReason.OtherFocusReason)

    def close(self) -> None:
        """Close the tool that is open; the focus goes back to the grid."""
        tool, self.tool, self.name = self.tool, None, ""
        if tool is None:
            return
        held = tool.isAncestorOf(QGuiApplication.focusObject())  # type: ignore[arg-type]
        tool.end()
        tool.hide()
        self._panel.slot.removeWidget(tool)
        tool.deleteLater()
        if held:
            self._panel.grid.setFocus(Qt.FocusReason.OtherFocusReason)
        self.changed.emit()

    def use(self, tool: Tool) -> None:
        """Do something to the kernel at once."""
        self._panel.use(tool)

    @property
    def response_shown(self) -> bool:
        """Whether the frequency response is in sight."""
        return self._panel.response_shown

    def toggle_response(self) -> None:
        """Show the frequency response, or no more."""
        self._panel.show_response(not self.response_shown)

    def copy_kernel(self) -> None:
        """Put the kernel's numbers on the clipboard."""
        self._panel.copy_text()

    def copy_facts(self) -> None:
        """Put what is said of the kernel on the clipboard."""
        QGuiApplication.clipboard().setText(self._panel.facts_in_full)
        self._place.notices.info("Copied what is said of the kernel.", "copy")
