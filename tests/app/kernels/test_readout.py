"""One cell of the map as text: numbers read back from the panel are those that numpy gives."""

from __future__ import annotations

import re

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QApplication, QLabel

from app.kernels.chain import steps_text
from app.kernels.page import STRIP_HEIGHT
from app.kernels.readout_panel import FITS, HINT, WIDTH, ReadoutPanel
from app.kernels.terms import sum_of
from app.widgets.fonts import number_font
from app.widgets.theme import apply_theme
from engine.kernels import kernel
from engine.protocol import Readout, Term
from engine.spec.edit import with_kernel
from engine.spec.filter import DetectorSpec, FilterSpec, PoolingSpec

NUMBER = r"−?\d*\.?\d+(?:e−?\d+)?"
TERM = re.compile(rf"({NUMBER})·(\[?)({NUMBER})\]?")


def read(text: str) -> float:
    return float(text.replace("−", "-"))


def terms_of(text: str) -> list[list[tuple[float, float, bool]]]:
    """(weight, value, padded) of every product, line by line."""
    return [
        [(read(weight), read(value), bool(bracket)) for weight, bracket, value in TERM.findall(line)]
        for line in text.split("\n")
    ]


def lines(panel: ReadoutPanel) -> list[str]:
    """The texts of the panel from top to bottom."""
    return [label.text() for label in panel.findChildren(QLabel) if not label.isHidden()]


@st.composite
def sums(draw: st.DrawFn) -> tuple[list[Term], int]:
    rows, columns = draw(st.integers(1, 9)), draw(st.integers(1, 9))
    seed = draw(st.integers(0, 9999))
    rng = np.random.default_rng(seed)
    scale = 10.0 ** draw(st.integers(-6, 6))
    weights, values, coins = (
        rng.normal(0, scale, rows * columns),
        rng.random(rows * columns),
        rng.random(rows * columns),
    )
    terms = [
        Term(weight=float(weight), value=float(value), padded=bool(coin < 0.2))
        for weight, value, coin in zip(weights, values, coins, strict=True)
    ]
    return terms, columns


@given(sums(), st.sampled_from([room for _, room in FITS]))
def test_a_sum_stands_in_the_kernels_layout_and_fits(drawn: tuple[list[Term], int], room: int) -> None:
    terms, columns = drawn
    found = sum_of(terms, columns, room)
    written = terms_of(found.text)
    rows = len(terms) // columns
    assert max(map(len, found.text.split("\n"))) <= room
    assert len(written) == min(rows, 3)
    wide = len(written[0])
    assert found.whole == (rows <= 3 and wide == columns)
    top, left = (rows - len(written)) // 2, (columns - wide) // 2
    for row, line in enumerate(written):
        for column, (weight, value, padded) in enumerate(line):
            term = terms[(top + row) * columns + left + column]
            assert weight == pytest.approx(term.weight, rel=0.06)
            assert value == pytest.approx(term.value, rel=0.06, abs=1e-9)
            assert padded == term.padded
    starts = [[match.start() + len(match[0]) for match in TERM.finditer(line)] for line in found.text.split("\n")]
    assert all(place == starts[0] for place in starts), "columns are not in line"


def test_a_three_by_three_sum_is_whole() -> None:
    terms = [Term(weight=-1.25, value=0.123, padded=True)] * 9
    assert all(sum_of(terms, 3, room).whole for _, room in FITS[1:])
    sobel = [Term(weight=w, value=0.0625, padded=False) for w in (-1, 0, 1, -2, 0, 2, -1, 0, 1)]
    assert sum_of(sobel, 3, FITS[0][1]).whole


@pytest.fixture
def panel(qapp: QApplication) -> ReadoutPanel:
    made = ReadoutPanel()
    made.setFixedHeight(STRIP_HEIGHT)
    return made


