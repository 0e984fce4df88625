"""Who depends on whom: which input cells, output cells and weights of a layer meet.

The lists are worked out from the settings alone; no matrix and no weight is made for them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.errors import SpecError
from engine.kinds.axes import AxisLinks, Cells, Rows, axis_links
from engine.kinds.facts import bias_shape, check_settings, weight_shape
from engine.kinds.sizes import output_shape, output_sizes
from engine.kinds.spec import KindSpec

MAX_LINKS = 500_000


@dataclass(frozen=True, eq=False)
class Links:
    """Links of a layer, one in each row; all arrays are int64 but `inside`.

    Attributes:
        outputs: [n, 1 + axes]: channel and place of the output cell.
        places: [n, 1 + axes]: channel and place on the input that the weight lies on; below 0 or beyond the end in
            the padding.
        inputs: [n, 1 + axes]: the input cell whose value is there; −1 in all axes for a zero of the padding.
        weights: [n, rank of the weights]: which weight; see `engine.kinds.facts.weight_shape`.
        inside: bool [n]: whether the place is on the input and not in its padding.
    """

    outputs: Cells
    places: Cells
    inputs: Cells
    weights: Cells
    inside: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.outputs)


def reads(spec: KindSpec, cell: Sequence[int]) -> Links:
    """What an output cell is made of: the places under its kernel, padding included, and their weights.

    Args:
        spec: the layer.
        cell: (channel, *place) of the output.

    Returns:
        One row for each product in the cell's sum, input channels first, then places in reading order.

    Raises:
        SpecError: if the layer has no such cell.

    Example:
        >>> found = reads(KindSpec(size=(3, 4), kernel_size=2), (0, 0, 0))
        >>> found.inputs[:, 1:].tolist(), found.weights[:, 2:].tolist()
        ([[0, 0], [0, 1], [1, 0], [1, 1]], [[0, 0], [0, 1], [1, 0], [1, 1]])
    """
    _check_cell(cell, output_shape(spec), "output")
    axes = [each.of_output(place) for each, place in zip(_axes(spec), cell[1:], strict=True)]
    return _crossed(spec, axes, *_channels(spec, output=cell[0]))


def reaches(spec: KindSpec, cell: Sequence[int]) -> Links:
    """Which output cells an input cell has a part in, and through which weights.

    Copies of the cell in the padding are followed too.

    Args:
        spec: the layer.
        cell: (channel, *place) of the input.

    Returns:
        One row for each product that the cell is a factor of; none where strides step over it.

    Raises:
        SpecError: if the input has no such cell.

    Example:
        >>> reaches(KindSpec(size=(5,)), (0, 0)).outputs.tolist()
        [[0, 0]]
    """
    _check_cell(cell, spec.input_shape, "input")
    axes = [each.of_input(place) for each, place in zip(_axes(spec), cell[1:], strict=True)]
    return _crossed(spec, axes, *_channels(spec, entered=cell[0]))


def serves(spec: KindSpec, weight: Sequence[int]) -> Links:
    """Which (input, output) pairs a weight serves: the cells that share it.

    Args:
        spec: the layer.
        weight: its index in the weights; see `engine.kinds.facts.weight_shape`.

    Returns:
        One row for each use of the weight, also on padding.

    Raises:
        SpecError: if there is no such weight, or it serves more pairs than can be listed.

    Example:
        >>> len(serves(KindSpec(size=(5, 5)), (0, 0, 1, 1)))
        9
    """
    _check_cell(weight, weight_shape(spec), "weight")
    axes = _axes(spec)
    if spec.kind == "dense":
        return _only_link(spec, weight, axes)
    kernel = weight[-spec.dimensions :]
    first, second = weight[-spec.dimensions - 2 : -spec.dimensions]
    starts, steps = _uses(spec, weight)
    _check_listable([-(-each.anchors // step) for each, step in zip(axes, steps, strict=True)])
    rows = [each.of_tap(*each_use) for each, *each_use in zip(axes, kernel, starts, steps, strict=True)]
    return _crossed(spec, rows, *_channels_of_weight(spec, first, second))


def _only_link(spec: KindSpec, weight: Sequence[int], axes: list[AxisLinks]) -> Links:
    """The one pair that a dense layer's weight joins."""
    cells = np.unravel_index(weight[0], output_shape(spec)), np.unravel_index(weight[1], spec.input_shape)
    output, entered = ([int(number) for number in cell] for cell in cells)
    places = zip(axes, output[1:], entered[1:], strict=True)
    rows = [each.of_output(o).where(np.arange(each.inputs) == i) for each, o, i in places]
    return _crossed(spec, rows, np.array(output[:1]), np.array(entered[:1]))


def visits(spec: KindSpec) -> Cells:
    """How often each input cell is read for one map of the output: the heat map of a layer; int64 [*size].

    With padding that copies cells, a visit to a copy counts for the cell that was copied.

    Example:
        >>> visits(KindSpec(size=(3, 3), kernel_size=2)).tolist()
        [[1, 2, 1], [2, 4, 2], [1, 2, 1]]
    """
    return _outer([each.input_counts() for each in _axes(spec)])


def fan_in(spec: KindSpec) -> Cells:
    """How many places of the input, padding of zeros left out, each output cell reads in one channel; [*size].

    Constant for padding "valid", fewer at the edges for "same" and "full".

    Example:
        >>> fan_in(KindSpec(size=(4,), padding="same")).tolist()
        [2, 3, 3, 2]
    """
    return _outer([each.output_counts() for each in _axes(spec)])


