"""Layers as text that a person can read, for a clipboard."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import msgspec

from engine.errors import BadFile
from engine.project.guarded import check_format, decoded, parse_object
from engine.project.network_file import FORMAT as NETWORK
from engine.project.network_file import network_from_json
from engine.spec.layers import AnyLayer, defaults_of

FORMAT = "convscope-layers"
VERSION = 1
_NAME = "The text"


class _Held(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    layers: tuple[AnyLayer, ...]


def layers_to_text(layers: Iterable[AnyLayer]) -> str:
    """Layers as JSON, one a line, with only those settings that are not as they are by default.

    Example:
        >>> from engine.spec.layers import MaxPool2d, ReLU
        >>> print(layers_to_text([MaxPool2d(id="pool1", kernel_size=2), ReLU(id="relu1")]))
        {"format": "convscope-layers", "version": 1, "layers": [
         {"type": "MaxPool2d", "id": "pool1", "kernel_size": [2, 2]},
         {"type": "ReLU", "id": "relu1"}
        ]}
        <BLANKLINE>
    """
    lines = ",\n".join(f" {json.dumps(_bare(layer))}" for layer in layers)
    return f'{{"format": "{FORMAT}", "version": {VERSION}, "layers": [\n{lines}\n]}}\n'


def layers_from_text(text: str) -> tuple[AnyLayer, ...]:
    """The layers in such a text, or those of a network's file.

    Raises:
        BadFile: with one sentence, for anything else.
    """
    content = text.encode("utf-8", "replace")
    found = parse_object(content, _NAME, "list of layers")
    if found.get("format") == NETWORK:
        return network_from_json(content, _NAME).layers
    check_format(dict(found), _NAME, FORMAT, VERSION, "list of layers")
    layers = decoded(content, _NAME, FORMAT, VERSION, "list of layers", _Held).layers
    if not layers:
        raise BadFile("The text holds no layers; copy some first.")
    return layers


def _bare(layer: AnyLayer) -> dict[str, Any]:
    """A layer's type, id and settings; what is by default is left out."""
    found: dict[str, Any] = msgspec.to_builtins(layer)
    defaults: dict[str, Any] = msgspec.to_builtins(defaults_of(type(layer)))
    made = {"type": found.pop("type"), "id": found.pop("id")}
    if found.pop("disabled"):
        made["disabled"] = True
    made |= {name: value for name, value in found.items() if name not in defaults or value != defaults[name]}
    for name, part in layer.parts().items():
        if name in made:
            made[name] = [_bare(each) for each in part]
    return made
