"""What is looked at: the newest frame as the network's input, and the maps that are shown of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from engine.forward.frame import any_input, window_of
from engine.forward.origins import INPUT
from engine.forward.quickly import FEW_MAPS, Edited, edited_map, is_plain, passes
from engine.forward.running import Running, never
from engine.nn import Network
from engine.spec.layers import Shape

Planes = NDArray[np.float32]
Stamps = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Seen:
    """What the network made of one frame.

    `maps` is float32 [C, H, W] of the layer asked for (as `planes_of` has them where there are more or fewer axes),
    `shape` its shape as the network has it; `probabilities` [classes] where the network ends in a row of scores, else
    None. `also` are the maps of the other layers that were asked for. The network saw `window`, (top, left, height,
    width), of the frame. A map whose number in `stamps` [C] is what it was has not changed; the others may have.
    `settled` maps are those of the layer itself, and not within rounding of them.
    """

    maps: Planes
    shape: tuple[int, ...]
    probabilities: Planes | None
    note: str
    also: Mapping[str, Planes] = field(default_factory=dict)
    window: tuple[int, int, int, int] | None = None
    stamps: Stamps = field(default_factory=lambda: np.zeros(0, np.int64))
    settled: bool = True


@dataclass(eq=False)
class _Shown:
    """The maps of a layer as they are shown, and what they are a copy of."""

    path: str
    shape: tuple[int, ...]
    maps: Planes
    stamps: Stamps
    source: Tensor | None


class Sight:
    """Computes what is looked at and nothing else; after an edit of few kernels, their maps first."""

    def __init__(self) -> None:
        self.running = Running()
        self.inputs: Tensor | None = None
        self._module: Network | None = None
        self._frame: NDArray[np.uint8] | None = None
        self._of: Shape = ()
        self._note = ""
        self._edited: Edited | None = None
        self._shown: _Shown | None = None
        self._stamp = 0

    def follow(self, module: Network, same: int = 0) -> None:
        """The network is another, or has other weights; its first `same` layers compute what they did."""
        self._module, self._edited = module, None
        self.running.follow(module, same)

    def edited(self, path: str, weight: Tensor, bias: Tensor | None) -> None:
        """A convolution has other weights; these are those that it had before."""
        gone = self.running.changed(path)
        if path in gone:
            self._edited = Edited(path, weight, bias, gone[path])
        elif self._edited is not None and self._edited.path != path:
            self._edited = None

    def look(self, frame: NDArray[np.uint8], shape: Shape) -> None:
        """Look at a frame. One that cannot have been written to is known again."""
        if frame is self._frame and not frame.flags.writeable and shape == self._of:
            return
        inputs, self._note = any_input(frame, shape)
        self._frame, self._of, self.inputs = frame, shape, inputs
        self._edited = self._shown = None
        self.running.begin(_laid(inputs))

    def numbers(self, paths: Iterable[str], stale: Callable[[], bool] = never) -> Mapping[str, Tensor]:
        """What the layers of these paths make of the frame, [1, C, …] each; see `Running.of`."""
        assert self.inputs is not None
        return {**self.running.of(paths, stale), INPUT: self.inputs}

    def at_once(self, path: str) -> Seen | None:
        """The maps of a layer within rounding, where an edit changed few and these can be had quickly."""
        shown, edited = self._shown, self._edited
        if shown is None or edited is None or shown.path != path or self.running.known(path):
            return None
        layers = self.running.between(edited.path, path)
        inputs = self.running.before(edited.path)
        if layers is None or inputs is None or not passes(layers):
            return None
        assert self._module is not None
        layer = self._module.get_submodule(edited.path)
        if not (is_plain(layer) and isinstance(layer, nn.Conv2d)) or len(edited.changed(layer)) > FEW_MAPS:
            return None
        self._patch(shown, edited, layer, layers, inputs)
        return self._seen(shown, settled=False)

    def _patch(self, shown: _Shown, edited: Edited, layer: nn.Conv2d, layers: list[nn.Module], inputs: Tensor) -> None:
        """Put the edited maps in the place of those before."""
        if shown.source is not None:
            # Where one lies in memory as the other, it is the same memory.
            shared = np.shares_memory(shown.maps, shown.source.numpy())
            shown.maps, shown.source = shown.maps.copy() if shared else shown.maps, None
        shown.stamps = shown.stamps.copy()
        self._stamp += 1
        for number in edited.changed(layer):
            made = edited_map(layer, inputs, edited, number)
            with torch.no_grad():
                for after in layers:
                    made = after(made)
            shown.maps[number] = made[0, 0].numpy()
            shown.stamps[number] = self._stamp

    def see(self, path: str, also: Iterable[str], scores: str, others: int, stale: Callable[[], bool]) -> Seen:
        """The maps of a layer, of some besides, and what the layer of the path `scores` tells of the classes."""
        made = self.numbers([path, *also, scores], stale)
        small = {name: spread(made[name][0]) for name in dict.fromkeys(also)}
        chances = _probabilities(made[scores] if scores else None, others)
        return self._seen(self._copied(path, made[path]), chances, small)

    def _seen(
        self,
        shown: _Shown,
        chances: Planes | None = None,
        also: Mapping[str, Planes] | None = None,
        settled: bool = True,
    ) -> Seen:
        assert self._frame is not None
        window = window_of(*self._frame.shape[:2], *self._of[-2:]) if len(self._of) > 2 else None
        return Seen(shown.maps, shown.shape, chances, self._note, also or {}, window, shown.stamps, settled)

    def _copied(self, path: str, made: Tensor) -> _Shown:
        """The maps of a layer channel by channel; those that are what they were have the number that they had."""
        before = self._shown
        if before is not None and before.path == path and before.source is made:
            return before
        maps = planes_of(made[0])
        self._stamp += 1
        stamps = np.full(len(maps), self._stamp, np.int64)
        if before is not None and before.path == path and before.maps.shape == maps.shape:
            stamps = np.where(_same_bits(maps, before.maps), before.stamps, stamps)
        self._shown = _Shown(path, tuple(made.shape[1:]), maps, stamps, made)
        return self._shown


def _same_bits(first: Planes, second: Planes) -> NDArray[np.bool_]:
    """Which maps [N, H, W] are the same, NaN and the zeros' signs included."""
    rows = [np.array_equal(one.view(np.int32), other.view(np.int32)) for one, other in zip(first, second, strict=True)]
    return np.array(rows)


