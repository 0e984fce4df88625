"""Sliders for the parameters of a named kernel."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.kernels.lenses import put_filter
from app.state.document import Document
from app.state.notices import Notices
from app.widgets.fields import Choice, Slider
from app.widgets.group import FieldRow
from app.widgets.number_field import NumberField
from app.widgets.number_text import parse_number
from engine.errors import SpecError
from engine.kernels import Parameter, family, kernel
from engine.spec import edit

ABOUT = "kernel"
LABEL_WIDTH = 88
FIELD_WIDTH = 88


class ParameterRows(QWidget):
    """One row for each parameter of the document's kernel; none for a kernel of the person's own.

    Tab reaches them after the widget `after`.
    """

    def __init__(self, document: Document, notices: Notices, after: QWidget) -> None:
        super().__init__()
        self._document = document
        self._notices = notices
        self._after = after
        self._name = ""
        self._controls: dict[str, Slider | Choice] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        document.changed.connect(self._refresh)
        self._refresh()

    def _refresh(self) -> None:
        spec = self._document.project.filter.kernel
        if spec.name != self._name:
            self._name = spec.name
            self._make(parameters_of(spec.name))
        for name, control in self._controls.items():
            if name in spec.parameters:
                control.set_value(spec.parameters[name])

    def _make(self, parameters: tuple[Parameter, ...]) -> None:
        self._clear()
        for parameter in parameters:
            control = parameter_control(parameter)
            control.value_changed.connect(partial(self._set, parameter.name))
            if isinstance(control, Slider):
                control.rejected.connect(partial(self._refuse, parameter))
            self._controls[parameter.name] = control
            self._column.addWidget(parameter_row(parameter, control))
        self.setVisible(bool(parameters))
        self._order()

    def _clear(self) -> None:
        while self._column.count():
            item = self._column.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self._controls = {}

    def follow(self, after: QWidget) -> None:
        """Have Tab reach the rows after this widget instead."""
        self._after = after
        self._order()

    def _order(self) -> None:
        """Have Tab go from the widget before through the rows; Qt puts those made later at the end of everything."""
        before = self._after
        for control in self._controls.values():
            for part in (control, *control.findChildren(QWidget)):
                # The list of a choice opens in a window of its own.
                if part.focusPolicy() & Qt.FocusPolicy.TabFocus and part.window() is self.window():
                    QWidget.setTabOrder(before, part)
                    before = part

    def _set(self, name: str, value: float) -> None:
        project = self._document.project
        chosen = project.filter.kernel
        try:
            made = kernel(chosen.name, **{**chosen.parameters, name: value}).spec()
            spec = edit.with_kernel(project.filter, made)
        except SpecError as error:
            self._notices.problem(str(error), ABOUT)
            self._refresh()
            return
        self._notices.clear(ABOUT)
        self._document.edit(put_filter(project, spec), f"change {name}", merge=("kernel", name))

    def _refuse(self, parameter: Parameter, text: str) -> None:
        value = parse_number(text)
        try:
            parameter.checked(text if value is None else value)
        except SpecError as error:
            self._notices.problem(str(error), ABOUT)


def parameters_of(name: str) -> tuple[Parameter, ...]:
    """What can be set on the kernel called `name`; nothing on one of the person's own."""
    try:
        return family(name).parameters
    except SpecError:
        return ()


def parameter_row(parameter: Parameter, control: Slider | Choice) -> FieldRow:
    """The control of a parameter beside its label."""
    row = FieldRow(parameter.label, control, tip=parameter.help)
    layout = row.layout()
    if isinstance(control, Slider) and isinstance(layout, QHBoxLayout):
        # Sliders below each other begin and end in line, whatever their labels and units.
        row.label.setFixedWidth(LABEL_WIDTH)
        layout.setStretch(layout.indexOf(control) - 1, 0)
        layout.setStretch(layout.indexOf(control), 1)
        for field in control.findChildren(NumberField):
            field.setFixedWidth(FIELD_WIDTH)
    return row


def parameter_control(parameter: Parameter) -> Slider | Choice:
    """A slider, or a choice where the values have names or one of them is chosen automatically."""
    low, high = round(parameter.minimum), round(parameter.maximum)
    if parameter.labels:
        named: list[tuple[object, str]] = [(float(low + n), label) for n, label in enumerate(parameter.labels)]
        return Choice(named, parameter.label, parameter.help)
    if parameter.automatic:
        counted = range(low, high + 1, round(parameter.step))
        sizes: list[tuple[object, str]] = [(0.0, "automatic"), *((float(size), str(size)) for size in counted)]
        return Choice(sizes, parameter.label, parameter.help)
    return _slider(parameter)


def _slider(parameter: Parameter) -> Slider:
    made = Slider(
        parameter.minimum,
        parameter.maximum,
        parameter.step,
        parameter.unit,
        parameter.integer,
        parameter.label,
        parameter.help,
    )
    # Tab would go to the number behind the proxy and leave the handle out.
    made.setFocusProxy(None)  # type: ignore[arg-type]  # the stub knows no "none"
    return made
