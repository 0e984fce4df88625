"""The weights that a training begins with, where they are not random: those that ship, or those of a file."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import msgspec
import torch
from torch import Tensor, nn

from engine.nn import build, fitting, load_state, read_weights
from engine.nn.pretrained import pretrained_state
from engine.presets.learned import learned, learned_named
from engine.spec.network import NetworkSpec

_TOLD = 4


class StartRecord(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a run's first weights come from.

    `source` is "pretrained:NAME" or a file's path, `sha256` the hash of its file, and `fresh` are the layers that took
    nothing from it.
    """

    source: str
    sha256: str
    fresh: tuple[str, ...] = ()


class Start(NamedTuple):
    """Weights to begin with, {path.name: tensor}, and where they come from."""

    source: str
    sha256: str
    state: Mapping[str, Tensor]

    def begin(self, module: nn.Module) -> tuple[str, ...]:
        """Give a fresh module these weights, as far as they fit; returns sentences for the person."""
        kept, fresh = load_state(module, self.state)
        if not kept:
            return (f"Nothing of {self.source} fits the network: all layers begin with random weights.",)
        some = ", ".join(fresh[:_TOLD]) + (f" and {len(fresh) - _TOLD} more" if len(fresh) > _TOLD else "")
        but = f", but not {some}, which it does not fit" if fresh else ""
        return (f"Begins with the weights of {self.source}{but}.",)

    def record(self, network: NetworkSpec) -> StartRecord:
        """What a run of this network notes of it."""
        return StartRecord(
            source=self.source, sha256=self.sha256, fresh=load_state(_outline(network), self.state).fresh
        )


def start_from(source: str | Path, network: NetworkSpec) -> Start:
    """The weights that "pretrained:NAME" or a file has for a network.

    Args:
        source: "pretrained:NAME", or a file as for `engine.load_weights`.
        network: one without problems.

    Raises:
        SpecError: if there is no pretrained network of this name, or the network has a problem.
        BadFile: if the file cannot be read, or nothing in it fits.

    Example:
        >>> from engine.presets import preset
        >>> len(start_from("pretrained:lenet5-mnist", preset("lenet-5")).state)
        10
    """
    own = _outline(network).state_dict()
    entry = learned_named(str(source))
    if entry is not None:
        shipped = shipped_start(entry.name)
        return shipped._replace(state=fitting(own, dict(shipped.state), entry.source)[1])
    path = Path(source)
    state = fitting(own, read_weights(path, own), path.name)[1]
    return Start(str(path.absolute()), file_hash(path), state)


def shipped_start(name: str) -> Start:
    """All weights of a network that ships with them."""
    entry = learned(name)
    return Start(entry.source, entry.sha256, pretrained_state(entry.name))


def file_hash(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _outline(network: NetworkSpec) -> nn.Module:
    """Names, shapes and types, without any number."""
    with torch.device("meta"):
        return build(network)
