"""Which cells of an input a number of the network came from, by the methods of the field."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import torch
from captum.attr import InputXGradient, IntegratedGradients, LayerGradCam, Occlusion, Saliency
from torch import Tensor, nn
from torch.nn import functional

from engine.errors import SpecError
from engine.explain.guided import Deconvolved, Guided
from engine.explain.target import Scored, layer_of, likeliest, output_of
from engine.nn.maps import evaluating, feature_maps
from engine.spec.attribution import METHODS, Target

Progress = Callable[[int, int], None]
"""Told how many of how many runs of the network are done; what it raises ends the work."""

NOISE = 0.15
"""SmoothGrad's standard deviation, as a share of the input's range."""
PATCH, STEPS = 8, 2
"""Occlusion hides an eighth of each side, and moves by half of that."""
GREY = 0.5
AT_ONCE = 8


@dataclass(frozen=True, eq=False)
class Attribution:
    """What each cell of one input has to do with the number that was explained.

    `values` are float32 [C, *size], signed where the method is: above zero speaks for the number. `heat` is float32
    [*size], the sum over the channels of the values, or of their absolute values for a sensitivity. `score` is the
    number itself, and `layer` the one whose maps were used, if any.
    """

    method: str
    target: Target
    values: Tensor
    heat: Tensor
    score: float
    layer: str = ""


def attribute(
    module: nn.Module,
    inputs: Tensor,
    method: str = "saliency",
    target: Target | None = None,
    layer: str = "",
    progress: Progress | None = None,
    seed: int = 0,
) -> Attribution:
    """Explain one number of a network by the cells of its input.

    Args:
        module: one from `engine.build`, or any module whose children are layers; nothing of it changes.
        inputs: [1, C, *size], one input; 1-D, 2-D and 3-D ones will do.
        method: one of `method_names()`.
        target: the number; the score of the likeliest class if left out.
        layer: for Grad-CAM, the path of the layer whose maps are used; the last one that has maps if left out.
        progress: called with every run of the network.
        seed: of SmoothGrad's noise.

    Raises:
        SpecError: if there is no such method, layer, map or cell, or the target does not depend on the layer.

    Example:
        >>> from engine.nn import build
        >>> from engine.presets import preset
        >>> made = attribute(build(preset("lenet-5")), torch.rand(1, 1, 28, 28), "grad-cam", Target(map=3))
        >>> made.heat.shape, made.layer
        (torch.Size([28, 28]), 'pool2')
    """
    if method not in METHODS:
        raise SpecError(f"There is no method {method!r}; {', '.join(METHODS)} are there.")
    inputs = inputs.detach().float()
    with evaluating(module):
        chosen = target or likeliest(module, inputs)
        score = _score(module, chosen, inputs)
        used = (layer or last_with_maps(module, inputs, chosen)) if METHODS[method].needs_layer else ""
        values = _worked_out(_Work(module, chosen, used, seed, _Ticks(method, progress)), method, inputs)
    heat = (values.abs() if method in SENSITIVITIES else values).sum(0)
    return Attribution(method, chosen, values, heat, score, used)


def _score(module: nn.Module, target: Target, inputs: Tensor) -> float:
    with torch.no_grad():
        found: float = Scored(module, target)(inputs).item()
        return found


def _worked_out(work: _Work, method: str, inputs: Tensor) -> Tensor:
    with torch.enable_grad(), warnings.catch_warnings():
        # captum says with each call that it sets hooks, which it takes away again.
        warnings.simplefilter("ignore", UserWarning)
        return _METHODS[method](work, inputs).detach()[0]


SENSITIVITIES = ("saliency", "smoothgrad", "guided-backprop", "deconvolution")
"""Where the sign tells which way a pixel would have to change, and not whether it speaks for the number."""


def layers_with_maps(module: nn.Module, inputs: Tensor) -> tuple[str, ...]:
    """The layers that Grad-CAM can use: those whose output is laid out over more than one cell."""
    made = feature_maps(module, inputs)
    return tuple(path for path, maps in made.items() if math.prod(maps.shape[2:]) > 1)


def last_with_maps(module: nn.Module, inputs: Tensor, target: Target) -> str:
    """The last layer with maps before the target.

    Raises:
        SpecError: if there is none.
    """
    usable = layers_with_maps(module, inputs)
    if target.layer in usable:
        usable = usable[: usable.index(target.layer) + 1]
    if not usable:
        raise SpecError("No layer of this network has maps of more than one cell; Grad-CAM needs one.")
    return usable[-1]


class _Ticks:
    """Counts the network's runs and tells of them."""

    def __init__(self, method: str, progress: Progress | None) -> None:
        self._done, self.total = 0, METHODS[method].runs
        self._progress = progress

    def __call__(self) -> None:
        if self._progress is not None:
            self._progress(min(self._done, self.total), self.total)
        self._done += 1


