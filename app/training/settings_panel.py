"""How the network is trained: a form of every setting in the field table, the seldom ones folded away."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QLabel, QWidget

from app.state.document import Document
from app.state.form import SpecForm, choice, lens_on, number
from app.state.notices import Notices
from app.training.run_state import RunState
from app.widgets.fields import Choice
from app.widgets.fold import Fold
from app.widgets.group import FieldRow, Group
from app.widgets.number_field import NumberField
from app.widgets.theme import set_role
from app.widgets.tips import tip_text
from engine.spec.fields import fields_of
from engine.spec.steering import STEERABLE
from engine.spec.train import TrainSpec

ABOUT = "training setting"
WIDE = 124
_STEPS = {
    "learning_rate": 0.0005,
    "momentum": 0.05,
    "weight_decay": 0.0001,
    "batch_size": 8,
    "decay_factor": 0.1,
    "beta1": 0.01,
    "beta2": 0.001,
    "rho": 0.01,
    "epsilon": 1e-8,
    "label_smoothing": 0.05,
    "clip_norm": 0.5,
    "warmup_steps": 50,
    "max_steps": 100,
    "max_seconds": 10,
    "target_accuracy": 0.01,
}
_DEVICES = [("auto", "auto"), ("cpu", "processor"), ("cuda", "NVIDIA GPU"), ("mps", "Apple GPU")]
_DEVICE_TIP = "What computes. Auto takes a graphics card where there is one that torch can use, else the processor."
MAIN = ("epochs", "batch_size", "optimiser", "learning_rate", "schedule", "weight_decay", "seed")
SECTIONS: dict[str, tuple[str, ...]] = {
    "Optimiser": ("momentum", "beta1", "beta2", "rho", "epsilon", "clip_norm"),
    "Schedule": ("warmup_steps", "decay_epochs", "decay_factor", "patience"),
    "Loss": ("loss", "label_smoothing"),
    "When to stop": ("stop_epochs", "stop_watch", "max_steps", "max_seconds", "target_accuracy"),
}
MORE_TIP = "What the optimiser and the schedule do in detail, other losses, and when a run ends before its last epoch."
NEEDED: dict[str, Callable[[TrainSpec], bool]] = {
    "momentum": lambda spec: spec.optimiser in ("sgd", "nesterov", "rmsprop"),
    "beta1": lambda spec: spec.optimiser in ("adam", "adamw"),
    "beta2": lambda spec: spec.optimiser in ("adam", "adamw"),
    "rho": lambda spec: spec.optimiser in ("rmsprop", "adadelta"),
    "epsilon": lambda spec: spec.optimiser not in ("sgd", "nesterov"),
    "decay_epochs": lambda spec: spec.schedule == "step",
    "decay_factor": lambda spec: spec.schedule in ("step", "plateau"),
    "patience": lambda spec: spec.schedule == "plateau",
    "label_smoothing": lambda spec: spec.loss == "cross-entropy",
    "stop_watch": lambda spec: spec.stop_epochs > 0,
}
"""Settings that mean something only beside others; their rows are in sight where they do."""


AT_ONCE = "Acts on the run that is going on, from its next step, and on the next run."

TRAIN = lens_on(TrainSpec, "train")


class SettingsPanel(Group):
    """Settings of the next run, and the device of this one."""

    def __init__(self, document: Document, notices: Notices, run: RunState) -> None:
        super().__init__("Settings")
        self._document = document
        self._run = run
        self._form = SpecForm(self, document, notices, TRAIN, ABOUT)
        self.controls: dict[str, QWidget] = {}
        self.rows: dict[str, FieldRow] = {}
        for name in MAIN:
            self._add(self, name)
        self.device = Choice(_DEVICES, "Device", _DEVICE_TIP)
        self.device.setFixedWidth(WIDE)
        self.device.value_changed.connect(run.set_device)
        self.add_row("Device", self.device, tip=_DEVICE_TIP)
        self.more = Fold("More settings", MORE_TIP)
        self.add(self.more)
        for title, names in (*SECTIONS.items(), ("Others", self._others())):
            self.more.add(_caption(title))
            for name in names:
                self._add(self.more, name)
        document.changed.connect(self._refresh)
        run.changed.connect(self._refresh)
        self._refresh()

    def _others(self) -> tuple[str, ...]:
        """Settings that have no place of their own: none of the field table is left out."""
        placed = {*MAIN, *(name for names in SECTIONS.values() for name in names)}
        return tuple(name for name in fields_of(TrainSpec) if name not in placed)

    def _add(self, place: Group | Fold, name: str) -> None:
        field, control = fields_of(TrainSpec)[name], self._control(name)
        self._form.bind(name, control)
        self.controls[name] = control
        self.rows[name] = place.add_row(field.label, control, tip=field.help)

    def _control(self, name: str) -> NumberField | Choice:
        words = bool(fields_of(TrainSpec)[name].choices)
        made = choice(TrainSpec, name) if words else number(TrainSpec, name, _STEPS.get(name, 1))
        made.setFixedWidth(WIDE)
        return made

    def _refresh(self) -> None:
        spec = self._document.project.train
        for name, needed in NEEDED.items():
            self.rows[name].setVisible(needed(spec))
        self.set_title("Settings: • at once, others next run" if self._run.is_busy else "Settings")
        for name in STEERABLE:
            field = fields_of(TrainSpec)[name]
            self.rows[name].label.setText(f"{field.label} •" if self._run.is_busy else field.label)
            tip = f"{AT_ONCE} {field.help}" if self._run.is_busy else field.help
            self.rows[name].label.setToolTip(tip_text(tip))


def _caption(text: str) -> QLabel:
    label = QLabel(text)
    set_role(label, "second")
    return label
