"""The formula box: the arithmetic it shows is evaluated again, sign by sign, and gives the size that it claims."""

from __future__ import annotations

import ast
import math
import re
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QApplication

from app.kernels.formula import FormulaBox, generic_text, unread_text
from app.widgets.side import WIDTH
from app.widgets.theme import apply_theme
from app.widgets.tokens import DARK, LIGHT
from engine.arithmetic import output_size, pooled_size, size_formula
from engine.errors import SpecError
from engine.spec.filter import FilterSpec, KernelSpec, PoolingSpec
from engine.spec.geometry import FilterGeometry

SIGNS = str.maketrans({"−": "-", "·": "*", "⌊": "floor(", "⌋": ")", "\N{NO-BREAK SPACE}": " "})


def value_of(text: str) -> Fraction:
    """What an expression of + − · / ⌊ ⌋ ( ) and whole numbers comes to; nothing else is understood."""
    for sign, word in SIGNS.items():
        text = text.replace(chr(sign), str(word))
    return _value(ast.parse(text.strip(), mode="eval").body)


def _value(node: ast.expr) -> Fraction:
    if isinstance(node, ast.Constant):
        assert isinstance(node.value, int)
        return Fraction(node.value)
    if isinstance(node, ast.Call):
        assert isinstance(node.func, ast.Name)
        assert node.func.id == "floor"
        return Fraction(math.floor(_value(node.args[0])))
    assert isinstance(node, ast.BinOp)
    one, other = _value(node.left), _value(node.right)
    actions = {ast.Add: one + other, ast.Sub: one - other, ast.Mult: one * other}
    return one / other if isinstance(node.op, ast.Div) else actions[type(node.op)]


def lines(box: FormulaBox) -> list[str]:
    document = QTextDocument()
    document.setHtml(box.text())
    return document.toPlainText().replace("\N{NO-BREAK SPACE}", " ").split("\n")


def results(box: FormulaBox) -> dict[str, int]:
    """{what it is the size of: the number shown}, after every line with an = has been worked out."""
    found: dict[str, int] = {}
    name, spans = "", None
    for line in lines(box):
        if re.fullmatch(r"height|width|h×w|pool|pool [hw]", line):
            name, spans = line, None
        elif line.startswith("e = "):
            first, last = line.removeprefix("e = ").split(" = ")
            assert value_of(first) == int(last)
            spans = int(last)
        elif re.match(r"⌊\(\d", line):
            shown, last = line.split(" = ")
            assert value_of(shown) == int(last)
            assert spans is None or f" − {spans} " in shown
            found[name] = int(last)
    return found


@pytest.fixture
def box(qapp: QApplication) -> FormulaBox:
    made = FormulaBox()
    made.resize(WIDTH, 90)
    return made


def kernel(height: int, width: int) -> KernelSpec:
    return KernelSpec(name="custom", weights=(((0.0,) * width,) * height,))


def pairs(low: int, high: int) -> st.SearchStrategy[tuple[int, int]]:
    return st.tuples(st.integers(low, high), st.integers(low, high)) | st.integers(low, high).map(lambda n: (n, n))


