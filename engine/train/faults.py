"""Where numbers stop being finite."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

import torch
from torch import Tensor, nn


def first_bad(module: nn.Module, inputs: Tensor) -> str:
    """The path of the first layer whose weights, or what it makes of these inputs, are not all finite; or nothing.

    Args:
        module: it is left as it was, but for the statistics of normalisations.
        inputs: float32 [N, ...].

    Example:
        >>> bad = nn.Sequential(nn.Linear(1, 1), nn.ReLU())
        >>> _ = nn.init.constant_(bad[0].bias, torch.inf)
        >>> first_bad(bad, torch.zeros(1, 1))
        '0'
    """
    found: list[str] = []

    def look(path: str) -> Any:
        def hook(layer: nn.Module, _: Any, made: Any) -> None:
            tensors = [*layer.parameters(), *layer.buffers(), *([made] if isinstance(made, Tensor) else [])]
            if not found and not all(bool(tensor.isfinite().all()) for tensor in tensors):
                found.append(path)

        return hook

    with ExitStack() as stack, torch.no_grad():
        for path, layer in module.named_modules():
            if next(layer.children(), None) is None:
                stack.callback(layer.register_forward_hook(look(path)).remove)
        module(inputs)
    return found[0] if found else ""
