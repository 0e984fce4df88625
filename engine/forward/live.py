"""A network that follows its spec while a person edits it: weights stay with the layers that they still fit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from engine.errors import SpecError
from engine.forward.frame import frame_input
from engine.nn import Kept, Network, feature_maps, fresh_module, load_state, put_planted, state_of
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

    `maps` is float32 [C, H, W] of the layer asked for ([F, 1, 1] of one without places), `shape` its shape as the
    network has it; `probabilities` [classes] where the network ends in a row of scores, else None.
    """

    maps: NDArray[np.float32]
    shape: tuple[int, ...]
    probabilities: NDArray[np.float32] | None
    note: str


class LiveNetwork:
    """Holds the module of the newest spec.

    Layers have the weights of their last training. Those that have learned nothing have the weights that a training
    with this seed would begin with, a person's kernels among them.
    """

    def __init__(self) -> None:
        self._spec: NetworkSpec | None = None
        self._planted: tuple[Planted, ...] = ()
        self._seed = 0
        self._module: Network | None = None
        self._learned: dict[str, Tensor] = {}
        self._kept = _NOTHING
        self._origin: Origin | None = None
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
        # Convolutions and poolings of maps that lie cell by cell take half the time.
        module = fresh_module(spec, seed).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._spec, self._planted, self._seed = spec, planted, seed
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

    def see(self, frame: NDArray[np.uint8], path: str) -> Seen:
        """Run the network on a frame.

        Args:
            frame: uint8 [H, W, 3].
            path: the layer whose maps are wanted; the network's own input if empty.

        Raises:
            SpecError: if there is no such layer.
        """
        assert self._spec is not None
        inputs, note = frame_input(frame, self._spec.input_shape)
        last = self._spec.layers[-1].id if self._spec.layers else ""
        scores = last if _ends_in_scores(self._spec) else ""
        wanted = [name for name in dict.fromkeys((path, scores)) if name]
        module = self.module if scores or not path else _as_far_as(self.module, path)
        laid = inputs.contiguous(memory_format=torch.channels_last)
        made = feature_maps(module, laid, wanted) if wanted else {}
        chosen = (made[path] if path else inputs)[0].contiguous()
        maps = chosen.reshape(-1, *chosen.shape[1:]) if chosen.ndim == 3 else chosen.reshape(-1, 1, 1)
        return Seen(maps.numpy(), tuple(chosen.shape), _probabilities(made.get(scores)), note)

    def kernels(self, path: str) -> NDArray[np.float32] | None:
        """A layer's kernels, float32 [out_channels, in_channels / groups, kH, kW]; None if it has none."""
        try:
            layer = self.module.get_submodule(path) if path else None
        except AttributeError:
            return None
        return layer.weight.detach().numpy() if isinstance(layer, nn.Conv2d) else None


def _ends_in_scores(spec: NetworkSpec) -> bool:
    """Whether what comes out is a row of numbers, one for each class."""
    shape = summary(spec).output_shape
    return shape is not None and len(shape) == 1 and shape[0] >= 2


def _as_far_as(module: Network, path: str) -> nn.Module:
    """The layers of a stack up to the one that is, or holds, the layer of this path; all if there is none."""
    names = [name for name, _ in module.named_children()]
    top = path.partition(".")[0]
    return module[: names.index(top) + 1] if top in names else module


def _probabilities(scores: Tensor | None) -> NDArray[np.float32] | None:
    """Softmax of a row of scores. A network of this program ends in logits."""
    if scores is None or scores.ndim != 2 or scores.shape[1] < 2:
        return None
    return torch.softmax(scores[0], 0).numpy()