def all_links(spec: KindSpec) -> Links:
    """Every link of a layer, padding included.

    Raises:
        SpecError: if there are more than can be listed.
    """
    axes = _axes(spec)
    channels = _channels(spec)
    per_anchor = spec.size if spec.kind == "dense" else spec.kernel_size
    _check_listable([len(channels[0]), *(each.anchors * n for each, n in zip(axes, per_anchor, strict=True))])
    return _crossed(spec, [each.all() for each in axes], *channels)


def bias_index(spec: KindSpec, cell: Sequence[int]) -> tuple[int, ...] | None:
    """Which bias is added to an output cell, as an index into the bias; None without one."""
    if bias_shape(spec) is None:
        return None
    channel, *place = cell
    if spec.kind == "dense":
        return (int(np.ravel_multi_index(tuple(cell), output_shape(spec))),)
    if spec.kind == "unshared":
        return (*place, channel)
    if spec.kind == "tiled":
        return (*(p % t for p, t in zip(place, spec.tile, strict=True)), channel)
    return (channel,)


def _axes(spec: KindSpec) -> list[AxisLinks]:
    check_settings(spec)
    return [axis_links(spec, axis) for axis in range(spec.dimensions)]


def _check_cell(cell: Sequence[int], shape: tuple[int, ...], what: str) -> None:
    if len(cell) != len(shape) or not all(0 <= c < n for c, n in zip(cell, shape, strict=True)):
        raise SpecError(f"There is no {what} {tuple(cell)}; it has the shape {shape}.")


def _check_listable(lengths: Sequence[int]) -> None:
    found = math.prod(lengths)
    if found > MAX_LINKS:
        raise SpecError(f"There are {found:,} links, and {MAX_LINKS:,} can be listed; a smaller input would do.")


def _channels(spec: KindSpec, output: int | None = None, entered: int | None = None) -> tuple[Cells, Cells]:
    """Output and input channels that meet: all pairs of a group, or those with one channel given."""
    outputs = np.arange(spec.out_channels) if output is None else np.array([output])
    inputs = np.arange(spec.in_channels) if entered is None else np.array([entered])
    left, right = (each.ravel() for each in np.meshgrid(outputs, inputs, indexing="ij"))
    if spec.kind == "dense":
        return left, right
    met = left // (spec.out_channels // spec.groups) == right // (spec.in_channels // spec.groups)
    return left[met], right[met]


def _channels_of_weight(spec: KindSpec, first: int, second: int) -> tuple[Cells, Cells]:
    """The output and the input channel of a weight's first two channel indices."""
    given, found = (
        (spec.in_channels, spec.out_channels) if spec.kind == "transposed" else (spec.out_channels, spec.in_channels)
    )
    other = first // (given // spec.groups) * (found // spec.groups) + second
    pair = np.array([first]), np.array([other])
    return pair[::-1] if spec.kind == "transposed" else pair


def _uses(spec: KindSpec, weight: Sequence[int]) -> tuple[Sequence[int], Sequence[int]]:
    """The first output cell along each axis that a weight's kernel is used for, and how far the next one is."""
    if spec.kind == "unshared":
        return weight[: spec.dimensions], output_sizes(spec)
    if spec.kind == "tiled":
        return weight[: spec.dimensions], spec.tile
    return (0,) * spec.dimensions, (1,) * spec.dimensions


def _crossed(spec: KindSpec, axes: list[Rows], outputs: Cells, inputs: Cells) -> Links:
    """The links of all axes and channel pairs together, the last axis changing fastest."""
    lengths = (len(outputs), *(len(rows.tap) for rows in axes))
    _check_listable(lengths)
    at = [index.ravel() for index in np.indices(lengths, sparse=False)]
    made, entered = outputs[at[0]], inputs[at[0]]
    chosen = [Rows(*(column[index] for column in rows)) for rows, index in zip(axes, at[1:], strict=True)]
    reached = np.stack([rows.input for rows in chosen], axis=1)
    places = np.stack([entered, *(rows.place for rows in chosen)], axis=1)
    zero = (reached < 0).any(axis=1, keepdims=True)
    output_cells = np.stack([made, *(rows.output for rows in chosen)], axis=1)
    input_cells = np.concatenate([entered[:, None], np.where(zero, -1, reached)], axis=1)
    taps = np.stack([rows.tap for rows in chosen], axis=1)
    return Links(
        outputs=output_cells,
        places=places,
        inputs=input_cells,
        weights=_weights(spec, output_cells, input_cells, taps),
        inside=np.all((places >= 0) & (places < spec.input_shape), axis=1),
    )


def _weights(spec: KindSpec, outputs: Cells, inputs: Cells, taps: Cells) -> Cells:
    """The index of each link's weight."""
    if spec.kind == "dense":
        flat = (
            np.ravel_multi_index(tuple(outputs.T), output_shape(spec)),
            np.ravel_multi_index(tuple(inputs.T), spec.input_shape),
        )
        return np.stack(flat, axis=1)
    if spec.kind == "transposed":
        channels = np.stack([inputs[:, 0], outputs[:, 0] % (spec.out_channels // spec.groups)], axis=1)
    else:
        channels = np.stack([outputs[:, 0], inputs[:, 0] % (spec.in_channels // spec.groups)], axis=1)
    kernels = {"unshared": outputs[:, 1:], "tiled": outputs[:, 1:] % spec.tile}.get(spec.kind)
    return np.concatenate([*([] if kernels is None else [kernels]), channels, taps], axis=1)


def _outer(counts: list[Cells]) -> Cells:
    found = counts[0]
    for more in counts[1:]:
        found = np.multiply.outer(found, more)
    return found
