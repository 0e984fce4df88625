"""Weights as safetensors bytes: nothing is unpickled or mapped into memory, and every tensor is checked before use."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor, nn

from engine.errors import BadFile
from engine.nn.weights import State
from engine.spec.layers import shape_text

FORMAT = {"format": "convscope-weights", "version": "1"}
_MOST_HEADER = 10_000_000
_DTYPES = {"F32": torch.float32, "F64": torch.float64, "F16": torch.float16, "BF16": torch.bfloat16, "I64": torch.int64}


def weights_to_bytes(state: Mapping[str, Tensor]) -> bytes:
    """A state as the bytes of a safetensors file."""
    whole = {name: tensor.detach().cpu().contiguous() for name, tensor in state.items()}
    return save(whole, metadata=FORMAT)


def weights_from_bytes(content: bytes, module: nn.Module, name: str = "The file") -> State:
    """The state that a safetensors file holds, which must be this module's, name by name.

    Names, shapes and types are compared before any number is read.

    Args:
        content: all bytes of the file.
        module: what the weights are for; it is not changed.
        name: the file's, for the sentence.

    Raises:
        BadFile: if the bytes are damaged or hold another network's weights.
    """
    wanted = {key: (tuple(tensor.shape), tensor.dtype) for key, tensor in module.state_dict().items()}
    _compare(_header(content, name), wanted, name)
    try:
        return load(content)
    except (SafetensorError, ValueError, RuntimeError):
        raise BadFile(f"{name} is damaged: its weights are not where its header says; use another copy.") from None


def put_weights(module: nn.Module, content: bytes, name: str = "The file") -> None:
    """Give a module the weights that a safetensors file holds; if they are not all right, it keeps its own."""
    module.load_state_dict(weights_from_bytes(content, module, name))


def _header(content: bytes, name: str) -> dict[str, tuple[tuple[int, ...], torch.dtype | None]]:
    """{tensor: (shape, type)} as the header tells it; the header is JSON after its length in 8 bytes."""
    bad = BadFile(f"{name} is no safetensors file, or it is damaged; one written by this program would do.")
    if len(content) < 8:
        raise bad
    (length,) = struct.unpack("<Q", content[:8])
    if length > min(len(content) - 8, _MOST_HEADER):
        raise bad
    try:
        header = json.loads(content[8 : 8 + length])
        header.pop("__metadata__", None)
        return {key: _entry(entry) for key, entry in header.items()}
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise bad from None


def _entry(entry: Any) -> tuple[tuple[int, ...], torch.dtype | None]:
    return tuple(int(size) for size in entry["shape"]), _DTYPES.get(entry["dtype"])


def _compare(found: Mapping[str, Any], wanted: Mapping[str, Any], name: str) -> None:
    missing, extra = [key for key in wanted if key not in found], [key for key in found if key not in wanted]
    if missing or extra:
        told = f"it lacks {missing[0]}" if missing else f"it also holds {extra[0]}"
        raise BadFile(f"{name} holds another network's weights: {told}; open the network it was saved with.")
    for key, (shape, dtype) in wanted.items():
        if found[key] != (shape, dtype):
            held = f"{shape_text(found[key][0])} {found[key][1]}"
            raise BadFile(f"{name} does not fit: {key} is {held} there and {shape_text(shape)} {dtype} here.")
