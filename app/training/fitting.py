"""Whether the network suits the data, said before the start, and the network that would."""

from __future__ import annotations

import math
from typing import NamedTuple

from engine.errors import SpecError
from engine.spec.layers import Flatten, Linear, shape_text
from engine.spec.network import NetworkSpec
from engine.spec.network_edit import add_all, replace_field, with_input_shape
from engine.spec.summary import Summary, summary

Shape = tuple[int, ...]


class Fit(NamedTuple):
    """One sentence (empty if all is well), whether it stops a start, and a network with a button's few words."""

    sentence: str = ""
    stops: bool = False
    label: str = ""
    network: NetworkSpec | None = None


def fit_of(network: NetworkSpec, shape: Shape, classes: int) -> Fit:
    """How a network and a data set go together.

    Args:
        network: as it is now.
        shape: of one picture of the data, (channels, height, width).
        classes: how many there are.

    Example:
        >>> fit_of(NetworkSpec(layers=(Flatten(), Linear(out_features=8))), (1, 28, 28), 10).sentence
        'The network ends in 8 outputs and the data has 10 classes.'
        >>> fit_of(NetworkSpec(layers=(Flatten(), Linear(out_features=10))), (1, 28, 28), 10)
        Fit(sentence='', stops=False, label='', network=None)
    """
    found = summary(network)
    fitted = fitted_network(network, shape, classes)
    stop = _stop(network, found, shape, classes)
    if stop:
        if fitted is not None:
            return Fit(stop, True, f"Fit to {shape_text(shape)}, {classes} classes", fitted)
        repair = next((repair for finding in found.problems[:1] for repair in finding.repairs), None)
        return Fit(stop, True, repair.label.capitalize() if repair else "", repair.network if repair else None)
    if network.input_shape != shape:
        wanted = shape_text(network.input_shape)
        sentence = f"Pictures of {shape_text(shape)} are made {wanted}, as the network takes them."
        return Fit(sentence, False, f"Take {shape_text(shape)}", fitted)
    return Fit()


def _stop(network: NetworkSpec, found: Summary, shape: Shape, classes: int) -> str:
    """Why it cannot be trained, or nothing."""
    if not network.layers:
        return "The network has no layers; add some on the Network page."
    if found.problems:
        first = found.problems[0]
        return f"{first.id}: {first.message}"
    if not found.parameters:
        return "The network has no weights to learn; a Conv2d or a Linear layer would do."
    if found.frozen_parameters == found.parameters:
        return "Every layer that could learn is frozen; one that is not would do."
    made = found.output_shape
    if made is None or math.prod(made[1:]) != 1:
        ends = "nothing" if made is None else f"maps of {shape_text(made)}"
        return f"The network ends in {ends}, and a class needs one number."
    if made[0] < classes:
        return f"The network ends in {made[0]} output{'s' * (made[0] != 1)} and the data has {classes} classes."
    if len(network.input_shape) != 3 or network.input_shape[0] not in (1, 3, shape[0]):
        return f"The network takes {shape_text(network.input_shape)} and the pictures are {shape_text(shape)}."
    return ""


def fitted_network(network: NetworkSpec, shape: Shape, classes: int) -> NetworkSpec | None:
    """The network on inputs of the data's shape with one output a class; None if no small change makes it so."""
    for made in _tries(with_input_shape(network, shape), classes):
        found = summary(made)
        if not found.problems and found.output_shape is not None and math.prod(found.output_shape) == classes:
            return made
    return None


def _tries(network: NetworkSpec, classes: int) -> list[NetworkSpec]:
    """As it is, with its last Linear layer changed, with a dense end: the smallest change first."""
    tries = [network]
    dense = [layer.id for layer in network.layers if isinstance(layer, Linear) and not layer.disabled]
    try:
        if dense:
            tries.append(replace_field(network, dense[-1], "out_features", classes))
        ending = (Flatten(), Linear(out_features=classes))
        return [*tries, add_all(network, ending)] if network.layers else tries
    except SpecError:
        return tries
