"""A network's layers as pieces that give any part of their maps, and what a part costs."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.errors import SpecError
from engine.forward import tiles_pieces as pieces
from engine.forward.tiles_cells import Area, Axis, Cells, chosen, united
from engine.spec import layers as spec
from engine.spec.layers import AnyLayer, Shape, shape_text
from engine.spec.network import NetworkSpec
from engine.spec.shapes import Step, walk

_CELLWISE = (
    spec.ReLU, spec.ReLU6, spec.LeakyReLU, spec.PReLU, spec.ELU, spec.GELU, spec.SiLU, spec.Sigmoid, spec.Tanh,
    spec.Softmax, spec.BatchNorm2d, spec.Normalize, spec.Dropout, spec.Dropout2d, spec.Identity,
)  # fmt: skip
_MOVING: dict[type, type[pieces.Moving]] = {
    spec.Conv2d: pieces.Shared,
    spec.FixedKernels: pieces.Fixed,
    spec.TableConv2d: pieces.Table,
    spec.UnsharedConv2d: pieces.Unshared,
    spec.TiledConv2d: pieces.Tiled,
    spec.MaxPool2d: pieces.Largest,
    spec.AvgPool2d: pieces.Mean,
    spec.LPPool2d: pieces.Power,
}


@dataclass(frozen=True)
class Chain:
    """Layers one after the other."""

    links: tuple[pieces.Piece, ...]

    def areas(self, wanted: Area) -> list[Area]:
        """The parts of all maps on the way, that of the input first, that a part of the last one is made of."""
        found = [wanted]
        for link in reversed(self.links):
            found.append(link.needs(found[-1]))
        return found[::-1]

    def make(self, block: Tensor, wanted: Area, areas: Sequence[Area] | None = None) -> Tensor:
        """A part of the last map, of the first of `areas(wanted)` of the input."""
        areas = areas or self.areas(wanted)
        for link, (have, made) in zip(self.links, itertools.pairwise(areas), strict=True):
            block = link.make(block, have, made)
        return block

    def amounts(self, wanted: Area) -> tuple[int, int]:
        """(at one time, in all): how many numbers are made for a part."""
        most = total = 0
        areas = self.areas(wanted)
        for link, (have, made) in zip(self.links, itertools.pairwise(areas), strict=True):
            entering, leaving = link.entering[0] * have.cells, link.leaving[0] * made.cells
            beside, within = link.beside(made)
            most, total = max(most, entering + beside + leaving), total + leaving + within
        return most, total


@dataclass(frozen=True)
class Joining(pieces.Piece):
    """Lists of layers that all get the same, and whose maps are added or put one after the other."""

    parts: tuple[tuple[Chain, Shape], ...]

    def _wanted(self, wanted: Area) -> Iterator[tuple[Chain, Area]]:
        """What each list is to make: in a sum a map of one cell is repeated over the others."""
        for part, shape in self.parts:
            cells = (
                np.zeros(1, np.intp) if size == 1 < whole else each
                for each, size, whole in zip(wanted, shape[1:], self.leaving[1:], strict=True)
            )
            yield part, Area(*cells)

    def needs(self, wanted: Area) -> Area:
        """What any of the lists needs."""
        rows, columns = zip(*(part.areas(area)[0] for part, area in self._wanted(wanted)), strict=True)
        return Area(united(rows), united(columns))

    def make(self, block: Tensor, have: Area, wanted: Area) -> Tensor:
        """All lists, put together."""
        made = []
        for part, area in self._wanted(wanted):
            areas = part.areas(area)
            made.append(part.make(chosen(block, have, areas[0]), area, areas))
        if isinstance(self.layer, spec.Branches) and self.layer.merge == "concat":
            return torch.cat(made, 1)
        return reduce(torch.add, made)

    def beside(self, wanted: Area) -> tuple[int, int]:
        """What the lists make, all of it until they are put together."""
        found = [part.amounts(area) for part, area in self._wanted(wanted)]
        made = sum(
            shape[0] * area.cells for (_, shape), (_, area) in zip(self.parts, self._wanted(wanted), strict=True)
        )
        return max(most for most, _ in found) + made, sum(total for _, total in found)


def chain_to(network: NetworkSpec, module: nn.Module, layer: str) -> tuple[Chain, Shape]:
    """The layers of a network up to one of them, and the shape of its maps.

    Args:
        network: with the picture's size for its input.
        module: its torch module.
        layer: the path of the last layer.

    Raises:
        SpecError: if there is no such layer, or one on the way has a problem or needs all of its input at once.
    """
    steps = {step.path: step for step in walk(network, most_values=None)}
    if layer not in steps:
        raise SpecError(f"The network has no layer {layer!r}; it has {', '.join(steps) or 'none'}.")
    made = Chain(tuple(_Cutter(steps, module, layer).links(network.layers, "")))
    return made, _shapes(steps[layer])[1]


@dataclass(frozen=True)
class _Cutter:
    """Makes pieces of layers, up to the one that is wanted."""

    steps: dict[str, Step]
    module: nn.Module
    last: str

    def links(self, layers: Sequence[AnyLayer], inside: str) -> Iterator[pieces.Piece]:
        for layer in layers:
            path = inside + layer.id
            if self.last.startswith(f"{path}."):
                name = self.last[len(path) + 1 :].partition(".")[0]
                yield from self.links(layer.parts()[name], f"{path}.{name}.")
                return
            if not layer.disabled:
                yield self._piece(layer, path)
            if path == self.last:
                return

    def _piece(self, layer: AnyLayer, path: str) -> pieces.Piece:
        parts = {name: Chain(tuple(self.links(part, f"{path}.{name}."))) for name, part in layer.parts().items()}
        entering, leaving = _shapes(self.steps[path])
        module = self.module.get_submodule(path)
        if parts:
            made = (self._made(f"{path}.{name}.", part, entering) for name, part in layer.parts().items())
            return Joining(layer, module, entering, leaving, tuple(zip(parts.values(), made, strict=True)))
        if isinstance(layer, _CELLWISE) and (not isinstance(layer, spec.Softmax) or layer.dim in (0, 1, -3, -4)):
            return pieces.Piece(layer, module, entering, leaving)
        if isinstance(layer, spec.ConvTranspose2d):
            return pieces.Transposed(layer, module, entering, leaving)
        if isinstance(layer, spec.Upsample):
            return pieces.Resized(layer, module, entering, leaving, _taps(layer, entering, leaving))
        kind = pieces.Moving if isinstance(layer, spec.Pad) else _MOVING.get(type(layer))
        if kind is None:
            raise SpecError(f"{self._needs_all(layer, path)}; {self._would_do(path)}.")
        if kind is pieces.Unshared and tuple(module.weight.shape[:2]) != leaving[1:]:  # type: ignore[index]
            raise SpecError(
                f"{path} ({layer.type}) has kernels for {shape_text(tuple(module.weight.shape[:2]))} places "  # type: ignore[index]
                f"and this picture has {shape_text(leaving[1:])}; {self._would_do(path)}."
            )
        return kind(layer, module, entering, leaving, *_ways(layer, entering))

    def _made(self, inside: str, part: Sequence[AnyLayer], entering: Shape) -> Shape:
        """What comes out of a list of layers."""
        return _shapes(self.steps[inside + part[-1].id])[1] if part else entering

    def _needs_all(self, layer: AnyLayer, path: str) -> str:
        return f"{path} ({layer.type}) needs all of its input at once, so its maps cannot be made tile by tile"

    def _would_do(self, path: str) -> str:
        top = path.partition(".")[0]
        before = list(itertools.takewhile(lambda each: each != top, (each for each in self.steps if "." not in each)))
        return f"those of {before[-1]}, before it, would do" if before else "feature_maps of a smaller picture would do"


def _shapes(step: Step) -> tuple[Shape, Shape]:
    """What comes in and goes out.

    Raises:
        SpecError: if there is a problem.
    """
    if step.entering is None or step.leaving is None:
        told = step.misfit.message if step.misfit else "A layer before it has a problem."
        raise SpecError(f"{step.path}: {told}")
    return step.entering.shape, step.leaving.shape


def _ways(layer: AnyLayer, entering: Shape) -> tuple[Axis, Axis]:
    """How the window of a layer moves along the height and the width."""
    windows = layer.view(entering)
    assert isinstance(windows, tuple)
    mode = layer.mode if isinstance(layer, spec.Pad) else getattr(layer, "padding_mode", "zeros")
    down, across = (
        Axis(n, int(window.stride), int(window.before), int(window.extent), mode)
        for n, window in zip(entering[1:], windows, strict=True)
    )
    return down, across


def _taps(layer: spec.Upsample, entering: Shape, leaving: Shape) -> tuple[tuple[Cells, Tensor], ...]:
    """For each axis the cells that a cell is drawn from, and their weights, as torch reckons them in float32."""
    return tuple(_axis_taps(layer, n, made) for n, made in zip(entering[1:], leaving[1:], strict=True))


def _axis_taps(layer: spec.Upsample, n: int, made: int) -> tuple[Cells, Tensor]:
    if layer.mode in ("nearest", "nearest-exact"):
        given = {"size": made} if layer.scale_factor is None else {"scale_factor": layer.scale_factor}
        cells = F.interpolate(torch.arange(n, dtype=torch.float32)[None, None], mode=layer.mode, **given)
        return cells.numpy().astype(np.intp).reshape(-1, 1), torch.ones(made, 1)
    step = np.float32(n / made if layer.scale_factor is None else 1 / layer.scale_factor)
    places = (np.arange(made, dtype=np.float32) + np.float32(0.5)) * step - np.float32(0.5)
    if layer.align_corners:
        places = np.arange(made, dtype=np.float32) * np.float32((n - 1) / (made - 1) if made > 1 else 0)
    if layer.mode != "bicubic":
        places = np.arange(n, dtype=np.float32) if n == made else np.maximum(places, 0)
    below = np.floor(places)
    part = places - below
    reads = below.astype(np.intp)[:, None] + (np.arange(-1, 3) if layer.mode == "bicubic" else np.arange(2))
    weights = _cubic(part) if layer.mode == "bicubic" else np.stack([1 - part, part], axis=1)
    return reads.clip(0, n - 1), torch.from_numpy(weights.astype(np.float32))


def _cubic(part: np.ndarray[tuple[int], np.dtype[np.float32]]) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """Weights of the four cells around places that lie so far behind the second.

    Source: Keys, Cubic Convolution Interpolation for Digital Image Processing (1981), with a = −0.75.
    """
    a = np.float32(-0.75)
    near: Callable[..., np.ndarray] = lambda t: ((a + 2) * t - (a + 3)) * t * t + 1  # noqa: E731
    far: Callable[..., np.ndarray] = lambda t: ((a * t - 5 * a) * t + 8 * a) * t - 4 * a  # noqa: E731
    return np.stack([far(part + 1), near(part), near(1 - part), far(2 - part)], axis=1)
