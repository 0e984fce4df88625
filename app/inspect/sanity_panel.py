"""How far the explanation can be trusted: two curves and three figures, on request."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton

from app.inspect.curves import SanityCurves
from app.inspect.words import curve_words
from app.widgets.group import Group
from app.widgets.theme import set_role
from app.widgets.tips import describe
from engine.protocol import Inspected
from engine.spec.inspect import CLASS_MAP

_HINT = "Three tests: hide what is hot, show nothing but what is hot, and ask a network with random weights."
_TIP = (
    "Greys out the hottest cells step by step, puts them back step by step, and explains the same picture with random "
    "weights. It takes about forty runs of the network, and a slow method once more."
)


class SanityPanel(Group):
    """Asks by `wanted`; shows what comes of it until something else is explained."""

    wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__("Can it be trusted?")
        self.button = QPushButton("Check")
        describe(self.button, "Check the explanation", _TIP)
        self.button.setEnabled(False)
        self.button.clicked.connect(self._ask)
        self.add_to_title(self.button)
        self.curves = SanityCurves()
        self.curves.hide()
        self.said = QLabel(_HINT)
        self.said.setTextFormat(Qt.TextFormat.PlainText)
        self.said.setWordWrap(True)
        set_role(self.said, "second")
        describe(self.said, "What the tests say")
        self.add(self.curves)
        self.add(self.said)

    def _ask(self) -> None:
        self.wanted.emit("sanity")

    def take(self, event: Inspected, method: str, explained: bool) -> None:
        """Show what an event tells; `explained` says whether there is anything to check."""
        self.button.setEnabled(explained and method != CLASS_MAP.name and not event.checking)
        if event.sanity == self.curves.told:
            return
        self.curves.show_curves(event.sanity)
        self.said.setText(_HINT if event.sanity is None else "\n".join(curve_words(event.sanity)))
