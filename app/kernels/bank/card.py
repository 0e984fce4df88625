"""The kernel that a map of the bank comes from: its weights, its name, and what can be done with it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout

from app.kernels.facts import facts_text
from app.kernels.size_box import size_text
from app.widgets.fonts import text_font
from app.widgets.kernel_grid import KernelGrid
from app.widgets.theme import set_role
from app.widgets.tips import describe
from engine.spec.filter import KernelSpec

HEIGHT = 124
GRID_WIDTH = 128
FACTS = 2
"""Lines; the next is about vectors, which those of large kernels would fill the card with."""
HINT = (
    "Every map is made by another kernel, all with the settings at the right. Move the cursor over one to see its "
    "kernel; click it to see it large."
)


class KernelCard(QFrame):
    """Shows one kernel; its buttons are about the chosen one, whichever is under the cursor."""

    use_wanted = Signal()
    remove_wanted = Signal()
    first_wanted = Signal()
    """The person wants something in the empty bank."""

    def __init__(self) -> None:
        super().__init__()
        set_role(self, "panel")
        self.setFixedHeight(HEIGHT)
        self.grid = KernelGrid("Kernel of the map")
        self.grid.set_read_only(True)
        self.grid.setFixedWidth(GRID_WIDTH)
        self.name, self.facts, self.summary = QLabel(), QLabel(), QLabel()
        self.name.setFont(text_font(13))
        for label in (self.name, self.facts, self.summary):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(label is not self.name)
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        for label in (self.facts, self.summary):
            set_role(label, "second")
        self.use = self._button("Use this kernel", "Edit it on this page, and show its map beside the input (U).", True)
        self.remove = self._button("Take out", "Take the kernel out of the bank (Delete).")
        self.first = self._button("Take the lecture's six", "Put the six kernels of the lecture into the bank.", True)
        self.use.clicked.connect(self.use_wanted)
        self.remove.clicked.connect(self.remove_wanted)
        self.first.clicked.connect(self.first_wanted)
        self._build()
        self.show_none(False)

    def _button(self, text: str, tip: str, primary: bool = False) -> QPushButton:
        button = QPushButton(text)
        describe(button, text, tip)
        if primary:
            set_role(button, "primary")
        return button

    def _build(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addStretch(1)
        for label in (self.name, self.summary, self.facts):
            words.addWidget(label)
        words.addStretch(1)
        buttons = QVBoxLayout()
        buttons.setSpacing(6)
        buttons.addStretch(1)
        for button in (self.use, self.remove, self.first):
            buttons.addWidget(button)
        buttons.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 8, 12, 8)
        row.setSpacing(12)
        row.addWidget(self.grid)
        row.addLayout(words, 1)
        row.addLayout(buttons)

    def show_kernel(self, kernel: KernelSpec, name: str, summary: str) -> None:
        """Show a kernel of the bank."""
        plane = kernel.weights[0]
        self.grid.set_weights(plane)
        self.grid.show()
        self.name.setText(f"{name} · {size_text(kernel.size)}")
        self.summary.setText(summary)
        self.facts.setText(" · ".join(facts_text(plane).split("\n")[:FACTS]))
        self._show_words()

    def show_none(self, empty: bool) -> None:
        """No kernel is meant; `empty` says that there is none in the bank."""
        self.grid.hide()
        self.name.setText("")
        self.summary.setText("" if empty else HINT)
        self.facts.setText("")
        self._show_words()
        self.first.setVisible(empty)
        self.use.setVisible(not empty)
        self.remove.setVisible(not empty)

    def set_chosen(self, name: str) -> None:
        """Which kernel the buttons are about; an empty name is none."""
        for button, text, verb in (
            (self.use, "Use this kernel", "Use"),
            (self.remove, "Take out", "Take out"),
        ):
            button.setEnabled(bool(name))
            button.setAccessibleName(f"{verb} {name}" if name else text)

    def _show_words(self) -> None:
        for label in (self.name, self.summary, self.facts):
            label.setVisible(bool(label.text()))