@dataclass(frozen=True, eq=False)
class _Work:
    """What the methods share."""

    module: nn.Module
    target: Target
    layer: str
    seed: int
    ticks: _Ticks

    @property
    def scored(self) -> Scored:
        return Scored(self.module, self.target, self.ticks)


def _saliency(work: _Work, inputs: Tensor) -> Tensor:
    made: Tensor = Saliency(work.scored).attribute(inputs, target=0, abs=False)
    return made


def _gradient_times_input(work: _Work, inputs: Tensor) -> Tensor:
    made: Tensor = InputXGradient(work.scored).attribute(inputs, target=0)
    return made


def _integrated(work: _Work, inputs: Tensor) -> Tensor:
    runs = METHODS["integrated-gradients"].runs
    made: Tensor = IntegratedGradients(work.scored).attribute(
        inputs, baselines=torch.zeros_like(inputs), target=0, n_steps=runs, internal_batch_size=1
    )
    return made


def _smooth(work: _Work, inputs: Tensor) -> Tensor:
    runs = METHODS["smoothgrad"].runs
    spread = NOISE * (inputs.max() - inputs.min()).clamp_min(1e-6)
    chance = torch.Generator(inputs.device).manual_seed(work.seed)
    total = torch.zeros_like(inputs)
    for _ in range(runs):
        noise = torch.randn(inputs.shape, generator=chance, device=inputs.device)
        total += _saliency(work, inputs + spread * noise)
    return total / runs


def _guided(work: _Work, inputs: Tensor) -> Tensor:
    made: Tensor = Guided(work.scored).attribute(inputs, target=0)
    return made


def _deconvolved(work: _Work, inputs: Tensor) -> Tensor:
    made: Tensor = Deconvolved(work.scored).attribute(inputs, target=0)
    return made


def _grad_cam(work: _Work, inputs: Tensor) -> Tensor:
    layer = layer_of(work.module, work.layer)
    if output_of(work.module, inputs, work.layer).ndim < 3:
        raise SpecError(f"Layer {work.layer} has no maps, only a row of numbers; Grad-CAM needs a layer before it.")
    try:
        warm: Tensor = LayerGradCam(work.scored, layer).attribute(inputs, target=0, relu_attributions=True)
    except RuntimeError as error:
        named = work.target.layer or "the output"
        raise SpecError(f"{named} does not depend on layer {work.layer}; a layer before it would do.") from error
    mode = {1: "linear", 2: "bilinear", 3: "trilinear"}[inputs.ndim - 2]
    return functional.interpolate(warm, inputs.shape[2:], mode=mode, align_corners=False)


def _guided_grad_cam(work: _Work, inputs: Tensor) -> Tensor:
    return _guided(work, inputs) * _grad_cam(work, inputs)


def _occluded(work: _Work, inputs: Tensor) -> Tensor:
    window, steps = occlusion_window(tuple(inputs.shape[1:]))
    moves = [
        -(-(size - width) // step) + 1
        for size, width, step in zip(inputs.shape[2:], window[1:], steps[1:], strict=True)
    ]
    work.ticks.total = -(-math.prod(moves) // AT_ONCE) + 1
    made: Tensor = Occlusion(work.scored).attribute(
        inputs, sliding_window_shapes=window, strides=steps, baselines=GREY, target=0, perturbations_per_eval=AT_ONCE
    )
    return made


def occlusion_window(shape: tuple[int, ...]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The patch that hides a part of an input of this shape (channels, *size), and how far it moves each time.

    Example:
        >>> occlusion_window((3, 224, 96))
        ((3, 28, 12), (3, 14, 6))
    """
    window = tuple(max(size // PATCH, 1) for size in shape[1:])
    return (shape[0], *window), (shape[0], *(max(width // STEPS, 1) for width in window))


_METHODS: dict[str, Callable[[_Work, Tensor], Tensor]] = {
    "saliency": _saliency,
    "gradient-x-input": _gradient_times_input,
    "integrated-gradients": _integrated,
    "smoothgrad": _smooth,
    "guided-backprop": _guided,
    "deconvolution": _deconvolved,
    "grad-cam": _grad_cam,
    "guided-grad-cam": _guided_grad_cam,
    "occlusion": _occluded,
}
