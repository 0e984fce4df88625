"""`export`: a network as PyTorch source, or its weights as safetensors."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import BinaryIO

from engine.cli.answer import Answer
from engine.cli.networks import add_seed, loaded, network_named
from engine.codegen import to_pytorch
from engine.errors import BadFile
from engine.files import atomic_write
from engine.spec.summary import check

_SUFFIXES = {"pytorch": ".py", "safetensors": ".safetensors"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The network, the format and the output."""
    parser.add_argument("network", metavar="PRESET|FILE|RUN", help="a preset's name, a .json or .py file, or a run")
    parser.add_argument("--format", required=True, choices=tuple(_SUFFIXES), help="source, or weights")
    parser.add_argument("-o", dest="output", required=True, metavar="OUT", help="the .py or .safetensors file to write")
    add_seed(parser)


def run(arguments: argparse.Namespace) -> Answer:
    """Write the file, completely or not at all."""
    path = _checked(arguments.output, _SUFFIXES[arguments.format])
    content, told = _source(arguments) if arguments.format == "pytorch" else _weights(arguments)

    def write(handle: BinaryIO) -> None:
        handle.write(content)

    atomic_write(path, write)
    return Answer(f"{path}: {told}", {"output": str(path), "format": arguments.format, "bytes": len(content)})


def _checked(name: str, suffix: str) -> Path:
    path = Path(name)
    if path.suffix.lower() != suffix:
        raise BadFile(f"{name!r} cannot be written: the output's name must end in {suffix}.")
    return path


def _source(arguments: argparse.Namespace) -> tuple[bytes, str]:
    network = network_named(arguments.network)
    check(network)
    content = to_pytorch(network).encode()
    return content, f"PyTorch source of {content.count(b'%c' % 10)} lines"


def _weights(arguments: argparse.Namespace) -> tuple[bytes, str]:
    found = loaded(arguments.network, arguments.seed)
    from engine.nn import state_of, weights_to_bytes

    state = state_of(found.module)
    return weights_to_bytes(state), f"{len(state)} tensors, {found.weights}"
