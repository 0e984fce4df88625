"""One number of a network, told to the window with what it was computed from."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.errors import EngineError
from engine.forward.explain import Explainer
from engine.forward.unit import Terms, Unit
from engine.protocol import ExplainUnit, Link, Part, UnitExplained

MOST_PARTS = 256


def unit_explained(explainer: Explainer, question: ExplainUnit, show: int, frame: int) -> UnitExplained:
    """The answer to a question; a number that is not there any more is answered with a sentence."""
    answer = UnitExplained(id=question.id, show=show, frame=frame, layer=question.layer, cell=question.cell)
    try:
        chain = explainer.chain(question.layer, question.cell)
    except EngineError as error:
        return msgspec.structs.replace(answer, problem=str(error))
    links = tuple(_link(unit) for unit in chain)
    last = chain[-1]
    if last.terms is None:
        return msgspec.structs.replace(answer, chain=links)
    return msgspec.structs.replace(answer, chain=links, sources=last.sources, **_summed(last.terms, question.part))


def _link(unit: Unit) -> Link:
    single = unit.terms is not None and len(unit.terms) == 1
    return Link(
        path=unit.path,
        type=unit.type,
        cell=unit.cell,
        rule=unit.rule,
        value=unit.value,
        before=unit.before,
        bias=unit.bias,
        factor=float(unit.terms.weights[0]) if single and unit.terms is not None else 1.0,
    )


@dataclass(frozen=True, eq=False)
class _Groups:
    """Which terms belong together: [n] the number of the part that each belongs to, and the parts' sums."""

    of: NDArray[np.intp]
    sums: NDArray[np.float64]
    alone: bool
    """Whether every term is a part of its own."""


def _summed(terms: Terms, wanted: int) -> dict[str, object]:
    groups = _groups(terms)
    order = np.argsort(-np.abs(groups.sums), kind="stable")
    kept = order[:MOST_PARTS]
    parts = tuple(_part(terms, groups, int(group)) for group in kept)
    chosen = wanted if 0 <= wanted < len(parts) else 0
    some = np.flatnonzero(groups.of == kept[chosen])
    return {
        "count": len(terms),
        "parts": parts,
        "left_out": len(order) - len(kept),
        "rest": float(groups.sums[order[MOST_PARTS:]].sum()),
        "total": float(groups.sums.sum()),
        "part": chosen,
        "shape": _shape(terms, some),
        "axes": terms.places.shape[1],
        "places": terms.places[some].tobytes(),
        "inside": terms.inside[some].tobytes(),
        "values": terms.values[some].tobytes(),
        "weights": terms.weights[some].tobytes(),
    }


def _groups(terms: Terms) -> _Groups:
    """By the channel of the layer that they come from; single numbers by themselves where there is one of each."""
    keys = np.stack([terms.source, terms.places[:, 0]])
    _, first, of = np.unique(keys, axis=1, return_index=True, return_inverse=True)
    place = np.argsort(np.argsort(first))  # in the order in which they come
    groups = place[of.ravel()]
    sums = np.zeros(len(first))
    np.add.at(sums, groups, terms.products)
    return _Groups(groups, sums, len(first) == len(terms))


def _part(terms: Terms, groups: _Groups, group: int) -> Part:
    one = int(np.argmax(groups.of == group))
    cell = tuple(int(at) for at in terms.places[one] if at >= 0) if groups.alone and terms.inside[one] else ()
    return Part(
        source=int(terms.source[one]), channel=int(terms.places[one, 0]), total=float(groups.sums[group]), cell=cell
    )


def _shape(terms: Terms, some: NDArray[np.intp]) -> tuple[int, ...]:
    """How the terms of a part lie: as in the block they come from, as a patch that they fill, or in a row."""
    inner = terms.shape[1:]
    if inner and int(np.prod(inner)) == len(some):
        return inner
    patch = tuple(len(np.unique(places)) for places in terms.places[some, 1:].T)
    return patch if patch and int(np.prod(patch)) == len(some) else (len(some),)
