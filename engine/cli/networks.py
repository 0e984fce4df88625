"""What the verbs take for a network: a preset's name, a file, a run, or pretrained:NAME."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from engine.codegen import from_pytorch
from engine.errors import BadFile, SpecError
from engine.presets import preset, preset_names
from engine.presets.learned import PREFIX, learned, learned_named
from engine.project import load_network
from engine.project.guarded import read_bytes
from engine.spec.network import NetworkSpec

if TYPE_CHECKING:
    from torch import nn

    from engine.train import Trained

_MAX_SEED = 2**32 - 1
NETWORK_HELP = "a preset's name, pretrained:NAME, a .json or .py file, or a run"
RUN_HELP = "the folder that `train --output` has made, or pretrained:NAME"


class Loaded(NamedTuple):
    """A network that can compute, and where its weights come from, in words."""

    network: NetworkSpec
    module: nn.Module
    weights: str


def add_seed(parser: argparse.ArgumentParser) -> None:
    """The option that decides what fresh weights are."""
    parser.add_argument(
        "--seed",
        type=_seed,
        default=0,
        metavar="N",
        help="the same seed gives the same fresh weights; those of a run are kept as they are",
    )


def add_weights(parser: argparse.ArgumentParser) -> None:
    """The option that gives the network weights which another program has learned."""
    parser.add_argument(
        "--weights",
        default="",
        metavar="WEIGHTS",
        help="pretrained:NAME, a .safetensors file, or a state_dict in a .pt or .pth file; what does not match keeps "
        "its weights",
    )


def network_named(name: str) -> NetworkSpec:
    """The network of a preset, of pretrained:NAME, a .json file or a .py file of PyTorch source.

    Raises:
        SpecError: for a name that is neither a preset nor a file.
        BadFile: for a file that holds no network.
    """
    entry = learned_named(name)
    if entry is not None:
        return entry.make()
    if name in preset_names():
        return preset(name)
    path = Path(name)
    if path.is_dir():
        return _run(path).network
    if not path.suffix and not path.exists():
        raise SpecError(f"There is no preset or file {name!r}; the presets are {', '.join(preset_names())}.")
    if path.suffix.lower() == ".json":
        return load_network(path)
    if path.suffix.lower() == ".py":
        return _from_source(path)
    raise BadFile(f"{path.name} is no network: a file that ends in .json or .py would do.")


def loaded(name: str, seed: int, weights: str = "") -> Loaded:
    """A network with weights: its own, or fresh ones for a preset or a file; over them those of `weights`.

    Raises:
        SpecError: if the network has a problem.
        BadFile: if nothing in the file `weights` fits it.
    """
    found = _own(name, seed)
    if not weights:
        return found
    from engine.nn import load_weights

    entry = learned_named(weights)
    told = load_weights(found.module, weights if entry is None else entry.path).lines()
    return found._replace(weights=f"weights of {weights}: {' '.join(told)}")


def classes_of(name: str) -> tuple[str, ...]:
    """What the classes of a network are called: of a run or of pretrained:NAME, none of any other."""
    entry = learned_named(name)
    if entry is not None:
        return entry.class_names
    return trained(name).class_names if name not in preset_names() and Path(name).is_dir() else ()


def trained(name: str, best: bool = False) -> Trained:
    """What has learned something: a run, or pretrained:NAME, which has no better weights than its last.

    Raises:
        SpecError, BadFile: if there is no such network, or no such run.
    """
    if name.startswith(PREFIX):
        learned(name)  # before torch is loaded, which takes seconds
        from engine.train import pretrained

        return pretrained(name)
    from engine.train import load_run

    return load_run(name, best=best)


def _own(name: str, seed: int) -> Loaded:
    if name.startswith(PREFIX):
        found = trained(name)
        return Loaded(found.spec, found.module, f"the weights of {learned(name).title}")
    if name not in preset_names() and Path(name).is_dir():
        return _run(Path(name))
    network = network_named(name)
    from engine.spec.summary import check

    check(network)  # before torch is loaded, which takes seconds
    import torch

    from engine.nn import build

    torch.manual_seed(seed)
    return Loaded(network, build(network), f"fresh weights of seed {seed}")


def _run(path: Path) -> Loaded:
    from engine.train import load_run

    run = load_run(path)
    return Loaded(run.spec, run.module, f"weights of step {run.step:,} of {path}")


def _from_source(path: Path) -> NetworkSpec:
    try:
        return from_pytorch(read_bytes(path).decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise BadFile(f"{path.name} is no text; a file of Python source would do.") from None
    except SpecError as error:
        raise BadFile(f"{path.name}: {error}") from None


def _seed(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > _MAX_SEED:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 0 to {_MAX_SEED}")
    return int(text)
