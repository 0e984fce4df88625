"""Weights that another program has learned: asked for, opened for the network as it is, and what did not match told."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from app.state.engine_link import EngineLink
from app.state.notices import Notices
from engine.protocol import WeightsRead

ABOUT = "weights"
KINDS = "Weights (*.safetensors *.pt *.pth *.ckpt *.bin)"


class WeightFiles(QObject):
    """The engine reads the file; the window only says so, and what came of it."""

    read = Signal()
    """Weights of a file are in use now."""

    def __init__(self, link: EngineLink, notices: Notices, window: QWidget) -> None:
        super().__init__(window)
        self._link = link
        self._notices = notices
        self._window = window
        link.weights_read.connect(self._hear)

    def open(self) -> None:
        """Ask for a file and open it."""
        path = QFileDialog.getOpenFileName(self._window, "Open weights for this network", "", KINDS)[0]
        if path:
            self.open_path(Path(path))

    def open_path(self, path: Path) -> None:
        """Open this file for the network as it is now."""
        self._notices.info(f"Reading the weights in {path.name}…", ABOUT)
        self._link.train("weights", str(path.absolute()))

    def _hear(self, told: WeightsRead) -> None:
        text = f"{Path(told.path).name}: {' '.join(told.lines)}"
        if told.complete:
            self._notices.info(text, ABOUT)
        else:
            self._notices.problem(text, ABOUT)
        self.read.emit()
