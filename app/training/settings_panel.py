"""How the network is trained: a form of every setting in the field table."""

from __future__ import annotations

import msgspec
from PySide6.QtWidgets import QWidget

from app.state.document import Document
from app.state.form import Lens, SpecForm, choice, number
from app.state.notices import Notices
from app.training.run_state import RunState
from app.widgets.fields import Choice
from app.widgets.group import Group
from app.widgets.number_field import NumberField
from engine.spec.fields import fields_of
from engine.spec.project import Project
from engine.spec.train import TrainSpec

ABOUT = "training setting"
WIDE = 124
_STEPS = {"learning_rate": 0.0005, "momentum": 0.05, "weight_decay": 0.0001, "batch_size": 8}
_MOMENTUM = ("sgd", "rmsprop")
_DEVICES = [("auto", "auto"), ("cpu", "processor"), ("cuda", "NVIDIA GPU"), ("mps", "Apple GPU")]
_DEVICE_TIP = "What computes. Auto takes a graphics card where there is one that torch can use, else the processor."


def _get(project: Project) -> TrainSpec:
    return project.train


def _put(project: Project, spec: TrainSpec) -> Project:
    return msgspec.structs.replace(project, train=spec)


TRAIN = Lens(TrainSpec, _get, _put)


class SettingsPanel(Group):
    """Settings of the next run, and the device of this one."""

    def __init__(self, document: Document, notices: Notices, run: RunState) -> None:
        super().__init__("Settings")
        self._document = document
        self._run = run
        self._form = SpecForm(self, document, notices, TRAIN, ABOUT)
        self.controls: dict[str, QWidget] = {}
        for name, field in fields_of(TrainSpec).items():
            control = self._control(name)
            self._form.bind(name, control)
            self.controls[name] = control
            self.add_row(field.label, control, tip=field.help)
        self.device = Choice(_DEVICES, "Device", _DEVICE_TIP)
        self.device.setFixedWidth(WIDE)
        self.device.value_changed.connect(run.set_device)
        self.add_row("Device", self.device, tip=_DEVICE_TIP)
        document.changed.connect(self._refresh)
        run.changed.connect(self._refresh)
        self._refresh()

    def _control(self, name: str) -> NumberField | Choice:
        words = bool(fields_of(TrainSpec)[name].choices)
        made = choice(TrainSpec, name) if words else number(TrainSpec, name, _STEPS.get(name, 1))
        made.setFixedWidth(WIDE)
        return made

    def _refresh(self) -> None:
        self.controls["momentum"].setEnabled(self._document.project.train.optimiser in _MOMENTUM)
        self.set_title("Settings of the next run" if self._run.is_busy else "Settings")
