"""Receptive fields against what a change of each pixel really changes, computed with torch."""

from __future__ import annotations

import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional

from engine.arithmetic import (
    Box,
    Window,
    cells_reached,
    chain_geometry,
    output_size,
    pixels_read,
    receptive_field,
)

pairs = st.tuples(st.integers(1, 3), st.integers(1, 3))
windows = st.builds(
    Window,
    kernel_size=st.tuples(st.integers(1, 4), st.integers(1, 4)),
    stride=pairs,
    padding=st.tuples(st.integers(0, 2), st.integers(0, 2)),
    dilation=st.tuples(st.integers(1, 2), st.integers(1, 2)),
)
chains = st.lists(windows, min_size=1, max_size=3)
PICTURE = (15, 13)


def map_sizes(chain):
    """(height, width) of the picture and of every map after it, or None if a window does not fit."""
    sizes = [PICTURE]
    for window in chain:
        axes = zip(sizes[-1], window.kernel_size, window.stride, window.padding, window.dilation, strict=True)
        try:
            sizes.append(tuple(output_size(*numbers) for numbers in axes))
        except ValueError:
            return None
    return sizes


def influence(chain):
    """[cells, pixels] whether the pixel has a part in the cell, from gradients of sums with all weights one."""

    def forward(picture):
        maps = picture.reshape(1, 1, *PICTURE)
        for window in chain:
            ones = torch.ones(1, 1, *window.kernel_size, dtype=maps.dtype)
            maps = functional.conv2d(maps, ones, stride=window.stride, padding=window.padding, dilation=window.dilation)
        return maps.reshape(-1)

    picture = torch.zeros(PICTURE[0] * PICTURE[1], dtype=torch.float64)
    return torch.autograd.functional.jacobian(forward, picture, vectorize=True) != 0


def crossings(rows, columns, width):
    return {row * width + column for row in rows for column in columns}


@given(chains, st.data())
def test_pixels_read_are_those_with_a_gradient(chain, data):
    sizes = map_sizes(chain)
    if sizes is None:
        return
    height, width = sizes[-1]
    cell = data.draw(st.tuples(st.integers(0, height - 1), st.integers(0, width - 1)))
    truly = set(influence(chain)[cell[0] * width + cell[1]].nonzero().flatten().tolist())
    rows, columns = pixels_read(chain, cell, sizes[:-1])
    assert crossings(rows, columns, PICTURE[1]) == truly

    box = receptive_field(chain, cell)
    assert set(rows) <= set(box.rows)
    assert set(columns) <= set(box.columns)


@given(chains, st.data())
def test_cells_reached_are_those_with_a_gradient(chain, data):
    sizes = map_sizes(chain)
    if sizes is None:
        return
    pixel = data.draw(st.tuples(st.integers(0, PICTURE[0] - 1), st.integers(0, PICTURE[1] - 1)))
    truly = set(influence(chain)[:, pixel[0] * PICTURE[1] + pixel[1]].nonzero().flatten().tolist())
    assert crossings(*cells_reached(chain, pixel, sizes[1:]), sizes[-1][1]) == truly


@given(chains, st.tuples(st.integers(0, 9), st.integers(0, 9)))
def test_box_is_tight_where_there_is_no_border(chain, cell):
    """With no padding and room on all sides, first and last pixel read are the box's corners."""
    open_chain = [window._replace(padding=(0, 0)) for window in chain]
    endless = [(10_000, 10_000)] * len(chain)
    rows, columns = pixels_read(open_chain, cell, endless)
    box = receptive_field(open_chain, cell)
    assert (rows[0], rows[-1], columns[0], columns[-1]) == (box.rows[0], box.rows[-1], box.columns[0], box.columns[-1])


def test_a_box_may_reach_into_the_padding():
    window = Window((3, 5), stride=(2, 1), padding=(1, 2))
    box = receptive_field([window], (0, 0))
    assert box == Box(range(-1, 2), range(-2, 3))
    assert box.clipped((10, 10)) == Box(range(0, 2), range(0, 3))
    assert len(Box(range(-5, -2), range(12, 15)).clipped((10, 10)).rows) == 0
    assert len(Box(range(-5, -2), range(12, 15)).clipped((10, 10)).columns) == 0


def test_convolution_then_pooling():
    chain = [Window((3, 3), padding=(1, 1)), Window((2, 2), stride=(2, 2))]
    geometry = chain_geometry(chain)
    assert (geometry.size, geometry.jump, geometry.offset) == ((4, 4), (2, 2), (-1, -1))
    assert receptive_field(chain, (3, 0)) == Box(range(5, 9), range(-1, 3))


def test_an_empty_chain_is_the_pixel_itself():
    assert receptive_field([], (4, 2)) == Box(range(4, 5), range(2, 3))
    assert cells_reached([], (4, 2), []) == ([4], [2])


def test_a_stride_can_step_over_a_pixel():
    assert cells_reached([Window((1, 1), stride=(2, 2))], (1, 0), [(5, 5)]) == ([], [0])
