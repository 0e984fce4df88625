"""`export`: a network as PyTorch source, as a drawing, with its weights as ONNX, or its weights as safetensors."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import BinaryIO

from engine.cli.answer import Answer
from engine.cli.networks import NETWORK_HELP, add_seed, add_weights, loaded, network_named
from engine.codegen import to_pytorch
from engine.errors import BadFile, SpecError
from engine.files import atomic_write
from engine.spec.summary import check

_SUFFIXES = {"pytorch": ".py", "onnx": ".onnx", "safetensors": ".safetensors", "svg": ".svg"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The network, the format and the output."""
    parser.add_argument("network", metavar="PRESET|FILE|RUN", help=NETWORK_HELP)
    parser.add_argument("--format", required=True, choices=tuple(_SUFFIXES), help="source, both, weights, or a drawing")
    endings = ", ".join(_SUFFIXES.values())
    parser.add_argument("-o", dest="output", required=True, metavar="OUT", help=f"the file to write ({endings})")
    add_seed(parser)
    add_weights(parser)


def run(arguments: argparse.Namespace) -> Answer:
    """Write the file, completely or not at all."""
    if arguments.weights and arguments.format in ("pytorch", "svg"):
        raise SpecError(f"--weights goes with a format that holds weights; {arguments.format} holds none.")
    path = _checked(arguments.output, _SUFFIXES[arguments.format])
    content, told = _MAKERS[arguments.format](arguments)

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
    found = loaded(arguments.network, arguments.seed, arguments.weights)
    from engine.nn import state_of, weights_to_bytes

    state = state_of(found.module)
    return weights_to_bytes(state), f"{len(state)} tensors, {found.weights}"


def _drawing(arguments: argparse.Namespace) -> tuple[bytes, str]:
    """A network with problems is drawn too: they are shown in it."""
    from engine.drawing import draw_network, to_svg

    drawing = draw_network(network_named(arguments.network))
    content = to_svg(drawing, title=Path(arguments.network).name).encode("utf-8", "replace")
    return content, f"a drawing of {len(drawing.areas) - 1} layers"


def _onnx(arguments: argparse.Namespace) -> tuple[bytes, str]:
    found = loaded(arguments.network, arguments.seed, arguments.weights)
    from engine.cli.onnx_file import to_onnx

    content, told = to_onnx(found.network, found.module)
    return content, f"{len(content):,} bytes, {found.weights}, {told}"


_MAKERS = {"pytorch": _source, "onnx": _onnx, "safetensors": _weights, "svg": _drawing}
