"""A network that follows its spec while a person edits it: weights stay with the layers that they still fit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from engine.errors import SpecError
from engine.forward.explain import Explainer
from engine.forward.frame import any_input, window_of
from engine.forward.origins import INPUT
from engine.nn import Kept, Network, feature_maps, fresh_module, layout_for, load_state, put_planted, state_of
from engine.spec.network import NetworkSpec
from engine.spec.project import Planted
from engine.spec.summary import summary

_NOTHING = Kept((), ())


@dataclass(frozen=True)
class Origin:
    """Where learned weights come from.

    `run` is the run's folder, empty for one that keeps nothing; `step` its step; `going_on` whether it trains now.
    `planted` are the kernels that it began with: they were learned on, and are not put in again.
    """

    run: str = ""
    step: int = 0
    going_on: bool = False
    class_names: tuple[str, ...] = ()
    planted: tuple[Planted, ...] = ()


_ORIGIN = Origin()


@dataclass(frozen=True, eq=False)
class Seen:
    """What the network made of one frame.

    `maps` is float32 [C, H, W] of the layer asked for (as `planes_of` has them where there are more or fewer axes),
    `shape` its shape as the network has it; `probabilities` [classes] where the network ends in a row of scores, else
    None. `also` are the maps of the other layers that were asked for. The network saw `window`, (top, left, height,
    width), of the frame.
    """

    maps: NDArray[np.float32]
    shape: tuple[int, ...]
    probabilities: NDArray[np.float32] | None
    note: str
    also: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)
    window: tuple[int, int, int, int] | None = None


class LiveNetwork:
    """Holds the module of the newest spec.

    Layers have the weights of their last training. Those that have learned nothing have the weights that a training
    with this seed would begin with, a person's kernels among them.
    """

    def __init__(self) -> None:
        self._spec: NetworkSpec | None = None
        self._planted: tuple[Planted, ...] = ()
        self._seed = 0
        self._scores = ""
        self._module: Network | None = None
        self._learned: dict[str, Tensor] = {}
        self._kept = _NOTHING
        self._origin: Origin | None = None
        self._inputs: Tensor | None = None
        self._made: tuple[int, dict[str, Tensor]] = (0, {})
        self.version = 0
        """Rises whenever the weights may be others."""
        self.laid_over = 0
        """How many kernels of the person's stand in the place of other weights."""

    @property
    def module(self) -> Network:
        """The module of the newest spec that could be built."""
        if self._module is None:
            raise SpecError("There is no network yet; build one that has no problems first.")
        return self._module

    @property
    def origin(self) -> Origin | None:
        """Where the weights come from; None if none of the layers has learned anything."""
        return self._origin if self._kept.kept else None

    @property
    def fresh(self) -> tuple[str, ...]:
        """Paths of the layers with weights that have learned nothing."""
        return self._kept.fresh

    def update(self, spec: NetworkSpec, planted: tuple[Planted, ...] = (), seed: int = 0) -> None:
        """Follow an edit. One that only puts a kernel in leaves everything else as it is.

        Raises:
            SpecError: if the network has a problem; the module before it stays.
        """
        if (spec, planted, seed) == (self._spec, self._planted, self._seed) and self._module is not None:
            return
        module = fresh_module(spec, seed)
        module = module.to(memory_format=layout_for(module))  # type: ignore[call-overload]
        self._spec, self._planted, self._seed = spec, planted, seed
        self._scores = spec.layers[-1].id if spec.layers and _ends_in_scores(spec) else ""
        self._dress(module)
        self._module = module.eval()

    def _dress(self, module: Network) -> None:
        """Put in what was learned, and over it the kernels that nothing has been learned on yet."""
        self.version += 1
        self._kept = load_state(module, self._learned)
        known = self._origin.planted if self._origin is not None else ()
        put = [each for each in self._planted if each not in known or each.layer not in self._kept.kept]
        # One that an edit has left without its place waits there for the edit to be undone; the page says so.
        self.laid_over = len(put) - len(put_planted(module, put))

    def learn(self, state: Mapping[str, Tensor], origin: Origin = _ORIGIN) -> None:
        """Take all weights over from a training or a run. They are kept, also through edits that do not fit them."""
        self._learned = {name: tensor.detach().cpu() for name, tensor in state.items()}
        self._origin = origin
        if self._module is not None:
            self._dress(self._module)

    def settle(self) -> bool:
        """The run that the weights come from does not go on any more; whether that is news."""
        if self._origin is None or not self._origin.going_on:
            return False
        self._origin = replace(self._origin, going_on=False)
        return True

    def forget(self) -> None:
        """Start again from the weights that a training would begin with."""
        self._learned, self._spec, self._origin = {}, None, None

    def state(self) -> dict[str, Tensor]:
        """A copy of the weights as they are now."""
        return state_of(self.module)

    def see(self, frame: NDArray[np.uint8], path: str, also: Iterable[str] = ()) -> Seen:
        """Run the network on a frame.

        Args:
            frame: uint8 [H, W, 3].
            path: the layer whose maps are wanted; the network's own input if empty.
            also: layers whose maps are wanted besides, "" for the input.

        Raises:
            SpecError: if there is no such layer.
        """
        assert self._spec is not None
        shape = self._spec.input_shape
        inputs, note = any_input(frame, shape)
        scores = self._scores
        self._inputs, self._made = inputs, (self.version, {})
        made = self._run([path, *also, scores])
        small = {name: planes_of(made[name][0]) for name in dict.fromkeys(also)}
        window = window_of(*frame.shape[:2], *shape[-2:]) if len(shape) > 2 else None
        chosen = made[path][0]
        return Seen(planes_of(chosen), tuple(chosen.shape), _probabilities(made.get(scores)), note, small, window)

    def _run(self, paths: Iterable[str]) -> dict[str, Tensor]:
        """What the layers of these paths made of the newest frame with the weights as they are now, [1, C, …] each."""
        assert self._inputs is not None
        version, known = self._made
        known = known if version == self.version else {}
        wanted = [name for name in dict.fromkeys(paths) if name and name not in known]
        if wanted:
            module = _as_far_as(self.module, wanted)
            made = feature_maps(module, _laid(self._inputs), wanted)
            known = {**known, **made}
        self._made = self.version, {INPUT: self._inputs, **known}
        return self._made[1]

    def explainer(self) -> Explainer:
        """Tells what numbers of the maps of the newest frame were computed from.

        Raises:
            SpecError: if no frame was looked at yet.
        """
        if self._spec is None or self._inputs is None:
            raise SpecError("No frame has gone through the network yet; wait for the first one.")
        return Explainer(self._spec, self.module, self._numbers)

    def _numbers(self, paths: tuple[str, ...]) -> dict[str, Tensor]:
        made = self._run(paths)
        return {path: made[path][0] for path in paths}

    def kernels(self, path: str) -> NDArray[np.float32] | None:
        """A layer's kernels, float32 [out_channels, in_channels / groups, kH, kW]; None if it has none.

        The kernels of a signal have one row, those of a volume one picture for each slice of each input channel.
        """
        try:
            layer = self.module.get_submodule(path) if path else None
        except AttributeError:
            return None
        return _pictures(layer) if isinstance(layer, (nn.Conv1d, nn.Conv2d, nn.Conv3d)) else None


