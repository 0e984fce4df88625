"""One cell of a layer, told to the window with all that it has to do with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import SpecError
from engine.kinds.cell import explain_kind
from engine.kinds.facts import weight_shape
from engine.kinds.links import Links, reaches
from engine.protocol import KindExplained
from engine.protocol.kinds import ExplainKind

if TYPE_CHECKING:
    from engine.server.kinds.task import Made

MOST_TOLD = 65_536
"""Products that are told one by one."""


def told(made: Made, question: ExplainKind) -> KindExplained | None:
    """The answer to a question; None if the layer has no such cell (any more)."""
    cell = cell_of(question, made.spec.dimensions)
    shape = made.output.shape if question.side == "output" else made.given.values.shape
    if not all(0 <= place < n for place, n in zip(cell, shape, strict=True)):
        return None
    head: dict[str, Any] = {"id": question.id, "show": made.show, "frame": made.frame, "side": question.side}
    head["cell"] = cell
    try:
        found = _output(made, question, cell) if question.side == "output" else _input(made, question, cell)
    except SpecError as error:
        return KindExplained(**head, problem=str(error))
    return KindExplained(**head, other=question.other, **found)


def cell_of(question: ExplainKind, dimensions: int) -> tuple[int, ...]:
    """(channel, *place) of the cell that a question is about."""
    place = (question.depth, question.row or 0, question.column)
    return question.channel, *place[-dimensions:]


def _output(made: Made, question: ExplainKind, cell: tuple[int, ...]) -> dict[str, Any]:
    found = explain_kind(made.spec, made.given.values, made.weight, made.bias, cell)
    links = found.links
    chosen = np.flatnonzero(links.places[:, 0] == question.other)[:MOST_TOLD]
    return {
        **_rows(links.places[chosen, 1:], links.inputs[chosen, 1] < 0),
        **_products(found.values[chosen], found.factors[chosen]),
        "kernel": _kernel(made, links),
        "count": len(links),
        "channels": tuple(found.channels.tolist()),
        "channel_sums": tuple(found.channel_sums.tolist()),
        "total": found.total,
        "bias": found.bias,
        "value": float(made.output[cell]),
    }


def _input(made: Made, question: ExplainKind, cell: tuple[int, ...]) -> dict[str, Any]:
    links = reaches(made.spec, cell)
    value = float(made.given.values[cell])
    factors = made.weight[tuple(links.weights.T)].astype(np.float64)
    chosen = np.flatnonzero(links.outputs[:, 0] == question.other)[:MOST_TOLD]
    channels, which = np.unique(links.outputs[:, 0], return_inverse=True)
    return {
        **_rows(links.outputs[chosen, 1:], np.zeros(len(chosen), bool)),
        **_products(np.full(len(chosen), value), factors[chosen]),
        "kernel": _kernel(made, links),
        "count": len(links),
        "channels": tuple(channels.tolist()),
        "channel_sums": tuple(np.bincount(which, factors * value, minlength=len(channels)).tolist()),
        "total": float((factors * value).sum()),
        "value": value,
    }


def _rows(places: NDArray[np.int64], zero: NDArray[np.bool_]) -> dict[str, Any]:
    """Where they lie, and as what block; a row of numbers if the places are no block."""
    shape = tuple(len(np.unique(along)) for along in places.T) if len(places) else ()
    block = shape if int(np.prod(shape)) == len(places) else (len(places),)
    return {"places": np.ascontiguousarray(places).tobytes(), "zero": zero.tobytes(), "shape": block}


def _products(values: NDArray[np.float64], factors: NDArray[np.float64]) -> dict[str, bytes]:
    return {"values": values.tobytes(), "factors": factors.tobytes(), "products": (values * factors).tobytes()}


def _kernel(made: Made, links: Links) -> tuple[int, ...]:
    """Which kernel the weights are of, where several places have different ones."""
    own = len(weight_shape(made.spec)) - made.spec.dimensions - 2
    return tuple(links.weights[0, :own].tolist()) if own > 0 and len(links) else ()
