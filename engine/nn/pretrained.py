"""The weights of the networks that ship with them."""

from __future__ import annotations

import hashlib
from functools import cache

from safetensors import SafetensorError
from safetensors.torch import load

from engine.errors import BadFile
from engine.nn.weights import State
from engine.presets.learned import learned
from engine.project.guarded import read_bytes

_MOST_BYTES = 256_000_000


@cache
def pretrained_state(name: str) -> State:
    """What a network has learned, {path.name: tensor}, as float32. All who ask share it: copy before changing it.

    Raises:
        SpecError: if there is none of this name.
        BadFile: if its file is not the one that was shipped.
    """
    entry = learned(name)
    content = read_bytes(entry.path, _MOST_BYTES)
    if hashlib.sha256(content).hexdigest() != entry.sha256:
        raise BadFile(f"{entry.file} is damaged, and {entry.title} cannot be opened; install the program again.")
    try:
        found = load(content)
    except (SafetensorError, ValueError, RuntimeError):
        raise BadFile(f"{entry.file} is damaged; install the program again.") from None
    return {key: tensor.float() if tensor.is_floating_point() else tensor for key, tensor in found.items()}
