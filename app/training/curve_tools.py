"""The row over the curves: what the lower plot shows, how smooth, which axis, and which runs to compare with."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QSizePolicy, QSlider, QToolButton, QWidget

from app.training.compared import Compared
from app.widgets.fields import Choice, Toggle
from app.widgets.icons import icon
from app.widgets.menu_entry import add_entry, unticked
from app.widgets.tips import describe

LOWER = [("accuracy", "Accuracy"), ("rate", "Learning rate"), ("gradient", "Gradient norm")]
_LOWER_TIP = (
    "What the lower plot shows: the share named rightly, the learning rate of each step, or how long the gradient over "
    "all weights was."
)
_SMOOTH_TIP = (
    "How much of its mean the thick line keeps at each step (exponential): 0 is the thin line itself, 0.99 the mean of "
    "about a hundred steps."
)
_LOG_TIP = "A logarithmic axis for the loss: small losses can be told apart."
_COMPARE_TIP = "Draw other runs beside this one, from their folders. The earlier run of this session stays in grey."
_PERCENT = 100


class CurveTools(QWidget):
    """Small controls in one row."""

    changed = Signal()

    def __init__(self, compared: Compared, ask: Callable[[], str]) -> None:
        super().__init__()
        self._compared = compared
        self._ask = ask
        self.choice = Choice(list(LOWER), "Lower plot", _LOWER_TIP)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, 99)
        self.slider.setValue(90)
        self.slider.setMinimumWidth(44)
        self.slider.setMaximumWidth(140)
        describe(self.slider, "Smoothing", _SMOOTH_TIP)
        self.factor_said = QLabel()
        self.factor_said.setFixedWidth(34)
        self.log = Toggle("log", None, "Logarithmic loss", _LOG_TIP)
        self.compare = QToolButton()
        self.compare.setIcon(icon("copy"))
        describe(self.compare, "Compare runs", _COMPARE_TIP)
        self._lay_out()
        self.compare.clicked.connect(unticked(self._open))
        for signal in (self.choice.value_changed, self.slider.valueChanged, self.log.value_changed):
            signal.connect(self._tell)
        self._tell()

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 4, 8, 0)
        row.setSpacing(6)
        smooth = QLabel("smooth")
        smooth.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        row.addWidget(self.choice)
        row.addWidget(smooth, 1, Qt.AlignmentFlag.AlignRight)
        row.addWidget(self.slider, 2)
        row.addWidget(self.factor_said)
        row.addWidget(self.log)
        row.addWidget(self.compare)

    @property
    def factor(self) -> float:
        """How much of its mean the thick line keeps."""
        return self.slider.value() / _PERCENT

    @property
    def below(self) -> str:
        """What the lower plot shows."""
        return str(self.choice.value())

    def fill(self, menu: QMenu) -> None:
        """Add a run, or dismiss one."""
        add_entry(menu, "Add a run…", "Choose the folder of a run, and its curves are drawn beside these.", self._add)
        for role, run in self._compared.runs.items():
            call = partial(self._compared.dismiss, role)
            add_entry(menu, f"Dismiss {run.name}", "It is no longer drawn; its folder stays.", call)

    def _add(self) -> None:
        self._compared.add(self._ask())

    def _open(self) -> None:
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        self.fill(menu)
        menu.exec(self.compare.mapToGlobal(self.compare.rect().bottomLeft()))
        menu.deleteLater()

    def _tell(self, _value: object = None) -> None:
        self.factor_said.setText(f"{self.factor:.2f}")
        self.changed.emit()