def _readout(spec: FilterSpec, **more: object) -> Readout:
    weights = np.array(spec.kernel.weights[0]).ravel()
    terms = tuple(Term(weight=float(w), value=0.7321, padded=n == 0) for n, w in enumerate(weights))
    values = (-0.012345,)
    made = Readout(view="map", row=1079, column=1919, values=values, terms=terms, bias=spec.bias, before=values)
    return msgspec.structs.replace(made, **more)


LONG = FilterSpec(
    bias=-0.125,
    detector=DetectorSpec(kind="leaky_relu", negative_slope=0.125),
    pooling=PoolingSpec(kind="max", kernel_size=(12, 12)),
)
RGB = (-0.0123, 0.4567, -1.2345)
WORDY = [
    (LONG, {}),
    (msgspec.structs.replace(LONG, channels="each"), {"terms": (), "sums": RGB, "before": RGB, "values": RGB}),
    (msgspec.structs.replace(LONG, pooling=PoolingSpec(kind="l2")), {"terms": (), "before": ()}),
    (FilterSpec(detector=DetectorSpec(kind="magnitude"), bias=0.1), {"before": (-0.0123, -0.456)}),
    (FilterSpec(detector=DetectorSpec(kind="direction"), bias=0.1), {"before": (-0.0123, -0.456)}),
    (with_kernel(FilterSpec(), kernel("gaussian", sigma=1).spec()), {}),
    (with_kernel(LONG, kernel("unsharp").spec()), {}),
    (with_kernel(LONG, kernel("gaussian", sigma=5).spec()), {"terms": ()}),
    (FilterSpec(), {"view": "input", "values": RGB}),
]


@pytest.mark.parametrize(("spec", "more"), WORDY)
def test_nothing_in_the_panel_is_cut_off(panel: ReadoutPanel, spec: FilterSpec, more: dict[str, object]) -> None:
    panel.show_readout(_readout(spec, **more), spec)
    panel.show()
    QApplication.processEvents()
    for label in panel.findChildren(QLabel):
        if label.isVisible():
            needed = label.heightForWidth(label.width()) if label.wordWrap() else label.sizeHint().height()
            assert label.height() >= needed, label.text()
            words = label.text().split() if label.wordWrap() else label.text().split("\n")
            assert max(label.fontMetrics().horizontalAdvance(word) for word in words) <= label.width(), label.text()
            assert panel.rect().contains(label.geometry())
    panel.hide()


def test_the_rooms_are_those_of_the_fonts(panel: ReadoutPanel) -> None:
    for pixels, room in FITS:
        assert room * QFontMetricsF(number_font(pixels)).horizontalAdvance("0") <= WIDTH - 22


def test_without_a_cell_it_says_what_to_do(panel: ReadoutPanel) -> None:
    assert lines(panel) == [HINT]
    panel.show_readout(_readout(FilterSpec()), FilterSpec())
    assert HINT not in lines(panel)
    panel.clear()
    assert lines(panel) == [HINT]


def test_the_fonts_survive_a_change_of_theme(panel: ReadoutPanel, qapp: QApplication) -> None:
    panel.show_readout(_readout(LONG), LONG)
    panel.show()
    fonts = [label.font() for label in panel.findChildren(QLabel)]
    for dark in (False, True):
        apply_theme(qapp, dark)
        QApplication.processEvents()
    assert [label.font() for label in panel.findChildren(QLabel)] == fonts
    assert {font.family() for font in fonts} == {"Inter", "JetBrains Mono"}
    panel.hide()


def test_the_steps_after_the_sum_are_named_in_their_order() -> None:
    assert steps_text(FilterSpec()) == ""
    assert steps_text(LONG) == "leaky ReLU 0.125 → max 12×12"
    pooling = PoolingSpec(kind="average", kernel_size=(2, 3))
    assert steps_text(FilterSpec(detector=DetectorSpec(kind="threshold", threshold=0.5))) == "threshold 0.5"
    assert steps_text(FilterSpec(pooling=pooling)) == "average 2×3"