@st.composite
def filters(draw: st.DrawFn) -> FilterSpec:
    pool = draw(pairs(1, 6))
    pooling = PoolingSpec(
        kind=draw(st.sampled_from(["none", "max", "l2"])),
        kernel_size=pool,
        stride=draw(st.none() | pairs(1, 4)),
        padding=(draw(st.integers(0, pool[0] // 2)), draw(st.integers(0, pool[1] // 2))),
    )
    return FilterSpec(
        kernel=kernel(*draw(pairs(1, 31))),
        padding=draw(st.sampled_from(["valid", "same", "full"]) | pairs(0, 20)),
        stride=draw(pairs(1, 7)),
        dilation=draw(pairs(1, 4)),
        pooling=pooling,
    )


@given(filters(), pairs(1, 2160))
@settings(max_examples=150)
def test_what_is_shown_is_true(box: FormulaBox, spec: FilterSpec, size: tuple[int, int]) -> None:
    box.show_geometry(FilterGeometry(spec, size))
    expected = _expected(spec, size)
    if isinstance(expected, str):
        assert lines(box) == [expected]
        assert DARK.problem in box.text()
        return
    found = results(box)
    shared = {"height": "h×w", "width": "h×w", "pool h": "pool", "pool w": "pool"}
    assert {name: found.get(name, found.get(shared[name])) for name in expected} == expected
    assert len(found) <= len(expected)


def _expected(spec: FilterSpec, size: tuple[int, int]) -> dict[str, int] | str:
    """What the engine's own functions say: the sizes, or why there are none."""
    try:
        return _sizes(spec, size)
    except SpecError as error:
        return str(error)


def _sizes(spec: FilterSpec, size: tuple[int, int]) -> dict[str, int]:
    found = {}
    for axis, name in enumerate(("height", "width")):
        padding = spec.padding if isinstance(spec.padding, str) else spec.padding[axis]
        found[name] = output_size(size[axis], spec.kernel.size[axis], spec.stride[axis], padding, spec.dilation[axis])
    pooling = spec.pooling
    if pooling.kind != "none":
        for axis, name in enumerate(("height", "width")):
            window, step, around = pooling.kernel_size[axis], pooling.step[axis], pooling.padding[axis]
            found[f"pool {name[0]}"] = pooled_size(found[name], window, step, around)
    return found


@given(filters(), pairs(1, 2160))
def test_no_line_of_the_formula_breaks(box: FormulaBox, spec: FilterSpec, size: tuple[int, int]) -> None:
    box.show_geometry(FilterGeometry(spec, size))
    table, mark, _ = box.text().partition("</table>")
    assume(mark)
    document = QTextDocument()
    document.setDefaultFont(box.font())
    document.setDocumentMargin(0)
    document.setHtml(table + mark)
    assert document.idealWidth() <= box.contentsRect().width()


def test_the_floor_is_marked_where_it_takes_something_away(box: FormulaBox) -> None:
    box.show_geometry(FilterGeometry(FilterSpec(padding="valid"), (512, 512)))
    assert box.text().count(DARK.result) == 1, "only the result"
    box.show_geometry(FilterGeometry(FilterSpec(padding="valid", stride=(2, 1)), (512, 512)))
    assert box.text().count(DARK.result) == 4, "two results and one floor"
    assert "1 row unread" in lines(box)


@given(pairs(1, 400), pairs(1, 9), pairs(1, 9), pairs(0, 9), pairs(1, 3))
def test_the_unread_rows_and_columns_are_counted(
    size: tuple[int, int], k: tuple[int, int], s: tuple[int, int], p: tuple[int, int], d: tuple[int, int]
) -> None:
    try:
        formulas = tuple(size_formula(size[n], k[n], s[n], p[n], d[n]) for n in (0, 1))
    except SpecError:
        assume(False)
    text = unread_text((formulas[0], formulas[1]))
    for axis, word in enumerate(("row", "column")):
        last = max(range(0, size[axis] + 2 * p[axis] - d[axis] * (k[axis] - 1), s[axis])) + d[axis] * (k[axis] - 1)
        unread = size[axis] + 2 * p[axis] - 1 - last
        pixels = max(0, unread - p[axis])
        counts = [int(n) for n in re.findall(rf"(\d+) {word}s?\b", text)]
        assert counts == [n for n in (pixels, unread - pixels) if n]
    assert ("of padding" in text) == any(f.unread > f.unread_pixels for f in formulas)


def test_the_letters_are_those_of_the_numbers() -> None:
    assert generic_text(dilated=False) == "⌊(n − k + 2p) / s⌋ + 1"
    assert generic_text(dilated=True).startswith("⌊(n − e + 2p) / s⌋ + 1")


def test_both_axes_share_a_line_only_where_they_are_the_same(box: FormulaBox) -> None:
    box.show_geometry(FilterGeometry(FilterSpec(), (64, 64)))
    assert results(box) == {"h×w": 64}
    box.show_geometry(FilterGeometry(FilterSpec(), (64, 65)))
    assert results(box) == {"height": 64, "width": 65}


def test_the_colours_follow_the_theme(box: FormulaBox, qapp: QApplication) -> None:
    box.show_geometry(FilterGeometry(FilterSpec(), (64, 64)))
    apply_theme(qapp, dark=False)
    box.show()
    QApplication.processEvents()
    assert LIGHT.result in box.text()
    assert DARK.result not in box.text()
    box.hide()