def spread(made: Tensor) -> Planes:
    """What a layer made, as pictures [N, H, W]; see `planes_of`. They may lie in memory as the layer left them."""
    return made.numpy() if made.ndim == 3 else planes_of(made)


def planes_of(made: Tensor) -> Planes:
    """What a layer made, as pictures [N, H, W]: the slices of volumes one by one, a signal as one row, values alone.

    Example:
        >>> [planes_of(torch.zeros(*shape)).shape for shape in ((4, 9), (2, 3, 5, 6), (7,))]
        [(4, 1, 9), (6, 5, 6), (7, 1, 1)]
    """
    if made.ndim == 3 and not made.is_contiguous() and made.permute(1, 2, 0).is_contiguous():
        cells = made.permute(1, 2, 0).flatten(0, 1).numpy()  # [H·W, C]
        # Four times faster than torch and numpy lay them out anew.
        return np.asarray(cv2.transpose(cells), np.float32).reshape(made.shape)
    sizes = (1, *made.shape[1:])[-2:] if made.ndim > 1 else (1, 1)
    return made.contiguous().reshape(-1, *sizes).numpy()


def _laid(inputs: Tensor) -> Tensor:
    """Pictures channel by channel in each cell; anything else as it is."""
    return inputs.contiguous(memory_format=torch.channels_last) if inputs.ndim == 4 else inputs


def _probabilities(scores: Tensor | None, others: int = 0) -> Planes | None:
    """Softmax of a row of scores, behind which some others may come. A network of this program ends in logits."""
    if scores is None or scores.ndim != 2 or scores.shape[1] < 2:
        return None
    count = scores.shape[1] - others
    return torch.softmax(scores[0, : count if count >= 2 else None], 0).numpy()


def unchanged(before: Network, after: Network) -> int:
    """How many layers at the beginning of two stacks have the same weights; what they are is known to be the same."""
    count = 0
    for first, second in zip(before, after, strict=False):
        one, other = first.state_dict(), second.state_dict()
        if one.keys() != other.keys() or not all(_alike(one[name], other[name]) for name in one):
            break
        count += 1
    return count


def _alike(first: Tensor, second: Tensor) -> bool:
    return first.shape == second.shape and math.prod(first.shape) == int((first == second).sum())
