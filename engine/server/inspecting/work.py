"""What the worker is given: a network of its own, a frame, and what is to be found out. Imports captum when it runs."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional

from engine.errors import SpecError
from engine.forward import any_input
from engine.forward.frame import window_of
from engine.frames import Frame
from engine.nn.maps import evaluating, run
from engine.protocol import Box, SanityTold
from engine.server.inspecting.worker import Progress
from engine.spec.attribution import Target
from engine.spec.inspect import CLASS_MAP, InspectSpec
from engine.spec.layers import Flatten, Linear, Shape, Softmax
from engine.spec.network import NetworkSpec, layers_with_paths
from engine.spec.summary import summary

if TYPE_CHECKING:
    from engine.explain import Attribution

LARGEST_SIDE = 720
"""Pixels of a frame that a fully convolutional network is laid over; larger ones are made smaller."""
_LAST = (Flatten, Softmax)


@dataclass(frozen=True, eq=False)
class Question:
    """What is to be explained, on which frame. `likeliest` is the class, where no other number was chosen."""

    network: NetworkSpec
    module: nn.Module
    frame: Frame
    number: int
    spec: InspectSpec
    likeliest: int | None = None
    classes: int = 0

    @property
    def target(self) -> Target | None:
        """The number; None for whatever the network's output says most."""
        if self.spec.unit is not None:
            return self.spec.unit
        chosen = self.likeliest if self.spec.chosen is None else self.spec.chosen
        return None if chosen is None else Target(map=chosen)


@dataclass(frozen=True, eq=False)
class Explained:
    """An answer: `heat` is float32 [height, width] over the part `window` of the frame."""

    question: Question
    heat: NDArray[np.float32]
    window: Box
    target: Target
    score: float
    seconds: float
    layer: str = ""
    made: Attribution | None = None


def explained(question: Question, progress: Progress) -> Explained:
    """Explain the number by the method that was chosen."""
    began = time.perf_counter()
    if question.spec.method == CLASS_MAP.name:
        return _class_map(question, progress, began)
    from engine.explain import attribute  # captum takes a second to import, and predictions go on meanwhile

    inputs, _ = any_input(question.frame.pixels, question.network.input_shape)
    spec = question.spec
    made = attribute(question.module, inputs, spec.method, question.target, spec.layer, progress)
    heat, window = laid_out(made.heat.numpy(), question.network.input_shape, question.frame.pixels.shape)
    return Explained(question, heat, window, made.target, made.score, time.perf_counter() - began, made.layer, made)


def checked(answer: Explained, progress: Progress) -> SanityTold:
    """How far the explanation can be trusted."""
    from engine.explain import attribute, deletion, insertion, randomised

    question, made = answer.question, answer.made
    if made is None:
        raise SpecError("A class map shows what the network says and explains nothing; there is nothing to check.")
    inputs, _ = any_input(question.frame.pixels, question.network.input_shape)

    def again(module: nn.Module, target: Target) -> Attribution:
        return attribute(module, inputs, made.method, target, made.layer, progress)

    removed = deletion(question.module, inputs, made, progress=progress)
    restored = insertion(question.module, inputs, made, progress=progress)
    return SanityTold(
        shares=removed.shares,
        deletion=removed.values,
        insertion=restored.values,
        deletion_area=removed.area,
        insertion_area=restored.area,
        alike=randomised(question.module, again, made),
    )


def laid_out(heat: NDArray[np.float32], shape: Shape, frame: tuple[int, ...]) -> tuple[NDArray[np.float32], Box]:
    """Heat of a network's input as a picture, and the part of the frame that it belongs to.

    That of a signal is a row, as high as a sixteenth of the frame, since it was made of the middle row alone.

    Example:
        >>> heat, window = laid_out(np.zeros(9, np.float32), (1, 9), (64, 80, 3))
        >>> heat.shape, window
        ((1, 9), (30, 0, 4, 80))
    """
    rows, columns = frame[:2]
    if len(shape) == 2:
        high = max(rows // 16, 1)
        return heat[None], ((rows - high) // 2, 0, high, columns)
    if len(shape) == 1:
        high = max(size for size in range(1, int(shape[0] ** 0.5) + 1) if shape[0] % size == 0)
        heat = heat.reshape(high, -1)
    heat = heat.sum(0) if heat.ndim == 3 else heat
    return heat, window_of(rows, columns, *heat.shape)


def looks_everywhere(network: NetworkSpec) -> bool:
    """Whether a network makes scores for each place, so that it can be laid over a larger picture.

    A Flatten or Softmax behind maps of one cell is no hindrance: it is left out there.
    """
    if len(network.input_shape) != 3 or network.input_shape[0] not in (1, 3):
        return False
    held = [layer for _, layer in layers_with_paths(network.layers) if not layer.disabled]
    while held and isinstance(held[-1], _LAST):
        held.pop()
    mixed = any(isinstance(layer, (Linear, Flatten)) or _fixes_size(layer) for layer in held)
    return bool(held) and not mixed and not summary(network).problems


def _fixes_size(layer: object) -> bool:
    name = type(layer).__name__
    return name.startswith(("Adaptive", "Unshared", "GlobalAvg", "LayerNorm"))


def _class_map(question: Question, progress: Progress, began: float) -> Explained:
    network, target = question.network, question.target
    if not looks_everywhere(network):
        raise SpecError(
            "This network mixes all places before it names a class, so it has no class map; one that ends in "
            "convolutions would do, or Grad-CAM."
        )
    if target is None or target.layer:
        raise SpecError("A class map is of a class; choose one, or another method for a unit.")
    progress(0, 1)
    pixels = question.frame.pixels
    rows, columns = pixels.shape[:2]
    scale = min(1.0, LARGEST_SIDE / max(rows, columns))
    size = (network.input_shape[0], *(max(round(side * scale), 1) for side in (rows, columns)))
    inputs, _ = any_input(pixels, size)
    with evaluating(question.module), torch.no_grad():
        scores = run(_without_last(question.module), inputs)
    count = question.classes or scores.shape[1]
    likely = scores[:, :count].softmax(1)[:, target.map : target.map + 1]
    if not likely.shape[1]:
        raise SpecError(f"The network has {count} classes, counted from 0; there is no class {target.map}.")
    heat = functional.interpolate(likely, size=size[1:], mode="bilinear", align_corners=False)[0, 0].numpy()
    score = float(likely.max())
    return Explained(question, heat, (0, 0, rows, columns), target, score, time.perf_counter() - began)


def _without_last(module: nn.Module) -> nn.Module:
    layers = list(module.children())
    while layers and isinstance(layers[-1], (nn.Flatten, nn.Softmax)):
        layers.pop()
    return nn.Sequential(*layers)
