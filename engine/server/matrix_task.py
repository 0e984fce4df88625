"""The layer as a matrix, multiplied by a patch of every new frame, beside the map that the layer makes itself."""

from __future__ import annotations

import time
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.buffers import View
from engine.errors import SpecError
from engine.filtering.picture import input_planes
from engine.kinds.facts import weight_shape
from engine.kinds.matrix import LayerMatrix, compared, layer_matrix
from engine.kinds.patches import patch_kind, patch_place, patch_weights
from engine.kinds.run import run_kind
from engine.kinds.sizes import output_shape
from engine.kinds.spec import KindSpec
from engine.protocol import Event, Form, MatrixForms, MatrixTold
from engine.server.task import AtOnce, Job
from engine.spec.filter import FilterSpec

Array = NDArray[np.float32]
MAX_SHOWN = 100_000
"""Entries that a matrix may have here: more could not be told apart."""


class _Layer(NamedTuple):
    """A layer with its numbers, and its matrix."""

    spec: KindSpec
    weight: Array
    bias: Array | None
    matrix: LayerMatrix


class MatrixTask(AtOnce):
    """Keeps the matrix while settings and weights stay."""

    views: tuple[View, ...] = ()

    def __init__(self) -> None:
        self._key: tuple[Any, ...] = ()
        self._layer: _Layer | None = None
        self._forms: MatrixForms | None = None
        self._told: tuple[Any, ...] = ()

    def compute(self, job: Job) -> Event:
        """Multiply the patch at hand."""
        began = time.perf_counter()
        project = job.show.project
        rows, columns = job.frame.pixels.shape[:2]
        (top, left), (height, width) = patch_place(project.matrix.place, project.matrix.size, (rows, columns))
        seen = seen_plane(job.frame.pixels[top : top + height, left : left + width], project.filter)
        layer, forms = self._made(project.filter, project.kind, (height, width))
        made: Array = run_kind(layer.spec, seen[np.newaxis], layer.weight, layer.bias)[0]
        product = multiplied(layer.matrix, seen).reshape(made.shape)
        now = job.show.id, self._key
        first, self._told = self._told != now, now
        return msgspec.structs.replace(
            _answer(job),
            top=top,
            left=left,
            height=height,
            width=width,
            map_height=made.shape[0],
            map_width=made.shape[1],
            seen=seen.tobytes(),
            map=np.ascontiguousarray(made).tobytes(),
            product=product.tobytes(),
            apart=float(np.abs(made - product).max()),
            bias=project.filter.bias,
            forms=forms if first else None,
            seconds=time.perf_counter() - began,
        )

    def without(self, job: Job) -> Event:
        """Only the input's picture."""
        return _answer(job)

    def _made(self, spec: FilterSpec, sharing: KindSpec, size: tuple[int, int]) -> tuple[_Layer, MatrixForms]:
        layer = patch_kind(spec, sharing, size)
        key = (layer, spec.kernel.weights[0], spec.bias)
        if self._layer is None or self._forms is None or key != self._key:
            self._layer = self._forms = None
            check_readable(layer)
            weight, bias = patch_weights(layer, spec)
            self._layer = _Layer(layer, weight, bias, layer_matrix(layer, weight, bias))
            self._forms = _forms(self._layer.matrix, spec)
            self._key = key
        return self._layer, self._forms


def seen_plane(pixels: NDArray[Any], spec: FilterSpec) -> Array:
    """What the layer sees of a patch, [h, w]: its grey values, or its red where the filter looks at colours."""
    planes = input_planes(np.ascontiguousarray(pixels), spec.channels)
    return planes if planes.ndim == 2 else np.ascontiguousarray(planes[..., 0])


def multiplied(matrix: LayerMatrix, seen: Array) -> Array:
    """M·vec(x) + b."""
    assert matrix.entries is not None
    assert matrix.offset is not None
    return matrix.entries @ seen.ravel() + matrix.offset


def check_readable(layer: KindSpec) -> None:
    """Raise SpecError, before anything is made, if the layer cannot be or its matrix would be too large to be shown."""
    rows, columns = int(np.prod(output_shape(layer))), int(np.prod(layer.input_shape))
    if rows * columns > MAX_SHOWN:
        raise SpecError(
            f"The matrix would have {rows:,} × {columns:,} entries, more than can be told apart; a smaller patch or "
            f"less padding would do."
        )


def _answer(job: Job) -> MatrixTold:
    show, frame = job.show, job.frame
    return MatrixTold(id=show.id, frame=job.number, arrived=frame.stamp, asked=show.asked, planes=job.planes)


def _forms(matrix: LayerMatrix, spec: FilterSpec) -> MatrixForms:
    assert matrix.entries is not None
    return MatrixForms(
        form=_form(matrix),
        entries=matrix.entries.tobytes(),
        kernel_size=spec.kernel.size,
        others=tuple(_other(each) for each in compared(matrix.spec)),
    )


def _form(matrix: LayerMatrix) -> Form:
    rows, columns = matrix.index.shape
    return Form(
        kind=matrix.spec.kind,
        rows=rows,
        columns=columns,
        index=matrix.index.tobytes(),
        weights=int(np.prod(weight_shape(matrix.spec))),
        met=matrix.distinct,
        nonzeros=matrix.nonzeros,
        crowded=matrix.crowded,
    )


def _other(layer: KindSpec) -> Form:
    try:
        check_readable(layer)
        return _form(layer_matrix(layer))
    except SpecError as error:
        return Form(kind=layer.kind, problem=str(error))
