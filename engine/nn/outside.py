"""Weights that another program has saved: read with suspicion, matched with a network, and told what did not match."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import torch
from safetensors import SafetensorError
from safetensors.torch import load
from torch import Tensor, nn

from engine.errors import BadFile
from engine.nn.foreign import state_in_child
from engine.nn.weights import State
from engine.project.guarded import read_bytes
from engine.spec.layers import Shape, shape_text

SAFE = ".safetensors"
PICKLED = (".pt", ".pth", ".bin", ".ckpt")
SUFFIXES = (SAFE, *PICKLED)
_MORE_BYTES = 256_000_000
_TIMES = 4
"""A file may be so many times as large as the network's weights, for an optimiser's state beside them, and a bit."""
_WRAPPERS = ("module.", "model.", "_orig_mod.", "net.")
_TOLD = 8


class OtherShape(NamedTuple):
    """A tensor with the right name that does not fit: its shape in the file and in the network."""

    name: str
    found: Shape
    wanted: Shape


class Matched(NamedTuple):
    """What became of the tensors of a file.

    `taken` are in the network now, by the network's names; `missing` are the network's that the file lacks, and
    `unexpected` the file's that the network lacks. `by_place` says that the names had nothing in common, and that
    layers were matched in their order instead.
    """

    taken: tuple[str, ...]
    missing: tuple[str, ...]
    unexpected: tuple[str, ...]
    other_shape: tuple[OtherShape, ...]
    by_place: bool

    @property
    def complete(self) -> bool:
        """Whether every weight of the network came from the file, and nothing was left over."""
        return not (self.missing or self.unexpected or self.other_shape)

    def lines(self) -> tuple[str, ...]:
        """The list for a person: one line for what fits, and one for each way not to."""
        total = len(self.taken) + len(self.missing) + len(self.other_shape)
        how = ", matched by the layers' order, since no name is the same" if self.by_place else ""
        told = [f"{len(self.taken)} of {total} tensors are taken{how}."]
        if self.missing:
            told.append(f"Missing in the file: {_some(self.missing)}.")
        if self.other_shape:
            each = [f"{t.name} ({shape_text(t.found)} there, {shape_text(t.wanted)} here)" for t in self.other_shape]
            told.append(f"Of another shape: {_some(each)}.")
        if self.unexpected:
            told.append(f"Only in the file: {_some(self.unexpected)}.")
        return tuple(told)


def load_weights(module: nn.Module, path: str | Path) -> Matched:
    """Give a network the weights that another program has saved, as far as they fit.

    Nothing in the file is run: safetensors holds numbers only, and a `state_dict` is unpickled with `weights_only` in a
    process that is thrown away. Tensors are matched by name; where not one name is the same, layer by layer in their
    order, if the layers are of the same kinds. Other types of floats are converted.

    Args:
        module: one from `engine.build`; what does not match keeps the weights it has.
        path: a `.safetensors` file, or a `state_dict` in a `.pt`, `.pth`, `.bin` or `.ckpt` file, bare or as the
            `state_dict` of a checkpoint.

    Returns:
        What was taken, and what did not match.

    Raises:
        BadFile: if the file cannot be read, or nothing in it fits; then the module is as it was.

    Example:
        >>> import tempfile, engine
        >>> from engine.nn import state_of, weights_to_bytes
        >>> file = Path(tempfile.mkdtemp()) / "lenet.safetensors"
        >>> size = file.write_bytes(weights_to_bytes(state_of(engine.build(engine.preset("lenet-5")))))
        >>> load_weights(engine.build(engine.preset("lenet-5")), file).lines()
        ('10 of 10 tensors are taken.',)
    """
    own = module.state_dict()
    matched, state = fitting(own, read_weights(path, own), Path(path).name)
    with torch.no_grad():
        for name, tensor in state.items():
            own[name].copy_(tensor)
    return matched


def read_weights(path: str | Path, own: Mapping[str, Tensor]) -> State:
    """All tensors of a file by their names, which need not be those of the network `own` whose size bounds the file's.

    Raises:
        BadFile: with one sentence, for a file that is too large, damaged, or of no such kind.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise BadFile(f"{path.name} is no file of weights: one that ends in {', '.join(SUFFIXES)} would do.")
    most = _MORE_BYTES + _TIMES * sum(tensor.nbytes for tensor in own.values())
    content = read_bytes(path, most)
    if suffix != SAFE:
        content = state_in_child(content, path.name, most)
    return _state(content, path.name)


def fitting(own: Mapping[str, Tensor], found: State, name: str) -> tuple[Matched, State]:
    """What of a file fits a network, by the network's names.

    Raises:
        BadFile: if nothing does.
    """
    named = _unwrapped(found, own)
    places = None if any(key in own for key in named) else _by_place(own, named)
    if places is not None:
        named = {places[key]: tensor for key, tensor in named.items()}
    state, other = {}, []
    for key in [name for name in own if name in named]:
        if _fits(own[key], named[key]):
            state[key] = named[key].to(own[key].dtype)
        else:
            other.append(OtherShape(key, tuple(named[key].shape), tuple(own[key].shape)))
    matched = Matched(
        taken=tuple(key for key in own if key in state),
        missing=tuple(key for key in own if key not in named),
        unexpected=tuple(key for key in named if key not in own),
        other_shape=tuple(other),
        by_place=places is not None,
    )
    if not state:
        raise BadFile(f"{name} does not fit this network: {' '.join(matched.lines()[1:]) or 'it holds no weights.'}")
    return matched, state


def _state(content: bytes, name: str) -> State:
    try:
        return load(content)
    except (SafetensorError, ValueError, RuntimeError, KeyError, TypeError, AttributeError):
        raise BadFile(f"{name} is no safetensors file, or it is damaged; use another copy.") from None


def _fits(own: Tensor, found: Tensor) -> bool:
    return own.shape == found.shape and own.is_floating_point() == found.is_floating_point()


def _unwrapped(found: State, own: Mapping[str, Tensor]) -> State:
    """The names without what a wrapper around the network has put before each of them."""
    for prefix in _WRAPPERS:
        wrapped = found and all(key.startswith(prefix) for key in found)
        if wrapped and not any(key in own for key in found):
            return _unwrapped({key.removeprefix(prefix): tensor for key, tensor in found.items()}, own)
    return found


def _by_place(own: Mapping[str, Tensor], found: State) -> dict[str, str] | None:
    """The network's name for each of a file's, layer by layer; None if they are not of the same kinds in that order."""
    here, there = _layers(own), _layers(found)
    kinds = [[(tail, own[f"{layer}{tail}"].ndim) for tail in tails] for layer, tails in here.items()]
    if kinds != [[(tail, found[f"{layer}{tail}"].ndim) for tail in tails] for layer, tails in there.items()]:
        return None
    pairs = zip(here.items(), there.items(), strict=True)
    return {f"{theirs}{tail}": f"{ours}{tail}" for (ours, tails), (theirs, _) in pairs for tail in tails}


def _layers(names: Iterable[str]) -> dict[str, list[str]]:
    """{layer: names of its tensors}, in their order."""
    layers: dict[str, list[str]] = {}
    for name in names:
        path, dot, tail = name.rpartition(".")
        layers.setdefault(path + dot, []).append(tail)
    return layers


def _some(names: Iterable[str]) -> str:
    """The first few of a list, made fit for a line."""
    names = [name if name.isprintable() and len(name) < 200 else ascii(name)[:200] for name in names]
    more = len(names) - _TOLD
    return ", ".join(names[:_TOLD]) + (f" and {more:,} more" if more > 0 else "")
