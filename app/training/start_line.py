"""Which weights the next training begins with, and the way back to random ones."""

from __future__ import annotations

from pathlib import PurePath

import msgspec
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from app.state.document import Document
from app.training.line import Line
from app.training.run_state import RunState
from app.widgets.tips import describe, tip_text
from engine.presets.learned import learned

RANDOM = "random weights, by the seed"
_RANDOM_TIP = "Each training of this network begins with the same random weights while the seed is the same."
_KEPT_TIP = "Layers that no longer have the shape of these weights begin with random ones."


class StartLine(QWidget):
    """Where they come from, and a button where they are not random."""

    def __init__(self, document: Document, run: RunState) -> None:
        super().__init__()
        self._document = document
        self._run = run
        self.source = Line("text")
        self.scratch = QPushButton("From scratch")
        tip = "Begin with random weights. Shipped weights come back with undo; those of a file are opened again."
        describe(self.scratch, "From scratch", tip)
        self.scratch.clicked.connect(self._from_scratch)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(QLabel("Begins with"))
        row.addWidget(self.source, 1)
        row.addWidget(self.scratch)
        document.changed.connect(self.refresh)
        run.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Say what a training that is begun now begins with."""
        file, name = self._run.now.begins, self._document.project.pretrained
        about = RANDOM, _RANDOM_TIP
        if file:
            about = PurePath(file).name, f"{file}. {_KEPT_TIP}"
        elif name:
            about = learned(name).title, f"{learned(name).about} {_KEPT_TIP}"
        self.source.set_line(about[0], "text" if file or name else "second")
        self.source.setToolTip(tip_text(about[1]))
        self.scratch.setVisible(bool(file or name))
        self.scratch.setEnabled(not self._run.is_busy)

    def _from_scratch(self) -> None:
        if self._run.now.begins:
            self._run.forget()
        project = self._document.project
        if project.pretrained:
            self._document.edit(msgspec.structs.replace(project, pretrained=""), "begin from scratch")
