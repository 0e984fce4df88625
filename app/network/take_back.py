"""A kernel of the network, learned or not, brought to the Kernel page."""

from __future__ import annotations

from itertools import count

import numpy as np
from PySide6.QtCore import QObject, QSize
from PySide6.QtWidgets import QToolButton

from app.featuremaps.kernels_panel import KernelsPanel
from app.network.edits import with_kernel_on_page
from app.network.stack import ABOUT, Stack
from app.state.document import Document
from app.state.engine_link import EngineLink
from app.state.notices import Notices
from app.widgets.icons import icon
from app.widgets.theme import set_role
from app.widgets.tips import describe
from engine.errors import SpecError
from engine.protocol import Maps, Patch, PatchOf

_TIP = (
    "Brings the kernel that was clicked last, or the first one, to the Kernel page as it is now, to look at and to lay "
    "on any picture."
)
_FIRST = 1_000_000_000
"""Numbers of questions of its own: others ask for patches too."""


class TakeBack(QObject):
    """A button in the head of the layer's kernels. The engine, which has the weights, is asked for their numbers."""

    def __init__(
        self, document: Document, stack: Stack, link: EngineLink, notices: Notices, kernels: KernelsPanel
    ) -> None:
        super().__init__(kernels)
        self._document = document
        self._stack = stack
        self._link = link
        self._notices = notices
        self._numbers = count(_FIRST)
        self._asked: Patch | None = None
        self._tile = 0
        self._of = ""
        self._inputs = 1
        self.button = QToolButton()
        self.button.setIcon(icon("kernel"))
        self.button.setIconSize(QSize(14, 14))
        set_role(self.button, "flat")
        describe(self.button, "Take to the Kernel page", _TIP)
        self.button.clicked.connect(self.take)
        kernels.add_to_header(self.button)
        kernels.mosaic.opened.connect(self._clicked)
        link.maps.connect(self._on_maps)
        link.patch.connect(self._on_patch)

    def _on_maps(self, maps: Maps) -> None:
        if maps.layer != self._of:
            self._of, self._tile = maps.layer, 0
        # Of a very large layer only the first kernels are shown, so those of a map are counted where they lie.
        self._inputs = sum(box[0] == maps.kernel_tiles[0][0] for box in maps.kernel_tiles) or 1

    def _clicked(self, tile: int) -> None:
        self._tile = tile

    def take(self, _checked: bool = False) -> None:
        """Ask for the kernel's numbers."""
        number, source = divmod(self._tile, self._inputs)
        self._asked = Patch(id=next(self._numbers), layer=self._of, top=number, left=source, height=1, width=1)
        self._link.ask_patch(self._asked)

    def _on_patch(self, patch: PatchOf) -> None:
        asked = self._asked
        if asked is None or patch.id != asked.id:
            return
        self._asked = None
        if not patch.planes:
            self._notices.problem(f"{asked.layer or 'The input'} has no such kernel; choose a convolution.", ABOUT)
            return
        plane = np.frombuffer(patch.values, np.float32).reshape(patch.height, patch.width)
        try:
            project = with_kernel_on_page(self._document.project, tuple(tuple(map(float, row)) for row in plane))
        except SpecError as error:
            self._notices.problem(str(error), ABOUT)
            return
        self._document.edit(project, f"take a kernel of {asked.layer}")
        told = f"The Kernel page has the kernel of {asked.layer}: input {asked.left} → map {asked.top}."
        self._notices.info(told, ABOUT)
