"""Slow motion: one step of training with all its numbers, in double precision, on a copy of the network."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import NamedTuple

import torch
from torch import Tensor, nn

from engine.errors import SpecError
from engine.nn import State, layer_paths
from engine.nn.modules import SameConv1d, SameConv2d, added
from engine.spec.layers import shape_text
from engine.spec.train import Loss, TrainSpec
from engine.train.losses import loss_of, wanted_outputs
from engine.train.optimiser import torch_optimiser
from engine.train.rules import Ruled, ruled

_CONVOLUTIONS = (nn.Conv1d, nn.Conv2d, SameConv1d, SameConv2d)
_NUDGE = 1e-5


class Lessons(NamedTuple):
    """The end of the network, a row for each picture, float64 [N, K]: see `lessons`."""

    outputs: Tensor
    chances: Tensor
    wanted: Tensor
    slopes: Tensor
    losses: Tensor


class Met(NamedTuple):
    """A weight's slope as a correlation: what it met, and how the loss changes with what it made.

    Attributes:
        whole: float64 [N, H, W], the input channel that the weight reads, padding included.
        begin, stride: where in it the first cell lies that the weight meets, and how far the next one is.
        seen, upstream: float64 [N, rows, columns]; the sum of their products is the weight's slope.
    """

    whole: Tensor
    begin: tuple[int, int]
    stride: tuple[int, int]
    seen: Tensor
    upstream: Tensor

    @property
    def products(self) -> Tensor:
        """Cell by cell."""
        return self.seen * self.upstream


class Walked(NamedTuple):
    """One step of training, as `walk` tells it."""

    maps: dict[str, Tensor]
    lessons: Lessons
    loss: float
    met: Met
    slope: float
    autograd: float
    differences: float
    scale: float
    age: int
    rule: Ruled
    before: float
    after: float
    loss_after: float


def followable(module: nn.Module) -> tuple[str, ...]:
    """Paths of the layers whose weights can be followed: convolutions of series and pictures, and dense layers.

    Example:
        >>> followable(nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.Flatten(), nn.Linear(8, 2)))
        ('0', '3')
    """
    known = (*_CONVOLUTIONS, nn.Linear)
    parts = ((name, part) for name, part in module.named_modules() if type(part) in known)
    return tuple(name for name, part in parts if isinstance(part.weight, nn.Parameter) and part.weight.requires_grad)


def lessons(name: Loss, outputs: Tensor, targets: Tensor, smoothing: float = 0.0) -> Lessons:
    """What the loss makes of each picture's outputs, and the slope of the batch's mean loss for them.

    For the cross-entropy that is (p − y) / N: the probabilities less the labels.

    Args:
        name: which loss.
        outputs: float64 [N, K].
        targets: int64 [N] or float64 [N, K].
        smoothing: of labels, for the cross-entropy.

    Source: C. M. Bishop, Pattern Recognition and Machine Learning (2006), section 5.2, (5.18) and around it

    Example:
        >>> lessons("cross-entropy", torch.tensor([[0.0, 0.0]]).double(), torch.tensor([1])).slopes.tolist()
        [[0.5, -0.5]]
    """
    wanted, (count, width) = wanted_outputs(outputs, targets), outputs.shape
    if name == "cross-entropy":
        wanted = (1 - smoothing) * wanted + smoothing / width
        chances = outputs.softmax(1)
        losses = -(wanted * outputs.log_softmax(1)).sum(1)
        return Lessons(outputs, chances, wanted, (chances - wanted) / count, losses)
    chances = outputs.sigmoid() if name == "binary" else outputs
    apart = chances - wanted
    slopes = {"squared": 2 * apart, "absolute": apart.sign(), "huber": apart.clamp(-1, 1)}.get(name, apart)
    losses = torch.stack([loss_of(name, row[None], want[None]) for row, want in zip(outputs, wanted, strict=True)])
    return Lessons(outputs, chances, wanted, slopes / (count * width), losses)


def met(layer: nn.Module, inputs: Tensor, upstream: Tensor, cell: tuple[int, ...]) -> Met:
    """The slope of one weight of a layer, as the correlation of what it reads with the slope of what it makes.

    Args:
        layer: a convolution or a dense layer.
        inputs: what it was given, [N, C, L], [N, C, H, W] or [N, …, features].
        upstream: the loss's slope for what it has made of that.
        cell: (output, input, row, column) of the weight; (output, input, column) of a series, (output, input) of a
            dense layer.
    """
    if isinstance(layer, nn.Linear):
        pairs = (inputs[..., cell[1]], upstream[..., cell[0]])
        seen, slopes = (each.reshape(len(inputs), 1, -1) for each in pairs)
        return Met(seen, (0, 0), (1, 1), seen, slopes)
    assert isinstance(layer, _CONVOLUTIONS)
    outputs, reads = layer.out_channels // layer.groups, layer.in_channels // layer.groups
    channel = cell[0] // outputs * reads + cell[1]
    whole, slopes = _around(layer, inputs)[:, channel], upstream[:, cell[0]]
    steps, gaps = layer.stride, layer.dilation
    if whole.ndim == 2:
        whole, slopes, cell, steps, gaps = whole[:, None], slopes[:, None], (0, 0, 0, cell[2]), (1, *steps), (1, *gaps)
    top, left = cell[2] * gaps[0], cell[3] * gaps[1]
    rows, columns = slopes.shape[1:]
    seen = whole[:, top :: steps[0], left :: steps[1]][:, :rows, :columns]
    return Met(whole, (top, left), (steps[0], steps[1]), seen, slopes)


def _around(layer: nn.Conv1d | nn.Conv2d, inputs: Tensor) -> Tensor:
    """The input with its padding."""
    sides = list(layer._reversed_padding_repeated_twice)
    if isinstance(layer, SameConv1d | SameConv2d):
        wider = [gap * (size - 1) for size, gap in zip(layer.kernel_size, layer.dilation, strict=True)][::-1]
        sides = [side for cells in wider for side in (cells // 2, cells - cells // 2)]
    return added(inputs, sides, layer.padding_mode)


def walk(
    module: nn.Module,
    inputs: Tensor,
    targets: Tensor,
    settings: TrainSpec,
    layer: str,
    cell: tuple[int, ...],
    memory: State | None = None,
    rate: float | None = None,
) -> Walked:
    """Take one step on a copy of a network, and tell all of it.

    Normalisations use what they have learned, and dropout lets everything through: what is told is one step without
    chance.

    Args:
        module: a network that ends in a row of outputs; it is not changed.
        inputs: float [N, *input_shape].
        targets: int64 [N] or float [N, K].
        settings: loss and optimiser.
        layer, cell: the weight that is followed, see `met`; the path is one of `followable`.
        memory: what the optimiser has kept, as a checkpoint has it; nothing at its first step.
        rate: the learning rate; the settings' if left out.

    Raises:
        SpecError: if there is no such weight.
    """
    module = copy.deepcopy(module).double().eval()
    batch = _Batch(inputs.double(), targets.double() if targets.is_floating_point() else targets, settings)
    _check(module, layer, cell)
    return _walked(module, batch, layer, cell, memory or {}, settings.learning_rate if rate is None else rate)


def _walked(module: nn.Module, batch: _Batch, layer: str, cell: tuple[int, ...], memory: State, rate: float) -> Walked:
    """The step, taken by the module itself."""
    settings, name = batch.settings, f"{layer}.weight"
    weight = module.get_parameter(name)
    felt = _felt(module, batch, layer)
    own, before = felt.slopes[name][cell].item(), weight[cell].item()
    correlated = met(module.get_submodule(layer), felt.given, felt.upstream, cell)
    differences = _differences(module, batch, weight, cell)
    scale, kept = _clipping(felt.slopes, settings.clip_norm), _kept_of(memory, name, cell)
    _step(module, settings, felt.slopes, scale, memory, rate)
    return Walked(
        maps=felt.maps,
        lessons=lessons(settings.loss, felt.outputs, batch.targets, settings.label_smoothing),
        loss=felt.loss,
        met=correlated,
        slope=float(correlated.products.sum()),
        autograd=own,
        differences=differences,
        scale=scale,
        age=int(kept.get("step", len(kept) > 0)),
        rule=ruled(settings, kept, before, scale * own, rate),
        before=before,
        after=weight[cell].item(),
        loss_after=_loss(module, batch),
    )


class _Batch(NamedTuple):
    inputs: Tensor
    targets: Tensor
    settings: TrainSpec


class _Felt(NamedTuple):
    """A pass forward and one back: maps of every layer, what one was given, and the slopes."""

    maps: dict[str, Tensor]
    outputs: Tensor
    loss: float
    given: Tensor
    upstream: Tensor
    slopes: dict[str, Tensor]


def _check(module: nn.Module, layer: str, cell: tuple[int, ...]) -> None:
    if layer not in followable(module):
        raise SpecError(f"The weights of {layer} cannot be followed; those of a Conv2d or a Linear layer would do.")
    weight = module.get_submodule(layer).get_parameter("weight")
    if len(cell) != weight.ndim or not all(0 <= place < size for place, size in zip(cell, weight.shape, strict=True)):
        raise SpecError(f"{layer} has no weight at {cell}; it has {shape_text(tuple(weight.shape))} of them.")


def _felt(module: nn.Module, batch: _Batch, layer: str) -> _Felt:
    made: dict[str, Tensor] = {}
    given: dict[str, Tensor] = {}

    def keep(path: str, inputs: tuple[Tensor, ...], outputs: Tensor) -> None:
        made[path], given[path] = outputs, inputs[0]

    hooks = [
        module.get_submodule(path).register_forward_hook(
            lambda _, inputs, outputs, path=path: keep(path, inputs, outputs)
        )
        for path in layer_paths(module)
    ]
    try:
        outputs = module(batch.inputs).flatten(1)
    finally:
        for hook in hooks:
            hook.remove()
    loss = _loss_of(outputs, batch)
    learning = {name: weight for name, weight in module.named_parameters() if weight.requires_grad}
    wanted = [made[layer], *learning.values()]
    found = torch.autograd.grad(loss, wanted, allow_unused=True)
    slopes = [torch.zeros_like(of) if each is None else each for each, of in zip(found, wanted, strict=True)]
    maps = {path: tensor.detach() for path, tensor in made.items()}
    named = dict(zip(learning, slopes[1:], strict=True))
    return _Felt(maps, outputs.detach(), loss.item(), given[layer].detach(), slopes[0], named)


def _loss_of(outputs: Tensor, batch: _Batch) -> Tensor:
    return loss_of(batch.settings.loss, outputs, batch.targets, batch.settings.label_smoothing)


@torch.no_grad()
def _loss(module: nn.Module, batch: _Batch) -> float:
    return _loss_of(module(batch.inputs).flatten(1), batch).item()


def _differences(module: nn.Module, batch: _Batch, weight: Tensor, cell: tuple[int, ...]) -> float:
    """The slope of one weight from two losses beside it."""
    here, losses = weight[cell].item(), []
    with torch.no_grad():
        for nudge in (_NUDGE, -_NUDGE):
            weight[cell] = here + nudge
            losses.append(_loss(module, batch))
        weight[cell] = here
    return (losses[0] - losses[1]) / (2 * _NUDGE)


def _clipping(slopes: Mapping[str, Tensor], most: float) -> float:
    """What every slope is multiplied with, so that all together are no longer than `most`."""
    norm = torch.stack([slope.norm() for slope in slopes.values()]).norm().item()
    return min(1.0, most / (norm + 1e-6)) if most else 1.0


def _kept_of(memory: State, name: str, cell: tuple[int, ...]) -> dict[str, float]:
    """What the optimiser has kept for one weight."""
    own = {key.partition("/")[0]: kept for key, kept in memory.items() if key.partition("/")[2] == name}
    return {what: float(kept if kept.ndim == 0 else kept[cell]) for what, kept in own.items()}


def _step(
    module: nn.Module, settings: TrainSpec, slopes: Mapping[str, Tensor], scale: float, memory: State, rate: float
) -> None:
    """The optimiser's own step, for all weights."""
    learning = {name: weight for name, weight in module.named_parameters() if name in slopes}
    optimiser = torch_optimiser(list(learning.values()), settings, torch.device("cpu"))
    for key, kept in memory.items():
        what, _, name = key.partition("/")
        if name in learning:
            optimiser.state[learning[name]][what] = kept.clone() if kept.ndim == 0 else kept.double()
    for group in optimiser.param_groups:
        group["lr"] = rate
    for name, weight in learning.items():
        weight.grad = scale * slopes[name]
    optimiser.step()
