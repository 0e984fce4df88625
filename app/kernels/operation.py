"""The form of what is done with the kernel: operation, stride, padding, dilation, bias, detector, pooling."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from app.kernels.lenses import DETECTOR, FILTER, POOLING, put_filter
from app.state.document import Document
from app.state.form import SpecForm, choice, described, number, options, pair
from app.state.notices import Notices
from app.widgets.fields import Choice, PairField
from app.widgets.group import FieldRow, Group
from app.widgets.segmented import Segmented
from engine.spec.edit import with_channels
from engine.spec.filter import DetectorSpec, FilterSpec, PoolingSpec
from engine.spec.geometry import FilterGeometry

ABOUT = "filter"
OWN = "own"
"""The padding choice that means a number of the person's own."""


class OperationPanel(Group):
    """Every setting of the filter but the kernel itself."""

    def __init__(self, document: Document, notices: Notices) -> None:
        super().__init__("Operation")
        self._document = document
        self._notices = notices
        self._form = SpecForm(self, document, notices, FILTER, ABOUT)
        self._detector = SpecForm(self, document, notices, DETECTOR, ABOUT)
        self._pooling = SpecForm(self, document, notices, POOLING, ABOUT)
        self._add_operation()
        self._add_places()
        self._add_padding()
        self._detector_rows = self._add_detector()
        self._pooling_rows = self._add_pooling()
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
        self.add_row(channels.label, self._channels, tip=channels.help)

    def _add_places(self) -> None:
        for name in ("stride", "dilation"):
            control = pair(FilterSpec, name)
            self._form.bind(name, control)
            self.add_row(described(FilterSpec, name).label, control, tip=described(FilterSpec, name).help)
        bias = number(FilterSpec, "bias", 0.1)
        bias.setFixedWidth(96)
        self._form.bind("bias", bias)
        self.add_row("Bias", bias, tip=described(FilterSpec, "bias").help)

    def _add_padding(self) -> None:
        field = described(FilterSpec, "padding")
        self._padding = Choice([*options(field), (OWN, "own")], field.label, field.help)
        self._padding.value_changed.connect(self._choose_padding)
        mode = choice(FilterSpec, "padding_mode")
        self._form.bind("padding_mode", mode)
        self.add_row(field.label, self._padding, mode, tip=field.help)
        self._amount = PairField(0, 512, "", "Padding amount", field.help)
        self._amount.value_changed.connect(self._set_amount)
        self._amount_row = self.add_row("  Cells added", self._amount, tip=field.help)

    def _add_detector(self) -> dict[str, FieldRow]:
        kind = choice(DetectorSpec, "kind")
        self._detector.bind("kind", kind)
        self.add_row("Detector", kind, tip=described(DetectorSpec, "kind").help)
        rows = {}
        for owner, name, step in (("leaky_relu", "negative_slope", 0.01), ("threshold", "threshold", 0.1)):
            control = number(DetectorSpec, name, step)
            control.setFixedWidth(96)
            self._detector.bind(name, control)
            field = described(DetectorSpec, name)
            rows[owner] = self.add_row(f"  {field.label}", control, tip=field.help)
        return rows

    def _add_pooling(self) -> list[QWidget]:
        kind = choice(PoolingSpec, "kind")
        self._pooling.bind("kind", kind)
        self.add_row("Pooling", kind, tip=described(PoolingSpec, "kind").help)
        rows: list[QWidget] = []
        for name, label in (("kernel_size", "Size"), ("stride", "Step"), ("padding", "Padding")):
            control = pair(PoolingSpec, name)
            self._pooling.bind(name, control if name != "stride" else _Step(self._document, control))
            rows.append(self.add_row(f"  {label}", control, tip=described(PoolingSpec, name).help))
        return rows

    def _refresh(self) -> None:
        spec = self._document.project.filter
        self._channels.set_value(spec.channels)
        own = not isinstance(spec.padding, str)
        self._padding.set_value(OWN if own else spec.padding)
        if isinstance(spec.padding, tuple):
            self._amount.set_value(spec.padding)
        self._amount_row.setVisible(own)
        for owner, row in self._detector_rows.items():
            row.setVisible(spec.detector.kind == owner)
        for part in self._pooling_rows:
            part.setVisible(spec.pooling.kind != "none")

    def _set_channels(self, channels: object) -> None:
        project = self._document.project
        assert channels in ("grey", "each", "sum")
        spec = with_channels(project.filter, channels)
        self._document.edit(put_filter(project, spec), "change channels")

    def _choose_padding(self, kind: object) -> None:
        self._form.change({"padding": self._amount_now() if kind == OWN else kind}, "change padding")

    def _amount_now(self) -> tuple[int, int]:
        """What the chosen word adds before the picture, so that choosing a number changes nothing yet."""
        spec = self._document.project.filter
        top, left = FilterGeometry(spec, (1, 1)).convolution_window.padding
        return top, left

    def _set_amount(self, amount: object) -> None:
        self._form.change({"padding": amount}, "change padding", "padding")


class _Step:
    """Shows the stride that pooling has, its window's size where none was set, on a pair of numbers."""

    def __init__(self, document: Document, control: PairField) -> None:
        self._document = document
        self._control = control
        self.value_changed = control.value_changed
        self.rejected = control.rejected

    def set_value(self, value: tuple[int, int] | None) -> None:
        self._control.set_value(value or self._document.project.filter.pooling.kernel_size)
