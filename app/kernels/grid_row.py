"""The kernel's grid, and what may be seen beside it: the turned kernel of a convolution, or the frequency response."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.widgets.kernel_grid import KernelGrid
from app.widgets.theme import set_role
from engine.spec.edit import flipped
from engine.spec.filter import Plane

if TYPE_CHECKING:
    from app.kernels.design.response import Response

HEIGHT = 132


class GridRow(QWidget):
    """One plane of the kernel to edit; the rest is to look at. The response is made when it is first shown."""

    def __init__(self) -> None:
        super().__init__()
        self.grid = KernelGrid("Kernel")
        self.flipped = KernelGrid("Kernel as convolution lays it on the picture, turned by 180°")
        self.flipped.set_read_only(True)
        self.response: Response | None = None
        self._weights: Plane = ((0.0,),)
        self._convolution = False
        self._response_shown = False
        self._turn = QLabel("180°\n→")
        self._turn.setAlignment(Qt.AlignmentFlag.AlignCenter)
        set_role(self._turn, "faint")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        self._row = QHBoxLayout()
        self._row.setSpacing(4)
        self._column.addLayout(self._row)
        self._row.addWidget(self.grid, 1)
        self._row.addWidget(self._turn)
        self._row.addWidget(self.flipped, 1)
        for grid in (self.grid, self.flipped):
            grid.setFixedHeight(HEIGHT)

    def show_kernel(self, weights: Plane, convolution: bool) -> None:
        """Show this plane; for a `convolution` also turned by 180°, where there is room."""
        self._weights, self._convolution = weights, convolution
        self.grid.set_weights(weights)
        self.flipped.set_weights(flipped(weights))
        self._arrange()

    @property
    def response_shown(self) -> bool:
        """Whether the frequency response is in sight."""
        return self._response_shown

    def show_response(self, on: bool) -> None:
        """Show the frequency response beside the grid, in the place of the turned kernel; or no more."""
        self._response_shown = on
        if on and self.response is None:
            from app.kernels.design.response import Response  # the first paint does not wait for what is not shown

            self.response = Response(HEIGHT)
            self._row.addWidget(self.response.view)
            self._column.addWidget(self.response.text)
            QWidget.setTabOrder(self.grid, self.response.view)
        self._arrange()

    def _arrange(self) -> None:
        for part in (self._turn, self.flipped):
            part.setVisible(self._convolution and not self._response_shown)
        if self.response is not None:
            self.response.view.setVisible(self._response_shown)
            self.response.text.setVisible(self._response_shown)
            if self._response_shown:
                self.response.view.set_weights(self._weights)
