"""A choice among the named kernels, with the sliders of the one that is chosen."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.kernels.parameters import parameter_control, parameter_row, parameters_of
from app.widgets.fields import Choice, Slider
from engine.kernels import families, kernel

NONE = ""


class Picked(NamedTuple):
    """A named kernel and its parameters; no name for none."""

    name: str = NONE
    parameters: tuple[tuple[str, float], ...] = ()

    def weights(self) -> NDArray[np.float32]:
        """Its weights, [kH, kW]."""
        return kernel(self.name, **dict(self.parameters)).weights


def picked(name: str) -> Picked:
    """A named kernel as it comes."""
    return Picked(name, tuple((each.name, each.default) for each in parameters_of(name)) if name else ())


def kernel_choice(name: str, tip: str, none: str) -> Choice:
    """All named kernels, and a first entry that means none."""
    return Choice([(NONE, none), *((each.name, each.label) for each in families())], name, tip)


class KernelPick(QWidget):
    """The choice above its sliders."""

    value_changed = Signal(object)
    """The `Picked`."""
    remade = Signal()
    """Another kernel has other sliders."""
    refused = Signal(str)
    """Why what was typed cannot be."""

    def __init__(self, name: str, tip: str, none: str) -> None:
        super().__init__()
        self._value = Picked()
        self._controls: dict[str, Slider | Choice] = {}
        self.choice = kernel_choice(name, tip, none)
        self.choice.value_changed.connect(self._choose)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        self._column.addWidget(self.choice)

    def set_value(self, value: Picked) -> None:
        """Show a kernel and its parameters."""
        if value.name != self._value.name:
            self._make(value.name)
        self._value = value
        self.choice.set_value(value.name)
        for name, number in value.parameters:
            self._controls[name].set_value(number)

    def _make(self, name: str) -> None:
        while self._column.count() > 1:
            item = self._column.takeAt(1)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self._controls = {}
        for parameter in parameters_of(name) if name else ():
            control = parameter_control(parameter)
            control.value_changed.connect(partial(self._set, parameter.name))
            if isinstance(control, Slider):
                control.rejected.connect(partial(self._refuse, parameter.label))
            self._controls[parameter.name] = control
            self._column.addWidget(parameter_row(parameter, control))
        self.remade.emit()

    def _choose(self, name: object) -> None:
        self.set_value(picked(str(name)))
        self.value_changed.emit(self._value)

    def _set(self, name: str, number: float) -> None:
        values = tuple((each, float(number) if each == name else old) for each, old in self._value.parameters)
        self.set_value(self._value._replace(parameters=values))
        self.value_changed.emit(self._value)

    def _refuse(self, label: str, text: str) -> None:
        self.refused.emit(f"{label} cannot be {text!r}; the slider shows what it can be.")
