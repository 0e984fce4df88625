"""Who depends on whom, against what numpy finds by moving one number and looking what moves."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from app.kernels.relation import fits
from app.kernels.touches.heat import Visits
from app.kernels.touches.meeting import Subject, meeting, met_weights
from app.kernels.touches.words import visits_words, words_of
from engine.spec.filter import FilterSpec, KernelSpec, PoolingSpec
from engine.spec.geometry import ChainGeometry
from tests.engine.filtering.oracle import NUMPY_MODES, sides

MANY = settings(max_examples=4 * settings().max_examples, suppress_health_check=list(HealthCheck))
small = st.tuples(st.integers(1, 3), st.integers(1, 3))


@st.composite
def steps(draw: st.DrawFn) -> FilterSpec:
    height, width = draw(small)
    window = draw(small)
    return FilterSpec(
        kernel=KernelSpec(name="custom", weights=(((1.0,) * width,) * height,)),
        operation=draw(st.sampled_from(["correlation", "convolution"])),
        padding=draw(st.sampled_from(["valid", "same", "full"]) | st.tuples(st.integers(0, 2), st.integers(0, 2))),
        padding_mode=draw(st.sampled_from(list(NUMPY_MODES))),
        stride=draw(small),
        dilation=draw(small),
        pooling=PoolingSpec(
            kind=draw(st.sampled_from(["none", "average"])),
            kernel_size=window,
            stride=draw(st.none() | small),
            padding=(draw(st.integers(0, window[0] // 2)), draw(st.integers(0, window[1] // 2))),
        ),
    )


def links(
    spec: FilterSpec, size: tuple[int, int]
) -> dict[tuple[int, int], list[tuple[tuple[int, int] | None, tuple[int, int]]]]:
    """For each cell of the convolution its (pixel or None, weight) pairs, by padding the numbers of the pixels."""
    height, width = spec.kernel.size
    around = sides(spec.padding, (height, width), spec.dilation)
    numbers = np.arange(size[0] * size[1]).reshape(size)
    mode = NUMPY_MODES[spec.padding_mode]
    wide = np.pad(numbers, around, mode=mode, **({"constant_values": -1} if mode == "constant" else {}))
    (dy, dx), (sy, sx) = spec.dilation, spec.stride
    rows = (wide.shape[0] - dy * (height - 1) - 1) // sy + 1
    columns = (wide.shape[1] - dx * (width - 1) - 1) // sx + 1
    found = {}
    for row, column in np.ndindex(rows, columns):
        found[row, column] = []
        for i, j in np.ndindex(height, width):
            held = int(wide[row * sy + i * dy, column * sx + j * dx])
            flip = spec.operation == "convolution"
            weight = (height - 1 - i, width - 1 - j) if flip else (i, j)
            found[row, column].append((None if held < 0 else divmod(held, size[1]), weight))
    return found


def pooled(spec: FilterSpec, geometry: ChainGeometry) -> dict[tuple[int, int], list[tuple[int, int]]]:
    """For each cell of the map the convolution's cells in its window."""
    convolved, made = geometry.each[-1].convolved_size, geometry.map_size
    window, step, around = spec.pooling.kernel_size, spec.pooling.step, spec.pooling.padding
    if spec.pooling.kind == "none":
        return {cell: [cell] for cell in np.ndindex(*made)}
    found = {}
    for row, column in np.ndindex(*made):
        top, left = row * step[0] - around[0], column * step[1] - around[1]
        cells = ((top + i, left + j) for i, j in np.ndindex(*window))
        found[row, column] = [(r, c) for r, c in cells if 0 <= r < convolved[0] and 0 <= c < convolved[1]]
    return found


def crossed(rows: tuple[int, ...], columns: tuple[int, ...]) -> set[tuple[int, int]]:
    return {(row, column) for row in rows for column in columns}


def made(spec: FilterSpec, size: tuple[int, int]) -> ChainGeometry:
    geometry = ChainGeometry((spec,), size)
    around = sides(spec.padding, spec.kernel.size, spec.dilation)
    most = {"reflect": -1, "circular": 0}.get(spec.padding_mode)
    enough = most is None or all(max(side) <= n + most for side, n in zip(around, size, strict=True))
    assume(enough and fits(geometry))
    return geometry


