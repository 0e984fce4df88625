"""A network as a file of its own."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from engine.errors import BadFile
from engine.files import atomic_write
from engine.project.guarded import decoded, encoded, read_bytes
from engine.spec.network import NetworkSpec

FORMAT = "convscope-network"
VERSION = 1
SUFFIX = ".json"


def network_to_json(network: NetworkSpec) -> bytes:
    """A network as the bytes of its file; one with problems too."""
    return encoded(network, FORMAT, VERSION)


def network_from_json(content: bytes, name: str = "The text") -> NetworkSpec:
    """The network in the bytes of a file.

    Args:
        content: what `network_to_json` made, or a person wrote.
        name: the file's, for the sentence.

    Raises:
        BadFile: with one sentence, for anything else.
    """
    return decoded(content, name, FORMAT, VERSION, "network", NetworkSpec)


def load_network(path: str | Path) -> NetworkSpec:
    """The network in a file.

    Raises:
        BadFile: with the file's name and one sentence, if it holds none.
    """
    return network_from_json(read_bytes(path), Path(path).name)


def save_network(network: NetworkSpec, path: str | Path) -> None:
    """Write a network to a .json file, completely or not at all.

    Raises:
        BadFile: if the name ends in something else, or the file cannot be written.
    """
    if Path(path).suffix.lower() != SUFFIX:
        raise BadFile(f"{Path(path).name}: a network is kept in a file that ends in {SUFFIX}.")

    def write(handle: BinaryIO) -> None:
        handle.write(network_to_json(network))

    atomic_write(path, write)
