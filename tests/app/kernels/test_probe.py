"""The cursor over either picture: what is outlined, and the numbers, which numpy computes again."""

from __future__ import annotations

from typing import get_args

import msgspec
import numpy as np
import pytest
from PySide6.QtWidgets import QLabel
from scipy.signal import correlate2d

from app.kernels.probe import HINT
from engine.kernels import kernel
from engine.spec.edit import with_channels, with_kernel
from engine.spec.filter import DetectorSpec, FilterSpec, KernelSpec, Operation, PoolingSpec
from engine.spec.source import Pattern
from tests.app.kernels.conftest import Stage
from tests.app.kernels.test_readout import lines, read, terms_of

UNEVEN = KernelSpec(name="custom", weights=(((1.0, -2.0, 0.5), (0.0, 3.0, -1.0)),))


def _convolved(grey: np.ndarray, spec: FilterSpec, pad: tuple[tuple[int, int], tuple[int, int]]) -> np.ndarray:
    weights = np.array(spec.kernel.weights[0])
    weights = weights[::-1, ::-1] if spec.operation == "convolution" else weights
    down, across = spec.dilation
    wide = np.zeros((down * (len(weights) - 1) + 1, across * (weights.shape[1] - 1) + 1))
    wide[::down, ::across] = weights
    full = correlate2d(np.pad(grey, pad), wide, "valid")
    return full[:: spec.stride[0], :: spec.stride[1]] + spec.bias


def _panel(stage: Stage) -> list[str]:
    return lines(stage.page.readout)


def _close(shown: float, true: float) -> bool:
    return abs(shown - true) <= 0.006 * abs(true) + 1e-6


@pytest.mark.parametrize("operation", get_args(Operation))
def test_a_cell_of_the_map_is_written_out_as_numpy_has_it(stage: Stage, operation: Operation) -> None:
    stage.set_filter(FilterSpec(kernel=UNEVEN, operation=operation, bias=0.25))
    for cell in ((0, 0), (5, 7), (23, 30), (0, 30)):
        stage.hover("map", cell)
        _is_written_out(stage, cell, operation)


def _is_written_out(stage: Stage, cell: tuple[int, int], operation: Operation) -> None:
    # same: nothing above, one row below, one column at each side
    padded = np.pad(stage.grey(), ((0, 1), (1, 1)))
    patch = padded[cell[0] : cell[0] + 2, cell[1] : cell[1] + 3]
    weights = np.array(UNEVEN.weights[0])
    weights = weights[::-1, ::-1] if operation == "convolution" else weights
    title, text, result = _panel(stage)
    assert title == f"Map ({cell[0]}, {cell[1]}) · 6 products"
    written = terms_of(text)
    assert [len(line) for line in written] == [3, 3]
    for row in range(2):
        for column in range(3):
            weight, value, padding = written[row][column]
            assert weight == weights[row, column]
            assert _close(value, patch[row, column])
            assert padding == (cell[0] + row >= 24 or not 0 <= cell[1] + column - 1 < 31)
    assert result.startswith("+ 0.25 (bias) = ")
    assert _close(read(result.rpartition(" ")[2]), (patch * weights).sum() + 0.25)


def test_detector_and_max_pooling_follow_the_sum(stage: Stage) -> None:
    spec = FilterSpec(
        stride=(2, 1), detector=DetectorSpec(kind="relu"), pooling=PoolingSpec(kind="max", kernel_size=(3, 2))
    )
    stage.set_filter(spec)
    convolved = _convolved(stage.grey(), spec, ((1, 1), (1, 1)))
    for cell in ((0, 0), (3, 14), (2, 6)):
        stage.hover("map", cell)
        window = convolved[cell[0] * 3 : cell[0] * 3 + 3, cell[1] * 2 : cell[1] * 2 + 2]
        title, text, before, result = _panel(stage)
        assert title.endswith("· 9 products")
        assert _close(read(before.removeprefix("= ")), window.max())
        assert result.startswith("→ ReLU → max 3×2 = ")
        assert _close(read(result.rpartition(" ")[2]), max(window.max(), 0))
        total = sum(weight * value for line in terms_of(text) for weight, value, _ in line)
        assert total == pytest.approx(window.max(), abs=0.03), "not the winner's sum"


def test_average_pooling_and_gradients_say_what_they_are_made_of(stage: Stage) -> None:
    spec = FilterSpec(pooling=PoolingSpec(kind="average", kernel_size=(2, 2)))
    stage.set_filter(spec)
    convolved = _convolved(stage.grey(), spec, ((1, 1), (1, 1)))
    stage.hover("map", (4, 4))
    _, words, result = _panel(stage)
    assert "The mean of 2×2 cells" in words
    assert result.startswith("→ average 2×2 = ")
    assert _close(read(result.rpartition(" ")[2]), convolved[8:10, 8:10].mean())

    stage.set_filter(FilterSpec(detector=DetectorSpec(kind="magnitude")))
    stage.hover("map", (6, 9))
    _, _, before, result = _panel(stage)
    one, turned = (read(part) for part in before.removeprefix("= ").split(", at 90° "))
    assert read(result.rpartition(" ")[2]) == pytest.approx(np.hypot(one, turned), rel=0.01)