@MANY
@given(steps(), st.tuples(st.integers(1, 8), st.integers(1, 8)), st.data())
def test_one_step(spec: FilterSpec, size: tuple[int, int], data: st.DataObject) -> None:
    geometry = made(spec, size)
    every, windows = links(spec, size), pooled(spec, geometry)
    cell = data.draw(st.sampled_from(sorted(windows)))
    found = meeting(geometry, Subject("map", *cell))
    pairs = [pair for inner in windows[cell] for pair in every[inner]]
    assert crossed(found.rows.picture, found.columns.picture) == {pixel for pixel, _ in pairs if pixel is not None}
    assert found.weights == {weight for pixel, weight in pairs if pixel is not None}
    assert found.weights | found.weights_on_zeros == {weight for _, weight in pairs}
    assert found.cells == 1

    pixel = data.draw(st.tuples(st.integers(0, size[0] - 1), st.integers(0, size[1] - 1)))
    found = meeting(geometry, Subject("input", *pixel))
    reached = {inner for inner, pairs in every.items() if any(held == pixel for held, _ in pairs)}
    assert crossed(found.rows.map, found.columns.map) == {o for o, inner in windows.items() if reached & set(inner)}
    assert found.weights == {weight for pairs in every.values() for held, weight in pairs if held == pixel}
    visits = sum(held == pixel for pairs in every.values() for held, _ in pairs)
    assert len(found.rows.pairs) * len(found.columns.pairs) == visits == Visits(spec, size).at(*pixel)
    _the_weights_lie_by_cell(found, every, pixel, spec)

    weight = data.draw(st.tuples(*(st.integers(0, n - 1) for n in spec.kernel.size)))
    found = meeting(geometry, Subject("weight", *weight))
    seen = {held for pairs in every.values() for held, met in pairs if met == weight and held is not None}
    assert crossed(found.rows.picture, found.columns.picture) == seen
    assert found.weights == {weight}
    assert crossed(found.rows.map, found.columns.map) == set(windows)


def _the_weights_lie_by_cell(found, every, pixel, spec) -> None:
    weights = np.random.default_rng(0).normal(size=spec.kernel.size)
    shown = met_weights(found, weights)
    rows, columns = (sorted({pair[0] for pair in axis.pairs}) for axis in (found.rows, found.columns))
    assert shown.shape == (len(rows), len(columns))
    for i, row in enumerate(rows):
        for j, column in enumerate(columns):
            expected = sum(weights[met] for held, met in every[row, column] if held == pixel)
            assert shown[i, j] == pytest.approx(expected)


@given(st.lists(steps(), min_size=2, max_size=3), st.data())
def test_several_steps_lead_back_to_the_picture(chain: list[FilterSpec], data: st.DataObject) -> None:
    size = (9, 10)
    chain = [msgspec.structs.replace(step, padding_mode="zeros", padding="full") for step in chain]
    geometry = ChainGeometry(tuple(chain), size)
    assume(fits(geometry))
    cell = data.draw(st.tuples(*(st.integers(0, n - 1) for n in geometry.map_size)))
    seen = {cell}
    for place in reversed(range(len(chain))):
        part = ChainGeometry((chain[place],), geometry.each[place].input_size)
        every, windows = links(chain[place], part.input_size), pooled(chain[place], part)
        seen = {held for o in seen for inner in windows[o] for held, _ in every[inner] if held is not None}
    found = meeting(geometry, Subject("map", *cell))
    assert crossed(found.rows.picture, found.columns.picture) == seen
    for pixel in sorted(seen)[:3]:
        back = meeting(geometry, Subject("input", *pixel))
        assert cell in crossed(back.rows.map, back.columns.map)


def test_in_words() -> None:
    spec, size = FilterSpec(stride=(2, 2)), (18, 24)
    geometry = ChainGeometry((spec,), size)

    def said(kind, *place) -> str:
        return " ".join(words_of(meeting(geometry, Subject(kind, *place)), spec, size, False))

    assert said("map", 0, 2) == (
        "It depends on 6 cells of the input: rows 0 to 1, columns 3 to 5. "
        "6 weights meet it; 3 lie on zeros of the padding."
    )
    assert said("map", 3, 3).endswith("All 9 weights meet it.")
    assert said("input", 5, 6) == (
        "It has a part in 2 cells of the map: rows 2 to 3, column 3. It is read twice, by 2 of 9 weights."
    )
    assert "every 2nd row from 1 to 15" in said("weight", 0, 2)
    assert "336 of 432 it never meets (78%)" in said("weight", 0, 2)
    gap = FilterSpec(kernel=KernelSpec(name="custom", weights=(((1.0,),),)), stride=(3, 3))
    found = meeting(ChainGeometry((gap,), size), Subject("input", 1, 1))
    assert words_of(found, gap, size, False) == [
        "Nothing depends on it: the strides and gaps of the window step over it."
    ]
    visits = Visits(gap, size)
    assert visits_words(visits.rows, visits.columns).endswith("384 cells never")
    plain = Visits(FilterSpec(), size)
    assert visits_words(plain.rows, plain.columns) == "corner 4 · edge 6 · at most 9"
