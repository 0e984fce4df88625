"""A network that follows its spec while a person edits it: weights stay with the layers that they still fit."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from engine.errors import SpecError
from engine.forward.frame import frame_input
from engine.nn import Network, build, feature_maps, load_state, put_kernel, state_of
from engine.spec.network import NetworkSpec
from engine.spec.project import Planted

SEED = 0


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
    """Holds the module of the newest spec. Its weights are those of the layers' last training or of a fixed seed."""

    def __init__(self) -> None:
        self._spec: NetworkSpec | None = None
        self._planted: tuple[Planted, ...] = ()
        self._module: Network | None = None
        self._learned: dict[str, Tensor] = {}

    @property
    def module(self) -> Network:
        """The module of the newest spec that could be built."""
        if self._module is None:
            raise SpecError("There is no network yet; build one that has no problems first.")
        return self._module

    def update(self, spec: NetworkSpec, planted: tuple[Planted, ...] = ()) -> None:
        """Follow an edit.

        Raises:
            SpecError: if the network has a problem; the module before it stays.
        """
        if spec == self._spec and planted == self._planted and self._module is not None:
            return
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(SEED)
            module = build(spec)
        load_state(module, self._learned)
        for each in planted:
            # One that an edit has left without its place waits there for the edit to be undone; the page says so.
            with contextlib.suppress(SpecError):
                put_kernel(module, each.layer, each.kernel, (each.out_channel,))
        module.eval()
        self._module, self._spec, self._planted = module, spec, planted

    def learn(self, state: Mapping[str, Tensor]) -> None:
        """Take weights over from a training or a run. They are kept, also through edits that do not fit them."""
        self._learned.update({name: tensor.detach().cpu() for name, tensor in state.items()})
        if self._module is not None:
            load_state(self._module, self._learned)

    def forget(self) -> None:
        """Start again from the weights of the fixed seed."""
        self._learned, self._spec = {}, None

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
        wanted = [name for name in dict.fromkeys((path, last)) if name]
        made = feature_maps(self.module, inputs, wanted) if wanted else {}
        chosen = (made[path] if path else inputs)[0]
        maps = chosen.reshape(-1, *chosen.shape[1:]) if chosen.ndim == 3 else chosen.reshape(-1, 1, 1)
        return Seen(maps.numpy(), tuple(chosen.shape), _probabilities(made.get(last)), note)

    def kernels(self, path: str) -> NDArray[np.float32] | None:
        """A layer's kernels, float32 [out_channels, in_channels / groups, kH, kW]; None if it has none."""
        try:
            layer = self.module.get_submodule(path) if path else None
        except AttributeError:
            return None
        return layer.weight.detach().numpy() if isinstance(layer, nn.Conv2d) else None


def _probabilities(scores: Tensor | None) -> NDArray[np.float32] | None:
    """Softmax of a row of scores. A network of this program ends in logits."""
    if scores is None or scores.ndim != 2 or scores.shape[1] < 2:
        return None
    return torch.softmax(scores[0], 0).numpy()