def test_channels_each_and_summed(stage: Stage) -> None:
    stage.set_filter(with_channels(FilterSpec(), "sum"))
    stage.hover("map", (3, 3))
    picture = np.pad(stage.picture(), ((1, 1), (1, 1), (0, 0)))
    sobel = np.array(FilterSpec().kernel.weights[0])
    sums = [float((picture[3:6, 3:6, channel] * sobel).sum()) for channel in range(3)]
    _, words, result = _panel(stage)
    shown = [read(text.split(" ")[1]) for text in words.split("\n")[1].split(" + ")]
    assert all(_close(one, true) for one, true in zip(shown, sums, strict=True))
    assert _close(read(result.removeprefix("= ")), sum(sums))

    stage.set_filter(with_channels(FilterSpec(), "each"))
    stage.hover("map", (3, 3))
    texts = _panel(stage)[-1].removeprefix("= ").split("  ")
    assert [text[0] for text in texts] == ["R", "G", "B"]
    assert all(_close(read(text[2:]), true) for text, true in zip(texts, sums, strict=True))


def test_a_large_kernel_shows_its_middle(stage: Stage) -> None:
    stage.set_filter(with_kernel(FilterSpec(), kernel("gaussian", sigma=1.0).spec()))
    stage.hover("map", (12, 12))
    title, text, _ = _panel(stage)
    assert title.endswith("middle of 49 products")
    weights = np.array(stage.kernel.weights[0])
    written = terms_of(text)
    assert len(written) == 3
    half = len(written[1]) // 2
    assert written[1][half][0] == pytest.approx(weights[3, 3], rel=0.06)
    assert written[1][half][1] == pytest.approx(stage.grey()[12, 12], rel=0.06)


def test_the_receptive_field_of_a_cell_is_outlined_padding_included(stage: Stage) -> None:
    stage.set_filter(FilterSpec(padding="full", stride=(2, 2), dilation=(1, 2)))
    for row, column in ((0, 0), (11, 14), (12, 0)):
        stage.hover("map", (row, column))
        assert stage.boxes("map") == [(row, column, 1, 1)]
        assert stage.boxes("input") == [(2 * row - 2, 2 * column - 4, 3, 5)]
        assert stage.page.input.note() == "receptive field 3×5"


def test_a_pixel_outlines_the_cells_that_it_has_a_part_in(stage: Stage) -> None:
    stage.set_filter(FilterSpec(stride=(2, 1)))
    stage.hover("input", (5, 5))
    assert stage.boxes("input") == [(5, 5, 1, 1)]
    assert stage.boxes("map") == [(2, 4, 2, 3)]
    assert stage.page.input.note() == HINT
    assert _panel(stage)[0] == "Input (5, 5)"
    assert _close(read(_panel(stage)[1]), stage.grey()[5, 5])
    stage.set_filter(FilterSpec(padding="valid", kernel=KernelSpec(name="custom", weights=(((1.0,),),)), stride=(3, 3)))
    stage.hover("input", (4, 4))
    assert stage.boxes("map") == [], "a pixel that strides step over reaches nothing"


def test_leaving_clears_and_entering_the_other_view_does_not(stage: Stage) -> None:
    said: list[str] = []
    stage.page.values_changed.connect(said.append)
    stage.hover("map", (3, 3))
    stage.hover("input", (2, 2))
    stage.hover("map", None)
    assert stage.boxes("input") == [(2, 2, 1, 1)]
    stage.hover("input", None)
    assert stage.boxes("input") == stage.boxes("map") == []
    assert len([label for label in stage.page.readout.findChildren(QLabel) if label.text()]) == 1
    assert said[0].startswith("Map (3, 3)  ")
    assert said[-1] == ""


def test_an_edit_moves_the_outline_at_once_and_the_values_follow(stage: Stage) -> None:
    stage.hover("map", (4, 4))
    before = _panel(stage)[-1]
    stage.document.edit(
        msgspec.structs.replace(stage.document.project, filter=FilterSpec(stride=(3, 3), bias=2.0)), "stride"
    )
    assert stage.boxes("input") == [(11, 11, 3, 3)]
    stage.until(lambda: _panel(stage)[-1] != before)
    assert _panel(stage)[-1].startswith("+ 2 (bias)")


def test_an_answer_to_an_older_question_is_not_shown(stage: Stage) -> None:
    stage.hover("map", (4, 4))
    old = stage.readouts[-1]
    stage.hover("map", (5, 5))
    shown = _panel(stage)
    stage.link.readout.emit(old)
    assert _panel(stage) == shown
    stage.page.probing.look_at("map", (6, 6))
    assert not stage.page.probing.is_answered
    stage.link.readout.emit(old)
    assert not stage.page.probing.is_answered


def test_the_cell_is_forgotten_with_a_picture_in_which_it_is_not(stage: Stage) -> None:
    stage.hover("map", (20, 30))
    stage.use(Pattern(kind="noise", height=8, width=8))
    for row, column, *_ in stage.boxes("map"):
        assert max(row, column) < 8
