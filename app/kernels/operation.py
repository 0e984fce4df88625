"""The form of what is done with the kernel: operation, stride, padding, dilation, bias, detector, pooling."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from app.kernels.lenses import DETECTOR, FILTER, POOLING, put_filter
from app.kernels.rows import Step, label_of, one_of, pair_of
from app.state.document import Document
from app.state.form import SpecForm, choice, described, options
from app.state.notices import Notices
from app.widgets.fields import Choice
from app.widgets.group import Group
from app.widgets.number_field import NumberField
from app.widgets.segmented import Segmented
from engine.spec.edit import with_channels
from engine.spec.filter import DetectorSpec, FilterSpec, PoolingSpec
from engine.spec.geometry import FilterGeometry

ABOUT = "filter"
OWN = "own"
"""The padding choice that means a number of the person's own."""
_PARAMETERS = (("leaky_relu", "negative_slope", 0.01), ("threshold", "threshold", 0.1))


class OperationPanel(Group):
    """Every setting of the filter but the kernel itself."""

    def __init__(self, document: Document, notices: Notices) -> None:
        super().__init__("Operation")
        self._document = document
        self._form = SpecForm(self, document, notices, FILTER, ABOUT)
        self._detector = SpecForm(self, document, notices, DETECTOR, ABOUT)
        self._pooling = SpecForm(self, document, notices, POOLING, ABOUT)
        self._add_operation()
        self._add_places()
        self._add_padding()
        self._detector_fields = self._add_detector()
        self._pooling_parts = self._add_pooling()
        document.changed.connect(self._refresh)
        self._refresh()

    def _add_operation(self) -> None:
        field = described(FilterSpec, "operation")
        operation = Segmented(options(field), field.label, field.help)
        self._form.bind("operation", operation)
        self.add(operation)
        channels = described(FilterSpec, "channels")
        self._channels = Choice(options(channels), channels.label, channels.help)
        self._channels.value_changed.connect(self._set_channels)
        bias = one_of(FilterSpec, "bias", 0.1)
        self._form.bind("bias", bias)
        second = label_of(described(FilterSpec, "bias"), bias)
        self.add_row(channels.label, self._channels, second, bias, tip=channels.help)

    def _add_places(self) -> None:
        for name in ("stride", "dilation"):
            field, control = described(FilterSpec, name), pair_of(FilterSpec, name)
            self._form.bind(name, control)
            self.add_row(field.label, control, tip=field.help)

    def _add_padding(self) -> None:
        field = described(FilterSpec, "padding")
        self._padding = Choice([*options(field), (OWN, "own")], field.label, field.help)
        self._padding.value_changed.connect(self._choose_padding)
        mode = choice(FilterSpec, "padding_mode")
        self._form.bind("padding_mode", mode)
        self.add_row(field.label, self._padding, mode, tip=field.help)
        self._amount = pair_of(FilterSpec, "padding", "Padding amount")
        self._amount.value_changed.connect(self._set_amount)
        self._amount.rejected.connect(self._refuse_amount)
        self._amount_row = self.add_row("Cells at each side", self._amount, tip=field.help)

    def _add_detector(self) -> dict[str, NumberField]:
        field, kind = described(DetectorSpec, "kind"), choice(DetectorSpec, "kind")
        self._detector.bind("kind", kind)
        fields = {}
        for owner, name, step in _PARAMETERS:
            fields[owner] = one_of(DetectorSpec, name, step)
            self._detector.bind(name, fields[owner])
        self.add_row(field.label, kind, *fields.values(), tip=field.help)
        return fields

    def _add_pooling(self) -> list[QWidget]:
        field, kind = described(PoolingSpec, "kind"), choice(PoolingSpec, "kind")
        self._pooling.bind("kind", kind)
        size = pair_of(PoolingSpec, "kernel_size")
        self._pooling.bind("kernel_size", size)
        self.add_row(field.label, kind, size, tip=field.help)
        parts: list[QWidget] = [size]
        for name in ("stride", "padding"):
            part, control = described(PoolingSpec, name), pair_of(PoolingSpec, name)
            self._pooling.bind(name, control if name == "padding" else Step(self._document, control))
            parts.append(self.add_row(part.label, control, tip=part.help))
        return parts

    def _refresh(self) -> None:
        spec = self._document.project.filter
        self._channels.set_value(spec.channels)
        own = not isinstance(spec.padding, str)
        self._padding.set_value(OWN if own else spec.padding)
        if isinstance(spec.padding, tuple):
            self._amount.set_value(spec.padding)
        self._amount_row.setVisible(own)
        for owner, control in self._detector_fields.items():
            control.setVisible(spec.detector.kind == owner)
        for part in self._pooling_parts:
            part.setVisible(spec.pooling.kind != "none")

    def _set_channels(self, channels: object) -> None:
        project = self._document.project
        assert channels in ("grey", "each", "sum")
        spec = with_channels(project.filter, channels)
        self._document.edit(put_filter(project, spec), "change channels")

    def _choose_padding(self, kind: object) -> None:
        self._form.change({"padding": self._amount_now() if kind == OWN else kind}, "change padding")

    def _amount_now(self) -> tuple[int, int]:
        """What the chosen word adds before the picture, so that choosing a number changes little or nothing yet."""
        spec = self._document.project.filter
        top, left = FilterGeometry(spec, (1, 1)).convolution_window.padding
        most = int(described(FilterSpec, "padding").maximum or 0)
        return min(top, most), min(left, most)

    def _set_amount(self, amount: object) -> None:
        self._form.change({"padding": amount}, "change padding", "padding")

    def _refuse_amount(self, text: str) -> None:
        self._form.refuse("padding", text)
