"""A network as a file of its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import BinaryIO

import msgspec

from engine.errors import BadFile
from engine.files import atomic_write
from engine.project.guarded import check_format, parse_object, read_bytes
from engine.spec.network import NetworkSpec

FORMAT = "convscope-network"
VERSION = 1
SUFFIX = ".json"


def network_to_json(network: NetworkSpec) -> bytes:
    """A network as the bytes of its file; one with problems too."""
    stored = {"format": FORMAT, "version": VERSION, **msgspec.to_builtins(network)}
    return json.dumps(stored, indent=1).encode() + b"\n"


def network_from_json(content: bytes, name: str = "The text") -> NetworkSpec:
    """The network in the bytes of a file.

    Args:
        content: what `network_to_json` made, or a person wrote.
        name: the file's, for the sentence.

    Raises:
        BadFile: with one sentence, for anything else.
    """
    found = parse_object(content, name, "network")
    check_format(found, name, FORMAT, VERSION, "network")
    try:
        return msgspec.convert(found, NetworkSpec)
    except (msgspec.ValidationError, RecursionError) as error:
        raise BadFile(f"{name} holds no network: {reason(error)}.") from None


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


def reason(error: Exception) -> str:
    """msgspec's words, with the place in the file in brackets."""
    told, _, place = str(error).partition(" - at `$")
    where = f" ({place.strip('.`')})" if place.strip(".`") else ""
    return told[:300].rstrip(".") + where
