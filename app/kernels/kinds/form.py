"""The settings of the layer, and of the numbers that go into it."""

from __future__ import annotations

import msgspec
from PySide6.QtWidgets import QWidget

from app.kernels.kinds.axes_field import AxesField
from app.kernels.kinds.lenses import KIND, TRIAL, put_kind, put_trial
from app.kernels.kinds.signal_part import SignalPart
from app.state.document import Document
from app.state.form import SpecForm, choice, described, number, options
from app.state.notices import Notices
from app.widgets.fields import Choice, Toggle
from app.widgets.group import FieldRow, Group
from app.widgets.segmented import Segmented
from engine.spec.kind import KindSpec
from engine.spec.trial import TrialSpec

ABOUT = "kind"
OWN = "own"
"""The padding choice that means a number of the person's own."""
COUNTS = ("in_channels", "out_channels", "groups")
COUNT_WIDTH = 62


class LayerForm(Group):
    """Every setting of the layer; those that its kind has not are out of sight."""

    def __init__(self, document: Document, notices: Notices) -> None:
        super().__init__("Layer")
        self._document = document
        self._form = SpecForm(self, document, notices, KIND, ABOUT)
        self._rows: dict[str, FieldRow] = {}
        self._add_axes("size", "kernel_size", "stride")
        self._add_padding()
        self._add_axes("dilation", "tile", "output_padding")
        self._add_channels()
        self._add_operation()
        document.changed.connect(self._refresh)
        self._refresh()

    def _add_axes(self, *names: str) -> None:
        for name in names:
            field, control = described(KindSpec, name), AxesField(KindSpec, name)
            self._form.bind(name, control)
            self._rows[name] = self.add_row(field.label, control, tip=field.help)

    def _add_padding(self) -> None:
        field = described(KindSpec, "padding")
        self._padding = Choice([*options(field), (OWN, "own")], field.label, field.help)
        self._padding.value_changed.connect(self._choose_padding)
        mode = choice(KindSpec, "padding_mode")
        self._form.bind("padding_mode", mode)
        self._mode = mode
        self._rows["padding"] = self.add_row(field.label, self._padding, mode, tip=field.help)
        self._amount = AxesField(KindSpec, "padding", "Padding amount")
        self._form.bind("padding", self._amount)
        self._rows["amount"] = self.add_row("Cells at each side", self._amount, tip=field.help)

    def _add_channels(self) -> None:
        controls: list[QWidget] = []
        for name in COUNTS:
            control = number(KindSpec, name)
            control.setFixedWidth(COUNT_WIDTH)
            self._form.bind(name, control)
            controls.append(control)
        self._groups = controls[-1]
        tip = " ".join(described(KindSpec, name).help for name in COUNTS)
        self._rows["channels"] = self.add_row("Channels", *controls, tip=tip)

    def _add_operation(self) -> None:
        field, extra = described(KindSpec, "operation"), described(KindSpec, "bias")
        operation, bias = Segmented(options(field), field.label, field.help), Toggle("Bias", None, "Bias", extra.help)
        self._form.bind("operation", operation)
        self._form.bind("bias", bias)
        self._rows["operation"] = self.add_row("", operation, bias, tip=field.help)

    def _refresh(self) -> None:
        spec = self._document.project.kind
        own = not isinstance(spec.padding, str)
        self._padding.set_value(OWN if own else spec.padding)
        self._rows["amount"].setVisible(own)
        self._rows["tile"].setVisible(spec.kind == "tiled")
        self._rows["output_padding"].setVisible(spec.kind == "transposed")
        self._groups.setVisible(spec.kind != "dense")
        self._rows["channels"].label.setText("In, out" if spec.kind == "dense" else "In, out, groups")
        self._mode.setVisible(spec.kind != "transposed")

    def _choose_padding(self, kind: object) -> None:
        spec = self._document.project.kind
        amount = tuple(min(before, 512) for before, _ in spec.sides)
        self._form.change({"padding": amount if kind == OWN else kind}, "change padding")


class NumbersForm(Group):
    """Where the weights come from, and the input where it is no picture."""

    def __init__(self, document: Document, notices: Notices) -> None:
        super().__init__("Numbers")
        self._document = document
        self._form = SpecForm(self, document, notices, TRIAL, ABOUT)
        self._weights, self._seed = choice(TrialSpec, "weights"), number(TrialSpec, "seed")
        self._seed.setFixedWidth(COUNT_WIDTH)
        self._weights.value_changed.connect(self._choose_weights)
        self._form.bind("seed", self._seed)
        self.add_row("Weights", self._weights, self._seed, tip=described(TrialSpec, "weights").help)
        volume = choice(TrialSpec, "volume")
        self._form.bind("volume", volume)
        field = described(TrialSpec, "volume")
        self._volume = self.add_row(field.label, volume, tip=field.help)
        self.signal = SignalPart(document, notices)
        self.add(self.signal)
        document.changed.connect(self._refresh)
        self._refresh()

    def _refresh(self) -> None:
        project = self._document.project
        self._weights.set_value(project.trial.weights)
        self._seed.setVisible(project.trial.weights == "random")
        self._volume.setVisible(project.kind.dimensions == 3)
        self.signal.setVisible(project.kind.dimensions == 1)

    def _choose_weights(self, source: object) -> None:
        """The page's kernel brings its size with it, where that can be."""
        project = self._document.project
        assert source in ("random", "mean", "kernel")
        changed = put_trial(project, msgspec.structs.replace(project.trial, weights=source))
        if source == "kernel" and project.kind.dimensions == 2:
            size = project.filter.kernel.size
            changed = put_kind(changed, msgspec.structs.replace(project.kind, kernel_size=size))
        self._document.edit(changed, "change values of the weights")
