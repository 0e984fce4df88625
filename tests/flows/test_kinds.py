"""Kinds of convolution: chosen, read, walked over, and fed with a signal of one's own."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QLineEdit

from engine.kinds.spec import KindSpec
from engine.resources import resolve
from engine.spec.trial import MadeSignal, TypedSignal
from tests.flows.conftest import Stage

KINDS = ("Shared", "Unshared", "Tiled", "Dilated", "Grouped", "Depthwise", "Transposed", "1-D", "3-D")


def _ready(stage: Stage, look: Any) -> None:
    stage.settle()
    stage.until(lambda: look.is_answered)


def _on_meta(spec: KindSpec) -> tuple[int, ...]:
    """Height and width by torch's own layer, which has never heard of ours."""
    more: dict[str, Any] = {"output_padding": spec.output_padding} if spec.kind == "transposed" else {}
    name = f"Conv{'Transpose' if spec.kind == 'transposed' else ''}{spec.dimensions}d"
    padding = 0 if spec.padding == "valid" else spec.padding
    with torch.device("meta"):
        layer = getattr(torch.nn, name)(
            spec.in_channels, spec.out_channels, spec.kernel_size, spec.stride, padding,
            dilation=spec.dilation, groups=spec.groups, **more,
        )  # fmt: skip
        return tuple(layer(torch.empty(1, *spec.input_shape)).shape[2:])


def test_every_kind_is_chosen_read_and_stepped_through(stage: Stage) -> None:
    stage.click(stage.named(QAbstractButton, "View: Kinds"))
    look: Any = stage.bench.page.looks.look
    _ready(stage, look)
    start = stage.bench.document.project
    for name in KINDS:
        stage.click(stage.named(QAbstractButton, f"Kind: {name}"))
        _ready(stage, look)
        spec = stage.bench.document.project.kind
        wanted, output = _on_meta(spec), look.stage.sides["output"]
        shown = (output.signal.count,) if spec.dimensions == 1 else output.panel.view.extent()
        assert shown == wanted[-2:], name
        assert all(f"<b>{n}</b>" in look.facts.text.text() for n in wanted), name
        before = look.walk.cell
        stage.qtbot.keyClick(look.transport.timeline, Qt.Key.Key_Right)
        _ready(stage, look)
        assert look.walk.cell != before
        if look.walking.side == "output":
            event = look.sheet.told.event
            assert abs(event.total + event.bias - event.value) < 1e-5

    stage.click(stage.named(QAbstractButton, "Kind: Transposed"))
    _ready(stage, look)
    stage.type_into("Stride, height", "3")
    _ready(stage, look)
    output = look.stage.sides["output"].panel
    assert output.size_text() == "×".join(map(str, _on_meta(stage.bench.document.project.kind)))
    view = output.view
    region, zoom = view.region(), view.zoom()
    at = view.rect().topLeft()
    at.setX(round((5.5 - region.left()) * zoom))
    at.setY(round((4.5 - region.top()) * zoom))
    stage.qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=at)
    stage.until(lambda: look.is_answered and look.sheet.told.event.cell == (0, 4, 5))
    assert look.walking.side == "output"
    lines = {line.words: line.numbers[0] for line in look.sheet.column.lines()}
    assert abs(look.sheet.told.flat()[2].sum() - lines["output 0, 4, 5"]) < 1e-5
    while stage.bench.document.project != start:
        stage.bench.document.undo()
    _ready(stage, look)
    assert look.choice.row.value() == "tiled"


def test_a_signal_is_typed_and_taken_back_and_a_clip_becomes_a_volume(stage: Stage) -> None:
    from tests.flows.test_first_story import _drop

    stage.click(stage.named(QAbstractButton, "View: Kinds"))
    look: Any = stage.bench.page.looks.look
    stage.click(stage.named(QAbstractButton, "Kind: 1-D"))
    stage.choose("Values", "mean")
    stage.choose("Signal", "typed")
    _ready(stage, look)
    field = stage.named(QLineEdit, "Typed signal")
    field.setFocus()
    field.selectAll()
    stage.qtbot.keyClicks(field, "5 0 0 0 0 10 0 x")
    stage.qtbot.keyClick(field, Qt.Key.Key_Return)
    assert "'x' is not a number" in stage.sentence("'x'")
    stage.qtbot.keyClick(field, Qt.Key.Key_Backspace)
    stage.qtbot.keyClick(field, Qt.Key.Key_Return)
    _ready(stage, look)
    assert stage.bench.document.project.trial.signal == TypedSignal(text="5 0 0 0 0 10 0 ")
    drawn = look.stage.sides["output"].signal.values()[:, 0]
    np.testing.assert_allclose(drawn, [1, 2, 2], atol=1e-6)
    for _ in range(2):
        stage.bench.document.undo()
    _ready(stage, look)
    assert isinstance(stage.bench.document.project.trial.signal, MadeSignal)
    assert look.stage.sides["input"].signal.count == 48

    _drop(stage, resolve("sample:webcam_digits_320x240.mp4"))
    stage.click(stage.named(QAbstractButton, "Kind: 3-D"))
    stage.choose("Volume", "source")
    stage.until(lambda: look.stage.sides["input"].panel.note() == "the 8 last frames")
    frames: set[int] = set()
    stage.bench.link.kinds.connect(lambda maps: frames.add(maps.frame))
    stage.until(lambda: len(frames) >= 5)
    stage.until(lambda: look.stage.sides["output"].panel.view.extent() == (14, 14))