def _pictures(layer: nn.Module) -> NDArray[np.float32]:
    weight: NDArray[np.float32] = layer.weight.detach().numpy()  # type: ignore[operator]
    out = len(weight)
    height, width = (1, weight.shape[-1]) if weight.ndim == 3 else weight.shape[-2:]
    return weight.reshape(out, -1, height, width)


def _ends_in_scores(spec: NetworkSpec) -> bool:
    """Whether what comes out is a row of numbers, one for each class."""
    shape = summary(spec).output_shape
    return shape is not None and len(shape) == 1 and shape[0] >= 2


def planes_of(made: Tensor) -> NDArray[np.float32]:
    """What a layer made, as pictures [N, H, W]: the slices of volumes one by one, a signal as one row, values alone.

    Example:
        >>> [planes_of(torch.zeros(*shape)).shape for shape in ((4, 9), (2, 3, 5, 6), (7,))]
        [(4, 1, 9), (6, 5, 6), (7, 1, 1)]
    """
    sizes = (1, *made.shape[1:])[-2:] if made.ndim > 1 else (1, 1)
    return made.contiguous().reshape(-1, *sizes).numpy()


def _laid(inputs: Tensor) -> Tensor:
    """Pictures channel by channel in each cell; anything else as it is."""
    return inputs.contiguous(memory_format=torch.channels_last) if inputs.ndim == 4 else inputs


def _as_far_as(module: Network, paths: list[str]) -> nn.Module:
    """The layers of a stack up to the last that is, or holds, a layer of these paths; all if one is in none."""
    names = [name for name, _ in module.named_children()]
    tops = [path.partition(".")[0] for path in paths]
    return module[: max(map(names.index, tops)) + 1] if set(tops) <= set(names) else module


def _probabilities(scores: Tensor | None) -> NDArray[np.float32] | None:
    """Softmax of a row of scores. A network of this program ends in logits."""
    if scores is None or scores.ndim != 2 or scores.shape[1] < 2:
        return None
    return torch.softmax(scores[0], 0).numpy()
