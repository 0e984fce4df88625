"""How the map lies on the input, against windows that are slid over a list of places one by one."""

from __future__ import annotations

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.kernels.relation import affines, field_box, fits, reached_box
from engine.arithmetic import padding_amounts
from engine.errors import SpecError
from engine.spec.filter import FilterSpec, KernelSpec, PoolingSpec
from engine.spec.geometry import FilterGeometry

Places = list[set[int]]
small = st.integers(1, 5)
both = st.tuples(small, small)


@st.composite
def geometries(draw: st.DrawFn) -> FilterGeometry:
    kernel, window = draw(both), draw(both)
    spec = FilterSpec(
        kernel=KernelSpec(name="custom", weights=(((1.0,) * kernel[1],) * kernel[0],)),
        padding=draw(st.sampled_from(["valid", "same", "full"]) | st.tuples(st.integers(0, 4), st.integers(0, 4))),
        stride=draw(both),
        dilation=draw(both),
        pooling=PoolingSpec(
            kind=draw(st.sampled_from(["none", "max", "average"])),
            kernel_size=window,
            stride=draw(st.none() | both),
            padding=tuple(draw(st.integers(0, side // 2)) for side in window),
        ),
    )
    made = FilterGeometry(spec, (draw(st.integers(1, 24)), draw(st.integers(1, 24))))
    assume(fits(made))
    return made


def slid(places: Places, before: int, after: int, window: int, stride: int, dilation: int = 1) -> Places:
    """What each window looks at, `places` being what each of its cells looks at; padding looks at nothing."""
    padded: Places = [set()] * before + places + [set()] * after
    span = dilation * (window - 1) + 1
    starts = range(0, len(padded) - span + 1, stride)
    return [set().union(*padded[start : start + span : dilation]) for start in starts]


def looks(geometry: FilterGeometry, axis: int) -> tuple[Places, Places]:
    """(what each cell of the map looks at, padding counted as places of its own; whether without it) on one axis."""
    spec, size = geometry.spec, geometry.input_size[axis]
    padding = spec.padding if isinstance(spec.padding, str) else spec.padding[axis]
    before, after = padding_amounts(padding, spec.kernel.size[axis], spec.dilation[axis])
    wide: Places = [{place} for place in range(-before, size + after)]
    narrow: Places = [{place} if 0 <= place < size else set() for place in range(-before, size + after)]
    found = []
    for places in (wide, narrow):
        cells = slid(places, 0, 0, spec.kernel.size[axis], spec.stride[axis], spec.dilation[axis])
        if spec.pooling.kind != "none":
            around = spec.pooling.padding[axis]
            cells = slid(cells, around, around, spec.pooling.kernel_size[axis], spec.pooling.step[axis])
        found.append(cells)
    return found[0], found[1]


def _whole(geometry: FilterGeometry, axis: int, cell: int) -> bool:
    """Whether no part of the pooling window lies on the map's padding."""
    pooling = geometry.spec.pooling
    if pooling.kind == "none":
        return True
    first = cell * pooling.step[axis] - pooling.padding[axis]
    return first >= 0 and first + pooling.kernel_size[axis] <= geometry.convolved_size[axis]


@given(geometries())
@settings(max_examples=150)
def test_a_cells_field_is_what_it_looks_at_padding_included(geometry: FilterGeometry) -> None:
    height, width = geometry.map_size
    for axis, count in enumerate((height, width)):
        fields, _ = looks(geometry, axis)
        assert len(fields) == count
        for cell, field in enumerate(fields):
            box = field_box(geometry, *((cell, 0) if axis == 0 else (0, cell)))
            first, size = box[axis], box[axis + 2]
            assert field <= set(range(first, first + size))
            if _whole(geometry, axis, cell):
                assert (min(field), max(field)) == (first, first + size - 1)


@given(geometries())
@settings(max_examples=150)
def test_a_pixel_reaches_the_cells_that_look_at_it(geometry: FilterGeometry) -> None:
    seen = [looks(geometry, axis)[1] for axis in (0, 1)]
    for row in range(0, geometry.input_size[0], 3):
        for column in range(0, geometry.input_size[1], 3):
            rows = [cell for cell, field in enumerate(seen[0]) if row in field]
            columns = [cell for cell, field in enumerate(seen[1]) if column in field]
            box = reached_box(geometry, row, column)
            if not rows or not columns:
                assert box is None
            else:
                assert box == (rows[0], columns[0], rows[-1] - rows[0] + 1, columns[-1] - columns[0] + 1)


@given(geometries())
@settings(max_examples=150)
def test_a_cell_is_laid_on_the_middle_of_its_field_and_cells_lie_edge_to_edge(geometry: FilterGeometry) -> None:
    for axis, affine in enumerate(affines(geometry)):
        fields, _ = looks(geometry, axis)
        middles = {n: (min(f) + max(f) + 1) / 2 for n, f in enumerate(fields) if _whole(geometry, axis, n)}
        for cell, middle in middles.items():
            assert affine.scale * (cell + 0.5) + affine.offset == middle
        for cell in set(middles) & {n - 1 for n in middles}:
            assert middles[cell + 1] - middles[cell] == affine.scale


@given(st.integers(1, 40), st.integers(1, 31), st.integers(1, 4))
def test_what_does_not_fit_has_no_map(size: int, kernel: int, dilation: int) -> None:
    spec = FilterSpec(
        kernel=KernelSpec(name="custom", weights=(((0.0,) * kernel,),)), padding="valid", dilation=(1, dilation)
    )
    geometry = FilterGeometry(spec, (size, size))
    try:
        made = geometry.map_size[1] > 0
    except SpecError:
        made = False
    assert fits(geometry) == made == (dilation * (kernel - 1) < size)
